"""A whole gateway: starting without providers, probes, stopping cleanly, and a log that holds no numbers or texts."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import App
from bot.domain.messages import MO
from bot.store import outbox
from tests.gateway import SECRET, Process, kannel_config, running
from tests.peers.ports import LOOPBACK, free_port, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from bot.clock import Clock

CONFIG = """
[jobs]
enabled = false
[gateway]
public_url = "http://127.0.0.1:{port}"
[channels.kannel]
kind = "kannel"
send_url = "http://127.0.0.1:{provider}/cgi-bin/sendsms"
username = "coop"
password = "$KANNEL_PASSWORD"
secret = "$KANNEL_SECRET"
[log]
level = "debug"
"""


def process(folder: Path, url: str, provider: int) -> Process:
    port = free_port()
    config = folder / "barta.toml"
    config.write_text(CONFIG.format(port=port, provider=provider), encoding="utf-8")
    secrets = {"KANNEL_PASSWORD": "hush-password", "KANNEL_SECRET": "hush-secret"}
    return Process(folder, port, {"BARTA_DATABASE_URL": url, "BARTA_CONFIG": str(config), **secrets})


async def send(http: aiohttp.ClientSession, port: int, provider_id: str, text: str) -> int:
    params = {"id": provider_id, "from": "+8801700100011", "to": "16123", "text": text, "secret": "hush-secret"}
    async with http.get(f"http://{LOOPBACK}:{port}/channels/kannel/mo", params=params) as response:
        return response.status


async def test_probes(registered_url: str, clock: Clock) -> None:
    port = free_port()
    async with running(
        kannel_config(port, f"http://{LOOPBACK}:{free_port()}/"), clock, registered_url, port
    ) as gateway:
        async with gateway.http.get(f"{gateway.url}/healthz") as response:
            assert (response.status, await response.text()) == (200, "alive\n")
        params = {"id": "1", "from": "+8801700100011", "text": "অবস্থা", "secret": SECRET}
        async with gateway.http.get(f"{gateway.url}/channels/kannel/mo", params=params) as response:
            assert response.status == 200

        async def down() -> bool:
            async with gateway.http.get(f"{gateway.url}/readyz") as ready:
                body = await ready.json()
                assert ready.status == 200, "a provider that is down is no reason to take the gateway out"
                expected = {"kannel": "down", "simulator": "up", "simulated_chat": "up"}
                return bool(body["channels"] == expected)

        await wait_for(down)
        async with gateway.http.get(f"{gateway.url}/metrics") as response:
            metrics = await response.text()
        assert 'barta_mo_total{channel="kannel",outcome="replied"} 1.0' in metrics
        assert 'barta_channel_up{channel="kannel"} 0.0' in metrics
        assert re.search(r'barta_outbox\{channel="kannel",state="(queued|sending)"\} 1.0', metrics)
        await gateway.app.store.writer.close()
        async with gateway.http.get(f"{gateway.url}/readyz") as ready:
            assert ready.status == 503
            assert (await ready.json())["writer"] == "down"
        async with gateway.http.get(f"{gateway.url}/channels/kannel/mo", params={**params, "id": "2"}) as response:
            assert response.status == 503, "what cannot be kept is not acknowledged"


async def test_sigterm_finishes_what_is_in_flight(registered_url: str, tmp_path: Path) -> None:
    """The provider answers slowly; the gateway waits for it before it ends, and the message is settled."""
    entered = asyncio.Event()

    async def slowly(_: web.Request) -> web.Response:
        entered.set()
        await asyncio.sleep(1)  # a provider that takes its time
        return web.Response(status=202, text="0: Accepted for delivery")

    application = web.Application()
    application.add_routes([web.get("/cgi-bin/sendsms", slowly)])
    async with TestServer(application) as server, aiohttp.ClientSession() as http:
        assert server.port is not None
        gateway = process(tmp_path, registered_url, server.port)
        await asyncio.to_thread(gateway.start)
        assert await send(http, gateway.port, "1", "অবস্থা") == 200
        await entered.wait()
        assert await gateway.stop() == 0
    with sqlite3.connect(registered_url.removeprefix("sqlite:///")) as database:
        assert database.execute("SELECT state FROM outbox").fetchall() == [("submitted",)]
    assert '"event": "stopped"' in gateway.log


async def test_the_log_holds_no_numbers_texts_or_secrets(registered_url: str, tmp_path: Path) -> None:
    gateway = process(tmp_path, registered_url, free_port())
    await asyncio.to_thread(gateway.start)
    async with aiohttp.ClientSession() as http:
        for number, text in enumerate(
            ["অবস্থা", "STATUS 1/2023", "শূন্য গোপন কথা", "<script>alert(1)</script>", "\x00\ufffd" * 99]
        ):
            assert await send(http, gateway.port, f"secret-id-{number}", text) == 200
        url = f"http://{LOOPBACK}:{gateway.port}/channels/kannel"
        for path in ("mo?secret=guess", "mo?secret=hush-secret&id=1", "dlr?secret=hush-secret&id=x", "mo?%ff=%zz"):
            async with http.get(f"{url}/{path}") as response:
                assert response.status in {400, 403}

        async def refused() -> bool:
            return "unreachable" in gateway.log

        await wait_for(refused, 15)
    await gateway.stop()
    log = gateway.log
    for forbidden in ("1700100011", "hush", "গোপন", "script", "২/১৯৯৮", "secret-id"):
        assert forbidden not in log
    events = [json.loads(line) for line in log.splitlines()]
    assert {event["event"] for event in events} >= {"started", "mo", "mt", "channel", "stopped"}


async def test_a_second_gateway_on_the_same_port_takes_nothing_in_its_hands(registered_url: str, clock: Clock) -> None:
    port = free_port()
    config = kannel_config(port, f"http://{LOOPBACK}:{free_port()}/")
    async with App(config, clock, registered_url, jobs=()) as app:
        for number in range(8):
            await app.receiver.receive(MO("kannel", f"m{number}", "+8801700100011", "16123", "STATUS"))
    with socket.socket() as taken:
        taken.bind((LOOPBACK, port))
        taken.listen()
        async with App(config, clock, registered_url, jobs=()) as app:
            with pytest.raises(OSError, match="in use"):
                await app.serve(LOOPBACK, port)
            rows = await app.store.read(outbox.rows)
    assert [row.state for row in rows] == ["queued"] * 8


async def test_two_gateways_cannot_share_a_port(registered_url: str, tmp_path: Path) -> None:
    first = process(tmp_path, registered_url, free_port())
    await asyncio.to_thread(first.start)
    folder = tmp_path / "second"
    folder.mkdir()
    second = Process(folder, first.port, dict(item.split("=", 1) for item in first._environment))
    second.start()
    await wait_for(lambda: second._child is not None and not second._child.running)
    assert "cannot listen" in second.log
    assert await first.stop() == 0
