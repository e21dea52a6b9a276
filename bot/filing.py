"""Filing figures: what a message gives is checked, kept as a version, and counted once the return is complete.

What is typed is kept and the rest follows: openings from the period before, totals from their parts. When an earlier return changes, or
comes late, those after it follow by themselves (``bot.following``), so that the order in which messages arrive does not matter.

A return whose only lack is an opening *waits*: it is filed as soon as an earlier return tells it. Everything else that lacks
something stays open, and counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bot import following
from bot.domain.checking import Checked
from bot.domain.forms import Kind
from bot.domain.returns import Return
from bot.store import form_versions, returns, totals, versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from bot.domain.checking import Carried
    from bot.domain.figures import Value
    from bot.domain.forms import Form, Forms
    from bot.domain.periods import Period
    from bot.domain.returns import Author, Filer
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
        spoilt: of figures that were refused, the later return that would no longer agree.
    """

    fate: Fate
    checked: Checked
    one: Return | None = None
    others: Sequence[Return] = ()
    spoilt: Return | None = None


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
    return following.carried(tx, owed.form, owed.period, owed.filer)


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
    checked = following.checked(form, known, values, carried(tx, owed))
    if checked.problems:
        return Given(Fate.REFUSED, checked, one)
    news = {name: value for name, value in typed.items() if known.get(name) != value}
    ready = checked.is_complete and not hold
    if one is not None and not news and not (ready and (file_open or not one.waits)):
        return Given(Fate.SAME, checked, one)
    if one is None and not values:
        return Given(Fate.KEPT, checked)
    if ready and (later := _spoilt_by(tx, forms, owed, {**known, **typed}, checked.values)) is not None:
        return Given(Fate.REFUSED, checked, one, spoilt=later)
    one = one or returns.open_one(tx, form, owed.period, owed.filer, owed.due_on)
    if news:
        versions.add(tx, one, news, by)
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
    filed = following.filed(one, by.at, by.inbox_id)
    returns.keep(tx, filed)
    form_versions.use(tx, form)
    chain = following.follow(tx, forms, filed, fresh=True)
    return Given(Fate.FILED, checked, chain.first(filed.id) or filed, chain.filed)


def _spoilt_by(
    tx: Tx, forms: Forms, owed: Owed, given: Mapping[str, Value], figures: Mapping[str, Value]
) -> Return | None:
    """The first later return that agrees now, and would not if this one were filed."""
    state = (False, None, None, None, given, figures, None)
    one = Return(0, owed.form.code, owed.form.version, owed.period, owed.filer, owed.due_on, *state)
    return following.spoilt_by(tx, forms, one)


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
    versions.add(tx, one, late, by)
    after = replace(one, given={**one.given, **late})
    returns.keep(tx, after)
    return Given(Fate.FILED, checked, following.follow(tx, forms, after).first(one.id) or after)


def corrected(tx: Tx, form: Form, one: Return, changes: Mapping[str, Value]) -> Checked:
    """Whether a return would agree with some of its figures changed."""
    return following.checked(form, one.given, changes, carried(tx, Owed(form, one.period, one.filer, one.due_on)))


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
    versions.add(tx, one, changes, by, approved_by=approved_by, approved_in=approved_in)
    returns.keep(tx, replace(one, given={**one.given, **changes}))
    following.follow(tx, forms, one)


def take_back(tx: Tx, forms: Forms, one: Return, at: datetime) -> None:
    """Open a filed return again, without its figures, or empty an open one; its versions are kept as undone."""
    versions.take_back(tx, one.id, at)
    returns.keep(tx, one.emptied())
    if one.counted is not None:
        gone = {one.period.starts_on: following.difference(one, None)}
        totals.shift(tx, one.form, one.period.every, one.filer.lineage, gone)
        following.follow(tx, forms, one.emptied())
