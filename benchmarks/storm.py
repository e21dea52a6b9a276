"""The end of a month: 495 officers file 20 forms each in an hour, compressed, while others ask for the status of societies.

9,900 returns come in through a whole gateway over HTTP, each a new message of its own officer, at a steady pace that does not wait for
answers; beside every fourth of them goes a status query. The same load made of status queries alone goes first, through the same
gateway: that is what the times are compared with. A time runs from the moment at which a message was to be sent to its durable answer in
the response. At the end every return must be filed and the totals be what they make. On SQLite.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from benchmarks.answers import CONFIG, _free_port, _wait
from bot.domain.offices import Level
from bot.store import offices, store, totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FORMS = 20
SECONDS = int(os.environ.get("BENCH_STORM_SECONDS", "120"))
"""How long the hour is made."""

BESIDE = 4
"""One status query beside so many returns."""

FORM = """\
code = "{code}"
filed_by = "upazila"
every = ["month"]
title = {{ bn = "ফরম {number}", en = "Form {number}" }}
{indicators}"""
INDICATOR = """
[[indicators]]
name = "part{number}"
kind = "flow"
label = {{ bn = "অংশ {number}", en = "Part {number}" }}
"""
PARTS = 8

_OFFICERS = (
    """
    INSERT INTO people (id, name, msisdn)
    SELECT 100000 + id, 'কর্মকর্তা ' || id, '+88017007' || printf('%05d', id) FROM offices WHERE level = 'upazila'
    """,
    """
    INSERT INTO appointments (person_id, role, office_id, started_on)
    SELECT 100000 + id, 'uco', id, '2020-01-01' FROM offices WHERE level = 'upazila'
    """,
)


@dataclass(slots=True)
class Load:
    """What came of messages that were sent.

    Attributes:
        seconds: kind of message → the time of each answer.
        longest: the most works that waited for the writer at any look at the metrics.
        failed: messages that were not taken.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"return": [], "status": []})
    longest: int = 0
    failed: int = 0

    def told(self, kind: str) -> str:
        """The middle, the 99th of a hundred and the longest, in milliseconds."""
        times = sorted(self.seconds[kind])
        return f"p50 {_part(times, 50):7.1f} ms   p99 {_part(times, 99):7.1f} ms   longest {times[-1] * 1000:7.1f} ms"


def _part(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] * 1000


def main() -> None:
    """Run both loads, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        env, numbers = _prepared(base)
        port = _free_port()
        gateway = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--port", str(port)], env=env, stderr=subprocess.DEVNULL
        )
        try:
            _wait(port)
            plain, storm = asyncio.run(_both(port, numbers))
        finally:
            gateway.terminate()
            gateway.wait(60)
        _prove(base / "bench.db", len(numbers) * FORMS, plain, storm)
    pace = len(numbers) * FORMS / SECONDS
    print(
        f"an hour in {SECONDS} s: {len(numbers)} officers, {FORMS} forms, {pace:.0f} returns and {pace / BESIDE:.0f} queries a second"
    )
    print(f"  queries alone, as many:   {plain.told('status')}   longest queue {plain.longest}")
    print(f"  returns:                  {storm.told('return')}   longest queue {storm.longest}")
    print(f"  queries beside returns:   {storm.told('status')}")
    for percent in (50, 99):
        times = [_part(each, percent) for each in (sorted(storm.seconds["return"]), sorted(plain.seconds["status"]))]
        print(f"  p{percent} of returns, times that of queries alone: {times[0] / times[1]:6.1f}")


def _prepared(base: Path) -> tuple[dict[str, str], list[str]]:
    """The settings, and the officers' numbers."""
    (base / "forms").mkdir()
    parts = "".join(INDICATOR.format(number=number) for number in range(1, PARTS + 1))
    for number in range(FORMS):
        code = _code(number)
        (base / "forms" / f"{code.lower()}.toml").write_text(
            FORM.format(code=code, number=number, indicators=parts), encoding="utf-8"
        )
    settings = CONFIG.format(reply="body") + f'\n[returns]\nfolder = "{base / "forms"}"\n[jobs]\nenabled = false\n'
    (base / "barta.toml").write_text(settings, encoding="utf-8")
    url = f"sqlite:///{base / 'bench.db'}"
    env = {
        **os.environ,
        "BARTA_DATABASE_URL": url,
        "BARTA_CONFIG": str(base / "barta.toml"),
        "BARTA_NOW": "2026-11-02T10:00",
        "BENCH_SECRET": "bench",
    }
    subprocess.run([sys.executable, "-m", "bot", "init"], env=env, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "benchmarks.registry"], env=env, check=True, capture_output=True)
    with closing(sqlite3.connect(base / "bench.db")) as database, database:
        for statement in _OFFICERS:
            database.execute(statement)
    upazilas = store.do(url, lambda tx: offices.all_offices(tx, Level.UPAZILA), read_only=True)
    return env, [f"+88017007{office.id:05d}" for office in upazilas]


