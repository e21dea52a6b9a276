"""Societies many at a time, as an import compares and writes them: a few statements for a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Date, Integer, Text, bindparam, insert, select, update

from bot.store.given import given, given_query
from bot.store.query import Query, values_of
from bot.store.schema import societies as table
from bot.store.societies import CONFIRM, FACTS, fact_values, record_of, records_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Executable, FromClause

    from bot.store.query import Tx
    from bot.store.societies import Facts, Record


class Wanted(NamedTuple):
    """A society by its number in a register, with the term, the meeting and the audit that are asked for."""

    register_id: int
    registration_no: str
    formed_on: date | None
    agm_year: str | None
    audit_year: str | None


class New(NamedTuple):
    """A society to be added."""

    register_id: int
    registration_no: str
    serial: int
    year: int
    facts: Facts
    confirmed_on: date | None


def _is(register_id: ColumnElement[int], registration_no: ColumnElement[str]) -> ColumnElement[bool]:
    return (table.c.register_id == register_id) & (table.c.registration_no == registration_no)


def _wanted(given_rows: FromClause, position: ColumnElement[int], columns: Sequence[ColumnElement[Any]]) -> Executable:
    register_id, registration_no, *dated = columns
    start = given_rows.join(table, _is(register_id, registration_no))
    return records_in(start, *dated).add_columns(position)


def _ids(given_rows: FromClause, position: ColumnElement[int], columns: Sequence[ColumnElement[Any]]) -> Executable:
    return select(position, table.c.id).select_from(given_rows.join(table, _is(*columns)))


def _placed(*row: Any) -> tuple[int, Record]:
    return row[-1], record_of(*row[:-1])


def _pair(position: int, found: int) -> tuple[int, int]:
    return position, found


_WANTED = given_query((Integer, Text, Date, Text, Text), _wanted, _placed)
_IDS = given_query((Integer, Text), _ids, _pair)
_ADD: Query[int] = Query(
    insert(table).values(values_of("register_id", "registration_no", "serial", "year", *FACTS, "confirmed_on"))
)
_CHANGE: Query[int] = Query(update(table).where(table.c.id == bindparam("society_id")).values(values_of(*FACTS)))


def records(tx: Tx, wanted: Sequence[Wanted]) -> list[Record | None]:
    """The societies that are asked for, in the order asked; None for one that is not on record."""
    found = dict(tx.all(_WANTED, **given(wanted)))
    return [found.get(position) for position in range(len(wanted))]


def add(tx: Tx, new: Sequence[New]) -> list[int]:
    """Write new societies; returns their ids in the order given."""
    if not new:
        return []
    tx.run_many(
        _ADD,
        (
            {
                "register_id": one.register_id,
                "registration_no": one.registration_no,
                "serial": one.serial,
                "year": one.year,
                "confirmed_on": one.confirmed_on,
                **fact_values(one.facts),
            }
            for one in new
        ),
    )
    found = dict(tx.all(_IDS, **given((one.register_id, one.registration_no) for one in new)))
    return [found[position] for position in range(len(new))]


def change(tx: Tx, changed: Iterable[tuple[int, Facts]]) -> None:
    """Write societies' own rows anew."""
    tx.run_many(_CHANGE, ({"society_id": society_id, **fact_values(facts)} for society_id, facts in changed))


def confirm(tx: Tx, confirmed: Iterable[tuple[int, date]]) -> None:
    """Say on which day the rows of societies were found right."""
    tx.run_many(CONFIRM, ({"society_id": society_id, "confirmed_on": on} for society_id, on in confirmed))
