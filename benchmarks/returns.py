"""What a national roll-up costs, against DuckDB adding up the same figures from long rows, in the same run.

A form of thirty indicators, filed by every upazila for the twelve months of a co-operative year, by division: this month, the months before
it, and both, with how many have filed. The gateway reads the totals it keeps; DuckDB adds up one row per office, month and indicator, held
in its memory as columns, with as many threads as the machine has. Both give the same numbers, or the benchmark stops. The gateway
remembers what earlier months come to: beside its usual time stands that of the first caller, for whom nothing is remembered. Beside both
stands the same roll-up in a database with twenty such forms and three years: it has to be no dearer. Rounds take turns; the least of
each counts, and every time is what a caller waits. On SQLite.
"""

from __future__ import annotations

import asyncio
import csv
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from bot import rollups
from bot.domain.adding import contribution
from bot.domain.checking import check
from bot.domain.expressions import Formula
from bot.domain.forms import FiledBy, Form, Indicator, Kind
from bot.domain.offices import Level
from bot.domain.periods import DueRule, Every, Period
from bot.registry import load_offices
from bot.store import offices, store, totals, vectors
from bot.store.engine import engine_for
from bot.store.migrate import migrate
from bot.store.store import Store
from bot.store.totals import Total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.domain.expressions import Number
    from bot.domain.figures import Value
    from bot.domain.offices import Office
    from bot.rollups import Rollup, Row
    from bot.store.query import Tx

MONTHS = 12
MANY_MONTHS = 36
MANY_FORMS = 20
ROUNDS = 60
LAST = Period(date(2026, 6, 1), Every.MONTH)
"""The last month of a co-operative year, in which the most months add up."""

_RETURN = """
INSERT INTO returns (form, version, every, starts_on, area_id, office_id, due_on, waits, filed_at, filed_in, on_time, given,
    figures, counted)
VALUES (:form, 1, 'month', :starts_on, :office, :office, :due_on, 0, '2026-07-01 00:00:00.000000', 1, 1, :given,
    :figures, :counted)
"""
_TOTAL = "INSERT INTO totals (form, every, area_id, starts_on, sums, filed, on_time) VALUES (?, 'month', ?, ?, ?, ?, ?)"
_OTHER_FORMS = (
    """
    INSERT INTO returns (form, version, every, starts_on, area_id, office_id, due_on, waits, filed_at, filed_in, on_time, given,
        figures, counted)
    SELECT :form, version, every, starts_on, area_id, office_id, due_on, waits, filed_at, filed_in, on_time, given, figures, counted
    FROM returns WHERE form = :first
    """,
    """
    INSERT INTO totals (form, every, area_id, starts_on, sums, filed, on_time)
    SELECT :form, every, area_id, starts_on, sums, filed, on_time FROM totals WHERE form = :first
    """,
)
_LONG = """
SELECT o.division, l.indicator, sum(l.value) FILTER (l.month = $month), coalesce(sum(l.value) FILTER (l.month < $month), 0), sum(l.value),
    count(*) FILTER (l.month = $month)
FROM long AS l JOIN offices AS o USING (office)
WHERE l.form = $form AND l.month BETWEEN $since AND $month
GROUP BY GROUPING SETS ((o.division, l.indicator), (l.indicator))
"""
"""The cheapest statement for it that was found: one pass, and the nation with it."""


def _label(name: str) -> dict[str, str]:
    return {"bn": name, "en": name}


def _flow(name: str) -> Indicator:
    return Indicator(name, Kind.FLOW, _label(name))


FLOWS = Form(
    *("F00", 1, None, _label("Thirty"), ()),
    FiledBy.UPAZILA,
    (Every.MONTH,),
    {Every.MONTH: DueRule(5)},
    tuple(_flow(f"i{number:02}") for number in range(30)),
)
"""Thirty figures that are typed and added up: nothing that DuckDB would have to work out besides."""

