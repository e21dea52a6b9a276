"""What must be confirmed before it is done: a change of a registered number or of a post, a broadcast.

The request waits as a ticket with everything resolved. By SMS, whose sender may be forged, the question goes to the registered number
with a one-time code that must come back; a linked chat proves its owner, and offers two buttons instead. The ``yes`` command carries on.

What was asked by SMS and what was asked in a chat wait side by side: a forged message neither puts itself in the place of what waits in
the chat, nor is it carried out by the bare yes that its victim says there.
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

ASKED_PER_HOUR = 5
"""Requests by SMS that may go unconfirmed in an hour: whoever forges a number guesses 25 codes in it, out of a million."""

TEXTS = (
    Wording("confirm.code", 1, {"code": Slot.CODE, "n": Slot.DAYS}),
    Wording("confirm.too_often", 2),
    Wording("confirm.yes"),
    Wording("confirm.no"),
)


def holder(context: Context) -> str:
    """Whose a ticket is that is asked for here: the number's, or the number's in this very linked chat."""
    number = context.sender.msisdn
    return f"{number}@{context.channel}:{context.address}" if context.linked else number


def asked(context: Context, command: str, args: Mapping[str, Any], question: Reply) -> Reply:
    """The question whether ``command`` shall run with ``args``, which are plain JSON values; then ``context.confirmed`` is set."""
    tx, own = context.tx, holder(context)
    since = context.now - timedelta(hours=1)
    if not context.linked and tickets.recent_unused(tx, "confirm", own, since) >= ASKED_PER_HOUR:
        return Reply("confirm.too_often")
    ticket, code = tickets.issue_code(
        tx,
        "confirm",
        own,
        {"command": command, "args": dict(args)},
        now=context.now,
        until=context.now + timedelta(minutes=context.gateway.code_minutes),
        inbox_id=context.inbox_id,
    )
    if context.linked:
        yes, no = (Choice(Reply(f"confirm.{name}"), name, {"ticket": ticket}) for name in ("yes", "no"))
        return replace(question, choices=(yes, no))
    code_line = Reply("confirm.code", {"code": code, "n": round(context.gateway.code_minutes)})
    return replace(question, lines=(*question.lines, code_line), secret=True)
