"""Who tells of an event, and what becomes of it: the office that looks after the society records it, its office-bearers report it.

A report waits until that office approves or rejects it, and both sides hear of it; where the office has nobody, somebody hears that it
waits. Where the officer records by himself what is reported
already, the report is approved with that. Higher offices see, and never edit.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import deciders, recording, which_society
from bot.command import Notice
from bot.domain.access import head_of, may_reach
from bot.domain.events import TERMS, EventKind, EventState
from bot.domain.messages import MessageClass
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.recording import Told
from bot.store import events, offices, people, standings
from bot.store.events import Decision
from bot.which_society import LISTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.domain.registry import Standing
    from bot.store.events import Event, Held

_REG = {"r": Slot.REG_NO}
_EVENT = {**_REG, "d": Slot.DATE, "event": Slot.EVENT}
_REF = {"ref": Slot.CODE}

TEXTS = (
    Wording("record.local_only", 2, _REG),
    Wording("record.which_own", 4, {}, option="record.option_named", options=LISTED),
    Wording("record.option_named", 1, {**_REG, "name": Slot.NAME}),
    Wording("report.taken", 2, {**_EVENT, **_REF}),
    Wording("report.waits", 3, {**_EVENT, **_REF}),
    Wording("report.already", 2, {**_EVENT, **_REF}),
    Wording("report.already_own", 2, {**_EVENT, **_REF}),
    Wording("report.asked", 4, {**_EVENT, **_REF, "name": Slot.NAME, "role": Slot.ROLE, "phone": Slot.PHONE}),
    Wording("report.waiting", 4, {**_EVENT, **_REF, "name": Slot.NAME, "role": Slot.ROLE, "phone": Slot.PHONE}),
    Wording("report.approve", 1),
    Wording("report.reject", 1),
    Wording("report.approved", 2, {**_EVENT, **_REF}),
    Wording("report.rejected", 2, {**_EVENT, **_REF}),
    Wording("report.rejected_because", 3, {**_EVENT, **_REF, "reason": Slot.LINE}),
    Wording("report.other_day", 3, {**_EVENT, **_REF, "told": Slot.DATE}),
    Wording("report.reopened", 3, {**_EVENT, **_REF}),
    Wording("report.not_found", 1, _REF),
    Wording("report.is_recorded", 2, {**_EVENT, **_REF}),
    Wording("report.is_rejected", 2, {**_EVENT, **_REF}),
    Wording("report.is_undone", 2, {**_EVENT, **_REF}),
)

MOST_DIGITS = 9
"""Of a reference: larger numbers are no message's."""

_REFERENCE = re.compile(rf"R?([0-9]{{1,{MOST_DIGITS}}})")


def told(kind: EventKind, context: Context, args: Mapping[str, Any]) -> Reply:
    """What the command of an event does."""
    on = date.fromisoformat(args["date"]) if "date" in args else None
    if on is None:
        return Reply(f"{kind}.how")
    society = _society(context, kind, args)
    if isinstance(society, Reply):
        return society
    number = {"r": society.registration_no}
    may_record = _may_record(context, kind, society)
    if not may_record and society.id not in context.sender.society_ids:
        return Reply("record.local_only", number)
    held = events.lock(context.tx, society.id)
    said = Told(kind, society, on)
    objection = recording.objection(context, said, held)
    if objection is not None:
        return objection
    waiting = events.reported(context.tx, society.id)
    same = next((one for one in waiting if (one.kind, one.happened_on) == (kind, on)), None)
    return record(context, said, held, same) if may_record else _report(context, said, held, same)


def _may_record(context: Context, kind: EventKind, society: Standing) -> bool:
    return may_reach(f"{kind}.record", context.sender.posts, lineage=society.lineage)


def _society(context: Context, kind: EventKind, args: Mapping[str, Any]) -> Standing | Reply:
    """The society that is meant, of those that the sender has to do with; or what to say instead."""
    if args.keys() & {"reg_no", "society_id"}:
        return which_society.within_reach(context, kind.value, args, keep=("date",))
    return _own_society(context, kind, args)


def _own_society(context: Context, kind: EventKind, args: Mapping[str, Any]) -> Standing | Reply:
    """Office-bearers mean their own society; an officer has to say which."""
    served = context.sender.society_ids
    if not served or len(served) > LISTED or any(post.role.is_officer for post in context.sender.posts):
        return Reply(f"{kind}.how")
    own = standings.by_ids(context.tx, served)
    if len(own) == 1:
        return own[0]
    choices = which_society.choices(own, "record.option_named", kind.value, {"date": args["date"]})
    return Reply("record.which_own", choices=choices)


def record(context: Context, said: Told, held: Held, report: Event | None) -> Reply:
    """Record an event to which there is no objection; with a report of it, that one is approved."""
    ref = context.inbox_id if report is None else report.inbox_id
    applied = recording.apply(context, said, held, ref)
    if report is None:
        events.add(
            context.tx,
            held.id,
            said.kind,
            said.on,
            inbox_id=ref,
            by=context.sender.msisdn,
            at=context.now,
            before=applied.back,
        )
    else:
        decide(context, report, held, EventState.RECORDED, before=applied.back)
        tell(context, report, Reply("report.approved", {**said.params(), "ref": str(ref)}))
    _close_rivals(context, said, held, ref)
    return applied.echo


