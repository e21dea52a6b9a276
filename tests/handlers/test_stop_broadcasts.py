"""STOP and what already waits for a number: messages to many, digests, reminders; START; STOP from a sender who gets no answers."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.scheduler.jobs import JOBS
from bot.store import outbox, senders
from tests.conftest import NOW
from tests.handlers.sent import MEETING, Sending
from tests.handlers.talking import UCO, UCO_OF_DOMAR, Talk

if TYPE_CHECKING:
    from bot.domain.messages import State

CHAT = "8801700099900"
NIGHT = NOW + timedelta(hours=13)


@pytest.fixture
def send(talk: Talk) -> Sending:
    return Sending(talk)


async def states(app: App, who: str, *chats: str) -> dict[str, State | str]:
    """The states of what was written to somebody but answers, by class."""
    rows = await app.store.read(outbox.rows)
    return {row.message_class: row.state for row in rows if row.to in {who, *chats} and row.message_class != "reply"}


async def is_stopped(app: App, who: str) -> bool:
    known = await app.store.read(partial(senders.known, msisdn=who, today=NOW.date(), now=NOW))
    return known.stopped_at is not None


async def test_what_waits_is_taken_back_and_the_others_get_theirs(send: Sending) -> None:
    message = await send("তথ্য দিন", left=False)
    assert (await send.talk.one(UCO, "বন্ধ")).key == "stop.done"
    assert await states(send.app, UCO) == {"broadcast": "cancelled"}
    assert await states(send.app, UCO_OF_DOMAR) == {"broadcast": "queued"}
    assert (await send.rows(message))[UCO] == ("stopped", None, None)


async def test_on_each_engine(talk_on_each: Talk) -> None:
    send = Sending(talk_on_each)
    message = await send("তথ্য দিন", left=False)
    await send.talk.one(UCO, "STOP")
    assert (await send.rows(message))[UCO] == ("stopped", None, None)
    assert await states(send.app, UCO) == {"broadcast": "cancelled"}


async def test_what_has_left_has_left(send: Sending) -> None:
    message = await send("তথ্য দিন")
    await send.talk.one(UCO, "বন্ধ")
    assert await states(send.app, UCO) == {"broadcast": "submitted"}
    assert (await send.rows(message))[UCO][0] is None


async def test_stop_is_no_answer_and_start_brings_the_next_one(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING)
    await send.talk.one(UCO, "বন্ধ")
    assert (await send.rows(meeting))[UCO][1] is None
    second = await send("তথ্য দিন", left=False)
    assert (await send.rows(second))[UCO] == ("stopped", None, None)
    assert (await send.talk.one(UCO, "চালু")).key == "start.done"
    third = await send("আরও তথ্য দিন", left=False)
    assert (await send.rows(third))[UCO][0] is None


async def test_stop_in_a_chat_is_said_for_the_number(send: Sending) -> None:
    await send.talk.link(UCO, CHAT)
    message = await send("তথ্য দিন", left=False)
    assert (await send.talk.one(CHAT, "বন্ধ")).key == "stop.done"
    assert await states(send.app, UCO, CHAT) == {"broadcast": "cancelled"}
    assert (await send.rows(message))[UCO][0] == "stopped"
    assert await is_stopped(send.app, UCO)


async def test_both_copies_of_an_urgent_message_are_taken_back(send: Sending) -> None:
    await send.talk.link(UCO, CHAT)
    message = await send("ঘূর্ণিঝড়", urgent=True, left=False)
    rows = [row for row in await send.app.store.read(outbox.rows) if row.to in {UCO, CHAT}]
    assert [row.state for row in rows if row.message_class == "urgent"] == ["queued", "queued"]
    await send.talk.one(UCO, "বন্ধ")
    rows = [row for row in await send.app.store.read(outbox.rows) if row.to in {UCO, CHAT}]
    assert [row.state for row in rows if row.message_class == "urgent"] == ["cancelled", "cancelled"]
    assert (await send.rows(message))[UCO][0] == "stopped"


async def test_what_is_statutory_goes_all_the_same(demo_url: str) -> None:
    config = Config.model_validate({"broadcasts": {"statutory": ["urgent"]}})
    async with App(config, Clock(NOW), demo_url) as app:
        send = Sending(Talk(app))
        await send("ঘূর্ণিঝড়", urgent=True, left=False)
        await send("তথ্য দিন", left=False)
        await send.talk.one(UCO, "বন্ধ")
        assert await states(app, UCO) == {"urgent": "queued", "broadcast": "cancelled"}


async def test_digests_stop_and_statutory_reminders_do_not(demo_url: str) -> None:
    async with App(Config(), Clock(NIGHT), demo_url) as app:
        for job in JOBS:
            await app.runner.run(job)
        rows = await app.store.read(outbox.rows)
        president = next(row.to for row in rows if row.message_class == "reminder")
        talk = Talk(app)
        await talk(UCO, "বন্ধ")
        await talk(president, "বন্ধ")
        assert set((await states(app, UCO)).values()) == {"cancelled"}
        assert (await states(app, president))["reminder"] == "queued"
    async with App(Config(), Clock(NIGHT + timedelta(days=1)), demo_url) as app:
        before = {row.id for row in await app.store.read(outbox.rows)}
        for job in JOBS:
            await app.runner.run(job)
        fresh = [row for row in await app.store.read(outbox.rows) if row.id not in before]
        assert fresh
        assert UCO not in {row.to for row in fresh}


@pytest.mark.parametrize("setting", ["answers_per_sender", "same_answers"])
async def test_whoever_gets_no_answers_is_still_heard(demo_url: str, setting: str) -> None:
    config = Config.model_validate({"gateway": {setting: 3}})
    async with App(config, Clock(NOW), demo_url) as app:
        send = Sending(Talk(app))
        await send("তথ্য দিন", left=False)
        for text, expected in (("STOP", True), ("START", False), ("STOP", True)):
            for _ in range(9):
                await send.talk(UCO, text)
            assert await send.talk(UCO, text) == []
            assert await is_stopped(app, UCO) is expected
        assert await states(app, UCO) == {"broadcast": "cancelled"}
