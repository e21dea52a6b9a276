"""Quiet hours as a pure rule: whatever the hours, what is put off leaves at their end and not a moment later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.clock import DHAKA
from bot.domain.messages import MessageClass
from bot.domain.quiet import NEVER, QuietHours

NIGHT = QuietHours(time(21, 0), time(8, 0), DHAKA)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)

walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))
quiets = st.builds(QuietHours, walls, walls, st.just(DHAKA))
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DHAKA)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-11-21T20:59:59.999999", "2026-11-21T20:59:59.999999"),
        ("2026-11-21T21:00", "2026-11-22T08:00"),
        ("2026-11-21T23:59:59", "2026-11-22T08:00"),
        ("2026-11-22T00:00", "2026-11-22T08:00"),
        ("2026-11-22T07:59:59.999999", "2026-11-22T08:00"),
        ("2026-11-22T08:00", "2026-11-22T08:00"),
        ("2026-12-31T22:00", "2027-01-01T08:00"),
    ],
)
def test_the_night_ends_at_eight(moment: str, allowed: str) -> None:
    assert NIGHT.allowed_from(at(moment)) == at(allowed)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("21:00", "08:00", ("2026-11-21T08:00", "2026-11-21T21:00")),
        ("21:00", "00:00", ("2026-11-21T00:00", "2026-11-21T21:00")),
        ("00:00", "08:00", ("2026-11-21T08:00", "2026-11-22T00:00")),
        ("13:00", "14:00", ("2026-11-21T00:00", "2026-11-21T13:00")),
        ("10:00", "11:00", ("2026-11-21T11:00", "2026-11-22T00:00")),
        ("09:00", "09:00", ("2026-11-21T00:00", "2026-11-22T00:00")),
    ],
)
def test_the_hours_of_a_day(begin: str, end: str, hours: tuple[str, str]) -> None:
    quiet = QuietHours(time.fromisoformat(begin), time.fromisoformat(end), DHAKA)
    assert quiet.hours(date(2026, 11, 21)) == (at(hours[0]), at(hours[1]))


def test_only_answers_codes_and_urgent_messages_leave_at_night() -> None:
    least = NIGHT.least(at("2026-11-21T23:00"))
    leave = {each for each in MessageClass if each.priority <= least}
    assert leave == {MessageClass.CODE, MessageClass.REPLY, MessageClass.URGENT}
    by_day = NIGHT.least(at("2026-11-21T12:00"))
    assert all(each.priority <= by_day for each in MessageClass)


@given(moments)
def test_the_same_begin_and_end_is_none(moment: datetime) -> None:
    assert not NEVER.cover(moment)
    assert NEVER.allowed_from(moment) == moment


@given(quiets, moments)
@example(NIGHT, datetime(2026, 11, 21, 15, 0, tzinfo=UTC))
def test_what_is_put_off_leaves_at_the_first_moment_that_is_allowed(quiet: QuietHours, moment: datetime) -> None:
    allowed = quiet.allowed_from(moment)
    assert moment <= allowed < moment + DAY
    assert (allowed == moment) is not quiet.cover(moment)
    assert not quiet.cover(allowed)
    assert quiet.allowed_from(allowed) == allowed
    if allowed > moment:
        assert allowed.astimezone(DHAKA).time() == quiet.end
        assert quiet.cover(allowed - MICROSECOND)
        assert quiet.cover(moment + (allowed - moment) / 2), "all of the way is quiet"


@given(quiets, moments)
def test_every_day_is_like_the_other(quiet: QuietHours, moment: datetime) -> None:
    assert quiet.cover(moment) is quiet.cover(moment + DAY)


@given(quiets, days, st.floats(0, 1, exclude_max=True))
def test_messages_may_leave_in_all_of_the_hours_of_a_day(quiet: QuietHours, day: date, part: float) -> None:
    begins, ends = quiet.hours(day)
    assert begins.astimezone(DHAKA).date() == day
    assert begins < ends <= begins + DAY
    within = min(begins + (ends - begins) * part, ends - MICROSECOND)
    assert quiet.allowed_from(within) == within
    if quiet.begin != quiet.end:
        assert quiet.cover(ends) or ends.astimezone(DHAKA).time() == time(0, 0)


def test_a_zone_of_their_own_is_refused() -> None:
    with pytest.raises(ValueError, match="wall"):
        QuietHours(time(21, 0, tzinfo=UTC), time(8, 0), DHAKA)
