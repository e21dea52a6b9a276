"""Whom a message to many is for, as it was understood, and who may send to whom.

An audience is made below a post that may send to it, and ``permits`` is asked again when it is confirmed. Officers are written to from
above: a district's officers by the division and the nation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import which_category
from bot.domain.access import TABLE, Scope, may_reach
from bot.domain.audiences import Group
from bot.domain.periods import Every, Period
from bot.store import offices, people
from bot.store.recipients import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.access import Post
    from bot.domain.audiences import Audience
    from bot.domain.offices import Office
    from bot.i18n import Renderer
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

DEPTH: Mapping[Group, int] = {Group.JR: 2, Group.DCO: 3, Group.UCO: 4}
"""Codes in the lineage of the offices where the officers of a group serve."""


@dataclass(frozen=True, slots=True)
class To:
    """Whom a message is for.

    Attributes:
        audience: as it is kept.
        office: that sends it, and bears it.
        area: whose people they are.
    """

    audience: Audience
    office: Office
    area: Office


def named(group: Group) -> dict[str, Any]:
    """A group by itself, for ``Slot.AUDIENCE``."""
    return {"to": {"group": group.value}}


def called(tx: Tx, renderer: Renderer, audience: Audience) -> dict[str, Any]:
    """What an audience is called, for ``Slot.AUDIENCE``."""
    said: dict[str, Any] = {"group": audience.group.value}
    said |= {name: value for name in ("colour", "level", "form") if (value := getattr(audience, name)) is not None}
    if audience.category is not None:
        said["category_name"] = which_category.label(renderer, audience.category)
    if audience.every is not None and audience.starts_on is not None:
        said["period"] = Period.of(Every(audience.every), date.fromisoformat(audience.starts_on)).name
    if audience.person_id is not None:
        said["name"] = people.name_of(tx, audience.person_id) or UNNAMED
    if audience.failed_of is not None:
        said["failed_of"] = audience.failed_of
    return said


def still_permitted(posts: Iterable[Post], broadcast: Broadcast) -> bool:
    """Whether a sender serves where a message comes from, and may send it to these people."""
    return any(post.lineage == broadcast.lineage and permits(post, broadcast.audience) for post in posts)


def permits(post: Post, audience: Audience) -> bool:
    """Whether a post may send to an audience."""
    if not may_reach("send", [post], lineage=audience.lineage) or not reaches(post, audience.group):
        return False
    return TABLE["send"].get(post.role) is not Scope.OFFICE or audience.alone


def reaches(post: Post, group: Group) -> bool:
    """Whether a post may send to a group at all: to the heads of offices from above them, to others in its area."""
    scope = TABLE["send"].get(post.role, Scope.NONE)
    if group in DEPTH:
        return scope is Scope.BELOW and depth(post.lineage) < DEPTH[group]
    return scope is not Scope.NONE


def depth(lineage: str) -> int:
    """How deep an office lies in the tree: the nation is 1."""
    return lineage.count("/")


def office_of(tx: Tx, post: Post) -> Office:
    """The office of a post."""
    office = offices.by_code(tx, post.lineage.rstrip("/").rpartition("/")[2])
    assert office is not None  # noqa: S101 - a foreign key holds it
    return office
