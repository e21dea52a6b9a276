"""What the daily look for due reminders costs over 190,000 societies, against a full scan of their terms in the same run.

The bare ceiling reads every term with its society once. Beside it stand the daily scan's finding, as the job does it; the same on a
tenth of the registry where as much is due; a rerun of the whole job, which must add nothing; and the catch-up of 30 days, against bare
inserts of as many rows. Times are those of the processor in this process, because the machine does other things as well. On SQLite.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from benchmarks.country import Country, fill
from benchmarks.registry_rows import COUNTRY, TODAY
from bot.app import parts
from bot.channel import Line
from bot.clock import DHAKA
from bot.config import Config
from bot.configured import channels
from bot.domain.milestones import ReminderKind
from bot.domain.occasions import Window
from bot.planning import Rules
from bot.posting import Post
from bot.registry import load_offices
from bot.scheduler.job import Run
from bot.scheduler.jobs.reminders import REMINDERS
from bot.store import store
from bot.store.engine import engine_for, in_transaction
from bot.store.migrate import migrate
from bot.store.query import Query
from bot.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bot.store.engine import Connection
    from bot.store.query import Tx

TENTH = 10
ROUNDS = 30
ORDINARY = Window(TODAY - timedelta(days=1), TODAY)
AUDIT_DAY = Window(TODAY.replace(year=2027, month=1, day=29), TODAY.replace(year=2027, month=1, day=30))
"""Sixty days before the last day for the audit."""

CATCH_UP = 30

_EVERY_TERM: Query[Any] = Query(
    text(
        "SELECT count(*), sum(julianday(term.expires_on)), sum(length(society.registration_no))"
        " FROM committee_terms AS term JOIN societies AS society ON society.id = term.society_id"
    )
)
_ROWS = "SELECT (SELECT count(*) FROM intents), (SELECT count(*) FROM outbox)"


def main() -> None:
    """Fill three registries, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        whole = _filled(Path(folder) / "whole.db", Country(recorded_on=ORDINARY.since))
        # A tenth of the societies, whose terms end on a tenth of the days: as much is due on each.
        denser = Country(societies=COUNTRY // TENTH, recorded_on=ORDINARY.since, ends=150, over=40)
        tenth = _filled(Path(folder) / "tenth.db", denser)
        _finding(whole, tenth)
        asyncio.run(_running(whole))


def _filled(path: Path, country: Country) -> str:
    url = f"sqlite:///{path}"
    migrate(engine_for(url))
    store.do(url, load_offices)
    fill(url, country)
    return url


def _finding(whole: str, tenth: str) -> None:
    rules = Rules.of(Config())
    with store.connected(whole, read_only=True) as large, store.connected(tenth, read_only=True) as small:
        scan = _least(large, lambda tx: tx.one(_EVERY_TERM))
        print(f"full scan of every term with its society:      {scan * 1000:8.1f} ms")
        for name, window in (("an ordinary day", ORDINARY), ("the audit's day", AUDIT_DAY)):
            found = _found(large, rules, window)
            took = _least(large, lambda tx, window=window: _find(tx, rules, window))  # type: ignore[misc]
            kinds = ", ".join(f"{count} {kind}" for kind, count in found.items())
            print(
                f"finding what is due, {name + ':':25} {took * 1000:8.1f} ms  {took / scan:6.3f} of the scan  ({kinds})"
            )
            for kind in ReminderKind:
                one = _least(large, lambda tx, kind=kind, window=window: rules.found(tx, kind, window))  # type: ignore[misc]
                print(f"  {kind + ':':43} {one * 1000:10.2f} ms  {one / scan:6.3f} of the scan")
        term = ReminderKind.TERM
        of_all, of_tenth = (_least(each, lambda tx: rules.found(tx, term, ORDINARY)) for each in (large, small))
        due, due_of_tenth = (_found(each, rules, ORDINARY)[term] for each in (large, small))
        print(f"terms due in {COUNTRY:,} and {COUNTRY // TENTH:,} societies:     {due:8,} and {due_of_tenth:,}")
        print(f"the larger registry's time, times the smaller's: {of_all / of_tenth:6.2f}")


def _find(tx: Tx, rules: Rules, window: Window) -> dict[str, int]:
    return {kind.value: len(rules.found(tx, kind, window)) for kind in ReminderKind}


def _found(connection: Connection, rules: Rules, window: Window) -> dict[str, int]:
    return in_transaction(connection, lambda tx: _find(tx, rules, window))


def _least(connection: Connection, work: Callable[[Tx], object]) -> float:
    """Seconds; the least of some rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        in_transaction(connection, work)
        times.append(time.thread_time() - began)
    return min(times)


async def _running(url: str) -> None:
    config = Config()
    lines = {name: Line(own, kind.abilities) for name, (kind, own) in channels(config).items()}
    post = Post(parts(config).renderer, lines, "simulator", timedelta(hours=24))
    state: dict[str, Any] = {}

    async def job(day: date) -> tuple[Run, float]:
        now = datetime.combine(day, clock_time(10), DHAKA).astimezone(UTC)
        run = Run(opened, post, config, now, day, dict(state))
        began = time.process_time()
        await REMINDERS.run(run)
        took = time.process_time() - began
        state.update(run.state)
        return run, took

    with store.connected(url, read_only=True) as connection:
        scan = _least(connection, lambda tx: tx.one(_EVERY_TERM))
    async with await Store.open(url) as opened:
        for name, day in (("first day", TODAY), ("next day", TODAY + timedelta(days=1))):
            run, took = await job(day)
            print(f"the {name + ', whole job:':42} {took * 1000:8.0f} ms  {run.queued.total():,} messages")
        before = _counted(url)
        run, took = await job(TODAY + timedelta(days=1))
        added = sum(_counted(url)) - sum(before)
        print(
            f"a rerun on the same day:                       {took * 1000:8.0f} ms  {took / scan:6.3f} of the scan; adds {added}"
        )
        before = _counted(url)
        run, took = await job(TODAY + timedelta(days=1 + CATCH_UP))
        intents, messages = (after - first for after, first in zip(_counted(url), before, strict=True))
    bare = _bare(url, intents, messages)
    rates = f"{intents / took:,.0f} reminders/s, {messages / took:,.0f} messages/s"
    print(
        f"catch-up of {CATCH_UP} days, {intents:,} reminders:        {took:8.1f} s   {rates}; {bare / took:.3f} of bare inserts"
    )


def _counted(url: str) -> tuple[int, int]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        intents, messages = database.execute(_ROWS).fetchone()
        return intents, messages


def _bare(url: str, intents: int, messages: int) -> float:
    """Seconds to copy the newest rows of both tables into a database with the same tables, one insert each, a commit for every 100."""
    with tempfile.TemporaryDirectory() as folder:
        copy = f"sqlite:///{Path(folder) / 'bare.db'}"
        migrate(engine_for(copy))
        took = 0.0
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as source, store.connected(copy) as target:
            raw: sqlite3.Connection = target.raw  # type: ignore[attr-defined]
            raw.execute("PRAGMA foreign_keys = OFF")
            for table, count in (("outbox", messages), ("intents", intents)):
                rows = source.execute(f"SELECT * FROM {table} ORDER BY id DESC LIMIT ?", (count,)).fetchall()
                statement = f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"
                began = time.process_time()
                for at in range(0, len(rows), 100):
                    raw.execute("BEGIN IMMEDIATE")
                    for row in rows[at : at + 100]:
                        raw.execute(statement, row)
                    raw.execute("COMMIT")
                took += time.process_time() - began
        return took
