"""When a job's time comes: its plan, a cron expression in the time of Asia/Dhaka, against the time up to which it has run.

A job is due when its plan has a time between its last run and now, however many; it then runs once, and catches up by itself. One that
never ran is due now.

The clock may have been set back, so that a job seems to have run in the future. Up to a day ahead that is believed: what it would
run for has been done, and its next time is the first one behind. A job that is farther ahead ran by a clock that was
wrong: it is due now, once, and from then on as planned.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from croniter import croniter

from bot.clock import DHAKA

if TYPE_CHECKING:
    from collections.abc import Iterator

BELIEVED_AHEAD = timedelta(days=1)
"""A run so far in the future is an ordinary correction of the clock."""

MOST_COUNTED = 1000
"""Missed times are counted up to here."""


def is_ahead(ran_until: datetime | None, now: datetime) -> bool:
    """Whether a job ran by a clock that was wrong."""
    return ran_until is not None and ran_until - now > BELIEVED_AHEAD


def next_time(plan: str, ran_until: datetime | None, now: datetime) -> datetime:
    """When a job is due: in the past where its time has come already."""
    if ran_until is None or is_ahead(ran_until, now):
        return now
    return next(_after(plan, ran_until))


def last_time(plan: str, now: datetime) -> datetime:
    """The plan's latest time up to now: what a job that runs late is for."""
    after = now.replace(microsecond=0) + timedelta(seconds=1)
    return croniter(plan, after.astimezone(DHAKA), ret_type=datetime).get_prev(datetime).astimezone(UTC)


def missed(plan: str, ran_until: datetime | None, now: datetime) -> int:
    """How many times of its plan a job has let pass; one that is due for another reason has missed one."""
    if ran_until is None or is_ahead(ran_until, now):
        return 1
    counted = 0
    for moment in islice(_after(plan, ran_until), MOST_COUNTED):
        if moment > now:
            break
        counted += 1
    return counted


def _after(plan: str, moment: datetime) -> Iterator[datetime]:
    """The plan's times behind a moment, one after the other."""
    times = croniter(plan, moment.astimezone(DHAKA), ret_type=datetime)
    while True:
        yield times.get_next(datetime).astimezone(UTC)
