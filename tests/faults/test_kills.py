"""kill -9 at random moments under load: every acknowledged message has exactly one answer, and nothing is sent twice.

``make test`` kills 20 times, ``make faults`` 200 (BARTA_KILLS). The moments come from a seed, printed when a run fails. After each
kill the provider tries again what was not acknowledged, as Kannel does, so that the same ids come twice.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.gateway import Process
from tests.peers.ports import LOOPBACK, free_port, wait_for

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("BARTA_KILLS", "20"))
SEED = int(os.environ.get("BARTA_SEED", "20261121"))
CLIENTS = 16
WINDOW = 8
TEXTS = ("অবস্থা", "STATUS 1/2023", "অবস্থা ৫/১৯৯৮", "HELP", "ভাষা বাংলা", "not a command at all")
CONFIG = """
[jobs]
enabled = false
[gateway]
public_url = "http://127.0.0.1:{port}"
answers_per_sender = 100000
same_answers = 100000
[channels.kannel]
kind = "kannel"
send_url = "{send_url}"
username = "coop"
password = "$KANNEL_PASSWORD"
secret = "$KANNEL_SECRET"
segments_per_second = 1000
window = {window}
timeout_seconds = 2
"""


class Provider:
    """Takes everything and remembers how often; every third answer of its is slow enough to be killed in between."""

    def __init__(self) -> None:
        self.taken: Counter[int] = Counter()

    async def sendsms(self, request: web.Request) -> web.Response:
        query = parse_qs(urlsplit(request.query["dlr-url"]).query)
        number = int(query["id"][0])
        self.taken[number] += 1
        if number % 3 == 0:
            await asyncio.sleep(0.02)  # not a wait for a condition: a provider that takes its time
        return web.Response(status=202, text="0: Accepted for delivery")


class Load:
    """Clients that send messages in, and try again what was not acknowledged, under the same id."""

    def __init__(self, port: int, randomness: random.Random) -> None:
        self.url = f"http://{LOOPBACK}:{port}/channels/kannel/mo"
        self.acknowledged: set[str] = set()
        self.pending: list[dict[str, str]] = []
        self.random = randomness
        self._count = 0

    def _next(self) -> dict[str, str]:
        if self.pending:
            return self.pending.pop()
        self._count += 1
        sender = f"+88017001{self.random.randrange(1000, 1200):04d}1"
        text = self.random.choice(TEXTS)
        return {"id": f"m{self._count}", "from": sender, "to": "16123", "text": text, "charset": "UTF-8", "secret": "s"}

    async def run(self, until: asyncio.Event) -> None:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            await asyncio.gather(*(self._client(http, until) for _ in range(CLIENTS)))

    async def _client(self, http: aiohttp.ClientSession, until: asyncio.Event) -> None:
        while not until.is_set():
            message = self._next()
            try:
                async with http.get(self.url, params=message) as response:
                    await response.read()
                    if response.status == 200:
                        self.acknowledged.add(message["id"])
                        continue
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                pass
            self.pending.append(message)
            await asyncio.sleep(0.01)  # a client that was cut off takes a breath


@pytest.mark.timeout(180 + KILLS * 12)
async def test_no_acknowledged_message_is_lost_or_answered_twice(registered_url: str, tmp_path: Path) -> None:
    randomness = random.Random(SEED)
    provider, port = Provider(), free_port()
    application = web.Application()
    application.add_routes([web.get("/sendsms", provider.sendsms)])
    async with TestServer(application) as server:
        config = tmp_path / "barta.toml"
        config.write_text(
            CONFIG.format(port=port, send_url=server.make_url("/sendsms"), window=WINDOW), encoding="utf-8"
        )
        process = Process(
            tmp_path,
            port,
            {
                "BARTA_DATABASE_URL": registered_url,
                "BARTA_CONFIG": str(config),
                "KANNEL_PASSWORD": "p",
                "KANNEL_SECRET": "s",
            },
        )
        load = Load(port, randomness)
        for number in range(KILLS):
            await asyncio.to_thread(process.start)
            stop = asyncio.Event()
            clients = asyncio.create_task(load.run(stop))
            await asyncio.sleep(randomness.uniform(0.05, 0.6))  # the random moment
            process.kill()
            stop.set()
            await clients
            examine(registered_url, load, provider, f"kill {number + 1}, seed {SEED}")
        await asyncio.to_thread(process.start)
        stop = asyncio.Event()
        clients = asyncio.create_task(load.run(stop))
        await wait_for(lambda: not load.pending, 30, "everything to be acknowledged")
        stop.set()
        await clients
        # What piled up during the kills leaves at the provider's pace.
        await wait_for(
            lambda: waiting(registered_url) == 0, 90 + 2 * KILLS, "every answer to leave, or its lease to lapse"
        )
        assert await process.stop() == 0
        examine(registered_url, load, provider, f"the end, seed {SEED}")
    assert len(load.acknowledged) > KILLS, "the load was too small to prove anything"
    left = states(registered_url)
    assert set(left) <= {"submitted", "unconfirmed"}
    assert left["unconfirmed"] <= KILLS * WINDOW, "no more are in doubt than were in the couriers' hands"
    assert left["submitted"] <= len(provider.taken) <= left["submitted"] + left["unconfirmed"]
    assert left["submitted"] > KILLS


def states(url: str) -> Counter[str]:
    """How many messages out are in which state."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        return Counter(dict(database.execute("SELECT state, count(*) FROM outbox GROUP BY state")))


def waiting(url: str) -> int:
    """How many are queued or in a courier's hands."""
    found = states(url)
    return found["queued"] + found["sending"]


def examine(url: str, load: Load, provider: Provider, when: str) -> None:
    """What must be true at any moment."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        inbox = dict(database.execute("SELECT provider_id, id FROM inbox"))
        wrong = database.execute(
            "SELECT inbox.id, inbox.outcome, count(outbox.id) FROM inbox LEFT JOIN outbox ON outbox.in_reply_to = inbox.id"
            " GROUP BY inbox.id HAVING count(outbox.id) <> (inbox.outcome = 'replied')"
        ).fetchall()
        unsent = database.execute("SELECT id FROM outbox WHERE state = 'queued' AND attempts = 0").fetchall()
        sent = {row[0] for row in database.execute("SELECT id FROM outbox WHERE state = 'submitted'")}
    lost = load.acknowledged - inbox.keys()
    assert not lost, f"{when}: acknowledged but not in the inbox: {sorted(lost)[:5]}"
    assert not wrong, f"{when}: messages whose answers do not fit their outcome: {wrong[:5]}"
    twice = {number for number, count in provider.taken.items() if count > 1}
    assert not twice, f"{when}: sent twice: {sorted(twice)[:5]}"
    assert not ({row[0] for row in unsent} & provider.taken.keys()), f"{when}: sent, but thought to be waiting"
    assert sent <= provider.taken.keys(), f"{when}: thought to be sent, but the provider never had it"
