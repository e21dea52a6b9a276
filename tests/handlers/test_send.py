"""A message to many: shown with what it comes to, sent once when it is confirmed, and never cut."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam

from bot.domain.broadcasts import BroadcastState
from bot.domain.messages import MessageClass, State
from bot.domain.text import precomposed
from bot.store import outbox, senders
from bot.store.query import Query
from bot.store.schema import outbox as outbox_table
from tests.conftest import NOW
from tests.handlers.sending import finish, gateway, kept, leave, lines, rows, sent
from tests.handlers.talking import DCO, JOINT, PRESIDENT, STRANGER, UCO, UCO_OF_DOMAR, Talk, by_number, code_in

if TYPE_CHECKING:
    from bot.store.query import Tx

UCOS = {f"+88017000998{number}" for number in range(95, 100)} | {UCO}
ALL = {"audience": "uco", "all": True}

_SETTLE: Query[int] = Query(
    outbox_table.update()
    .where(outbox_table.c.id == bindparam("row_id"))
    .values(state=bindparam("became"), settled_at=NOW)
)


async def test_a_dco_writes_to_all_his_ucos(talk_on_each: Talk) -> None:
    talk = talk_on_each
    asked = await talk.one(DCO, "send", **ALL, text="কাল ১০টায় সভা")
    assert (asked.key, asked.reply.params["n"], asked.segments <= 4) == ("send.ask", 6, True)
    assert precomposed("নীলফামারী সমবায় কার্যালয়: কাল 10টায় সভা") in asked.text
    assert asked.reply.lines[0].params == {"chats": 0, "sms": 6, "segments": 6, "price": "2.10"}
    assert await sent(talk) == []
    (draft,) = await kept(talk)
    assert (draft.state, draft.estimate.people) == (BroadcastState.DRAFT, 6)

    told = by_number(await talk(DCO, f"YES {code_in(asked)}"))
    assert set(told) == {DCO, *UCOS}
    assert told[DCO].key == "progress.begun"
    assert told[UCO].key == "broadcast.message"
    (going,) = await kept(talk)
    # A message to a few is whole in the commit that lets it go.
    assert (going.state, going.queued_at is not None, len(await rows(talk))) == (BroadcastState.SENDING, True, 6)
    assert {row.message_class for row in await sent(talk)} == {MessageClass.BROADCAST}
    actions = [(one.action, one.actor) for one in await talk.log("5573")]
    assert actions == [("send.confirmed", DCO), ("send.asked", DCO)]


async def test_confirming_twice_sends_once(talk_on_each: Talk) -> None:
    talk = talk_on_each
    asked = await talk.one(DCO, "send", **ALL, text="কাল সভা")
    code = code_in(asked)
    await asyncio.gather(talk(DCO, f"YES {code}"), talk(DCO, f"YES {code}"))
    assert (await talk.one(DCO, f"YES {code}")).key == "yes.nothing"
    await finish(talk)
    assert (len(await sent(talk)), len(await kept(talk))) == (6, 1)


async def test_a_wrong_code_and_a_late_one_send_nothing(demo_url: str) -> None:
    async with gateway(demo_url) as talk:
        asked = await talk.one(DCO, "send", **ALL, text="কাল সভা")
        code = code_in(asked)
        wrong = "000000" if code != "000000" else "111111"
        assert (await talk.one(DCO, f"YES {wrong}")).key == "yes.wrong"
    async with gateway(demo_url, NOW + timedelta(minutes=11), count=9) as talk:
        assert (await talk.one(DCO, f"YES {code}")).key == "yes.nothing"
        assert await sent(talk) == []


async def test_nobody_elses_code_or_button_sends_it(talk: Talk) -> None:
    code = code_in(await talk.one(DCO, "send", **ALL, text="কাল সভা"))
    assert (await talk.one(UCO, f"YES {code}")).key == "yes.nothing"
    (draft,) = await kept(talk)
    for who in (DCO, UCO):
        assert (await talk.one(who, "send", broadcast_id=draft.id)).key == "send.gone"
    assert await sent(talk) == []


async def test_who_lost_his_post_meanwhile_sends_nothing(talk: Talk) -> None:
    code = code_in(await talk.one(DCO, "send", **ALL, text="কাল সভা"))

    await leave(talk, DCO)
    assert (await talk.one(DCO, f"YES {code}")).key == "not_allowed"
    assert await sent(talk) == []


async def test_in_a_chat_it_is_buttons(talk: Talk) -> None:
    await talk.link(DCO, "77")
    await talk.link(UCO, "88")
    menu = await talk.one("77", "SEND")
    assert [one.label.key for one in menu.reply.choices][:2] == ["send.offer.uco", "send.offer_one.uco"]
    (write,) = await talk.press(menu, 1)
    assert write.key == "send.write"
    # Whatever words it has, it is the message.
    asked = await talk.one("77", "STATUS 1/2023 পাঠান")
    assert (asked.key, lines(asked)) == ("send.ask_chat", ["send.by_both"])
    assert asked.reply.lines[0].params == {"chats": 1, "sms": 5, "segments": 5, "price": "1.75"}
    told = by_number(await talk.press(asked, 1))
    assert set(told) == {"77", "88", *UCOS - {UCO}}
    (pressed_again,) = await talk.press(asked, 1)
    assert pressed_again.key == "yes.done_already"
    assert len(await sent(talk)) == 6


async def test_the_list_and_the_text_survive_a_restart(demo_url: str) -> None:
    async with gateway(demo_url) as talk:
        await talk.one(DCO, "SEND")
    async with gateway(demo_url, count=5) as talk:
        assert (await talk.one(DCO, "1")).key == "send.write"
    async with gateway(demo_url, count=9) as talk:
        assert (await talk.one(DCO, "কাল সভা")).key == "send.ask"


@pytest.mark.parametrize("word", ["না", "NO", "বাতিল", "CANCEL"])
async def test_no_leaves(talk: Talk, word: str) -> None:
    await talk.one(DCO, "send", **ALL)
    assert (await talk.one(DCO, word)).key == "send.left"
    assert await kept(talk) == []


async def test_stop_is_stop_even_there(talk: Talk) -> None:
    await talk.one(DCO, "send", **ALL)
    await talk(DCO, "STOP")
    assert (await talk.app.store.read(partial(senders.known, msisdn=DCO, today=NOW.date(), now=NOW))).stopped_at


async def test_what_is_too_long_is_told_by_how_much(talk: Talk) -> None:
    out = await talk.one(DCO, "send", **ALL, text="ক" * 260)
    assert (out.key, out.reply.params["n"]) == ("send.too_long", 20)
    # As long as it may be, it is sent whole.
    await talk.confirmed(DCO, "send", **ALL, text="ক" * 240)
    assert all("ক" * 240 in row.text and row.segments <= 4 for row in await sent(talk))
    assert len(await sent(talk)) == 6
    # The widest names count.
    out = await talk.one(DCO, "send", audience="president", text="ক" * 220 + "{নাম}")
    assert (out.key, out.reply.params["n"]) == ("send.too_long", 4)


async def test_what_was_too_long_can_be_sent_again_at_once(talk: Talk) -> None:
    await talk.one(DCO, "send", **ALL)
    assert (await talk.one(DCO, "ক" * 300)).key == "send.too_long"
    assert (await talk.one(DCO, "কাল সভা")).key == "send.ask"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("   ", "send.flaw.empty"),
        ("?!", "send.flaw.empty"),
        ("{নাম}", "send.flaw.empty"),
        ("কাল {foo}", "send.flaw.unknown_gap"),
        ("কাল {নম্বর}", "send.flaw.unknown_gap"),  # officers have none
        ("কাল {0.__class__}", "send.flaw.unknown_gap"),
        ("কাল {", "send.flaw.braces"),
        ("কাল }{", "send.flaw.braces"),
        ("কাল {{নাম}}", "send.flaw.braces"),
        ("কাল \x07 সভা", "send.flaw.control"),
    ],
)
async def test_nasty_texts(talk: Talk, text: str, key: str) -> None:
    assert (await talk.one(DCO, "send", **ALL, text=text)).key == key
    assert await kept(talk) == []


@pytest.mark.parametrize("text", ["100% <b>কাল</b> %s 'x\"", "১. কাল\n২. সভা", "ক্\u200dষ %(n)s \\n"])
async def test_what_looks_nasty_goes_as_it_is(talk: Talk, text: str) -> None:
    await talk.confirmed(DCO, "send", **ALL, text=text)
    assert {row.text.partition(": ")[2] for row in await sent(talk)} == {text}


async def test_gaps_are_filled_for_each_reader(talk: Talk) -> None:
    await talk.confirmed(UCO, "send", audience="president", colour="red", text="{নম্বর} {নাম}: নির্বাচন দিন")
    texts = {row.text for row in await sent(talk)}
    assert len(texts) == len(await sent(talk)) == 7
    assert precomposed("ডিমলা সমবায় কার্যালয়: ৩/২০১১ ডিমলা নবজাগরণ কৃষি সমবা…: নির্বাচন দিন") in texts


async def test_urgent_goes_both_ways_at_any_hour(demo_url: str) -> None:
    async with gateway(demo_url, NOW.replace(hour=23)) as talk:
        await talk.link(UCO, "88")
        asked = await talk.one(DCO, "send", **ALL, urgent=True, text="ঘূর্ণিঝড়")
        assert lines(asked)[:2] == ["send.by_both", "send.urgent"]
        assert "remind.later" not in lines(asked)
        told = await talk(DCO, f"YES {code_in(asked)}")
        assert {out.to for out in told} == {DCO, "88", *UCOS}
        assert {row.message_class for row in await sent(talk)} == {MessageClass.URGENT}


async def test_at_night_it_is_said_that_it_leaves_in_the_morning(demo_url: str) -> None:
    async with gateway(demo_url, NOW.replace(hour=23)) as talk:
        asked = await talk.one(DCO, "send", **ALL, text="কাল সভা")
        assert "remind.later" in lines(asked)


async def test_what_takes_long_says_until_when(talk: Talk) -> None:
    line = talk.app.receiver._answering._sending.lines["simulator"]
    assert line.settings.segments_per_second > 1  # six are sent at once
    assert "send.until" not in lines(await talk.one(DCO, "send", **ALL, text="কাল সভা"))


async def test_a_limit_for_a_day(demo_url: str) -> None:
    async with gateway(demo_url, per_day=2) as talk:
        waiting = code_in(await talk.one(DCO, "send", **ALL, text="তিন"))
        await talk.link(DCO, "77")
        for text in ("এক", "দুই"):
            asked = await talk.one("77", "send", **ALL, text=text)
            await talk.press(asked, 1)
        assert (await talk.one(DCO, "send", **ALL, text="তিন")).key == "send.too_many"
        assert (await talk.one(DCO, f"YES {waiting}")).key == "send.too_many"
        assert len(await sent(talk)) == 12
        assert (await talk.one(UCO, "send", audience="president", text="আসুন")).key == "send.ask"
    async with gateway(demo_url, NOW + timedelta(hours=25), count=50, per_day=2) as talk:
        assert (await talk.one(DCO, "send", **ALL, text="তিন")).key == "send.ask"


async def test_nobody_to_send_to(talk: Talk) -> None:
    await leave(talk, UCO)
    assert (await talk.one(DCO, "send", audience="uco", office="ডিমলা", text="আসুন")).key == "send.nobody"
    await talk.app.store.write(partial(senders.stop, msisdn=UCO_OF_DOMAR, at=NOW))
    out = await talk.one(DCO, "send", audience="uco", office="ডোমার", text="আসুন")
    assert (out.key, lines(out)) == ("send.nobody", ["send.unreached.stopped"])
    assert await kept(talk) == []


@pytest.mark.parametrize("who", [PRESIDENT, STRANGER])
async def test_who_may_not(talk: Talk, who: str) -> None:
    assert (await talk.one(who, "send", **ALL, text="কাল সভা")).key == "not_allowed"


async def test_undo_says_that_it_is_cancelled(talk: Talk) -> None:
    asked = await talk.one(DCO, "send", **ALL, text="কাল সভা")
    await talk(DCO, f"YES {code_in(asked)}")
    (going,) = await kept(talk)
    for out in (await talk.one(DCO, "UNDO"), await talk.one(DCO, f"UNDO {going.ref}")):
        assert (out.key, out.reply.params["ref"]) == ("undo.is_sent", going.ref)
    assert {row.state for row in await sent(talk)} == {State.QUEUED}


async def failed(talk: Talk, *to: str) -> None:
    """Let the messages to some numbers fail, the others arrive, and the last one that was sent be over."""

    def work(tx: Tx) -> None:
        for row in outbox.rows(tx):
            if row.message_class == MessageClass.BROADCAST and row.state == State.QUEUED:
                tx.run(_SETTLE, row_id=row.id, became="failed" if row.to in to else "delivered")

    await talk.app.store.write(work)
    await finish(talk)
    await talk.app.store.read(talk._fresh)


async def test_the_failed_ones_get_it_again_once(talk: Talk) -> None:
    await talk.confirmed(DCO, "send", **ALL, text="কাল সভা")
    (first,) = await kept(talk)
    assert (await talk.one(DCO, "send", resend_of=first.id)).key == "send.not_ended"
    await failed(talk, UCO, UCO_OF_DOMAR)
    for who in (UCO, JOINT):
        assert (await talk(who, "send", resend_of=first.id))[-1].key == "send.not_yours"
    asked = [(await talk(DCO, "send", resend_of=first.id))[-1] for _ in range(2)]
    assert [out.reply.params["n"] for out in asked] == [2, 2]
    assert precomposed("যাঁরা পাননি: ইউসিও") in asked[0].text
    told = by_number(await talk(DCO, f"YES {code_in(asked[1])}"))
    assert set(told) == {DCO, UCO, UCO_OF_DOMAR}
    # Nobody gets it twice, not by the first question either.
    assert (await talk.one(DCO, "send", resend_of=first.id)).key == "send.resent"
    assert len(await sent(talk)) == 8


async def test_whom_it_is_for_may_be_said_first(talk_on_each: Talk) -> None:
    talk = talk_on_each
    assert (await talk.one(DCO, "পাঠান সকল ইউসিও")).key == "send.write"
    asked = await talk.one(DCO, "কাল ১০টায় সভা")
    assert (asked.key, asked.reply.params["n"]) == ("send.ask", 6)


async def test_a_whole_line_is_no_message_where_one_is_waited_for(talk: Talk) -> None:
    await talk.one(DCO, "SEND ALL UCO")
    asked = await talk.one(DCO, "পাঠান ইউসিও ডিমলা: কাল আসুন")
    assert (asked.key, asked.reply.params["n"]) == ("send.ask", 1)
    assert "পাঠান ইউসিও" not in asked.text
    assert {one.key for one in await talk(DCO, f"YES {code_in(asked)}")} == {"progress.begun", "broadcast.message"}


@pytest.mark.parametrize(
    ("who", "text", "key"),
    [
        (DCO, "পাঠান ডিমলা ইউসিওকে রিটার্ন দিন", "ask.missing_audience"),
        (DCO, "পাঠান সকল ইউসিও সভা", "send.meeting_how"),
        (PRESIDENT, "পাঠান", "not_allowed"),
        (PRESIDENT, "পাঠান সকল ইউসিও", "not_allowed"),
        (PRESIDENT, "SEND hello", "unknown"),
    ],
)
async def test_who_may_send_is_shown_how(talk: Talk, who: str, text: str, key: str) -> None:
    assert (await talk.one(who, text)).key == key
