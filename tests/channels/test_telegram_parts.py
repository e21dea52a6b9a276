"""The parts of the Telegram channel that need no network: updates, texts, keyboards, turns, settings, errors."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from telegram import error as ptb

from bot.channels.telegram import TelegramSettings
from bot.channels.telegram import turns as turns_module
from bot.channels.telegram.api import meaning, open_api
from bot.channels.telegram.incoming import read
from bot.channels.telegram.outgoing import LONGEST_TEXT, keyboard, parts, rows, size
from bot.channels.telegram.turns import BURST, Turns
from bot.domain.errors import Busy, Gone, OutcomeUnknown, Refused, SubmitError, Throttled, Unreachable
from bot.domain.messages import MT, Press
from bot.http import client
from tests.peers.ports import LOOPBACK, free_port, wait_for

OFFICER = {"id": 5001, "is_bot": False, "first_name": "Officer"}
PRIVATE = {"id": 5001, "type": "private"}
GROUP = {"id": -77, "type": "supergroup", "title": "office"}
TOKEN = "123456789:AA-emulated-token-of-a-test-bot-0000"


def written(*, person: dict[str, Any] = OFFICER, chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    return {
        "update_id": 9,
        "message": {"message_id": 1, "date": 1_790_000_000, "from": person, "chat": chat, **content},
    }


def pressed(data: str, **more: Any) -> dict[str, Any]:
    return {
        "update_id": 9,
        "callback_query": {"id": "q", "from": OFFICER, "chat_instance": "1", "data": data, **more},
    }


def membership(status: str, chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    bot = {"id": 1, "is_bot": True, "first_name": "Bot"}
    change = {
        "chat": chat,
        "from": OFFICER,
        "date": 1_790_000_000,
        "old_chat_member": {"user": bot, "status": "member"},
        "new_chat_member": {"user": bot, "status": status, "until_date": 0},
    }
    return {"update_id": 9, "my_chat_member": change}


def test_a_text_goes_on_as_typed() -> None:
    seen = read(written(text=" অবস্থা\n১/২০২৩ "), "telegram")
    assert seen.chat == "5001"
    assert seen.mo is not None
    assert (seen.mo.channel, seen.mo.provider_id, seen.mo.sender) == ("telegram", "9", "5001")
    assert (seen.mo.text, seen.mo.call, seen.mo.press) == (" অবস্থা\n১/২০২৩ ", None, None)


@pytest.mark.parametrize(
    ("content", "args"),
    [
        ({"contact": {"phone_number": "8801700099900", "user_id": 5001}}, {"contact": "+8801700099900", "owner": True}),
        (
            {"contact": {"phone_number": "8801700099900", "user_id": 5002}},
            {"contact": "+8801700099900", "owner": False},
        ),
        ({"contact": {"phone_number": "01700099900", "user_id": 5001}}, {"contact": "01700099900", "owner": True}),
        ({"contact": {"phone_number": "+8801700099900"}}, {"contact": "+8801700099900", "owner": False}),
        ({"text": "/start"}, {"greet": True}),
        ({"text": "/start "}, {"greet": True}),
        ({"text": "/start AbC-12_x"}, {"token": "AbC-12_x"}),
        ({"text": "/start@barta_bot AbC"}, {"token": "AbC"}),
        ({"text": "/start AbC-12_x and\nmore AbC"}, {"token": "AbC-12_x"}),
    ],
    ids=str,
)
def test_what_only_telegram_knows_is_a_call(content: dict[str, Any], args: dict[str, Any]) -> None:
    if "contact" in content:
        content["contact"]["first_name"] = "Officer"
    seen = read(written(**content), "telegram")
    assert seen.mo is not None
    assert seen.mo.call is not None
    assert (seen.mo.call.command, seen.mo.call.args) == ("link", args)
    assert "AbC" not in seen.mo.text
    assert "8801700099900" not in seen.mo.text


@pytest.mark.parametrize("text", ["/status 1/2023", "/status@barta_bot 1/2023", "/started", "start"])
def test_other_commands_are_texts(text: str) -> None:
    seen = read(written(text=text), "telegram")
    assert seen.mo is not None
    assert (seen.mo.text, seen.mo.call) == (text, None)


def test_what_is_no_text_is_an_empty_one() -> None:
    photo = {"file_id": "x", "file_unique_id": "y", "width": 1, "height": 1}
    seen = read(written(photo=[photo], caption="অবস্থা"), "telegram")
    assert seen.mo is not None
    assert (seen.mo.text, seen.mo.call) == ("", None)


@pytest.mark.parametrize(
    "update",
    [
        written(chat=GROUP, text="অবস্থা"),
        written(person={**OFFICER, "is_bot": True}, text="অবস্থা"),
        membership("kicked", GROUP),
        membership("member"),
        {"update_id": 9, "channel_post": {"message_id": 1, "date": 0, "chat": {"id": -1, "type": "channel"}}},
        {"update_id": 9, "edited_message": written(text="অবস্থা")["message"]},
        {"update_id": 9, "something_new": {"of": "2027"}},
    ],
    ids=lambda update: list(update)[-1],
)
def test_what_is_not_for_us_is_passed_over(update: dict[str, Any]) -> None:
    assert read(update, "telegram").mo is None


@pytest.mark.parametrize("status", ["kicked", "left"])
def test_a_bot_that_was_blocked_ends_the_link(status: str) -> None:
    seen = read(membership(status), "telegram")
    assert seen.mo is not None
    assert seen.mo.call is not None
    assert (seen.mo.sender, seen.mo.call.args) == ("5001", {"left": True})


def test_a_button_of_ours_is_a_press_and_every_press_is_to_be_answered() -> None:
    below = {"message_id": 3, "date": 1_790_000_000, "chat": PRIVATE}
    seen = read(pressed("17:2", message=below), "telegram")
    assert seen.mo is not None
    assert (seen.mo.press, seen.mo.sender, seen.query) == (Press(17, 2), "5001", "q")
    for data in "x", "17:2:3", "9" * 40 + ":1", "17:-1", "১৭:২", "":
        seen = read(pressed(data), "telegram")
        assert seen.mo is not None
        assert (seen.mo.press, seen.mo.text, seen.query) == (None, data, "q")
    inaccessible = {"message_id": 3, "date": 0, "chat": PRIVATE}
    assert read(pressed("17:2", message=inaccessible), "telegram").mo is not None
    in_group = read(pressed("17:2", message={**below, "chat": GROUP}), "telegram")
    assert (in_group.mo, in_group.query) == (None, "q")


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        "x",
        {},
        {"update_id": 1, "message": "x"},
        {"update_id": 1, "message": {"message_id": 1}},
        written(date="?"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_told_in_one_way(update: Any) -> None:
    with suppress(ValueError):
        assert read(update, "telegram").mo is None


@given(st.text(st.sampled_from("কষ্র abc🙏\n ্‍"), max_size=400), st.integers(20, 60))
def test_parts_rejoin_and_fit(text: str, longest: int) -> None:
    cut = parts(text, longest)
    assert all(0 < size(part) <= longest and part.strip() for part in cut)
    assert re.sub(r"\s", "", "".join(cut)) == re.sub(r"\s", "", text)


def test_parts_end_where_lines_do() -> None:
    lines = [f"{number} {'ক' * 30}" for number in range(400)]
    cut = parts("\n".join(lines))
    assert "\n".join(cut) == "\n".join(lines)
    assert all(part.split("\n")[-1] in lines for part in cut)
    assert min(size(part) for part in cut[:-1]) > LONGEST_TEXT - 100


def test_what_fits_stays_whole() -> None:
    assert parts("ক" * LONGEST_TEXT) == ["ক" * LONGEST_TEXT]
    assert parts("") == parts("\n \n") == []
    assert [size(part) for part in parts("🙏" * 2049)] == [4096, 2]


def test_a_letter_is_never_cut_from_its_marks() -> None:
    assert {len(part) % 4 for part in parts("ক্ষি" * 2000)} == {0}


def test_short_labels_stand_side_by_side() -> None:
    labels = ["হ্যাঁ", "না", "পরে", "আরও", "একটি অনেক লম্বা উত্তর", "ক"]
    assert [[label for _, label in row] for row in rows(labels)] == [labels[:3], labels[3:4], labels[4:5], labels[5:]]
    assert [number for row in rows(labels) for number, _ in row] == [1, 2, 3, 4, 5, 6]
    assert sum(map(len, rows(["ক"] * 150))) == 100


def test_callback_data_fits() -> None:
    made = keyboard(MT(2**63 - 1, "1", "ক", "UTF-8", 1, choices=("ক",) * 100))
    assert made is not None
    assert max(len(str(button["callback_data"])) for row in made.to_dict()["inline_keyboard"] for button in row) <= 64
    assert keyboard(MT(1, "1", "ক", "UTF-8", 1)) is None


# ---- turns ----


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pace to wait for, and nobody is remembered."""
    monkeypatch.setattr(turns_module, "PER_SECOND", 1e6)
    monkeypatch.setattr(turns_module, "GRACE", 0.0)


