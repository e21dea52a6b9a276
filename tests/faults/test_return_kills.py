"""kill -9 at random moments while returns come in, shuffled and some of them twice: the totals are what the officers filed.

``make test`` kills 8 times, ``make faults`` 200 (BARTA_KILLS). The moments come from a seed, printed when a run fails. After each kill the
provider tries again what was not acknowledged, under the same id.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.gateway import Process
from tests.peers.ports import LOOPBACK, free_port
from tests.returns.country import appoint, upazilas, year_of
from tests.returns.recount import prove

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.returns.country import Message

KILLS = int(os.environ.get("BARTA_KILLS", "8"))
SEED = int(os.environ.get("BARTA_SEED", "20261121"))
UNDER = "60" if KILLS < 50 else ""
CLIENTS = 24
CONFIG = """
[jobs]
enabled = false
[gateway]
public_url = "http://127.0.0.1:{port}"
answers_per_sender = 1000000
[channels.kannel]
kind = "kannel"
send_url = "{send_url}"
username = "coop"
password = "$KANNEL_PASSWORD"
secret = "$KANNEL_SECRET"
segments_per_second = 1000
timeout_seconds = 2
"""


class Officers:
    """Sends messages in, many at a time, and again what was not acknowledged."""

    def __init__(self, port: int, messages: list[Message]) -> None:
        self.acknowledged = 0
        self._url = f"http://{LOOPBACK}:{port}/channels/kannel/mo"
        self._waiting = messages

    async def send(self, until: int, then: Callable[[], object]) -> None:
        """Send until so many are acknowledged, then do something while others are under way."""
        enough = asyncio.Event()

        async def client(http: aiohttp.ClientSession) -> None:
            while self._waiting and not enough.is_set():
                message = self._waiting.pop()
                if await _taken(http, self._url, message):
                    self.acknowledged += 1
                else:
                    self._waiting.insert(0, message)
                if self.acknowledged >= until and not enough.is_set():
                    enough.set()
                    then()

        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            await asyncio.gather(*(client(http) for _ in range(CLIENTS)))


async def _taken(http: aiohttp.ClientSession, url: str, message: Message) -> bool:
    params = {"id": message.id, "from": message.sender, "to": "16123", "text": message.text, "charset": "UTF-8"}
    try:
        async with http.get(url, params={**params, "secret": "s"}) as response:
            await response.read()
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError, ConnectionError):
        return False


async def _takes_all(_: web.Request) -> web.Response:
    return web.Response(status=202, text="0: Accepted for delivery")


@pytest.mark.timeout(240 + KILLS * 12)
async def test_what_officers_file_is_counted_once_through_every_kill(sqlite_url: str, tmp_path: Path) -> None:
    offices = upazilas(sqlite_url, UNDER)
    appoint(sqlite_url, offices)
    year = year_of(offices, SEED)
    chance = random.Random(SEED)
    messages = chance.sample([*year.messages, *year.messages[::7]], len(year.messages) + len(year.messages[::7]))
    kills = sorted(chance.sample(range(1, len(messages) - 2 * CLIENTS), KILLS))
    port, application = free_port(), web.Application()
    application.add_routes([web.get("/sendsms", _takes_all)])
    async with TestServer(application) as server:
        config = tmp_path / "barta.toml"
        config.write_text(CONFIG.format(port=port, send_url=server.make_url("/sendsms")), encoding="utf-8")
        environment = {
            "BARTA_DATABASE_URL": sqlite_url,
            "BARTA_CONFIG": str(config),
            "BARTA_NOW": "2026-09-01T10:00",
            "KANNEL_PASSWORD": "p",
            "KANNEL_SECRET": "s",
        }
        process = Process(tmp_path, port, environment)
        officers = Officers(port, list(messages))
        for at in kills:
            await asyncio.to_thread(process.start)
            await officers.send(at, process.kill)
        await asyncio.to_thread(process.start)
        await officers.send(len(messages), lambda: None)
        assert await process.stop() == 0
    assert officers.acknowledged == len(messages)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
        (taken,) = database.execute("SELECT count(*) FROM inbox WHERE outcome = 'replied'").fetchone()
    assert taken == len(year.messages), f"seed {SEED}"
    # The gateway's clock stands after the year: everything came late.
    assert prove(sqlite_url, year, in_time=False) > 0, f"seed {SEED}"
