"""Answers to messages to many: which message they belong to, what is written down, what is said, and who reads it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.domain.audiences import Audience, Group
from bot.domain.replies import load
from bot.domain.text import precomposed
from bot.store import answers, conversation, outbox
from bot.store.answers import Counts
from tests.conftest import NOW
from tests.handlers.sent import MEETING, NILPHAMARI, Sending
from tests.handlers.talking import DCO, JOINT, PRESIDENT, STRANGER, UCO, UCO_OF_DOMAR, Out

if TYPE_CHECKING:
    from tests.handlers.talking import Talk

CHAT = "8801700099900"


@pytest.fixture
def send(talk: Talk) -> Sending:
    return Sending(talk)


async def counted(send: Sending, broadcast_id: int) -> Counts:
    return await send.app.store.read(partial(answers.counts, broadcast_id=broadcast_id))


async def fate(send: Sending, who: str) -> tuple[str | None, ...]:
    """What became of the newest message of a number."""
    (newest,) = await send.app.store.read(partial(conversation.came_from, sender=who, channel="simulator", most=1))
    return newest.outcome, newest.command, newest.reason


async def notice_in(send: Sending, broadcast_id: int) -> Out:
    """The officer's notice, as it stands in his chat."""
    row_id = (await send.rows(broadcast_id))[UCO][2]
    (row,) = [row for row in await send.app.store.read(outbox.rows) if row.id == row_id]
    content = await send.app.store.read(partial(outbox.content, row_id=row.id, channel=row.channel, to=row.to))
    return Out(row.id, row.to, row.channel, row.text, row.segments, load(content or ""))


# ---- A meeting ----


async def test_a_number_tells_whether_somebody_comes(send: Sending) -> None:
    meeting = await send("মাসিক সমন্বয়", meeting=MEETING)
    said = await send.talk.one(UCO, "১")
    assert (said.key, said.segments) == ("answer.coming", 1)
    assert "25/11/26" in said.text
    assert precomposed("সকাল 10:30টা") in said.text
    assert (await send.talk.one(UCO_OF_DOMAR, "2.")).key == "answer.not_coming"
    assert await counted(send, meeting) == Counts(1, 1, 0, 4)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("আসব", "answer.coming"),
        ("জি স্যার, উপস্থিত থাকব", "answer.coming"),
        ("হ্যাঁ", "answer.coming"),
        ("yes", "answer.coming"),
        ("I will attend", "answer.coming"),
        ("না", "answer.not_coming"),
        ("no", "answer.not_coming"),
        ("আমি আসতে পারব না, জেলায় সভা আছে", "answer.not_coming"),
        ("parbo na sir", "answer.not_coming"),
        ("not coming", "answer.not_coming"),
    ],
)
async def test_so_do_words(send: Sending, text: str, key: str) -> None:
    await send("সমন্বয়", meeting=MEETING)
    assert (await send.talk.one(UCO, text)).key == key


async def test_the_last_answer_counts_and_the_echo_says_that_it_was_changed(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING)
    await send.talk.one(UCO, "1")
    assert (await send.talk.one(UCO, "2")).key == "answer.not_coming_now"
    assert (await send.talk.one(UCO, "2")).key == "answer.not_coming"
    assert await counted(send, meeting) == Counts(0, 1, 0, 5)


async def test_buttons_do_the_same_and_may_be_changed_until_the_meeting_begins(send: Sending) -> None:
    await send.talk.link(UCO, CHAT)
    meeting = await send("সমন্বয়", meeting=MEETING)
    notice = await notice_in(send, meeting)
    (said,) = await send.talk.press(notice, 1)
    assert said.key == "answer.coming"
    (said,) = await send.talk.press(notice, 2)
    assert said.key == "answer.not_coming_now"
    assert (await send.talk.one(CHAT, "১")).key == "answer.coming_now", "the number may be typed in the chat, too"
    send.at(NOW + timedelta(days=4, hours=1))
    (said,) = await send.talk.press(notice, 2)
    assert said.key == "answer.over"
    assert (await send.rows(meeting))[UCO][1] == "1"