@pytest.mark.usefixtures("at_once")
async def test_turns_are_given_in_order_and_a_chat_without_any_is_forgotten() -> None:
    turns, order = Turns(patience=5), list[int]()
    first_is_on, let_go = asyncio.Event(), asyncio.Event()

    async def send(number: int) -> None:
        async with turns.of("chat", number):
            first_is_on.set()
            await let_go.wait()
            order.append(number)

    tasks = [asyncio.create_task(send(number)) for number in range(BURST)]
    await first_is_on.wait()
    async with turns.of("another chat", 9):
        assert len(turns) == 2
    let_go.set()
    await asyncio.gather(*tasks)
    assert order == list(range(BURST))
    await wait_for(lambda: len(turns) == 0)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("error", [Throttled("slow", retry_after=7), Unreachable("away")])
async def test_those_behind_a_message_that_goes_back_go_back_too(error: SubmitError) -> None:
    turns, let_go = Turns(patience=5), asyncio.Event()

    async def send(number: int, *, fails: bool = False) -> None:
        async with turns.of("chat", number):
            await let_go.wait()
            if fails:
                raise error

    tasks = [asyncio.create_task(send(number, fails=number == 0)) for number in range(3)]
    await asyncio.sleep(0)
    let_go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[0] is error
    assert all(isinstance(result, Busy) for result in results[1:]), "the trouble is told once"
    await send(0)


