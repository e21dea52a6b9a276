"""Where a job stands: when it ran, when it is due, and whether it waits for the operator.

A gateway that was off for very long, or whose clock is wrong, must not text a whole country by itself. A job that sends is therefore
held when it last ran more than ``most_days_off`` days ago and missed more than one of its times, when it ran in the future, or after a
backup was restored. ``barta resume`` consents: the mark that it sets names the last run, so that it holds for this gap only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.scheduler import plan as plans
from bot.scheduler.holder import is_gone
from bot.store import jobs as table
from bot.store import marks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.config import Config
    from bot.scheduler.job import Job
    from bot.store.jobs import JobRow, JobRun
    from bot.store.query import Tx

RETRY = timedelta(minutes=5)
"""A job that failed is tried again after so long."""

RESTORED = "a backup was restored: what was sent since it was made may be sent again"
AHEAD = "it last ran in the future: the clock was set back"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job stands.

    Attributes:
        job: the job.
        plan: its cron expression.
        ran_until_at: when it last ended well, in the gateway's time.
        last: its newest run, however it ended.
        succeeded_at: when it last ended well, in running time.
        next_at: when it is due; in the past where its time has come.
        missed: how many of its times have come; it is due when there is one, and runs once.
        held: why it waits for the operator, if it does.
        running: somebody is at it.
        again_at: when it is tried again after a failure, in running time.
    """

    job: Job
    plan: str
    ran_until_at: datetime | None
    last: JobRun | None
    succeeded_at: datetime | None
    next_at: datetime
    missed: int
    held: str | None
    running: bool
    again_at: datetime | None

    @property
    def due(self) -> bool:
        """Whether its time has come."""
        return self.missed > 0

    @property
    def outcome(self) -> str | None:
        """What became of its newest run; one that claims to go on without a holder has lapsed."""
        if self.last is None:
            return None
        return "lapsed" if self.last.outcome == "running" and not self.running else self.last.outcome

    def as_json(self) -> dict[str, Any]:
        """For ``barta jobs --json``."""
        last = None if self.last is None else {**self.last.as_json(), "outcome": self.outcome}
        return {
            "name": self.job.name,
            "plan": self.plan,
            "last": last,
            "next_at": self.next_at.isoformat(),
            "due": self.due,
            "running": self.running,
            "held": self.held,
        }


def standing(tx: Tx, job: Job, config: Config, now: datetime, running: datetime) -> Standing:
    """Where one job stands."""
    plan, row = job.plan(config), table.row(tx, job.name)
    last = next(iter(table.runs(tx, job.name, 1)), None)
    success = last if last is not None and last.outcome == "done" else table.last_success(tx, job.name)
    missed = plans.missed(plan, row.ran_until_at, now)
    return Standing(
        job,
        plan,
        row.ran_until_at,
        last,
        None if success is None else success.ended_at,
        plans.next_time(plan, row.ran_until_at, now),
        missed,
        _held(tx, job, config, row.ran_until_at, missed, now),
        _is_running(row, running),
        _again(last, running),
    )


def _is_running(row: JobRow, running: datetime) -> bool:
    """Whether somebody is at it, as far as anybody can see: of a killed process the lease goes on for a while."""
    leased = row.lease_until_at is not None and row.lease_until_at >= running
    return leased and not (row.holder is not None and is_gone(row.holder))


def standings(tx: Tx, jobs: Iterable[Job], config: Config, now: datetime, running: datetime) -> list[Standing]:
    """Where several jobs stand, in their order."""
    return [standing(tx, job, config, now, running) for job in jobs]


def consent(tx: Tx, jobs: Iterable[Job]) -> None:
    """Let jobs run that are held, whatever the gap; once, and for this gap."""
    marks.remove_mark(tx, marks.RESTORED)
    for job in jobs:
        ran_until = table.row(tx, job.name).ran_until_at
        if ran_until is not None:
            marks.put_mark(tx, _mark(job), ran_until.isoformat())


def forget_consent(tx: Tx, job: Job) -> None:
    """It has run."""
    marks.remove_mark(tx, _mark(job))


def _mark(job: Job) -> str:
    return f"resume:{job.name}"


def _held(tx: Tx, job: Job, config: Config, ran_until: datetime | None, missed: int, now: datetime) -> str | None:
    if not job.sends or ran_until is None or not missed:
        return None
    most = config.jobs.most_days_off
    if marks.mark(tx, marks.RESTORED) is not None:
        return RESTORED
    if plans.is_ahead(ran_until, now):
        why = AHEAD
    elif missed > 1 and now - ran_until > timedelta(days=most):
        why = f"it last ran more than {most} days ago"
    else:
        return None
    return None if marks.mark(tx, _mark(job)) == ran_until.isoformat() else why


def _again(last: JobRun | None, running: datetime) -> datetime | None:
    """When a failed run is tried again; at once where the clock was set back since."""
    if last is None or last.outcome != "failed" or last.ended_at is None or last.ended_at > running:
        return None
    return last.ended_at + RETRY
