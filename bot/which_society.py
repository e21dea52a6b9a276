"""Which society a registration number means: numbers repeat between districts, and the sender's own comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.access import may_reach
from bot.domain.offices import home
from bot.domain.registry import RegistrationNo
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import standings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.registry import Standing

LISTED = 5
"""Most societies in one numbered list."""

_REG = {"r": Slot.REG_NO}

TEXTS = (
    Wording("society.not_found", 1, _REG),
    Wording("society.not_yours", 1, _REG),
    Wording("society.not_own", 1, _REG),
    Wording("society.unknown_place", 2, {**_REG, "typed": Slot.TYPED}),
    Wording("society.say_district", 2, _REG),
    Wording("society.which", 3, _REG, option="society.option", options=LISTED),
    Wording("society.option", 1, {**_REG, "place": Slot.PLACE}),
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a registration number led to.

    Attributes:
        found: the societies that it may mean.
        known_place: False where a district was given that nobody knows; nothing was sought then.
        place: the district that was given, where it is sure which one.
    """

    found: Sequence[Standing] = ()
    known_place: bool = True
    place: Mapping[str, str] | None = None


def by_number(context: Context, number: RegistrationNo, district: str | None) -> Numbered:
    """The societies with a number, in the district as typed, if one was."""
    places = context.places.find(district) if district else ()
    if district and not places:
        return Numbered(known_place=False)
    place = {"bn": places[0].name_bn, "en": places[0].name_en} if len(places) == 1 else None
    return Numbered(_search(context, number, [place.lineage for place in places]), place=place)


def _search(context: Context, number: RegistrationNo, lineages: Sequence[str]) -> list[Standing]:
    """In the places given; else among the sender's own societies, then in his own districts, and only then everywhere."""
    if lineages:
        return _under(context, number, lineages)
    posts = context.sender.posts
    near = _under(context, number, [home(post.lineage) for post in posts]) if posts else []
    mine = [standing for standing in near if standing.id in context.sender.society_ids]
    return mine or near or standings.by_number(context.tx, number)


def _under(context: Context, number: RegistrationNo, lineages: Sequence[str]) -> list[Standing]:
    """The societies with a number under any of these lineages, each once."""
    found = (each for lineage in dict.fromkeys(lineages) for each in standings.by_number(context.tx, number, lineage))
    return list({standing.id: standing for standing in found}.values())


def choices(
    found: Sequence[Standing], option: str, command: str, args: Mapping[str, Any] | None = None
) -> tuple[Choice, ...]:
    """One choice for each society, with the text ``option``; choosing runs ``command`` with the society's id."""
    return tuple(
        Choice(
            Reply(option, each.names()),
            command,
            {**(args or {}), "society_id": each.id},
            tuple(filter(None, (each.district_bn, each.district_en, each.registration_no, each.name_bn))),
        )
        for each in found
    )


def within_reach(context: Context, command: str, args: Mapping[str, Any], keep: Sequence[str] = ()) -> Standing | Reply:
    """The society that an officer means, of those that his command reaches; or what to say instead.

    Args:
        context: who asks.
        command: what is to be done; choosing from a list runs it.
        args: ``reg_no`` and perhaps ``district``, or ``society_id`` where it was chosen from a list.
        keep: the other arguments that a choice takes along.
    """
    if "society_id" in args:
        found: Sequence[Standing] = standings.by_ids(context.tx, [args["society_id"]])
        reg_no = found[0].registration_no if found else ""
    else:
        reg_no = args["reg_no"]
        sought = by_number(context, RegistrationNo.parse(reg_no), args.get("district"))
        if not sought.known_place:
            return Reply("society.unknown_place", {"r": reg_no, "typed": args["district"]})
        found = sought.found
    if not found:
        return Reply("society.not_found", {"r": reg_no})
    posts = context.sender.posts
    within = [each for each in found if may_reach(command, posts, lineage=each.lineage, society_id=each.id)]
    if not within:
        is_officer = any(post.role.is_officer for post in posts)
        return Reply("society.not_yours" if is_officer else "society.not_own", {"r": reg_no})
    if len(within) == 1:
        return within[0]
    if len(within) > LISTED:
        return Reply("society.say_district", {"r": reg_no})
    kept = {name: args[name] for name in keep if name in args}
    return Reply("society.which", {"r": reg_no}, choices=choices(within, "society.option", command, kept))
