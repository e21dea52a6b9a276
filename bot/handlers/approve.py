"""``approve``: the office that looks after a society confirms what an office-bearer reported, and so records it.

An approval needs a linked chat or a one-time code, because a number can be forged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import recording, reporting
from bot.command import Command
from bot.confirming import asked
from bot.domain.events import EventState
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

_EVENT = {"r": Slot.REG_NO, "d": Slot.DATE, "event": Slot.EVENT, "ref": Slot.CODE}

TEXTS = (
    Wording("approve.how", 1),
    Wording("approve.ask", 3, {**_EVENT, "name": Slot.NAME}, row="confirm.code", rows=1),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if "ref" not in args:
        return Reply("approve.how")
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
    if not (context.linked or context.confirmed):
        question = Reply("approve.ask", {**said.params(), "ref": str(event.inbox_id)})
        return asked(context, "approve", {"ref": args["ref"]}, question)
    return reporting.record(context, said, held, event)


APPROVE = Command("approve", _run, TEXTS)
