"""Totals of areas: for each form, area and period the sums of what its returns add, kept as returns are filed.

They are a cache: ``recounted`` makes them again from the returns, and must come to the same. Rows are locked in one order, by period
and from the office up to the nation, so that two processes which file at once wait for each other and never for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, bindparam, func, literal_column, select, update

from bot.domain import adding
from bot.domain.periods import Every, Period
from bot.store import vectors
from bot.store.query import Query, insert_once
from bot.store.schema import offices, returns, totals
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Select

    from bot.domain.expressions import Number
    from bot.store.query import Tx


@dataclass(slots=True)
class Total:
    """Sums of returns.

    Attributes:
        sums: of what they add.
        filed: how many there are.
        on_time: how many of them were filed in time.
    """

    sums: dict[str, Number] = field(default_factory=dict)
    filed: int = 0
    on_time: int = 0

    def add(self, other: Total) -> None:
        """Add sums to these."""
        adding.add(self.sums, other.sums)
        self.filed += other.filed
        self.on_time += other.on_time

    @property
    def changes(self) -> bool:
        """Whether adding it would change anything."""
        return bool(self.sums or self.filed or self.on_time)


@dataclass(frozen=True, slots=True)
class AreaTotal:
    """The total of one area for one period."""

    area_id: int
    starts_on: date
    total: Total

    @classmethod
    def of(cls, area_id: int, starts_on: date, sums: str, filed: int, on_time: int) -> AreaTotal:
        """From a row."""
        return cls(area_id, starts_on, Total(vectors.sums(sums), filed, on_time))


@dataclass(frozen=True, slots=True)
class OfYear:
    """What an area's totals of a co-operative year are, up to a period.

    Attributes:
        now: of the period.
        before: what the sums of the earlier periods of the year come to.
    """

    now: Total = field(default_factory=Total)
    before: Mapping[str, Number] = field(default_factory=dict)

    @classmethod
    def of(cls, before: str | None, sums: str | None, filed: int | None, on_time: int | None) -> OfYear:
        """From a row."""
        now = Total() if sums is None else Total(vectors.sums(sums), filed or 0, on_time or 0)
        return cls(now, vectors.added(before or ""))


_kind = (totals.c.form == bindparam("form"), totals.c.every == bindparam("every"))
_total = (totals.c.area_id, totals.c.starts_on, totals.c.sums, totals.c.filed, totals.c.on_time)
_AREAS: Query[int] = Query(
    select(offices.c.id).where(among(offices.c.code, "codes")).order_by(offices.c.lineage.desc())
)
_HELD = Query(
    select(*_total)
    .where(*_kind, totals.c.starts_on == bindparam("on_day"), among(totals.c.area_id, "ids"))
    .order_by(totals.c.area_id)
    .with_for_update(),
    AreaTotal.of,
)
_NONE_YET = insert_once(
    totals,
    *("form", "every", "area_id", "starts_on", "sums", "filed", "on_time"),
    unique=["form", "every", "area_id", "starts_on"],
)
_KEEP: Query[int] = Query(
    update(totals)
    .where(*_kind, totals.c.starts_on == bindparam("on_day"), totals.c.area_id == bindparam("of_area"))
    .values(sums=bindparam("new_sums"), filed=bindparam("new_filed"), on_time=bindparam("new_on_time"))
)
_within = totals.c.starts_on.between(bindparam("from_on", type_=Date), bindparam("until_on", type_=Date))
_earlier = totals.c.starts_on < bindparam("until_on", type_=Date)
_now = totals.c.starts_on == bindparam("until_on", type_=Date)


def _of_areas(joined: Any) -> Select[Any]:
    """A row for each area: a row for each month would cost more than the reading of what is in it."""
    return (
        select(
            totals.c.area_id,
            joined(totals.c.sums, literal_column("','")).filter(_earlier),
            func.max(totals.c.sums).filter(_now),
            *(func.max(count).filter(_now) for count in (totals.c.filed, totals.c.on_time)),
        )
        .where(*_kind, _within, among(totals.c.area_id, "ids"))
        .group_by(totals.c.area_id)
    )


_OF_AREAS = Query(
    {"sqlite": _of_areas(func.group_concat), "postgresql": _of_areas(func.string_agg)},
    lambda area_id, *found: (area_id, OfYear.of(*found)),
)
_USED: Query[int] = Query(
    update(totals)
    .where(*_kind, totals.c.starts_on == bindparam("on_day"), totals.c.area_id == bindparam("of_area"))
    .values(used_at=bindparam("now"))
)
_LAST_USED: Query[datetime | None] = Query(
    select(totals.c.used_at)
    .where(*_kind, _within, among(totals.c.area_id, "ids"))
    .where(totals.c.used_at.is_not(None))
    .order_by(totals.c.used_at.desc())
    .limit(1)
)
_COUNTED = Query(
    select(
        offices.c.lineage, returns.c.form, returns.c.every, returns.c.starts_on, returns.c.counted, returns.c.on_time
    )
    .select_from(returns.join(offices, offices.c.id == returns.c.area_id))
    .where(returns.c.counted.is_not(None)),
    lambda *row: row,
)
_ALL = Query(
    select(
        totals.c.form,
        totals.c.every,
        offices.c.code,
        totals.c.starts_on,
        totals.c.sums,
        totals.c.filed,
        totals.c.on_time,
    ).select_from(totals.join(offices, offices.c.id == totals.c.area_id)),
    lambda *row: row,
)


def shift(tx: Tx, form: str, every: Every, lineage: str, changes: Mapping[date, Total]) -> None:
    """Add changes to the totals of an office and of every office above it.

    Args:
        tx: the open transaction.
        form: the form's code.
        every: the length of the periods.
        lineage: of the office in whose area the returns count.
        changes: the first day of a period → what is to be added to its totals.
    """
    ids = tx.all(_AREAS, codes=lineage.strip("/").split("/"))
    for starts_on in sorted(changes):
        change = changes[starts_on]
        if not change.changes:
            continue
        kind = {"form": form, "every": every.value}
        held = _held(tx, kind, starts_on, ids)
        rows = []
        for area_id in ids:
            total = held[area_id]
            total.add(change)
            rows.append(
                {**kind, "on_day": starts_on, "of_area": area_id}
                | {"new_sums": vectors.dump(total.sums), "new_filed": total.filed, "new_on_time": total.on_time}
            )
        tx.run_many(_KEEP, rows)


def _held(tx: Tx, kind: Mapping[str, str], starts_on: date, ids: Sequence[int]) -> dict[int, Total]:
    """The totals of a period, locked; those that are not there yet are made first."""
    found = tx.all(_HELD, **kind, on_day=starts_on, ids=ids)
    if len(found) < len(ids):
        empty = vectors.dump({})
        rows = (
            {**kind, "area_id": area_id, "starts_on": starts_on, "sums": empty, "filed": 0, "on_time": 0}
            for area_id in ids
        )
        tx.run_many(_NONE_YET, rows)
        found = tx.all(_HELD, **kind, on_day=starts_on, ids=ids)
    return {each.area_id: each.total for each in found}


def of_areas(tx: Tx, form: str, period: Period, area_ids: Sequence[int]) -> dict[int, OfYear]:
    """The totals of areas from the first day of the co-operative year up to a period."""
    found = tx.all(
        _OF_AREAS,
        form=form,
        every=period.every.value,
        from_on=period.year_starts_on,
        until_on=period.starts_on,
        ids=list(area_ids),
    )
    return {area_id: OfYear() for area_id in area_ids} | dict(found)


def use(tx: Tx, form: str, period: Period, area_id: int, now: datetime) -> None:
    """Remember that an office above has used an area's totals of a period."""
    tx.run(_USED, form=form, every=period.every.value, on_day=period.starts_on, of_area=area_id, now=now)


