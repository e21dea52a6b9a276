"""``calendar stale``: the societies whose entries nobody has confirmed for longest, offered to be looked at and confirmed one by one.

A register is as good as its oldest entry. The officer who looks after a society confirms it; the offices above see the list only.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import listing
from bot.command import Command, Look
from bot.domain.access import Role, may_reach
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import audit, people, societies, standings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.domain.registry import Standing
    from bot.store.query import Tx
    from bot.store.societies import Stale

LISTED = 5
"""Societies offered at a time."""

FRESH_FOR = timedelta(days=180)
"""An entry that was confirmed within half a year is not offered."""

_ROW = {"r": Slot.REG_NO, "name": Slot.SHORT_NAME}
_DETAILS = {
    "r": Slot.REG_NO,
    "name": Slot.NAME,
    "president": Slot.PERSON,
    "president_phone": Slot.PHONE,
    "secretary": Slot.PERSON,
    "secretary_phone": Slot.PHONE,
}
_LIST: dict[str, Any] = {"option": "stale.option", "options": LISTED}

TEXTS = (
    Wording("stale.option", 1, {**_ROW, "d": Slot.DATE}),
    Wording("stale.option_never", 1, _ROW),
    Wording("stale.which", 4, **_LIST),
    Wording("stale.done", 4, {"r": Slot.REG_NO}, **_LIST),
    Wording("stale.none"),
    Wording("stale.details", 4, _DETAILS, option="stale.right", options=1, more="stale.wrong"),
    Wording("stale.right"),
    Wording("stale.wrong"),
    Wording("stale.correct", 2, {"r": Slot.REG_NO}),
    Wording("stale.not_yours", 1, {"r": Slot.REG_NO}),
)


def look(tx: Tx, look: Look) -> list[Stale]:
    """The societies of the sender's area that were confirmed longest ago, or never."""
    lineages = listing.areas("stale", look.sender.posts)
    found = [each for lineage in lineages for each in societies.stalest(tx, lineage, LISTED)]
    old = [each for each in found if each.confirmed_on is None or each.confirmed_on < look.today - FRESH_FOR]
    return sorted(old, key=lambda each: str(each.confirmed_on or ""))[:LISTED]


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    match args:
        case {"society_id": society_id}:
            return _details(context, _known(context, society_id))
        case {"wrong": society_id}:
            return Reply("stale.correct", {"r": _known(context, society_id).registration_no})
        case {"confirm": society_id}:
            return _confirm(context, _known(context, society_id))
    offered = _offered(context)
    return Reply("stale.which", choices=offered) if offered else Reply("stale.none")


def _known(context: Context, society_id: int) -> Standing:
    return standings.by_ids(context.tx, [society_id])[0]


def _offered(context: Context) -> tuple[Choice, ...]:
    return tuple(
        Choice(_label(each), "stale", {"society_id": each.id}, (each.registration_no, each.name_bn))
        for each in look(context.tx, Look(context.sender, {}, context.today))
    )


def _label(stale: Stale) -> Reply:
    facts = {"r": stale.registration_no, "name": {"bn": stale.name_bn, "en": stale.name_en}}
    if stale.confirmed_on is None:
        return Reply("stale.option_never", facts)
    return Reply("stale.option", {**facts, "d": stale.confirmed_on})


def _details(context: Context, society: Standing) -> Reply:
    """What is on record, telephones included: shown to whoever covers the society's office."""
    if not may_reach("stale", context.sender.posts, lineage=society.lineage):
        return Reply("stale.not_yours", {"r": society.registration_no})
    facts: dict[str, Any] = listing.names(society)
    bearers = people.bearers(context.tx, society.id)
    for role in (Role.PRESIDENT, Role.SECRETARY):
        holder = bearers.get(role)
        facts[role.value] = holder.name if holder else "-"
        facts[f"{role.value}_phone"] = holder.msisdn if holder else None
    right = Choice(Reply("stale.right"), "stale", {"confirm": society.id})
    wrong = Choice(Reply("stale.wrong"), "stale", {"wrong": society.id})
    return Reply("stale.details", facts, choices=(right, wrong))


def _confirm(context: Context, society: Standing) -> Reply:
    number = {"r": society.registration_no}
    if not may_reach("stale.confirm", context.sender.posts, lineage=society.lineage):
        return Reply("stale.not_yours", number)
    before = societies.confirmed_on(context.tx, society.id)
    if before != context.today:
        societies.confirm(context.tx, society.id, context.today)
        audit.record(
            context.tx,
            at=context.now,
            actor=context.sender.msisdn,
            inbox_id=context.inbox_id,
            action="society.confirmed",
            before={"confirmed_on": before},
            after={"confirmed_on": context.today},
            society_id=society.id,
        )
    return Reply("stale.done", number, choices=_offered(context))


STALE = Command("stale", _run, TEXTS)
