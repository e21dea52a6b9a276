"""What an answer to a question of a guided return means, and which question is next."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answers import Figures, Hint
from bot.domain.checking import Carried
from bot.domain.grammar import number_choice
from bot.domain.guiding import Asked, Change, Wish, Words, before, may_skip, open_ones, questions, understood
from bot.domain.messages import Language
from bot.domain.text import bangla_digits
from bot.form import load_forms
from bot.i18n import read_catalogue

if TYPE_CHECKING:
    from bot.domain.forms import Form
    from bot.domain.guiding import Said

TODAY = date(2026, 11, 21)
WORDS = Words.of(read_catalogue(language, "words") for language in Language)
SOC_ORDER = ("opening", "new", "cancelled")
MEM_ORDER = ("male", "female", "share_capital", "savings", "loan_disbursed", "loan_outstanding")
NOTHI_ORDER = ("files_created", "dak_note", "note", "letter_note", "letters_issued", "hard_notes")


def _form(code: str) -> Form:
    form = load_forms().newest(code)
    assert form is not None
    return form


def _said(form: str, asked: Asked, text: str, *, commanding: bool = False) -> Said | None:
    return understood(_form(form), asked, text, number_choice(text), TODAY, WORDS, commanding=commanding)


def _question(order: tuple[str, ...], name: str) -> Asked:
    return Asked(name, order[order.index(name) + 1 :])


@pytest.mark.parametrize(
    "text", ["5", "৫", "5.", " ০৫ ", "৫টি", "৫ টি", "5 ti", "new 5", "নতুন ৫", "নতুন=৫", "notun: 5", "5 new"]
)
def test_one_figure_is_read_however_it_is_typed(text: str) -> None:
    assert _said("SOC", _question(SOC_ORDER, "new"), text) == Figures({"new": 5})


@pytest.mark.parametrize(
    "text",
    ["১২,৩৪,৫৬৭", "1,234,567", "12,34,567", "1234567", "৳12,34,567", "12,34,567/-", "১২৩৪৫৬৭ টাকা", "1234567 taka"],
)
def test_amounts_have_any_grouping(text: str) -> None:
    assert _said("MEM", _question(MEM_ORDER, "savings"), text) == Figures({"savings": 1234567})


@pytest.mark.parametrize(
    ("form", "order", "asked", "text", "values"),
    [
        ("SOC", SOC_ORDER, "new", "5 2", {"new": 5, "cancelled": 2}),
        ("SOC", SOC_ORDER, "new", "5,2", {"new": 5, "cancelled": 2}),
        ("SOC", SOC_ORDER, "new", "৫, ২", {"new": 5, "cancelled": 2}),
        ("SOC", SOC_ORDER, "new", "নতুন ৫ বাতিল ২", {"new": 5, "cancelled": 2}),
        ("SOC", SOC_ORDER, "new", "5 new 2 cancelled", {"new": 5, "cancelled": 2}),
        ("SOC", SOC_ORDER, "new", "বাদ ২", {"cancelled": 2}),
        ("SOC", SOC_ORDER, "new", "ager 1390", {"opening": 1390}),
        ("SOC", SOC_ORDER, "opening", "1390 5 2 1393", {"opening": 1390, "new": 5, "cancelled": 2, "closing": 1393}),
        ("NOTHI", NOTHI_ORDER, "dak_note", "30 32", {"dak_note": 30, "note": 32}),
        ("NOTHI", NOTHI_ORDER, "dak_note", "মোট 1143", {"total": 1143}),
        ("MEM", MEM_ORDER, "male", "purush 120 mohila 80", {"male": 120, "female": 80}),
        ("MEM", MEM_ORDER, "male", "শেয়ার ৫,০০,০০০ সঞ্চয় ১২,৩৪,৫৬৭", {"share_capital": 500000, "savings": 1234567}),
    ],
)
def test_several_figures_fill_several_questions(
    form: str, order: tuple[str, ...], asked: str, text: str, values: dict[str, int]
) -> None:
    assert _said(form, _question(order, asked), text) == Figures(values)


def test_an_optional_indicator_takes_decimals_where_it_is_a_percentage() -> None:
    assert _said("EGOV", Asked("dnothi_target"), "82.41%") == Figures({"dnothi_target": Decimal("82.41")})


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("৫/১০/২৬", date(2026, 10, 5)),
        ("5 October 2026", date(2026, 10, 5)),
        ("গতকাল", date(2026, 11, 20)),
        ("nis 5/10/26", date(2026, 10, 5)),
    ],
)
def test_a_day_is_read_where_a_day_is_asked(text: str, day: date) -> None:
    assert _said("TRACK", Asked("integrity"), text) == Figures({"integrity": day})


def test_several_days_have_their_labels() -> None:
    both = {"information": date(2026, 10, 5), "charter": date(2026, 10, 6)}
    assert _said("TRACK", Asked("integrity"), "rti 5/10/26, সেবা ৬/১০/২৬") == Figures(both)


@pytest.mark.parametrize(
    ("form", "asked", "text", "hint"),
    [
        ("MEM", "share_capital", "1 390", Hint.JOINED),
        ("MEM", "share_capital", "১২ ৩৪ ৫৬৭", Hint.JOINED),
        ("MEM", "share_capital", "1,390,5", Hint.JOINED),
        ("SOC", "new", "5.5", Hint.WHOLE),
        ("SOC", "new", "1 2 3 4 5", Hint.TOO_MANY),
        ("SOC", "new", "নতুন ৫ বাতিল", Hint.LABEL),
        ("SOC", "new", "নতুন ৫ নতুন ৬", Hint.LABEL),
        ("TRACK", "integrity", "12", Hint.DATE),
        ("TRACK", "integrity", "5/10", Hint.DATE),
        ("SOC", "new", "হ্যাঁ", Hint.NUMBER),
        ("SOC", "new", "না", Hint.NUMBER),
        ("SOC", None, "9", Hint.CHOICE),
        ("SOC", None, "0", Hint.LABEL),
        ("SOC", None, "5 2", Hint.LABEL),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(form: str, asked: str | None, text: str, hint: Hint) -> None:
    assert _said(form, Asked(asked, ("cancelled",) if form == "SOC" else (), ("new", "cancelled")), text) == hint


@pytest.mark.parametrize("text", ["-5", "১৩৯o", "5/7/9/1", "হাজার ৫", "৫ হাজার", "abc", "new 123/2019", "কত লিখব"])
def test_what_is_no_figure_is_nothing(text: str) -> None:
    assert _said("SOC", _question(SOC_ORDER, "new"), text) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        *((text, Wish.BACK) for text in ("back", "আগে", "পেছনে", "pechone", "age", "Back.", "পছনে", "pichone")),
        *((text, Wish.SKIP) for text in ("skip", "বাদ", "পরে", "bad", "pore", "একই", "SKIP!", "skipp")),
        *((text, Wish.CANCEL) for text in ("cancel", "বাতিল", "থাক", "thak", "batil", "cancle", "বাতল", "quit")),
        *((text, Wish.AGAIN) for text in ("continue", "again", "প্রশ্ন")),
    ],
)
def test_words_in_both_languages_move_on(text: str, wish: Wish) -> None:
    assert _said("SOC", _question(SOC_ORDER, "new"), text) == wish


@pytest.mark.parametrize("text", ["নাই", "nai", "শূন্য", "nil", "zero", "কিছু না"])
def test_nothing_is_nought_where_a_number_is_asked_and_no_day_where_a_day_is(text: str) -> None:
    assert _said("SOC", _question(SOC_ORDER, "new"), text) == Figures({"new": 0})
    assert _said("TRACK", Asked("integrity"), text) == Wish.SKIP


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1", Wish.YES),
        ("হ্যাঁ", Wish.YES),
        ("yes", Wish.YES),
        ("ঠিক আছে", Wish.YES),
        ("দাখিল", Wish.YES),
        ("no", Wish.CANCEL),
        ("বাতিল", Wish.CANCEL),
        ("back", Wish.BACK),
        ("2", Change("new")),
        ("3", Change("cancelled")),
        ("নতুন", Change("new")),
        ("opening", Change("opening")),
        ("সমাপনী", Change("closing")),
        ("নতুন ৬", Figures({"new": 6})),
        ("skip", Hint.CHOICE),
    ],
)
def test_all_figures_are_confirmed_or_one_is_changed(text: str, said: Said) -> None:
    assert _said("SOC", Asked(None, listed=("new", "cancelled")), text) == said


def test_a_command_is_an_answer_only_where_it_surely_is_one() -> None:
    due = Asked("due", ("held",))
    assert _said("AGM", due, "due 12", commanding=True) == Figures({"due": 12})
    assert _said("AGM", due, "due", commanding=True) is None
    assert _said("AGM", due, "due 12/23", commanding=True) is None
    assert _said("AGM", due, "hel 12") == Figures({"held": 12})
    assert _said("AGM", due, "hel 12", commanding=True) is None


@given(st.integers(0, 10**15 - 1), st.booleans(), st.sampled_from(["", "নতুন ", "new=", "  "]))
def test_every_number_is_read_back(number: int, bangla: bool, label: str) -> None:
    digits = bangla_digits(str(number)) if bangla else str(number)
    assert _said("SOC", _question(SOC_ORDER, "new"), label + digits) == Figures({"new": number})


@given(st.text(max_size=40))
def test_no_text_upsets_it(text: str) -> None:
    for asked in (Asked("new", ("cancelled",)), Asked(None, listed=("new",))):
        said = _said("SOC", asked, text)
        assert said is None or isinstance(said, (Figures, Change, Wish, Hint))
        if isinstance(said, Figures):
            assert said.values.keys() <= {"opening", "new", "cancelled", "closing"}


def test_openings_that_are_known_are_not_asked() -> None:
    soc, egov = _form("SOC"), _form("EGOV")
    known = Carried({"opening": 1390}, frozenset({"opening"}))
    assert [each.name for each in questions(soc, {}, Carried())] == ["opening", "new", "cancelled"]
    assert [each.name for each in questions(soc, {}, known)] == ["new", "cancelled"]
    assert [each.name for each in questions(soc, {"opening": 7}, known)] == ["opening", "new", "cancelled"]
    targets = Carried({"target": 40})
    assert next(iter(questions(egov, {}, targets))).name == "target"
    assert may_skip(egov.by_name["target"], {}, targets)
    assert not may_skip(egov.by_name["target"], {}, Carried())
    assert may_skip(egov.by_name["dnothi_target"], {}, Carried())
    assert may_skip(soc.by_name["new"], {"new": 5}, known)
    assert not may_skip(soc.by_name["new"], {}, known)


def test_the_next_question_is_the_first_without_an_answer() -> None:
    asked = questions(_form("SOC"), {}, Carried())
    assert open_ones(asked, {"new": 5}, ["opening"]) == ["cancelled"]
    assert before(asked, "new") == "opening"
    assert before(asked, "opening") is None
    assert before(asked, None) == "cancelled"


def test_what_was_asked_is_kept_as_plain_values() -> None:
    asked = Asked("new", ("cancelled",), ("opening",), ("x",), 2)
    plain: dict[str, Any] = asked.plain()
    assert Asked.load(plain) == asked
    assert Asked.load({}) == Asked(None)
