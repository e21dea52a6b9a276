"""The figures of a return: what they are, and what follows from them."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.expressions import Number
    from bot.domain.forms import Form, Indicator

Value: TypeAlias = "int | Decimal | date"
"""One figure; amounts are whole, percentages may have decimals."""

_CENT = Decimal("0.01")


_HUNDRED = 100


def computed(form: Form, values: Mapping[str, Value | None]) -> dict[str, Number]:
    """What follows from figures; what does not follow because something is missing is absent."""
    return derived(form, _numbers(values))


def derived(form: Form, known: dict[str, Number]) -> dict[str, Number]:
    """Likewise, of numbers alone, to which it is added."""
    found: dict[str, Number] = {}
    for name, formula in form.computed:
        value = formula.value(known)
        if value is not None:
            found[name] = known[name] = value
    return found


def _numbers(values: Mapping[str, Value | None]) -> dict[str, Number]:
    """The figures with which one can reckon: no days."""
    return {name: value for name, value in values.items() if value is not None and not isinstance(value, date)}


def ratio(indicator: Indicator, values: Mapping[str, Value | None]) -> Decimal | None:
    """A ratio in percent, to two decimals, not more than its cap; None where there is nothing to divide by."""
    return percent(indicator, _numbers(values))


def percent(indicator: Indicator, numbers: Mapping[str, Number]) -> Decimal | None:
    """``ratio`` of figures among which there are no days."""
    assert indicator.formula is not None  # noqa: S101 - every ratio has both
    assert indicator.by is not None  # noqa: S101 - as above
    above, below = indicator.formula.value(numbers), indicator.by.value(numbers)
    if above is None or not below:
        return None
    exact = Decimal(above) * _HUNDRED / Decimal(below)
    return (exact if indicator.cap is None else min(exact, indicator.cap)).quantize(_CENT, ROUND_HALF_UP)


def to_come(values: Mapping[str, Value], today: date) -> date | None:
    """A day among figures that has not come yet, if one has not."""
    return next((day for day in values.values() if isinstance(day, date) and day > today), None)


def from_plain(value: int | float | str) -> Value:
    """A figure as the grammar gives it: a day as ISO text, a number with decimals as a float."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    return Decimal(str(value)) if isinstance(value, float) else value


def plain(value: Value | None) -> int | float | str | None:
    """A figure as JSON has it: whole numbers, numbers with decimals, days as ISO text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
