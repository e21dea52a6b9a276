"""Roll-ups: the figures of an office and of the offices under it, added up by themselves.

Beside every total stands how complete it is: how many of those who file have filed, and how many in time. A roll-up reads the kept totals
of the co-operative year, a few rows for each area, whatever else there is in the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.figures import Figure, columns
from bot.domain.forms import FiledBy, Kind, Unit
from bot.domain.offices import Level
from bot.store import owing, totals
from bot.store.totals import Total

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        rows: the offices of that level, in the order of the tree.
        total: the office itself.
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


def level_below(form: Form, office: Office, by: Level | None = None) -> Level:
    """The level of a roll-up's rows: the one asked for, or the next one below, not above the office and not below who files."""
    wanted = by or _BELOW[office.level]
    lowest = _LOWEST[form.filed_by]
    if DEPTH[wanted] > DEPTH[lowest]:
        wanted = lowest
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
    expected = owing.expected(tx, form, below)
    # Every office that files, and every society, is under one of the rows.
    expected.setdefault(office.id, sum(expected.values()))
    listed = _listed(tx, form, period, list(areas)) if DEPTH[level] >= DEPTH[_LOWEST[form.filed_by]] else {}

    def row(of: Office) -> Row:
        own = sums[of.id]
        now = own.get(period.starts_on, Total())
        before = [total.sums for starts_on, total in own.items() if starts_on < period.starts_on]
        values = columns(form, now.sums, before, listed.get(of.id))
        return Row(of, now.filed, expected.get(of.id, 0), now.on_time, values)

    return Rollup(form, period, level, tuple(row(each) for each in below), row(office))


def _listed(tx: Tx, form: Form, period: Period, area_ids: list[int]) -> dict[int, Mapping[str, Value]]:
    """The offices' own figures, where the form has some that cannot be added up."""
    if form.filed_by is FiledBy.SOCIETY or all(
        each.kind is not Kind.DATE and each.unit is not Unit.PERCENT for each in form.asked
    ):
        return {}
    return owing.figures_of(tx, form.code, period, area_ids)
