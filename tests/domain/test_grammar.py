"""Understanding texts: the lines of ``lines/`` one by one, and what holds for all of them."""

from __future__ import annotations

import json
import string
import time
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import RegistrationClash
from bot.domain.grammar import Ask, Call, Grammar, Unknown, number_choice
from bot.domain.messages import Language
from bot.domain.shapes import RESERVED, SHAPES
from bot.domain.text import normalise, precomposed
from bot.domain.vocabulary import Vocabulary
from bot.form import load_forms

if TYPE_CHECKING:
    from bot.domain.grammar import Understanding

_HERE = Path(__file__).parent
_TODAY = date(2026, 1, 15)
_LINES = [
    json.loads(line)
    for path in sorted((_HERE / "lines").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
_RUN = [line for line in _LINES if line["outcome"] == "run"]


def _catalogue(language: str) -> dict[str, str]:
    with (_HERE.parents[1] / "locales" / language / "LC_MESSAGES" / "words.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


@cache
def _grammar() -> Grammar:
    return Grammar(Vocabulary.from_catalogues(_catalogue("bn"), _catalogue("en")), forms=load_forms())


def _parse(text: str, today: date = _TODAY) -> Understanding:
    return _grammar().parse(text, today)


def _day_of(line: dict[str, Any]) -> date:
    """The day on which a line came: what is still to come then cannot have taken place."""
    return date.fromisoformat(line["today"]) if "today" in line else _TODAY


def _folded(value: Any) -> Any:
    """Arguments without what the sender's own spelling keeps: case and forms of letters and digits."""
    if isinstance(value, dict):
        return {key: _folded(each) for key, each in value.items()}
    return normalise(value).lower() if isinstance(value, str) else value


def _as_line(understood: Understanding) -> dict[str, Any]:
    if isinstance(understood, Call):
        return {"outcome": "run", "command": understood.command, "args": dict(understood.args)}
    if isinstance(understood, Ask):
        return {"outcome": "ask", "command": understood.command, "args": {}}
    return {"outcome": "unknown"}


@pytest.mark.parametrize("line", _LINES, ids=[line["text"][:60] for line in _LINES])
def test_line(line: dict[str, Any]) -> None:
    understood = _parse(line["text"], _day_of(line))
    expected = {key: line[key] for key in ("outcome", "command", "args") if key in line}
    if "district" in expected.get("args", {}):
        expected["args"] = {**expected["args"], "district": normalise(expected["args"]["district"])}
    assert _as_line(understood) == expected
    assert understood.language == line.get("language", understood.language)
    if isinstance(understood, Ask):
        assert list(understood.suggestions) == line.get("suggestions", [])
        assert understood.reason == line["reason"]
    if isinstance(understood, Unknown):
        assert (understood.machine, understood.reserved) == (line.get("machine", False), line.get("reserved"))


def test_the_lines_tell_enough() -> None:
    assert len(_LINES) > 500
    assert len({(line["text"], line.get("today")) for line in _LINES}) == len(_LINES)


def test_every_suggestion_can_be_sent_back_as_it_is() -> None:
    for line in _LINES:
        for suggestion in line.get("suggestions", []):
            understood = _parse(suggestion, _day_of(line))
            assert isinstance(understood, Call), (line["text"], suggestion)
            if line["reason"] not in {"two_commands", "unclear_command"}:
                assert understood.command == line["command"]


def test_every_word_of_a_command_means_it() -> None:
    for language in ("bn", "en"):
        catalogue = _catalogue(language)
        for shape in SHAPES:
            for word in catalogue[f"command.{shape.name}"].split(" | "):
                understood = _parse(word)
                assert isinstance(understood, Call | Ask), word
                assert understood.command == shape.name, word
        for shape in RESERVED:
            for word in catalogue.get(f"command.{shape.name}", "").split(" | "):
                assert isinstance(understood := _parse(word), Unknown), word
                assert understood.reserved is not None, word
                assert not understood.machine, word


def test_every_command_has_words_in_both_languages() -> None:
    for language in ("bn", "en"):
        catalogue = _catalogue(language)
        assert [shape.name for shape in (*SHAPES, *RESERVED) if not catalogue.get(f"command.{shape.name}")] == []


def test_one_word_under_two_commands_is_refused() -> None:
    with pytest.raises(RegistrationClash, match=r"'halt' stands under two commands: command\.pause and command\.stop"):
        Vocabulary.from_catalogues({"command.stop": "stop | Halt"}, {"command.pause": "halt"})


# Case, spaces, invisible marks, Unicode forms and scripts of digits change nothing.

_SCRIPTS = ["0123456789", "০১২৩৪৫৬৭৮৯", "०१२३४५६७८९", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"]


def _same_to_the_eye(draw: st.DrawFn, text: str) -> str:
    forms = [text, precomposed(text), unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)]
    text = draw(st.sampled_from(forms))
    typed = []
    for char in text:
        if char.isdecimal():
            typed.append(draw(st.sampled_from(_SCRIPTS))[unicodedata.decimal(char)])
        elif char == " ":
            typed.append(draw(st.sampled_from([" ", "  ", "\u00a0", "\t", "\n"])))
        else:
            typed.append(char)
        if draw(st.integers(0, 9)) == 0:
            typed.append(draw(st.sampled_from(["\u200c", "\u200d", "\ufeff", "\u200e", "\u2060"])))
    return "".join(typed)


@given(st.data())
def test_what_looks_the_same_means_the_same(data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(_LINES))
    typed = data.draw(st.composite(_same_to_the_eye)(line["text"]))
    today = _day_of(line)
    assert _folded(_as_line(_parse(f" {typed} ", today))) == _folded(_as_line(_parse(line["text"], today)))


@given(st.sampled_from([line for line in _RUN if "district" not in line["args"]]), st.randoms(use_true_random=False))
def test_case_changes_nothing(line: dict[str, Any], chance: Any) -> None:
    typed = "".join(char.upper() if chance.random() < 0.5 else char.lower() for char in line["text"])
    assert _folded(_as_line(_parse(typed))) == _folded(_as_line(_parse(line["text"])))


@given(
    st.sampled_from([line for line in _RUN if line["text"][0] != "/"]),
    st.sampled_from(["COOP ", "coop:", "সমবায় ", "সমবায়, ", "Coop. "]),
)
def test_the_keyword_in_front_changes_nothing(line: dict[str, Any], keyword: str) -> None:
    assert _as_line(_parse(keyword + line["text"])) == _as_line(_parse(line["text"]))


# A typing mistake in a long word may fail; it never runs something else.

_LETTERS = {False: string.ascii_lowercase, True: "অআইউএওকখগঘচছজঝটডতথদধনপফবভমযরলশষসহািীুূেোংঁ্"}
_LONG_WORDS = {
    "status": ["status", "obostha", "meyad", "অবস্থা", "স্ট্যাটাস", "মেয়াদ"],
    "help": ["shahajjo", "সাহায্য", "instructions"],
    "language": ["language", "bhasha"],
    "stop": ["unsubscribe", "bondho"],
    "start": ["start", "subscribe", "shuru"],
    "calendar": ["calendar", "kelendar", "ক্যালেন্ডার"],
    "officer": ["officer", "অফিসার", "kormokorta"],
    "contact": ["contact", "jogajog", "যোগাযোগ"],
    "link": ["telegram", "টেলিগ্রাম"],
    "election": ["election", "nirbachon", "নির্বাচন"],
    "interim": ["interim", "ontorborti", "অন্তর্বর্তী"],
    "audit": ["audited", "নিরীক্ষা"],
    "dividend": ["dividend", "লভ্যাংশ"],
    "remind": ["remind", "স্মরণ"],
    "undo": ["rollback", "প্রত্যাহার"],
    "approve": ["approve", "অনুমোদন"],
    "reject": ["rejected", "নামঞ্জুর"],
    "return": ["return", "রিটার্ন", "biboroni"],
    "rollup": ["rollup", "রোলআপ", "সারসংক্ষেপ"],
    "due": ["overdue", "বকেয়া", "bokeya"],
    "correct": ["correct", "সংশোধন", "songsodhon"],
    "send": ["broadcast", "প্রেরণ", "pathan"],
    "cancel": ["cancel", "ক্যান্সেল"],
    "pause": ["pause", "স্থগিত"],
    "resume": ["resume", "পুনরারম্ভ"],
}
_TAILS = {
    "status": ["", " 123/2019", " ১২৩"],
    "language": [" bangla", " EN"],
    **{event: [" 123/2019 5/11/25", " ৫/১১/২৫"] for event in ("election", "interim", "audit", "dividend")},
    "remind": [" 123/2019", " ১২৩/২০১৯ এজিএম"],
    **{step: [" R77", " আর ৭৭"] for step in ("undo", "approve", "reject")},
    "return": [" SOC 12/23 5 2", " ১২/২৩ নতুন ৫ বাতিল ২", " AGM 12/23 due 4 held 3"],
    "rollup": ["", " SOC 12/23", " SOC ১২/২৩ জেলাওয়ারি"],
    "due": ["", " SOC 12/23"],
    "correct": [" R77 new 6", " R77 বাতিল ৩"],
    "send": ["", " ALL UCO: কাল সভা", " সকল ইউসিও কাল সভা"],
    **{halt: ["", " R77", " আর ৭৭"] for halt in ("cancel", "pause", "resume")},
}


@given(st.data())
def test_a_typing_mistake_never_runs_another_command(data: st.DataObject) -> None:
    command = data.draw(st.sampled_from(sorted(_LONG_WORDS)))
    word = data.draw(st.sampled_from(_LONG_WORDS[command]))
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(_LETTERS[not word.isascii()]))
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    typed = data.draw(
        st.sampled_from(
            [word[:at] + word[at + 1 :], word[:at] + letter + word[at:], swapped, word[:at] + letter + word[at + 1 :]]
        )
    )
    understood = _parse(typed + data.draw(st.sampled_from(_TAILS.get(command, [""]))))
    if command in _WRITING and isinstance(understood, Call) and understood.command == "status":
        return  # ``emind 123/2019``: a number beside a strange word looks something up
    assert not isinstance(understood, Call) or understood.command == command


_WRITING = {shape.name for shape in SHAPES if shape.writes}

_ORDINARY = (
    *("shop", "step", "top", "tops", "story", "stool", "stone", "store"),
    *("stock", "stand", "stamp", "stab", "stay", "stem", "stir", "sport"),
    *("spot", "post", "slot", "snap", "steep", "steps", "stood", "strip"),
    *("strap", "stripe", "soap", "soup", "swap", "shot", "ship", "state"),
    *("station", "statue", "stature", "statutory", "estate", "smart", "star", "stars"),
    *("sort", "part", "chart", "party", "non", "none", "nor", "not"),
    *("note", "know", "now", "new", "nine", "hat", "hut", "hit"),
    *("hot", "had", "has", "her", "hair", "half", "hold", "hell"),
    *("hello", "held", "heap", "head", "health", "yet", "yell", "yesterday"),
    *("eyes", "east", "less", "bond", "band", "bend", "bandage", "banana"),
    *("boss", "base", "bus", "bass", "long", "lung", "land", "lamp"),
    *("mead", "meat", "meant", "medal", "media", "team", "theme", "bondhu"),
    *("bandhu", "bhondo", "kondo", "gondho", "chal", "chalak", "guru", "gorur"),
    *("shurjo", "naam", "nai", "nana", "noy", "hat", "hate", "haat"),
    *("hasi", "hashem", "jai", "jabo", "jon", "bashar", "bosha", "asha"),
    *("bhalo", "obak", "obosor", "oboidho", "meyer", "meye", "miya", "বন্ধু"),
    *("বান্দা", "বাঁধ", "বন্যা", "বন্দর", "গন্ধ", "অন্ধ", "শুরুতে", "গুরু"),
    *("চাল", "চালক", "নানা", "নাম", "নাই", "হাত", "হাট", "হাসি"),
    *("জীবন", "আশা", "বাসা", "ভালো", "অবসর", "অবৈধ", "অবস্থান", "মেয়ে"),
    *("মেয়র", "সাহস", "সাহেব", "সাহিত্য", "স্টেশন", "স্টোর", "স্টেপ", "সপ্তাহ"),
)


@pytest.mark.parametrize("word", _ORDINARY)
def test_an_ordinary_word_runs_nothing(word: str) -> None:
    understood = _parse(word)
    assert not isinstance(understood, Call) or understood.command not in {"stop", "start", "yes", "no"}
    assert not isinstance(_parse(f"{word} 482173"), Call)


# Whatever comes in, an answer comes out.


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(_parse(text), Call | Ask | Unknown)
    number_choice(text)


@given(
    st.lists(st.sampled_from([line["text"] for line in _LINES]), max_size=4),
    st.text(alphabet="/-.,:()'*#?! \u200c।ঃ০1R", max_size=9),
)
def test_no_mixture_is_too_strange(texts: list[str], glue: str) -> None:
    text = glue.join(texts)
    assert _parse(text) == _parse(text)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1 ",
        "/",
        "ক",
        "্",
        "না ",
        "stop ",
        "coop ",
        "সমবায়",
        "123/2019 ",
        "(",
        "1(a)",
        "x1/",
        "zzzz ",
        "reg no ",
        "stat ",
        "a b ",
        "!",
        "find ",
        "x find ",
        "officer new ",
        "officer new dimla 01700099911 ",
        "017-",
        "president 01 ",
        "contact president Karim ",
        "link 48 ",
        "agm 12/10 ",
        "agm 25 oct ",
        "25/",
        "oct ",
        "remind 12: ",
        "reject R77 x ",
        "R12 ",
        ". ",
        "ret 12/23 5 ",
        "ret 12/23 new 5 ",
        "ret soc dec ",
        "রিটার্ন ১২/২৩ নতুন ",
        "rollup Q2 ",
        "due 2023-24/",
        "correct R7 nwe 6 ",
        "ret 1,",
        "ret dak ",
        "send all uco ",
        "send a:b ",
        "uco send: ",
        "send not filed soc ",
        "SEND ALL UCO MEETING 25/11/26 ",
        "send all uco:ক",
    ],
)
def test_a_long_text_takes_no_long_time(piece: str) -> None:
    text = (piece * 5000)[:5000]
    started = time.perf_counter()
    _parse(text)
    number_choice(text)
    assert time.perf_counter() - started < 1


