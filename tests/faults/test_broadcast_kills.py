"""Broadcasts through providers that lie, killed at random: nobody gets two, nobody is forgotten, every unknown outcome is named.

``make test`` kills 20 times, ``make faults`` 200 (BARTA_KILLS). The moments and the lies come from a seed, printed when a run fails. A new
broadcast is confirmed at every fourth start, so that some kills meet it while it is being queued.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import BaseTestServer, TestServer

from bot.channel import ChannelSettings, Line
from bot.domain.audiences import Audience, Group
from bot.domain.replies import SMS
from bot.store import store
from tests.broadcasts import rules, send, words
from tests.faults.lying import LOST, REFUSED, Liar
from tests.gateway import Process
from tests.peers.ports import free_port, wait_for

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("BARTA_KILLS", "20"))
SEED = int(os.environ.get("BARTA_SEED", "20261122"))
EVERY = 4
DIMLA = "BD/55/5573/55730012/"
WINDOW = 8
CONFIG = """
[jobs]
enabled = false
[quiet]
begin = "00:00"
end = "00:00"
[gateway]
public_url = "http://127.0.0.1:{port}"
[delivery]
order = ["first", "second"]
break_seconds = 1
"""
CHANNEL = """
[channels.{name}]
kind = "kannel"
send_url = "{send_url}"
username = "coop"
password = "$KANNEL_PASSWORD"
secret = "$KANNEL_SECRET"
segments_per_second = 60
window = {window}
timeout_seconds = 1.5
"""


@pytest.mark.timeout(240 + KILLS * 20)
async def test_nobody_gets_two_and_nobody_is_forgotten(registered_url: str, tmp_path: Path) -> None:
    chance, port = random.Random(SEED), free_port()
    taken: Counter[tuple[str, str]] = Counter()
    liars = [Liar(chance, taken), Liar(chance, taken)]
    async with TestServer(liars[0].application()) as first, TestServer(liars[1].application()) as second:
        process = Process(tmp_path, port, _environment(tmp_path, registered_url, port, [first, second]))
        telling = [asyncio.create_task(liar.tell()) for liar in liars]
        for number in range(KILLS):
            if number % EVERY == 0:
                _confirm(registered_url, number)
            liars[0].is_down = chance.random() < 0.2  # the second one has it all for a while
            await asyncio.to_thread(process.start)
            await asyncio.sleep(chance.uniform(0.02, 1.2))  # the random moment
            process.kill()
            assert max(taken.values(), default=0) <= 1, f"after kill {number + 1} somebody got two, seed {SEED}"
        _confirm(registered_url, KILLS)
        liars[0].is_down = True
        await asyncio.to_thread(process.start)
        await wait_for(lambda: bool(liars[1].ids), 60, "the second provider to be asked")
        liars[0].is_down = False
        await wait_for(lambda: _open(registered_url) == 0, 150 + 8 * KILLS, f"every broadcast to end, seed {SEED}")
        await wait_for(lambda: sum(liar.waiting for liar in liars) == 0, 30, "every receipt to be taken")
        assert await process.stop() == 0
        for task in telling:
            task.cancel()
    _examine(registered_url, taken, liars)


def _environment(folder: Path, url: str, port: int, servers: list[BaseTestServer]) -> dict[str, str]:
    channels = (
        CHANNEL.format(name=name, send_url=server.make_url("/sendsms"), window=WINDOW)
        for name, server in zip(("first", "second"), servers, strict=True)
    )
    config = folder / "barta.toml"
    config.write_text(CONFIG.format(port=port) + "".join(channels), encoding="utf-8")
    return {
        "BARTA_DATABASE_URL": url,
        "BARTA_CONFIG": str(config),
        "KANNEL_PASSWORD": "p",
        "KANNEL_SECRET": "s",
    }


def _confirm(url: str, number: int) -> None:
    settings = ChannelSettings.model_validate({"kind": "kannel", "segments_per_second": 60})
    lines = {name: Line(settings, SMS) for name in ("first", "second")}
    group, area = (Group.BEARERS, DIMLA) if number % 20 else (Group.PRESIDENT, "BD/")
    now = datetime.now(UTC)  # the gateway is another process, with a clock that runs
    store.do(url, lambda tx: send(tx, rules(lines, "first"), Audience(group, area), words(f"বার্তা {number}"), now))


def _rows(url: str, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)) as database:
        return database.execute(question).fetchall()


def _open(url: str) -> int:
    return int(_rows(url, "SELECT count(*) FROM broadcasts WHERE ended_at IS NULL")[0][0])


def _examine(url: str, taken: Counter[tuple[str, str]], liars: list[Liar]) -> None:
    """What must be true in the end, of each number of each broadcast."""
    meant = _rows(
        url,
        "SELECT b.id, p.msisdn FROM broadcasts b JOIN appointments a ON a.ended_on IS NULL"
        " AND (a.role = 'president' OR (a.role = 'secretary' AND b.audience LIKE '%bearers%'))"
        " JOIN people p ON p.id = a.person_id JOIN societies s ON s.id = a.society_id JOIN offices o ON o.id = s.office_id"
        " WHERE p.msisdn IS NOT NULL AND (b.audience NOT LIKE '%bearers%' OR o.lineage LIKE 'BD/55/5573/55730012/%')",
    )
    rows = _rows(
        url,
        'SELECT r.broadcast_id, r.msisdn, o.id, o.state, o.text, o."to", o.channel FROM recipients r'
        " JOIN outbox o ON o.id = r.outbox_id",
    )
    assert {(row[0], row[1]) for row in rows} == set(meant), f"somebody was forgotten, seed {SEED}"
    assert len(rows) == len(set(meant)), f"somebody was queued twice, seed {SEED}"
    assert max(taken.values()) == 1, f"somebody got two, seed {SEED}"
    states: Counter[str] = Counter()
    for _, _, number, state, text, to, _ in rows:
        states[state] += 1
        got = taken[to, text]
        how = [liar.how[number] for liar in liars if number in liar.how]
        told = f"message {number} ({how}) is {state}, and {got} reached the handset, seed {SEED}"
        if got == 0:
            assert state == "unconfirmed" or (state == "failed" and "refused" in how), told
        elif state == "failed":
            assert "failed" in how, told
        elif how and how[-1] in LOST and len(how) == 1:
            assert state == "unconfirmed", told
        else:
            assert state in {"submitted", "delivered", "unconfirmed"}, told
    in_doubt = [row for row in rows if row[3] == "unconfirmed"]
    lost = sum(how in LOST for liar in liars for how in liar.how.values())
    assert len(in_doubt) <= lost + KILLS * WINDOW * 2, "no more are in doubt than had a reason"
    assert states["delivered"] > len(rows) / 2
    assert any(how in REFUSED for liar in liars for how in liar.how.values())
    assert all(liar.ids for liar in liars), "both providers had work"
