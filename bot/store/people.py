"""People and their appointments: to offices and to societies, with a start and an end.

A person is a name with a phone: the same name on the same phone is the same person, whatever he serves; another name
on the same phone is somebody else who shares it. A person without a phone is known by his appointment only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from bot.domain.access import Role
from bot.domain.messages import Language
from bot.store.query import Query, insert_once, values_of
from bot.store.schema import appointments, offices, people, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from typing import Any

    from sqlalchemy import Select

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Officer:
    """One open appointment to an office.

    Attributes:
        appointment_id: ours.
        person_id: ours.
        name: the person's name.
        role: the post.
        office_code: of the office.
        msisdn: the person's number.
        language: the language the number is answered in, if it has one.
    """

    appointment_id: int
    person_id: int
    name: str
    role: Role
    office_code: str
    msisdn: str | None
    language: Language | None


@dataclass(frozen=True, slots=True)
class Appointment:
    """A new appointment: of a person to an office or to a society, one of the two."""

    person_id: int
    role: Role
    started_on: date
    office_id: int | None = None
    society_id: int | None = None


_FIND: Query[int] = Query(
    select(people.c.id)
    .where(people.c.msisdn == bindparam("msisdn"), people.c.name == bindparam("name"))
    .order_by(people.c.id)
    .limit(1)
)
_ADD: Query[int] = Query(insert(people).values(values_of("name", "msisdn")).returning(people.c.id))
_APPOINT: Query[int] = Query(
    insert(appointments).values(values_of("person_id", "role", "office_id", "society_id", "started_on"))
)
_END: Query[int] = Query(
    update(appointments).where(appointments.c.id == bindparam("appointment_id")).values(ended_on=bindparam("ended_on"))
)
_REPOINT: Query[int] = Query(
    update(appointments)
    .where(appointments.c.id == bindparam("appointment_id"))
    .values(person_id=bindparam("person_id"))
)


def _officers() -> Select[Any]:
    return (
        select(
            appointments.c.id,
            people.c.id,
            people.c.name,
            appointments.c.role,
            offices.c.code,
            people.c.msisdn,
            subscribers.c.language,
        )
        .select_from(
            appointments.join(people, people.c.id == appointments.c.person_id)
            .join(offices, offices.c.id == appointments.c.office_id)
            .outerjoin(subscribers, subscribers.c.msisdn == people.c.msisdn)
        )
        .where(appointments.c.ended_on.is_(None))
        .order_by(offices.c.lineage, appointments.c.role, appointments.c.id)
    )


def _officer(*row: Any) -> Officer:
    spoken = Language(row[6]) if row[6] else None
    return Officer(row[0], row[1], row[2], Role(row[3]), row[4], row[5], spoken)


_OFFICERS = Query(_officers(), _officer)
_HOLDERS = Query(
    _officers().where(
        appointments.c.office_id == bindparam("holder_office_id"), appointments.c.role == bindparam("holder_role")
    ),
    _officer,
)
_OFFER_LANGUAGE = insert_once(subscribers, "msisdn", "language", unique=["msisdn"])
_FILL_LANGUAGE: Query[int] = Query(
    update(subscribers)
    .where(subscribers.c.msisdn == bindparam("number"), subscribers.c.language.is_(None))
    .values(language=bindparam("language"))
)


def person(tx: Tx, name: str, msisdn: str | None) -> int:
    """The id of the person with this name and number, written first if need be; without a number always a new one."""
    found = None if msisdn is None else tx.first(_FIND, name=name, msisdn=msisdn)
    return tx.one(_ADD, name=name, msisdn=msisdn) if found is None else found


def appoint(tx: Tx, new: Iterable[Appointment]) -> None:
    """Begin appointments."""
    tx.run_many(
        _APPOINT,
        (
            {
                "person_id": one.person_id,
                "role": one.role.value,
                "office_id": one.office_id,
                "society_id": one.society_id,
                "started_on": one.started_on,
            }
            for one in new
        ),
    )


def end(tx: Tx, appointment_ids: Iterable[int], ended_on: date) -> None:
    """End appointments; they stay on record."""
    tx.run_many(_END, ({"appointment_id": one, "ended_on": ended_on} for one in appointment_ids))


def repoint(tx: Tx, appointment_id: int, person_id: int) -> None:
    """Give an appointment to the same human being under another number: the tenure goes on."""
    tx.run(_REPOINT, appointment_id=appointment_id, person_id=person_id)


def officers(tx: Tx) -> list[Officer]:
    """Everybody who holds an office now, in the order of the tree."""
    return tx.all(_OFFICERS)


def holders(tx: Tx, office_id: int, role: Role) -> list[Officer]:
    """Who holds a post at an office now."""
    return tx.all(_HOLDERS, holder_office_id=office_id, holder_role=role.value)


def offer_language(tx: Tx, msisdn: str, language: Language) -> None:
    """Answer a number in ``language`` unless it has chosen one itself."""
    tx.run(_OFFER_LANGUAGE, msisdn=msisdn, language=language.value)
    tx.run(_FILL_LANGUAGE, number=msisdn, language=language.value)
