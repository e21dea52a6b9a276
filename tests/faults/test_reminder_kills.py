"""kill -9 while reminders are made and while they leave: each person is reminded of each milestone once, and nobody is forgotten.

``make test`` kills 20 ticks and half as many gateways, ``make faults`` ten times as many (BARTA_KILLS). The moments come from a seed,
printed when a run fails, and from the database: a kill waits until so many rows more have been written, so that it falls into the
writing and not beside it.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
import time
from collections import Counter
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.country import Country, fill
from tests.conftest import NOW
from tests.gateway import Process
from tests.peers.child import Child
from tests.peers.ports import free_port, wait_for
from tests.scheduler.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

KILLS = int(os.environ.get("BARTA_KILLS", "20"))
SEED = int(os.environ.get("BARTA_SEED", "20261121"))
ROOT = Path(__file__).parent.parent.parent
MILESTONES = (90, 75, 60, 30, 7, 0, -1)
BEFORE = NOW.date() - timedelta(days=1)
WINDOW = 8
LOOK_SECONDS = 0.004
CONFIG = """
[gateway]
public_url = "http://127.0.0.1:{port}"
[channels.kannel]
kind = "kannel"
send_url = "{send_url}"
username = "coop"
password = "$KANNEL_PASSWORD"
secret = "$KANNEL_SECRET"
segments_per_second = 300
window = {window}
timeout_seconds = 2
"""


class Database:
    """The database of a process that is to be killed, seen from outside."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._raw = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    def all(self, query: str) -> list[Any]:
        """Every row."""
        return self._raw.execute(query).fetchall()

    def one(self, query: str) -> int:
        """A number."""
        ((number,),) = self.all(query)
        return int(number)

    def do(self, statement: str) -> None:
        """Change something behind the program's back."""
        self._raw.execute(statement)

    def count(self) -> int:
        """Grows with every intent and message."""
        return self.one("SELECT coalesce((SELECT max(id) FROM intents), 0) + coalesce((SELECT max(id) FROM outbox), 0)")

    @property
    def queued(self) -> int:
        """Messages that have not left."""
        return self.one("SELECT count(*) FROM outbox WHERE state = 'queued'")

    @property
    def waiting(self) -> int:
        """Messages that have not left, or are in a courier's hands."""
        return self.one("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')")


