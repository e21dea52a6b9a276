"""Who owes a return, and who has filed it: offices and societies beside their returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select

from bot.domain.forms import FiledBy
from bot.domain.offices import Level, Office
from bot.store import vectors
from bot.store.query import Query
from bot.store.schema import offices, returns, societies
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.domain.figures import Value
    from bot.domain.forms import Form
    from bot.domain.periods import Period
    from bot.store.query import Tx

_RIGHT_BELOW: Mapping[Level, Level] = {
    Level.NATION: Level.DIVISION,
    Level.DIVISION: Level.DISTRICT,
    Level.DISTRICT: Level.UPAZILA,
}
_END = "0"
"""The character behind the stroke that ends a lineage: ``BD/55/`` is up to, and not including, ``BD/550``."""


def under(lineage: str) -> dict[str, str]:
    """The range of lineages of an office and all under it, as the parameters ``low`` and ``high``."""
    return {"low": lineage, "high": lineage[:-1] + _END}


def _office(identity: int, code: str, level: str, *rest: str) -> Office:
    return Office(identity, code, Level(level), *rest)


_of_level = or_(offices.c.level == bindparam("level"), offices.c.level == bindparam("or_level"))
_within = (offices.c.lineage >= bindparam("low"), offices.c.lineage < bindparam("high"))
_OF_LEVELS = Query(
    select(
        *(offices.c.id, offices.c.code, offices.c.level),
        *(offices.c.lineage, offices.c.name_bn, offices.c.name_en),
    )
    .where(*_within, _of_level)
    .order_by(offices.c.lineage),
    _office,
)
_CHILDREN = Query(
    select(
        *(offices.c.id, offices.c.code, offices.c.level),
        *(offices.c.lineage, offices.c.name_bn, offices.c.name_en),
    )
    .where(offices.c.parent_id == bindparam("parent_id"), _of_level)
    .order_by(offices.c.lineage),
    _office,
)
_area = offices.alias("area")
_inside = (offices.c.lineage >= _area.c.lineage) & (offices.c.lineage < func.rtrim(_area.c.lineage, "/") + _END)
_OFFICES_IN: Query[tuple[int, int]] = Query(
    # Counted area by area: a range of the index each, nothing to sort.
    select(
        _area.c.id,
        select(func.count()).select_from(offices).where(_inside, _of_level).correlate(_area).scalar_subquery(),
    ).where(among(_area.c.id, "ids")),
    lambda area_id, count: (area_id, count),
)
_SOCIETIES_IN: Query[tuple[int, int]] = Query(
    select(_area.c.id, func.count())
    .select_from(_area.join(offices, _inside).join(societies, societies.c.office_id == offices.c.id))
    .where(among(_area.c.id, "ids"))
    .group_by(_area.c.id),
    lambda area_id, count: (area_id, count),
)
_FIGURES = Query(
    select(returns.c.office_id, returns.c.figures).where(
        returns.c.form == bindparam("form"),
        returns.c.every == bindparam("every"),
        returns.c.starts_on == bindparam("starts_on"),
        among(returns.c.area_id, "ids"),
        returns.c.office_id.is_not(None),
        returns.c.filed_at.is_not(None),
    ),
    lambda office_id, figures: (office_id, vectors.load(figures)),
)


def offices_of(tx: Tx, office: Office, level: Level) -> list[Office]:
    """The offices of a level under an office, in the order of the tree; thanas count as upazilas."""
    levels = _two({Level.UPAZILA, Level.THANA} if level.is_local else {level})
    if _RIGHT_BELOW.get(office.level) is (Level.UPAZILA if level.is_local else level):
        return tx.all(_CHILDREN, parent_id=office.id, **levels)
    return tx.all(_OF_LEVELS, **under(office.lineage), **levels)


def _two(levels: Collection[Level]) -> dict[str, str]:
    """A level, or two, as parameters."""
    ordered = sorted(levels)
    return {"level": ordered[0].value, "or_level": ordered[-1].value}


def expected(tx: Tx, form: Form, areas: Collection[Office]) -> dict[int, int]:
    """How many returns of a period each area owes."""
    if form.filed_by is FiledBy.SOCIETY:
        return dict(tx.all(_SOCIETIES_IN, ids=[area.id for area in areas]))
    filing = form.filed_by.levels
    counts = {area.id: 1 for area in areas if area.level in filing}
    above = [area.id for area in areas if area.level not in filing]
    if above:
        counts |= tx.all(_OFFICES_IN, ids=above, **_two(filing))
    return counts


def figures_of(tx: Tx, form: str, period: Period, area_ids: Sequence[int]) -> dict[int, Mapping[str, Value]]:
    """The figures that these offices have filed for a period."""
    found = tx.all(_FIGURES, form=form, every=period.every.value, starts_on=period.starts_on, ids=list(area_ids))
    return dict(found)
