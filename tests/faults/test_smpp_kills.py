"""kill -9 at random moments under load by SMPP: every message is answered exactly once, whatever the SMSC brings again.

``make test`` kills 4 times, more with BARTA_SMPP_KILLS. The SMSC keeps what was not acknowledged and brings it at the next bind. Every
message has a sender of its own: what one and the same sender says twice around a kill, nobody can tell from a repetition.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.gateway import Process
from tests.peers.ports import free_port, wait_for
from tests.peers.smsc import rejoined

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.smsc import Smsc

KILLS = int(os.environ.get("BARTA_SMPP_KILLS", "4"))
SEED = int(os.environ.get("BARTA_SEED", "20261122"))
CLIENTS = 12
LONG = "আসসালামু আলাইকুম স্যার, দয়া করে জানাবেন আমাদের সমিতির কমিটির মেয়াদ আর কত দিন আছে, রেজি নং ১/২০২৩, ধন্যবাদ"
TEXTS = ("অবস্থা", "STATUS 1/2023", LONG, "অবস্থা ৫/১৯৯৮", "HELP")
CONFIG = """
[jobs]
enabled = false
[gateway]
public_url = "http://127.0.0.1:{port}"
[channels.smpp]
kind = "smpp"
host = "127.0.0.1"
port = {smpp}
system_id = "coop"
password = "$SMPP_PASSWORD"
segments_per_second = 1000
window = 8
timeout_seconds = 4
"""


class Load:
    """Handsets, each of which sends one message."""

    def __init__(self, smsc: Smsc, randomness: random.Random) -> None:
        self.smsc = smsc
        self.sent: list[str] = []
        self.acknowledged = 0
        self._random = randomness

    async def run(self, until: asyncio.Event) -> None:
        await asyncio.gather(*(self._client(until) for _ in range(CLIENTS)))

    def has(self, wanted: int) -> bool:
        return self.acknowledged >= wanted

    async def _client(self, until: asyncio.Event) -> None:
        while not until.is_set():
            sender = f"88017{len(self.sent):08d}"
            self.sent.append(sender)
            text = self._random.choice(TEXTS)
            sent = await self.smsc.send_mo(sender, text, reversed_parts=self._random.random() < 0.5)
            assert set(sent.statuses) == {0}
            self.acknowledged += 1


@pytest.mark.timeout(120 + KILLS * 15)
async def test_every_message_is_answered_once(smsc: Smsc, registered_url: str, tmp_path: Path) -> None:
    randomness, port = random.Random(SEED), free_port()
    config = tmp_path / "barta.toml"
    config.write_text(CONFIG.format(port=port, smpp=smsc.port), encoding="utf-8")
    environment = {
        "BARTA_DATABASE_URL": registered_url,
        "BARTA_CONFIG": str(config),
        "BARTA_NOW": "2026-11-21T10:00",
        "SMPP_PASSWORD": smsc.password,
    }
    process = Process(tmp_path, port, environment)
    load, enough = Load(smsc, randomness), asyncio.Event()
    await asyncio.to_thread(process.start)
    clients = asyncio.create_task(load.run(enough))
    for _ in range(KILLS):
        wanted = load.acknowledged + randomness.randint(3, 40)
        await wait_for(partial(load.has, wanted), 30, "some messages to be acknowledged")
        await asyncio.sleep(randomness.random() * 0.05)  # the moment is the point
        process.kill()
        await asyncio.to_thread(process.start)
    enough.set()
    await asyncio.wait_for(clients, 60)
    path = registered_url.removeprefix("sqlite:///")
    try:
        await wait_for(lambda: over(path), 60, "every answer to leave or to be unconfirmed")
    finally:
        await process.stop()
    check(path, load, Counter(message.to for message in rejoined(await smsc.submitted())))


def over(path: str) -> bool:
    return not ask(path, "SELECT 1 FROM outbox WHERE state IN ('queued', 'sending') LIMIT 1")


def ask(path: str, question: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as database:
        return database.execute(question).fetchall()


def check(path: str, load: Load, handsets: Counter[str]) -> None:
    said = f"BARTA_SEED={SEED}"
    came = Counter(str(sender) for (sender,) in ask(path, "SELECT sender FROM inbox"))
    assert came == Counter(f"+{sender}" for sender in load.sent), said
    replies = Counter(str(to) for (to,) in ask(path, 'SELECT "to" FROM outbox'))
    assert replies == came, said
    assert set(handsets.values()) <= {1}, f"an answer went out twice, {said}"
    certain = ask(path, """SELECT "to" FROM outbox WHERE state IN ('submitted', 'delivered')""")
    assert {str(to) for (to,) in certain} <= {f"+{number}" for number in handsets}, said
    assert len(certain) > len(load.sent) / 2, said