@pytest.mark.timeout(240 + KILLS * 30)
async def test_ticks_that_are_killed_remind_each_person_once(sqlite_url: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    fill(sqlite_url, Country(NOW.date(), 100 * KILLS, recorded_on=BEFORE, ends=300, over=0))
    now, in_the_middle = NOW + timedelta(days=30), 0
    with Database(sqlite_url) as database:
        for number in range(KILLS):
            before = database.count()
            aim = before + chance.choice((0, 1, *range(20, 400, 20)))
            tick = Ticking(tmp_path, database, now)
            await reached(partial(tick.has_written, aim), 60)
            await asyncio.sleep(chance.uniform(0, 0.05))  # the random moment
            tick.kill()
            in_the_middle += not tick.ended and database.count() > before
            assert not tick.refused, f"kill {number + 1}, seed {SEED}: {tick.said}"
            if tick.ended or chance.random() < 0.1:
                now += timedelta(days=chance.choice((1, 1, 2, 10)))
        assert in_the_middle > KILLS / 2, "too few were killed in the middle of the writing"
        last = Ticking(tmp_path, database, now)
        await reached(lambda: last.ended, 60)
        assert last.code == 0, last.said
        await examine_intents(sqlite_url, now.date(), f"seed {SEED}")
        written = database.count()
        # As if it had never run: it looks at all those days again, and finds everything done.
        database.do("UPDATE jobs SET ran_until_at = NULL, state = '{}' WHERE name = 'reminders'")
        again = Ticking(tmp_path, database, now)
        await reached(lambda: again.ended, 60)
        assert again.said.splitlines()[-1:] == ["reminders: done"]
        assert database.count() == written


class Ticking:
    """``barta tick`` at a moment, as a process of its own."""

    def __init__(self, folder: Path, database: Database, now: datetime) -> None:
        settings = {"BARTA_DATABASE_URL": database.url, "BARTA_NOW": now.isoformat(), "PYTHONPATH": str(ROOT)}
        environment = [f"{name}={value}" for name, value in settings.items()]
        log = folder / "tick.log"
        self._from = log.stat().st_size if log.exists() else 0
        self._database = database
        self._child = Child(["env", *environment, sys.executable, "-m", "bot", "tick"], folder=folder, name="tick")

    @property
    def ended(self) -> bool:
        """By itself."""
        return not self._child.running and self._child.process.returncode >= 0

    def has_written(self, aim: int) -> bool:
        """Whether it has come so far, or has ended before."""
        return self._database.count() > aim or self.ended

    @property
    def code(self) -> int | None:
        return self._child.process.returncode

    @property
    def said(self) -> str:
        with self._child.log.open(encoding="utf-8") as log:
            log.seek(self._from)
            return log.read()

    @property
    def refused(self) -> bool:
        """Whether it took the one that was killed before it for alive."""
        return "another process" in self.said

    def kill(self) -> None:
        self._child.kill()


async def examine_intents(url: str, until: date, when: str) -> None:
    """Every milestone up to a day is made or superseded for every office-bearer, once, and an officer; what is made has its message."""
    days = [BEFORE + timedelta(days=ahead) for ahead in range((until - BEFORE).days + 1)]
    async with await World.open(url) as world:
        expected = {one[:3] for one in await world.expected(days, MILESTONES)}
        bearers = set(await world.bearers())
        got = await world.reminders()
    serving = {person for _, person in bearers}
    mine = Counter(one[:3] for one in got if one.person_id in serving)
    assert set(mine) == expected, (
        f"{when}: missed {sorted(expected - set(mine))[:3]}, too many {sorted(set(mine) - expected)[:3]}"
    )
    assert set(mine.values()) == {1}, when
    officers = Counter(one[:2] for one in got if one.person_id not in serving)
    assert set(officers) == {one[:2] for one in expected}, when
    assert set(officers.values()) == {1}, when
    assert not [one for one in got if one.state == "made" and one.message is None], when
    about: dict[tuple[str, str, str | None], set[int | None]] = {}
    for one in got:
        if one.person_id in serving and one.message is not None:
            about.setdefault((one.registration_no, one.milestone, one.to), set()).add(one.message)
    assert all(len(messages) == 1 for messages in about.values()), when
    assert len(about) > KILLS * 10, "too little was due to prove anything"


class Provider:
    """Takes everything and remembers it; every third answer of its is slow enough to be killed in between."""

    def __init__(self) -> None:
        self.taken: Counter[int] = Counter()
        self.texts: Counter[tuple[str, str]] = Counter()

    async def sendsms(self, request: web.Request) -> web.Response:
        query = parse_qs(urlsplit(request.query["dlr-url"]).query)
        number = int(query["id"][0])
        self.taken[number] += 1
        self.texts[request.query["to"], request.query["text"]] += 1
        if number % 3 == 0:
            await asyncio.sleep(0.02)  # not a wait for a condition: a provider that takes its time
        return web.Response(status=202, text="0: Accepted for delivery")


@pytest.mark.timeout(240 + KILLS * 30)
async def test_a_gateway_that_is_killed_delivers_each_reminder_once(sqlite_url: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    # A usual day on which many terms reach a milestone: nothing is spread over the hours.
    fill(sqlite_url, Country(NOW.date(), 4000, recorded_on=BEFORE, ends=100, over=0))
    provider, now, port = Provider(), NOW, free_port()
    application = web.Application()
    application.add_routes([web.get("/sendsms", provider.sendsms)])
    async with TestServer(application) as server:
        config = tmp_path / "barta.toml"
        send_url = server.make_url("/sendsms")
        config.write_text(CONFIG.format(port=port, send_url=send_url, window=WINDOW), encoding="utf-8")
        settings = {
            "BARTA_DATABASE_URL": sqlite_url,
            "BARTA_CONFIG": str(config),
            "PYTHONPATH": str(ROOT),
            "KANNEL_PASSWORD": "p",
            "KANNEL_SECRET": "s",
        }
        with Database(sqlite_url) as database:
            for number in range(KILLS // 2):
                process = Process(tmp_path, port, settings | {"BARTA_NOW": now.isoformat()})
                await asyncio.to_thread(process.start)
                aim = chance.choice((0, *range(10, 200, 10)))
                seen = chance.choice((database.count, provider.taken.total))
                await reached(partial(is_past, seen, seen() + aim), 2)
                await asyncio.sleep(chance.uniform(0, 0.05))  # the random moment
                process.kill()
                examine_messages(database, provider, f"kill {number + 1}, seed {SEED}")
                if not database.queued and jobs_are_done(database, now):
                    now += timedelta(days=1)
            process = Process(tmp_path, port, settings | {"BARTA_NOW": now.isoformat()})
            await asyncio.to_thread(process.start)
            await wait_for(
                lambda: jobs_are_done(database, now) and database.waiting == 0,
                120 + 2 * KILLS,
                "every reminder to leave, or its lease to lapse",
            )
            assert await process.stop() == 0
            examine_messages(database, provider, f"the end, seed {SEED}")
            examine_states(database)
    await examine_intents(sqlite_url, now.date(), f"seed {SEED}")


def examine_states(database: Database) -> None:
    """Every reminder has left; of those that were in a courier's hands nobody may know, and they are named."""
    carrying = "SELECT outbox_id FROM intents WHERE state = 'made'"
    states = dict(database.all(f"SELECT state, count(*) FROM outbox WHERE id IN ({carrying}) GROUP BY state"))
    assert set(states) <= {"submitted", "unconfirmed"}, f"forgotten: {states}"
    assert states.get("unconfirmed", 0) <= KILLS * WINDOW, "no more are in doubt than were in the couriers' hands"
    assert states["submitted"] > KILLS * 5


def is_past(seen: Callable[[], int], aim: int) -> bool:
    """Whether more has been seen."""
    return seen() > aim


async def reached(condition: Callable[[], object], within: float) -> None:
    """Wait for the moment of a kill, but not for ever: what it waits for may have happened before."""
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:  # noqa: ASYNC110 - another process brings it about
        await asyncio.sleep(LOOK_SECONDS)


def jobs_are_done(database: Database, now: datetime) -> bool:
    """Whether the jobs that make messages have run for a moment."""
    ran = f"ran_until_at >= '{now.astimezone(UTC):%Y-%m-%d %H:%M}'"
    return database.one(f"SELECT count(*) FROM jobs WHERE name IN ('reminders', 'digests') AND {ran}") == 2


def examine_messages(database: Database, provider: Provider, when: str) -> None:
    """What must be true at any moment."""
    twice = [number for number, count in provider.taken.items() if count > 1]
    assert not twice, f"{when}: sent twice: {sorted(twice)[:5]}"
    sent = {number for (number,) in database.all("SELECT id FROM outbox WHERE state = 'submitted'")}
    assert sent <= provider.taken.keys(), f"{when}: thought to be sent, but the provider never had it"
    unsent = {number for (number,) in database.all("SELECT id FROM outbox WHERE state = 'queued' AND attempts = 0")}
    assert not unsent & provider.taken.keys(), f"{when}: sent, but thought to be waiting"
