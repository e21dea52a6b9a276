"""An upazila officer's day with the bot, against the emulator: he links by contact, asks, presses buttons, gets his calendar to print."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot.config import Config
from bot.domain.messages import MO
from bot.domain.text import precomposed
from bot.store import links, senders
from tests.gateway import running
from tests.peers.ports import LOOPBACK, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import Clock
    from tests.gateway import Running
    from tests.peers.telegram import Sent, Telegram

OFFICER, STRANGER = 5001, 5002
NUMBER = "01700099900"  # the demo's upazila officer of Dimla


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


class Phone:
    """One person's Telegram: what he does, and the newest thing that came of it."""

    def __init__(self, telegram: Telegram, user: int) -> None:
        self._telegram = telegram
        self._user = user
        self._seen = 0

    async def says(self, text: str) -> Sent:
        await self._telegram.say(self._user, text)
        return await self._next()

    async def shares(self, number: str, *, owner: int) -> Sent:
        await self._telegram.share_contact(self._user, number, owner)
        return await self._next()

    async def presses(self, sent: Sent, label: str) -> Sent:
        query = await self._telegram.press(self._user, sent.data(label), sent.message_id)
        came = await self._next()

        async def answered() -> bool:
            return query in await self._telegram.answered()

        await wait_for(answered)
        return came

    async def _next(self) -> Sent:
        self._seen += 1
        sent = await self._telegram.wait_sent(self._user, self._seen, within=30)
        return sent[-1]


def shows(sent: Sent, text: str) -> bool:
    return precomposed(text) in (sent.text or "")


def labelled(sent: Sent, part: str) -> str:
    return next(label for row in sent.buttons for label in row if precomposed(part) in label)


async def test_a_day_with_the_bot(gateway: Running, telegram: Telegram) -> None:
    officer = Phone(telegram, OFFICER)

    # Before he is linked, the bot asks who he is.
    asked = await officer.says("পঞ্জি")
    assert asked.asks_contact
    linked = await officer.shares(NUMBER, owner=OFFICER)
    assert shows(linked, "উপজেলা সমবায় অফিসার")

    # He finds a society and asks for it with a button.
    found = await officer.says("খুঁজুন মৎসজিবি")
    first = found.buttons[0][0]
    status = await officer.presses(found, first)
    assert shows(status, "মেয়াদ")

    # His calendar, and the two files.
    listed = await officer.says("পঞ্জি")
    assert shows(listed, "🟡")
    pdf = await officer.presses(listed, labelled(listed, "PDF"))
    assert pdf.filename == "election-calendar-55730012-2026-11-21.pdf"
    assert pdf.content is not None
    assert pdf.content.startswith(b"%PDF")
    assert len(PdfReader(io.BytesIO(pdf.content)).pages) >= 1
    xlsx = await officer.presses(listed, labelled(listed, "এক্সেল"))
    assert xlsx.content is not None
    rows = load_workbook(io.BytesIO(xlsx.content)).worksheets[0].max_row
    assert rows > 10


async def test_a_return_begun_by_sms_is_filed_with_a_button(gateway: Running, telegram: Telegram) -> None:
    for number, text in enumerate(("রিটার্ন SOC ১০/২৬", "১,৩৯০"), start=1):
        await gateway.app.receiver.receive(MO("simulator", f"s{number}", NUMBER, "16123", text))
    officer = Phone(telegram, OFFICER)
    await officer.shares(NUMBER, owner=OFFICER)
    asked = await officer.says("৫")
    assert shows(asked, "৩/৩ বাতিল কত?")
    back = await officer.presses(asked, labelled(asked, "আগের"))
    assert shows(back, "২/৩ নতুন কত?")
    assert shows(await officer.says("৬"), "৩/৩ বাতিল কত?")
    shown = await officer.says("২")
    assert shows(shown, "সমাপনী ১,৩৯৪")
    filed = await officer.presses(shown, labelled(shown, "দাখিল"))
    assert shows(filed, "SOC অক্টো/২৬ দাখিল হয়েছে")
    assert shows(await officer.presses(shown, labelled(shown, "দাখিল")), "আগেই দাখিল আছে")


async def test_a_forged_contact_links_nobody(gateway: Running, telegram: Telegram) -> None:
    stranger = Phone(telegram, STRANGER)
    refused = await stranger.shares(NUMBER, owner=OFFICER)
    assert shows(refused, "নিজের নম্বর নয়")
    assert refused.asks_contact
    assert (await stranger.says("পঞ্জি")).asks_contact
    chat = partial(links.number_of, channel="telegram", chat=str(STRANGER))
    assert await gateway.app.store.read(chat) is None


async def test_blocking_the_bot_ends_the_link(gateway: Running, telegram: Telegram) -> None:
    officer = Phone(telegram, OFFICER)
    await officer.shares(NUMBER, owner=OFFICER)
    await telegram.block(OFFICER)

    async def ended() -> bool:
        return await gateway.app.store.read(partial(links.chats_of, msisdn="+8801700099900")) == []

    await wait_for(ended)
    known = await gateway.app.store.read(
        partial(senders.known, msisdn="+8801700099900", today=gateway.app.clock.today(), now=gateway.app.clock.now())
    )
    assert known.posts  # by SMS he is who he was


async def test_the_calendar_by_sms_opens_in_a_browser(gateway: Running) -> None:
    answer = await gateway.app.receiver.receive(MO("simulator", "s1", NUMBER, "16123", "পঞ্জি PDF"))
    (text,) = [row.text for row in await gateway.rows() if row.in_reply_to == answer.inbox_id]
    address = text.split()[-1]
    async with gateway.http.get(address) as response:
        assert response.status == 200
        assert response.content_type == "application/pdf"
        assert (await response.read()).startswith(b"%PDF")
    async with gateway.http.get(address[:-1] + ("A" if address[-1] != "A" else "B")) as response:
        assert response.status == 404
