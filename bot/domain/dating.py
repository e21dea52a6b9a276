"""Which day is meant by its figures, and what is wrong with one that cannot have been."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.domain.found import Found
from bot.domain.values import OLDEST_YEAR

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

LAST_DAY, LAST_MONTH = 31, 12
_SHORT = 2
"""Digits of a short year."""
_LEAP_YEARS = 8
_RECENT = timedelta(days=182)
"""How long ago a day without its year may have been: of one that is further back the next one is nearer."""
_PLANNED = timedelta(days=183)
"""How far ahead a day may be planned: one still further ahead has a slip in its year."""


def last_of_number(day: int, today: date) -> date:
    """The latest day with this number in its month that is not after today."""
    this_month = today.year * LAST_MONTH + today.month - 1
    for month in range(this_month, this_month - LAST_MONTH, -1):
        year, index = divmod(month, LAST_MONTH)
        if day <= monthrange(year, index + 1)[1] and (last := date(year, index + 1, day)) <= today:
            return last
    return today


def told(day: int, month: int, year: int, uses: frozenset[int], today: date) -> Found:
    """A day as it was told, or what is wrong with it."""
    if not (OLDEST_YEAR <= year <= date.max.year and 1 <= month <= LAST_MONTH and 1 <= day <= LAST_DAY):
        return impossible(uses, _turned(day, month, year, today))
    if day > (last := monthrange(year, month)[1]):
        return impossible(uses, [near] if (near := date(year, month, last)) <= today else [])
    was = date(year, month, day)
    if was <= today:
        return Found(was.isoformat(), uses)
    meant = latest(day, month, today) if was - today > _PLANNED else None
    return Found(None, uses, problem="future_date", repairs=(meant.isoformat(),) if meant else ())


def _turned(day: int, month: int, year: int, today: date) -> list[date]:
    """The day that is meant when the month was written first: ``10/25/2023``."""
    if not (OLDEST_YEAR <= year <= today.year and 1 <= day <= LAST_MONTH):
        return []
    fits = 1 <= month <= monthrange(year, day)[1] and date(year, day, month) <= today
    return [date(year, day, month)] if fits else []


def latest(day: int, month: int, today: date) -> date | None:
    """The latest such day of a year that is not after today."""
    if not (1 <= month <= LAST_MONTH and day >= 1):
        return None
    for year in range(today.year, max(today.year - _LEAP_YEARS, 1) - 1, -1):
        if day <= monthrange(year, month)[1] and date(year, month, day) <= today:
            return date(year, month, day)
    return None


def full_year(digits: str) -> int:
    """The year that two or four digits mean: two are 20yy."""
    return int(digits) + (2000 if len(digits) == _SHORT else 0)


def span(numbers: Collection[int]) -> frozenset[int]:
    """The items from the first one to the last one."""
    return frozenset(range(min(numbers), max(numbers) + 1))


def impossible(uses: Collection[int], repairs: Sequence[date] = ()) -> Found:
    """A day that is in no calendar, with those that may have been meant."""
    return Found(None, span(uses), problem="impossible_date", repairs=tuple(day.isoformat() for day in repairs))


def missing(uses: frozenset[int], likely: date | None = None) -> Found:
    """No whole day is told; the line is shown with the one that is likely meant, never with one that was not told at all."""
    return Found(None, uses, problem="missing_date", repairs=() if likely is None else (likely.isoformat(),))


def without_year(was: date, uses: frozenset[int], today: date) -> Found:
    """A day told without its year: the latest one, unless the next one may as well be meant."""
    if today - was > _RECENT:
        return Found(None, uses, problem="missing_year", repairs=(was.isoformat(),))
    return Found(was.isoformat(), uses)
