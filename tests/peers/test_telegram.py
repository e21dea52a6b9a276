"""The emulator itself: what it refuses, and how updates wait, with PTB's own client and plain requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import telegram as ptb
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.warnings import PTBDeprecationWarning

from tests.peers.ports import wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.peers.telegram import Telegram

OFFICER = 5001


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[ptb.Bot]:
    await telegram.meet(OFFICER)
    async with ptb.Bot(telegram.token, base_url=f"{telegram.api_base}/bot") as opened:
        yield opened


async def test_what_is_sent_can_be_read(bot: ptb.Bot, telegram: Telegram) -> None:
    keys = ptb.InlineKeyboardMarkup([[ptb.InlineKeyboardButton("ঠিক আছে", callback_data="7:1")]])
    message = await bot.send_message(OFFICER, "123", reply_markup=keys)
    await bot.send_document(OFFICER, b"a,b\n", filename="তালিকা.csv", caption="তালিকা")
    await bot.send_photo(OFFICER, b"\x89PNG", caption="ছবি")
    asked = ptb.ReplyKeyboardMarkup([[ptb.KeyboardButton("নম্বর দিন", request_contact=True)]])
    await bot.send_message(OFFICER, "নম্বর?", reply_markup=asked)
    text, document, photo, contact = await telegram.sent(OFFICER)
    assert (text.text, text.buttons, text.data("ঠিক আছে")) == ("123", [["ঠিক আছে"]], "7:1")
    assert text.message_id == message.message_id
    assert (document.filename, document.content, document.text) == ("তালিকা.csv", b"a,b\n", "তালিকা")
    assert (photo.content, photo.text, contact.asks_contact) == (b"\x89PNG", "ছবি", "নম্বর দিন")


async def test_updates_stay_until_a_higher_offset_confirms_them(bot: ptb.Bot, telegram: Telegram) -> None:
    first, second = await telegram.say(OFFICER, "এক"), await telegram.say(OFFICER, "দুই")
    for _ in range(2):
        assert [update.update_id for update in await bot.get_updates()] == [first, second]
    assert [update.update_id for update in await bot.get_updates(offset=second)] == [second]
    waiting = asyncio.create_task(bot.get_updates(offset=second + 1, timeout=30))
    await wait_for(telegram.polled)
    assert await telegram.pending() == []
    third = await telegram.share_contact(OFFICER, "8801700099900", OFFICER)
    (update,) = await waiting
    assert update.update_id == third
    assert update.message is not None
    assert update.message.contact is not None
    assert update.message.contact.user_id == OFFICER


async def test_only_the_youngest_poll_is_served(bot: ptb.Bot, telegram: Telegram) -> None:
    async with ptb.Bot(telegram.token, base_url=f"{telegram.api_base}/bot") as other:
        older = asyncio.create_task(bot.get_updates(timeout=30))
        await wait_for(telegram.polled)
        younger = asyncio.create_task(other.get_updates(timeout=30))
        with pytest.raises(Conflict, match=r"(?i)terminated by other"):
            await older
        await telegram.say(OFFICER, "এক")
        assert len(await younger) == 1
    await bot.set_webhook("http://127.0.0.1:9/nowhere")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()


async def test_a_webhook_is_called_until_it_agrees_and_in_order(bot: ptb.Bot, telegram: Telegram) -> None:
    got: list[tuple[str, str | None]] = []
    refusals = 2

    async def hook(request: web.Request) -> web.Response:
        nonlocal refusals
        if refusals:
            refusals -= 1
            return web.Response(status=503)
        update = await request.json()
        got.append((update["message"]["text"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response()

    application = web.Application()
    application.add_routes([web.post("/hook", hook)])
    async with TestServer(application) as server:
        await telegram.say(OFFICER, "এক")
        await bot.set_webhook(str(server.make_url("/hook")), secret_token="s3cret")
        await telegram.say(OFFICER, "দুই")
        await wait_for(lambda: len(got) == 2)
        assert got == [("এক", "s3cret"), ("দুই", "s3cret")]
        assert (await telegram.state())["refusals"] == 2
        assert await telegram.pending() == []
    with pytest.raises(BadRequest):
        await bot.set_webhook("https://example.org/hook", secret_token="with space")


@pytest.mark.parametrize(
    ("text", "options", "complaint"),
    [
        ("ক" * 4097, {}, "Message is too long"),
        ("🙏" * 2049, {}, "Message is too long"),
        ("<i>ক", {"parse_mode": "HTML"}, "Can't parse entities"),
        ("১ < ২", {"parse_mode": "HTML"}, "Can't parse entities"),
        ("<p>ক</p>", {"parse_mode": "HTML"}, "Can't parse entities"),
        ("ক", {"reply_markup": {"inline_keyboard": [[{"text": "ক", "callback_data": "x" * 65}]]}}, "Button_data_inv"),
        ("ক", {"reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]}}, "Text buttons"),
        (" \n", {}, "Message text is empty"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    bot: ptb.Bot, telegram: Telegram, text: str, options: dict[str, object], complaint: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){complaint}"):
        await bot.send_message(OFFICER, text, api_kwargs=options)
    assert await telegram.sent() == []


async def test_what_telegram_takes_is_taken(bot: ptb.Bot, telegram: Telegram) -> None:
    await bot.send_message(OFFICER, "ক" * 4096)
    await bot.send_message(OFFICER, "<b>ক</b> &lt; খ", parse_mode="HTML")
    await bot.send_document(OFFICER, b"x", filename="x", caption="ক" * 1024)
    assert len(await telegram.sent(OFFICER)) == 3
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_document(OFFICER, b"x", filename="x", caption="ক" * 1025)


async def test_whom_the_bot_may_not_write_to(bot: ptb.Bot, telegram: Telegram) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(OFFICER + 1, "ক")
    await telegram.block(OFFICER)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(OFFICER, "ক")
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    await telegram.unblock(OFFICER)
    await bot.send_message(OFFICER, "ক")


async def test_a_press_is_answered_once_it_is_known(bot: ptb.Bot, telegram: Telegram) -> None:
    query = await telegram.press(OFFICER, "7:1", 1)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert (update.callback_query.id, update.callback_query.data) == (query, "7:1")
    await bot.answer_callback_query(query)
    assert await telegram.answered() == [query]
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("elsewhere")


async def test_the_menu_is_kept_by_language(bot: ptb.Bot, telegram: Telegram) -> None:
    await bot.set_my_commands([("status", "অবস্থা")])
    await bot.set_my_commands([("status", "Status")], language_code="en")
    assert (await telegram.commands(), await telegram.commands("en")) == ({"status": "অবস্থা"}, {"status": "Status"})
    with pytest.raises(BadRequest, match=r"(?i)command_invalid"):
        await bot.set_my_commands([("অবস্থা", "অবস্থা")])


async def test_faults_come_as_ordered(bot: ptb.Bot, telegram: Telegram) -> None:
    await telegram.fail("sendMessage", times=1, status=429, retry_after=7, description="Too Many Requests")
    with pytest.warns(PTBDeprecationWarning, match="retry_after"), pytest.raises(RetryAfter) as slow_down:
        await bot.send_message(OFFICER, "ক")
    assert int(slow_down.value._retry_after.total_seconds()) == 7
    await telegram.fail("sendMessage", times=1, status=502, description="Bad Gateway")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(OFFICER, "ক")
    assert await telegram.sent() == []
    await telegram.fail("sendMessage", times=1, breaks=True)
    with pytest.raises(NetworkError, match=r"ReadError|RemoteProtocolError"):
        await bot.send_message(OFFICER, "খ")
    assert await telegram.texts() == ["খ"]
    await bot.send_message(OFFICER, "গ")


async def test_an_unknown_token_is_refused(telegram: Telegram) -> None:
    stranger = ptb.Bot("1:other", base_url=f"{telegram.api_base}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_the_line_can_be_cut_and_nothing_is_forgotten(bot: ptb.Bot, telegram: Telegram) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await wait_for(telegram.polled)
    await telegram.disconnect()
    with pytest.raises(NetworkError):
        await polling
    with pytest.raises(NetworkError, match="ConnectError"):
        await bot.send_message(OFFICER, "ক")
    update = await telegram.say(OFFICER, "এক")
    await telegram.connect()
    assert [found.update_id for found in await bot.get_updates()] == [update]
