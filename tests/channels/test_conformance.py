"""What every channel must do, whatever its provider: one suite for all of them.

A new channel adds its rig here: how its provider hands a message in, and what a handset gets in the end.
"""

from __future__ import annotations

import asyncio
import zlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels import KINDS
from bot.config import Config
from bot.domain.messages import FINAL, State
from bot.domain.text import precomposed
from bot.store import conversation, links
from tests.gateway import SECRET, Running, kannel_config, running
from tests.peers.ports import free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import Clock

PRESIDENT = "+8801700100011"
ANSWER = precomposed("২/১৯৯৮ মেয়াদ ২৩/১১/২৬, বাকি ২ দিন, হলুদ। এজিএম ২৩-২৪ অডিট ২৪-২৫")
ODD = "অবস্থা + 100% & <b>\"'\\ = ? # ; \t\n ক্ষ 🙂 য়/য় e\u0301 ' OR 1=1 --"


class Rig(ABC):
    """A channel's provider, as far as the suite needs it."""

    kind: ClassVar[str]
    channel: ClassVar[str]

    def __init__(self) -> None:
        self.port = free_port()
        self.gateway: Running

    @abstractmethod
    def config(self) -> Config:
        """The settings of a gateway with this channel."""

    async def start(self) -> None:
        """Start the provider, where it is a program of its own."""
        return

    async def stop(self) -> None:
        """Stop it."""
        return

    @abstractmethod
    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        """The provider hands a message in; the HTTP status of the acknowledgement."""

    def address(self, number: str = PRESIDENT) -> str:
        """The sender as the inbox has it: a number, or the chat that stands for it."""
        return number

    @abstractmethod
    async def handset(self, number: str = PRESIDENT) -> list[str]:
        """What the handset got, in order."""


class KannelRig(Rig):
    kind, channel = "kannel", "kannel"
    reply = "api"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        application = web.Application()
        application.add_routes([web.get("/cgi-bin/sendsms", self._sendsms)])
        self._server = TestServer(application)

    async def _sendsms(self, request: web.Request) -> web.Response:
        self.sent.append((request.query["to"], request.query["text"]))
        return web.Response(status=202, text="0: Accepted for delivery")

    async def start(self) -> None:
        await self._server.start_server()

    async def stop(self) -> None:
        await self._server.close()

    def config(self) -> Config:
        return kannel_config(self.port, str(self._server.make_url("/cgi-bin/sendsms")), reply=self.reply)

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        query = {"id": provider_id, "from": sender, "to": "16123", "text": text, "coding": "0", "charset": "UTF-8"}
        query["secret"] = SECRET if trusted else "guessed"
        async with self.gateway.http.get(f"{self.gateway.url}/channels/kannel/mo", params=query) as response:
            body = await response.text()
            if response.status == 200 and body:
                self.sent.append((sender, body))
            return response.status

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        return [text for to, text in self.sent if to == number]


class KannelBodyRig(KannelRig):
    reply = "body"

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        # A repeated request gets the same answer again; Kannel sends out only the one that it read.
        return list(dict.fromkeys(await super().handset(number)))


