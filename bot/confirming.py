"""What must be confirmed before it is done: a change of a registered number or of a post, a broadcast.

The request waits as a ticket with everything resolved. By SMS, whose sender may be forged, the question goes to the registered number
with a one-time code that must come back; a linked chat proves its owner, and offers two buttons instead. The ``yes`` command carries on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import tickets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

TEXTS = (Wording("confirm.code", 1, {"code": Slot.CODE}), Wording("confirm.yes"), Wording("confirm.no"))


def asked(context: Context, command: str, args: Mapping[str, Any], question: Reply) -> Reply:
    """The question whether ``command`` shall run with ``args``, which are plain JSON values; then ``context.confirmed`` is set."""
    ticket, code = tickets.issue_code(
        context.tx,
        "confirm",
        context.sender.msisdn,
        {"command": command, "args": dict(args)},
        now=context.now,
        until=context.now + timedelta(minutes=context.gateway.code_minutes),
        inbox_id=context.inbox_id,
    )
    if context.linked:
        yes, no = (Choice(Reply(f"confirm.{name}"), name, {"ticket": ticket}) for name in ("yes", "no"))
        return replace(question, choices=(yes, no))
    return replace(question, lines=(*question.lines, Reply("confirm.code", {"code": code})), secret=True)
