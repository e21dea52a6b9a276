"""What a notice says, in both languages, by SMS and in a chat."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.broadcast_texts import Words, by_sms, meeting_at
from bot.clock import DHAKA
from bot.domain.broadcasts import BroadcastKind
from bot.domain.messages import Language
from bot.domain.replies import CHAT, SMS
from bot.domain.segments import measure
from bot.domain.text import precomposed
from bot.store.audiences import Member
from tests.texts import renderer

TODAY = date(2026, 11, 21)
PLACE = {"bn": "নীলফামারী", "en": "Nilphamari"}
MEETING = {"date": "2026-11-25", "time": "10:30", "place": "জেলা সমবায় কার্যালয়।"}


def notice(language: Language = Language.BN, *, chat: bool = False, **meeting: str) -> str:
    """A notice as somebody reads it."""
    words = Words(BroadcastKind.MEETING, PLACE, "মাসিক সমন্বয়।", {**MEETING, **meeting})
    return renderer().render(words.to(None, language, chat=chat), language, TODAY, CHAT if chat else SMS)


def test_a_notice_tells_day_time_place_agenda_and_how_to_answer_in_two_segments() -> None:
    said = notice()
    assert said == precomposed(
        "সভা: বুধবার ২৫/১১/২৬, সকাল ১০:৩০টা, জেলা সমবায় কার্যালয়। বিষয়: মাসিক সমন্বয়। নীলফামারী সমবায় কার্যালয়\nআসলে ১, না পারলে ২ লিখুন।"
    )
    assert measure(said).segments == 2


def test_in_a_chat_buttons_tell_how() -> None:
    words = Words(BroadcastKind.MEETING, PLACE, "মাসিক সমন্বয়", MEETING, broadcast_id=7)
    reply = words.to(None, Language.BN, chat=True)
    assert "\n" not in renderer().render(reply, Language.BN, TODAY, CHAT)
    assert renderer().labels(reply, Language.BN, TODAY) == (precomposed("আসব"), precomposed("আসতে পারব না"))
    assert [dict(one.args) for one in reply.choices] == [
        {"broadcast": 7, "answer": "1"},
        {"broadcast": 7, "answer": "2"},
    ]


def test_what_was_written_for_a_chat_tells_a_number_how_to_answer() -> None:
    words = Words(BroadcastKind.MEETING, PLACE, "মাসিক সমন্বয়", MEETING, broadcast_id=7)
    assert by_sms(words.to(None, Language.BN, chat=True)) == words.to(None, Language.BN, chat=False)
    plain = Words(BroadcastKind.MESSAGE, PLACE, "কাল সভা")
    assert by_sms(plain.to(None, Language.BN, chat=True)) == plain.to(None, Language.BN, chat=False)


def test_without_a_place_it_is_at_the_office_that_calls_it() -> None:
    said = notice(place="")
    assert precomposed("সকাল ১০:৩০টা, নীলফামারী সমবায় কার্যালয়। বিষয়: মাসিক সমন্বয়।") in said


@pytest.mark.parametrize(
    ("time", "bn", "en"),
    [
        ("00:15", "রাত ১২:১৫টা", "12:15 am"),
        ("09:00", "সকাল ৯টা", "9 am"),
        ("12:00", "দুপুর ১২টা", "12 pm"),
        ("15:30", "বিকাল ৩:৩০টা", "3:30 pm"),
        ("18:45", "সন্ধ্যা ৬:৪৫টা", "6:45 pm"),
        ("20:00", "রাত ৮টা", "8 pm"),
    ],
)
def test_times_are_those_of_the_clock_on_the_wall(time: str, bn: str, en: str) -> None:
    assert precomposed(f", {bn}, ") in notice(time=time)
    assert f"Wed 25/11/26, {en}, " in notice(Language.EN, time=time)


def test_a_registration_number_has_the_readers_digits() -> None:
    words = Words(BroadcastKind.MESSAGE, PLACE, "{r}: {name}")
    member = Member(1, 1, "—", "+8801700100001", None, 1, "12/2023", "ডিমলা অগ্রণী", "Dimla Agrani", None, stopped=False)
    bangla, english = (words.to(member, language, chat=False).params["text"] for language in Language)
    assert (bangla, english) == ("১২/২০২৩: ডিমলা অগ্রণী", "12/2023: Dimla Agrani")


def test_when_a_meeting_begins() -> None:
    assert meeting_at(MEETING) == datetime(2026, 11, 25, 10, 30, tzinfo=DHAKA)
    for wrong in ({"date": "2026-11-25"}, {"date": "soon", "time": "10:30"}, {"date": None, "time": "10:30"}):
        with pytest.raises(ValueError, match=r"\w"):
            meeting_at(wrong)


@pytest.mark.parametrize(
    ("national", "language", "begins"),
    [
        (True, Language.BN, "সমবায় অধিদপ্তর: "),
        (True, Language.EN, "Dept of Cooperatives: "),
        (False, Language.BN, "নীলফামারী সমবায় কার্যালয়: "),
        (False, Language.EN, "Coop office Nilphamari: "),
    ],
)
def test_the_nation_s_office_is_called_by_no_place(language: Language, begins: str, *, national: bool) -> None:
    words = Words(BroadcastKind.MESSAGE, PLACE, "কাল সভা", national=national)
    text = renderer().render(words.to(None, language, chat=False), language, TODAY, SMS)
    assert text.startswith(precomposed(begins))
