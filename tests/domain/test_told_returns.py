"""Returns as people type them: whatever the digits, the labels, the order and the marks, the same figures come out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.forms import FiledBy, Form, Forms, Indicator, Kind, Unit
from bot.domain.grammar import Ask, Call, Grammar
from bot.domain.periods import Every, Period
from bot.domain.text import bangla_digits
from bot.domain.told_periods import written
from bot.domain.vocabulary import Vocabulary
from bot.form import load_forms
from tests.domain.test_grammar import _catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

_TODAY = date(2026, 1, 15)
_VOCABULARY = Vocabulary.from_catalogues(_catalogue("bn"), _catalogue("en"))
_FORMS = load_forms()
_GRAMMAR = Grammar(_VOCABULARY, forms=_FORMS)


def _args(text: str, grammar: Grammar = _GRAMMAR) -> Mapping[str, Any]:
    understood = grammar.parse(text, _TODAY)
    assert isinstance(understood, Call), (text, understood)
    return understood.args


def _reason(text: str, grammar: Grammar = _GRAMMAR) -> str:
    understood = grammar.parse(text, _TODAY)
    assert isinstance(understood, Ask), (text, understood)
    return understood.reason


def _names(indicator: Indicator) -> list[str]:
    return [indicator.name, indicator.name.replace("_", " "), *indicator.label.values()]


def _typed(draw: st.DrawFn, indicator: Indicator) -> tuple[Any, str]:
    """A figure of an indicator, and one way to type it."""
    if indicator.kind is Kind.DATE:
        day = draw(st.dates(date(2020, 1, 1), date(2025, 12, 31)))
        return day.isoformat(), draw(st.sampled_from([f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%d/%m/%y}"]))
    if indicator.unit is Unit.PERCENT or indicator.kind is Kind.RATIO:
        percent = draw(st.decimals(0, 100, places=2))
        return (int(percent) if percent == int(percent) else float(percent)), str(percent)
    number = draw(st.integers(0, 10**9))
    return number, draw(st.sampled_from([str(number), f"{number:,}"]))


@st.composite
def _returns(draw: st.DrawFn) -> tuple[str, str, str, Any]:
    """A line, and the form, the period and the figures that it tells."""
    form = draw(st.sampled_from(sorted(_FORMS, key=lambda each: each.code)))
    period = Period.of(draw(st.sampled_from(form.every)), draw(st.dates(date(2019, 7, 1), date(2025, 12, 31)))).name
    told = draw(st.lists(st.sampled_from(form.indicators), min_size=1, unique_by=lambda each: each.name))
    figures = {each.name: _typed(draw, each) for each in told}
    when = draw(st.sampled_from([period, written(period)]))
    if draw(st.booleans()):
        joint = draw(st.sampled_from([" ", "=", ": ", " - ", " = "]))
        gap = draw(st.sampled_from([" ", ", ", "; ", "\n"]))
        said = gap.join(f"{draw(st.sampled_from(_names(each)))}{joint}{figures[each.name][1]}" for each in told)
        values: Any = {name: value for name, (value, _) in figures.items()}
    else:
        plain = [value for value, _ in figures.values() if isinstance(value, int)]
        days = form.code == "TRACK"
        values = [value for value, _ in figures.values()] if days else plain or [0]
        shown = [typed for _, typed in figures.values()] if days else [str(value) for value in values]
        said = draw(st.sampled_from([" ", ", ", "; "])).join(shown)
    line = f"{draw(st.sampled_from(['RET', 'return', 'রিটার্ন', 'ritarn']))} {form.code} {when} {said}"
    return (bangla_digits(line) if draw(st.booleans()) else line), form.code, period, values


@given(_returns())
def test_a_return_means_what_was_written(told: tuple[str, str, str, Any]) -> None:
    line, form, period, values = told
    assert _args(line) == {"form": form, "period": period, "values": values}, line


@given(st.dates(date(2000, 7, 1), date(2098, 12, 31)), st.sampled_from(Every))
def test_a_written_period_is_read_again(day: date, every: Every) -> None:
    name = Period.of(every, day).name
    assert _args(f"due {written(name)}")["period"] == name
    assert _args(f"due {bangla_digits(written(name))}")["period"] == name


@given(st.text(alphabet="0123456789১২-/.,:= QMoct decকত্রৈমাসিক২য়নতুন", max_size=30))
def test_no_return_is_too_strange(text: str) -> None:
    for command in ("ret", "rollup", "due", "correct R7"):
        _GRAMMAR.parse(f"{command} {text}", _TODAY)
        _GRAMMAR.parse(f"{command} {text}", date.max)


def _own(code: str, **labels: str) -> Form:
    indicators = tuple(Indicator(name, Kind.FLOW, {"bn": label, "en": name}) for name, label in labels.items())
    return Form(code, 1, None, {"bn": code, "en": code}, (), FiledBy.UPAZILA, (Every.MONTH,), {}, indicators)


def test_an_office_adds_a_form_without_code() -> None:
    grammar = Grammar(_VOCABULARY, forms=Forms([_own("VISIT", visits="পরিদর্শন", trainings="প্রশিক্ষণ")]))
    expected = {"form": "VISIT", "period": "2023-12", "values": {"visits": 4, "trainings": 2}}
    for line in ("ret 12/23 visits 4 trainings 2", "রিটার্ন ১২/২৩ পরিদর্শন ৪ প্রশিক্ষণ ২", "ret visit 12/23 visi 4 train 2"):
        assert _args(line, grammar) == expected, line
    assert _args("ret 12/23 5 2", Grammar(_VOCABULARY)) == {"period": "2023-12", "values": [5, 2]}


def test_labels_of_several_forms_leave_the_form_open_where_they_mean_the_same() -> None:
    grammar = Grammar(_VOCABULARY, forms=Forms([_own("ONE", cows="গরু"), _own("TWO", cows="গরু", goats="ছাগল")]))
    assert _args("ret 12/23 cows 4", grammar) == {"period": "2023-12", "values": {"cows": 4}}
    assert _args("ret 12/23 cows 4 goats 2", grammar)["form"] == "TWO"
    other = Grammar(_VOCABULARY, forms=Forms([_own("ONE", cows="গরু"), _own("TWO", oxen="গরু")]))
    understood = other.parse("রিটার্ন ১২/২৩ গরু ৪", _TODAY)
    assert isinstance(understood, Ask)
    assert (understood.reason, len(understood.suggestions)) == ("two_forms", 2)
    assert _args(understood.suggestions[0], other) == {"form": "ONE", "period": "2023-12", "values": {"cows": 4}}


def test_a_label_that_may_be_two_is_asked_about() -> None:
    assert _reason("ret nothi Q2 23-24 lett 4") == "unclear_values"


def test_a_number_with_decimals_can_be_kept_as_json_and_exactly() -> None:
    (percent,) = _args("ret nothi Q2 23-24 percent 82.41")["values"].values()
    assert Decimal(str(percent)) == Decimal("82.41")


@pytest.mark.parametrize("word", ["new", "held", "total", "due", "target", "নতুন", "বাতিল", "তথ্য", "সেবা"])
def test_labels_say_nothing_outside_returns(word: str) -> None:
    for line in (word, f"{word} 5", f"status 123/2019 {word}", f"agm 123/2019 25/10/2025 {word}"):
        assert _GRAMMAR.parse(line, _TODAY) == Grammar(_VOCABULARY).parse(line, _TODAY)
