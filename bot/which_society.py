"""Which society a registration number means: numbers repeat between districts, and the sender's own comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.offices import home
from bot.domain.replies import Choice, Reply
from bot.store import standings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.registry import RegistrationNo, Standing

LISTED = 5
"""Most societies in one numbered list."""


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
