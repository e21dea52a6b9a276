"""People and their appointments: to offices and to societies, with a start and an end.

A person is a name with a phone: the same name on the same phone is the same person, whatever he serves; another name
on the same phone is somebody else who shares it. A person without a phone is known by his appointment only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, func, insert, literal, or_, select, update

from bot.domain.access import Role
from bot.domain.messages import Language
from bot.domain.offices import NATION_CODE, Level, Office
from bot.store.given import given, given_query
from bot.store.query import Query, insert_once, values_of
from bot.store.schema import appointments, links, offices, people, societies, subscribers
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date
    from typing import Any

    from sqlalchemy import ColumnElement, Executable, FromClause, Select

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


def _find(given_rows: FromClause, position: ColumnElement[int], columns: Sequence[ColumnElement[Any]]) -> Executable:
    msisdn, name = columns
    known = given_rows.join(people, (people.c.msisdn == msisdn) & (people.c.name == name))
    return select(position, func.min(people.c.id)).select_from(known).group_by(position)


_FIND = given_query((Text, Text), _find, lambda position, found: (position, found))
_ADD: Query[int] = Query(insert(people).values(values_of("name", "msisdn")))
_ADD_ONE: Query[int] = Query(insert(people).values(values_of("name", "msisdn")).returning(people.c.id))
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
    return persons(tx, [(name, msisdn)])[0]


def persons(tx: Tx, named: Sequence[tuple[str, str | None]]) -> list[int]:
    """The ids of several people, in the order given, as ``person`` finds or writes each."""
    known = _known(tx, {one for one in named if one[1] is not None})
    missing = dict.fromkeys(one for one in named if one[1] is not None and one not in known)
    if missing:
        tx.run_many(_ADD, ({"name": name, "msisdn": msisdn} for name, msisdn in missing))
        known |= _known(tx, missing)
    return [known[one] if one[1] is not None else tx.one(_ADD_ONE, name=one[0], msisdn=None) for one in named]


def found(tx: Tx, name: str, msisdns: Iterable[str]) -> dict[str, int]:
    """The people of one name with some of these numbers, by number."""
    known = _known(tx, {(name, msisdn) for msisdn in msisdns})
    return {msisdn: person_id for (_, msisdn), person_id in known.items() if msisdn is not None}


def _known(tx: Tx, named: Collection[tuple[str, str | None]]) -> dict[tuple[str, str | None], int]:
    if not named:
        return {}
    asked = list(named)
    return {asked[at]: found for at, found in tx.all(_FIND, **given((msisdn, name) for name, msisdn in asked))}


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


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a post now.

    Attributes:
        appointment_id, person_id: ours.
        role: the post.
        name: the person's name.
        msisdn: the person's number.
        linked: whether a chat stands for that number.
    """

    appointment_id: int
    person_id: int
    role: Role
    name: str
    msisdn: str | None
    linked: bool


def _holder(appointment: int, person: int, role: str, name: str, msisdn: str | None, linked: object) -> Holder:
    return Holder(appointment, person, Role(role), name, msisdn, bool(linked))


def _staffed(*row: Any) -> tuple[Office, Holder | None]:
    office = Office(row[0], row[1], Level(row[2]), *row[3:6])
    return office, None if row[6] is None else _holder(*row[6:])


