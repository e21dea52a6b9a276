"""The demonstration's returns: filed as of messages, once, with one office that has not filed yet."""

from __future__ import annotations

from datetime import date

import pytest

from bot.config import Config
from bot.demo import load_returns
from bot.domain.periods import Period
from bot.return_rules import ReturnRules
from bot.rollups import rollup
from bot.store import offices, totals
from bot.store.store import do
from tests.conftest import NOW


@pytest.mark.parametrize("today", [NOW.date(), date(2027, 7, 3), date(2028, 2, 29)])
def test_they_add_up_and_load_once(demo_url: str, today: date) -> None:
    rules = ReturnRules.of(Config())
    assert do(demo_url, lambda tx: load_returns(tx, rules, today)) > 0
    assert do(demo_url, lambda tx: load_returns(tx, rules, today)) == 0
    assert do(demo_url, totals.differing) == []


def test_one_office_has_not_filed_the_last_month_and_one_was_late(demo_url: str) -> None:
    rules, month = ReturnRules.of(Config()), Period.parse("2026-10")
    do(demo_url, lambda tx: load_returns(tx, rules, NOW.date()))
    soc = rules.forms.of("SOC", month)
    assert soc is not None
    found = do(demo_url, lambda tx: rollup(tx, soc, month, offices.by_code(tx, "5573") or offices.nation(tx)))
    assert (found.total.filed, found.total.expected, found.total.on_time) == (5, 6, 4)
    closing = [row.values["closing"].this for row in found.rows]
    assert [type(each) for each in closing] == [int] * len(closing)
    assert found.total.values["closing"].this == sum(each for each in closing if isinstance(each, int))