def decide(
    context: Context,
    event: Event,
    held: Held,
    state: EventState,
    *,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Write down what was decided of a report."""
    decision = Decision(state, context.sender.msisdn, context.now, context.inbox_id, reason, before)
    events.decide(context.tx, event, decision)
    after = {"ref": f"R{event.inbox_id}", "state": state.value, "reason": reason}
    before_it = {"ref": f"R{event.inbox_id}", "state": event.state.value}
    recording.log(context, event.kind, "decide", held, before=before_it, after=after)


def tell(context: Context, event: Event, reply: Reply) -> None:
    """Let whoever told of an event hear what became of it."""
    if event.reported_by != context.sender.msisdn:
        context.notices.append(Notice(event.reported_by, reply, MessageClass.NOTICE, courtesy=True))


def _close_rivals(context: Context, said: Told, held: Held, ref: int) -> None:
    """What else is reported of the same thing, with another day, is decided with it."""
    for other in events.reported(context.tx, held.id):
        rival = Told(other.kind, said.society, other.happened_on)
        if rival.kind is not said.kind:
            continue
        if rival.kind not in TERMS and recording.year_of(context, rival) != recording.year_of(context, said):
            continue
        decide(context, other, held, EventState.REJECTED, reason=f"R{ref}")
        params = {**said.params(), "told": other.happened_on, "ref": str(other.inbox_id)}
        tell(context, other, Reply("report.other_day", params))


def reopen_rivals(context: Context, event: Event, held: Held) -> list[Event]:
    """What was decided together with an event that is undone now waits again, and whoever told of it hears so."""
    waiting = {(one.kind, one.happened_on) for one in events.reported(context.tx, held.id)}
    reopened = []
    society = standings.by_ids(context.tx, [held.id])[0]
    for rival in events.rivals(context.tx, event):
        if (rival.kind, rival.happened_on) in waiting or not events.reopen(context.tx, rival):
            continue  # it was told again meanwhile
        ref = {"ref": f"R{rival.inbox_id}"}
        before, after = {**ref, "state": rival.state.value}, {**ref, "state": EventState.REPORTED.value}
        recording.log(context, rival.kind, "decide", held, before=before, after=after)
        params = {**Told(rival.kind, society, rival.happened_on).params(), "ref": str(rival.inbox_id)}
        tell(context, rival, Reply("report.reopened", params))
        reopened.append(rival)
    return reopened


def _report(context: Context, said: Told, held: Held, same: Event | None) -> Reply:
    if same is not None:
        known = "report.already_own" if same.reported_by == context.sender.msisdn else "report.already"
        return Reply(known, {**said.params(), "ref": str(same.inbox_id)})
    ref = context.inbox_id
    events.add(context.tx, held.id, said.kind, said.on, inbox_id=ref, by=context.sender.msisdn, at=context.now)
    after = {"ref": f"R{ref}", "state": EventState.REPORTED.value, "happened_on": said.on.isoformat()}
    recording.log(context, said.kind, "report", held, before={}, after=after)
    deciding = deciders.of_office(context.tx, offices.by_id(context.tx, held.office_id))
    for number in deciding:
        context.notices.append(Notice(number, _question(context, said, number), MessageClass.NOTICE))
    if not deciding:
        waits = Reply("report.waiting", _from(context, said))
        for number in _instead(context, held):
            context.notices.append(Notice(number, waits, MessageClass.NOTICE, courtesy=True))
    return Reply("report.taken" if deciding else "report.waits", {**said.params(), "ref": str(ref)})


def _instead(context: Context, held: Held) -> list[str]:
    """Where nobody can decide, whom the registry names hears of it, else the head of the office above, as reminders go."""
    registered = people.registered_officer(context.tx, held.id)
    if registered:
        return [registered]
    above = deciders.above(context.tx, offices.by_id(context.tx, held.office_id).lineage)
    return next(filter(None, (deciders.serving(context.tx, one, head_of(one.level)) for one in above)), [])


def _from(context: Context, said: Told) -> dict[str, Any]:
    role = next(post.role for post in context.sender.posts if post.society_id == said.society.id)
    return {**said.params(), "ref": str(context.inbox_id), "role": role.value, "phone": context.sender.msisdn}


def _question(context: Context, said: Told, officer: str) -> Reply:
    choices = deciders.buttons(context.tx, officer, context.inbox_id)
    return Reply("report.asked", _from(context, said), choices=choices)


def inbox_id_of(typed: str) -> int | None:
    """The message that a reference names; None where none can be called so."""
    found = _REFERENCE.fullmatch(typed)
    return int(found[1]) if found else None


def meant(context: Context, typed: str) -> Event | None:
    """The event with a reference."""
    inbox_id = inbox_id_of(typed)
    return None if inbox_id is None else events.by_ref(context.tx, inbox_id)


def shown(typed: str) -> dict[str, str]:
    """A reference that was typed, for a text."""
    return {"ref": typed.removeprefix("R")[:MOST_DIGITS]}


def to_decide(context: Context, command: str, typed: str) -> tuple[Event, Told, Held] | Reply:
    """The report that somebody wants to approve or reject, locked; or why he cannot."""
    event = meant(context, typed)
    society = next(iter(standings.by_ids(context.tx, [event.society_id])), None) if event else None
    if event is None or society is None or not may_reach(command, context.sender.posts, lineage=society.lineage):
        return Reply("report.not_found", shown(typed))
    if not _may_record(context, event.kind, society):
        return Reply("record.local_only", {"r": society.registration_no})
    held = events.lock(context.tx, society.id)
    event = events.by_ref(context.tx, event.inbox_id) or event
    said = Told(event.kind, society, event.happened_on)
    if event.state is not EventState.REPORTED:
        return Reply(f"report.is_{event.state}", {**said.params(), "ref": str(event.inbox_id)})
    return event, said, held
