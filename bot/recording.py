"""Recording what happened to a society: what an election, a general meeting, an audit changes, and how it is taken back.

An election or an interim committee begins a term, whose end is the law's; whatever is queued about the terms before it is taken back. A
meeting, an audit and a dividend are kept for their co-operative year. Nothing is lost: the event keeps what undoing it puts back, and
the audit log tells before and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot import reminding
from bot.clock import DHAKA
from bot.domain.events import BASIS, TERMS, EventKind, concerned_year
from bot.domain.milestones import ReminderKind, Renewal
from bot.domain.registry import Basis
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import audit, events, history
from bot.store.societies import Yearly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.domain.registry import Standing
    from bot.store.events import Event, Held
    from bot.store.history import TermRow

_REG = {"r": Slot.REG_NO}
_DAY = {"d": Slot.DATE}
_DONE = {**_REG, **_DAY, "name": Slot.NAME, "ref": Slot.CODE}

TEXTS = (
    Wording("record.future", 2, _DAY),
    Wording("record.before_registration", 3, {**_REG, **_DAY}, row="approve.or_reject", rows=1),
    Wording("record.earlier", 3, {**_REG, **_DAY, "until": Slot.DATE}, row="approve.or_reject", rows=1),
    Wording("record.known", 2, {**_REG, **_DAY, "event": Slot.EVENT}),
    Wording("record.phones", 2, _REG),
    Wording("record.was", 1, _DAY),
    Wording("record.newer_year", 1, {"y": Slot.YEAR}),
)
"""What every kind of event may lead to."""


def term_done(kind: EventKind) -> Wording:
    """The echo of what begins a term; it asks for the telephones of those who serve now."""
    return Wording(f"{kind}.done", 3, {**_DONE, "until": Slot.DATE}, row="record.phones", rows=1)


def yearly_done(kind: EventKind, **more: Slot) -> Wording:
    """The echo of a meeting, an audit or a dividend; further lines tell what was on record before, and that a newer year is."""
    return Wording(f"{kind}.done", 3, {**_DONE, "y": Slot.YEAR, **more}, row="record.newer_year", rows=2)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said to have happened to which society, and when."""

    kind: EventKind
    society: Standing
    on: date

    def params(self) -> dict[str, Any]:
        """What a text about it is filled with."""
        return {**self.society.names(), "d": self.on, "event": self.kind.value}


@dataclass(frozen=True, slots=True)
class Applied:
    """What recording has changed.

    Attributes:
        back: what undoing puts back; plain JSON values.
        echo: what the sender reads.
    """

    back: Mapping[str, Any]
    echo: Reply


def objection(context: Context, told: Told, held: Held) -> Reply | None:
    """Why an event cannot be recorded, or need not be; None where it can."""
    if told.on > context.today:
        return Reply("record.future", {"d": told.on})
    number = {"r": told.society.registration_no}
    if held.registered_on is not None and told.on < held.registered_on:
        return Reply("record.before_registration", {**number, "d": held.registered_on})
    if told.kind not in TERMS:
        was = history.of_year(context.tx, told.kind, held.id, year_of(context, told))
        return Reply("record.known", told.params()) if was is not None and was.held_on == told.on else None
    current = next(iter(history.terms(context.tx, held.id)), None)
    if current is None or told.on > current.formed_on:
        return None
    if told.on < current.formed_on:
        return Reply("record.earlier", {**number, "d": current.formed_on, "until": current.expires_on})
    return Reply("record.known", told.params()) if current.basis is BASIS[told.kind] else None


def apply(context: Context, told: Told, held: Held, ref: int) -> Applied:
    """Record an event to which there is no objection."""
    return _term(context, told, held, ref) if told.kind in TERMS else _yearly(context, told, held, ref)


def _term(context: Context, told: Told, held: Held, ref: int) -> Applied:
    """A new term; or, where one was formed on the same day, that one corrected."""
    tx, basis = context.tx, BASIS[told.kind]
    until = context.law.term_law(held.level, held.category).expires_on(basis, told.on)
    known = history.terms(tx, held.id)
    for each in known:
        reminding.cancel(tx, each.id, context.now)
    same = next((each for each in known if each.formed_on == told.on), None)
    if same is None:
        term_id = history.add_term(tx, held.id, basis, told.on, until, context.today)
    else:
        term_id = same.id
        history.change_term(tx, term_id, basis, until, context.today)
    log(context, told.kind, "record", held, before=_shown(next(iter(known), None)), after=_put(basis, told.on, until))
    back = {
        "term": term_id,
        "put": [basis.value, until.isoformat()],
        "was": None if same is None else [same.basis.value, *map(_iso, (same.expires_on, same.recorded_on))],
    }
    phones = Reply("record.phones", {"r": told.society.registration_no})
    return Applied(back, _echo(told, ref, {"until": until}, phones))


