"""A piece of a line that looks like a period, and the years in it. ``bot.domain.told_periods`` says how lines are cut into such pieces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from bot.domain.found import Found
from bot.domain.period import FIRST_MONTH
from bot.domain.periods import Every, Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.line import Line

BAD, UNCLEAR = "bad_period", "unclear_period"
MONTH = "month."
SHORT, FULL = 2, 4
"""Digits of a short and of a whole year."""
RECENT: Final = 6
"""Years back that a short year beside a word is not doubted: ``dec 12 5 2`` may have twelve of something."""
OLDEST: Final = 2000
_CENTURY: Final = 100


@dataclass(frozen=True, slots=True)
class Piece:
    """Items in a row that match the pattern of a period.

    Attributes:
        line: the line.
        letters: the line's items, each as a letter.
        span: where the piece stands.
        today: for telling which one is the last.
    """

    line: Line
    letters: str
    span: range
    today: date

    @property
    def uses(self) -> frozenset[int]:
        """Its items."""
        return frozenset(self.span)

    @property
    def numbers(self) -> list[int]:
        """Where its numbers stand."""
        return self.all("n")

    def all(self, letter: str) -> list[int]:
        """Where one letter stands."""
        return [at for at in self.span if self.letters[at] == letter]

    def text(self, at: int) -> str:
        """What stands in one place."""
        return self.line.items[at].text

    def broken(self, problem: str = BAD, *repairs: str) -> Found:
        """It is no period, or not clearly one."""
        return Found(None, self.uses, problem=problem, repairs=repairs)

    def month(self, at: int) -> int:
        """The month that a word names."""
        return int(next(key for key in self.line.items[at].keys if key.startswith(MONTH)).removeprefix(MONTH))

    def year(self, at: int) -> int | None:
        """The year of this century that a number of two or four digits is, past or still to come."""
        digits = self.text(at)
        year = int(digits) + (OLDEST if len(digits) == SHORT else 0) if len(digits) in {SHORT, FULL} else 0
        return year if OLDEST <= year < OLDEST + _CENTURY else None

    def cooperative_year(self, numbers: Sequence[int]) -> str | None:
        """The co-operative year that two numbers are: two years that follow each other."""
        if len(numbers) != 2:  # noqa: PLR2004 - its two numbers
            return None
        begins, ends = self.year(numbers[0]), self.year(numbers[1])
        if begins is None or ends != begins + 1 or len(self.text(numbers[1])) > len(self.text(numbers[0])):
            return None
        return year_name(begins)


def year_name(begins: int) -> str:
    """The co-operative year that begins in a year: ``2023-24``."""
    return f"{begins}-{(begins + 1) % _CENTURY:02}"


def first_of(year: int | str, month: int) -> date:
    """The first day of a month in a calendar year, or in a co-operative year by its name."""
    return date(int(year[:FULL]) + (month < FIRST_MONTH) if isinstance(year, str) else year, month, 1)


def last_begun(every: Every, today: date, number: int) -> Period:
    """The last period of this number in its co-operative year that has begun."""
    period = Period.of(every, today)
    while period.number != number:
        period = period.previous()
    return period


def last_month(month: int, today: date) -> Period:
    """The last month of this name that has begun."""
    return last_begun(Every.MONTH, today, Period(date(OLDEST, month, 1), Every.MONTH).number)
