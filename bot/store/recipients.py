"""Who is reminded: a society's office-bearers, and who heads the offices above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Date, bindparam, or_, select

from bot.domain.access import Role
from bot.domain.offices import Level
from bot.store.query import Query
from bot.store.schema import appointments, offices, people
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.store.query import Tx


class Recipient(NamedTuple):
    """A person, and the number he is reached by."""

    person_id: int
    msisdn: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """Who heads an office."""

    lineage: str
    level: Level
    role: Role
    person: Recipient


UNNAMED = "—"
"""The name of a person who is only a number: an officer as the registry has him."""

IN_OFFICE = or_(appointments.c.ended_on.is_(None), appointments.c.ended_on > bindparam("today", type_=Date))
"""An appointment that is open today."""

_BEARERS = Query(
    select(appointments.c.society_id, people.c.id, people.c.msisdn)
    .join_from(appointments, people, people.c.id == appointments.c.person_id)
    .where(
        among(appointments.c.society_id, "societies"),
        appointments.c.society_id.is_not(None),  # with the next line what the index on those who serve begins with
        appointments.c.ended_on.is_(None),
        or_(appointments.c.role == Role.PRESIDENT.value, appointments.c.role == Role.SECRETARY.value),
    )
    .order_by(appointments.c.id),
    lambda society, person, msisdn: (int(society), Recipient(person, msisdn)),
)
_HEADS = Query(
    select(offices.c.lineage, offices.c.level, appointments.c.role, people.c.id, people.c.msisdn)
    .select_from(
        offices.join(appointments, appointments.c.office_id == offices.c.id).join(
            people, people.c.id == appointments.c.person_id
        )
    )
    .where(among(offices.c.code, "codes"), IN_OFFICE)
    .order_by(appointments.c.id),
    lambda lineage, level, role, person, msisdn: Head(lineage, Level(level), Role(role), Recipient(person, msisdn)),
)


def bearers(tx: Tx, society_ids: Sequence[int]) -> dict[int, list[Recipient]]:
    """Presidents and secretaries, by society."""
    found: dict[int, list[Recipient]] = {}
    for society_id, recipient in tx.all(_BEARERS, societies=list(society_ids)):
        found.setdefault(society_id, []).append(recipient)
    return found


def heads(tx: Tx, codes: Iterable[str], today: date) -> list[Head]:
    """Who serves at offices, in whatever post."""
    return tx.all(_HEADS, codes=list(codes), today=today)