async def test_a_chat_gets_a_few_at_once_and_the_others_go_back_in_order() -> None:
    turns, sent, began = Turns(patience=5), list[int](), time.monotonic()

    async def send(number: int) -> float | None:
        try:
            async with turns.of("chat", number):
                sent.append(number)
        except Busy as error:
            return error.retry_after
        return None

    waits = await asyncio.gather(*(send(number) for number in range(9)))
    assert time.monotonic() - began < 0.9
    assert sent == [0, 1, 2]
    assert waits == [None] * 3 + [3, 4, 5, 6, 7, 8], "each comes back when it may be its turn"
    assert await send(9) is not None, "the next does not overtake those that went back"
    async with turns.of("another chat", 10):
        assert time.monotonic() - began < 0.9
    assert await send(3) is None
    assert time.monotonic() - began > 0.9
    assert await send(5) is not None
    assert await send(4) is None
    assert sent == [0, 1, 2, 3, 4]


async def test_a_message_that_does_not_come_back_holds_up_the_others_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns_module, "GRACE", 0.05)
    turns = Turns(patience=5)
    with pytest.raises(Unreachable):
        async with turns.of("chat", 1):
            raise Unreachable("away")

    async def passes() -> bool:
        with suppress(Busy):
            async with turns.of("chat", 2):
                return True
        return False

    assert not await passes()
    await wait_for(passes)


@pytest.mark.usefixtures("at_once")
async def test_a_message_that_failed_for_good_holds_up_nobody() -> None:
    turns = Turns(patience=5)
    for error in Refused("no"), Gone("left"), OutcomeUnknown("?"):
        with suppress(SubmitError):
            async with turns.of("chat", 1):
                raise error
    async with turns.of("chat", 2):
        assert len(turns) == 1


