"""How fast a broadcast leaves, as a share of a bare client's rate at the same provider, and what it leaves of the answers meanwhile.

The provider is a process of its own that speaks Kannel's ``sendsms``: it answers 50 ms later, as a provider elsewhere does, and then at
once. The bare client is another process that makes the same requests with aiohttp and as many under way at once, and keeps nothing. The
gateway is ``barta run``, with a broadcast in its outbox. Rates are the provider's, between its first message and its last. At the end
every message must have reached it once, and be ``submitted``.

Then messages come in while a broadcast leaves, each answered durably in the response, as in ``benchmarks.answers``; and without one.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp import web

from benchmarks.answers import _free_port, _get, _load, _wait

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 3
MESSAGES = int(os.environ.get("BENCH_DISPATCH_MESSAGES", "4000"))
MANY = 60_000
"""More than leave while messages come in."""

WINDOW = 50
ELSEWHERE = 0.05
"""Seconds until a provider elsewhere answers."""

TEXT = "প্রিয় সদস্য, আগামী রবিবার সকাল ১০টায় উপজেলা সমবায় কার্যালয়ে সভা। উপস্থিত থাকুন।"
CONFIG = """
[jobs]
enabled = false
[gateway]
answers_per_sender = 1000000
[channels.kannel]
kind = "kannel"
username = "bench"
password = "$BENCH_SECRET"
secret = "$BENCH_SECRET"
reply = "body"
send_url = "{send_url}"
window = {window}
segments_per_second = 100000
"""
_BROADCAST = (
    """
    INSERT INTO inbox (id, channel, provider_id, sender, sent_to, text, received_at, outcome)
    VALUES (1, 'kannel', 'asked', '+8801700099900', '16123', 'SEND ALL', '2026-11-21 04:00:00.000000', 'replied')
    """,
    """
    INSERT INTO broadcasts (id, inbox_id, office_id, sender, channel, address, language, kind, urgent, audience, text, state, estimate,
        estimated_price, asked_at, confirmed_at, queued_at, expires_at)
    SELECT 1, 1, min(id), '+8801700099900', 'kannel', '+8801700099900', 'bn', 'message', 0, '{"group": "uco"}', 'x', 'sending',
        '{"shares": {}, "ends_at": null}', 0, '2026-11-21 04:00:00.000000', '2026-11-21 04:00:00.000000', '2026-11-21 04:00:00.000000',
        '2026-11-30 04:00:00.000000'
    FROM offices
    """,
    """
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < :messages)
    INSERT INTO outbox (key, class, priority, channel, "to", state, content, language, text, encoding, segments, price, created_at,
        expires_at, broadcast_id)
    SELECT 'broadcast:1:' || n, 'broadcast', 4, 'kannel', '+88017' || printf('%08d', n), 'queued',
        '{"key":"stop.done","params":{}}', 'bn', :text, 'UCS-2', 2, 7000, '2026-11-21 04:00:00.000000', '2026-11-30 04:00:00.000000', 1
    FROM c
    """,
)


@dataclass(slots=True)
class Provider:
    """Takes everything, and remembers how often and when."""

    seconds: float
    taken: Counter[str] = field(default_factory=Counter)
    first: float = 0.0
    last: float = 0.0

    async def sendsms(self, request: web.Request) -> web.Response:
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.taken[parse_qs(urlsplit(request.query["dlr-url"]).query)["id"][0]] += 1
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return web.Response(status=202, text="0: Accepted for delivery")

    async def figures(self, request: web.Request) -> web.Response:
        """What came, and how fast; from now on it counts anew, and answers as fast as it is asked to."""
        span = self.last - self.first
        found = {"messages": self.taken.total(), "different": len(self.taken), "rate": len(self.taken) / (span or 1.0)}
        if "seconds" in request.query:
            self.seconds = float(request.query["seconds"])
            self.taken.clear()
            self.first = self.last = 0.0
        return web.json_response(found)


def serve(port: int) -> None:
    """The provider's process."""
    provider, application = Provider(0.0), web.Application()
    application.add_routes([web.get("/sendsms", provider.sendsms), web.get("/figures", provider.figures)])
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)


def bare(port: int) -> None:
    """The bare client's process."""
    asyncio.run(_bare(f"http://127.0.0.1:{port}/sendsms"))


async def _bare(url: str) -> None:
    numbers = iter(range(1, MESSAGES + 1))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def one_after_the_other() -> None:
            for number in numbers:
                parameters = {
                    "username": "bench",
                    "password": "bench",
                    "from": "16123",
                    "to": f"+88017{number:08d}",
                    "text": TEXT,
                    "charset": "UTF-8",
                    "coding": "2",
                    "dlr-mask": "27",
                    "dlr-url": f"http://127.0.0.1:8080/channels/kannel/dlr?id={number}&status=%d&secret=bench",
                }
                async with http.get(url, params=parameters) as response:
                    await response.read()

        await asyncio.gather(*(one_after_the_other() for _ in range(WINDOW)))


