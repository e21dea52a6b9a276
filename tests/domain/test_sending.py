"""Messages to many as officers type them: whom they go to, what is their text, and what is asked instead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.grammar import Ask, Call, Grammar
from bot.domain.text import bangla_digits, normalise
from bot.domain.vocabulary import Vocabulary
from bot.form import load_forms
from tests.domain.test_grammar import _catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.understanding import Understanding

_TODAY = date(2026, 11, 15)
_GRAMMAR = Grammar(Vocabulary.from_catalogues(_catalogue("bn"), _catalogue("en")), forms=load_forms())


def _parse(text: str, today: date = _TODAY) -> Understanding:
    return _GRAMMAR.parse(text, today)


def _args(text: str, today: date = _TODAY) -> Mapping[str, Any]:
    understood = _parse(text, today)
    assert isinstance(understood, Call), (text, understood)
    assert understood.command == "send"
    return understood.args


def _asked(text: str) -> tuple[str, str]:
    understood = _parse(text)
    assert isinstance(understood, Ask), (text, understood)
    return understood.command, understood.reason


_HEADS = ("SEND ALL UCO", "পাঠান সকল ইউসিও", "pathan sokol uco", "COOP send all ucos")


@given(st.sampled_from(_HEADS), st.text(max_size=80).filter(lambda text: any(map(str.isalnum, normalise(text)))))
def test_behind_the_colon_everything_is_text(head: str, text: str) -> None:
    said = _args(f"{head}: {text}")
    assert {key: said[key] for key in said if key != "text"} == {"audience": "uco", "all": True}
    assert normalise(said["text"]) == normalise(text)


@pytest.mark.parametrize(
    "text",
    [
        "প্রথম লাইন\n\n  দ্বিতীয় লাইন",
        "❤️ 👨‍👩‍👧 👍🏽 শুভেচ্ছা",
        "STOP",
        "বন্ধ করুন; STATUS 123/2019; SEND ALL DCO: x",
        "https://coop.gov.bd/a?b=c:d এ দেখুন",
        "সময়ঃ ১০:৩০, দুঃখিত।",
        "ক্ষ\u200dমা\u200c করবেন",
        "dear customer your balance is 0, free offer, reply STOP to cancel",
        "reg no 12/2019, 01700099900, *121#",
        "-৫% ছাড়",
        "আ\u09dfশা অা\u09af\u09bcশা",
    ],
)
@pytest.mark.parametrize("head", _HEADS)
def test_the_text_is_kept_as_it_was_typed(head: str, text: str) -> None:
    assert _args(f"{head}: {text}")["text"] == text
    assert _args(f"{head}:\n{text}\n")["text"] == text
    assert _args(f"{head} {text}")["text"] == text


_GROUPS = {
    "uco": ("UCO", "ucos", "ইউসিও", "ইউসিওদের", "উপজেলা সমবায় অফিসার", "upazila officers", "U.C.O."),
    "dco": ("DCO", "ডিসিও", "জেলা সমবায় কর্মকর্তা", "district cooperative officers"),
    "jr": ("JR", "joint registrars", "যুগ্ম নিবন্ধক"),
    "president": ("PRESIDENTS", "সভাপতি", "সভাপতিদের", "sovapoti", "chairman"),
    "secretary": ("secretaries", "সম্পাদক", "সাধারণ সম্পাদক", "sompadok"),
    "bearers": ("bearers", "office-bearers", "সভাপতি ও সম্পাদক", "presidents and secretaries", "sovapoti o sompadok"),
}


@pytest.mark.parametrize(("group", "word"), [(group, word) for group, words in _GROUPS.items() for word in words])
def test_a_group_by_any_of_its_names(group: str, word: str) -> None:
    for line in (f"SEND ALL {word}: text", f"পাঠান সকল {word}: text", f"send all {word} text"):
        assert _args(line) == {"audience": group, "all": True, "text": "text"}, line
    assert _args(f"SEND {word} Dimla: text") == {"audience": group, "office": "Dimla", "text": "text"}


@given(
    st.sampled_from([("red", "লাল"), ("red", "RED"), ("red", "মেয়াদোত্তীর্ণ"), ("yellow", "হলুদ"), ("green", "sobuj")]),
    st.sampled_from([("primary", "প্রাথমিক"), ("central", "CENTRAL"), ("national", "জাতীয়")]),
    st.sampled_from(["কৃষি", "fisheries", "মৎস্যজীবী"]),
    st.permutations([0, 1, 2, 3]),
)
def test_the_filters_come_in_any_order(
    colour: tuple[str, str], level: tuple[str, str], category: str, order: list[int]
) -> None:
    words = [colour[1], level[1], category, "সভাপতি"]
    assert _args(f"পাঠান সকল {' '.join(words[at] for at in order)}: text") == {
        "audience": "president",
        "all": True,
        "colour": colour[0],
        "level": level[0],
        "category": category,
        "text": "text",
    }


@given(
    st.dates(_TODAY, _TODAY + timedelta(days=360)),
    st.integers(8, 19),
    st.sampled_from([0, 5, 30, 45]),
    st.sampled_from(["%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %b %Y", "%d %B, %Y", "%b %d %Y"]),
    st.booleans(),
)
def test_a_day_and_a_time_in_any_form(day: date, hour: int, minute: int, form: str, bangla: bool) -> None:
    line = f"SEND ALL UCO MEETING {day.strftime(form)} {hour}:{minute:02}, জেলা অফিস: আলোচ্য"
    said = _args(bangla_digits(line) if bangla else line)
    assert (said["date"], said["time"]) == (f"{day}", f"{hour:02}:{minute:02}")
    assert (said["topic"], said["place"], said["text"]) == ("meeting", "জেলা অফিস", "আলোচ্য")


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        *[("10:30", "10:30"), ("১০.৩০", "10:30"), ("১০টা", "10:00"), ("সকাল ১০টায়", "10:00"), ("sokal 10tay", "10:00")],
        *[("11am", "11:00"), ("3 PM", "15:00"), ("3:15pm", "15:15"), ("12 pm", "12:00"), ("15:00", "15:00")],
        *[("দুপুর ২টা", "14:00"), ("দুপুর ১২টা", "12:00"), ("বেলা ১১টায়", "11:00"), ("বিকাল ৪.৩০টায়", "16:30")],
        *[("সন্ধ্যা ৭টা", "19:00"), ("রাত ৮টা", "20:00"), ("সাড়ে ১০টা", "10:30"), ("সকাল সাড়ে ৯টা", "09:30")],
        *[("পৌনে ১০টা", "09:45"), ("সোয়া ১১টা", "11:15"), ("১০টা ৩০ মিনিট", "10:30"), ("bikal 3ta", "15:00")],
        *[("১০ ঘটিকায়", "10:00"), ("at 10", "10:00"), ("৩টা বিকাল", "15:00"), ("10 o'clock", "10:00")],
    ],
)
def test_a_time_of_the_day(typed: str, time: str) -> None:
    for line in (f"SEND ALL UCO MEETING 25/11/26 {typed}", f"পাঠান সকল ইউসিও সভা ২৫/১১/২৬ {typed} জেলা অফিস: বাজেট"):
        assert _args(line)["time"] == time, line


def test_the_half_of_the_day_is_never_guessed() -> None:
    for typed in ("3:00", "৩টায়", "5.30", "at 4"):
        assert _asked(f"SEND ALL UCO MEETING 25/11/26 {typed} office: x") == ("send", "unclear_time")


def test_a_relative_day_needs_the_colon() -> None:
    assert _args("SEND ALL UCO meeting tomorrow 10:30 office: x")["date"] == "2026-11-16"
    assert _args("পাঠান সকল ইউসিও সভা পরশু সকাল ১০টা অফিস: x")["date"] == "2026-11-17"
    assert "topic" not in _args("SEND ALL UCO meeting tomorrow 10:30 office")


def test_a_day_without_its_year_is_the_next_one() -> None:
    assert _args("SEND ALL UCO MEETING 25 nov 11am: x")["date"] == "2026-11-25"
    assert _args("SEND ALL UCO MEETING 10/1 11am: x")["date"] == "2027-01-10"
    assert _args("SEND ALL UCO MEETING ১০ই জানুয়ারি সকাল ১১টা: x")["date"] == "2027-01-10"


@pytest.mark.parametrize("word", ["cancelled", "স্থগিত", "বাতিল", "হবে না", "postponed", "will not be held"])
def test_a_meeting_that_does_not_take_place_is_none(word: str) -> None:
    for line in (f"SEND ALL UCO MEETING 25/11/26 {word}", f"SEND ALL UCO MEETING 25/11/26 {word}: flood"):
        assert "topic" not in _args(line), line


@pytest.mark.parametrize(
    "text",
    [
        *["ওটিপি পাঠান", "আমার সমিতির অবস্থা পাঠান", "সাহায্য পাঠান", "কোড পাঠান", "তথ্য পাঠান", "পাঠান কোড: ৪৮২১৭৩"],
        *["send otp", "send me all information", "send all details", "please send code: 482173", "send all uco list"],
        *["সকল ইউসিওর নম্বর পাঠান", "send president phone number", "সব তথ্য পাঠান", "send money: 500", "sms pathan"],
        *["পাঠাবেন না", "সকল ইউসিওকে পাঠাবেন না: সভা", "দয়া করে পাঠান", "send 12/2019: x", "send 01700099900: x"],
    ],
)
def test_a_polite_request_is_no_message(text: str) -> None:
    assert getattr(_parse(text), "command", None) != "send"


def test_what_is_missing_is_asked() -> None:
    for text in ("SEND", "পাঠান", "pathan.", "send sms", "SEND: come", "SEND ALL: come", "SEND ALL OFFICERS: come"):
        assert _asked(text) == ("send", "missing_audience"), text
    for text in ("SEND ALL UCO", "SEND ALL UCO:", "SEND ALL UCO: ...", "পাঠান সকল লাল সভাপতি", "SEND Dimla:"):
        assert _asked(text) == ("send", "missing_text"), text


def test_a_form_tells_who_files_it() -> None:
    assert _args("SEND NOT FILED SOC 10/26: x")["audience"] == "uco"
    assert "audience" not in _args("SEND NOT FILED MEM 25-26: x")
    assert _args("SEND PRESIDENT NOT FILED MEM 25-26: x")["audience"] == "president"
    assert _args("পাঠান সকল ইউসিও যাদের AUD অক্টোবর বাকি: x") == {
        "audience": "uco",
        "all": True,
        "form": "AUD",
        "period": "2026-10",
        "text": "x",
    }


def test_a_misspelt_word_sends_nothing() -> None:
    for text in ("sedn all uco: x", "পাঠন সকল ইউসিও: x", "brdcast all uco: x", "pthan sokol uco: x"):
        assert _asked(text) == ("send", "unclear_command"), text
