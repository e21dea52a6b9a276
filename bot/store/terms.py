"""Whose committee's term ends when: the election calendar of an office, and its counts.

Only a society's current term counts, the one formed last. A subtree of offices is a range of lineages: a lineage ends in '/', and
'0' is the character after it. SQLite walks from the offices of the subtree to their societies to the last term of each, so that
the work is that of the subtree; PostgreSQL has statistics and chooses for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Date, and_, bindparam, case, func, select

from bot.domain.committee import YELLOW_FROM_DAYS
from bot.domain.registry import Basis
from bot.store.overview import Colours
from bot.store.query import Query
from bot.store.schema import committee_terms, offices, societies

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Select

    from bot.store.query import Tx

Counts = Colours
"""How many societies are green, yellow, red, and without a term on record."""

_FOREVER = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Ending:
    """A society and the end of its current committee's term.

    Attributes:
        society_id: ours.
        registration_no: ``123/2019``.
        name_bn, name_en: full names.
        office_code, office_bn, office_en: the office that looks after it.
        basis: how the committee came to be; None, as the days, where no term is on record.
        formed_on, expires_on: first and last day of the term.
    """

    society_id: int
    registration_no: str
    name_bn: str
    name_en: str | None
    office_code: str
    office_bn: str
    office_en: str
    basis: Basis | None
    formed_on: date | None
    expires_on: date | None


def _read(*row: Any) -> Ending:
    return Ending(*(*row[:7], Basis(row[7]) if row[7] else None, *row[8:]))


_term = committee_terms.alias("term")
# Two comparisons: PostgreSQL takes no collation, which the parameters carry, inside BETWEEN.
_under = and_(offices.c.lineage >= bindparam("lineage"), offices.c.lineage < bindparam("lineage_end"))
_last = (
    select(func.max(committee_terms.c.formed_on))
    .where(committee_terms.c.society_id == societies.c.id)
    .correlate(societies)
    .scalar_subquery()
)
_current = and_(_term.c.society_id == societies.c.id, _term.c.formed_on == _last)
# An expression, and not the bare column, keeps SQLite from walking the whole country by the index on this column.
_expires_on = func.coalesce(_term.c.expires_on, bindparam("never", _FOREVER, type_=Date), type_=Date)
_UNTIL = bindparam("until", type_=Date)


def _endings() -> Select[Any]:
    own, office, term = societies.c, offices.c, _term.c
    return (
        select(
            *(own.id, own.registration_no, own.name_bn, own.name_en, office.code, office.name_bn, office.name_en),
            *(term.basis, term.formed_on, term.expires_on),
        )
        .select_from(offices.join(societies, own.office_id == office.id).outerjoin(_term, _current))
        .where(_under)
        .limit(bindparam("most"))
        .offset(bindparam("skip"))
    )


_ENDING = Query(
    _endings()
    .where(_term.c.id.is_not(None), _expires_on <= _UNTIL, _expires_on >= bindparam("since", type_=Date))
    .order_by(_expires_on, societies.c.id),
    _read,
)
_ENDED = Query(
    _endings().where(_term.c.id.is_not(None), _expires_on < _UNTIL).order_by(_expires_on.desc(), societies.c.id), _read
)
_UNFORMED = Query(
    _endings().where(_term.c.id.is_(None)).order_by(offices.c.lineage, societies.c.year, societies.c.id), _read
)
_colour = case(
    (_term.c.expires_on.is_(None), "unformed"),
    (_term.c.expires_on < bindparam("today", type_=Date), "red"),
    (_term.c.expires_on <= bindparam("yellow_until", type_=Date), "yellow"),
    else_="green",
).label("colour")
_colours = (
    select(offices.c.code, _colour)
    .select_from(offices.join(societies, societies.c.office_id == offices.c.id).outerjoin(_term, _current))
    .where(_under)
    .subquery()
)
_COUNTS = Query(
    select(_colours.c.colour, func.count()).group_by(_colours.c.colour), lambda colour, count: (str(colour), int(count))
)
_COUNTS_BY_OFFICE = Query(
    select(_colours.c.code, _colours.c.colour, func.count()).group_by(_colours.c.code, _colours.c.colour),
    lambda code, colour, count: (str(code), str(colour), int(count)),
)


def ending(
    tx: Tx, lineage: str, until: date | None, *, since: date | None = None, most: int, skip: int = 0
) -> list[Ending]:
    """The societies of a subtree of offices whose current term ends on or before a day, the earliest first.

    Args:
        tx: a transaction that may be read-only.
        lineage: of the office on top.
        until: the last day that counts; None for every society with a term.
        since: the first day that counts; None for any day before.
        most: not more than these.
        skip: so many of the first are left out, for paging.
    """
    return tx.all(_ENDING, **_subtree(lineage), until=until or _FOREVER, since=since or date.min, most=most, skip=skip)


def ended(tx: Tx, lineage: str, today: date, *, most: int, skip: int = 0) -> list[Ending]:
    """The societies of a subtree whose current term ended before ``today``, the latest first; otherwise as ``ending``."""
    return tx.all(_ENDED, **_subtree(lineage), until=today, most=most, skip=skip)


def unformed(tx: Tx, lineage: str, *, most: int, skip: int = 0) -> list[Ending]:
    """The societies of a subtree with no term on record, by office and number; arguments as for ``ending``."""
    return tx.all(_UNFORMED, **_subtree(lineage), most=most, skip=skip)


def ending_counts(tx: Tx, lineage: str, today: date) -> Counts:
    """How many societies of a subtree are in which colour on ``today``: the same rule as ``bot.domain.committee.colour``."""
    return Counts(**dict(tx.all(_COUNTS, **_subtree(lineage), **_days(today))))


def ending_counts_by_office(tx: Tx, lineage: str, today: date) -> dict[str, Counts]:
    """The same for each office of a subtree that looks after any society, by its code."""
    found: dict[str, dict[str, int]] = {}
    for code, colour, count in tx.all(_COUNTS_BY_OFFICE, **_subtree(lineage), **_days(today)):
        found.setdefault(code, {})[colour] = count
    return {code: Counts(**counts) for code, counts in found.items()}


def _days(today: date) -> dict[str, date]:
    return {"today": today, "yellow_until": today + timedelta(days=YELLOW_FROM_DAYS)}


def _subtree(lineage: str) -> dict[str, str]:
    return {"lineage": lineage, "lineage_end": lineage[:-1] + "0"}
