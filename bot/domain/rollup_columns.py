"""What a table of an area's figures shows: which columns an indicator has, and what fits a picture that is read on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.domain.forms import Kind, Unit
from bot.domain.periods import Every

if TYPE_CHECKING:
    from bot.domain.forms import Form, Indicator

PARTS: Final = ("this", "previous", "cumulative")
"""The columns of what adds up through the co-operative year; they are fields of ``bot.domain.adding.Figure``."""

PICTURED_ROWS = 70
"""Rows that can still be read in a picture as wide as a phone."""

PICTURED_COLUMNS = 9
"""Columns of figures side by side in it."""


def runs_on(form: Form, indicator: Indicator) -> bool:
    """Whether it adds up from the first day of the co-operative year, so that its sum so far is a number of its own.

    What stands from one period to the next (a stock, the year's target) does not, nor what is computed from any such; a ratio does where
    its numerator or its denominator does.
    """
    if indicator.unit is Unit.PERCENT and indicator.is_asked:
        return False
    match indicator.kind:
        case Kind.FLOW:
            return True
        case Kind.TARGET:
            return not indicator.yearly
        case Kind.STOCK | Kind.DATE:
            return False
        case Kind.COMPUTED:
            return all(_named(form, indicator))
        case Kind.RATIO:
            return any(_named(form, indicator))


def _named(form: Form, indicator: Indicator) -> list[bool]:
    formulas = (each for each in (indicator.formula, indicator.by) if each is not None)
    names = dict.fromkeys(name for formula in formulas for name in formula.names)
    return [runs_on(form, form.by_name[name]) for name in names if name in form.by_name]


def parts(form: Form, indicator: Indicator, every: Every) -> tuple[str, ...]:
    """The columns of an indicator: three of what runs on through the year, one of everything else; a year is all of itself."""
    return PARTS if every is not Every.YEAR and runs_on(form, indicator) else PARTS[:1]


def pictured(form: Form, every: Every, rows: int) -> tuple[Indicator, ...]:
    """The indicators that a picture of so many rows shows: all, or those with little room; none where it would be too long."""
    for indicators in (form.indicators, form.headlines):
        columns = sum(len(parts(form, each, every)) for each in indicators)
        blocks = -(-columns // PICTURED_COLUMNS)
        if rows * blocks <= PICTURED_ROWS:
            return indicators
    return ()
