"""Days, references and free text in a line: however they are typed, what is read is what was meant."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.grammar import Ask, Call, Grammar
from bot.domain.text import bangla_digits, latin_digits
from bot.domain.vocabulary import Vocabulary

if TYPE_CHECKING:
    from bot.domain.grammar import Understanding

_LOCALES = Path(__file__).parents[2] / "locales"
_TODAY = date(2026, 11, 20)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BANGLA_MONTHS = (
    *("জানুয়ারি", "ফেব্রুয়ারি", "মার্চ", "এপ্রিল", "মে", "জুন"),
    *("জুলাই", "আগস্ট", "সেপ্টেম্বর", "অক্টোবর", "নভেম্বর", "ডিসেম্বর"),
)
_EVENTS = {
    "election": ("election", "nirbachon", "নির্বাচন"),
    "interim": ("interim", "অন্তর্বর্তী কমিটি গঠন"),
    "agm": ("agm", "এজিএম", "সাধারণ সভা"),
    "audit": ("audit", "odit", "অডিট"),
    "dividend": ("dividend", "লভ্যাংশ বিতরণ"),
}

_days = st.dates(date(2001, 1, 1), _TODAY)
_reg_nos = st.builds(lambda serial, year: f"{serial}/{year}", st.integers(1, 99999), st.integers(1950, 2026))
_words = st.sampled_from([(command, word) for command, words in _EVENTS.items() for word in words])


@cache
def _grammar() -> Grammar:
    catalogues: list[dict[str, str]] = []
    for language in ("bn", "en"):
        with (_LOCALES / language / "LC_MESSAGES" / "words.po").open("rb") as file:
            catalogues.append({str(message.id): str(message.string) for message in read_po(file) if message.id})
    return Grammar(Vocabulary.from_catalogues(*catalogues))


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """The vocabulary takes longer to build than one example may."""
    _grammar()


def _parse(text: str) -> Understanding:
    return _grammar().parse(text, _TODAY)


def _ways(day: date) -> list[str]:
    short, month = day.year % 100, day.month - 1
    plain = [
        *(f"{day.day}{mark}{day.month}{mark}{day.year}" for mark in "/-."),
        *(f"{day.day:02}{mark}{day.month:02}{mark}{short:02}" for mark in "/-."),
        f"{day.day} {_MONTHS[month]} {day.year}",
        f"{day.day}-{_MONTHS[month]}-{short:02}",
        f"{_MONTHS[month]} {day.day}, {day.year}",
        f"{day.day} {_BANGLA_MONTHS[month]} {day.year}",
        f"{day.day}ই {_BANGLA_MONTHS[month]}, {day.year}",
        f"তারিখ {day.day}/{day.month}/{day.year}",
        day.isoformat(),
    ]
    return [*plain, *map(bangla_digits, plain)]


@given(_words, _reg_nos, _days, st.data())
def test_a_number_and_a_day_are_told_apart(said: tuple[str, str], reg_no: str, day: date, data: st.DataObject) -> None:
    command, word = said
    typed = data.draw(st.sampled_from(_ways(day)))
    number = data.draw(st.sampled_from([reg_no, bangla_digits(reg_no)]))
    order = data.draw(st.permutations([word, number, typed]))
    assume(order[1:] != [typed, number] or order[0] != word)  # ``5 oct 12/2023`` is read either way by people, too
    understood = _parse("; ".join(order))
    assert isinstance(understood, Call), order
    assert (understood.command, dict(understood.args)) == (command, {"reg_no": reg_no, "date": day.isoformat()})


@given(_words, _days, st.data())
def test_a_day_alone_is_for_the_own_society(said: tuple[str, str], day: date, data: st.DataObject) -> None:
    understood = _parse(f"{said[1]} {data.draw(st.sampled_from(_ways(day)))}")
    assert isinstance(understood, Call)
    assert (understood.command, dict(understood.args)) == (said[0], {"date": day.isoformat()})


@given(_words, st.dates(_TODAY - timedelta(days=364), _TODAY), st.booleans())
def test_without_a_year_it_was_the_last_such_day_unless_the_next_is_nearer(
    said: tuple[str, str], day: date, named: bool
) -> None:
    typed = f"{day.day} {_MONTHS[day.month - 1]}" if named else f"{day.day}/{day.month}"
    understood = _parse(f"{said[1]} 12/2023 {typed}")
    if _TODAY - day > timedelta(days=182):
        assert isinstance(understood, Ask)
        assert understood.reason == "missing_year"
        assert [line.rsplit(" ", 1)[1] for line in map(latin_digits, understood.suggestions)] == [f"{day:%d/%m/%Y}"]
        return
    assert isinstance(understood, Call)
    assert understood.args == {"reg_no": "12/2023", "date": day.isoformat()}


@given(_words, _days, st.sampled_from(["হবে", "hobe", "will be", "হইবে", "শুরু হয়েছে", "started"]))
def test_what_is_planned_or_only_begun_is_not_written(said: tuple[str, str], day: date, told: str) -> None:
    for typed in (f"{said[1]} {told} 12/2023 {day:%d/%m/%Y}", f"{said[1]} {day:%d/%m/%y} {told}"):
        understood = _parse(typed)
        assert isinstance(understood, Ask), typed
        assert (understood.command, understood.reason, understood.suggestions) == (said[0], "future_date", ())


@given(
    _words,
    st.integers(1, 9999),
    st.sampled_from(["{}%", "{} টাকা", "{} জন", "{} বছরের জন্য", "{}th", "{}তম", "{}ম", "{} percent", "total {}"]),
    _days,
    st.booleans(),
)
def test_a_number_that_counts_something_is_no_society(
    said: tuple[str, str], number: int, form: str, day: date, before: bool
) -> None:
    counted = form.format(number)
    line = f"{counted} {said[1]}" if before and form != "total {}" else f"{said[1]} {counted}"
    assert not isinstance(_parse(f"{line} {day:%d/%m/%Y}"), Call)


@given(_words, st.dates(_TODAY + timedelta(days=1), date(2099, 12, 31)), st.data())
def test_what_is_still_to_come_is_not_written(said: tuple[str, str], day: date, data: st.DataObject) -> None:
    understood = _parse(f"{said[1]} 12/2023 {data.draw(st.sampled_from(_ways(day)))}")
    assert isinstance(understood, Ask)
    assert (understood.command, understood.reason) == (said[0], "future_date")
    for suggestion in understood.suggestions:
        assert isinstance(_parse(suggestion), Call)


@given(_words, st.lists(_days, min_size=2, max_size=3, unique=True), st.data())
def test_two_days_are_asked_back(said: tuple[str, str], days: list[date], data: st.DataObject) -> None:
    typed = [data.draw(st.sampled_from(_ways(day))) for day in days]
    understood = _parse(f"{said[1]} 12/2023 {', '.join(typed)}")
    assert isinstance(understood, Ask), typed
    assert understood.reason == "two_dates"


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1900, 2026))
def test_a_day_that_is_in_no_calendar_is_asked_back(day: int, month: int, year: int) -> None:
    try:
        date(year, month, day)
    except ValueError:
        understood = _parse(f"agm 12/2023 {day}/{month}/{year}")
        assert isinstance(understood, Ask)
        assert understood.reason == "impossible_date"
        assert all(isinstance(_parse(suggestion), Call) for suggestion in understood.suggestions)


@given(
    st.sampled_from(["undo", "ফেরত", "approve", "অনুমোদন", "reject", "নামঞ্জুর"]),
    st.integers(1, 999999),
    st.sampled_from(["R{}", "r{}", "R {}", "R-{}", "{}", "ref {}", "আর {}", "সূত্র নং {}"]),
    st.booleans(),
)
def test_a_reference_is_a_reference(word: str, number: int, form: str, bangla: bool) -> None:
    typed = form.format(number)
    understood = _parse(f"{word} {bangla_digits(typed) if bangla else typed}")
    assert isinstance(understood, Call)
    assert understood.args == {"ref": f"R{number}"}


_TEXTS = st.text(alphabet="কখগ abc ০১২ 12/-.,!?:R।", min_size=1, max_size=60).map(lambda text: " ".join(text.split()))


@given(_TEXTS)
def test_the_officer_s_text_is_kept_as_typed(text: str) -> None:
    assume(text and text[0] != ":")
    understood = _parse(f"remind 12/2023 nilphamari: {text}")
    assert isinstance(understood, Call)
    assert understood.args == {"reg_no": "12/2023", "district": "nilphamari", "text": text}


@given(st.sampled_from(["কারণ নেই", "wrong date", "২৫/১০/২৫ নয়", "STOP", "নির্বাচন বাতিল"]))
def test_a_reason_is_kept_as_typed(reason: str) -> None:
    understood = _parse(f"reject R77 {reason}")
    expected: dict[str, Any] = {"ref": "R77", "reason": reason}
    assert isinstance(understood, Call)
    assert dict(understood.args) == expected


@pytest.mark.parametrize("word", [word for words in _EVENTS.values() for word in words])
@pytest.mark.parametrize(
    "sentence",
    [
        "{}",
        "{} 12/2023",
        "আমাদের {}",
        "{} হয়ে গেছে",
        "{} কবে",
        "{} হয়নি ৫/১১/২৫",
        "{} hoyni 12/2023 5/11/25",
        "{} নিয়ে কথা আছে",
    ],
)
def test_a_sentence_without_its_day_writes_nothing(word: str, sentence: str) -> None:
    understood = _parse(sentence.format(word))
    assert not isinstance(understood, Call) or understood.command == "status"
