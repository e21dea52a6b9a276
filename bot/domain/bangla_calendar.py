"""The Bangla calendar as Bangladesh has it since 1426: letters and wall calendars carry its date beside the common one.

The year begins on 14 April; six months of 31 days, then months of 30, ফাল্গুন of 29, or 30 in a leap year of the common calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bangladatetime import date as _bangla_date

if TYPE_CHECKING:
    from datetime import date


class BanglaDay(NamedTuple):
    """A day of the Bangla calendar.

    Attributes:
        year: such as 1433.
        month: 1 is বৈশাখ, 12 is চৈত্র.
        day: of the month.
    """

    year: int
    month: int
    day: int


def bangla_day(day: date) -> BanglaDay:
    """The day in the Bangla calendar."""
    found = _bangla_date.fromgregorian(day.year, day.month, day.day)
    return BanglaDay(found.year, found.month, found.day)
