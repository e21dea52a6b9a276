"""``approve``: an office confirms what was reported to it, and so records it, or what is to be corrected in a return below it.

An office-bearer's report is for the office that looks after his society, a correction for an office above, a costly message to many for a
second officer. An approval needs a linked chat or a one-time code, because a number can be forged. Without a reference it lists what waits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import deciding, recording, reporting, send_approval
from bot.command import Command
from bot.confirming import asked
from bot.domain.events import EventState
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import events, standings
from bot.store.broadcasts import Broadcast
from bot.store.events import Event
from bot.which_society import LISTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.store.corrections import Waiting

_EVENT = {"r": Slot.REG_NO, "d": Slot.DATE, "event": Slot.EVENT, "ref": Slot.CODE}

TEXTS = (
    Wording("approve.none", 1),
    Wording("approve.which", 5, {"n": Slot.COUNT}, option="approve.option", options=LISTED),
    Wording("approve.option", 1, _EVENT),
    Wording("approve.or_reject", 1, {"ref": Slot.CODE}),
    Wording("approve.ask", 3, {**_EVENT, "name": Slot.NAME}, row="confirm.code", rows=1),
    *deciding.TEXTS,
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if "ref" not in args:
        return _waiting(context)
    sent = send_approval.meant(context, reporting.inbox_id_of(args["ref"]))
    if sent is not None:
        return send_approval.approve(context, sent)
    if reporting.meant(context, args["ref"]) is None:
        correction = deciding.meant(context, args["ref"])
        if correction is not None:
            return correction if isinstance(correction, Reply) else deciding.approve(context, *correction)
    found = reporting.to_decide(context, "approve", args["ref"])
    if isinstance(found, Reply):
        return found
    event, said, held = found
    objection = recording.objection(context, said, held)
    if objection is not None:
        if objection.key == "record.known":
            # It came on record by another way: nothing is left to decide.
            reporting.decide(context, event, held, EventState.RECORDED, before={})
            reporting.tell(context, event, Reply("report.approved", {**said.params(), "ref": str(event.inbox_id)}))
            return objection
        return replace(objection, lines=(Reply("approve.or_reject", {"ref": str(event.inbox_id)}),))
    if not (context.linked or context.confirmed):
        question = Reply("approve.ask", {**said.params(), "ref": str(event.inbox_id)})
        return asked(context, "approve", {"ref": args["ref"]}, question)
    return reporting.record(context, said, held, event)


def _waiting(context: Context) -> Reply:
    """What waits for a decision of the sender's own offices, the oldest first."""
    lineages = dict.fromkeys(post.lineage for post in context.sender.posts if post.role.is_officer)
    found: list[Event | Waiting | Broadcast] = [
        one for lineage in lineages for one in events.waiting_at(context.tx, lineage)
    ]
    found += deciding.waiting(context)
    found += send_approval.waiting(context)
    if not found:
        return Reply("approve.none")
    listed = sorted(found, key=_asked_in)[:LISTED]
    return Reply("approve.which", {"n": len(found)}, choices=tuple(_choice(context, one) for one in listed))


def _asked_in(one: Event | Waiting | Broadcast) -> int:
    return one.inbox_id if isinstance(one, (Event, Broadcast)) else one.correction.inbox_id


def _choice(context: Context, one: Event | Waiting | Broadcast) -> Choice:
    if isinstance(one, Broadcast):
        return send_approval.choice(one)
    return _event(context, one) if isinstance(one, Event) else deciding.choice(context, one)


def _event(context: Context, event: Event) -> Choice:
    (society,) = standings.by_ids(context.tx, [event.society_id])
    ref = f"R{event.inbox_id}"
    params = {**recording.Told(event.kind, society, event.happened_on).params(), "ref": str(event.inbox_id)}
    return Choice(Reply("approve.option", params), "approve", {"ref": ref}, (ref, society.registration_no))


APPROVE = Command("approve", _run, TEXTS)