MIXED = replace(
    FLOWS,
    code="M00",
    indicators=(
        Indicator("opening", Kind.STOCK, _label("opening"), carried="closing"),
        *(_flow(f"i{number:02}") for number in range(20)),
        *(Indicator(f"s{number}", Kind.STOCK, _label("stock")) for number in range(3)),
        Indicator("closing", Kind.COMPUTED, _label("closing"), formula=Formula("opening + i00 - i01")),
        Indicator("all", Kind.COMPUTED, _label("all"), formula=Formula("i02 + i03 + i04")),
        *(
            Indicator(f"r{number}", Kind.RATIO, _label("ratio"), formula=Formula(f"i1{number}"), by=Formula("all"))
            for number in range(4)
        ),
    ),
)
"""Thirty of every kind: twenty flows, stocks, an opening, what is computed, and ratios."""


@dataclass(frozen=True, slots=True)
class Long:
    """The same figures in DuckDB."""

    database: duckdb.DuckDBPyConnection

    def rollup(self, form: Form, period: Period) -> list[tuple[Any, ...]]:
        """What the gateway's roll-up tells, but for offices that owe a return."""
        values = {"form": form.code, "month": period.starts_on, "since": period.year_starts_on}
        return self.database.execute(_LONG, values).fetchall()


def main() -> None:
    """Fill the databases, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        for form in (FLOWS, MIXED):
            _compare(base, form)


def _compare(base: Path, form: Form) -> None:
    small, small_long = filled(base / f"{form.code}-small.db", form, 1, MONTHS)
    large, large_long = filled(base / f"{form.code}-large.db", form, MANY_FORMS, MANY_MONTHS)
    _prove(small, small_long, form)
    waited = asyncio.run(_waited({"small": small, "large": large}, {"small": small_long, "large": large_long}, form))
    kinds = "all typed" if form is FLOWS else "of every kind"
    least = {name: min(times) for name, times in waited.items()}
    middle = {name: statistics.median(times) for name, times in waited.items()}
    few, many = f"1 form x {MONTHS} months", f"{MANY_FORMS} forms x {MANY_MONTHS} months"
    print(f"national roll-up by division, 30 indicators {kinds}")
    for name, size in (("small", few), ("large", many)):
        times, first = (least[f"long {name}"] / least[each] for each in (name, f"first {name}"))
        print(f"  {size + ', DuckDB, times ours:':45} {times:6.1f}   for the first caller {first:6.1f}")
    print(f"  {f'ours, {many}, times {few}:':45} {least['large'] / least['small']:6.2f}")
    print("  illustration, least (median):", ", ".join(f"{n} {least[n]:.2f} ({middle[n]:.2f}) ms" for n in waited))


async def _waited(urls: dict[str, str], longs: dict[str, Long], form: Form) -> dict[str, list[float]]:
    """Milliseconds that callers waited, round by round: the gateway's through its readers, as a message or a command asks."""
    times: dict[str, list[float]] = {}
    opened = {name: await Store.open(url) for name, url in urls.items()}
    try:
        for _ in range(ROUNDS):
            for name, one in opened.items():
                vectors.added.cache_clear()
                for which in (f"first {name}", name):
                    began = time.perf_counter()
                    await one.read(partial(national, form=form))
                    times.setdefault(which, []).append((time.perf_counter() - began) * 1000)
                began = time.perf_counter()
                await asyncio.to_thread(longs[name].rollup, form, LAST)
                times.setdefault(f"long {name}", []).append((time.perf_counter() - began) * 1000)
    finally:
        for one in opened.values():
            await one.close()
    return times


def national(tx: Tx, form: Form) -> Rollup:
    """The roll-up that is measured, with all that a caller needs for it."""
    return rollups.rollup(tx, form, LAST, offices.nation(tx), Level.DIVISION)


