"""``reject``: the office that looks after a society does not accept what an office-bearer reported.

An office-bearer who says it means that his own report is to be withdrawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import reporting
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
    found = reporting.to_decide(context, "reject", args["ref"])
    if isinstance(found, Reply):
        return found
    event, said, held = found
    reason = str(args.get("reason", "")).strip()[:LONGEST_REASON] or None
    reporting.decide(context, event, held, EventState.REJECTED, reason=reason)
    params = {**said.params(), "ref": str(event.inbox_id)}
    told = (
        Reply("report.rejected_because", {**params, "reason": reason}) if reason else Reply("report.rejected", params)
    )
    reporting.tell(context, event, told)
    return Reply("reject.done", params)


def _is_of_own_society(context: Context, typed: str) -> bool:
    """Whether the sender serves the society, and not an office that may see its reports."""
    event = reporting.meant(context, typed)
    if event is None or event.society_id not in context.sender.society_ids:
        return False
    (society,) = standings.by_ids(context.tx, [event.society_id])
    return not may_reach("reject", context.sender.posts, lineage=society.lineage)


REJECT = Command("reject", _run, TEXTS)
