"""The bind: refused, broken, silent, late; and what of it is said in the log."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot.channels.smpp import SmppSettings
from bot.config import channel_settings
from bot.domain.errors import SettingsError
from bot.domain.messages import MO, State
from tests.channels.smpp import OFFICER, PRESIDENT, bound, channel_of, gateway_at, states, texts_in
from tests.gateway import Process
from tests.peers.ports import LOOPBACK, free_port, wait_for
from tests.peers.smsc import rejoined

if TYPE_CHECKING:
    from pathlib import Path

    from bot.clock import Clock
    from tests.gateway import Running
    from tests.peers.smsc import Smsc

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
"""


async def health(gateway: Running) -> str:
    async with gateway.http.get(f"{gateway.url}/readyz") as response:
        assert response.status == 200
        return str((await response.json())["channels"]["smpp"])


async def test_a_wrong_password_is_told_without_it(
    smsc: Smsc, clock: Clock, registered_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with gateway_at(smsc, clock, registered_url, wait=False, password="Gu3ssed") as gateway:
        said = ""

        async def refused() -> bool:
            nonlocal said
            said += "".join(capfd.readouterr())
            return "smsc_refuses_the_bind" in said

        await wait_for(refused, 10, "the refusal to be told")
        assert "ESME_RINVPASWD" in said
        assert not channel_of(gateway).listening
        assert await health(gateway) == "degraded"
        assert "Gu3ssed" not in said


async def test_nothing_of_numbers_texts_or_secrets_is_logged(
    smsc: Smsc, clock: Clock, registered_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(refuse_next=1)
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await smsc.send_mo(OFFICER, "অবস্থা ১/২০২৩", reversed_parts=True)
        await smsc.send_raw({"esm_class": 4, "source_addr": PRESIDENT, "short_message": b"id: stat:DELIVRD"})
        await states(gateway, State.DELIVERED, State.DELIVERED)
        await smsc.drop()
        await wait_for(lambda: not channel_of(gateway).listening, 5, "the end of the session")
        await bound(gateway)
    said = "".join(capfd.readouterr())
    assert "smsc_bound" in said
    for secret in (PRESIDENT[3:], OFFICER[3:], smsc.password, "অবস্থা", "মেয়াদ", b"secret".hex()):
        assert secret not in said


async def test_the_smsc_may_come_later(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    port = smsc.port
    await smsc.stop()
    async with gateway_at(smsc, clock, registered_url, wait=False) as gateway:
        assert not channel_of(gateway).listening
        await gateway.app.receiver.receive(_mo("অবস্থা"))
        await states(gateway, State.QUEUED)
        await smsc.start(port)
        await states(gateway, State.DELIVERED)
        assert await health(gateway) == "up"


def _mo(text: str) -> MO:
    return MO("smpp", "by hand", f"+{PRESIDENT}", "16123", text)


async def test_the_session_breaks_again_and_again_and_nothing_is_lost(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    senders = [f"88017001{number:04d}1" for number in range(20)]
    async with gateway_at(smsc, clock, registered_url) as gateway:
        sending = [asyncio.create_task(smsc.send_mo(sender, "অবস্থা")) for sender in senders]
        for _ in range(3):
            await bound(gateway)
            await smsc.drop()
        for sent in await asyncio.gather(*sending):
            assert sent.statuses == (0,)
        assert await texts_in(gateway) == ["অবস্থা"] * 20

        async def over() -> bool:
            return {row.state for row in await gateway.rows()} <= {State.DELIVERED, State.UNCONFIRMED}

        await wait_for(over, 30, "every answer to leave")
        submitted = [message.to for message in rejoined(await smsc.submitted())]
        assert len(submitted) == len(set(submitted)), "nothing twice"


async def test_an_smsc_that_falls_silent_is_left(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    child = smsc._child
    assert child is not None
    async with gateway_at(smsc, clock, registered_url, enquire_link_seconds=0.2, timeout_seconds=0.5) as gateway:
        os.kill(child.process.pid, signal.SIGSTOP)
        try:
            await wait_for(lambda: not channel_of(gateway).listening, 10, "the silence to be noticed")
        finally:
            os.kill(child.process.pid, signal.SIGCONT)
        await bound(gateway)
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await states(gateway, State.DELIVERED)


async def test_what_the_smsc_asks_is_answered(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        assert await smsc.ask("enquire_link") == [0]
        assert await smsc.ask("query_sm") == [3], "no such command here"
        assert (await smsc.counters()).binds == 1
        assert await smsc.ask("unbind") == [0]

        async def again() -> bool:
            return (await smsc.counters()).binds == 2 and channel_of(gateway).listening

        await wait_for(again, 5, "the next bind")


async def test_at_the_end_it_unbinds(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url):
        assert (await smsc.counters()).sessions == 1

    async def left() -> bool:
        return (await smsc.counters()).sessions == 0

    await wait_for(left, 5, "the end of the session")


async def test_sigterm_waits_for_the_answer_of_what_is_under_way(
    smsc: Smsc, registered_url: str, tmp_path: Path
) -> None:
    port = free_port()
    config = tmp_path / "barta.toml"
    config.write_text(CONFIG.format(port=port, smpp=smsc.port), encoding="utf-8")
    environment = {
        "BARTA_DATABASE_URL": registered_url,
        "BARTA_CONFIG": str(config),
        "SMPP_PASSWORD": smsc.password,
        "BARTA_NOW": "2026-11-21T10:00",
    }
    process = Process(tmp_path, port, environment)
    await asyncio.to_thread(process.start)
    await smsc.behave(answer_delay_ms=700, receipts=False)
    await smsc.send_mo(PRESIDENT, "অবস্থা")
    await smsc.wait_submitted(1)
    assert await process.stop() == 0
    with sqlite3.connect(registered_url.removeprefix("sqlite:///")) as database:
        assert database.execute("SELECT state FROM outbox").fetchall() == [("submitted",)]
    assert smsc.password not in process.log


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "ninechars"},
        {"system_id": "sixteencharacters"},
        {"system_id": "সমবায়"},
        {"reply": "body"},
        {"source_ton": 7},
        {"destination_npi": 2},
        {"port": 0},
        {"alphabet": "ascii"},
    ],
)
def test_settings_that_the_protocol_has_no_room_for(wrong: dict[str, object]) -> None:
    table = {"kind": "smpp", "host": LOOPBACK, "system_id": "coop", "password": "secret"}
    channel_settings(SmppSettings, "smpp", table)
    with pytest.raises(SettingsError, match=next(iter(wrong))) as refused:
        channel_settings(SmppSettings, "smpp", {**table, **wrong})
    assert "ninechars" not in str(refused.value)
