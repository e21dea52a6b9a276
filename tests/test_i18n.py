"""Rendering: digits, dates, names cut between letters, choices, the text of the day; and the check of the catalogues can fail."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogues import check
from bot.domain.messages import Language
from bot.domain.replies import Choice, Reply, dump, load
from bot.domain.segments import clusters, head
from bot.domain.text import precomposed
from bot.domain.wording import NAME_WIDTH, Slot, Wording
from bot.fills import cut
from bot.form import load_forms
from bot.i18n import Renderer
from tests.texts import renderer

FACTS = {"r": "123/2019", "agm": "2024-25", "audit": None}
DAY = date(2026, 6, 30)

MOST_SEGMENTS = 6


@pytest.mark.parametrize(
    ("today", "bangla", "english"),
    [
        (date(2026, 5, 16), "বাকি ৪৫ দিন, হলুদ", "45 days left (YELLOW)"),
        (date(2026, 4, 1), "বাকি ৯০ দিন, হলুদ", "90 days left (YELLOW)"),
        (date(2026, 3, 31), "বাকি ৯১ দিন, সবুজ", "91 days left (GREEN)"),
        (date(2026, 6, 30), "আজ শেষ দিন, হলুদ", "ends today 30/06/26 (YELLOW)"),
        (date(2026, 7, 1), "১ দিন পার, লাল", "1 days ago (RED)"),
    ],
)
def test_the_text_of_the_day(today: date, bangla: str, english: str) -> None:
    reply = Reply("status.own", FACTS, turns_on=DAY)
    said = renderer().render(reply, Language.BN, today)
    assert precomposed(bangla) in said
    assert said.startswith(precomposed("১২৩/২০১৯ মেয়াদ ৩০/০৬/২৬"))
    assert english in renderer().render(reply, Language.EN, today)


def test_a_stored_reply_says_the_same() -> None:
    option = Reply("status.option", {"r": "1/2023", "place": {"bn": "নীলফামারী", "en": "Nilphamari"}})
    choice = Choice(option, "status", {"society_id": 7}, ("Nilphamari",))
    for reply in (
        Reply("status.own", FACTS, turns_on=DAY),
        Reply("status.which_district", {"r": "1/2023"}, choices=(choice,) * 2),
    ):
        assert load(dump(reply)) == reply
        for language in Language:
            assert renderer().render(load(dump(reply)), language, DAY) == renderer().render(reply, language, DAY)


def test_choices_are_numbered_in_the_readers_digits() -> None:
    option = Reply("status.option", {"r": "1/2023", "place": {"bn": "নীলফামারী", "en": "Nilphamari"}})
    choice = Choice(option, "status", {"society_id": 7}, ("Nilphamari",))
    reply = Reply("status.which_district", {"r": "1/2023"}, choices=(choice, choice))
    assert renderer().render(reply, Language.BN, DAY).splitlines()[1:] == ["১. ১/২০২৩ নীলফামারী", "২. ১/২০২৩ নীলফামারী"]
    assert renderer().render(reply, Language.EN, DAY).splitlines()[1:] == [
        "1. 1/2023 Nilphamari",
        "2. 1/2023 Nilphamari",
    ]


def test_every_text_fits_in_its_worst_case() -> None:
    assert [finding for finding in check(renderer()) if finding.wrong] == []


SHOWING_TEXTS = {"texts.ask", "send.ask"}


def test_nothing_by_sms_is_longer_than_six_segments() -> None:
    """But what shows an officer a whole text, to be confirmed."""
    long = {finding.key for finding in check(renderer()) if max(finding.segments, finding.allowed) > MOST_SEGMENTS}
    assert {key for key in long if not renderer().wordings[key].chat} == SHOWING_TEXTS


def test_figures_that_there_is_no_room_for_are_left_out_whole() -> None:
    """Half a number is another one, and would be filed where the line is sent back."""
    form = load_forms().newest("NOTHI")
    assert form is not None
    figures = [{"label": dict(each.label), "value": 123456, "all": 654321} for each in form.asked]
    values = [[dict(each.label), 123456] for each in form.asked]
    line = {"word": "correct", "ref": "R48210", "values": values}
    said = Reply("return.other", {"form": "NOTHI", "p": "2026-27/Q1", "ref": "48210", "figures": figures, "line": line})
    for language, figure, ends in ((Language.BN, "১,২৩,৪৫৬", "১২৩৪৫৬ …"), (Language.EN, "1,23,456", "123456 ...")):
        text = renderer().render(said, language, date(2026, 11, 21))
        assert text.endswith(ends)
        assert text.count(figure) == text.count(figure[:-3]) > 1


def test_bangla_goes_out_precomposed() -> None:
    for key, text in renderer().texts[Language.BN].items():
        assert "\u09af\u09bc" not in precomposed(text), key


@given(st.text(alphabet="কখগড়ঢ়য়ািীুূেো্র্‍ ।Aa1", max_size=80), st.integers(min_value=2, max_value=30))
def test_a_cut_name_is_short_enough_and_ends_between_letters(name: str, width: int) -> None:
    tidy = precomposed(" ".join(name.split()))
    assert len(cut(name, width, Language.BN)) <= max(width, 0) or len(name) <= width
    begun = head(tidy, width)
    assert tidy.startswith(begun)
    assert len(begun) <= width
    ends, at = {0}, 0
    for cluster in clusters(tidy):
        at += len(cluster)
        ends.add(at)
    assert len(begun) in ends


def test_names_are_cut_with_the_ellipsis_of_the_alphabet() -> None:
    name = {"bn": "ডিমলা অগ্রণী মৎস্যজীবী সমবায় সমিতি লিঃ", "en": "Dimla Agrani Fishermen's Co-operative Society Ltd."}
    reply = Reply("status.option_named", {"r": "1/2023", "name": name})
    bangla, english = (renderer().render(reply, language, DAY) for language in Language)
    assert bangla.endswith("…")
    assert english.endswith("...")
    assert len(bangla) - len("১/২০২৩ ") <= NAME_WIDTH


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"greet": "ক" * 60 + "{r}"}, None),
        ({"greet": "ক" * 61 + "{r}"}, "needs 2 segments (71 units)"),
        ({"greet": "{strange}"}, "unknown gaps"),
        ({}, "is missing"),
        ({"greet": "{r}", "forgotten": "x"}, "nothing says it"),
    ],
)
def test_the_check_of_the_catalogues_can_fail(texts: dict[str, str], said: str | None) -> None:
    made = Renderer([Wording("greet", 1, {"r": Slot.REG_NO})], dict.fromkeys(Language, texts))
    wrong = [finding.wrong for finding in check(made) if finding.wrong]
    assert bool(wrong) == (said is not None)
    assert all(said is not None and said in each for each in wrong)