def test_free_text_keeps_the_spelling_of_the_sender() -> None:
    name = "মোঃ করিম উদ্দিন\u200c চৌধুরী"
    understood = _parse(f"অফিসার নতুন ডিমলা ০১৭০০০৯৯৯১১ {name}")
    assert isinstance(understood, Call)
    assert understood.args["text"] == name
    for query in ("ৎস্য-জীবী ডিমলা", "ADARSHA মহিলা ৫ নং", "আ\u09dfশা লিঃ", "অা\u09af\u09bcশা লিঃ"):
        found = _parse(f"COOP find: {query} please")
        assert isinstance(found, Call)
        assert found.args["query"] == query


def test_a_list_is_asked_to_go_on() -> None:
    for text in ("more", "NEXT", "আরও", "আরো দেখান", "aro", "পরের", "more please", "পরবর্তী", "aro den"):
        assert getattr(_parse(text), "more", False), text
    for text in ("no more", "more sms", "status", "next meeting", "", "?", "2", "আর"):
        assert not getattr(_parse(text), "more", False), text


_CHANGES = (
    ("officer", "officer new dimla 01700099911 Karim Uddin"),
    ("officer", "অফিসার বদলি ০১৭০০০৯৯৯১১ ডোমার"),
    ("officer", "officer end 01700099911"),
    ("contact", "contact 12/2019 president Karim 01700100011"),
    ("contact", "যোগাযোগ ১২/২০১৯ সভাপতি করিম ০১৭০০১০০০১১"),
    ("election", "election 12/2019 5/11/25"),
    ("election", "নির্বাচন ১২/২০১৯ ৫ নভেম্বর ২০২৫"),
    ("dividend", "লভ্যাংশ ১২/২০১৯ ৫/১১/২৫"),
    ("interim", "interim 12/2019 5/11/25"),
    ("audit", "audit 12/2019 5/11/25"),
    ("agm", "agm 12/2019 5/11/25"),
    ("remind", "remind 12/2019 audit"),
    ("approve", "approve R77"),
    ("reject", "নামঞ্জুর R77 কাগজ নেই"),
    ("undo", "undo R77"),
    ("return", "return soc 12/23 5 2"),
    ("return", "রিটার্ন ১২/২৩ নতুন ৫ বাতিল ২"),
    ("correct", "correct R77 new 6"),
    ("correct", "সংশোধন R77 নতুন ৬"),
    ("send", "send all uco: come tomorrow"),
    ("send", "পাঠান ডিমলা ইউসিও: আসুন"),
    ("cancel", "cancel R77"),
    ("pause", "স্থগিত R77"),
    ("resume", "resume R77"),
)


