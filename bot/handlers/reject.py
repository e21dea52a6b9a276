"""``reject``: the office that looks after a society does not accept what an office-bearer reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import reporting
from bot.command import Command
from bot.domain.events import EventState
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

LONGEST_REASON = 200
"""Characters of a reason that are kept."""

TEXTS = (
    Wording("reject.how", 1),
    Wording("reject.done", 2, {"r": Slot.REG_NO, "d": Slot.DATE, "event": Slot.EVENT, "ref": Slot.CODE}),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if "ref" not in args:
        return Reply("reject.how")
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


REJECT = Command("reject", _run, TEXTS)
