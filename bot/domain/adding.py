"""What returns add to totals, and the columns that totals show.

Totals need no history: each return says once what it adds to a period's own column and what to the columns that go on through the
co-operative year (``contribution``), so that any area's figures are sums of returns, and a ratio is worked out from sums.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import repeat
from typing import TYPE_CHECKING

from bot.domain.figures import derived, percent
from bot.domain.forms import Kind, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.expressions import Number
    from bot.domain.figures import Value
    from bot.domain.forms import Form

GROWING = "+"
"""Marks, behind an indicator's name, what a return adds to the year's columns where that is not its own figure."""


def contribution(form: Form, values: Mapping[str, Value], before: Mapping[str, Value] | None) -> dict[str, Number]:
    """What a return adds to the totals of its period.

    Under an indicator's name stands what it adds to the period's own column. A flow adds the same to the columns that go on through the
    year; of others that stands under ``name+``: of a stock or a target of the year its growth since the filer's last return of the
    year, of an opening only the year's first one.

    Args:
        form: the version that holds.
        values: the return's figures.
        before: those of the filer's last return before it in the same co-operative year; None where it is the first.
    """
    added: dict[str, Number] = {}
    for indicator in form.asked:
        name, value = indicator.name, values.get(indicator.name)
        if value is None or not indicator.is_summed:
            continue
        own: Number = 1 if isinstance(value, date) else value
        added[name] = own
        if name not in form.standing:
            continue
        was = (before or {}).get(name)
        if indicator.carried is not None:
            added[name + GROWING] = own if before is None else 0
        else:
            added[name + GROWING] = own if was is None or isinstance(was, date) else own - was
    return added


def add(totals: dict[str, Number], more: Mapping[str, Number], sign: int = 1) -> None:
    """Add a vector to totals, in place; what comes to nothing is taken out, so that equal totals are equal mappings."""
    for name, value in more.items():
        found = totals.get(name, 0) + sign * value
        if found:
            totals[name] = found
        else:
            totals.pop(name, None)


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one area.

    Attributes:
        this: of the period; of a day that one office gave, that day.
        previous: from the first day of the co-operative year up to the period before.
        cumulative: up to the end of the period.
    """

    this: Value | None
    previous: Number | None
    cumulative: Number | None


def columns(
    form: Form,
    this: Mapping[str, Number],
    before: Iterable[Mapping[str, Number]],
    listed: Mapping[str, Value] | None = None,
) -> dict[str, Figure]:
    """Every indicator of an area.

    Args:
        form: the version that holds for the period.
        this: the totals of the period (sums of contributions).
        before: the totals of the earlier periods of the co-operative year.
        listed: of one office, its own figures: what cannot be added up is shown from them.
    """
    names = [each.name for each in form.summed]
    keys = [name + GROWING if name in form.standing else name for name in names]
    nothing: dict[str, Number] = dict.fromkeys(names, 0)
    # Indicator by indicator: as many sums as there are indicators, each over all earlier periods at once.
    earlier = zip(*(map(totals.get, keys, repeat(0)) for totals in before), strict=True)
    own = {name: this.get(name, 0) for name in names}
    previous = nothing | dict(zip(names, map(sum, earlier), strict=False))
    cumulative = {name: previous[name] + this.get(key, 0) for name, key in zip(names, keys, strict=True)}
    # The year's opening stands in front of both, so that every column adds up to its closing by itself.
    previous |= {each.name: cumulative[each.name] for each in form.summed if each.carried is not None}
    if listed is not None:
        for each in form.asked:
            if not each.is_summed and each.name in listed:
                value = listed[each.name]
                own[each.name] = cumulative[each.name] = value if not isinstance(value, date) else 0
    for column in (own, previous, cumulative):
        derived(form, column)
    found = {name: Figure(own.get(name), previous.get(name), cumulative.get(name)) for name in form.by_name}
    for each in form.apart:
        name = each.name
        if each.kind is Kind.RATIO:
            found[name] = Figure(*(percent(each, column) for column in (own, previous, cumulative)))
        elif each.unit is Unit.PERCENT:
            found[name] = Figure(own.get(name), None, None)
        elif listed is not None:
            found[name] = replace(found[name], this=listed.get(name))
    return found
