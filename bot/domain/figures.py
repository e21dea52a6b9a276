"""The figures of a return: which numbers belong to which indicator, whether they agree, and what they add to the totals above.

Totals need no history: each return says once what it adds to a period's own column and what to the columns that go on through the
co-operative year (``contribution``), so that any area's figures are sums of returns, and a ratio is worked out from sums.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import product, repeat
from typing import TYPE_CHECKING, TypeAlias

from bot.domain.forms import Kind, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.domain.expressions import Number
    from bot.domain.forms import Form, Indicator

Value: TypeAlias = "int | Decimal | date"

GROWING = "+"
"""Marks, behind an indicator's name, what a return adds to the year's columns where that is not its own figure."""

_CENT = Decimal("0.01")
_PERCENT = 100


class Fault(StrEnum):
    """What is wrong with a figure."""

    UNKNOWN = "unknown"  # the form has no such indicator
    NOT_A_DAY = "not_a_day"  # a number where a day belongs, or a day where a number does
    BOUNDS = "bounds"  # less or more than may be
    CARRIED = "carried"  # the opening is not what the period before closed with
    TOTAL = "total"  # a total that was typed is not what its parts come to
    RULE = "rule"  # a rule of the form does not hold


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        fault: what.
        name: the indicator; of a broken rule the first one in it.
        typed: what was given.
        should: what it has to be, where that is known; of bounds, the bound that is broken.
        message: of a rule, by language.
    """

    fault: Fault
    name: str
    typed: Value | None = None
    should: Number | None = None
    message: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Carried:
    """What is known from earlier returns of the same filer.

    Attributes:
        values: indicator → value that need not be typed: openings, targets of the year.
        firm: those that cannot be other than that, because the period right before is filed.
    """

    values: Mapping[str, Number] = field(default_factory=dict)
    firm: frozenset[str] = frozenset()


NOTHING_CARRIED = Carried()


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of figures that were given.

    Attributes:
        values: of all indicators that are known: what was typed, what is carried, what follows; without the ratios.
        missing: what is still to be typed, in the form's order.
        problems: why they cannot be accepted.
    """

    values: Mapping[str, Value]
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether a return can be filed with them."""
        return not self.missing and not self.problems


def check(form: Form, given: Mapping[str, Value], carried: Carried = NOTHING_CARRIED) -> Checked:
    """Whether figures agree with each other, the form's bounds and rules, and what is known from before."""
    problems = list(_misplaced(form, given))
    values: dict[str, Value] = {}
    missing = []
    for indicator in form.asked:
        name = indicator.name
        if name in given:
            values[name] = given[name]
            if name in carried.firm and given[name] != carried.values[name]:
                problems.append(Problem(Fault.CARRIED, name, given[name], carried.values[name]))
                values[name] = carried.values[name]
        elif name in carried.values:
            values[name] = carried.values[name]
        elif indicator.optional:
            if indicator.kind is not Kind.DATE:
                values[name] = 0
        else:
            missing.append(name)
    values |= computed(form, values)
    disagreeing = list(_disagreeing(form, given, values))
    if disagreeing and (firm := _without_guesses(form, given, carried)) != carried:
        return check(form, given, firm)
    problems += disagreeing
    problems += _out_of_bounds(form, values)
    problems += _broken(form, values)
    return Checked(_in_order(form, values), tuple(missing), tuple(problems))


def _without_guesses(form: Form, given: Mapping[str, Value], carried: Carried) -> Carried:
    """What is known for certain: an opening carried over periods that are not filed is a guess, and a total that was typed knows better."""
    kept = {
        name: value
        for name, value in carried.values.items()
        if name in carried.firm or name in given or form.by_name[name].carried is None
    }
    return replace(carried, values=kept)


def _misplaced(form: Form, given: Mapping[str, Value]) -> Iterator[Problem]:
    for name, value in given.items():
        indicator = form.by_name.get(name)
        if indicator is None:
            yield Problem(Fault.UNKNOWN, name, value)
        elif (indicator.kind is Kind.DATE) is not isinstance(value, date):
            yield Problem(Fault.NOT_A_DAY, name, value)


def computed(form: Form, values: Mapping[str, Value | None]) -> dict[str, Number]:
    """What follows from figures; what does not follow because something is missing is absent."""
    return _computed(form, _numbers(values))


def _computed(form: Form, known: dict[str, Number]) -> dict[str, Number]:
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


def _disagreeing(form: Form, given: Mapping[str, Value], values: Mapping[str, Value]) -> Iterator[Problem]:
    """Totals and ratios that were typed and are not what they come to."""
    for indicator in form.indicators:
        typed = given.get(indicator.name)
        if typed is None or indicator.is_asked:
            continue
        should = ratio(indicator, values) if indicator.kind is Kind.RATIO else values.get(indicator.name)
        if should is not None and not isinstance(should, date) and typed != should:
            yield Problem(Fault.TOTAL, indicator.name, typed, should)


