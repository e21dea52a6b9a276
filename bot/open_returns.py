"""The returns that somebody has to file, as a list to choose from: choosing one files it, or asks for its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import listing, overdue
from bot.domain import choices
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.owed import Open, Own

LISTED = 5
LISTED_IN_CHAT = 15

_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD}

TEXTS = (
    Wording("due.own_option", 1, _WHICH, turns=True),
    Wording("due.place_option", 1, {**_WHICH, "place": Slot.PLACE}, turns=True),
    Wording("due.society_option", 1, {**_WHICH, "r": Slot.REG_NO}, turns=True),
    Wording("due.next", 2, {**_WHICH, "d": Slot.DATE}),
    Wording("due.none", 1),
)


def page(context: Context, command: str, rows: Sequence[Choice], args: Mapping[str, Any]) -> tuple[Choice, ...]:
    """As many rows as one answer shows, from ``at`` on, and what brings the rest."""
    most = LISTED_IN_CHAT if context.in_chat else LISTED
    at = args.get("at", 0) if args.get("at", 0) < len(rows) else 0
    more = Choice(Reply(listing.MORE.key), command, {**args, "at": at + most}, (choices.MORE,))
    return (*rows[at : at + most], *((more,) if len(rows) > at + most else ()))


def rows(found: Sequence[Open], **kept: Any) -> list[Choice]:
    """A choice for each, which files it with what is kept: figures that were typed already."""
    several = len({each.own.filer for each in found}) > 1
    return [
        Choice(label(each, several=several), "return", {**kept, **which(each), **place(each.own)}, words(each))
        for each in found
    ]


def label(one: Open, *, several: bool) -> Reply:
    """A return with the day it is due, and whose it is where there are several."""
    params: dict[str, Any] = {"form": one.form.code, "p": one.period.name}
    if not several:
        return Reply("due.own_option", params, turns_on=one.due_on)
    if one.own.number is None:
        return Reply("due.place_option", {**params, "place": dict(one.own.name)}, turns_on=one.due_on)
    return Reply("due.society_option", {**params, "r": one.own.number}, turns_on=one.due_on)


def which(one: Open) -> dict[str, str]:
    """Which return, as arguments of a choice."""
    return {"form": one.form.code, "period": one.period.name}


def place(own: Own) -> dict[str, Any]:
    """Whose a return is, likewise."""
    if own.filer.society_id is not None:
        return {"society_id": own.filer.society_id}
    return {"office_id": own.filer.office_id}


def words(one: Open) -> tuple[str, ...]:
    """What may be typed instead of the number."""
    return tuple(filter(None, (one.form.code, one.own.number)))


def none(context: Context, form: str | None = None) -> Reply:
    """There is nothing to file; what comes next."""
    upcoming = overdue.next_due(context.tx, context.returns, context.sender, context.today, form)
    if upcoming is None:
        return Reply("due.none")
    newest, period, due_on = upcoming
    return Reply("due.next", {"form": newest.code, "p": period.name, "d": due_on})
