"""Figures as they are stored: JSON with a number, or a day as ISO text, for each indicator."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain, repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from bot.domain.figures import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.expressions import Number
    from bot.domain.figures import Value


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=plain).encode


def _decode(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


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


@lru_cache(maxsize=1024)
def added(joined: str) -> Mapping[str, Number]:
    """What several sums come to, with commas between their texts.

    Remembered by those texts: the earlier months of a year are asked for again and again, and hardly ever change.
    """
    text = f"[{joined}]"
    found: list[dict[str, Number]] = from_json(text, cache_strings="keys")
    if any(_has_fractions(each) for each in found):
        found = _decode(text)
    names = dict.fromkeys(chain.from_iterable(found))
    # Name by name, each over all sums at once.
    columns = zip(*(map(each.get, names, repeat(0)) for each in found), strict=True)
    return MappingProxyType(dict(zip(names, map(sum, columns), strict=True)))


def _exactly(text: str) -> dict[str, Any]:
    """Whole numbers are read at twice the speed; decimal ones are few, and must not become binary."""
    found: dict[str, Any] = from_json(text, cache_strings="keys")
    return _decode(text) if _has_fractions(found) else found


def _has_fractions(found: Mapping[str, Any]) -> bool:
    return float in map(type, found.values())