def _out_of_bounds(form: Form, values: Mapping[str, Value]) -> Iterator[Problem]:
    for name, value in values.items():
        indicator = form.by_name[name]
        if isinstance(value, date) or (indicator.kind is Kind.DATE):
            continue
        if indicator.least is not None and value < indicator.least:
            yield Problem(Fault.BOUNDS, name, value, indicator.least)
        elif indicator.most is not None and value > indicator.most:
            yield Problem(Fault.BOUNDS, name, value, indicator.most)


def _broken(form: Form, values: Mapping[str, Value]) -> Iterator[Problem]:
    numbers = {name: value for name, value in values.items() if not isinstance(value, date)}
    for rule in form.rules:
        if rule.check.holds(numbers) is False:
            name = rule.check.names[0]
            yield Problem(Fault.RULE, name, values.get(name), message=rule.message)


def _in_order(form: Form, values: Mapping[str, Value]) -> dict[str, Value]:
    return {each.name: values[each.name] for each in form.indicators if each.name in values}


def ratio(indicator: Indicator, values: Mapping[str, Value | None]) -> Decimal | None:
    """A ratio in percent, to two decimals, not more than its cap; None where there is nothing to divide by."""
    return _percent(indicator, _numbers(values))


def _percent(indicator: Indicator, numbers: Mapping[str, Number]) -> Decimal | None:
    assert indicator.formula is not None  # noqa: S101 - every ratio has both
    assert indicator.by is not None  # noqa: S101 - as above
    above, below = indicator.formula.value(numbers), indicator.by.value(numbers)
    if above is None or not below:
        return None
    exact = Decimal(above) * _PERCENT / Decimal(below)
    return (exact if indicator.cap is None else min(exact, indicator.cap)).quantize(_CENT, ROUND_HALF_UP)


def by_order(form: Form, numbers: Sequence[Number]) -> list[dict[str, Value]]:
    """Every way in which so many numbers can be the form's figures in their order.

    What is carried, computed, a ratio or optional may be left out, each sort of them together.
    """
    fields = [each for each in form.indicators if each.kind is not Kind.DATE]
    ways: dict[tuple[str, ...], None] = {}
    for carried, derived, ratios, optional in product((False, True), repeat=4):
        names = tuple(
            each.name
            for each in fields
            if (carried or not each.is_carried)
            and (derived or each.kind is not Kind.COMPUTED)
            and (ratios or each.kind is not Kind.RATIO)
            and (optional or not each.optional)
        )
        if len(names) == len(numbers):
            ways[names] = None
    return [dict(zip(names, numbers, strict=True)) for names in ways]


def best(form: Form, numbers: Sequence[Number], carried: Carried = NOTHING_CARRIED) -> list[dict[str, Value]]:
    """Of the ways that numbers can be read, those that agree best: one that is complete before one that lacks something.

    Of several the one that repeats what is known from before; where none agrees, the one with the fewest and the smallest slips. An
    empty list where there are too few or too many numbers.
    """
    ways = [(way, check(form, way, carried)) for way in by_order(form, numbers)]
    if not ways:
        return []

    def doubts(way: Mapping[str, Value], checked: Checked) -> tuple[int, Decimal, int, int]:
        repeated = sum(way.get(name) == value for name, value in carried.values.items())
        slip = sum(map(_slip, checked.problems), Decimal(0))
        return len(checked.problems), slip, len(checked.missing), -repeated

    least = min(doubts(*each) for each in ways)
    return [way for way, checked in ways if doubts(way, checked) == least]


def _slip(problem: Problem) -> Decimal:
    """How far a figure is from what it should be: 0 is not at all, 1 is as far as can be."""
    typed, should = problem.typed, problem.should
    if should is None or typed is None or isinstance(typed, date):
        return Decimal(1)
    said, right = Decimal(typed), Decimal(should)
    return abs(said - right) / max(abs(said), abs(right), Decimal(1))


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
        _computed(form, column)
    found = {name: Figure(own.get(name), previous.get(name), cumulative.get(name)) for name in form.by_name}
    for each in form.apart:
        name = each.name
        if each.kind is Kind.RATIO:
            found[name] = Figure(*(_percent(each, column) for column in (own, previous, cumulative)))
        elif each.unit is Unit.PERCENT:
            found[name] = Figure(own.get(name), None, None)
        elif listed is not None:
            found[name] = replace(found[name], this=listed.get(name))
    return found


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
