"""A whole gateway with a bot, against the emulator: what comes in, what leaves, and what happens when Telegram is away."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.config import Config
from bot.domain.messages import MT, File, Language, State
from bot.store import conversation, links
from tests.gateway import Process, Running, running
from tests.peers.ports import LOOPBACK, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.clock import Clock
    from tests.peers.telegram import Telegram

OFFICER = 5001
NUMBER = "+8801700100011"  # the president of the demo's second society
TWO_SOCIETIES = "+8801700100131"
SECRET = "Shown_with-each-update"
UPDATE = "X-Telegram-Bot-Api-Secret-Token"

Opened = Any


def config(telegram: Telegram, port: int, **settings: Any) -> Config:
    """One bot; its settings by name."""
    bot = {"token": telegram.token, "api_base": telegram.api_base, "timeout_seconds": 5, **settings}
    gateway = {"public_url": f"http://{LOOPBACK}:{port}", "answers_per_sender": 1000}
    return Config.model_validate({"gateway": gateway, "telegram": bot})


@pytest.fixture
def opened(telegram: Telegram, clock: Clock, registered_url: str) -> Callable[..., Any]:
    """`async with opened(mode=…)`: a gateway with a bot."""

    @asynccontextmanager
    async def open_gateway(**settings: Any) -> AsyncIterator[Running]:
        port = free_port()
        async with running(config(telegram, port, **settings), clock, registered_url, port) as gateway:
            await linked(gateway, OFFICER, NUMBER)
            yield gateway

    return open_gateway


async def linked(gateway: Running, chat: int, number: str) -> None:
    now = gateway.app.clock.now()
    await gateway.app.store.write(lambda tx: links.link(tx, "telegram", str(chat), number, "contact", now))


WEBHOOK = {"mode": "webhook", "webhook_secret": SECRET}
BOTH = pytest.mark.parametrize("settings", [{}, WEBHOOK], ids=["polling", "webhook"])


def channel(gateway: Running) -> Any:
    return gateway.app.channels["telegram"]


async def listens(gateway: Running) -> None:
    await wait_for(lambda: channel(gateway).listening, 15, "the bot to listen")


async def said(gateway: Running, chat: int = OFFICER) -> list[str]:
    """What the inbox has from a chat, oldest first."""
    found = await gateway.app.store.read(lambda tx: conversation.came_from(tx, str(chat), "telegram", 999))
    return [each.text for each in sorted(found, key=lambda each: each.id)]


@BOTH
async def test_a_text_gets_its_answer(opened: Opened, telegram: Telegram, settings: dict[str, str]) -> None:
    async with opened(**settings):
        await telegram.say(OFFICER, "অবস্থা")
        (answer,) = await telegram.wait_sent(OFFICER)
        assert answer.text is not None
        assert "২/১৯৯৮" in answer.text
        await wait_for(lambda: pending_is_empty(telegram))


async def pending_is_empty(telegram: Telegram) -> bool:
    return not await telegram.pending()


@BOTH
async def test_one_chat_keeps_its_order(opened: Opened, telegram: Telegram, settings: dict[str, str]) -> None:
    texts = [f"অবস্থা {number}/১৯৯৮" for number in range(1, 13)]
    async with opened(**settings) as gateway:
        for text in texts:
            await telegram.say(OFFICER, text)
        await telegram.wait_sent(OFFICER, len(texts), within=60)
        assert await said(gateway) == texts
        rows = await gateway.rows()
        assert [row.text for row in sorted(rows, key=lambda row: row.id)] == await telegram.texts(OFFICER)


@BOTH
async def test_chats_are_served_at_once(opened: Opened, telegram: Telegram, settings: dict[str, str]) -> None:
    people = range(6001, 6021)
    async with opened(**settings):
        await asyncio.gather(*(telegram.say(person, "HELP") for person in people))
        for person in people:
            assert len(await telegram.wait_sent(person)) == 1


@BOTH
async def test_a_contact_of_ones_own_links_the_chat(
    opened: Opened, telegram: Telegram, settings: dict[str, str]
) -> None:
    async with opened(**settings) as gateway:
        await telegram.start(7001)
        (asked,) = await telegram.wait_sent(7001)
        assert asked.asks_contact
        await telegram.share_contact(7001, "8801700100021", 7002)
        (_, refused) = await telegram.wait_sent(7001, 2)
        assert refused.asks_contact
        await telegram.share_contact(7001, "8801700100021", 7001)
        await telegram.wait_sent(7001, 3)
        number = await gateway.app.store.read(lambda tx: links.number_of(tx, "telegram", "7001"))
        assert number == "+8801700100021"
        await telegram.block(7001)

        async def ended() -> bool:
            return await gateway.app.store.read(lambda tx: links.number_of(tx, "telegram", "7001")) is None

        await wait_for(ended)


@BOTH
async def test_a_button_works_and_is_always_answered(
    opened: Opened, telegram: Telegram, settings: dict[str, str]
) -> None:
    async with opened(**settings) as gateway:
        await linked(gateway, OFFICER, TWO_SOCIETIES)
        await telegram.say(OFFICER, "অবস্থা")
        (offer,) = await telegram.wait_sent(OFFICER)
        (label,), (other,) = offer.buttons
        assert offer.text is not None
        assert label not in offer.text
        first = await telegram.press(OFFICER, offer.data(label), offer.message_id)
        (_, chosen) = await telegram.wait_sent(OFFICER, 2)
        assert chosen.text is not None
        assert label.split()[0] in chosen.text
        again = await telegram.press(OFFICER, offer.data(other), offer.message_id)
        await telegram.wait_sent(OFFICER, 3)
        assert await said(gateway) == ["অবস্থা", label, other]
        foreign = await telegram.press(OFFICER, "somebody:else's", offer.message_id)
        gone = await telegram.press(OFFICER, "999999:1", offer.message_id)
        stranger = await telegram.press(8001, offer.data(label), offer.message_id)

        async def answered() -> bool:
            return {first, again, foreign, gone, stranger} <= set(await telegram.answered())

        await wait_for(answered)
        assert "১৪/২০০০" not in " ".join(await telegram.texts(8001)), "a button is its owner's"


async def test_the_webhook_wants_its_secret(opened: Opened, telegram: Telegram) -> None:
    async with opened(**WEBHOOK) as gateway:
        await listens(gateway)
        assert (await telegram.state())["webhook"]["url"] == f"{gateway.url}/telegram/webhook"
        url, update = f"{gateway.url}/telegram/webhook", message(1, "HELP")
        for headers in {}, {UPDATE: "guessed"}, {UPDATE: SECRET + "\u00e9"}:
            async with gateway.http.post(url, json=update, headers=headers) as response:
                assert response.status == 403
        assert await said(gateway) == []
        for body in b"{", b"", b"[" * 100_000:
            async with gateway.http.post(url, data=body, headers={UPDATE: SECRET}) as response:
                assert response.status == 400
        async with gateway.http.post(url, data=b" " * 300_000, headers={UPDATE: SECRET}) as response:
            assert response.status == 413
        odds: list[Any] = [[], {}, {"update_id": 2}, {"update_id": 3, "message": "x"}, {"message": {"chat": 1}}]
        for odd in odds:
            async with gateway.http.post(url, json=odd, headers={UPDATE: SECRET}) as response:
                assert response.status == 200  # it would come again for ever
        for _ in range(2):
            async with gateway.http.post(url, json=update, headers={UPDATE: SECRET}) as response:
                assert response.status == 200
        assert await said(gateway) == ["HELP"]
        await gateway.app.store.writer.close()
        async with gateway.http.post(url, json=message(5, "HELP"), headers={UPDATE: SECRET}) as response:
            assert response.status == 503


def message(number: int, text: str, user: int = OFFICER) -> dict[str, Any]:
    """An update as Telegram brings it."""
    person = {"id": user, "is_bot": False, "first_name": "Officer"}
    content = {"message_id": number, "from": person, "chat": {"id": user, "type": "private"}, "date": 1_790_000_000}
    return {"update_id": number, "message": {**content, "text": text}}


async def test_there_is_no_webhook_while_polling(opened: Opened, telegram: Telegram) -> None:
    async with (
        opened() as gateway,
        gateway.http.post(f"{gateway.url}/telegram/webhook", json=message(1, "HELP")) as response,
    ):
        assert response.status == 404


async def test_what_nobody_understands_holds_up_nothing(opened: Opened, telegram: Telegram) -> None:
    group = {"id": -100, "type": "supergroup", "title": "অফিস"}
    async with opened() as gateway:
        await telegram.raw("message", "no message at all")
        await telegram.raw("message", {"message_id": 1})
        await telegram.message(OFFICER, chat=group, text="অবস্থা")
        await telegram.message(OFFICER, sticker={"file_id": "x"})
        await telegram.message(OFFICER, photo=[], caption="অবস্থা")
        await telegram.say(OFFICER, "HELP")
        await telegram.wait_sent(OFFICER, 2)
        assert (await said(gateway))[-1] == "HELP"
        assert await telegram.sent(-100) == []


async def test_the_menu_is_shown_in_both_languages(opened: Opened, telegram: Telegram) -> None:
    async with opened() as gateway:
        await wait_for(lambda: telegram.commands("en"))
        bangla, english = await telegram.commands(), await telegram.commands("en")
        assert list(bangla) == list(english) == [name for name, _ in menu(gateway, Language.BN)]
        assert all(any(letter > "\u0980" for letter in text) for text in bangla.values())
        assert all(text.isascii() for text in english.values())
        assert channel(gateway).start_url == "https://t.me/telemelya_bot?start="


def menu(gateway: Running, language: Language) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = channel(gateway)._listener._menu[language]
    return found


async def health(gateway: Running) -> str:
    async with gateway.http.get(f"{gateway.url}/readyz") as response:
        assert response.status == 200
        found: str = (await response.json())["channels"]["telegram"]
        return found


@BOTH
async def test_telegram_may_be_away_at_the_start_and_later(
    opened: Opened, telegram: Telegram, settings: dict[str, str]
) -> None:
    await telegram.disconnect()
    async with opened(**settings) as gateway:
        async with gateway.http.get(f"{gateway.url}/healthz") as response:
            assert response.status == 200
        assert await health(gateway) == "degraded"
        await telegram.say(OFFICER, "HELP")
        await telegram.connect()
        await telegram.wait_sent(OFFICER, within=30)
        assert await health(gateway) == "up"
        await telegram.disconnect()
        await telegram.say(OFFICER, "STATUS")
        if not settings:
            await wait_for(lambda: not channel(gateway).listening)
        await telegram.connect()
        await telegram.wait_sent(OFFICER, 2, within=60)
        await listens(gateway)


async def test_a_pause_that_telegram_asks_for_is_kept_and_nothing_is_lost(opened: Opened, telegram: Telegram) -> None:
    async with opened() as gateway:
        await telegram.fail("sendMessage", times=2, status=429, retry_after=1, description="Too Many Requests")
        for number in range(1, 6):
            await telegram.say(OFFICER, f"STATUS {number}/1998")
        await telegram.wait_sent(OFFICER, 5, within=30)
        rows = sorted(await gateway.rows(), key=lambda row: row.id)
        assert [row.text for row in rows] == await telegram.texts(OFFICER)


async def test_a_poll_that_fails_is_made_again(opened: Opened, telegram: Telegram) -> None:
    await telegram.fail("getUpdates", times=1, status=429, retry_after=1, description="Too Many Requests")
    async with opened():
        await telegram.say(OFFICER, "HELP")
        await telegram.wait_sent(OFFICER, within=30)
        await telegram.fail("getUpdates", times=3, breaks=True)
        await telegram.say(OFFICER, "STATUS")
        await telegram.wait_sent(OFFICER, 2, within=30)


async def test_a_webhook_that_telegram_refuses_is_told(
    opened: Opened, telegram: Telegram, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = "Bad Request: bad webhook: an HTTPS URL must be provided for webhook"
    await telegram.fail("setWebhook", times=1, status=400, description=refused)
    async with opened(**WEBHOOK) as gateway:
        await wait_for(lambda: telegram.calls("setWebhook"))
        await listens(gateway)
    assert "an https url must be provided" in capsys.readouterr().out.lower()


async def test_a_bot_alone_keeps_the_simulator_shut(opened: Opened, telegram: Telegram) -> None:
    async with opened() as gateway, gateway.http.get(f"{gateway.url}/simulator") as response:
        assert response.status == 404


async def test_another_poller_does_not_silence_us_for_good(opened: Opened, telegram: Telegram) -> None:
    async with opened() as gateway:
        await listens(gateway)
        await wait_for(telegram.polled)
        url = f"{telegram.api_base}/bot{telegram.token}"
        async with gateway.http.post(f"{url}/setWebhook", json={"url": "http://127.0.0.1:9/"}) as response:
            assert response.status == 200
        await telegram.say(OFFICER, "HELP")
        await telegram.wait_sent(OFFICER, within=30)
        assert not (await telegram.state())["webhook"]


# ---- what leaves ----


async def submitted(gateway: Running, mt: MT) -> Any:
    return await channel(gateway).submit(mt)


def mt(text: str = "ক", **more: Any) -> MT:
    return MT(17, str(OFFICER), text, "UTF-8", 1, **more)


def document(
    content: bytes, name: str = "societies.pdf", mime: str = "application/pdf"
) -> Callable[[], Awaitable[File]]:
    async def make() -> File:
        return File(name, mime, content)

    return make


async def test_buttons_go_below_the_last_part(opened: Opened, telegram: Telegram) -> None:
    await telegram.meet(OFFICER)
    lines = "\n".join(f"{number}. সমিতি 🙏 {'ক' * 40}" for number in range(200))
    async with opened() as gateway:
        taken = await submitted(gateway, mt(lines, choices=("হ্যাঁ", "না", "একটি অনেক লম্বা উত্তর")))
        *before, last = await telegram.sent(OFFICER)
        assert len(before) == 2
        assert "\n".join(each.text or "" for each in (*before, last)) == lines
        assert all(not each.buttons for each in before)
        assert last.buttons == [["হ্যাঁ", "না"], ["একটি অনেক লম্বা উত্তর"]]
        assert last.data("না") == "17:2"
        assert taken.provider_id == str(last.message_id)


async def test_a_document_goes_with_its_caption(opened: Opened, telegram: Telegram) -> None:
    await telegram.meet(OFFICER)
    async with opened() as gateway:
        await channel(gateway).announce(str(OFFICER))
        assert await telegram.actions(OFFICER) == ["upload_document"]
        await submitted(gateway, mt("তালিকা", document=document(b"%PDF"), choices=("আরও",)))
        await submitted(gateway, mt("ক" * 1025, document=document(b"%PDF-2")))
        await submitted(gateway, mt("মানচিত্র", document=document(b"\x89PNG", "map.png", "image/png")))
        captioned, text, alone, picture = await telegram.sent(OFFICER)
    assert (captioned.method, captioned.text, captioned.filename) == ("sendDocument", "তালিকা", "societies.pdf")
    assert (captioned.content, captioned.buttons) == (b"%PDF", [["আরও"]])
    assert (text.text, alone.text, alone.content) == ("ক" * 1025, None, b"%PDF-2")
    assert (picture.method, picture.content) == ("sendPhoto", b"\x89PNG")


async def test_the_number_is_asked_for_with_a_button(opened: Opened, telegram: Telegram) -> None:
    await telegram.meet(OFFICER)
    async with opened() as gateway:
        await submitted(gateway, mt("নম্বর?", contact_label="আমার নম্বর দিন"))
    (asked,) = await telegram.sent(OFFICER)
    assert asked.asks_contact == "আমার নম্বর দিন"


FAULTS: list[tuple[dict[str, Any], State]] = [
    ({"status": 400, "description": "Bad Request: message is strange"}, State.FAILED),
    ({"status": 403, "description": "Forbidden: user is deactivated"}, State.FAILED),
    ({"status": 500, "description": "Internal Server Error"}, State.UNCONFIRMED),
    ({"status": 502, "description": "Bad Gateway"}, State.UNCONFIRMED),
    ({"breaks": True}, State.UNCONFIRMED),
    ({"seconds": 30}, State.UNCONFIRMED),
    ({"status": 429, "retry_after": 1, "description": "Too Many Requests"}, State.SUBMITTED),
    ({"status": 401, "description": "Unauthorized"}, State.SUBMITTED),
]


@pytest.mark.parametrize(("fault", "state"), FAULTS, ids=str)
async def test_what_telegram_says_decides_what_becomes_of_a_message(
    opened: Opened, telegram: Telegram, fault: Any, state: State
) -> None:
    await telegram.fail("sendMessage", times=1, **fault)
    async with opened() as gateway:
        await telegram.say(OFFICER, "HELP")

        async def settled() -> bool:
            return [row.state for row in await gateway.rows()] == [state]

        await wait_for(settled, 20, f"the answer to become {state}")
        assert await telegram.calls("sendMessage") == (2 if state is State.SUBMITTED else 1)
        number = await gateway.app.store.read(lambda tx: links.number_of(tx, "telegram", str(OFFICER)))
        assert (number is None) == (fault.get("status") == 403)


async def test_half_a_message_is_never_sent_again(opened: Opened, telegram: Telegram) -> None:
    from bot.domain.errors import Gone, OutcomeUnknown

    long = "\n".join("ক" * 1000 for _ in range(9))
    await telegram.meet(OFFICER)
    async with opened() as gateway:
        await telegram.fail("sendDocument", times=1, status=429, retry_after=1, description="Too Many Requests")
        await submitted(gateway, mt("ক" * 2000, document=document(b"x")))
        assert [each.method for each in await telegram.sent()] == ["sendMessage", "sendDocument"]
        await telegram.fail("sendDocument", times=1, status=429, retry_after=60, description="Too Many Requests")
        with pytest.raises(OutcomeUnknown):
            await submitted(gateway, mt("ক" * 2000, document=document(b"x")))
        await telegram.fail("sendDocument", times=1, status=400, description="Bad Request")
        with pytest.raises(OutcomeUnknown):
            await submitted(gateway, mt("ক" * 2000, document=document(b"x")))
        await telegram.block(OFFICER)
        with pytest.raises(Gone):
            await submitted(gateway, mt(long))
        with pytest.raises(Gone):
            await channel(gateway).submit(MT(18, "999", "ক", "UTF-8", 1))


async def test_a_message_without_anything_is_refused(opened: Opened, telegram: Telegram) -> None:
    from bot.domain.errors import Refused

    await telegram.meet(OFFICER)
    async with opened() as gateway:
        with pytest.raises(Refused, match="nothing to say"):
            await submitted(gateway, mt(" \n"))
    assert await telegram.sent() == []


async def test_one_chat_does_not_hold_up_the_others(opened: Opened, telegram: Telegram) -> None:
    """A person who asks without end gets his answers one by one; somebody else gets his at once."""
    async with opened():
        for number in range(40):
            await telegram.say(OFFICER, f"STATUS {number + 1}/1998")
        await telegram.wait_sent(OFFICER)
        await telegram.say(6001, "HELP")
        await telegram.wait_sent(6001, within=8)
        assert len(await telegram.sent(OFFICER)) < 20


# ---- kill -9 ----

CONFIG = """
[jobs]
enabled = false
[gateway]
public_url = "http://127.0.0.1:{port}"
answers_per_sender = 100000
[telegram]
token = "$BOT_TOKEN"
api_base = "{api_base}"
mode = "{mode}"
webhook_secret = "{secret}"
timeout_seconds = 3
"""


FIRST_CHAT = 7_000_123_450


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_kill_9_loses_no_update_and_answers_none_twice(
    telegram: Telegram, registered_url: str, tmp_path: Path, mode: str
) -> None:
    port, path = free_port(), tmp_path / "barta.toml"
    path.write_text(CONFIG.format(port=port, api_base=telegram.api_base, mode=mode, secret=SECRET), encoding="utf-8")
    environment = {"BARTA_DATABASE_URL": registered_url, "BARTA_CONFIG": str(path), "BOT_TOKEN": telegram.token}
    process = Process(tmp_path, port, environment)
    total = 0
    for _ in range(3):
        await asyncio.to_thread(process.start)
        talking = asyncio.create_task(talk(telegram, total, 40))
        total += 40
        await wait_for(partial(kept, registered_url, total - 25), 20, "the flow to begin")
        process.kill()
        await talking
    await asyncio.to_thread(process.start)
    await wait_for(partial(kept, registered_url, total), 30, "every update to be kept")
    await wait_for(lambda: count(registered_url, "outbox WHERE state = 'queued'") == 0, 60, "every answer to leave")
    await wait_for(lambda: pending_is_empty(telegram), 10, "every update to be confirmed")
    assert await process.stop() == 0
    assert telegram.token not in process.log
    assert str(FIRST_CHAT) not in process.log
    with sqlite3.connect(registered_url.removeprefix("sqlite:///")) as database:
        answers = database.execute("SELECT count(*), count(DISTINCT in_reply_to) FROM outbox").fetchone()
        written = Counter(database.execute('SELECT "to", text FROM outbox').fetchall())
    assert answers == (total, total)
    taken = count(registered_url, "outbox WHERE state = 'submitted'")
    assert total - taken <= 3 * 10, "no more are in doubt than were in the courier's hands"
    sent = Counter((str(each.chat), each.text) for each in await telegram.sent())
    assert taken <= sent.total() <= total
    assert sent <= written, "something was sent twice"


async def talk(telegram: Telegram, done: int, more: int) -> None:
    for number in range(done, done + more):
        await telegram.say(FIRST_CHAT + number % 5, f"STATUS {number + 1}/1998")


def kept(url: str, most: int) -> bool:
    return count(url, "inbox") >= most


def count(url: str, of: str) -> int:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        return int(database.execute(f"SELECT count(*) FROM {of}").fetchone()[0])