@pytest.mark.usefixtures("at_once")
async def test_who_waits_too_long_was_certainly_not_sent() -> None:
    turns, let_go = Turns(patience=0.02), asyncio.Event()

    async def hold() -> None:
        async with turns.of("chat", 1):
            await let_go.wait()

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        async with turns.of("chat", 2):
            raise AssertionError
    let_go.set()
    await holding


@pytest.mark.usefixtures("at_once")
async def test_a_turn_that_is_cancelled_is_given_on() -> None:
    turns, never = Turns(patience=5), asyncio.Event()

    async def hold(number: int) -> None:
        async with turns.of("chat", number):
            await never.wait()

    tasks = [asyncio.create_task(hold(number)) for number in range(3)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(1), turns.of("chat", 4):
        assert len(turns) == 1


# ---- settings and errors ----


def settings(**table: Any) -> TelegramSettings:
    return TelegramSettings.model_validate({"token": TOKEN, **table})


def test_settings_that_fit() -> None:
    assert settings().price_per_segment == 0
    assert settings().mode == "polling"
    assert TOKEN not in repr(settings())
    settings(mode="webhook", webhook_secret="Az_-9")


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"token": "123"}, "token must look like"),
        ({"token": f"{TOKEN}/../x"}, "token must look like"),
        ({"reply": "body"}, "reply must be 'api'"),
        ({"mode": "webhook"}, "needs a webhook_secret"),
        ({"webhook_secret": "with space"}, "letters, digits"),
        ({"webhook_secret": "গোপন"}, "letters, digits"),
        ({"mode": "carrier pigeon"}, "polling"),
        ({"surprise": 1}, "surprise"),
    ],
    ids=str,
)
def test_settings_that_do_not_fit(table: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        settings(**table)


def wrapped(cause: Exception) -> ptb.NetworkError:
    """As python-telegram-bot hands on what its request raised."""
    error = ptb.NetworkError("Unknown error")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (wrapped(Unreachable("no connection")), Unreachable),
        (wrapped(Throttled("slow", 3)), Throttled),
        (wrapped(OutcomeUnknown("broke")), OutcomeUnknown),
        (wrapped(TimeoutError()), OutcomeUnknown),
        (ptb.NetworkError("Bad Gateway"), OutcomeUnknown),
        (ptb.TelegramError("Invalid server response"), OutcomeUnknown),
        (ptb.Conflict("?"), OutcomeUnknown),
        (ptb.Forbidden("Forbidden: bot was blocked by the user"), Gone),
        (ptb.ChatMigrated(-100), Gone),
        (ptb.BadRequest("Bad Request: chat not found"), Gone),
        (ptb.BadRequest("Bad Request: message is too long"), Refused),
        (ptb.InvalidToken("Unauthorized"), Unreachable),
    ],
    ids=repr,
)
def test_errors_mean_what_the_outbox_needs_to_know(error: ptb.TelegramError, kind: type[SubmitError]) -> None:
    assert type(meaning(error)) is kind


PROXY = "<html><h1>403 Forbidden</h1></html>"
BLOCKED = '{"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (BLOCKED, Gone),
        (PROXY, Unreachable),
        ("", Unreachable),
        ('{"message": "Forbidden"}', Unreachable),
        ("[]", Unreachable),
    ],
)
async def test_only_telegram_itself_says_that_somebody_has_left(body: str, kind: type[SubmitError]) -> None:
    async def forbids(_: web.Request) -> web.Response:
        return web.Response(status=403, text=body)

    application = web.Application()
    application.router.add_route("*", "/{any:.*}", forbids)
    runner, port = web.AppRunner(application), free_port()
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    try:
        async with client() as http:
            with pytest.raises(ptb.TelegramError) as raised:
                await open_api(http, TOKEN, f"http://{LOOPBACK}:{port}").send_message("5001", "x")
    finally:
        await runner.cleanup()
    assert type(meaning(raised.value)) is kind
