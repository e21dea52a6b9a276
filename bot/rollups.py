"""Roll-ups: the figures of an office and of the offices under it, added up by themselves.

Beside every total stands how complete it is: how many of those who file have filed, and how many in time. A roll-up reads the kept totals
of the co-operative year, a few rows for each area, whatever else there is in the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.adding import Figure, add, columns
from bot.domain.forms import FiledBy, Kind, Unit
from bot.domain.offices import Level
from bot.store import owing, totals
from bot.store.totals import OfYear, Total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.figures import Value
    from bot.domain.forms import Form
    from bot.domain.offices import Office
    from bot.domain.periods import Period
    from bot.store.query import Tx

DEPTH: Mapping[Level, int] = {Level.NATION: 0, Level.DIVISION: 1, Level.DISTRICT: 2, Level.UPAZILA: 3, Level.THANA: 3}
_BELOW: Mapping[Level, Level] = {
    Level.NATION: Level.DIVISION,
    Level.DIVISION: Level.DISTRICT,
    Level.DISTRICT: Level.UPAZILA,
    Level.UPAZILA: Level.UPAZILA,
    Level.THANA: Level.UPAZILA,
}
_LOWEST: Mapping[FiledBy, Level] = {
    FiledBy.SOCIETY: Level.UPAZILA,
    **{each: Level(each.value) for each in FiledBy if each is not FiledBy.SOCIETY},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One area.

    Attributes:
        office: whose area it is.
        filed: how many returns of the period are filed there.
        expected: how many there should be.
        on_time: how many were filed in time.
        values: indicator → its figures, in the form's order.
    """

    office: Office
    filed: int
    expected: int
    on_time: int
    values: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Rollup:
    """The figures of an office, and of those under it.

    Attributes:
        form: the version that holds for the period.
        period: what they are about.
        by: the level of the rows.
        rows: the offices of that level, in the order of the tree; last the office once more, with what is filed under none of them,
            where societies are looked after higher up.
        total: the office itself, all of it.
    """

    form: Form
    period: Period
    by: Level
    rows: tuple[Row, ...]
    total: Row

    @property
    def office(self) -> Office:
        """The office it is of."""
        return self.total.office


def lowest(form: Form) -> Level:
    """The lowest level at which a form has figures of its own: that of who files it, or who looks after the societies that do."""
    return _LOWEST[form.filed_by]


def level_below(form: Form, office: Office, by: Level | None = None) -> Level:
    """The level of a roll-up's rows: the one asked for, or the next one below, not above the office and not below who files."""
    wanted = by or _BELOW[office.level]
    if DEPTH[wanted] > DEPTH[lowest(form)]:
        wanted = lowest(form)
    return office.level if DEPTH[wanted] <= DEPTH[office.level] else wanted


def rollup(tx: Tx, form: Form, period: Period, office: Office, by: Level | None = None) -> Rollup:
    """Add up the returns of a period.

    Args:
        tx: an open transaction; nothing is written.
        form: the version that holds for the period.
        period: what it is about.
        office: of whose area.
        by: the level of the rows; the next one below where none is given.
    """
    level = level_below(form, office, by)
    below = [office] if level is office.level else owing.offices_of(tx, office, level)
    areas = {each.id: each for each in (*below, office)}
    sums = totals.of_areas(tx, form.code, period, list(areas))
    by_societies = form.filed_by is FiledBy.SOCIETY
    expected = owing.expected(tx, form, list(areas.values()) if by_societies else below)
    # Every office that files is under one of the rows; a society may be looked after higher up.
    expected.setdefault(office.id, 0 if by_societies else sum(expected.values()))
    listed = _listed(tx, form, period, list(areas)) if DEPTH[level] >= DEPTH[lowest(form)] else {}

    def row(of: Office, own: OfYear, owed: int) -> Row:
        values = columns(form, own.now.sums, (own.before,), listed.get(of.id))
        return Row(of, own.now.filed, owed, own.now.on_time, values)

    rows = [row(each, sums[each.id], expected.get(each.id, 0)) for each in below]
    if by_societies:
        elsewhere = expected[office.id] - sum(each.expected for each in rows)
        rest = _rest(sums[office.id], [sums[each.id] for each in below])
        if elsewhere or rest is not None:
            rows.append(row(office, rest or OfYear(), elsewhere))
    return Rollup(form, period, level, tuple(rows), row(office, sums[office.id], expected[office.id]))


def _rest(whole: OfYear, parts: Sequence[OfYear]) -> OfYear | None:
    """What of the totals of an area is in none of its parts, where anything is."""
    now, before = Total(dict(whole.now.sums), whole.now.filed, whole.now.on_time), dict(whole.before)
    for part in parts:
        add(now.sums, part.now.sums, -1)
        add(before, part.before, -1)
        now.filed -= part.now.filed
        now.on_time -= part.now.on_time
    return OfYear(now, before) if now.changes or any(before.values()) else None


def _listed(tx: Tx, form: Form, period: Period, area_ids: list[int]) -> dict[int, Mapping[str, Value]]:
    """The offices' own figures, where the form has some that cannot be added up."""
    if form.filed_by is FiledBy.SOCIETY or all(
        each.kind is not Kind.DATE and each.unit is not Unit.PERCENT for each in form.asked
    ):
        return {}
    return owing.figures_of(tx, form.code, period, area_ids)
