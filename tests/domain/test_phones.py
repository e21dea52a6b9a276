"""Telephone numbers in a line, and the days ahead that a number counts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.found import Found, Scene
from bot.domain.horizon import MOST_DAYS, days
from bot.domain.line import cut
from bot.domain.phones import phones
from bot.domain.text import bangla_digits, normalise
from bot.domain.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from bot.domain.line import Line

_WORDS = Vocabulary.from_catalogues(
    {
        "catalogue.language": "bn",
        "unit": "দিন | days | months | মাস",
        "unit.month": "months | মাস",
        "unit.week": "weeks",
        "unit.year": "year",
    }
)


def _read(reader: Callable[[Line, Set[int], Scene], list[Found]], text: str) -> list[Found]:
    line = cut(normalise(text), _WORDS)
    free = {at for at, item in enumerate(line.items) if item.kind.name != "MARK"}
    return reader(line, free, Scene("officer", date(2026, 1, 15), frozenset()))


@pytest.mark.parametrize(
    "typed",
    [
        *("01700099911", "+8801700099911", "8801700099911", "008801700099911", "1700099911"),
        *("01700-099911", "01700 099911", "017 0009 9911", "+880 1700-099911", "(017) 00099911", "017-000-99911"),
        *("০১৭০০০৯৯৯১১", "০১৭০০-০৯৯৯১১", "+৮৮০১৭০০০৯৯৯১১", "01700.099.911"),
    ],
)
def test_a_number_in_its_many_forms(typed: str) -> None:
    assert [found.value for found in _read(phones, f"dimla {typed} Karim")] == ["+8801700099911"]


@pytest.mark.parametrize(
    "typed", ["0170009991", "017000999111", "01700-09991", "+880 1700 09991", "+1 23", "99999999999"]
)
def test_a_number_that_cannot_be_is_a_problem(typed: str) -> None:
    assert [(found.value, found.problem) for found in _read(phones, typed)] == [(None, "bad_phone")]


@pytest.mark.parametrize("typed", ["12/2019", "482173", "482 173", "50810025", "13 50810025", "5081", "123", "01/2019"])
def test_other_numbers_are_no_telephones(typed: str) -> None:
    assert _read(phones, typed) == []


def test_a_number_beside_a_registration_number_is_read_alone() -> None:
    for text in ("12/2019 01700099911", "01700099911 12/2019", "01700 099911 12/2019", "12/2019, 01700-099911"):
        assert [found.value for found in _read(phones, text)] == ["+8801700099911"], text


def test_two_numbers_are_two() -> None:
    found = _read(phones, "01700099911 01700099912")
    assert [one.value for one in found] == ["+8801700099911", "+8801700099912"]
    assert not found[0].uses & found[1].uses


@given(st.integers(0, 99999999), st.sampled_from(["", " ", "-"]), st.integers(3, 10), st.booleans())
def test_wherever_it_is_divided(tail: int, joint: str, at: int, bangla: bool) -> None:
    digits = f"013{tail:08}"
    typed = digits[:at] + joint + digits[at:]
    assert [one.value for one in _read(phones, bangla_digits(typed) if bangla else typed)] == [f"+88{digits}"]


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("30", 30),
        ("৬০ দিন", 60),
        ("0", 0),
        ("3 months", 90),
        ("৩ মাস", 90),
        ("2 weeks", 14),
        ("1 year", 365),
        ("2024 days", 2024),
    ],
)
def test_days_ahead(typed: str, count: int) -> None:
    assert [found.value for found in _read(days, typed)] == [count]


@pytest.mark.parametrize("typed", [str(MOST_DAYS + 1), "2024", "9" * 400, "11 year", "123/2019", "30-60"])
def test_days_that_are_asked_back(typed: str) -> None:
    assert [(found.value, found.problem) for found in _read(days, typed)] == [(None, "bad_days")]
