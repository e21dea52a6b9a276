"""Filing figures: what a message gives is checked, kept as a version, and counted once the return is complete.

What is typed is kept and the rest follows: openings from the period before, totals from their parts. When an earlier return changes, or
comes late, those after it follow by themselves (``_follow``), so that the order in which messages arrive does not matter.

A return whose only lack is an opening *waits*: it is filed as soon as an earlier return tells it. Everything else that lacks
something stays open, and counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.clock import DHAKA
from bot.domain.figures import Carried, Checked, check, contribution
from bot.domain.forms import Kind
from bot.store import form_versions, returns, totals
from bot.store.totals import Total

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.domain.expressions import Number
    from bot.domain.figures import Value
    from bot.domain.forms import Form, Forms
    from bot.domain.periods import Period
    from bot.domain.returns import Author, Filer, Return
    from bot.store.query import Tx


class Fate(StrEnum):
    """What became of figures that were given."""

    FILED = "filed"
    KEPT = "kept"  # written down, but something is missing
    SAME = "same"  # exactly this is filed, or written down, already
    OTHER = "other"  # a return with other figures is filed already
    REFUSED = "refused"  # they do not agree; nothing was written


@dataclass(frozen=True, slots=True)
class Given:
    """What came of a message with figures.

    Attributes:
        fate: what became of them.
        checked: the figures and what is missing or wrong.
        one: the return; None where none was opened.
        others: later returns that waited for this one, and are filed with it.
    """

    fate: Fate
    checked: Checked
    one: Return | None = None
    others: Sequence[Return] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """Which return figures are for.

    Attributes:
        form: the version that holds for the period.
        period: what it is about.
        filer: whose it is.
        due_on: the last day to file it in time.
    """

    form: Form
    period: Period
    filer: Filer
    due_on: date


def carried(tx: Tx, owed: Owed) -> Carried:
    """What earlier returns of the filer tell about this one."""
    last = returns.last_filed(tx, owed.form.code, owed.period, owed.filer)
    return _carried(owed.form, owed.period, last, _sure(tx, owed.form, last))


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


def _carried(form: Form, period: Period, last: Return | None, sure: Collection[str] | None = None) -> Carried:
    """What the last return tells; ``sure`` are the openings that are no guess, all of them where it is not asked."""
    if last is None:
        return Carried()
    values: dict[str, Number] = {}
    firm = set()
    for indicator in form.asked:
        if indicator.carried is not None:
            value = last.figures.get(indicator.carried)
            if last.period.next() == period and (sure is None or indicator.name in sure):
                firm.add(indicator.name)
        elif indicator.is_carried and last.period.year == period.year:
            value = last.figures.get(indicator.name)
        else:
            continue
        if isinstance(value, int):
            values[indicator.name] = value
    return Carried(values, frozenset(firm & values.keys()))


def give(
    tx: Tx,
    forms: Forms,
    owed: Owed,
    by: Author,
    values: Mapping[str, Value],
    *,
    hold: bool = False,
    file_open: bool = False,
) -> Given:
    """Take the figures of a message, all of them or none.

    Args:
        tx: the open transaction.
        forms: every form.
        owed: the return they are for.
        by: who gives them; his post is at the filer, or the database refuses them.
        values: indicator → figure, as typed.
        hold: write them down, but do not file, however complete: a guided return asks first.
        file_open: file what is written down already, as the answer to that.
    """
    form = owed.form
    returns.lock(tx, owed.filer)
    one = returns.find(tx, form.code, owed.period, owed.filer)
    if one is not None and one.is_filed:
        return _again(tx, forms, form, one, by, values)
    known = dict(one.given) if one is not None else {}
    typed = {name: value for name, value in values.items() if name not in form.by_name or form.by_name[name].is_asked}
    checked = _checked(form, known, values, carried(tx, owed))
    if checked.problems:
        return Given(Fate.REFUSED, checked, one)
    news = {name: value for name, value in typed.items() if known.get(name) != value}
    ready = checked.is_complete and not hold
    if one is not None and not news and not (ready and (file_open or not one.waits)):
        return Given(Fate.SAME, checked, one)
    if one is None and not values:
        return Given(Fate.KEPT, checked)
    one = one or returns.open_one(tx, form, owed.period, owed.filer, owed.due_on)
    if news:
        returns.add_version(tx, one, news, by)
    lacks_an_opening = bool(checked.missing) and all(form.by_name[name].is_carried for name in checked.missing)
    one = replace(
        one,
        version=form.version,
        given={**known, **typed},
        figures=checked.values,
        waits=lacks_an_opening and not hold,
    )
    if not ready:
        returns.keep(tx, one)
        return Given(Fate.KEPT, checked, one)
    filed = _filed(one, by.at, by.inbox_id)
    returns.keep(tx, filed)
    form_versions.use(tx, form)
    chain = _follow(tx, forms, filed, fresh=True)
    return Given(Fate.FILED, checked, chain.first(filed.id) or filed, chain.filed)


def _again(tx: Tx, forms: Forms, form: Form, one: Return, by: Author, values: Mapping[str, Value]) -> Given:
    """Figures for a return that is filed: the same change nothing, others need a correction; a day that was left open may follow."""
    late = {
        name: value
        for name, value in values.items()
        if name in form.by_name and form.by_name[name].kind is Kind.DATE and name not in one.given
    }
    others = {name: value for name, value in values.items() if name not in late and name in form.by_name}
    same = all(
        one.figures.get(name) == value for name, value in others.items() if form.by_name[name].kind is not Kind.RATIO
    )
    if not same or not late:
        return Given(Fate.SAME if same else Fate.OTHER, Checked(one.figures), one)
    checked = corrected(tx, form, one, late)
    if checked.problems:
        return Given(Fate.REFUSED, checked, one)
    returns.add_version(tx, one, late, by)
    after = replace(one, given={**one.given, **late})
    returns.keep(tx, after)
    return Given(Fate.FILED, checked, _follow(tx, forms, after).first(one.id) or after)


def _filed(one: Return, at: datetime, inbox_id: int) -> Return:
    on_time = at.astimezone(DHAKA).date() <= one.due_on
    # Counted as nothing until the chain is followed.
    return replace(one, filed_at=at, filed_in=inbox_id, on_time=on_time, waits=False, counted={})


def _checked(form: Form, known: Mapping[str, Value], values: Mapping[str, Value], carried: Carried) -> Checked:
    """Whether a message's figures agree with what was given before.

    An opening that was given before and has become known from an earlier return meanwhile is what that one says.
    """
    kept = {name: value for name, value in known.items() if name not in carried.firm}
    return check(form, {**kept, **values}, carried)


def corrected(tx: Tx, form: Form, one: Return, changes: Mapping[str, Value]) -> Checked:
    """Whether a return would agree with some of its figures changed."""
    return _checked(form, one.given, changes, carried(tx, Owed(form, one.period, one.filer, one.due_on)))


def spoilt(tx: Tx, forms: Forms, one: Return, figures: Mapping[str, Value]) -> Return | None:
    """The first later return of the filer that agrees now, and would not if a filed one came to other figures."""
    was, will_be = one, replace(one, figures=figures)
    for later in returns.since(tx, one.form, one.period.next(), one.filer):
        form = forms.exact(later.form, later.version)
        if form is None or not later.is_filed:
            continue
        checked = _checked(form, later.given, {}, _carried(form, later.period, will_be))
        if checked.problems and not _checked(form, later.given, {}, _carried(form, later.period, was)).problems:
            return later
        was, will_be = later, replace(later, figures=checked.values)
    return None


def correct(
    tx: Tx, forms: Forms, one: Return, changes: Mapping[str, Value], by: Author, *, approved_by: str, approved_in: int
) -> None:
    """Put an approved correction into a filed return, as a version of its own; what follows from it follows.

    Args:
        tx: the open transaction.
        forms: every form.
        one: the return, locked by its filer.
        changes: the figures as they are to be.
        by: who asked for it, of the filing office.
        approved_by: who of the office above approved it.
        approved_in: with which message.
    """
    returns.add_version(tx, one, changes, by, approved_by=approved_by, approved_in=approved_in)
    returns.keep(tx, replace(one, given={**one.given, **changes}))
    _follow(tx, forms, one)


def take_back(tx: Tx, forms: Forms, one: Return, at: datetime) -> None:
    """Open a filed return again, without its figures, or empty an open one; its versions are kept as undone."""
    returns.take_back_versions(tx, one.id, at)
    returns.keep(tx, one.emptied())
    if one.counted is not None:
        gone = {one.period.starts_on: _difference(one, None)}
        totals.shift(tx, one.form, one.period.every, one.filer.lineage, gone)
        _follow(tx, forms, one.emptied())


def needed_by(tx: Tx, forms: Forms, one: Return) -> Return | None:
    """The return after a filed one that would not be complete without it: it opens with what this one closes with."""
    later = next((each for each in returns.since(tx, one.form, one.period.next(), one.filer) if each.is_filed), None)
    form = None if later is None else forms.exact(later.form, later.version)
    if later is None or form is None:
        return None
    last = returns.last_filed(tx, one.form, one.period, one.filer)
    return later if check(form, later.given, _carried(form, later.period, last)).missing else None


@dataclass(slots=True)
class _Chain:
    """What following a chain has changed."""

    changed: list[Return] = field(default_factory=list)
    filed: list[Return] = field(default_factory=list)

    def first(self, return_id: int) -> Return | None:
        return next((one for one in self.changed if one.id == return_id), None)


def _follow(tx: Tx, forms: Forms, start: Return, *, fresh: bool = False) -> _Chain:
    """Work out a filer's returns anew, from one on: openings, what is computed, what waits, and what the totals have of each.

    A ``fresh`` first one is not in the totals yet.
    """
    period, filer = start.period, start.filer
    last = returns.last_filed(tx, start.form, period, filer)
    newest = forms.exact(start.form, start.version)
    sure = frozenset() if newest is None else _sure(tx, newest, last)
    chain, shifts = _Chain(), dict[date, Total]()
    for one in returns.since(tx, start.form, period, filer):
        form = forms.exact(one.form, one.version)
        if form is None or not (one.is_filed or one.waits):
            continue
        checked = check(form, one.given, _carried(form, one.period, last, sure))
        if not one.is_filed and not checked.is_complete:
            continue
        follows = last is not None and last.period.next() == one.period
        sure = (_openings(form) & one.given.keys()) | (sure if follows else frozenset())
        after = one if one.is_filed else _arrived(tx, one)
        before = last.figures if last is not None and last.period.year == one.period.year else None
        after = replace(after, figures=checked.values, counted=contribution(form, checked.values, before))
        last = after
        if after == one and not (fresh and one.id == start.id):
            if one.period > period and (not follows or _openings(form) <= one.given.keys()):
                break  # nothing that follows can be other than it was, nor be surer of its opening
            continue
        returns.keep(tx, after)
        shifts[one.period.starts_on] = _difference(None if fresh and one.id == start.id else one, after)
        chain.changed.append(after)
        if not one.is_filed:
            chain.filed.append(after)
    totals.shift(tx, start.form, period.every, filer.lineage, shifts)
    return chain


def _arrived(tx: Tx, one: Return) -> Return:
    """A return that waited, filed by the last message that gave it figures."""
    latest = [version for version in returns.versions(tx, one.id) if version.undone_at is None][-1]
    return _filed(one, latest.at, latest.inbox_id)


def _difference(before: Return | None, after: Return | None) -> Total:
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
