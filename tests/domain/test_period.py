"""Dates and co-operative years as people type them."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidValue
from bot.domain.period import EARLIEST_YEAR, LATEST_YEAR, cooperative_year, parse_cooperative_year, parse_date

TODAY = date(2026, 3, 1)
DATES = st.dates(date(EARLIEST_YEAR, 1, 1), date(LATEST_YEAR, 12, 31))
BANGLA_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
OFFICIAL_MONTHS = "জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর".split()  # noqa: SIM905 - easier to read as a line


@pytest.mark.parametrize(
    "text",
    [
        "25/10/2023",
        "25-10-23",
        "25.10.2023",
        "25 10 2023",
        "25/10/23",
        "25-10/2023",
        " 25 / 10 / 2023 ",
        "25–10–2023",
        "২৫/১০/২০২৩",
        "২৫-10-২৩",
        "২৫।১০।২০২৩",
        "২৫ অক্টোবর ২০২৩",
        "২৫ অক্টোবর, ২০২৩",
        "২৫শে অক্টোবর ২০২৩",
        "২৫ অক্টোবর ২০২৩ খ্রি.",
        "২৫/১০/২০২৩ খ্রিঃ",
        "২৫/১০/২০২৩ ইং",
        "২৫ অক্টোবর ২০২৩ খ্রিষ্টাব্দ",
        "অক্টোবর ২৫ ২০২৩",
        "২৫ অক্টবর ২৩",
        "25 oct 2023",
        "25 OCT 2023",
        "25oct2023",
        "25-Oct-23",
        "Oct 25 2023",
        "Oct. 25, 2023",
        "25th October 2023",
        "25th of October, 2023",
        "October 25th 2023",
        "2023 October 25",
        "2023-10-25",
        "2023/10/25",
        "২০২৩-১০-২৫",
        "2023-10-25 00:00:00",
        "2023-10-25T00:00:00",
        "\ufeff25/10/2023\u200b",
        "25\u00a0October\u00a02023",
    ],
)
def test_every_way_to_write_a_day(text: str) -> None:
    assert parse_date(text, TODAY) == date(2023, 10, 25)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("জানুয়ারি", 1),
        ("জানুয়ারী", 1),
        ("জানুযারি", 1),
        ("ফেব্রুয়ারি", 2),
        ("ফেব্রুয়ারী", 2),
        ("মার্চ", 3),
        ("এপ্রিল", 4),
        ("মে", 5),
        ("জুন", 6),
        ("জুলাই", 7),
        ("আগস্ট", 8),
        ("আগষ্ট", 8),
        ("অগাস্ট", 8),
        ("সেপ্টেম্বর", 9),
        ("অক্টোবর", 10),
        ("নভেম্বর", 11),
        ("ডিসেম্বর", 12),
        ("Sept", 9),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_spellings_of_the_months(text: str, month: int, form: str) -> None:
    spelled = unicodedata.normalize("NFC" if form == "NFC" else "NFD", text)
    assert parse_date(f"৫ {spelled} ২০২৪", TODAY) == date(2024, month, 5)


def test_both_unicode_forms_of_yya() -> None:
    assert parse_date("১ জানু\u09dfারি ২০২৪", TODAY) == parse_date("১ জানু\u09af\u09bcারি ২০২৪", TODAY)


@pytest.mark.parametrize(
    ("text", "days"), [("today", 0), ("আজ", 0), ("yesterday", -1), ("গতকাল", -1), ("Tomorrow", 1), ("আগামীকাল", 1)]
)
def test_days_counted_from_today(text: str, days: int) -> None:
    assert parse_date(text, TODAY) == TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2024",
        "30/02/2024",
        "29/02/2023",
        "31 এপ্রিল ২০২৪",
        "00/01/2024",
        "32/01/2024",
        "01/00/2024",
        "10/25/2023",
        "2023-25-10",
        "2023-02-30",
        "25/10/1430",
        "25/10/2203",
        "25/10/0023",
    ],
)
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^(There is no|A year is)"):
        parse_date(text, TODAY)


@pytest.mark.parametrize("text", ["25/10", "২৫ অক্টোবর", "Oct 25"])
def test_a_date_without_its_year_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="no year"):
        parse_date(text, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "45224",
        "45224.0",
        "25102023",
        "20231025",
        "কাল",
        "soon",
        "25/10/2023/1",
        "25/10/202",
        "25/10/20234",
        "125/10/2023",
        "25 অক্টোবর নভেম্বর",
        "25 foo 2023",
        "foo 25 2023",
        "25 2023 oct",
        "oct oct oct",
        "25/10/২০২৩ সভা",
        "²⁵/10/2023",
        "25+10+2023",
        "9" * 10_000,
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"\.$"):
        parse_date(text, TODAY)


@given(DATES, st.sampled_from("/-. "), st.booleans(), st.booleans())
def test_every_date_comes_back_from_digits(day: date, separator: str, padded: bool, bangla: bool) -> None:
    text = separator.join((f"{day.day:02d}" if padded else f"{day.day}", f"{day.month}", f"{day.year}"))
    assert parse_date(text.translate(BANGLA_DIGITS) if bangla else text, TODAY) == day


@given(DATES)
def test_every_date_comes_back_from_iso(day: date) -> None:
    assert parse_date(day.isoformat(), TODAY) == day


@given(DATES, st.booleans())
def test_every_date_comes_back_from_words(day: date, bangla: bool) -> None:
    text = (
        f"{day.day} {OFFICIAL_MONTHS[day.month - 1]} {day.year}".translate(BANGLA_DIGITS)
        if bangla
        else f"{day:%d %B %Y}"
    )
    assert parse_date(text, TODAY) == day


@given(st.text(max_size=30) | st.text("0123456789০১২৩/-. octঅজু", max_size=14))
def test_any_text_is_a_date_or_a_clear_refusal(text: str) -> None:
    try:
        day = parse_date(text, TODAY)
    except InvalidValue:
        return
    assert EARLIEST_YEAR <= day.year <= LATEST_YEAR


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2024, 6, 30), "2023-24"),
        (date(2024, 7, 1), "2024-25"),
        (date(2024, 12, 31), "2024-25"),
        (date(2025, 1, 1), "2024-25"),
        (date(2025, 6, 30), "2024-25"),
        (date(1999, 12, 31), "1999-00"),
        (date(2009, 7, 1), "2009-10"),
    ],
)
def test_the_year_runs_from_july_to_june(on: date, name: str) -> None:
    assert cooperative_year(on) == name


def test_another_law_may_begin_the_year_in_another_month() -> None:
    assert cooperative_year(date(2024, 4, 1), first_month=4) == "2024-25"
    assert cooperative_year(date(2024, 3, 31), first_month=4) == "2023-24"


@pytest.mark.parametrize(
    "text",
    [
        "2024-25",
        "2024-2025",
        "২০২৪-২৫",
        "২০২৪-২০২৫",
        "2024/25",
        "24-25",
        "২৪/২৫",
        "2024 - 25",
        "2024–25",
        " 2024-25\u200b ",
        "২০24-25",
    ],
)
def test_every_way_to_write_a_cooperative_year(text: str) -> None:
    assert parse_cooperative_year(text) == "2024-25"


def test_the_turn_of_the_century() -> None:
    assert parse_cooperative_year("1999-2000") == parse_cooperative_year("1999-00") == "1999-00"


@pytest.mark.parametrize(
    "text", ["2024-26", "2024-24", "2024-23", "2024-2035", "2024-3025", "24-26", "1999-2100", "25-24"]
)
def test_years_that_do_not_follow_each_other_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="follow each other"):
        parse_cooperative_year(text)


@pytest.mark.parametrize(
    "text", ["", "2024", "2024-", "2024-5", "2024-25-26", "202-25", "20242025", "year", "১৪৩০-৩১", "²4-25", "2" * 9999]
)
def test_what_is_no_cooperative_year_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^(Write a co-operative year|A year is)"):
        parse_cooperative_year(text)


@given(DATES)
def test_the_name_of_a_year_is_read_back(on: date) -> None:
    if date(EARLIEST_YEAR, 7, 1) <= on:
        assert parse_cooperative_year(cooperative_year(on)) == cooperative_year(on)
