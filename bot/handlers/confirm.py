"""``yes`` and ``no``: the end of a request that waits for its sender's word.

A request that came by SMS needs the code that was sent to the registered number, wherever the yes is said; a request made in a linked chat
needs a button or the bare word in that very chat. A button that is pressed twice does its work once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.command import Command
from bot.confirming import TEXTS as CONFIRMING_TEXTS
from bot.confirming import holder
from bot.domain.grammar import Call
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import senders, tickets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.store.tickets import Ticket

TEXTS = (
    Wording("yes.nothing"),
    Wording("yes.done_already"),
    Wording("yes.needs_code"),
    Wording("yes.wrong", 1, {"n": Slot.COUNT}),
    Wording("yes.too_often"),
    *CONFIRMING_TEXTS,
)


def _yes(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    ticket = _with_code(context, args["code"]) if "code" in args else _with_a_word(context, args.get("ticket"))
    if isinstance(ticket, Reply):
        return ticket
    if not tickets.close(context.tx, ticket.id, "used", context.now):  # of two who come at once, one is too late
        return Reply("yes.done_already")
    context.confirmed = True
    return Call(ticket.content["command"], ticket.content["args"], context.language)


def _with_code(context: Context, code: str) -> Ticket | Reply:
    """What waits for a code, which is checked whoever gives it; in a chat also what would not have needed one."""
    ticket = _waiting(context, context.sender.msisdn) or _waiting(context, holder(context))
    if ticket is None:
        return Reply("yes.nothing")
    if tickets.opens(context.tx, ticket, code, context.now):
        return ticket
    left = tickets.TRIES - ticket.tries - 1
    return Reply("yes.wrong", {"n": left}) if left > 0 else Reply("yes.too_often")


def _with_a_word(context: Context, pressed: int | None) -> Ticket | Reply:
    """What was asked in this very chat: by its button, or by the bare word."""
    here = _waiting(context, holder(context)) if context.linked else None
    if here is not None and pressed in {None, here.id}:
        return here
    if pressed is not None:
        used = tickets.fate(context.tx, pressed, holder(context)) == "used"
        return Reply("yes.done_already" if used else "yes.nothing")
    return Reply("yes.needs_code" if _waiting(context, context.sender.msisdn) else "yes.nothing")


def _waiting(context: Context, whose: str) -> Ticket | None:
    return tickets.of_holder(context.tx, "confirm", whose, context.now)


def _no(context: Context, args: Mapping[str, Any]) -> Reply:
    """Calls off what was asked here; the word in a chat calls off what was asked by SMS, too. An old button calls off nothing else."""
    waiting = [_waiting(context, whose) for whose in dict.fromkeys((holder(context), context.sender.msisdn))]
    ids = [one.id for one in waiting if one is not None]
    if "ticket" in args:
        ids = [one for one in ids if one == args["ticket"]]
    # All are closed, before it is asked whether any was.
    ended = [tickets.close(context.tx, one, "cancelled", context.now) for one in ids]
    if ended or "ticket" not in args:
        ended.append(senders.end_dialogue(context.tx, context.sender.msisdn))
    return Reply("no.done" if any(ended) else "no.nothing")


YES = Command("yes", _yes, TEXTS)
NO = Command("no", _no, (Wording("no.done"), Wording("no.nothing")))
