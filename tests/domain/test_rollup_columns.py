"""Which indicators add up through the year, and what a picture can hold."""

from __future__ import annotations

import pytest

from bot.domain.periods import Every
from bot.domain.rollup_columns import PICTURED_ROWS, parts, pictured, runs_on
from bot.form import load_forms

FORMS = load_forms()


@pytest.mark.parametrize(
    ("code", "running"),
    [
        ("SOC", {"new", "cancelled"}),
        ("AUD", {"target", "done", "percent"}),
        ("EGOV", {"achieved", "percent"}),
        ("MEM", {"loan_disbursed"}),
        ("TRACK", set()),
    ],
)
def test_what_runs_on_through_the_year(code: str, running: set[str]) -> None:
    form = FORMS.newest(code)
    assert form is not None
    assert {each.name for each in form.indicators if runs_on(form, each)} == running


def test_a_year_is_all_of_itself() -> None:
    form = FORMS.newest("MEM")
    assert form is not None
    loans = form.by_name["loan_disbursed"]
    assert [len(parts(form, loans, every)) for every in (Every.QUARTER, Every.YEAR)] == [3, 1]


def test_a_picture_has_everything_or_the_main_figures_or_is_none() -> None:
    form = FORMS.newest("NOTHI")
    assert form is not None
    assert pictured(form, Every.QUARTER, 8) == form.indicators
    assert pictured(form, Every.QUARTER, PICTURED_ROWS // 2) == form.headlines
    assert pictured(form, Every.QUARTER, PICTURED_ROWS + 1) == ()
