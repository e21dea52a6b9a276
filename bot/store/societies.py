"""Societies as the registry keeps them: what an import compares and writes, what an export reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, insert, select, update

from bot.domain.registry import Basis, SocietyLevel
from bot.store.query import Query, upsert, values_of
from bot.store.schema import agms, appointments, audits, committee_terms, offices, people, societies

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from typing import Any

    from sqlalchemy import BindParameter, Column, ColumnElement, FromClause, ScalarSelect

    from bot.domain.registry import RegistrationNo
    from bot.store.query import Tx

    _Wanted = BindParameter[Any] | ScalarSelect[Any] | ColumnElement[Any]


class Facts(NamedTuple):
    """What stands in a society's own row, besides its number.

    Attributes:
        office_id: the office that looks after it.
        registered_on: the day of registration.
        name_bn, name_en: full names.
        level: primary, central or national.
        category: one of the known categories, or the words of the registry.
        address: as the registry has it.
        officer_msisdn: the phone of the officer as the registry has it.
    """

    office_id: int
    registered_on: date | None
    name_bn: str
    name_en: str | None
    level: SocietyLevel
    category: str | None
    address: str | None
    officer_msisdn: str | None


class Term(NamedTuple):
    """A committee's term; ``expires_on`` is its last day."""

    basis: Basis
    formed_on: date
    expires_on: date


class Yearly(NamedTuple):
    """The general meeting or the audit of one co-operative year, and the day it was held, if known."""

    year: str
    held_on: date | None


class Bearer(NamedTuple):
    """Who holds an office of the society now."""

    appointment_id: int
    name: str
    msisdn: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """A society as the store has it, with its number.

    Attributes:
        id: ours.
        registration_no: ``123/2019``.
        office_code: of the office that looks after it.
        facts: its own row.
        term, agm, audit: those asked for (``record``) or the latest (``of_register``).
        president, secretary: who serves now.
        confirmed_on: the day on which all this was last found right.
    """

    id: int
    registration_no: str
    office_code: str
    facts: Facts
    term: Term | None
    agm: Yearly | None
    audit: Yearly | None
    president: Bearer | None
    secretary: Bearer | None
    confirmed_on: date | None


@dataclass(frozen=True, slots=True)
class Stale:
    """A society, and the day its row was last confirmed: by an import that named it, or by an office; None is never."""

    id: int
    registration_no: str
    name_bn: str
    name_en: str | None
    confirmed_on: date | None


_office = offices.alias("office")
_term = committee_terms.alias("term")
_agm = agms.alias("agm")
_audit = audits.alias("audit")
_president = appointments.alias("president")
_secretary = appointments.alias("secretary")
_president_person = people.alias("president_person")
_secretary_person = people.alias("secretary_person")


def record_of(*row: Any) -> Record:
    """A row of ``records_in`` as a record."""
    facts = Facts(row[3], row[4], row[5], row[6], SocietyLevel(row[7]), row[8], row[9], row[10])
    return Record(
        row[0],
        row[1],
        row[2],
        facts,
        Term(Basis(row[11]), row[12], row[13]) if row[11] else None,
        Yearly(*row[14:16]) if row[14] else None,
        Yearly(*row[16:18]) if row[16] else None,
        Bearer(*row[18:21]) if row[18] else None,
        Bearer(*row[21:24]) if row[21] else None,
        row[24],
    )


def _serves(bearer: FromClause, role: str) -> ColumnElement[bool]:
    return and_(bearer.c.society_id == societies.c.id, bearer.c.role == role, bearer.c.ended_on.is_(None))


def records_in(start: FromClause, formed_on: _Wanted, agm_year: _Wanted, audit_year: _Wanted) -> Select[Any]:
    """The societies in ``start`` with one term, one meeting and one audit each: those that the arguments name."""
    own, term = societies.c, _term.c
    return select(
        *(own.id, own.registration_no, _office.c.code),
        *(own.office_id, own.registered_on, own.name_bn, own.name_en, own.level),
        *(own.category, own.address, own.officer_msisdn),
        *(term.basis, term.formed_on, term.expires_on),
        *(_agm.c.year, _agm.c.held_on, _audit.c.year, _audit.c.held_on),
        *(_president.c.id, _president_person.c.name, _president_person.c.msisdn),
        *(_secretary.c.id, _secretary_person.c.name, _secretary_person.c.msisdn),
        own.confirmed_on,
    ).select_from(
        start.join(_office, _office.c.id == own.office_id)
        .outerjoin(_term, and_(term.society_id == own.id, term.formed_on == formed_on))
        .outerjoin(_agm, and_(_agm.c.society_id == own.id, _agm.c.year == agm_year))
        .outerjoin(_audit, and_(_audit.c.society_id == own.id, _audit.c.year == audit_year))
        .outerjoin(_president, _serves(_president, "president"))
        .outerjoin(_president_person, _president_person.c.id == _president.c.person_id)
        .outerjoin(_secretary, _serves(_secretary, "secretary"))
        .outerjoin(_secretary_person, _secretary_person.c.id == _secretary.c.person_id)
    )


def _latest(column: Column[Any]) -> _Wanted:
    """The latest ``column`` among the society's rows of a table."""
    rows = column.table
    return select(func.max(column)).where(rows.c.society_id == societies.c.id).correlate(societies).scalar_subquery()


