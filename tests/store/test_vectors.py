"""Figures keep every digit on their way through the database's text, whichever way they are read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.store import vectors

if TYPE_CHECKING:
    from bot.domain.figures import Value


def test_whole_numbers_decimals_and_days_come_back_as_they_were() -> None:
    values: dict[str, Value] = {"many": 10**25, "share": Decimal("82.41"), "handed_in": date(2026, 10, 5), "none": 0}
    assert vectors.load(vectors.dump(values)) == values
    assert isinstance(vectors.load(vectors.dump({"whole": 7}))["whole"], int)


def test_sums_are_exact_where_they_have_decimals() -> None:
    assert vectors.sums('{"a":0.1,"b":3}') == {"a": Decimal("0.1"), "b": 3}
    assert vectors.added('{"a":0.1,"b":1},{"a":0.2},{"b":2}') == {"a": Decimal("0.3"), "b": 3}


def test_sums_of_none_and_of_large_ones() -> None:
    assert vectors.added("") == {}
    assert vectors.added('{"a":100000000000000000000},{"a":1,"b":-2}') == {"a": 10**20 + 1, "b": -2}
