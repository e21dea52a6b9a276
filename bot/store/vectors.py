"""Figures as they are stored: JSON with a number, or a day as ISO text, for each indicator."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from bot.domain.figures import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.expressions import Number
    from bot.domain.figures import Value


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=plain).encode
_decode = json.JSONDecoder(parse_float=Decimal).decode


def dump(values: Mapping[str, Value] | Mapping[str, Number]) -> str:
    """As text; equal figures give equal texts."""
    return _encode(dict(values))


def load(text: str) -> dict[str, Value]:
    """Figures of a return."""
    found = _exactly(text)
    if str in map(type, found.values()):
        return {name: date.fromisoformat(value) if isinstance(value, str) else value for name, value in found.items()}
    return found


def sums(text: str) -> dict[str, Number]:
    """Sums, among which there are no days."""
    return _exactly(text)


def _exactly(text: str) -> dict[str, Any]:
    """Whole numbers are read at twice the speed; decimal ones are few, and must not become binary."""
    found: dict[str, Any] = from_json(text, cache_strings="keys")
    if float in map(type, found.values()):
        return _decode(text)  # type: ignore[no-any-return]
    return found