def _yearly(context: Context, told: Told, held: Held, ref: int) -> Applied:
    year = year_of(context, told)
    was = history.of_year(context.tx, told.kind, held.id, year)
    history.put(context.tx, told.kind, held.id, Yearly(year, told.on))
    before = {} if was is None else {"year": year, "held_on": _iso(was.held_on)}
    log(context, told.kind, "record", held, before=before, after={"year": year, "held_on": told.on.isoformat()})
    back = {"year": year, "put": told.on.isoformat(), "was": None if was is None else [_iso(was.held_on)]}
    lines = [] if was is None or was.held_on is None else [Reply("record.was", {"d": was.held_on})]
    latest = history.latest_year(context.tx, told.kind, held.id)
    if latest is not None and latest > year:
        lines.append(Reply("record.newer_year", {"y": latest}))
    within = {EventKind.AUDIT: context.law.agm_within_days, EventKind.AGM: context.law.dividend_within_days}
    follows = {"until": told.on + timedelta(days=within[told.kind])} if told.kind in within else {}
    return Applied(back, _echo(told, ref, {"y": year, **follows}, *lines))


def _echo(told: Told, ref: int, more: Mapping[str, Any], *lines: Reply) -> Reply:
    return Reply(f"{told.kind}.done", {**told.params(), "ref": str(ref), **more}, lines=lines)


def year_of(context: Context, told: Told) -> str:
    """The co-operative year that a meeting, an audit or a dividend is about."""
    meeting = None
    if told.kind is EventKind.DIVIDEND:
        meeting = history.last_meeting(context.tx, told.society.id, told.on)
    return concerned_year(told.kind, told.on, meeting)


def take_back(context: Context, event: Event, held: Held) -> bool:
    """Put back exactly what was before a recorded event; False where what is on record now is not what it left."""
    if not event.before or builds_on(context, event) is not None:
        return False
    undone = _end_term(context, event, held) if event.kind in TERMS else _take_year(context, event, held)
    return undone and events.undo(context.tx, event)


def builds_on(context: Context, event: Event) -> Event | None:
    """The newest event that builds on a recorded one, and has to be taken back before it."""
    return next((one for one in events.recorded_after(context.tx, event) if _follows(one, event)), None)


def _follows(later: Event, event: Event) -> bool:
    """Whether a later event builds on one: begins a term after its term, or corrects the same year."""
    if event.kind in TERMS:
        return later.kind in TERMS
    return bool(event.before) and later.kind is event.kind and later.before.get("year") == event.before["year"]


def _end_term(context: Context, event: Event, held: Held) -> bool:
    tx, back = context.tx, event.before
    known = history.terms(tx, held.id)
    if not known or known[0].id != back["term"]:
        return False
    current = known[0]
    if [current.basis.value, current.expires_on.isoformat()] != back["put"]:
        return False
    reminding.cancel(tx, current.id, context.now)
    if back["was"] is None:
        history.remove_term(tx, current.id, f"R{event.inbox_id}")
        again = known[1] if len(known) > 1 else None
    else:
        basis, expires_on, recorded_on = back["was"]
        history.change_term(tx, current.id, Basis(basis), date.fromisoformat(expires_on), _day(recorded_on))
        again = history.terms(tx, held.id)[0]
    if again is not None:
        context.renewals.append(Renewal(ReminderKind.TERM, again.id, _recorded(event)))
    log(context, event.kind, "undo", held, before=_shown(current), after=_shown(again))
    return True


def _take_year(context: Context, event: Event, held: Held) -> bool:
    tx, back = context.tx, event.before
    year = back["year"]
    now = history.of_year(tx, event.kind, held.id, year)
    if now is None or _iso(now.held_on) != back["put"]:
        return False
    if back["was"] is None:
        history.remove(tx, event.kind, held.id, year)
    else:
        history.put(tx, event.kind, held.id, Yearly(year, _day(back["was"][0])))
    after = {} if back["was"] is None else {"year": year, "held_on": back["was"][0]}
    log(context, event.kind, "undo", held, before={"year": year, "held_on": back["put"]}, after=after)
    context.renewals.append(Renewal(ReminderKind(event.kind), held.id, _recorded(event)))
    return True


def _recorded(event: Event) -> date:
    return (event.decided_at or event.reported_at).astimezone(DHAKA).date()


def _shown(term: TermRow | None) -> dict[str, Any]:
    return {} if term is None else _put(term.basis, term.formed_on, term.expires_on)


def _put(basis: Basis, formed_on: date, expires_on: date) -> dict[str, Any]:
    return {"basis": basis.value, "formed_on": formed_on.isoformat(), "expires_on": expires_on.isoformat()}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def log(
    context: Context, kind: EventKind, done: str, held: Held, *, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Write a change into the audit log."""
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action=f"{kind}.{done}",
        before=before,
        after=after,
        office_id=held.office_id,
        society_id=held.id,
    )