def _code(number: int) -> str:
    return f"MON{chr(ord('A') + number)}"


async def _both(port: int, numbers: list[str]) -> tuple[Load, Load]:
    plain = await _sent(port, [("status", sender, text) for _, sender, text in _storm(numbers, only_status=True)])
    return plain, await _sent(port, list(_storm(numbers)))


def _storm(numbers: list[str], *, only_status: bool = False) -> Iterator[tuple[str, str, str]]:
    """Kind, sender and text: every officer files his forms one by one, all officers at once."""
    for form in range(FORMS):
        for place, number in enumerate(numbers):
            figures = " ".join(str((place * 7 + form * 11 + part * 3) % 200) for part in range(PARTS))
            query = ("status", f"+88017001{place:05d}", f"STATUS {place % 40 + 1}/2023")
            yield query if only_status else ("return", number, f"RET {_code(form)} 10/26 {figures}")
            if place % BESIDE == 0:
                yield query


async def _sent(port: int, messages: Sequence[tuple[str, str, str]]) -> Load:
    """Send messages at their moments, however long the answers take."""
    load, run = Load(), time.monotonic_ns()
    url = f"http://127.0.0.1:{port}/channels/kannel/mo"
    connector = aiohttp.TCPConnector(limit=512)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=120)) as http:

        async def one(place: int, kind: str, sender: str, text: str, due: float) -> None:
            params = {
                "id": f"{run}-{place}",
                "from": sender,
                "to": "16123",
                "text": text,
                "charset": "UTF-8",
                "secret": "bench",
            }
            async with http.get(url, params=params) as response:
                await response.read()
                load.failed += response.status != 200
            load.seconds[kind].append(time.perf_counter() - due)

        watch = asyncio.create_task(_watch(http, port, load))
        began, tasks = time.perf_counter(), []
        for place, message in enumerate(messages):
            due = began + place * SECONDS / len(messages)
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.append(asyncio.create_task(one(place, *message, due)))
        await asyncio.gather(*tasks)
        watch.cancel()
    return load


async def _watch(http: aiohttp.ClientSession, port: int, load: Load) -> None:
    """Look at the writer's queue ten times a second."""
    while True:
        async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
            found = re.search(r"^barta_writer_waiting ([\d.e+]+)$", await response.text(), re.MULTILINE)
        load.longest = max(load.longest, int(float(found[1])) if found else 0)
        await asyncio.sleep(0.1)


def _prove(database: Path, expected: int, *loads: Load) -> None:
    """Everything was taken, every return is filed, and the totals are what they make: else the times are those of something else."""
    with closing(sqlite3.connect(database)) as raw:
        (filed,) = raw.execute("SELECT count(*) FROM returns WHERE filed_at IS NOT NULL").fetchone()
    differing = store.do(f"sqlite:///{database}", totals.differing, read_only=True)
    failed = sum(load.failed for load in loads)
    if failed or filed != expected or differing:
        sys.exit(f"{failed} messages failed, {filed} of {expected} returns filed, {len(differing)} totals differ")


if __name__ == "__main__":
    main()
