"""A message to the presidents of a whole country, put into the outbox: how fast, and what a gateway answers meanwhile.

190,000 societies; one broadcast is queued by a gateway that has nothing else to do, and again by one that wrk keeps busy with 64
connections. Bare inserts of as many rows into the same tables, in one transaction, are the ceiling. Quiet hours around the clock keep
couriers from sending, which ``dispatch`` measures. Every number must have exactly one message in the end. ``BENCH_ROWS`` sets another
number of societies.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.answers import _environment, _free_port, _wait
from benchmarks.country import Country, fill
from benchmarks.importing import _ask, _window
from benchmarks.registry_rows import COUNTRY
from bot.broadcasting import expires_at
from bot.clock import DHAKA
from bot.domain.audiences import Audience, Group
from bot.domain.broadcasts import BroadcastKind, BroadcastState, Estimate
from bot.domain.messages import MO, Language
from bot.registry import load_offices
from bot.store import broadcasts, inbox, store
from bot.store.engine import engine_for
from bot.store.migrate import migrate

if TYPE_CHECKING:
    from bot.store.query import Tx

QUIET = '\n[jobs]\nenabled = false\n[quiet]\nbegin = "00:00"\nend = "23:59"\n'
WINDOWS = 3
LONGEST = 900
"""Seconds that queueing a country may take."""

_COLUMNS = (
    '"key", "class", priority, channel, "to", state, content, language, text, encoding, segments, price, created_at,'
    " expires_at, broadcast_id"
)


def main() -> None:
    """Queue a country twice and print the figures."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    rows = int(os.environ.get("BENCH_ROWS", COUNTRY))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        database, env = _country(base, rows)
        alone = _gateway(database, env, busy=False)
        bare = _bare(database, base / "bare.db")
        beside = _gateway(database, env, busy=True)
    share = statistics.median(beside.during) / statistics.median(beside.without)
    print(f"recipients queued per second, share of bare inserts:        {alone.rate / bare:6.1%}")
    print(f"inbound answers while a country is queued, share of without: {share:6.1%}")
    print(f"recipients queued per second beside a busy gateway, share of alone: {beside.rate / alone.rate:6.1%}")
    print(f"illustration: {alone.rate:,.0f}/s alone, {beside.rate:,.0f}/s beside, {bare:,.0f}/s bare inserts")


class Queueing:
    """One broadcast queued: recipients per second, and answers per second before and meanwhile."""

    def __init__(self) -> None:
        self.rate = 0.0
        self.without: list[float] = []
        self.during: list[float] = []


def _country(base: Path, rows: int) -> tuple[Path, dict[str, str]]:
    env = {**os.environ, **_environment(base)}
    config = Path(env["BARTA_CONFIG"])
    config.write_text(config.read_text(encoding="utf-8") + QUIET, encoding="utf-8")
    url = env["BARTA_DATABASE_URL"]
    migrate(engine_for(url))
    store.do(url, load_offices)
    fill(url, Country(today=datetime.now(DHAKA).date(), societies=rows))
    return Path(url.removeprefix("sqlite:///")), env


def _asked(tx: Tx, group: Group) -> int:
    """A broadcast to the whole country, confirmed but paused."""
    now = datetime.now(UTC)
    mo = MO("kannel", f"asked-{group}", "+8801700099600", "16123", "send")
    asked = inbox.add(tx, mo, mo.sender, now, inbox.Fate("replied", "send"))
    assert asked is not None
    made = broadcasts.add(
        tx,
        inbox_id=asked,
        office_id=1,
        sender=mo.sender,
        channel="kannel",
        address=mo.sender,
        language=Language.BN,
        kind=BroadcastKind.MESSAGE,
        urgent=False,
        audience=Audience(group, "BD/"),
        text="আগামী ৩০ তারিখের মধ্যে নির্বাচনের প্রস্তুতি নিন।",
        meeting=None,
        estimate=Estimate(),
        at=now,
    )
    until = expires_at(Estimate(), None, now, timedelta(days=1))
    state = BroadcastState.PAUSED
    broadcasts.confirm(tx, made, state, at=now, expires_at=until, answers_until_at=until, inbox_id=asked)
    return made


