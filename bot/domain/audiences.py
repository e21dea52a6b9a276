"""Whom one message goes to: officers of an area, or the office-bearers of its societies, narrowed by what is known of them.

An audience is plain data that is kept with the broadcast, so that what was confirmed is what is carried out, whoever restarts meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.domain.access import Role
from bot.domain.committee import Colour
from bot.domain.registry import SocietyLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Group(StrEnum):
    """Who is written to, by post."""

    UCO = "uco"
    DCO = "dco"
    JR = "jr"
    PRESIDENT = "president"
    SECRETARY = "secretary"
    BEARERS = "bearers"
    ONE = "one"  # one officer, whatever his post

    @property
    def roles(self) -> tuple[Role, ...]:
        """The posts meant; of one officer none by itself."""
        return _ROLES[self]

    @property
    def of_societies(self) -> bool:
        """Whether its people serve societies rather than offices."""
        return self in {Group.PRESIDENT, Group.SECRETARY, Group.BEARERS}


_KINDS: Mapping[str, Callable[[Any], Any]] = {"group": Group, "level": SocietyLevel, "colour": Colour}
_ROLES: Mapping[Group, tuple[Role, ...]] = {
    Group.UCO: (Role.UPAZILA_OFFICER,),
    Group.DCO: (Role.DISTRICT_OFFICER,),
    Group.JR: (Role.JOINT_REGISTRAR,),
    Group.PRESIDENT: (Role.PRESIDENT,),
    Group.SECRETARY: (Role.SECRETARY,),
    Group.BEARERS: (Role.PRESIDENT, Role.SECRETARY),
    Group.ONE: (),
}


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets a message.

    Attributes:
        group: their posts.
        lineage: of the office in whose area they serve, itself included.
        alone: only at this very office, or the societies that it looks after itself.
        person_id: of one officer.
        level, category: of the societies.
        colour: of their current committees.
        form, every, starts_on: the return that they have not filed; ISO day.
        failed_of: only those whom the broadcast with this id failed to reach.
    """

    group: Group
    lineage: str
    alone: bool = False
    person_id: int | None = None
    level: SocietyLevel | None = None
    category: str | None = None
    colour: Colour | None = None
    form: str | None = None
    every: str | None = None
    starts_on: str | None = None
    failed_of: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values; what is not set is left out."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in every.items() if value not in {None, False}}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Audience:
        """From ``as_json``."""
        read: dict[str, Any] = {name: _KINDS.get(name, _as_it_is)(value) for name, value in plain.items()}
        return cls(**read)
