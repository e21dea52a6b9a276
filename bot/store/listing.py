"""The list of societies of an office: each once, with its latest term, general meeting and audit, and who serves, if asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, select

from bot.domain.registry import Basis, SocietyLevel
from bot.store.query import Query
from bot.store.schema import agms, appointments, audits, committee_terms, offices, people, societies

if TYPE_CHECKING:
    from datetime import date
    from typing import Any

    from sqlalchemy import Column, ScalarSelect, Select

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Serving:
    """Who holds an office of a society, and his phone."""

    name: str
    msisdn: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A society as lists show it.

    Attributes:
        id: ours.
        registration_no, registered_on: its number and day in the register.
        name_bn, name_en: full names.
        level: primary, central or national.
        category: one of the known categories, or the words of the registry.
        address: as the registry has it.
        confirmed_on: when its row was last confirmed.
        office_code: of the office that looks after it.
        basis, expires_on: of the current committee, if one is on record.
        agm_year, audit_year: the latest on record.
        president, secretary: None too where they were not asked for.
    """

    id: int
    registration_no: str
    registered_on: date | None
    name_bn: str
    name_en: str | None
    level: SocietyLevel
    category: str | None
    address: str | None
    confirmed_on: date | None
    office_code: str
    basis: Basis | None
    expires_on: date | None
    agm_year: str | None
    audit_year: str | None
    president: Serving | None
    secretary: Serving | None


_term = committee_terms.alias("term")


def _latest(column: Column[Any]) -> ScalarSelect[Any]:
    own = column.table.c
    return select(func.max(column)).where(own.society_id == societies.c.id).correlate(societies).scalar_subquery()


def _list(*bearers: str) -> Select[Any]:
    own = societies.c
    rows = offices.join(societies, own.office_id == offices.c.id).outerjoin(
        _term, and_(_term.c.society_id == own.id, _term.c.formed_on == _latest(committee_terms.c.formed_on))
    )
    columns: list[Any] = [
        *(own.id, own.registration_no, own.registered_on, own.name_bn, own.name_en, own.level, own.category),
        *(own.address, own.confirmed_on, offices.c.code, _term.c.basis, _term.c.expires_on),
        *(_latest(agms.c.year), _latest(audits.c.year)),
    ]
    for role in bearers:
        post, person = appointments.alias(role), people.alias(f"{role}_person")
        serves = and_(post.c.society_id == own.id, post.c.role == role, post.c.ended_on.is_(None))
        rows = rows.outerjoin(post, serves).outerjoin(person, person.c.id == post.c.person_id)
        columns += (person.c.name, person.c.msisdn)
    return (
        select(*columns)
        .select_from(rows)
        .where(offices.c.lineage >= bindparam("lineage"), offices.c.lineage < bindparam("lineage_end"))
        .order_by(offices.c.lineage, own.year, own.serial, own.id)
        .limit(bindparam("most"))
    )


def _listed(*row: Any) -> Listed:
    level, basis = SocietyLevel(row[5]), Basis(row[10]) if row[10] else None
    president, secretary = (None if row[at] is None else Serving(row[at], row[at + 1]) for at in (14, 16))
    return Listed(*(*row[:5], level, *row[6:10], basis, *row[11:14], president, secretary))


_LIST = Query(_list(), lambda *row: _listed(*row, None, None, None, None))
_WITH_BEARERS = Query(_list("president", "secretary"), _listed)


def listed(tx: Tx, lineage: str, *, most: int, bearers: bool = False) -> list[Listed]:
    """The societies of a subtree of offices by office, year and serial.

    Args:
        tx: a transaction that may be read-only.
        lineage: of the office on top.
        most: not more than these.
        bearers: whether to read who serves, with their phones.
    """
    query = _WITH_BEARERS if bearers else _LIST
    # A lineage ends in '/'; '0' is the character after it, so that the range is exactly the offices below.
    return tx.all(query, lineage=lineage, lineage_end=lineage[:-1] + "0", most=most)


def registered(tx: Tx, lineage: str) -> int:
    """How many societies a subtree of offices looks after."""
    return tx.one(_COUNT, lineage=lineage, lineage_end=lineage[:-1] + "0")


_COUNT: Query[int] = Query(
    select(func.count())
    .select_from(offices.join(societies, societies.c.office_id == offices.c.id))
    .where(offices.c.lineage >= bindparam("lineage"), offices.c.lineage < bindparam("lineage_end"))
)