async def test_a_button_is_nobody_elses(send: Sending) -> None:
    await send.talk.link(UCO, CHAT)
    meeting = await send("সমন্বয়", meeting=MEETING)
    notice = await notice_in(send, meeting)
    await send.talk(CHAT, "লিংক বন্ধ")
    (said,) = await send.talk.press(notice, 1)
    assert said.key == "link_first"
    await send.talk.link(STRANGER, CHAT)
    await send.seen()
    (said,) = await send.talk.press(notice, 1)
    assert said.key == "answer.not_yours"
    assert await counted(send, meeting) == Counts(0, 0, 0, 6)


async def test_after_the_meeting_has_begun_a_number_is_a_number_again(send: Sending) -> None:
    await send("সমন্বয়", meeting=MEETING)
    send.at(NOW + timedelta(days=4, hours=1))
    assert (await send.talk.one(UCO, "1")).key.startswith("ask.")


async def test_who_has_not_got_the_notice_does_not_answer_it(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING, left=False)
    assert (await send.talk.one(UCO, "1")).key.startswith("ask.")
    await send.leave(meeting)
    assert (await send.talk.one(UCO, "1")).key == "answer.coming"
    assert (await send.talk.one(STRANGER, "1")).key.startswith("ask.")


async def test_words_that_say_neither_are_kept_and_it_is_asked_once(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING)
    said = await send.talk.one(UCO, "সভার সময় কি পেছানো যায়")
    assert said.key == "answer.words"
    assert await send.talk(UCO, "দূরের রাস্তা তো") == []
    assert await fate(send, UCO) == ("silent", "answer", "answered")
    assert await counted(send, meeting) == Counts(0, 0, 1, 5)
    assert (await send.rows(meeting))[UCO][1] == "দূরের রাস্তা তো"
    assert (await send.talk.one(UCO, "1")).key == "answer.coming"


async def test_a_word_more_does_not_take_back_that_he_comes(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING)
    await send.talk.one(UCO, "1")
    assert await send.talk(UCO, "পথে যানজট, কিছুক্ষণ পর") == []
    assert await counted(send, meeting) == Counts(1, 0, 0, 5)
    (one,) = await send.app.store.read(partial(answers.everybody, broadcast_id=meeting, which="1"))
    assert one.words == "পথে যানজট, কিছুক্ষণ পর"


async def test_of_two_meetings_it_is_asked_which(send: Sending) -> None:
    first = await send("সমন্বয়", meeting=MEETING)
    second = await send("অডিট", meeting={**MEETING, "date": "2026-11-28"})
    asked = await send.talk.one(UCO, "২")
    assert asked.key == "answer.which"
    assert "28/11/26" in asked.text.splitlines()[1], "the newest one first"
    said = await send.talk.one(UCO, "2")
    assert said.key == "answer.not_coming"
    assert "25/11/26" in said.text
    assert (await send.rows(first))[UCO][1] == "2"
    assert (await send.rows(second))[UCO][1] is None
    send.at(NOW + timedelta(minutes=16))
    said = await send.talk.one(UCO, "1")
    assert "28/11/26" in said.text, "the other one is answered already"


# ---- Whose turn it is ----


async def test_a_list_that_was_shown_later_has_the_number_first(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING)
    send.at(NOW + timedelta(minutes=5))
    await send.talk.one(UCO, "খুঁজুন মৎস্যজীবী")
    assert (await send.talk.one(UCO, "1")).key.startswith("status.")
    assert (await send.talk.one(UCO, "আসব")).key == "answer.coming", "nothing on the list is called so"
    assert await counted(send, meeting) == Counts(1, 0, 0, 5)


async def test_a_notice_that_came_later_has_it_and_the_list_stays(send: Sending) -> None:
    await send.talk.one(UCO, "খুঁজুন মৎস্যজীবী")
    send.app.clock = send.app.broadcasting._clock = type(send.app.clock)(NOW + timedelta(minutes=1))
    send.at(NOW + timedelta(minutes=2))
    await send("সমন্বয়", meeting=MEETING)
    assert (await send.talk.one(UCO, "1")).key == "answer.coming"
    assert (await send.talk.one(UCO, "3")).key.startswith("status.")


