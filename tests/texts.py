"""The program's own texts and words, for tests."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bot.app import parts
from bot.config import Config

if TYPE_CHECKING:
    from bot.i18n import Renderer


@lru_cache(maxsize=1)
def renderer() -> Renderer:
    """The renderer with every text."""
    return parts(Config()).renderer