_linked = (
    select(literal(1)).where(links.c.msisdn == people.c.msisdn, links.c.ended_at.is_(None)).correlate(people).exists()
)
_HOLDING = (appointments.c.id, people.c.id, appointments.c.role, people.c.name, people.c.msisdn, _linked)
_open_now = appointments.c.ended_on.is_(None)
_staff = select(
    *(offices.c.id, offices.c.code, offices.c.level, offices.c.lineage, offices.c.name_bn, offices.c.name_en),
    *_HOLDING,
).order_by(offices.c.lineage, appointments.c.role, appointments.c.id)
_STAFF = Query(
    _staff.select_from(
        offices.outerjoin(appointments, (appointments.c.office_id == offices.c.id) & _open_now).outerjoin(
            people, people.c.id == appointments.c.person_id
        )
    ).where(offices.c.lineage >= bindparam("lineage"), offices.c.lineage < bindparam("lineage_end")),
    _staffed,
)
# From the person on: what begins with the offices reads them all.
_posts = _staff.select_from(
    people.join(appointments, appointments.c.person_id == people.c.id).join(
        offices, offices.c.id == appointments.c.office_id
    )
).where(_open_now)
_POSTS_OF = Query(_posts.where(people.c.msisdn == bindparam("number")), _staffed)
_SERVED = Query(
    select(appointments.c.role, offices.c.lineage)
    .join_from(people, appointments, appointments.c.person_id == people.c.id)
    .join(offices, offices.c.id == appointments.c.office_id)
    .where(
        people.c.msisdn == bindparam("number"),
        appointments.c.started_on <= bindparam("day"),
        or_(appointments.c.ended_on.is_(None), appointments.c.ended_on >= bindparam("day")),
    ),
    lambda role, lineage: (Role(role), str(lineage)),
)
_BEARERS = Query(
    select(*_HOLDING)
    .join_from(appointments, people, people.c.id == appointments.c.person_id)
    .where(appointments.c.society_id == bindparam("society_id"), _open_now),
    _holder,
)
_REGISTERED: Query[str | None] = Query(
    select(societies.c.officer_msisdn).where(societies.c.id == bindparam("society_id"))
)
_NUMBER_OF: Query[str | None] = Query(select(people.c.msisdn).where(people.c.id == bindparam("person_id")))
_NAME_OF: Query[str] = Query(select(people.c.name).where(people.c.id == bindparam("person_id")))
_NAMES_OF: Query[str] = Query(select(people.c.name).where(people.c.msisdn == bindparam("number")).order_by(people.c.id))
_LOCAL_HEADS: Query[int] = Query(
    select(appointments.c.person_id)
    .where(appointments.c.role == Role.UPAZILA_OFFICER.value, _open_now)
    .group_by(appointments.c.person_id)
    .order_by(appointments.c.person_id)
)
_HEADS_WITH = Query(
    select(people.c.msisdn, func.min(people.c.id))
    .join_from(people, appointments, appointments.c.person_id == people.c.id)
    .where(among(people.c.msisdn, "numbers"), appointments.c.office_id.is_not(None), _open_now)
    .group_by(people.c.msisdn),
    lambda msisdn, person_id: (str(msisdn), int(person_id)),
)
_LINEAGES_OF: Query[str] = Query(
    select(offices.c.lineage)
    .join_from(appointments, offices, offices.c.id == appointments.c.office_id)
    .where(appointments.c.person_id == bindparam("person_id"), _open_now)
)
# Not a full lock: rows that refer to the office, such as those of an import, are not held up by it.
_LOCK: Query[int] = Query(select(offices.c.id).where(offices.c.code == NATION_CODE).with_for_update(key_share=True))


def staff(tx: Tx, lineage: str) -> list[tuple[Office, Holder | None]]:
    """The offices at and below a lineage in the order of the tree, each with everybody who holds a post there, or with None."""
    # A lineage ends in '/'; '0' is the character after it, so that the range is exactly the offices below.
    return tx.all(_STAFF, lineage=lineage, lineage_end=lineage[:-1] + "0")


def posts_of(tx: Tx, msisdn: str) -> list[tuple[Office, Holder]]:
    """The posts at offices that are held with a number now."""
    return [(office, holder) for office, holder in tx.all(_POSTS_OF, number=msisdn) if holder is not None]


def role_above(tx: Tx, msisdn: str, lineage: str, day: date) -> Role | None:
    """The post by which a number stood above an office on a day, the nearest one; None where it held none there."""
    held = [(len(at), role) for role, at in tx.all(_SERVED, number=msisdn, day=day) if lineage.startswith(at)]
    return max(held, default=(0, None), key=lambda each: each[0])[1]


def bearers(tx: Tx, society_id: int) -> dict[Role, Holder]:
    """The president and the secretary of a society, as far as they are on record."""
    return {holder.role: holder for holder in tx.all(_BEARERS, society_id=society_id)}


def registered_officer(tx: Tx, society_id: int) -> str | None:
    """The number of the officer who looks after a society, as the registry has it."""
    return tx.first(_REGISTERED, society_id=society_id)


def lineages_of(tx: Tx, person_id: int) -> list[str]:
    """The lineages of the offices that a person serves."""
    return tx.all(_LINEAGES_OF, person_id=person_id)


def number_of(tx: Tx, person_id: int) -> str | None:
    """A person's number."""
    return tx.first(_NUMBER_OF, person_id=person_id)


def name_of(tx: Tx, person_id: int) -> str | None:
    """A person's name."""
    return tx.first(_NAME_OF, person_id=person_id)


def names_with(tx: Tx, msisdn: str) -> list[str]:
    """Whose a number is, or was."""
    return tx.all(_NAMES_OF, number=msisdn)


def heads_with(tx: Tx, msisdns: Collection[str]) -> dict[str, int]:
    """The people who serve at offices with some of these numbers, by number."""
    return dict(tx.all(_HEADS_WITH, numbers=list(msisdns))) if msisdns else {}


def local_heads(tx: Tx) -> list[int]:
    """The people who head the offices that look after societies."""
    return tx.all(_LOCAL_HEADS)


def lock_posts(tx: Tx) -> None:
    """Let nobody else change who serves at an office until this unit of work is done: what is read from now on stays true."""
    tx.one(_LOCK)
