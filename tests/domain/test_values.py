"""Typed values: registration numbers, dates, codes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.found import Found, Scene
from bot.domain.line import cut
from bot.domain.text import bangla_digits, normalise
from bot.domain.values import codes, dates, reg_nos, year_of
from bot.domain.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from bot.domain.line import Line

_TODAY = date(2026, 1, 15)
_WORDS = Vocabulary.from_catalogues(
    {
        "catalogue.language": "bn",
        "year": "সাল | সালের | of",
        "unit": "দিন | বছর | days",
        "label.number": "নং | no",
        "label.reg_no": "রেজি | reg",
        "label.date": "তাং | dated",
        "month.10": "অক্টোবর | october",
        "month.3": "march",
    }
)


def _read(reader: Callable[[Line, Set[int], Scene], list[Found]], text: str) -> list[Found]:
    line = cut(normalise(text), _WORDS)
    return reader(line, set(range(len(line.items))), Scene("status", _TODAY, frozenset()))


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("123/2019", "123/2019"),
        ("123-2019", "123/2019"),
        ("123 / 2019", "123/2019"),
        ("123 2019", "123/2019"),
        ("123.2019", "123/2019"),
        ("123\\2019", "123/2019"),
        ("১২৩।২০১৯", "123/2019"),
        ("1২3/20১৯", "123/2019"),
        ("0123/2019", "123/2019"),
        ("123/19", "123/2019"),
        ("123(2019)", "123/2019"),
        ("১২৩ সাল ২০১৯", "123/2019"),
        ("২০১৯ সালের ১২৩ নং", "123/2019"),
        ("reg no 123 of 2019", "123/2019"),
        ("99999/1900", "99999/1900"),
        ("1/2027", "1/2027"),
        ("১২৩", "123"),
        ("00123", "123"),
    ],
)
def test_a_registration_number_in_its_many_forms(typed: str, value: str) -> None:
    assert [found.value for found in _read(reg_nos, typed)] == [value]


@pytest.mark.parametrize(
    ("typed", "district"), [("123(নীল)2019", "নীল"), ("123/nil/2019", "nil"), ("১২৩ (চাঁপাই নবাব) ১৯", "চাঁপাই নবাব")]
)
def test_the_district_written_inside(typed: str, district: str) -> None:
    (found,) = _read(reg_nos, typed)
    assert (found.value, found.along) == ("123/2019", {"district": district})


@pytest.mark.parametrize(
    ("typed", "problem", "repairs"),
    [
        ("123/1899", "bad_year", ()),
        ("123/2028", "bad_year", ()),
        ("123/201", "bad_year", ()),
        ("123456", "bad_reg_no", ()),
        ("123456/2019", "bad_reg_no", ()),
        ("0/2019", "bad_reg_no", ()),
        ("2019/123", "turned_around", ("123/2019",)),
        ("123 19", "unclear_year", ("123/2019",)),
        ("১২৩, তাং-০৫/০৩/২০১৯", "year_of_date", ("123/2019",)),
        ("123 dated 5 march 2019", "year_of_date", ("123/2019",)),
    ],
)
def test_what_is_no_registration_number_is_said_so(typed: str, problem: str, repairs: tuple[str, ...]) -> None:
    (found,) = _read(reg_nos, typed)
    assert (found.value, found.problem, found.repairs) == (None, problem, repairs)


def test_the_same_number_again_is_one_number() -> None:
    assert {found.value for found in _read(reg_nos, "১২৩/২০১৯ 123-19 123")} == {"123/2019"}


@pytest.mark.parametrize("typed", ["৩ বছর", "90 days", "R4821", "no number"])
def test_what_counts_something_else_is_no_registration_number(typed: str) -> None:
    assert _read(reg_nos, typed) == []


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("25/10/2023", "2023-10-25"),
        ("২৫-১০-২৩", "2023-10-25"),
        ("25.10.2023", "2023-10-25"),
        ("2023-10-25", "2023-10-25"),
        ("২৫ অক্টোবর ২০২৩", "2023-10-25"),
        ("25 October, 23", "2023-10-25"),
    ],
)
def test_a_day_is_typed_day_first(typed: str, day: str) -> None:
    assert [found.value for found in _read(dates, typed)] == [day]


@pytest.mark.parametrize("typed", ["31/02/2023", "25/13/2023", "123/10/2023", "25 10 2023", "12/23"])
def test_what_is_no_day(typed: str) -> None:
    assert _read(dates, typed) == []


@pytest.mark.parametrize("typed", ["482173", "৪৮২১৭৩", "482 173", "48-21-73", "4 8 2 1 7 3"])
def test_a_code_has_six_digits(typed: str) -> None:
    assert [found.value for found in _read(codes, typed)] == ["482173"]


@pytest.mark.parametrize("typed", ["48217", "4821734", "123/2019"])
def test_what_is_no_code(typed: str) -> None:
    assert {found.problem for found in _read(codes, typed)} == {"bad_code"}


def test_a_year_is_one_in_which_a_society_can_have_been_registered() -> None:
    assert [year_of(digits, _TODAY) for digits in ("1900", "19", "2027", "1899", "2028", "45", "201")] == [
        1900,
        2019,
        2027,
        *[None] * 4,
    ]


@given(
    st.integers(1, 99_999), st.integers(1900, 2026), st.sampled_from(["/", "-", " / ", ".", " ", "।"]), st.booleans()
)
def test_every_registration_number_comes_back(serial: int, year: int, joint: str, bangla: bool) -> None:
    typed = f"{serial}{joint}{year}"
    found = _read(reg_nos, bangla_digits(typed) if bangla else typed)
    assert [one.value for one in found] == [f"{serial}/{year}"]
