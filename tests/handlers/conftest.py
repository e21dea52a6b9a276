"""The whole gateway with the demo registry, on SQLite, and on each engine for what has statements of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.demo import load as load_demo
from bot.store import store
from tests.conftest import NOW
from tests.handlers.talking import Talk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


# Tests say the same again and again, as only machines do.
PATIENT = Config.model_validate({"gateway": {"same_answers": 10_000}})


@pytest.fixture
async def talk(demo_url: str) -> AsyncIterator[Talk]:
    """On SQLite."""
    async with App(PATIENT, Clock(NOW), demo_url) as app:
        yield Talk(app)


@pytest.fixture
async def talk_on_each(database_url: str) -> AsyncIterator[Talk]:
    """On SQLite, and on PostgreSQL."""
    store.do(database_url, lambda tx: load_demo(tx, NOW.date()))
    async with App(PATIENT, Clock(NOW), database_url) as app:
        yield Talk(app)