def last_used(tx: Tx, form: str, period: Period, lineage: str) -> datetime | None:
    """When totals that hold the returns of an office were last used above: those of the period, or of a later one of the same year."""
    ids = tx.all(_AREAS, codes=lineage.strip("/").split("/"))
    until_on = Period.of(Every.YEAR, period.starts_on).ends_on
    return tx.first(
        _LAST_USED, form=form, every=period.every.value, from_on=period.starts_on, until_on=until_on, ids=ids
    )


Key = tuple[str, str, str, "date"]
"""Form, length of period, office code, first day."""


def recounted(tx: Tx) -> dict[Key, Total]:
    """All totals as the returns make them."""
    made: dict[Key, Total] = {}
    for lineage, form, every, starts_on, counted, on_time in tx.all(_COUNTED):
        one = Total(vectors.sums(counted), 1, int(bool(on_time)))
        for code in lineage.strip("/").split("/"):
            made.setdefault((form, every, code, starts_on), Total()).add(one)
    return made


def kept(tx: Tx) -> dict[Key, Total]:
    """All totals as they are kept; those of nothing are left out."""
    found = {
        (form, every, code, starts_on): Total(vectors.sums(sums), filed, on_time)
        for form, every, code, starts_on, sums, filed, on_time in tx.all(_ALL)
    }
    return {key: total for key, total in found.items() if total.changes}


def differing(tx: Tx) -> list[Key]:
    """Where what is kept is not what the returns make: nowhere, or the program is wrong."""
    made, have = recounted(tx), kept(tx)
    return sorted(key for key in made.keys() | have.keys() if made.get(key, Total()) != have.get(key, Total()))