def filled(path: Path, form: Form, forms: int, months: int) -> tuple[str, Long]:
    """A database in which every upazila has filed so many forms like one for so many months, and the same as long rows."""
    url = f"sqlite:///{path}"
    migrate(engine_for(url))
    store.do(url, load_offices)
    upazilas = store.do(url, lambda tx: offices.all_offices(tx, Level.UPAZILA), read_only=True)
    ids = {each.code: each.id for each in store.do(url, offices.all_offices, read_only=True)}
    rows = path.with_suffix(".csv")
    with closing(sqlite3.connect(path)) as database, rows.open("w", encoding="utf-8") as long, database:
        database.execute("PRAGMA synchronous = OFF")
        sums: dict[tuple[int, str], Total] = {}
        writer = csv.writer(long)
        for office in upazilas:
            areas = [ids[code] for code in office.lineage.strip("/").split("/")]
            for row, counted, figures in _filed(form, office, months):
                database.execute(_RETURN, row)
                for area in areas:
                    sums.setdefault((area, row["starts_on"]), Total()).add(Total(counted, 1, 1))
                writer.writerows((office.id, row["starts_on"], name, value) for name, value in figures.items())
        database.executemany(
            _TOTAL,
            (
                (form.code, area, month, vectors.dump(total.sums), total.filed, total.on_time)
                for (area, month), total in sums.items()
            ),
        )
        for number in range(1, forms):
            for statement in _OTHER_FORMS:
                database.execute(statement, {"form": f"{form.code[0]}{number:02}", "first": form.code})
    return url, _long(form, upazilas, rows, forms)


def _filed(
    form: Form, office: Office, months: int
) -> Iterator[tuple[dict[str, Any], dict[str, Number], dict[str, Value]]]:
    """An office's returns, as filing leaves them: the row, and the figures."""
    period = _earlier(LAST, months - 1)
    last: Mapping[str, Value] | None = None
    while period <= LAST:
        typed: dict[str, Value] = {
            each.name: (office.id * 7 + period.starts_on.toordinal() * 13 + place * 29) % 400
            for place, each in enumerate(form.asked)
            if each.carried is None
        }
        openings: dict[str, Value] = {
            each.name: 1000 + office.id if last is None else last[each.carried]
            for each in form.asked
            if each.carried is not None
        }
        checked = check(form, {**typed, **openings})
        same_year = last is not None and period.previous().year == period.year
        counted = contribution(form, checked.values, last if same_year else None)
        yield (
            {
                "form": form.code,
                "starts_on": period.starts_on.isoformat(),
                "office": office.id,
                "due_on": period.due_on(form.due[Every.MONTH]).isoformat(),
                "given": vectors.dump(typed if last else {**typed, **openings}),
                "figures": vectors.dump(checked.values),
                "counted": vectors.dump(counted),
            },
            counted,
            {name: value for name, value in checked.values.items() if form.by_name[name].is_asked},
        )
        period, last = period.next(), checked.values


def _earlier(period: Period, count: int) -> Period:
    for _ in range(count):
        period = period.previous()
    return period


def _long(form: Form, upazilas: list[Office], rows: Path, forms: int) -> Long:
    database = duckdb.connect(":memory:")
    database.execute("CREATE TABLE offices (office INTEGER, division INTEGER)")
    database.executemany("INSERT INTO offices VALUES (?, ?)", [(each.id, int(each.lineage[3:5])) for each in upazilas])
    database.execute(
        "CREATE TABLE long AS SELECT ? AS form, * FROM read_csv(?, header = false, columns ="
        " {'office': 'INTEGER', 'month': 'DATE', 'indicator': 'VARCHAR', 'value': 'BIGINT'})",
        [form.code, str(rows)],
    )
    for number in range(1, forms):
        database.execute(
            "INSERT INTO long SELECT ?, office, month, indicator, value FROM long WHERE form = ?",
            [f"{form.code[0]}{number:02}", form.code],
        )
    return Long(database)


def _prove(url: str, long: Long, form: Form) -> None:
    """Both tell the same, and the totals are what the returns make: a figure that is wrong is no figure."""
    if store.do(url, totals.differing, read_only=True):
        sys.exit("the totals are not what the returns make")
    made = store.do(url, partial(national, form=form), read_only=True)
    rows: dict[int | None, Row] = {None: made.total}
    rows |= {int(row.office.code): row for row in made.rows}
    for division, indicator, this, previous, cumulative, filed in long.rollup(form, LAST):
        figure = rows[division].values[indicator]
        ours = (figure.this, figure.previous, figure.cumulative, rows[division].filed)
        if form.by_name[indicator].kind is Kind.FLOW and ours != (this, previous, cumulative, filed):
            sys.exit(f"{division} {indicator}: {ours}, and not {(this, previous, cumulative, filed)}")


if __name__ == "__main__":
    main()