def main() -> None:
    """Run the rounds and print the figures."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    port = _free_port()
    provider = subprocess.Popen([sys.executable, "-m", "benchmarks.dispatch", "serve", str(port)])
    try:
        _wait(port)
        with tempfile.TemporaryDirectory() as folder:
            _dispatch(Path(folder), port)
            _inbound(Path(folder), port)
    finally:
        provider.terminate()
        provider.wait(30)


def _dispatch(base: Path, provider: int) -> None:
    for seconds in (ELSEWHERE, 0.0):
        rates: dict[str, list[float]] = {"bare": [], "gateway": []}
        for number in range(ROUNDS):
            _figures(provider, seconds)
            subprocess.run([sys.executable, "-m", "benchmarks.dispatch", "bare", str(provider)], check=True)
            rates["bare"].append(_figures(provider, seconds)["rate"])
            with _gateway(base / f"d{seconds}-{number}", provider, MESSAGES) as gateway:
                _submitted(gateway, provider)
            rates["gateway"].append(_figures(provider, seconds)["rate"])
        middle = {name: statistics.median(values) for name, values in rates.items()}
        told = "at once" if not seconds else f"after {seconds * 1000:.0f} ms"
        print(f"dispatch, provider answers {told}, share of a bare client: {middle['gateway'] / middle['bare']:6.1%}")
        print("illustration, median of", ROUNDS, "rounds:", {name: f"{rate:,.0f}/s" for name, rate in middle.items()})


def _inbound(base: Path, provider: int) -> None:
    rates: dict[str, list[float]] = {"without": [], "during": []}
    left = []
    for number in range(ROUNDS):
        for name, messages in (("without", 0), ("during", MANY)):
            _figures(provider, ELSEWHERE)
            with _gateway(base / f"{name}{number}", provider, messages) as gateway:
                rates[name].append(_load(gateway.port, f"{name}{number}"))
                if messages and _states(gateway.database)["queued"] == 0:
                    sys.exit("the broadcast ended before the load did")
            if messages:
                left.append(_figures(provider, ELSEWHERE)["rate"])
    middle = {name: statistics.median(values) for name, values in rates.items()}
    print(f"answers while a broadcast leaves, share of without:       {middle['during'] / middle['without']:6.1%}")
    print("illustration:", {name: f"{rate:,.0f}/s" for name, rate in middle.items()}, end=" ")
    print(f"and {statistics.median(left):,.0f}/s of the broadcast beside them")


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that serves."""

    port: int
    database: Path


@contextmanager
def _gateway(folder: Path, provider: int, messages: int) -> Iterator[Gateway]:
    """``barta run``, with a broadcast of so many in its outbox."""
    folder.mkdir()
    port, database = _free_port(), folder / "bench.db"
    settings = CONFIG.format(send_url=f"http://127.0.0.1:{provider}/sendsms", window=WINDOW)
    (folder / "barta.toml").write_text(settings, encoding="utf-8")
    env = {
        **os.environ,
        "BARTA_DATABASE_URL": f"sqlite:///{database}",
        "BARTA_CONFIG": str(folder / "barta.toml"),
        "BARTA_NOW": "2026-11-21T10:00",
        "BENCH_SECRET": "bench",
    }
    for step in (["-m", "bot", "init"], ["-m", "benchmarks.registry"]):
        subprocess.run([sys.executable, *step], env=env, check=True, capture_output=True)
    if messages:
        with closing(sqlite3.connect(database)) as raw, raw:
            for statement in _BROADCAST:
                raw.execute(statement, {"messages": messages, "text": TEXT})
    server = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--port", str(port)], env=env, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield Gateway(port, database)
    finally:
        server.terminate()
        server.wait(60)


def _submitted(gateway: Gateway, provider: int) -> None:
    """Wait until everything is with the provider, once."""
    deadline = time.monotonic() + 300
    while _states(gateway.database) != {"submitted": MESSAGES}:
        if time.monotonic() > deadline:
            sys.exit(f"after five minutes: {dict(_states(gateway.database))}")
        time.sleep(0.2)
    found = json.loads(_get(f"http://127.0.0.1:{provider}/figures"))
    if not found["messages"] == found["different"] == MESSAGES:
        sys.exit(f"{MESSAGES} messages, but the provider had {found}")


def _states(database: Path) -> Counter[str]:
    with closing(sqlite3.connect(database)) as raw:
        return Counter(
            dict(raw.execute("SELECT state, count(*) FROM outbox WHERE key LIKE 'broadcast:%' GROUP BY state"))
        )


def _figures(provider: int, seconds: float) -> dict[str, Any]:
    """What came since the last time; from now on the provider answers after so many seconds."""
    found: dict[str, Any] = json.loads(_get(f"http://127.0.0.1:{provider}/figures?seconds={seconds}"))
    return found


if __name__ == "__main__":
    {"serve": serve, "bare": bare}[sys.argv[1]](int(sys.argv[2])) if len(sys.argv) > 1 else main()