_RECORD = Query(
    records_in(societies, bindparam("formed_on"), bindparam("agm_year"), bindparam("audit_year")).where(
        societies.c.register_id == bindparam("register_id"),
        societies.c.registration_no == bindparam("registration_no"),
    ),
    record_of,
)
_OF_REGISTER = Query(
    records_in(societies, _latest(committee_terms.c.formed_on), _latest(agms.c.year), _latest(audits.c.year))
    .where(societies.c.register_id == bindparam("register_id"))
    .order_by(societies.c.year, societies.c.serial),
    record_of,
)
_REGISTERS: Query[int] = Query(
    select(offices.c.id).where(offices.c.id.in_(select(societies.c.register_id))).order_by(offices.c.lineage)
)
_COUNT: Query[int] = Query(select(func.count()).select_from(societies))

FACTS = Facts._fields
_ADD: Query[int] = Query(
    insert(societies)
    .values(values_of("register_id", "registration_no", "serial", "year", *FACTS, "confirmed_on"))
    .returning(societies.c.id)
)
_CONFIRMED_ON: Query[date | None] = Query(
    select(societies.c.confirmed_on).where(societies.c.id == bindparam("society_id"))
)
_STALEST = Query(
    select(
        societies.c.id,
        societies.c.registration_no,
        societies.c.name_bn,
        societies.c.name_en,
        societies.c.confirmed_on,
    )
    .join(_office, _office.c.id == societies.c.office_id)
    .where(_office.c.lineage >= bindparam("lineage"), _office.c.lineage < bindparam("lineage_end"))
    .order_by(societies.c.confirmed_on.nulls_first(), societies.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip")),
    Stale,
)
CONFIRM: Query[int] = Query(
    update(societies).where(societies.c.id == bindparam("society_id")).values(values_of("confirmed_on"))
)
_PUT_TERM = upsert(
    committee_terms,
    *("society_id", "basis", "formed_on", "expires_on", "known_on", "recorded_on"),
    unique=["society_id", "formed_on"],
    update=["basis", "expires_on"],
    following={"recorded_on": "expires_on"},
)
_PUT_AGM = upsert(agms, "society_id", "year", "held_on", unique=["society_id", "year"], update=["held_on"])
_PUT_AUDIT = upsert(audits, "society_id", "year", "held_on", unique=["society_id", "year"], update=["held_on"])


def record(
    tx: Tx,
    register_id: int,
    number: RegistrationNo,
    *,
    formed_on: date | None = None,
    agm_year: str | None = None,
    audit_year: str | None = None,
) -> Record | None:
    """The society with a number in a register, with the term, meeting and audit that the arguments name; or None."""
    return tx.first(
        _RECORD,
        register_id=register_id,
        registration_no=str(number),
        formed_on=formed_on,
        agm_year=agm_year,
        audit_year=audit_year,
    )


def registers(tx: Tx) -> list[int]:
    """The ids of the offices that have a register with at least one society, in the order of the tree."""
    return tx.all(_REGISTERS)


def of_register(tx: Tx, register_id: int) -> list[Record]:
    """The societies of one register by year and serial, each with its latest term, meeting and audit."""
    return tx.all(_OF_REGISTER, register_id=register_id)


def count(tx: Tx) -> int:
    """How many societies are registered."""
    return tx.one(_COUNT)


def stalest(tx: Tx, lineage: str, most: int, skip: int = 0) -> list[Stale]:
    """The societies of the offices below a lineage, those never confirmed or confirmed longest ago first.

    Args:
        tx: a transaction that may be read-only.
        lineage: of an office; its own societies and those of every office below it are meant.
        most: how many at most.
        skip: how many of the first are left out, for the next page.
    """
    # A lineage ends in '/'; '0' is the character after it, so that the range is exactly the offices below.
    return tx.all(_STALEST, lineage=lineage, lineage_end=lineage[:-1] + "0", most=most, skip=skip)


def confirmed_on(tx: Tx, society_id: int) -> date | None:
    """The day on which a society's row was last confirmed."""
    return tx.first(_CONFIRMED_ON, society_id=society_id)


def confirm(tx: Tx, society_id: int, on: date) -> None:
    """Say that a society's row was found right on a day."""
    tx.run(CONFIRM, society_id=society_id, confirmed_on=on)


def add(tx: Tx, register_id: int, number: RegistrationNo, facts: Facts, confirmed_on: date) -> int:
    """Write a new society; returns its id."""
    return tx.one(
        _ADD,
        register_id=register_id,
        registration_no=str(number),
        serial=number.serial,
        year=number.year,
        confirmed_on=confirmed_on,
        **fact_values(facts),
    )


def put_terms(tx: Tx, terms: Iterable[tuple[int, Term]], recorded_on: date | None = None) -> None:
    """Add the terms of societies, or correct those formed on the same day.

    Args:
        tx: a transaction that may write.
        terms: of societies by their ids.
        recorded_on: the day on which they became known, if that is known. A term whose last day stays keeps the day that it has.
    """
    tx.run_many(
        _PUT_TERM,
        (
            {
                "society_id": society,
                "basis": term.basis.value,
                "formed_on": term.formed_on,
                "expires_on": term.expires_on,
                "known_on": recorded_on,
                "recorded_on": recorded_on,
            }
            for society, term in terms
        ),
    )


def put_agms(tx: Tx, held: Iterable[tuple[int, Yearly]]) -> None:
    """Add or correct the general meetings of societies."""
    tx.run_many(_PUT_AGM, _yearly(held))


def put_audits(tx: Tx, held: Iterable[tuple[int, Yearly]]) -> None:
    """Add or correct the audits of societies."""
    tx.run_many(_PUT_AUDIT, _yearly(held))


def _yearly(held: Iterable[tuple[int, Yearly]]) -> Iterable[dict[str, Any]]:
    return ({"society_id": society, "year": yearly.year, "held_on": yearly.held_on} for society, yearly in held)


def fact_values(facts: Facts) -> dict[str, Any]:
    """The columns of a society's own row."""
    return {**facts._asdict(), "level": facts.level.value}
