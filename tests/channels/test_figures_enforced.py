"""Nobody writes another's figures: through Kannel, through Telegram with its buttons, and on the command line."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config import Config
from bot.domain.text import precomposed
from bot.store import links, offices, outbox, returns, store
from tests.gateway import SECRET, kannel_config, running
from tests.handlers import filed as rows
from tests.handlers.talking import DCO, DIMLA, JOINT, PRESIDENT, REGISTRAR, UCO, UCO_OF_DOMAR
from tests.peers.ports import LOOPBACK, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import Clock
    from bot.domain.returns import Return
    from bot.store.query import Tx
    from tests.gateway import Running
    from tests.peers.telegram import Sent, Telegram

ROOT = Path(__file__).parent.parent.parent
OFFICER, ABOVE, BESIDE = 5001, 5002, 5003
FILING = "রিটার্ন SOC ১০/২৬ প্রারম্ভিক ১৩৯০ নতুন ৫ বাতিল ২"
OTHERS = (DCO, JOINT, REGISTRAR, UCO_OF_DOMAR, PRESIDENT)


def filed(tx: Tx) -> Return:
    """What the upazila has filed."""
    office = offices.by_code(tx, DIMLA)
    assert office is not None
    ((_, one),) = returns.latest_of(tx, UCO, office_id=office.id)
    return one


def tries(ref: str, who: str) -> list[str]:
    """What somebody may text to change the figures of an upazila that is not his."""
    found = [
        f"সংশোধন {ref} নতুন ৯",
        f"CORRECT {ref} new 9",
        f"UNDO {ref}",
        f"APPROVE {ref}",
        f"REJECT {ref} wrong",
        "UNDO",
    ]
    return found if who == UCO_OF_DOMAR else [FILING.replace("৫", "৯"), *found]


async def accepted(_: web.Request) -> web.Response:
    return web.Response(status=202, text="0: Accepted for delivery")


async def test_through_kannel(clock: Clock, registered_url: str) -> None:
    provider, port = web.Application(), free_port()
    provider.add_routes([web.get("/cgi-bin/sendsms", accepted)])
    async with TestServer(provider) as server:
        config = kannel_config(port, str(server.make_url("/cgi-bin/sendsms")))
        async with running(config, clock, registered_url, port) as gateway:
            await mo(gateway, "first", UCO, FILING)
            one = await gateway.app.store.read(filed)
            assert one.figures["closing"] == 1393
            before = await rows.figures(gateway.app)
            for who in OTHERS:
                for number, text in enumerate(tries(f"R{one.filed_in}", who)):
                    await mo(gateway, f"{who}-{number}", who, text)
                    assert await rows.figures(gateway.app) == before, (who, text)
            await mo(gateway, "own", UCO, f"সংশোধন R{one.filed_in} নতুন ৬")
            before = await rows.figures(gateway.app)
            asked = await gateway.app.store.read(partial(newest_to, number=DCO))
            await mo(gateway, "self", UCO, f"APPROVE {asked}")
            assert await rows.figures(gateway.app) == before


async def mo(gateway: Running, provider_id: str, sender: str, text: str) -> None:
    """One message as Kannel hands it over; it is answered by a message of ours."""
    asked = {"id": provider_id, "from": sender, "to": "16123", "text": text, "coding": "2", "charset": "UTF-8"}
    count = len(await gateway.rows())
    async with gateway.http.get(f"{gateway.url}/channels/kannel/mo", params={**asked, "secret": SECRET}) as response:
        assert response.status == 200
    answers = [row for row in (await gateway.rows())[count:] if row.to == sender]
    assert answers, text
    assert not any("ত্রুটি" in row.text for row in answers), "it was not an accident"


def newest_to(tx: Tx, number: str) -> str:
    """The reference in the newest message to a number."""
    row = [row for row in outbox.rows(tx) if row.to == number][-1]
    return next(word.strip(",।") for word in row.text.split() if word.startswith("R"))


class Phone:
    """One person's Telegram."""

    def __init__(self, telegram: Telegram, user: int) -> None:
        self._telegram = telegram
        self.user = user
        self.seen = 0

    async def says(self, text: str) -> Sent:
        await self._telegram.say(self.user, text)
        return await self.next()

    async def shares(self, number: str) -> Sent:
        await self._telegram.share_contact(self.user, number, self.user)
        return await self.next()

    async def presses(self, data: str, message_id: int) -> None:
        """Press a button, whoever it was shown to."""
        query = await self._telegram.press(self.user, data, message_id)

        async def answered() -> bool:
            return query in await self._telegram.answered()

        await wait_for(answered, 30, "the button to be answered")

    async def next(self) -> Sent:
        self.seen += 1
        return (await self._telegram.wait_sent(self.user, self.seen, within=30))[-1]


