"""``status``: which society, when its committee's term ends, days left, colour, last AGM and audit.

Public facts: anybody may ask about any society, because they stand on the public page too. A sender who serves one society asks
with the bare word; one who serves several, or a number that exists in several districts, is asked which with a numbered list,
and the number alone goes on from there for a quarter of an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import listing, which_society
from bot.command import Command
from bot.domain.grammar import Call
from bot.domain.registry import RegistrationNo, Standing
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import search, standings
from bot.which_society import LISTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context

_FACTS = {"r": Slot.REG_NO, "agm": Slot.YEAR, "audit": Slot.YEAR}
_NAMED = {**_FACTS, "name": Slot.NAME, "place": Slot.PLACE}

TEXTS = (
    Wording("status.own", 1, _FACTS, turns=True),
    Wording("status.named", 2, _NAMED, turns=True),
    Wording("status.own_unformed", 1, _FACTS),
    Wording("status.named_unformed", 2, _NAMED),
    Wording("status.option", 1, {"r": Slot.REG_NO, "place": Slot.PLACE}),
    Wording("status.option_named", 1, {"r": Slot.REG_NO, "name": Slot.NAME}),
    Wording("status.which_district", 3, {"r": Slot.REG_NO}, option="status.option", options=LISTED),
    Wording("status.which_society", 4, {}, option="status.option_named", options=LISTED),
    Wording("status.which_of_many", 1, {"n": Slot.COUNT}),
    Wording("status.many_districts", 2, {"r": Slot.REG_NO}),
    Wording("status.many_years", 2, {"r": Slot.REG_NO}),
    Wording("status.not_found", 1, {"r": Slot.REG_NO}),
    Wording("status.not_found_in", 2, {"r": Slot.REG_NO, "place": Slot.PLACE}),
    Wording("status.unknown_place", 2, {"r": Slot.REG_NO, "typed": Slot.TYPED}),
    Wording("status.which_number", 1),
    Wording("status.no_such_name", 2, {"typed": Slot.TYPED}),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    if "society_id" in args:
        return _one(context, standings.by_ids(context.tx, [args["society_id"]]))
    if "reg_no" in args:
        return _by_number(context, RegistrationNo.parse(args["reg_no"]), args.get("district"))
    if "query" in args:
        return _by_name(context, str(args["query"]))
    served = context.sender.society_ids
    if len(served) > LISTED:
        return Reply("status.which_of_many", {"n": len(served)})
    mine = standings.by_ids(context.tx, served)
    if not mine:
        return Reply("status.which_number")
    if len(mine) == 1:
        return _one(context, mine)
    return _ask(mine, Reply("status.which_society"), "status.option_named")


def _by_name(context: Context, query: str) -> Reply | Call:
    """The society that a name clearly means; else those it may mean, or what else to try."""
    matches = context.found or []
    clear = search.clear(matches)
    if clear is not None:
        return _one(context, standings.by_ids(context.tx, [clear]))
    if not matches:
        return Reply("status.no_such_name", {"typed": query})
    return Call("find", {"ids": [match.society_id for match in matches]}, context.language)


def _by_number(context: Context, number: RegistrationNo, district: str | None) -> Reply:
    text = str(number)
    sought = which_society.by_number(context, number, district)
    if not sought.known_place:
        return Reply("status.unknown_place", {"r": text, "typed": district})
    if len(sought.found) == 1:
        return _one(context, sought.found)
    if not sought.found:
        if sought.place:
            return Reply("status.not_found_in", {"r": text, "place": sought.place})
        return Reply("status.not_found", {"r": text})
    if len(sought.found) > LISTED:
        return Reply("status.many_years" if number.year is None else "status.many_districts", {"r": text})
    return _ask(sought.found, Reply("status.which_district", {"r": text}), "status.option")


def _one(context: Context, found: Sequence[Standing]) -> Reply:
    """The answer for one society; its name is left out only where the sender serves just this one."""
    if not found:
        return Reply("status.which_number")
    standing = found[0]
    facts: dict[str, Any] = {
        "r": standing.registration_no,
        "agm": standing.agm_year,
        "audit": standing.audit_year,
    }
    if context.sender.society_ids == (standing.id,):
        kind = "status.own"
    else:
        kind = "status.named"
        facts["name"] = {"bn": standing.name_bn, "en": standing.name_en}
        facts["place"] = {"bn": standing.district_bn, "en": standing.district_en}
    if standing.expires_on is None:
        return Reply(f"{kind}_unformed", facts)
    return Reply(kind, facts, turns_on=standing.expires_on)


def _ask(found: Sequence[Standing], question: Reply, option: str) -> Reply:
    """A numbered list; choosing from it asks for that society."""
    return Reply(question.key, question.params, choices=which_society.choices(found, option, "status"))


STATUS = Command("status", _run, TEXTS, look=listing.named, looks_for=frozenset({"query"}))
