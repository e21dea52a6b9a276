"""A filer's returns one after the other: what each tells the next, and what follows when one comes, changes or goes.

What is typed is kept and the rest is worked out anew (``follow``), so that the order in which messages arrive does not matter. An
opening that is carried over periods which are not filed is a guess: what was typed goes before it, until the gap is filled.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.clock import DHAKA
from bot.domain.adding import contribution
from bot.domain.checking import Carried, Checked, check
from bot.store import returns, totals, versions
from bot.store.totals import Total

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.domain.expressions import Number
    from bot.domain.figures import Value
    from bot.domain.forms import Form, Forms
    from bot.domain.periods import Period
    from bot.domain.returns import Filer, Return
    from bot.store.query import Tx


def carried(tx: Tx, form: Form, period: Period, filer: Filer) -> Carried:
    """What earlier returns of a filer tell about one."""
    last = returns.last_filed(tx, form.code, period, filer)
    return _carried(form, period, last, _sure(tx, form, last))


def _openings(form: Form) -> frozenset[str]:
    return frozenset(each.name for each in form.asked if each.carried is not None)


def _sure(tx: Tx, form: Form, last: Return | None) -> frozenset[str]:
    """The openings that a return tells for certain: no period is missing since they were typed last, so that none is a guess."""
    if last is None or not (openings := _openings(form)):
        return frozenset()
    sure, expected = set[str](), last.period
    for period, given in returns.given_up_to(tx, last):
        if period != expected or openings <= sure:
            break
        sure |= openings & given.keys()
        expected = period.previous()
    return frozenset(sure)


def _carried(form: Form, period: Period, last: Return | None, sure: Collection[str]) -> Carried:
    """What the last return tells; ``sure`` are the openings that are no guess."""
    if last is None:
        return Carried()
    values: dict[str, Number] = {}
    firm = set()
    for indicator in form.asked:
        if indicator.carried is not None:
            value = last.figures.get(indicator.carried)
            if last.period.next() == period and indicator.name in sure:
                firm.add(indicator.name)
        elif indicator.is_carried and last.period.year == period.year:
            value = last.figures.get(indicator.name)
        else:
            continue
        if isinstance(value, int | Decimal):
            values[indicator.name] = value
    return Carried(values, frozenset(firm & values.keys()))


def checked(form: Form, known: Mapping[str, Value], values: Mapping[str, Value], carried: Carried) -> Checked:
    """Whether a message's figures agree with what was given before.

    An opening that was given before and has become known from an earlier return meanwhile is what that one says.
    """
    kept = {name: value for name, value in known.items() if name not in carried.firm}
    return check(form, {**kept, **values}, carried)


def spoilt(
    tx: Tx, forms: Forms, one: Return, changes: Mapping[str, Value], figures: Mapping[str, Value]
) -> Return | None:
    """The first later return of the filer that agrees now, and would not if a filed one came to other figures.

    Args:
        tx: the open transaction.
        forms: every form.
        one: the return, filed.
        changes: what would be typed anew.
        figures: what all its figures would come to.
    """
    return _spoilt(tx, forms, one, one, replace(one, given={**one.given, **changes}, figures=figures))


def spoilt_by(tx: Tx, forms: Forms, one: Return) -> Return | None:
    """Likewise of a return that is about to be filed."""
    return _spoilt(tx, forms, one, returns.last_filed(tx, one.form, one.period, one.filer), one)


def needed_by(tx: Tx, forms: Forms, one: Return) -> Return | None:
    """The first return after a filed one that would not agree, or not be complete, without it."""
    last = returns.last_filed(tx, one.form, one.period, one.filer)
    return _spoilt(tx, forms, one, one, last, guessing=True)


def _spoilt(
    tx: Tx, forms: Forms, one: Return, was: Return | None, will_be: Return | None, *, guessing: bool = False
) -> Return | None:
    """The first return after one that agrees now, and would not if what is filed last before it were another.

    Args:
        tx: the open transaction.
        forms: every form.
        one: the return that comes, changes, or goes.
        was: what is filed last before those after it.
        will_be: what would be.
        guessing: whether one counts, too, that would lack an opening, or have only a guess that cannot be.
    """
    form = forms.exact(one.form, one.version)
    if form is None or not any(each.is_carried for each in form.asked):
        return None
    later = returns.since(tx, one.form, one.period.next(), one.filer)
    if not any(each.is_filed for each in later):
        return None
    agree = {each.id for each, found, _ in _in_turn(forms, later, *_told_by(tx, forms, was)) if found.is_complete}
    for each, found, _ in _in_turn(forms, later, *_told_by(tx, forms, will_be)):
        is_spoilt = not found.is_complete if guessing else found.problems and not found.missing
        if each.is_filed and each.id in agree and is_spoilt:
            return each
    return None


def _told_by(tx: Tx, forms: Forms, last: Return | None) -> tuple[Return | None, frozenset[str]]:
    """What is filed last before others, with the openings that it tells for certain."""
    form = None if last is None else forms.exact(last.form, last.version)
    if last is None or form is None:
        return last, frozenset()
    before = returns.last_filed(tx, last.form, last.period, last.filer)
    return last, _sure_after(form, last, before, () if before is None else _sure(tx, form, before))


def filed(one: Return, at: datetime, inbox_id: int) -> Return:
    """A return with the message that completes it, which is not counted anywhere before the chain is followed."""
    on_time = at.astimezone(DHAKA).date() <= one.due_on
    return replace(one, filed_at=at, filed_in=inbox_id, on_time=on_time, waits=False, counted={})


@dataclass(slots=True)
class Chain:
    """What following a chain has changed.

    Attributes:
        changed: the returns that are other than they were, as they are now.
        filed: those of them that waited, and are filed now.
    """

    changed: list[Return] = field(default_factory=list)
    filed: list[Return] = field(default_factory=list)

    def first(self, return_id: int) -> Return | None:
        """A return, if it has changed."""
        return next((one for one in self.changed if one.id == return_id), None)


def _in_turn(
    forms: Forms, ordered: Sequence[Return], last: Return | None, sure: Collection[str]
) -> Iterator[tuple[Return, Checked, Return | None]]:
    """A filer's returns worked out one after the other, each with what is filed last before it; what is open and waits on, left out.

    Args:
        forms: every form.
        ordered: the returns.
        last: what is filed before the first of them.
        sure: the openings that this one tells for certain.
    """
    for one in ordered:
        form = forms.exact(one.form, one.version)
        if form is None or not (one.is_filed or one.waits):
            continue
        told = _carried(form, one.period, last, sure)
        found = checked(form, one.given, {}, told)
        if one.is_filed and found.missing:  # a guess that cannot be is better than none, until it is known
            guessed = {name: told.values[name] for name in found.missing if name in told.values}
            found = replace(checked(form, one.given, guessed, told), missing=found.missing)
        if not one.is_filed and not found.is_complete:
            continue
        yield one, found, last
        sure = _sure_after(form, one, last, sure)
        last = replace(one, figures=found.values)


def _sure_after(form: Form, one: Return, last: Return | None, sure: Collection[str]) -> frozenset[str]:
    """The openings that a filed return tells for certain: those that were typed in it, and those that the one right before it told so."""
    own = _openings(form) & one.given.keys()
    return own | frozenset(sure) if _follows(one, last) else own


def _follows(one: Return, last: Return | None) -> bool:
    """Whether no period is missing between two filed returns."""
    return last is not None and last.period.next() == one.period


def follow(tx: Tx, forms: Forms, start: Return, *, fresh: bool = False) -> Chain:
    """Work out a filer's returns anew, from one on: openings, what is computed, what waits, and what the totals have of each.

    A ``fresh`` first one is not in the totals yet.
    """
    period, filer = start.period, start.filer
    before = returns.last_filed(tx, start.form, period, filer)
    chain, shifts = Chain(), dict[str, dict[date, Total]]()
    ordered = returns.since(tx, start.form, period, filer)
    for one, found, last in _in_turn(forms, ordered, *_told_by(tx, forms, before)):
        form = forms.exact(one.form, one.version)
        assert form is not None  # noqa: S101 - it was worked out by it
        after = one if one.is_filed else _arrived(tx, one)
        own_year = last.figures if last is not None and last.period.year == one.period.year else None
        after = replace(after, figures=found.values, counted=contribution(form, found.values, own_year))
        if after == one and not (fresh and one.id == start.id):
            is_cut_off = not _follows(one, last) and one.period.previous() != period
            if one.period > period and (is_cut_off or _openings(form) <= one.given.keys()):
                break  # nothing that follows can be other than it was, nor be surer of its opening
            continue
        returns.keep(tx, after)
        # Each counts where it was filed: a society may have moved to another office's area since.
        change = difference(None if fresh and one.id == start.id else one, after)
        shifts.setdefault(one.filer.lineage, {})[one.period.starts_on] = change
        chain.changed.append(after)
        if not one.is_filed:
            chain.filed.append(after)
    for lineage in sorted(shifts):
        totals.shift(tx, start.form, period.every, lineage, shifts[lineage])
    return chain


def _arrived(tx: Tx, one: Return) -> Return:
    """A return that waited, filed by the last message that gave it figures."""
    latest = [version for version in versions.of(tx, one.id) if version.undone_at is None][-1]
    return filed(one, latest.at, latest.inbox_id)


def difference(before: Return | None, after: Return | None) -> Total:
    """What the totals change by when a return becomes another."""
    change = Total()
    for one, sign in ((before, -1), (after, 1)):
        if one is None or one.counted is None:
            continue
        for name, value in one.counted.items():
            change.sums[name] = change.sums.get(name, 0) + sign * value
        change.filed += sign
        change.on_time += sign * bool(one.on_time)
    change.sums = {name: value for name, value in change.sums.items() if value}
    return change
