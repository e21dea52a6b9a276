"""The periods of returns, and when they are due."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidValue
from bot.domain.periods import WEEKEND, DueRule, Every, Period

DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))
LENGTHS = st.sampled_from(Every)
PERIODS = st.builds(Period.of, LENGTHS, DAYS)


@pytest.mark.parametrize(
    ("name", "every", "first", "last", "year"),
    [
        ("2023-12", Every.MONTH, date(2023, 12, 1), date(2023, 12, 31), "2023-24"),
        ("2024-02", Every.MONTH, date(2024, 2, 1), date(2024, 2, 29), "2023-24"),
        ("2024-07", Every.MONTH, date(2024, 7, 1), date(2024, 7, 31), "2024-25"),
        ("2023-24/Q1", Every.QUARTER, date(2023, 7, 1), date(2023, 9, 30), "2023-24"),
        ("2023-24/Q2", Every.QUARTER, date(2023, 10, 1), date(2023, 12, 31), "2023-24"),
        ("2023-24/Q3", Every.QUARTER, date(2024, 1, 1), date(2024, 3, 31), "2023-24"),
        ("2023-24/Q4", Every.QUARTER, date(2024, 4, 1), date(2024, 6, 30), "2023-24"),
        ("2011-12/Q2", Every.QUARTER, date(2011, 10, 1), date(2011, 12, 31), "2011-12"),
        ("1999-00", Every.YEAR, date(1999, 7, 1), date(2000, 6, 30), "1999-00"),
        ("2023-24", Every.YEAR, date(2023, 7, 1), date(2024, 6, 30), "2023-24"),
    ],
)
def test_what_a_name_means(name: str, every: Every, first: date, last: date, year: str) -> None:
    period = Period.parse(name)
    assert (period.every, period.starts_on, period.ends_on, period.year) == (every, first, last, year)
    assert period.name == name
    assert period.year_starts_on == Period.parse(f"{year}/Q1").starts_on


@given(PERIODS)
def test_a_name_is_read_back(period: Period) -> None:
    if period.every is Every.YEAR and 2000 <= period.starts_on.year <= 2011:  # 2000-01 is a January too
        assert Period.parse(period.name).every is Every.MONTH
    else:
        assert Period.parse(period.name) == period
    assert Period.named(period.name, (period.every,)) == period


@given(LENGTHS, DAYS)
def test_a_day_lies_in_its_period(every: Every, day: date) -> None:
    period = Period.of(every, day)
    assert period.starts_on <= day <= period.ends_on
    assert period.starts_on.day == 1
    assert Period.of(every, period.ends_on) == Period.of(every, period.starts_on) == period
    assert period.year_starts_on == date(period.starts_on.year - (period.starts_on.month < 7), 7, 1)


@given(PERIODS)
def test_periods_follow_each_other(period: Period) -> None:
    assert period.next().previous() == period == period.previous().next()
    assert period.next().starts_on == period.ends_on + timedelta(days=1)
    assert period.previous() < period < period.next()
    assert period.next().number == period.number % (12 // period.every.months) + 1


@given(st.sampled_from([Every.MONTH, Every.QUARTER]), DAYS)
def test_a_year_is_made_of_them(every: Every, day: date) -> None:
    year = Period.of(Every.YEAR, day)
    period = Period.of(every, year.starts_on)
    for number in range(1, 12 // every.months + 1):
        assert (period.number, period.year) == (number, year.name)
        assert period.year_starts_on == year.starts_on
        period = period.next()
    assert period.starts_on == year.next().starts_on


@pytest.mark.parametrize(
    "name",
    [
        "", "2023", "2023-13", "2023-00", "2023-25", "2023-24/Q0", "2023-24/Q5", "2023-24/q2", "2023-12/Q2", "23-24", "2023-2024",
        "2023/12", " 2023-12", "2023-12\n", "২০২৩-১২", "²023-12", "0000-01", "0000-12", "1899-12", "2100-01", "9999-12",
        "1430-31", "2023-24/Q2/Q2",
    ],
)  # fmt: skip
def test_names_of_no_period(name: str) -> None:
    with pytest.raises(InvalidValue):
        Period.parse(name)
    assert Period.named(name, tuple(Every)) is None


def test_a_name_that_may_be_a_month_or_a_year() -> None:
    month, year = Period(date(2011, 12, 1), Every.MONTH), Period(date(2011, 7, 1), Every.YEAR)
    assert Period.parse("2011-12") == month
    assert Period.named("2011-12", (Every.YEAR,)) == Period.named("2011-12", (Every.QUARTER, Every.YEAR)) == year
    assert Period.named("2011-12", (Every.MONTH, Every.YEAR)) == month
    assert Period.named("2011-11", (Every.YEAR,)) is None
    assert Period.named("2023-12", (Every.QUARTER,)) is None
    assert Period.named("2023-24/Q2", (Every.MONTH, Every.YEAR)) is None


@pytest.mark.parametrize(
    ("name", "day", "due"),
    [
        ("2023-11", 5, date(2023, 12, 5)),
        ("2023-12", 5, date(2024, 1, 7)),  # the 5th is a Friday
        ("2024-09", 5, date(2024, 10, 6)),  # the 5th is a Saturday
        ("2023-24/Q2", 10, date(2024, 1, 10)),
        ("2023-24/Q1", 10, date(2023, 10, 10)),
        ("2024-25/Q4", 10, date(2025, 7, 10)),
        ("2023-24", 30, date(2024, 7, 30)),
        ("2020-21", 30, date(2021, 8, 1)),  # 30 July is a Friday
        ("2024-01", 31, date(2024, 2, 29)),
        ("2023-01", 30, date(2023, 2, 28)),
        ("2024-03", 31, date(2024, 4, 30)),
    ],
)
def test_when_returns_are_due(name: str, day: int, due: date) -> None:
    assert Period.parse(name).due_on(DueRule(day)) == due


def test_holidays_put_it_off() -> None:
    period, rule = Period.parse("2023-11"), DueRule(14)
    assert period.due_on(rule) == date(2023, 12, 14)
    closed = frozenset({date(2023, 12, 14), date(2023, 12, 17)})
    assert period.due_on(rule, holidays=closed) == date(2023, 12, 18), "Thursday, weekend, Sunday"
    assert period.due_on(DueRule(15), weekend=frozenset()) == date(2023, 12, 15)


@given(PERIODS, st.integers(1, 31), st.sets(st.integers(0, 60), max_size=30))
def test_it_is_due_on_the_first_working_day(period: Period, day: int, closed: set[int]) -> None:
    first = period.next().starts_on
    holidays = frozenset(first + timedelta(days=each) for each in closed)
    due = period.due_on(DueRule(day), holidays=holidays)
    named = first.replace(day=min(day, calendar.monthrange(first.year, first.month)[1]))
    assert due >= named > period.ends_on
    assert due.weekday() not in {calendar.FRIDAY, calendar.SATURDAY}
    assert due not in holidays
    between = [named + timedelta(days=each) for each in range((due - named).days)]
    assert all(each.weekday() in WEEKEND or each in holidays for each in between), "no working day was passed over"
