"""Whether the figures of a return agree with each other, with its form and with what is known from before; and which number is which."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from bot.domain.figures import computed, ratio
from bot.domain.forms import Kind, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.domain.expressions import Number
    from bot.domain.figures import Value
    from bot.domain.forms import Form, Indicator


class Fault(StrEnum):
    """What is wrong with a figure."""

    UNKNOWN = "unknown"  # the form has no such indicator
    NOT_A_DAY = "not_a_day"  # a number where a day belongs, or a day where a number does
    WHOLE = "whole"  # decimals where things are counted
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
    """Whether figures agree with each other, the form's bounds and rules, and what is known from before.

    A guess does not stand in the way of what was typed: where figures do not agree with one, they are asked for instead.
    """
    checked = _check(form, given, carried)
    if checked.problems and (certain := _without_guesses(form, given, carried)) != carried:
        without = _check(form, given, certain)
        if len(without.problems) < len(checked.problems):
            return without
    return checked


def _check(form: Form, given: Mapping[str, Value], carried: Carried) -> Checked:
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
    problems += _disagreeing(form, given, values)
    problems += _out_of_bounds(form, values)
    problems += _broken(form, values)
    return Checked(_in_order(form, values), tuple(missing), tuple(problems))


def _without_guesses(form: Form, given: Mapping[str, Value], carried: Carried) -> Carried:
    """What is known for certain: an opening carried over periods that are not filed is a guess, and what was typed knows better."""
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
        elif _is_broken_up(indicator, value):
            yield Problem(Fault.WHOLE, name, value)


def _is_broken_up(indicator: Indicator, value: Value) -> bool:
    """Whether things that are counted are not whole."""
    counts = indicator.is_asked and indicator.unit is Unit.NUMBER
    return counts and isinstance(value, Decimal) and value != value.to_integral_value()


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
    found = [(way, checked) for way, checked in ways if doubts(way, checked) == least]
    # Nought by nought it does not matter which is which.
    same = all(checked == found[0][1] for _, checked in found)
    return [way for way, _ in (found[:1] if same else found)]


def _slip(problem: Problem) -> Decimal:
    """How far a figure is from what it should be: 0 is not at all, 1 is as far as can be."""
    typed, should = problem.typed, problem.should
    if should is None or typed is None or isinstance(typed, date):
        return Decimal(1)
    said, right = Decimal(typed), Decimal(should)
    return abs(said - right) / max(abs(said), abs(right), Decimal(1))