async def test_a_message_that_asked_for_no_number_takes_none(send: Sending) -> None:
    assert (await send.talk.one(UCO, "রিটার্ন SOC ১০/২৬")).key == "guide.begin"
    send.app.clock = send.app.broadcasting._clock = type(send.app.clock)(NOW + timedelta(minutes=1))
    send.at(NOW + timedelta(minutes=2))
    message = await send("কাল বেলা ৩টার মধ্যে তথ্য দিন")
    assert (await send.talk.one(UCO, "15")).key.startswith("guide.")
    await send.talk.one(UCO, "খুঁজুন মৎস্যজীবী")
    assert (await send.talk.one(UCO, "1")).key.startswith("status.")
    assert (await send.rows(message))[UCO][1] is None


async def test_a_guided_return_waits_while_a_newer_notice_is_answered(send: Sending) -> None:
    assert (await send.talk.one(UCO, "রিটার্ন SOC ১০/২৬")).key == "guide.begin"
    send.app.clock = type(send.app.clock)(NOW + timedelta(minutes=1))
    send.at(NOW + timedelta(minutes=2))
    await send("সমন্বয়", meeting=MEETING)
    assert (await send.talk.one(UCO, "আসব")).key == "answer.coming"


async def test_what_waits_for_a_yes_gets_it(send: Sending) -> None:
    await send("সমন্বয়", meeting=MEETING)
    await send.talk.one(UCO, "তাগিদ ১/২০২৩: কাল আসুন")
    assert (await send.talk.one(UCO, "হ্যাঁ")).key == "ask.missing_code"
    assert (await send.talk.one(UCO, "না")).key == "no.done"
    assert (await send.talk.one(UCO, "না")).key == "answer.not_coming"


async def test_a_command_is_a_command(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING)
    assert (await send.talk.one(UCO, "অবস্থা ১/২০২৩")).key.startswith("status.")
    assert (await send.talk.one(UCO, "বন্ধ")).key == "stop.done"
    assert await counted(send, meeting) == Counts(0, 0, 0, 6)


# ---- Any other message ----


async def test_words_are_thanked_for_once(send: Sending) -> None:
    message = await send("কাল বেলা ৩টার মধ্যে তথ্য দিন")
    said = await send.talk.one(UCO, "পাঠিয়ে দিয়েছি স্যার")
    assert (said.key, said.segments) == ("answer.taken", 1)
    assert await send.talk(UCO, "আরেকটা কাগজ কাল দেব") == []
    assert (await send.rows(message))[UCO][1] == "আরেকটা কাগজ কাল দেব"
    assert await counted(send, message) == Counts(0, 0, 1, 5)


async def test_in_a_chat_there_is_no_silence(send: Sending) -> None:
    await send.talk.link(UCO, CHAT)
    await send("কাল বেলা ৩টার মধ্যে তথ্য দিন")
    for text in ("পাঠিয়ে দিয়েছি স্যার", "আরেকটা কাগজ কাল দেব"):
        assert (await send.talk.one(CHAT, text)).key == "answer.taken"


async def test_yes_and_a_number_answer_it_too(send: Sending) -> None:
    message = await send("কয়টি সমিতি লাল?")
    said = await send.talk.one(UCO, "৭")
    assert said.key == "answer.number"
    assert precomposed("অবস্থা 7") in said.text
    assert (await send.talk.one(UCO, "৮")).key.startswith("ask."), "thanked already; he may ask about a society"
    assert (await send.rows(message))[UCO][1] == "৮"
    assert (await send.talk.one(UCO_OF_DOMAR, "হ্যাঁ")).key == "answer.taken"


async def test_the_newest_message_gets_the_words_and_an_open_meeting_the_number(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING)
    message = await send("তথ্য দিন")
    assert (await send.talk.one(UCO, "দিয়েছি স্যার গতকাল")).key == "answer.taken"
    assert (await send.talk.one(UCO, "1")).key == "answer.coming"
    assert await counted(send, meeting) == Counts(1, 0, 0, 5)
    assert await counted(send, message) == Counts(0, 0, 1, 5)


