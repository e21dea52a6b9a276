"""Who has not filed: the offices and the societies under an office whose return of a period is open, in the order of the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Integer, Text, and_, bindparam, func, literal, or_, select

from bot.domain.forms import FiledBy
from bot.domain.offices import Level, Office
from bot.store.owing import under
from bot.store.query import Query
from bot.store.schema import offices, returns, societies, totals
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Column, ColumnElement, ScalarSelect

    from bot.domain.forms import Form
    from bot.domain.periods import Period
    from bot.store.query import Tx

ALL = 1_000_000
"""More than there are."""


class Place(NamedTuple):
    """Where a page of a list ended: the lineage of an office, and a society there."""

    lineage: str
    society_id: int = 0


BEGINNING = Place("")
_BELOW = "!"
"""Before every character that a code has: ``BD/55/`` is before ``BD/55/!``, and that before every office below."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody whose return is open.

    Attributes:
        area: the office that files, or the one that looks after the society.
        society_id: of the society that files.
        number: its registration number.
        name_bn, name_en: its names.
        first_on: the first day of the earliest period that was ever filed, where that was asked for.
    """

    area: Office
    society_id: int | None = None
    number: str | None = None
    name_bn: str = ""
    name_en: str | None = None
    first_on: date | None = None

    @property
    def name(self) -> dict[str, str]:
        """By language."""
        if self.society_id is None:
            return {"bn": self.area.name_bn, "en": self.area.name_en}
        return {"bn": self.name_bn, "en": self.name_en or self.name_bn}

    @property
    def place(self) -> Place:
        """Where the next page goes on from."""
        return Place(self.area.lineage, self.society_id or 0)


def _area(identity: int, code: str, level: str, *names: str) -> Office:
    return Office(identity, code, Level(level), *names)


def _an_office(*row: Any) -> Lacking:
    return Lacking(_area(*row[:6]), first_on=row[6] if len(row) > 6 else None)  # noqa: PLR2004 - the columns of an office


def _a_society(*row: Any) -> Lacking:
    return Lacking(_area(*row[:6]), *row[6:])


_kind = (returns.c.form == bindparam("form"), returns.c.every == bindparam("every"), returns.c.filed_at.is_not(None))


def _is_filed(filer: Column[Any], of: Column[Any]) -> ColumnElement[bool]:
    filed = select(literal(1)).where(filer == of, *_kind, returns.c.starts_on == bindparam("starts_on"))
    return filed.correlate(of.table).exists()


def _first(filer: Column[Any], of: Column[Any]) -> ScalarSelect[Any]:
    return select(func.min(returns.c.starts_on)).where(filer == of, *_kind).correlate(of.table).scalar_subquery()


_office = (*(offices.c.id, offices.c.code, offices.c.level, offices.c.lineage, offices.c.name_bn, offices.c.name_en),)
_within = (offices.c.lineage >= bindparam("low"), offices.c.lineage < bindparam("high"))
_lacking_offices = (
    select(*_office)
    .where(*_within, offices.c.lineage > bindparam("after", type_=Text))
    .where(among(offices.c.level, "levels"), ~_is_filed(returns.c.office_id, offices.c.id))
    .order_by(offices.c.lineage)
    .limit(bindparam("most", type_=Integer))
)
_OFFICES = Query(_lacking_offices, _an_office)
_OFFICES_AND_FIRST = Query(
    _lacking_offices.add_columns(_first(returns.c.office_id, offices.c.id)),
    _an_office,
)
_lacking_societies = (
    select(*_office, societies.c.id, societies.c.registration_no, societies.c.name_bn, societies.c.name_en)
    .select_from(offices.join(societies, societies.c.office_id == offices.c.id))
    .where(*_within)
    .where(
        or_(
            offices.c.lineage > bindparam("after", type_=Text),
            and_(offices.c.lineage == bindparam("after", type_=Text), societies.c.id > bindparam("after_id")),
        )
    )
    .where(~_is_filed(returns.c.society_id, societies.c.id))
    .order_by(offices.c.lineage, societies.c.id)
    .limit(bindparam("most", type_=Integer))
)
_SOCIETIES = Query(_lacking_societies, _a_society)
_SOCIETIES_AND_FIRST = Query(_lacking_societies.add_columns(_first(returns.c.society_id, societies.c.id)), _a_society)
_EVER: Query[int] = Query(select(returns.c.id).where(*_kind, returns.c.society_id.is_not(None)).limit(1))
_FILED_IN: Query[tuple[int, int]] = Query(
    select(totals.c.area_id, totals.c.filed).where(
        totals.c.form == bindparam("form"),
        totals.c.every == bindparam("every"),
        totals.c.starts_on == bindparam("starts_on"),
        among(totals.c.area_id, "ids"),
    ),
    lambda area_id, filed: (area_id, filed),
)
_ONE = (
    returns.c.form == bindparam("form"),
    returns.c.every == bindparam("every"),
    returns.c.starts_on == bindparam("starts_on"),
    returns.c.filed_at.is_not(None),
)
_OF_OFFICE: Query[int] = Query(select(returns.c.id).where(returns.c.office_id == bindparam("filer_id"), *_ONE))
_OF_SOCIETY: Query[int] = Query(select(returns.c.id).where(returns.c.society_id == bindparam("filer_id"), *_ONE))


def _period(code: str, period: Period) -> dict[str, Any]:
    return {"form": code, "every": period.every.value, "starts_on": period.starts_on}


def lacking(
    tx: Tx,
    form: Form,
    period: Period,
    lineage: str,
    *,
    alone: bool = False,
    after: Place = BEGINNING,
    most: int = ALL,
    first: bool = False,
) -> list[Lacking]:
    """Who has not filed under an office, the office itself included where it files.

    Args:
        tx: an open transaction; nothing is written.
        form: the version that holds for the period.
        period: what it is about.
        lineage: of the office.
        alone: only the office itself, or the societies that it looks after itself.
        after: where the page before ended.
        most: so many at most.
        first: find out, too, when each of them filed first.
    """
    asked = {**_period(form.code, period), **under(lineage), "after": after.lineage, "most": most}
    asked["low"] = max(lineage, after.lineage)
    if alone:
        asked["high"] = lineage + _BELOW
    if form.filed_by is FiledBy.SOCIETY:
        return tx.all(_SOCIETIES_AND_FIRST if first else _SOCIETIES, **asked, after_id=after.society_id)
    levels = sorted(level.value for level in form.filed_by.levels)
    return tx.all(_OFFICES_AND_FIRST if first else _OFFICES, **asked, levels=levels)


def ever_filed(tx: Tx, form: Form, period: Period) -> bool:
    """Whether any society has ever filed a form for a period of this length."""
    return tx.first(_EVER, form=form.code, every=period.every.value) is not None


def filed(tx: Tx, form: Form, period: Period, area_ids: Sequence[int]) -> dict[int, int]:
    """How many returns of a period are filed in each area; areas without any are left out."""
    return dict(tx.all(_FILED_IN, **_period(form.code, period), ids=list(area_ids)))


def is_filed(tx: Tx, code: str, period: Period, *, office_id: int | None, society_id: int | None) -> bool:
    """Whether an office or a society, one of the two, has filed a return."""
    query, filer_id = (_OF_OFFICE, office_id) if society_id is None else (_OF_SOCIETY, society_id)
    return tx.first(query, **_period(code, period), filer_id=filer_id) is not None