@given(st.sampled_from(_CHANGES), st.data())
def test_a_misspelt_word_changes_nothing_but_what_was_typed(change: tuple[str, str], data: st.DataObject) -> None:
    command, line = change
    word = line.split(" ", 1)[0]
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(_LETTERS[not word.isascii()]))
    typed = data.draw(st.sampled_from([word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]]))
    understood = _parse(typed + line.removeprefix(word))
    if isinstance(understood, Call) and understood.args:
        args = dict(understood.args)
        if understood.command == "status":  # it only looks something up; the strange word may be the district's
            args.pop("district", None)
        assert (understood.command, args) in (
            (command, dict(_parse(line).args)),  # type: ignore[union-attr]
            ("status", {"reg_no": "12/2019"}),
        )


def test_the_short_way_decides_as_the_long_way_does() -> None:
    grammar = _grammar()
    for word in grammar._plain:
        for tail in ("", "!", " 123/2019", "123/2019.", " 0123 - 1999", " 123/1800", " 123/2030", " 00000/2019"):
            text = normalise(word + tail)
            assert grammar.parse(text, _TODAY) == grammar._weighed(text, text, _TODAY), text


def test_the_language_is_the_one_that_was_written() -> None:
    assert _parse("STATUS 123/2019").language is Language.EN
    assert _parse("STATUS ১২৩/২০১৯").language is Language.BN
    assert _parse("obostha 123/2019").language is Language.BN
    assert _parse("সমবায় STATUS 123/2019").language is Language.EN
    assert _parse("123/2019").language is Language.BN
    assert _parse("STATUS 123/2019 নীল").language is Language.BN


