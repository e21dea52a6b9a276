"""The texts of the reminders, and what may stand in their place: measured in the longest case, to the character."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.app import grammar
from bot.config import Config
from bot.domain.gaps import Flaw, Kind, folded
from bot.domain.grammar import Unknown
from bot.domain.messages import Language
from bot.domain.milestones import ReminderKind
from bot.domain.replies import Reply
from bot.domain.segments import Encoding, measure
from bot.domain.wording import MESSAGE_WIDTH, STAGES
from bot.fitting import fits
from bot.reminder_texts import EDITABLE, WORDINGS, too_long
from bot.texts import GAPS, Example, allowed, halves, judged, sample, shown, subject
from tests.conftest import NOW
from tests.texts import renderer

TODAY = NOW.date()
BN, EN = Language.BN, Language.EN


def test_there_is_a_text_for_every_kind_and_stage() -> None:
    assert set(WORDINGS) == set(ReminderKind)
    assert len(EDITABLE) == len(STAGES) + 3 * 3
    for key in EDITABLE:
        assert {f"subject.{subject(key)}"} <= set(renderer().texts[BN]) & set(renderer().texts[EN])


@pytest.mark.parametrize("key", list(EDITABLE))
@pytest.mark.parametrize("language", list(Language))
def test_the_standard_text_is_one_that_an_officer_could_have_written(key: str, language: Language) -> None:
    text = renderer().texts[language][key]
    for typed in (text, shown(renderer(), text, BN), shown(renderer(), text, EN)):
        assert not isinstance(judged(renderer(), key, language, typed), Flaw)
    assert halves(text, language) is None


def test_nobody_takes_a_text_for_a_machines() -> None:
    parser = grammar(Config())
    for key in EDITABLE:
        for language in Language:
            understood = parser.parse(shown(renderer(), renderer().texts[language][key], language), TODAY)
            assert not (isinstance(understood, Unknown) and understood.machine)


@pytest.mark.parametrize(
    ("typed", "excess"),
    [
        # 10 for the registration number, 8 for a date, 2 for the days: of 60 days left there are two digits.
        ("{নম্বর}" + "ক" * 60, None),
        ("{নম্বর}" + "ক" * 61, 1),
        ("{নম্বর}" + "ক" * 72, 12),
        ("{নম্বর}{তারিখ}{দিন}" + "ক" * 50, None),
        ("{নম্বর}{তারিখ}{দিন}" + "ক" * 51, 1),
        ("{নম্বর}{তারিখ}{দিন}" + "ক" * 300, 250),
        ("{নম্বর}" + "\u09af\u09bc" * 60, None),
    ],
)
def test_how_much_too_long_in_bangla(typed: str, excess: int | None) -> None:
    found = judged(renderer(), "reminder.term.notice", BN, typed)
    if excess is None:
        assert isinstance(found, str)
    else:
        assert found == Flaw(Kind.TOO_LONG, excess=excess, most=70)


@pytest.mark.parametrize(
    ("key", "room"), [("prepare", 45), ("notice", 47), ("urgent", 48), ("last_day", 48), ("expired", 45)]
)
def test_the_longest_case_is_that_of_the_day(key: str, room: int) -> None:
    # Of room for all but the gaps: '(n days)' has four digits a long time before and after, one in the last week.
    typed = "{r} {d} {n} " + "ক" * (room + 1)
    assert isinstance(judged(renderer(), f"reminder.term.{key}", BN, typed[:-1]), str)
    assert judged(renderer(), f"reminder.term.{key}", BN, typed) == Flaw(Kind.TOO_LONG, excess=1, most=70)


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("{number}" + "M" * 150, None),
        ("{number}" + "M" * 151, Flaw(Kind.TOO_LONG, excess=1, most=160)),
        ("{number}" + "M" * 148 + "€", None),
        ("{number}" + "M" * 149 + "€", Flaw(Kind.TOO_LONG, excess=1, most=160)),
        ("{number}" + "M" * 59 + "’", None),
        ("{number}" + "M" * 60 + "’", Flaw(Kind.TOO_LONG, excess=1, most=70, letter="’")),
        ("{number}" + "M" * 100 + "ক", Flaw(Kind.TOO_LONG, excess=41, most=70, letter="ক")),
    ],
)
def test_how_much_too_long_in_english(typed: str, flaw: Flaw | None) -> None:
    found = judged(renderer(), "reminder.term.notice", EN, typed)
    assert found == flaw if flaw else isinstance(found, str)


def test_a_letter_that_costs_is_named() -> None:
    assert halves("{r}: it’s time", EN) == "’"
    assert halves("{r}: it's time", EN) is None
    assert halves("{r}: সময়", BN) is None


def test_an_accepted_text_never_needs_a_second_segment() -> None:
    typed = "{নম্বর}{তারিখ}{দিন}" + "ক" * 50
    text = judged(renderer(), "reminder.term.notice", BN, typed)
    assert isinstance(text, str)
    last_day = date(2026, 12, 28)
    for left in range(31, 61):
        reply = Reply("reminder.term", {"r": "88888/2019"}, turns_on=last_day)
        said = renderer().render(reply, BN, last_day - timedelta(days=left), own={"reminder.term.notice": text})
        assert measure(said).segments == 1


def test_what_is_measured() -> None:
    wording = EDITABLE["reminder.audit.running"]
    found = fits(renderer(), wording, "reminder.audit.running", BN, "{r} {d} {n} {y} " + "ক" * 60)
    assert (found.encoding, found.units, found.segments, found.excess) == (Encoding.UCS2, 91, 2, 21)


def test_gaps_have_one_meaning_and_the_explanations_their_names() -> None:
    meant: dict[str, str] = {}
    for language in Language:
        for gap in GAPS:
            names = [folded(name) for name in renderer().texts[language][f"gap.{gap}"].split("|")]
            assert all(meant.setdefault(name, gap) == gap for name in names)
            explained = renderer().render(Reply(f"texts.gap.{gap}"), language, TODAY)
            assert explained.startswith(f"{{{shown(renderer(), f'{{{gap}}}', language)[1:-1]}}}")
    assert allowed("reminder.term.notice") == ("r", "d", "n")
    assert allowed("reminder.audit.running") == GAPS


def test_a_sample_is_of_the_day_on_which_it_is_sent() -> None:
    society = Example("1/2023", date(2027, 1, 17))

    def said(key: str) -> str:
        text = renderer().texts[EN][f"reminder.{key}"]
        return sample(renderer(), society, f"reminder.{key}", EN, text, TODAY, audit_by="03-31")

    assert said("term.notice").startswith("1/2023: committee term ends 17/01/27, in 60 days.")
    assert "days left: 7" in said("term.urgent")
    assert "ended on 17/01/27" in said("term.expired")
    # The year is the one whose audit the law wants by that day.
    assert "audit for 26-27 is due by 31/03/27" in said("audit.running")
    assert "audit for 26-27" in said("audit.expired")


def test_a_message_of_an_officers_own() -> None:
    assert too_long("ক" * MESSAGE_WIDTH) == 0
    assert too_long("ক" * (MESSAGE_WIDTH + 3)) == 3
    assert too_long("\u09af\u09bc" * MESSAGE_WIDTH) == 0
    assert too_long("😀" * 80) == 10
    reply = Reply("reminder.free", {"r": "88888/2019", "text": "😀" * 75})
    assert measure(renderer().render(reply, BN, TODAY)).segments <= 3
