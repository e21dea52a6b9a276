"""What the roll-ups of a year should be, worked out from what is true by a database that knows nothing of the program."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from bot import rollups
from bot.domain.offices import NATION_CODE, Level
from bot.domain.periods import Every, Period
from bot.form import load_forms
from bot.store import offices, store, totals
from tests.returns.country import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from bot.domain.adding import Figure
    from bot.rollups import Row
    from bot.store.query import Tx
    from tests.returns.country import Year

AREAS = (Level.DIVISION, Level.DISTRICT)
LEAVES = (Level.UPAZILA,)

_TABLES = """
CREATE TABLE offices (nation TEXT, division TEXT, district TEXT, upazila TEXT);
CREATE TABLE societies (upazila TEXT, month DATE, on_time BOOLEAN, opening INT, "new" INT, cancelled INT, closing INT);
CREATE TABLE audits (upazila TEXT, month DATE, on_time BOOLEAN, target INT, done INT);
"""
# Of each area: what was filed in the month; what happened before and up to it; what its offices began and ended with.
_SOCIETIES = """
WITH each AS (
    SELECT {area} AS area, upazila, min_by(opening, month) AS first, max_by(closing, month) AS last,
        max_by(closing, month) FILTER (month < $month) AS last_before,
        coalesce(sum("new") FILTER (month < $month), 0) AS new_before,
        coalesce(sum(cancelled) FILTER (month < $month), 0) AS cancelled_before,
        sum("new") AS new_all, sum(cancelled) AS cancelled_all,
        coalesce(sum(opening) FILTER (month = $month), 0) AS opening, coalesce(sum("new") FILTER (month = $month), 0) AS "new",
        coalesce(sum(cancelled) FILTER (month = $month), 0) AS cancelled, coalesce(sum(closing) FILTER (month = $month), 0) AS closing,
        count(*) FILTER (month = $month) AS filed, count(*) FILTER (month = $month AND on_time) AS on_time
    FROM societies JOIN offices USING (upazila) WHERE month <= $month GROUP BY 1, 2
)
SELECT area, sum(filed), sum(on_time),
    sum(opening), sum(first), sum(first),
    sum("new"), sum(new_before), sum(new_all),
    sum(cancelled), sum(cancelled_before), sum(cancelled_all),
    sum(closing), sum(coalesce(last_before, first)), sum(last)
FROM each GROUP BY 1
"""
_AUDITS = """
WITH sums AS (
    SELECT {area} AS area, count(*) FILTER (month = $month) AS filed, count(*) FILTER (month = $month AND on_time) AS on_time,
        coalesce(sum(target) FILTER (month = $month), 0) AS t1, coalesce(sum(target) FILTER (month < $month), 0) AS t2, sum(target) AS t3,
        coalesce(sum(done) FILTER (month = $month), 0) AS d1, coalesce(sum(done) FILTER (month < $month), 0) AS d2, sum(done) AS d3
    FROM audits JOIN offices USING (upazila) WHERE month <= $month GROUP BY 1
)
-- In hundredths of a percent, rounded half up.
SELECT area, filed, on_time, t1, t2, t3, d1, d2, d3,
    CASE WHEN t1 > 0 THEN (20000 * d1 + t1) // (2 * t1) END, CASE WHEN t2 > 0 THEN (20000 * d2 + t2) // (2 * t2) END,
    CASE WHEN t3 > 0 THEN (20000 * d3 + t3) // (2 * t3) END
