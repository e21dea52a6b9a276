"""Every level of the drill-down adds up to the one above, down to the returns, whatever was filed where and in which order."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import explaining, filing, rollups
from bot.domain.access import Role
from bot.domain.adding import GROWING
from bot.domain.expressions import Formula
from bot.domain.forms import FiledBy, Kind
from bot.domain.messages import MO
from bot.domain.offices import Level
from bot.domain.periods import Period
from bot.domain.registry import RegistrationNo, SocietyLevel
from bot.domain.returns import Author, Filer
from bot.form import load_forms
from bot.store import inbox, offices, people, societies, versions
from bot.store.engine import in_transaction
from bot.store.inbox import Fate
from bot.store.people import Appointment
from bot.store.societies import Facts
from bot.store.store import connected
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.forms import Form, Indicator
    from bot.explaining import Area
    from bot.rollups import Row
    from bot.store.engine import Connection
    from bot.store.query import Tx

FORMS = load_forms()
# Two upazilas of one district, one of another, one of another division; societies also right under the district and the division.
UPAZILAS = ("55730012", "55730015", "55850049", "50810010")
HIGHER = ("5573", "55")
WHO = "+8801700099900"


class UndoneError(Exception):
    """Takes everything that an example has written away again."""


@pytest.fixture
def connection(sqlite_url: str) -> Iterator[Connection]:
    with connected(sqlite_url) as opened:
        yield opened


def filers(tx: Tx, form: Form) -> list[Filer]:
    """Those who file a form, each with somebody who may."""
    found = []
    for serial, code in enumerate((*UPAZILAS, *HIGHER), start=1):
        office = offices.by_code(tx, code)
        assert office is not None, code
        person = people.person(tx, f"ক {serial}", WHO)
        if form.filed_by is FiledBy.SOCIETY:
            register = offices.by_code(tx, offices.register_code(office))
            assert register is not None
            facts = Facts(office.id, None, f"সমিতি {serial}", None, SocietyLevel.PRIMARY, "milk", None, None)
            society = societies.add(tx, register.id, RegistrationNo(serial, 2019), facts, NOW.date())
            people.appoint(tx, [Appointment(person, Role.PRESIDENT, date(2020, 1, 1), society_id=society)])
            found.append(Filer(office.id, office.lineage, society_id=society))
        elif office.level.is_local:
            people.appoint(tx, [Appointment(person, Role.UPAZILA_OFFICER, date(2020, 1, 1), office_id=office.id)])
            found.append(Filer(office.id, office.lineage, office_id=office.id))
    return found


SMALL = st.integers(0, 500)
GIVEN = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 2), st.lists(SMALL, min_size=8, max_size=8)), min_size=6, max_size=14
)


@pytest.mark.parametrize("code", ["SOC", "AUD", "NOTHI", "EGOV", "CDF", "MEM"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=GIVEN)
def test_every_level_adds_up_to_the_one_above(
    connection: Connection, messages: list[tuple[int, int, list[int]]], code: str
) -> None:
    form = FORMS.newest(code)
    assert form is not None

    def work(tx: Tx) -> None:
        own, numbers = filers(tx, form), count(1)
        last = Period.of(form.every[0], date(2026, 10, 1))
        periods = [last.previous().previous(), last.previous(), last]
        for filer_at, period_at, figures in messages:
            filer, period = own[filer_at % len(own)], periods[period_at]
            due = filing.Owed(form, period, filer, period.due_on(form.due[period.every]))
            name = f"m{next(numbers)}"
            message = inbox.add(tx, MO("simulator", name, WHO, "16123", name), WHO, NOW, Fate("replied"))
            post = versions.author(tx, filer, WHO)
            assert message is not None
            assert post is not None
            filing.give(tx, FORMS, due, Author(post, WHO, message, NOW), values_of(form, figures))
        for period in periods:
            root = explaining.tree(tx, form, period, offices.nation(tx))
            whole = rollups.rollup(tx, form, period, offices.nation(tx), Level.NATION).total
            assert root.row == whole
            check(tx, form, period, root)
        raise UndoneError

    with pytest.raises(UndoneError):
        in_transaction(connection, work)


def values_of(form: Form, figures: list[int]) -> dict[str, Any]:
    asked = [each for each in form.asked if each.kind is not Kind.DATE]
    return {
        each.name: min(figures[at], int(each.most or 500)) + (each.carried is not None) * 1500
        for at, each in enumerate(asked)
    }


def check(tx: Tx, form: Form, period: Period, area: Area) -> None:
    """An area is what is below it and what is filed at its own office; its parts are what a roll-up shows of them."""
    summed = [each for each in form.indicators if adds_up(form, each)]
    for each in summed:
        parts = [number(below.row, each) for below in area.below]
        parts += [one.figures[each.name] for one in area.returns]
        assert sum(parts) == number(area.row, each), (each.name, area.row)
    assert area.row.filed == sum(below.row.filed for below in area.below) + len(area.returns)
    shown = rollups.rollup(tx, form, period, area.row.office)
    assert [below.row for below in area.below] == (
        [row for row in shown.rows if row.office != shown.office] if area.below else []
    )
    for each in summed:
        assert sum(number(row, each) for row in shown.rows) == number(shown.total, each)
    for one in area.returns:
        for each in form.asked:
            told = {name for change in explaining.changes(tx, form, one, each) for name in change.figures}
            carried = explaining.carried_from(tx, form, each, one)
            assert told == {each.name} or carried is not None or each.optional, (each.name, one)
    for below in area.below:
        check(tx, form, period, below)


def number(row: Row, indicator: Indicator) -> Any:
    """A figure of the period; of what is computed nothing where nothing is filed."""
    return row.values[indicator.name].this or 0


def adds_up(form: Form, indicator: Indicator) -> bool:
    """Whether the figures of areas are added up to that of the one above."""
    if indicator.kind is Kind.COMPUTED:
        assert isinstance(indicator.formula, Formula)
        return indicator.formula.adds_up and all(adds_up(form, form.by_name[name]) for name in indicator.formula.names)
    return indicator.is_summed and not indicator.name.endswith(GROWING)