async def test_three_days_later_it_is_over(send: Sending) -> None:
    await send("তথ্য দিন")
    send.at(NOW + timedelta(hours=73))
    assert (await send.talk.one(UCO, "দিয়েছি স্যার গতকাল")).key == "unknown"


async def test_presidents_answer_as_well(send: Sending) -> None:
    message = await send("কাল অফিসে আসুন", audience=Audience(Group.PRESIDENT, NILPHAMARI))
    assert (await send.talk.one(PRESIDENT, "পরশু যাব স্যার")).key == "answer.taken"
    assert (await counted(send, message)).other == 1


# ---- Its sender reads them ----


async def test_its_sender_reads_who_comes_and_who_does_not(send: Sending) -> None:
    meeting = await send("সমন্বয়", meeting=MEETING)
    await send.talk.one(UCO, "1")
    await send.talk.one(UCO_OF_DOMAR, "আমি আসতে পারব না, জেলায় সভা আছে")
    told = await send.talk.one(DCO, "answers", broadcast_id=meeting)
    assert told.key == "answers.meeting"
    assert [one.args["which"] for one in told.reply.choices] == ["1", "2", "unanswered"]
    assert "1 জন" in told.text.splitlines()[1]
    listed = await send.talk.one(DCO, "2")
    assert (listed.key, len(listed.reply.lines)) == ("answers.list.not_coming", 1)
    assert precomposed("জেলায় সভা আছে") in listed.text
    listed = await send.talk.one(DCO, "answers", broadcast_id=meeting, which="unanswered")
    assert len(listed.reply.lines) == 4
    assert (await send.talk.one(JOINT, "answers", broadcast_id=meeting)).key == "answers.meeting"
    assert (await send.talk.one(UCO, "answers", broadcast_id=meeting)).key == "report.not_found"
    assert (await send.talk.one(STRANGER, "answers", broadcast_id=meeting)).key == "not_allowed"


async def test_answers_in_words_are_read_page_by_page(send: Sending) -> None:
    message = await send("কত দূর?", audience=Audience(Group.PRESIDENT, NILPHAMARI))
    people = await send.app.store.read(partial(answers.everybody, broadcast_id=message, most=5))
    for number, one in enumerate(people):
        assert (await send.talk.one(one.msisdn, f"কাজ চলছে ভাই {number}")).key == "answer.taken"
    told = await send.talk.one(DCO, "answers", broadcast_id=message)
    assert told.key == "answers.message"
    first = await send.talk.one(DCO, "1")
    assert (first.key, len(first.reply.lines)) == ("answers.list.words", 2)
    second = await send.talk.one(DCO, "আরও")
    assert len(second.reply.lines) == 2
    last = await send.talk.one(DCO, "আরও")
    assert precomposed("কাজ চলছে ভাই 4") in last.text


async def test_what_is_not_there_is_not_found(send: Sending) -> None:
    assert (await send.talk.one(DCO, "জবাব R99")).key == "report.not_found"
    assert (await send.talk.one(DCO, "ANSWERS")).key == "control.none"
    await send("তথ্য দিন")
    assert (await send.talk.one(DCO, "জবাব R3")).key == "answers.message"
    assert (await send.talk.one(DCO, "জবাব")).key == "answers.message"


async def test_each_engine_counts_alike(talk_on_each: Talk) -> None:
    send = Sending(talk_on_each)
    meeting = await send("সমন্বয়", meeting=MEETING)
    await send.talk.one(UCO, "1")
    await send.talk.one(UCO_OF_DOMAR, "দেখি কী করা যায়")
    assert await counted(send, meeting) == Counts(1, 0, 1, 4)
    for which, number in (("1", 1), ("2", 0), ("words", 1), ("answered", 2), ("unanswered", 4), (None, 6)):
        found = await send.app.store.read(partial(answers.everybody, broadcast_id=meeting, which=which))
        assert len(found) == number, which
    await send.talk.one(UCO, "STOP")
