"""When a job's time comes: once for whatever was missed, in Dhaka's time, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import DHAKA
from bot.config import Config
from bot.scheduler.plan import BELIEVED_AHEAD, MOST_COUNTED, is_ahead, missed, next_time

DAILY = "5 8 * * *"
PLANS = [DAILY, "30 9 * * 0", "45 9 1 * *", "*/10 * * * *"]


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=DHAKA)


def test_one_that_never_ran_is_due_now() -> None:
    now = at(21, 3)
    assert next_time(DAILY, None, now) == now
    assert missed(DAILY, None, now) == 1


def test_its_time_comes_in_dhaka() -> None:
    ran = at(20, 8, 5, 1)
    assert next_time(DAILY, ran, at(21, 0)) == datetime(2026, 11, 21, 2, 5, tzinfo=UTC)
    assert missed(DAILY, ran, at(21, 8, 4, 59)) == 0
    assert missed(DAILY, ran, at(21, 8, 5)) == 1


def test_it_is_not_due_again_for_the_minute_it_ran_in() -> None:
    assert missed(DAILY, at(21, 8, 5), at(21, 8, 5)) == 0
    assert missed(DAILY, at(21, 8, 5), at(21, 8, 5, 59)) == 0


def test_what_was_missed_is_counted_and_the_next_time_stays_in_the_past() -> None:
    ran = at(1, 9)
    assert missed(DAILY, ran, at(21, 9)) == 20
    assert next_time(DAILY, ran, at(21, 9)) == at(2, 8, 5)
    assert missed("* * * * *", ran, at(21, 9)) == MOST_COUNTED


def test_a_clock_that_was_put_right_by_an_hour_runs_nothing_twice() -> None:
    ran = at(21, 8, 30)
    assert missed(DAILY, ran, at(21, 7, 30)) == 0
    assert missed(DAILY, ran, at(21, 8, 5)) == 0
    assert next_time(DAILY, ran, at(21, 7, 30)) == at(22, 8, 5)


def test_a_clock_that_was_years_ahead_silences_nobody() -> None:
    ran, now = at(21, 9) + timedelta(days=3650), at(21, 9)
    assert is_ahead(ran, now)
    assert missed(DAILY, ran, now) == 1
    assert next_time(DAILY, ran, now) == now
    assert missed(DAILY, now, now + timedelta(hours=1)) == 0, "it ran, and is as any other from then on"


moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001


@settings(deadline=None)  # counting a year of minutes takes its time
@given(st.sampled_from(PLANS), moments, st.timedeltas(-timedelta(days=90), timedelta(days=90)))
def test_it_is_due_exactly_when_its_next_time_has_come(plan: str, ran: datetime, off: timedelta) -> None:
    now = ran + off
    assert (missed(plan, ran, now) > 0) == (next_time(plan, ran, now) <= now)
    assert missed(plan, now, now) == 0


@settings(deadline=None)  # counting a year of minutes takes its time
@given(st.sampled_from(PLANS), moments, st.timedeltas(-timedelta(days=4000), timedelta(days=4000)))
def test_it_is_never_silent_for_longer_than_a_day_and_its_own_pause(plan: str, ran: datetime, off: timedelta) -> None:
    now = ran + off
    assert next_time(plan, ran, now) <= now + BELIEVED_AHEAD + timedelta(days=32)


@pytest.mark.parametrize("plan", ["0 0 30 2 *", "61 * * * *", "* * * * * *", "daily"])
def test_a_plan_whose_time_never_comes_is_refused(plan: str) -> None:
    with pytest.raises(ValueError, match="cron"):
        Config.model_validate({"jobs": {"reminders": plan}})
