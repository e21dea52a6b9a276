"""The versions of figures: what each message gave, by whose post. They are only added to; one may be marked as taken back.

A version is written for an appointment at the filer's own office or society; the tables refuse any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, insert, select, update

from bot.domain.returns import Version
from bot.store import vectors
from bot.store.query import Query, values_of
from bot.store.schema import appointments, figure_versions, people

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from bot.domain.figures import Value
    from bot.domain.returns import Author, Filer, Return
    from bot.store.query import Tx


def _version(number: int, figures: str, *rest: Any) -> Version:
    return Version(number, vectors.load(figures), *rest)


_NEXT: Query[int] = Query(
    select(func.coalesce(func.max(figure_versions.c.number), 0) + 1).where(
        figure_versions.c.return_id == bindparam("return_id")
    )
)
_ADD: Query[int] = Query(
    insert(figure_versions)
    .values(
        values_of(
            *("return_id", "number", "figures", "inbox_id", "at", "by"),
            *("appointment_id", "office_id", "society_id", "approved_by", "approved_in"),
        )
    )
    .returning(figure_versions.c.id)
)
_VERSIONS = Query(
    select(
        *(figure_versions.c.number, figure_versions.c.figures, figure_versions.c.inbox_id, figure_versions.c.at),
        *(figure_versions.c.by, figure_versions.c.approved_by, figure_versions.c.undone_at),
    )
    .where(figure_versions.c.return_id == bindparam("return_id"))
    .order_by(figure_versions.c.number),
    _version,
)
_TAKE_BACK: Query[int] = Query(
    update(figure_versions)
    .where(figure_versions.c.return_id == bindparam("of_return"), figure_versions.c.undone_at.is_(None))
    .values(undone_at=bindparam("taken_at"))
)
_serving = (
    select(appointments.c.id)
    .select_from(appointments.join(people, people.c.id == appointments.c.person_id))
    .where(people.c.msisdn == bindparam("msisdn"), appointments.c.ended_on.is_(None))
    .order_by(appointments.c.id)
    .limit(1)
)
_AT_OFFICE: Query[int] = Query(_serving.where(appointments.c.office_id == bindparam("filer_id")))
_AT_SOCIETY: Query[int] = Query(_serving.where(appointments.c.society_id == bindparam("filer_id")))


def author(tx: Tx, filer: Filer, msisdn: str) -> int | None:
    """The appointment by which a number may give the filer's figures; None where it has none."""
    if filer.office_id is not None:
        return tx.first(_AT_OFFICE, filer_id=filer.office_id, msisdn=msisdn)
    return tx.first(_AT_SOCIETY, filer_id=filer.society_id, msisdn=msisdn)


def of(tx: Tx, return_id: int) -> list[Version]:
    """Every version of a return's figures, the first one first, those taken back too."""
    return tx.all(_VERSIONS, return_id=return_id)


def add(
    tx: Tx,
    one: Return,
    figures: Mapping[str, Value],
    by: Author,
    *,
    approved_by: str | None = None,
    approved_in: int | None = None,
) -> int:
    """Write down the figures that a message gave; returns the version's number.

    Raises:
        an integrity error of the database: the author's post is not at the office or society whose return it is.
    """
    number = tx.one(_NEXT, return_id=one.id)
    tx.one(
        _ADD,
        return_id=one.id,
        number=number,
        figures=vectors.dump(figures),
        inbox_id=by.inbox_id,
        at=by.at,
        by=by.msisdn,
        appointment_id=by.appointment_id,
        office_id=one.filer.office_id,
        society_id=one.filer.society_id,
        approved_by=approved_by,
        approved_in=approved_in,
    )
    return number


def take_back(tx: Tx, return_id: int, at: datetime) -> None:
    """Call every version of a return undone."""
    tx.run(_TAKE_BACK, of_return=return_id, taken_at=at)