class SimulatorRig(Rig):
    kind, channel = "simulator", "simulator"

    def config(self) -> Config:
        return Config()

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        body = {"id": provider_id, "from": sender, "text": text}
        headers = {} if trusted else {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        async with self.gateway.http.post(f"{self.gateway.url}/simulator/send", json=body, headers=headers) as response:
            return response.status

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        url = f"{self.gateway.url}/simulator/thread"
        async with self.gateway.http.get(url, params={"from": number}) as response:
            messages = (await response.json())["messages"]
        return [
            message["text"] for message in messages if message["direction"] == "out" and message["state"] == "delivered"
        ]


class SimulatedChatRig(Rig):
    """The page's second phone: a chat, with the number of its owner's telephone, that stands for it."""

    kind, channel = "simulated_chat", "simulated_chat"

    def config(self) -> Config:
        return Config()

    def address(self, number: str = PRESIDENT) -> str:
        return number.removeprefix("+")

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        store = self.gateway.app.store
        if trusted and sender.startswith("+") and store.writer.alive:
            now = self.gateway.app.clock.now()
            await store.write(lambda tx: links.link(tx, self.channel, self.address(sender), sender, "contact", now))
        body = {"id": provider_id, "from": sender, "text": text, "phone": "chat"}
        headers = {} if trusted else {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        async with self.gateway.http.post(f"{self.gateway.url}/simulator/send", json=body, headers=headers) as response:
            return response.status

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        url = f"{self.gateway.url}/simulator/thread"
        async with self.gateway.http.get(url, params={"from": number}) as response:
            messages = (await response.json())["chat"]["messages"]
        return [
            message["text"] for message in messages if message["direction"] == "out" and message["state"] == "delivered"
        ]


class TelegramRig(Rig):
    """Telegram's webhook; every sender has a chat, with the number of his telephone, and the chat stands for it."""

    kind, channel = "telegram", "telegram"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        application = web.Application()
        application.add_routes([web.post("/bot{token}/{method}", self._call)])
        self._server = TestServer(application)

    async def _call(self, request: web.Request) -> web.Response:
        result: object = True
        match request.match_info["method"]:
            case "getMe":
                result = {"id": 1, "is_bot": True, "first_name": "Barta", "username": "barta_bot"}
            case "sendMessage":
                form = await request.post()
                number = str(form["chat_id"])
                self.sent.append((f"+{number}", str(form["text"])))
                chat = {"id": int(number), "type": "private"}
                result = {"message_id": len(self.sent), "date": 0, "chat": chat}
        return web.json_response({"ok": True, "result": result})

    async def start(self) -> None:
        await self._server.start_server()

    async def stop(self) -> None:
        await self._server.close()

    def config(self) -> Config:
        bot = {"token": f"1:{'A' * 30}", "api_base": str(self._server.make_url("")), "mode": "webhook"}
        gateway = {"public_url": f"http://127.0.0.1:{self.port}"}
        return Config.model_validate({"gateway": gateway, "telegram": {**bot, "webhook_secret": "secret"}})

    def address(self, number: str = PRESIDENT) -> str:
        return number.removeprefix("+")

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        chat, machine, store = self.address(sender), not sender.startswith("+"), self.gateway.app.store
        if trusted and not machine and store.writer.alive:
            now = self.gateway.app.clock.now()
            await store.write(lambda tx: links.link(tx, "telegram", chat, sender, "contact", now))
        person = {"id": 777 if machine else int(chat), "is_bot": machine, "first_name": "Officer"}
        message = {"message_id": 1, "from": person, "chat": {**person, "type": "private"}, "date": 0, "text": text}
        update = {"update_id": zlib.crc32(provider_id.encode()), "message": message}
        headers = {"X-Telegram-Bot-Api-Secret-Token": "secret" if trusted else "guessed"}
        url = f"{self.gateway.url}/telegram/webhook"
        async with self.gateway.http.post(url, json=update, headers=headers) as response:
            return response.status

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        return [text for to, text in self.sent if to == number]


RIGS: list[type[Rig]] = [KannelRig, KannelBodyRig, SimulatorRig, SimulatedChatRig, TelegramRig]


@pytest.fixture(params=RIGS, ids=lambda rig: rig.__name__)
async def rig(request: pytest.FixtureRequest, registered_url: str, clock: Clock) -> AsyncIterator[Rig]:
    made: Rig = request.param()
    await made.start()
    try:
        async with running(made.config(), clock, registered_url, made.port) as gateway:
            made.gateway = gateway
            yield made
    finally:
        await made.stop()


async def settled(rig: Rig, count: int) -> None:
    """All answers have left."""

    async def left() -> bool:
        rows = await rig.gateway.rows()
        return len(rows) == count and all(row.state in {State.SUBMITTED, *FINAL} for row in rows)

    await wait_for(left, 15, f"{count} answers to leave")


def test_every_channel_has_a_rig() -> None:
    assert {rig.kind for rig in RIGS} == set(KINDS)


async def test_one_message_one_answer(rig: Rig) -> None:
    assert await rig.hand_in("a", "অবস্থা") == 200
    await settled(rig, 1)
    assert await rig.handset() == [ANSWER]


async def test_the_same_id_again_is_acknowledged_and_changes_nothing(rig: Rig) -> None:
    assert await asyncio.gather(*(rig.hand_in("a", "অবস্থা") for _ in range(5))) == [200] * 5
    await settled(rig, 1)
    assert await rig.handset() == [ANSWER]


async def test_the_text_arrives_as_it_was_typed(rig: Rig) -> None:
    assert await rig.hand_in("a", ODD) == 200
    (received,) = await rig.gateway.app.store.read(
        lambda tx: conversation.came_from(tx, rig.address(), rig.channel, 99)
    )
    assert received.text == ODD


async def test_a_long_text_arrives_whole(rig: Rig) -> None:
    text = ("ক্ষমতা " * 190).strip()  # about twenty parts
    assert await rig.hand_in("a", text) == 200
    (received,) = await rig.gateway.app.store.read(
        lambda tx: conversation.came_from(tx, rig.address(), rig.channel, 99)
    )
    assert received.text == text


async def test_many_at_once_each_get_their_own(rig: Rig) -> None:
    # The demo's presidents: society n has the number that ends in (n - 1) and 1.
    senders = [f"+88017001{number:04d}1" for number in range(40)]
    statuses = await asyncio.gather(*(rig.hand_in(sender[1:], "STATUS", sender) for sender in senders))
    assert set(statuses) == {200}
    await settled(rig, len(senders))
    for number, sender in enumerate(senders, start=1):
        (answer,) = await rig.handset(sender)
        assert answer.startswith((f"{number}/", "Which society?")), sender


async def test_whom_the_provider_does_not_vouch_for_is_refused_and_leaves_no_trace(rig: Rig) -> None:
    assert await rig.hand_in("a", "অবস্থা", trusted=False) == 403
    assert await rig.gateway.rows() == []
    assert await rig.gateway.app.store.read(lambda tx: conversation.came_from(tx, rig.address(), rig.channel, 99)) == []


async def test_what_cannot_be_kept_is_not_acknowledged(rig: Rig) -> None:
    await rig.gateway.app.store.writer.close()
    assert await rig.hand_in("a", "অবস্থা") == 503


async def test_a_machine_gets_no_answer(rig: Rig) -> None:
    if isinstance(rig, SimulatedChatRig):
        # The page has no chats of machines: what has no number is refused before it is a message.
        assert await rig.hand_in("a", "Dear customer, dial *121# for an offer", "GP") == 400
        return
    assert await rig.hand_in("a", "Dear customer, dial *121# for an offer", "GP") == 200
    assert await rig.hand_in("b", "STATUS", "16123") == 200
    assert await rig.gateway.rows() == []
