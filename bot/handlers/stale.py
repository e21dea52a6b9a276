"""``calendar stale``: the societies whose entries nobody has confirmed for longest, offered to be looked at and confirmed one by one.

A register is as good as its oldest entry. The officer who looks after a society confirms it; the offices above see the list only.

The search reads many entries, and is done once, beforehand: what it found goes along in the choices as ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import listing
from bot.command import Command
from bot.domain.access import Role, may_reach
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import audit, people, societies, standings
from bot.store.societies import Stale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.registry import Standing

LISTED = 5
"""Societies offered at a time."""

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
    Wording("stale.done_all", 2, {"r": Slot.REG_NO}),
    Wording("stale.none"),
    Wording("stale.gone"),
    Wording("stale.details", 4, _DETAILS, option="stale.right", options=1, more="stale.wrong"),
    Wording("stale.right"),
    Wording("stale.wrong"),
    Wording("stale.correct", 2, {"r": Slot.REG_NO}),
    Wording("stale.not_yours", 1, {"r": Slot.REG_NO}),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    for wanted, run in (("society_id", _details), ("wrong", _wrong), ("confirm", _confirm)):
        if wanted in args:
            society = next(iter(standings.by_ids(context.tx, [args[wanted]])), None)
            return Reply("stale.gone") if society is None else run(context, society, args.get("ids", ()))
    # What another command that led here has looked up is something else.
    found = context.found if isinstance(context.found, list) else None
    if found is None:
        found = listing.unconfirmed(context.tx, context.look(args))
    choices = _choices(found[:LISTED], [each.id for each in found])
    return Reply("stale.which", choices=choices) if choices else Reply("stale.none")


def _choices(offered: Sequence[Stale], ids: Sequence[int]) -> tuple[Choice, ...]:
    """The societies to choose from; each choice brings along what else was found, for the list that follows."""
    return tuple(
        Choice(_label(each), "stale", {"society_id": each.id, "ids": list(ids)}, (each.registration_no, each.name_bn))
        for each in offered
    )


def _remaining(context: Context, ids: Sequence[int]) -> tuple[Choice, ...]:
    """The next of those that were found and are still to be confirmed."""
    offered: list[Stale] = []
    for society_id in ids:
        on = societies.confirmed_on(context.tx, society_id)
        society = next(iter(standings.by_ids(context.tx, [society_id])), None)
        if society is not None and listing.is_old(on, context.today):
            offered.append(Stale(society_id, society.registration_no, society.name_bn, society.name_en, on))
        if len(offered) == LISTED:
            break
    return _choices(offered, ids)


def _label(stale: Stale) -> Reply:
    facts = {"r": stale.registration_no, "name": {"bn": stale.name_bn, "en": stale.name_en}}
    if stale.confirmed_on is None:
        return Reply("stale.option_never", facts)
    return Reply("stale.option", {**facts, "d": stale.confirmed_on})


def _details(context: Context, society: Standing, ids: Sequence[int]) -> Reply:
    """What is on record, telephones included: shown to whoever covers the society's office."""
    if not may_reach("stale", context.sender.posts, lineage=society.lineage):
        return Reply("stale.not_yours", {"r": society.registration_no})
    facts: dict[str, Any] = society.names()
    bearers = people.bearers(context.tx, society.id)
    for role in (Role.PRESIDENT, Role.SECRETARY):
        holder = bearers.get(role)
        facts[role.value] = holder.name if holder else "-"
        facts[f"{role.value}_phone"] = holder.msisdn if holder else None
    right = Choice(Reply("stale.right"), "stale", {"confirm": society.id, "ids": list(ids)})
    wrong = Choice(Reply("stale.wrong"), "stale", {"wrong": society.id})
    return Reply("stale.details", facts, choices=(right, wrong))


def _wrong(_: Context, society: Standing, __: Sequence[int]) -> Reply:
    return Reply("stale.correct", {"r": society.registration_no})


def _confirm(context: Context, society: Standing, ids: Sequence[int]) -> Reply:
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
    choices = _remaining(context, [each for each in ids if each != society.id])
    return Reply("stale.done", number, choices=choices) if choices else Reply("stale.done_all", number)


STALE = Command("stale", _run, TEXTS, look=listing.unconfirmed, slow=True)
