"""``reject``: an office does not accept what an office-bearer reported, the correction of a return below it, or a costly message to many.

Whoever says it of what he reported or filed himself means that it is to be taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import correcting, deciding, reporting, send_approval
from bot.command import Command
from bot.domain.access import may_reach
from bot.domain.events import EventState
from bot.domain.grammar import Call
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import standings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

LONGEST_REASON = 200
"""Characters of a reason that are kept."""

TEXTS = (
    Wording("reject.how", 1),
    Wording("reject.done", 2, {"r": Slot.REG_NO, "d": Slot.DATE, "event": Slot.EVENT, "ref": Slot.CODE}),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    if "ref" not in args:
        return Reply("reject.how")
    if _is_of_own_society(context, args["ref"]):
        return Call("undo", {"ref": args["ref"]}, context.language)
    reason = str(args.get("reason", "")).strip()[:LONGEST_REASON] or None
    sent = send_approval.meant(context, reporting.inbox_id_of(args["ref"]))
    if sent is not None:
        return send_approval.reject(context, sent, reason)
    if reporting.meant(context, args["ref"]) is None:
        decided = _correction(context, args["ref"], reason)
        if decided is not None:
            return decided
    found = reporting.to_decide(context, "reject", args["ref"])
    if isinstance(found, Reply):
        return found
    event, said, held = found
    reporting.decide(context, event, held, EventState.REJECTED, reason=reason)
    params = {**said.params(), "ref": str(event.inbox_id)}
    told = (
        Reply("report.rejected_because", {**params, "reason": reason}) if reason else Reply("report.rejected", params)
    )
    reporting.tell(context, event, told)
    return Reply("reject.done", params)


def _correction(context: Context, typed: str, reason: str | None) -> Reply | Call | None:
    """A correction rejected, or the sender's own request or return taken back; None where the reference means neither."""
    one = correcting.meant(context, typed)
    if one is None:
        return None
    if correcting.author(context, one.filer) is not None and not deciding.may_decide(context, one.filer):
        return Call("undo", {"ref": typed}, context.language)
    found = deciding.meant(context, typed)
    return found if found is None or isinstance(found, Reply) else deciding.reject(context, *found, reason)


def _is_of_own_society(context: Context, typed: str) -> bool:
    """Whether the sender serves the society, and not an office that may see its reports."""
    event = reporting.meant(context, typed)
    if event is None or event.society_id not in context.sender.society_ids:
        return False
    (society,) = standings.by_ids(context.tx, [event.society_id])
    return not may_reach("reject", context.sender.posts, lineage=society.lineage)


REJECT = Command("reject", _run, TEXTS)
