"""The history of one society as events change it: its committees' terms, and its meetings, audits and dividends by co-operative year."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Date, Text, bindparam, delete, func, insert, literal, select, update

from bot.domain.events import EventKind
from bot.domain.registry import Basis
from bot.store.query import Query, upsert, values_of
from bot.store.schema import agms, audits, committee_terms, dividends, intents
from bot.store.societies import Yearly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from sqlalchemy import Table

    from bot.store.query import Tx


class TermRow(NamedTuple):
    """A committee's term as it is stored."""

    id: int
    basis: Basis
    formed_on: date
    expires_on: date
    recorded_on: date | None

    @classmethod
    def of(cls, *row: Any) -> TermRow:
        """From a row."""
        return cls(row[0], Basis(row[1]), *row[2:])


_own = committee_terms.c
_TERMS = Query(
    select(_own.id, _own.basis, _own.formed_on, _own.expires_on, _own.recorded_on)
    .where(_own.society_id == bindparam("society_id"))
    .order_by(_own.formed_on.desc()),
    TermRow.of,
)
_ADD_TERM: Query[int] = Query(
    insert(committee_terms)
    .values(values_of("society_id", "basis", "formed_on", "expires_on", "known_on", "recorded_on"))
    .returning(_own.id)
)
_CHANGE_TERM: Query[int] = Query(
    update(committee_terms)
    .where(_own.id == bindparam("term_id"))
    .values(values_of("basis", "expires_on", "recorded_on"))
)
_REMOVE_TERM: Query[int] = Query(delete(committee_terms).where(_own.id == bindparam("term_id")))
# What was reminded of stays on record, under a name that no other term will have: SQLite may give the id to the next one.
_DETACH: Query[int] = Query(
    update(intents)
    .where(intents.c.term_id == bindparam("of_term"))
    .values(
        term_id=None,
        occasion=literal("undone:") + bindparam("mark", type_=Text) + literal(":") + intents.c.occasion,
    )
)
_TABLES: Mapping[EventKind, Table] = {
    EventKind.AGM: agms,
    EventKind.AUDIT: audits,
    EventKind.DIVIDEND: dividends,
}
_YEAR = {
    kind: Query(
        select(table.c.year, table.c.held_on).where(
            table.c.society_id == bindparam("society_id"), table.c.year == bindparam("year")
        ),
        Yearly,
    )
    for kind, table in _TABLES.items()
}
_PUT = {
    kind: upsert(table, "society_id", "year", "held_on", unique=["society_id", "year"], update=["held_on"])
    for kind, table in _TABLES.items()
}
_REMOVE: Mapping[EventKind, Query[int]] = {
    kind: Query(delete(table).where(table.c.society_id == bindparam("society_id"), table.c.year == bindparam("year")))
    for kind, table in _TABLES.items()
}
_LATEST_YEAR: Mapping[EventKind, Query[str | None]] = {
    kind: Query(select(func.max(table.c.year)).where(table.c.society_id == bindparam("society_id")))
    for kind, table in _TABLES.items()
}
_LAST_MEETING = Query(
    select(agms.c.year, agms.c.held_on)
    .where(agms.c.society_id == bindparam("society_id"), agms.c.held_on <= bindparam("until", type_=Date))
    .order_by(agms.c.held_on.desc())
    .limit(1),
    lambda year, held_on: (str(year), held_on),
)


def terms(tx: Tx, society_id: int) -> list[TermRow]:
    """The terms of a society's committees; the first one is the current one."""
    return tx.all(_TERMS, society_id=society_id)


def add_term(tx: Tx, society_id: int, basis: Basis, formed_on: date, expires_on: date, recorded_on: date) -> int:
    """Begin a term; returns its id."""
    return tx.one(
        _ADD_TERM,
        society_id=society_id,
        basis=basis.value,
        formed_on=formed_on,
        expires_on=expires_on,
        known_on=recorded_on,
        recorded_on=recorded_on,
    )


def change_term(tx: Tx, term_id: int, basis: Basis, expires_on: date, recorded_on: date | None) -> None:
    """Correct a term."""
    tx.run(_CHANGE_TERM, term_id=term_id, basis=basis.value, expires_on=expires_on, recorded_on=recorded_on)


def remove_term(tx: Tx, term_id: int, mark: str) -> None:
    """Take a term away that should not have been recorded; ``mark`` goes before the occasion of what was reminded of."""
    tx.run(_DETACH, of_term=term_id, mark=mark)
    tx.run(_REMOVE_TERM, term_id=term_id)


def of_year(tx: Tx, kind: EventKind, society_id: int, year: str) -> Yearly | None:
    """The meeting, audit or dividend of a co-operative year."""
    return tx.first(_YEAR[kind], society_id=society_id, year=year)


def latest_year(tx: Tx, kind: EventKind, society_id: int) -> str | None:
    """The latest co-operative year with a meeting, an audit or a dividend on record."""
    return tx.first(_LATEST_YEAR[kind], society_id=society_id)


def put(tx: Tx, kind: EventKind, society_id: int, yearly: Yearly) -> None:
    """Add or correct the entry of a year."""
    tx.run(_PUT[kind], society_id=society_id, year=yearly.year, held_on=yearly.held_on)


def remove(tx: Tx, kind: EventKind, society_id: int, year: str) -> None:
    """Take the entry of a year away."""
    tx.run(_REMOVE[kind], society_id=society_id, year=year)


def last_meeting(tx: Tx, society_id: int, until: date) -> tuple[str, date] | None:
    """The co-operative year and the day of the last general meeting on or before a day."""
    return tx.first(_LAST_MEETING, society_id=society_id, until=until)
