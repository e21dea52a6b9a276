"""The standing of societies: what the status answer tells, in one statement each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, bindparam, func, select

from bot.domain.registry import Standing
from bot.store.query import Query
from bot.store.schema import agms, audits, committee_terms, offices, societies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.registry import RegistrationNo
    from bot.store.query import Tx

MOST = 50
"""More societies than this are never listed: the sender is asked to say more."""

_register = offices.alias("register")
_office = offices.alias("office")


def _standing() -> Select[tuple[object, ...]]:
    def latest(table: object, column: str) -> object:
        columns = table.c  # type: ignore[attr-defined]
        return select(func.max(columns[column])).where(columns.society_id == societies.c.id).scalar_subquery()

    term_end = (
        select(committee_terms.c.expires_on)
        .where(committee_terms.c.society_id == societies.c.id)
        .order_by(committee_terms.c.formed_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            societies.c.id,
            societies.c.registration_no,
            societies.c.name_bn,
            societies.c.name_en,
            _register.c.name_bn,
            _register.c.name_en,
            _office.c.lineage,
            term_end.label("expires_on"),
            latest(agms, "year").label("agm_year"),  # type: ignore[attr-defined]
            latest(audits, "year").label("audit_year"),  # type: ignore[attr-defined]
        )
        .join(_register, _register.c.id == societies.c.register_id)
        .join(_office, _office.c.id == societies.c.office_id)
        .order_by(_register.c.lineage, societies.c.year, societies.c.id)
        .limit(MOST)
    )


_BY_ID = Query(_standing().where(societies.c.id == bindparam("id")), Standing)
_BY_NUMBER = Query(
    _standing().where(societies.c.serial == bindparam("serial"), societies.c.year == bindparam("year")), Standing
)
_BY_SERIAL = Query(_standing().where(societies.c.serial == bindparam("serial")), Standing)
# Not BETWEEN: with the collation of the column, PostgreSQL cannot read it.
_UNDER = and_(_register.c.lineage >= bindparam("lineage"), _register.c.lineage < bindparam("lineage_end"))
_BY_NUMBER_UNDER = Query(
    _standing().where(societies.c.serial == bindparam("serial"), societies.c.year == bindparam("year"), _UNDER),
    Standing,
)
_BY_SERIAL_UNDER = Query(_standing().where(societies.c.serial == bindparam("serial"), _UNDER), Standing)


def by_ids(tx: Tx, ids: Iterable[int]) -> list[Standing]:
    """The standing of these societies, in the order given; those that are gone are left out."""
    found = (tx.first(_BY_ID, id=society_id) for society_id in ids)
    return [standing for standing in found if standing is not None]


def by_number(tx: Tx, number: RegistrationNo, under: str | None = None) -> list[Standing]:
    """Societies with this number (any year, where the number has none), by district; ``under`` narrows to a lineage."""
    values: dict[str, object] = {"serial": number.serial}
    if number.year is not None:
        values["year"] = number.year
    if under is None:
        return tx.all(_BY_SERIAL if number.year is None else _BY_NUMBER, **values)
    # A lineage ends in '/'; '0' is the character after it, so that the range is exactly the offices below.
    values |= {"lineage": under, "lineage_end": under[:-1] + "0"}
    return tx.all(_BY_SERIAL_UNDER if number.year is None else _BY_NUMBER_UNDER, **values)
