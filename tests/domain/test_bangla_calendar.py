"""The Bangla calendar: dates printed on official letters, and the rules of the revised calendar on every day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.domain.bangla_calendar import BanglaDay, bangla_day

LONG, FALGUN = 31, 11


@pytest.mark.parametrize(
    ("common", "bangla"),
    [
        (date(2023, 1, 12), (1429, 9, 28)),
        (date(2023, 10, 9), (1430, 6, 24)),
        (date(2023, 9, 25), (1430, 6, 10)),
        (date(2026, 11, 22), (1433, 8, 7)),
        (date(2026, 4, 13), (1432, 12, 30)),
        (date(2026, 4, 14), (1433, 1, 1)),
        (date(2024, 2, 29), (1430, 11, 16)),  # a leap day is in ফাল্গুন
        (date(2024, 3, 14), (1430, 11, 30)),
        (date(2023, 3, 14), (1429, 11, 29)),
        (date(2024, 2, 21), (1430, 11, 8)),  # the days of 1952, 1971: the calendar was revised to keep them in place
        (date(2024, 12, 16), (1431, 9, 1)),
        (date(2024, 3, 26), (1430, 12, 12)),
    ],
)
def test_known_days(common: date, bangla: tuple[int, int, int]) -> None:
    assert bangla_day(common) == BanglaDay(*bangla)


def _length(year: int, month: int) -> int:
    """How long a month is; the year counts as leap when the ফাল্গুন of it lies in a leap year of the common calendar."""
    leap = (year + 594) % 4 == 0 and ((year + 594) % 100 != 0 or (year + 594) % 400 == 0)
    if month == FALGUN:
        return 30 if leap else 29
    return 31 if month <= 6 else 30


def test_every_day_follows_the_one_before() -> None:
    day, last = date(1990, 1, 1), date(2060, 12, 31)
    year, month, number = bangla_day(day)
    while day < last:
        day += timedelta(days=1)
        number += 1
        if number > _length(year, month):
            number, month = 1, month + 1
        if month > 12:
            month, year = 1, year + 1
        assert bangla_day(day) == (year, month, number), day


@pytest.mark.parametrize("year", range(1990, 2061))
def test_the_year_begins_on_14_april(year: int) -> None:
    assert bangla_day(date(year, 4, 14)) == (year - 593, 1, 1)
