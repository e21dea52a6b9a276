"""``yes`` and ``no``: the end of a request that waits for its sender's word.

By SMS ``yes`` needs the code that was sent to the registered number; in a linked chat a button or the bare word is enough. A button that
is pressed twice does its work once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.command import Command
from bot.confirming import TEXTS as CONFIRMING_TEXTS
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
    tx, holder = context.tx, context.sender.msisdn
    ticket = tickets.of_holder(tx, "confirm", holder, context.now)
    if ticket is None or args.get("ticket", ticket.id) != ticket.id:
        used = "ticket" in args and tickets.fate(tx, args["ticket"], holder) == "used"
        return Reply("yes.done_already" if used else "yes.nothing")
    refused = None if context.linked else _refused(context, ticket, args.get("code"))
    if refused is not None:
        return refused
    if not tickets.close(tx, ticket.id, "used", context.now):  # of two who come at once, one is too late
        return Reply("yes.done_already")
    context.confirmed = True
    return Call(ticket.content["command"], ticket.content["args"], context.language)


def _refused(context: Context, ticket: Ticket, code: str | None) -> Reply | None:
    """Why a request that came by SMS is not carried out, if so."""
    if code is None:
        return Reply("yes.needs_code")
    if tickets.opens(context.tx, ticket, code, context.now):
        return None
    left = tickets.TRIES - ticket.tries - 1
    return Reply("yes.wrong", {"n": left}) if left > 0 else Reply("yes.too_often")


def _no(context: Context, _: Mapping[str, Any]) -> Reply:
    ended = senders.end_dialogue(context.tx, context.sender.msisdn)
    ticket = tickets.of_holder(context.tx, "confirm", context.sender.msisdn, context.now)
    if ticket is not None:
        ended = tickets.close(context.tx, ticket.id, "cancelled", context.now)
    return Reply("no.done" if ended else "no.nothing")


YES = Command("yes", _yes, TEXTS)
NO = Command("no", _no, (Wording("no.done"), Wording("no.nothing")))
