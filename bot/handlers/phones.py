"""``calendar phones``: the societies whose terms are over or end soon, and whose president or secretary no message reaches.

Choosing one shows whom to call there, with the way to change that (``bot.handlers.contact``). The search reads many entries and is
done once, beforehand: the ids of the rest go along in a choice, and what was mended meanwhile is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import listing
from bot.command import Command
from bot.domain.access import may_reach
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import escalation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.store.escalation import Unreached

LISTED = 5
"""Societies offered at a time."""

_ROW = {"r": Slot.REG_NO, "name": Slot.SHORT_NAME}
_LIST: dict[str, Any] = {"option": "phones.secretary_failing", "options": LISTED, "more": listing.MORE.key}

TEXTS = (
    Wording("phones.president_missing", 1, _ROW),
    Wording("phones.president_failing", 1, _ROW),
    Wording("phones.secretary_missing", 1, _ROW),
    Wording("phones.secretary_failing", 1, _ROW),
    Wording("phones.both", 1, _ROW),
    Wording("phones.which", 4, {"n": Slot.COUNT}, **_LIST),
    Wording("phones.rest", 4, **_LIST),
    Wording("phones.none", 2),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if "ids" in args:
        rest = escalation.unreached_of(context.tx, args["ids"], context.today)
        seen = [each for each in rest if may_reach("phones", context.sender.posts, lineage=each.lineage)]
        return _page("phones.rest", {}, seen)
    # What another command that led here has looked up is something else.
    found = context.found if isinstance(context.found, tuple) else None
    total, listed = found or listing.unreached(context.tx, context.look(args))
    return _page("phones.which", {"n": total}, listed)


def _page(key: str, params: Mapping[str, Any], found: Sequence[Unreached]) -> Reply:
    if not found:
        return Reply("phones.none")
    choices = tuple(
        Choice(_label(each), "contact", {"society_id": each.id}, (each.registration_no, each.name_bn))
        for each in found[:LISTED]
    )
    return Reply(key, params, choices=choices + listing.more("phones", [each.id for each in found[LISTED:]]))


def _label(society: Unreached) -> Reply:
    facts = {"r": society.registration_no, "name": {"bn": society.name_bn, "en": society.name_en}}
    if society.president and society.secretary:
        return Reply("phones.both", facts)
    who, why = ("president", society.president) if society.president else ("secretary", society.secretary)
    return Reply(f"phones.{who}_{why}", facts)


PHONES = Command("phones", _run, TEXTS, look=listing.unreached, slow=True)