def test_the_keywords_are_the_ones_that_are_configured() -> None:
    grammar = Grammar(Vocabulary.from_catalogues(_catalogue("bn"), _catalogue("en")), keywords=("SOC",))
    assert _as_line(grammar.parse("SOC", _TODAY)) == {"outcome": "run", "command": "help", "args": {}}
    assert _as_line(grammar.parse("SOC STATUS 1/2020", _TODAY)) == _as_line(_parse("STATUS 1/2020"))
    assert (
        _as_line(Grammar(Vocabulary.from_catalogues(_catalogue("en")), keywords=()).parse("STOP", _TODAY))["command"]
        == "stop"
    )


def test_only_the_day_tells_which_year_can_be() -> None:
    assert isinstance(_grammar().parse("status 1/2030", date(2029, 12, 31)), Call)
    assert isinstance(_grammar().parse("status 1/2030", date(2028, 12, 31)), Ask)


@pytest.mark.parametrize(
    "text", ["2", "২", "2.", "(২)", "২ নম্বর", "no 2", " ২। ", "2)", "#2", "নং ২", "option 2", "2 no", "২টি"]
)
def test_a_number_is_picked_from_a_list(text: str) -> None:
    assert number_choice(text) == 2


@pytest.mark.parametrize(
    "text", ["", "0", "1234", "123/2019", "status 2", "2 3", "দুই", "না", "1.5", "2 status", "?", "R2"]
)
def test_other_texts_pick_nothing(text: str) -> None:
    assert number_choice(text) is None
