"""``undo``: takes back what was recorded last, or what a reference names.

A return is taken back by the office or society that filed it, a request to correct one by who asked (``bot.undoing``). Of events, the
office that looks after the society undoes what it recorded, for some days and while nothing builds on it; an office-bearer takes back
his own report while nobody has decided about it. A message to many is not taken back but cancelled.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import correcting, recording, reporting, send_approval, undoing
from bot.command import Command
from bot.domain.access import may_reach
from bot.domain.events import TERMS, EventState
from bot.domain.replies import Reply
from bot.domain.returns import Return
from bot.domain.wording import Slot, Wording
from bot.recording import Told
from bot.store import broadcasts, corrections, events, offices, returns, standings
from bot.store.broadcasts import Broadcast
from bot.store.corrections import Correction
from bot.store.events import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.domain.registry import Standing
    from bot.store.events import Held

MOST_RIVALS = 2
"""Reports that wait again and are named: of president and secretary there are no more."""

_REF = {"ref": Slot.CODE}
_EVENT = {"r": Slot.REG_NO, "d": Slot.DATE, "event": Slot.EVENT, **_REF}

TEXTS = (
    Wording("undo.done", 4, _EVENT, row="undo.waits_again", rows=1 + MOST_RIVALS),
    Wording("undo.phones", 1),
    Wording("undo.waits_again", 1, {"d": Slot.DATE, **_REF}),
    Wording("undo.withdrawn", 2, _EVENT),
    Wording("undo.already", 2, _EVENT),
    Wording("undo.nothing", 2),
    Wording("undo.rejected", 2, _EVENT),
    Wording("undo.waits", 3, _EVENT),
    Wording("undo.not_own", 2, _EVENT),
    Wording("undo.ask_office", 2, _EVENT),
    Wording("undo.too_late", 2, {**_EVENT, "n": Slot.DAYS}),
    Wording("undo.newer", 2, _EVENT),
    Wording("undo.newer_first", 2, {**_EVENT, "newer": Slot.CODE}),
    Wording("undo.told", 2, _EVENT),
    Wording("undo.is_sent", 2, _REF),
    *undoing.TEXTS,
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    found = _meant(context, args["ref"]) if "ref" in args else _latest(context)
    match found:
        case Broadcast():
            return Reply("undo.is_sent", {"ref": found.ref})
        case Event():
            undone = _event(context, found)
        case Correction():
            undone = undoing.withdraw(context, found)
        case Return():
            undone = undoing.take_back(context, found, reporting.inbox_id_of(args["ref"]) if "ref" in args else None)
        case None:
            undone = None
    if undone is not None:
        return undone
    return Reply("report.not_found", reporting.shown(args["ref"])) if "ref" in args else Reply("undo.nothing")


def _meant(context: Context, typed: str) -> Event | Correction | Return | Broadcast | None:
    """What a reference means; one of a correction also leads to its return, which is not what is meant."""
    sent = send_approval.meant(context, reporting.inbox_id_of(typed))
    if sent is not None:
        return sent
    event = reporting.meant(context, typed)
    return event or correcting.request_meant(context, typed) or correcting.meant(context, typed)


def _event(context: Context, event: Event) -> Reply | None:
    """Take back an event; None where the sender may not see it."""
    society = next(iter(standings.by_ids(context.tx, [event.society_id])), None)
    if society is None or not _sees(context, society):
        return None
    held = events.lock(context.tx, society.id)
    event = events.by_ref(context.tx, event.inbox_id) or event
    said = Told(event.kind, society, event.happened_on)
    params = {**said.params(), "ref": str(event.inbox_id)}
    may_record = may_reach(f"{event.kind}.record", context.sender.posts, lineage=society.lineage)
    match event.state:
        case EventState.UNDONE:
            return Reply("undo.already", params)
        case EventState.REJECTED:
            return Reply("undo.rejected", params)
        case EventState.REPORTED if event.reported_by == context.sender.msisdn:
            return Reply(_withdrawn(context, event, held), params)
        case EventState.REPORTED:
            return Reply("undo.waits" if may_record else "undo.not_own", params)
        case EventState.RECORDED if may_record:
            return _taken_back(context, event, held, params)
        case EventState.RECORDED:
            return Reply("undo.ask_office" if society.id in context.sender.society_ids else "record.local_only", params)


def _withdrawn(context: Context, event: Event, held: Held) -> str:
    events.undo(context.tx, event)
    before = {"ref": f"R{event.inbox_id}", "state": event.state.value}
    after = {**before, "state": EventState.UNDONE.value}
    recording.log(context, event.kind, "withdraw", held, before=before, after=after)
    return "undo.withdrawn"


def _taken_back(context: Context, event: Event, held: Held, params: Mapping[str, Any]) -> Reply:
    days = context.reminders.undo_days
    if event.decided_at is not None and context.now - event.decided_at > timedelta(days=days):
        return Reply("undo.too_late", {**params, "n": days})
    newer = recording.builds_on(context, event)
    if newer is not None:
        return Reply("undo.newer_first", {**params, "newer": str(newer.inbox_id)})
    if not recording.take_back(context, event, held):
        return Reply("undo.newer", params)
    if event.reported_by != event.decided_by:
        reporting.tell(context, event, Reply("undo.told", params))
    rivals = reporting.reopen_rivals(context, event, held)[:MOST_RIVALS]
    lines = (
        *((Reply("undo.phones"),) if event.kind in TERMS else ()),
        *(Reply("undo.waits_again", {"d": rival.happened_on, "ref": str(rival.inbox_id)}) for rival in rivals),
    )
    return Reply("undo.done", params, lines=lines)


def _sees(context: Context, society: Standing) -> bool:
    return may_reach("undo", context.sender.posts, lineage=society.lineage, society_id=society.id)


def _latest(context: Context) -> Event | Correction | Return | Broadcast | None:
    """What the sender told, filed or decided last, whatever became of it: said twice, undo does not go on with the one before."""
    tx, number = context.tx, context.sender.msisdn
    done: list[tuple[int, Event | Correction | Return | Broadcast]] = [
        (one.progress_id or one.inbox_id, one) for one in broadcasts.of_sender(tx, number, 1)
    ]
    for lineage in dict.fromkeys(post.lineage for post in context.sender.posts if post.role.is_officer):
        event = events.latest_at(tx, lineage, number)
        done += [] if event is None else [(event.decided_in or event.inbox_id, event)]
        office = offices.by_code(tx, lineage.rstrip("/").rsplit("/", 1)[-1])
        if office is not None:
            done += returns.latest_of(tx, number, office_id=office.id)
    for society_id in context.sender.society_ids:
        event = events.latest_of(tx, society_id, number)
        done += [] if event is None else [(event.decided_in or event.inbox_id, event)]
        done += returns.latest_of(tx, number, society_id=society_id)
    correction = corrections.latest_of(tx, number)
    if correction is not None and correcting.sees(context, returns.by_id(tx, correction.return_id).filer):
        done.append((correction.last_by(number), correction))
    return max(done, key=lambda each: each[0], default=(0, None))[1]


UNDO = Command("undo", _run, TEXTS)