FROM sums
"""
_FORMS = {
    "SOC": (_SOCIETIES, ("opening", "new", "cancelled", "closing")),
    "AUD": (_AUDITS, ("target", "done", "percent")),
}


class Line(NamedTuple):
    """What is told of an area."""

    filed: int
    on_time: int
    figures: tuple[tuple[Any, Any, Any], ...]


class Recount:
    """The truth of a year, ready to be asked."""

    def __init__(self, year: Year) -> None:
        self._database = duckdb.connect(":memory:")
        self._database.execute(_TABLES)
        codes = [each.lineage.strip("/").split("/") for each in year.offices]
        self._insert("offices", codes)
        self.expected: dict[str, int] = defaultdict(int)
        for lineage in codes:
            for code in lineage:
                self.expected[code] += 1
        for form, table in (("SOC", "societies"), ("AUD", "audits")):
            of_form = [each for each in year.filed if each.form == form]
            self._insert(
                table, ([each.office.code, each.month, each.on_time, *each.figures.values()] for each in of_form)
            )

    def _insert(self, table: str, rows: Iterable[list[Any]]) -> None:
        listed = list(rows)
        # By column: row by row takes seconds.
        columns = {f"c{number}": list(values) for number, values in enumerate(zip(*listed, strict=True))}
        chosen = ", ".join(f"unnest(${name})" for name in columns)
        self._database.execute(f"INSERT INTO {table} SELECT {chosen}", columns)

    def lines(self, form: str, month: date, level: Level) -> dict[str, Line]:
        """Every area of a level in which anything was filed so far: code → what is true of it."""
        statement, names = _FORMS[form]
        found = self._database.execute(statement.format(area=level.value), {"month": month}).fetchall()
        return {code: Line(filed, on_time, _columns(names, figures)) for code, filed, on_time, *figures in found}


def _columns(names: tuple[str, ...], figures: list[Any]) -> tuple[tuple[Any, Any, Any], ...]:
    """By threes; hundredths of a percent as percent."""
    triples = [tuple(map(_whole, figures[at : at + 3])) for at in range(0, len(figures), 3)]
    return tuple(
        tuple(None if each is None else Decimal(each) / 100 for each in triple) if name == "percent" else triple  # type: ignore[misc]
        for name, triple in zip(names, triples, strict=True)
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def prove(url: str, year: Year, *, in_time: bool = True) -> int:
    """Compare the roll-ups of every month with what is true, and those of some months office by office.

    Args:
        url: the database.
        year: what is true; of all upazilas that there are, or of some.
        in_time: whether the messages came on the days on which the year has them.

    Returns:
        how many areas were compared, each with all its figures.
    """
    truth = Recount(year)

    def work(tx: Tx) -> int:
        assert totals.differing(tx) == []
        compared = 0
        for form in _FORMS:
            for month in MONTHS:
                levels = AREAS + LEAVES * (month in {MONTHS[0], MONTHS[5], MONTHS[-1]})
                compared += _of_month(tx, truth, form, month, levels, in_time=in_time)
        return compared

    return store.do(url, work, read_only=True)


def _of_month(tx: Tx, truth: Recount, code: str, month: date, levels: Iterable[Level], *, in_time: bool) -> int:
    period = Period(month, Every.MONTH)
    form = load_forms().of(code, period)
    assert form is not None
    nation = offices.nation(tx)
    compared = 0
    for level in levels:
        true = truth.lines(code, month, level)
        rollup = rollups.rollup(tx, form, period, nation, level)
        rows = {row.office.code: row for row in rollup.rows}
        assert rows.keys() >= true.keys()
        for office, line in true.items():
            _same(rows[office], line, f"{code} {period.name} {office}", in_time=in_time)
        assert all(row.filed == 0 for office, row in rows.items() if office not in true)
        if truth.expected[NATION_CODE] == rollup.total.expected:  # the whole country takes part
            assert {each: row.expected for each, row in rows.items()} == {each: truth.expected[each] for each in rows}
        compared += len(true)
    _same(rollup.total, truth.lines(code, month, Level.NATION)[NATION_CODE], f"{code} {period.name}", in_time=in_time)
    return compared + 1


def _same(row: Row, line: Line, what: str, *, in_time: bool) -> None:
    assert row.filed == line.filed, what
    assert row.on_time == line.on_time or not in_time, what
    assert tuple(map(_triple, row.values.values())) == line.figures, what


def _triple(figure: Figure) -> tuple[Any, Any, Any]:
    return figure.this, figure.previous, figure.cumulative