def _gateway(database: Path, env: dict[str, str], *, busy: bool) -> Queueing:
    group = Group.SECRETARY if busy else Group.PRESIDENT
    number = store.do(env["BARTA_DATABASE_URL"], lambda tx: _asked(tx, group))
    port, done = _free_port(), Queueing()
    gateway = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--port", str(port)], env=env, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        done.without = [_window(port, f"before{one}") for one in range(WINDOWS)] if busy else []
        began = time.monotonic()
        _let_go(database, number)
        if busy:
            done.during = [_window(port, f"during{one}") for one in range(WINDOWS)]
            if _queued(database, number):
                sys.exit("it was queued before the windows were over: more societies are needed")
            seconds = time.monotonic() - began
            done.rate = _recipients(database, number) / seconds
        seconds = _wait_until_queued(database, number, began)
        done.rate = done.rate or _recipients(database, number) / seconds
    finally:
        gateway.terminate()
        gateway.wait(30)
    _prove(database, number)
    return done


def _let_go(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as database, database:
        database.execute("UPDATE broadcasts SET state = 'sending' WHERE id = ?", (number,))


def _queued(path: Path, number: int) -> bool:
    return bool(_ask(path, f"SELECT count(*) FROM broadcasts WHERE id = {number} AND queued_at IS NOT NULL"))


def _recipients(path: Path, number: int) -> int:
    return _ask(path, f"SELECT count(*) FROM recipients WHERE broadcast_id = {number}")


def _wait_until_queued(path: Path, number: int, began: float) -> float:
    while time.monotonic() < began + LONGEST:
        if _queued(path, number):
            return time.monotonic() - began
        time.sleep(0.2)
    sys.exit("the country was not queued in time")


def _prove(path: Path, number: int) -> None:
    """Each number of the audience has exactly one message, and whoever has none is named."""
    role = "president" if number == 1 else "secretary"
    serving = f"FROM appointments JOIN people ON people.id = person_id WHERE role = '{role}' AND ended_on IS NULL"
    numbers = _ask(path, f"SELECT count(DISTINCT msisdn) {serving}")
    nameless = _ask(path, f"SELECT count(*) {serving} AND msisdn IS NULL")
    messages = _ask(path, f'SELECT count(DISTINCT "to") FROM outbox WHERE broadcast_id = {number}')
    rows = _ask(path, f"SELECT count(*) FROM outbox WHERE broadcast_id = {number}")
    named = _recipients(path, number)
    if not (numbers == messages == rows and named == numbers + nameless):
        sys.exit(f"{numbers} numbers and {nameless} without one: {rows} messages to {messages}, {named} recipients")


def _bare(database: Path, copy: Path) -> float:
    """Rows a second that SQLite takes, where nothing is looked up, rendered or kept unique twice."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        with target:
            target.execute("DELETE FROM recipients")
            target.execute("DELETE FROM outbox")
        told = source.execute(f"SELECT {_COLUMNS} FROM outbox WHERE broadcast_id = 1").fetchall()
        who = source.execute("SELECT broadcast_id, person_id, society_id, msisdn, outbox_id FROM recipients").fetchall()
        who = [row for row in who if row[4] is not None]
        target.execute("PRAGMA synchronous = FULL")
        gaps = ", ".join("?" * len(told[0]))
        began = time.monotonic()
        with target:
            target.executemany(f"INSERT INTO outbox ({_COLUMNS}) VALUES ({gaps})", told)
            target.executemany(
                "INSERT INTO recipients (broadcast_id, person_id, society_id, msisdn, outbox_id) VALUES (?, ?, ?, ?, ?)",
                who,
            )
        return len(told) / (time.monotonic() - began)


if __name__ == "__main__":
    main()
