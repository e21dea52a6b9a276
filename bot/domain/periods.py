"""The periods that returns are about: a month, a quarter of the co-operative year, a co-operative year; and when their returns are due."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.errors import InvalidValue
from bot.domain.period import EARLIEST_YEAR, FIRST_MONTH, LATEST_YEAR, cooperative_year

_MONTHS: Final = 12
_NAME = re.compile(r"([0-9]{4})-([0-9]{2})(?:/Q([1-4]))?")
_HOW_TO_WRITE = "Write a period as 2023-12, 2023-24/Q2 or 2023-24."


class Every(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many months it has."""
        return {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: _MONTHS}[self]


WEEKEND: Final = frozenset({calendar.FRIDAY, calendar.SATURDAY})
"""The days on which offices are closed."""


@dataclass(frozen=True, slots=True)
class DueRule:
    """When a return is due: on a day of the month that follows its period, or on that month's last day where it is shorter."""

    day: int


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One period. Periods of one length are in the order of time.

    Attributes:
        starts_on: its first day.
        every: how long it is.
    """

    starts_on: date
    every: Every

    @classmethod
    def of(cls, every: Every, day: date) -> Period:
        """The period that a day lies in."""
        months = every.months
        since_first = (day.month - FIRST_MONTH) % _MONTHS
        return cls(_shifted(day.replace(day=1), -(since_first % months)), every)

    @classmethod
    def parse(cls, name: str) -> Period:
        """Reads a name as ``name`` writes it: ``2023-12``, ``2023-24/Q2`` or ``2023-24``.

        ``2011-12`` is both a month and a co-operative year by its form; it is the month, because years are written ``2011-12`` only
        where ``every`` says so: see ``named``.

        Raises:
            InvalidValue: no period is called so, or none that returns can be about.
        """
        found = _NAME.fullmatch(name)
        if found is None:
            raise InvalidValue(_HOW_TO_WRITE)
        year, second = int(found[1]), int(found[2])
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise InvalidValue(f"A year is between {EARLIEST_YEAR} and {LATEST_YEAR}.")
        if found[3] is None and 1 <= second <= _MONTHS:
            return cls(date(year, second, 1), Every.MONTH)
        if second != (year + 1) % 100:
            raise InvalidValue(_HOW_TO_WRITE)
        begins = date(year, FIRST_MONTH, 1)
        if found[3] is None:
            return cls(begins, Every.YEAR)
        return cls(_shifted(begins, Every.QUARTER.months * (int(found[3]) - 1)), Every.QUARTER)

    @classmethod
    def named(cls, name: str, every: tuple[Every, ...]) -> Period | None:
        """The period of one of these lengths that a name means; None where there is none."""
        try:
            found = cls.parse(name)
        except InvalidValue:
            return None
        if found.every in every:
            return found
        both = Every.YEAR in every and found.every is Every.MONTH
        if both and found.starts_on.month == (found.starts_on.year + 1) % 100:  # 2011-12
            return cls(date(found.starts_on.year, FIRST_MONTH, 1), Every.YEAR)
        return None

    @property
    def name(self) -> str:
        """``2023-12``, ``2023-24/Q2`` or ``2023-24``."""
        match self.every:
            case Every.MONTH:
                return f"{self.starts_on:%Y-%m}"
            case Every.QUARTER:
                return f"{self.year}/Q{self.number}"
            case Every.YEAR:
                return self.year

    @property
    def year(self) -> str:
        """The co-operative year that it belongs to: ``2023-24``."""
        return cooperative_year(self.starts_on)

    @property
    def number(self) -> int:
        """Which of its length it is in the co-operative year, from 1."""
        return (self.starts_on.month - FIRST_MONTH) % _MONTHS // self.every.months + 1

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return self.next().starts_on - timedelta(days=1)

    @property
    def year_starts_on(self) -> date:
        """The first day of its co-operative year, from which figures add up."""
        return Period.of(Every.YEAR, self.starts_on).starts_on

    def next(self) -> Period:
        """The one that follows."""
        return Period(_shifted(self.starts_on, self.every.months), self.every)

    def previous(self) -> Period:
        """The one before."""
        return Period(_shifted(self.starts_on, -self.every.months), self.every)

    def due_on(self, rule: DueRule, weekend: frozenset[int] = WEEKEND, holidays: frozenset[date] = frozenset()) -> date:
        """The day on which its return is due: the rule's, or the next working day.

        Args:
            rule: which day of the month that follows.
            weekend: weekdays on which offices are closed, Monday is 0.
            holidays: other days on which they are.
        """
        month = self.next().starts_on
        day = month.replace(day=min(rule.day, calendar.monthrange(month.year, month.month)[1]))
        while day.weekday() in weekend or day in holidays:
            day += timedelta(days=1)
        return day


def _shifted(first: date, months: int) -> date:
    """The first of the month so many months later."""
    count = first.year * _MONTHS + first.month - 1 + months
    return date(count // _MONTHS, count % _MONTHS + 1, 1)