@pytest.fixture
async def gateway(telegram: Telegram, clock: Clock, registered_url: str) -> AsyncIterator[Running]:
    port = free_port()
    config = Config.model_validate(
        {
            "gateway": {"public_url": f"http://{LOOPBACK}:{port}"},
            "telegram": {"token": telegram.token, "api_base": telegram.api_base},
        }
    )
    async with running(config, clock, registered_url, port) as opened:
        yield opened


async def test_through_telegram(gateway: Running, telegram: Telegram) -> None:
    officer, above, beside = (Phone(telegram, user) for user in (OFFICER, ABOVE, BESIDE))
    for phone, number in ((officer, UCO), (above, DCO), (beside, UCO_OF_DOMAR)):
        await phone.shares(number)
        assert (
            await gateway.app.store.read(partial(links.number_of, channel="telegram", chat=str(phone.user))) == number
        )
    await officer.says(FILING)
    one = await gateway.app.store.read(filed)
    before = await rows.figures(gateway.app)
    for phone, who in ((above, DCO), (beside, UCO_OF_DOMAR)):
        for text in tries(f"R{one.filed_in}", who):
            assert (await phone.says(text)).text
            assert await rows.figures(gateway.app) == before, (who, text)
    # The question has two buttons, which work for whom they were shown to, and once.
    await officer.says(f"সংশোধন R{one.filed_in} নতুন ৬")
    question = await above.next()
    before = await rows.figures(gateway.app)
    for label in (label for row in question.buttons for label in row):
        for phone in (officer, beside):
            await phone.presses(question.data(label), question.message_id)
            assert await rows.figures(gateway.app) == before
    approve = next(label for row in question.buttons for label in row if precomposed("অনুমোদন") in label)
    await above.presses(question.data(approve), question.message_id)
    after = await rows.figures(gateway.app)
    assert (await gateway.app.store.read(filed)).figures["new"] == 6
    for label in (label for row in question.buttons for label in row):
        await above.presses(question.data(label), question.message_id)
        assert await rows.figures(gateway.app) == after


def barta(url: str, who: str, text: str) -> list[dict[str, Any]]:
    """``barta sms`` in a process of its own."""
    environment = {**os.environ, "BARTA_DATABASE_URL": url, "BARTA_NOW": "2026-11-21T10:00", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "sms", "--from", who, text, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    replies: list[dict[str, Any]] = json.loads(done.stdout)
    return replies


async def test_on_the_command_line(demo_url: str) -> None:
    assert len(barta(demo_url, UCO, FILING)) == 1
    one = store.do(demo_url, filed, read_only=True)
    before = store.do(demo_url, rows.all_rows, read_only=True)
    for who, text in ((DCO, FILING.replace("৫", "৯")), (UCO_OF_DOMAR, f"UNDO R{one.filed_in}")):
        replies = await asyncio.to_thread(barta, demo_url, who, text)
        assert [reply["to"] for reply in replies] == [who]
        assert store.do(demo_url, rows.all_rows, read_only=True) == before, (who, text)
