"""Jobs that a clock starts: which runs where, up to when each has run, and what became of every run.

One process runs a job at a time: it claims the job's row, for as long as its lease says, and renews it while it is at it. Leases and the
times of a run's beginning and end are in running time; the time that a job ran for is the gateway's, which ``BARTA_NOW`` may freeze.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, or_, select, update

from bot.store.query import Query, insert_once, values_of
from bot.store.schema import job_runs, jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from bot.store.query import Tx

FARTHEST_LEASE = 10
"""A lease that ends more than so many leases from now was not given by this clock, which was set back since."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """Where a job stands; the columns of ``jobs``."""

    ran_until_at: datetime | None
    holder: str | None
    lease_until_at: datetime | None
    state: Mapping[str, Any]

    @classmethod
    def of(
        cls, ran_until_at: datetime | None, holder: str | None, lease_until_at: datetime | None, state: str
    ) -> JobRow:
        """From a row."""
        return cls(ran_until_at, holder, lease_until_at, json.loads(state))


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run; the columns of ``job_runs``."""

    id: int
    at: datetime
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    detail: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        id: int,  # noqa: A002 - the column's name
        at: datetime,
        started_at: datetime,
        ended_at: datetime | None,
        outcome: str,
        detail: str,
    ) -> JobRun:
        """From a row."""
        return cls(id, at, started_at, ended_at, outcome, json.loads(detail))

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "at": self.at.isoformat(),
            "started_at": self.started_at.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
            "outcome": self.outcome,
            "detail": dict(self.detail),
        }


NEVER = JobRow(None, None, None, {})
"""A job that nobody has run or claimed yet."""

_own = (jobs.c.name == bindparam("job"), jobs.c.holder == bindparam("me"))
_ADD = insert_once(jobs, "name", unique=["name"])
_CLAIM: Query[int] = Query(
    update(jobs)
    .where(
        jobs.c.name == bindparam("job"),
        or_(
            jobs.c.holder.is_(None),
            jobs.c.lease_until_at < bindparam("running"),
            jobs.c.lease_until_at > bindparam("farthest"),
        ),
    )
    .values(holder=bindparam("me"), lease_until_at=bindparam("until"))
)
_RENEW: Query[int] = Query(update(jobs).where(*_own).values(lease_until_at=bindparam("until")))
_GIVE_BACK: Query[int] = Query(update(jobs).where(*_own).values(holder=None, lease_until_at=None))
_RAN: Query[int] = Query(
    update(jobs)
    .where(*_own)
    .values(holder=None, lease_until_at=None, ran_until_at=bindparam("at"), state=bindparam("kept"))
)
_row = select(jobs.c.ran_until_at, jobs.c.holder, jobs.c.lease_until_at, jobs.c.state)
_ROW = Query(_row.where(jobs.c.name == bindparam("job")), JobRow.of)
_BEGIN: Query[int] = Query(
    insert(job_runs).values(values_of("job", "at", "started_at", "outcome")).returning(job_runs.c.id)
)
_END: Query[int] = Query(
    update(job_runs)
    .where(job_runs.c.id == bindparam("run_id"), job_runs.c.outcome == "running")
    .values(outcome=bindparam("became"), ended_at=bindparam("ended"), detail=bindparam("told"))
)
_LAPSE: Query[int] = Query(
    update(job_runs)
    .where(job_runs.c.job == bindparam("of"), job_runs.c.outcome == "running")
    .values(outcome="lapsed", ended_at=bindparam("ended"))
)
_run = (
    select(
        job_runs.c.id, job_runs.c.at, job_runs.c.started_at, job_runs.c.ended_at, job_runs.c.outcome, job_runs.c.detail
    )
    .where(job_runs.c.job == bindparam("of"))
    .order_by(job_runs.c.id.desc())
    .limit(bindparam("most"))
)
_RUNS = Query(_run, JobRun.of)
_RUNS_OF_OUTCOME = Query(_run.where(job_runs.c.outcome == bindparam("outcome")), JobRun.of)


def row(tx: Tx, name: str) -> JobRow:
    """Where a job stands."""
    return tx.first(_ROW, job=name) or NEVER


def rows(tx: Tx, names: Iterable[str]) -> dict[str, JobRow]:
    """Where several jobs stand, by name."""
    return {name: row(tx, name) for name in names}


def claim(tx: Tx, name: str, me: str, *, running: datetime, lease: timedelta) -> JobRow | None:
    """Take a job for the length of a lease; where it stood, or None where somebody else is at it."""
    tx.run(_ADD, name=name)
    farthest = running + FARTHEST_LEASE * lease
    if not tx.run(_CLAIM, job=name, me=me, running=running, farthest=farthest, until=running + lease):
        return None
    return tx.one(_ROW, job=name)


def renew(tx: Tx, name: str, me: str, until: datetime) -> bool:
    """Keep a job for longer; False where somebody else has taken it meanwhile."""
    return tx.run(_RENEW, job=name, me=me, until=until) > 0


def give_back(tx: Tx, name: str, me: str) -> bool:
    """Let others have the job; whether it was still ours."""
    return tx.run(_GIVE_BACK, job=name, me=me) > 0


def begin(tx: Tx, name: str, *, at: datetime, started_at: datetime) -> int:
    """Record that a run begins, after those that ended without a word; returns its id. The job must have been claimed."""
    lapse(tx, name, ended_at=started_at)
    return tx.one(_BEGIN, job=name, at=at, started_at=started_at, outcome="running")


def lapse(tx: Tx, name: str, *, ended_at: datetime) -> None:
    """The runs of a job that still seem to go on have ended before their time."""
    tx.run(_LAPSE, of=name, ended=ended_at)


def end(tx: Tx, run_id: int, outcome: str, *, ended_at: datetime, detail: str) -> None:
    """Record what became of a run, unless somebody who took the job over has done it."""
    tx.run(_END, run_id=run_id, became=outcome, ended=ended_at, told=detail)


def ran(tx: Tx, name: str, me: str, *, at: datetime, state: str) -> bool:
    """The job has run up to ``at`` and is free again; False where somebody else has taken it meanwhile."""
    return tx.run(_RAN, job=name, me=me, at=at, kept=state) > 0


def runs(tx: Tx, name: str, most: int) -> list[JobRun]:
    """The newest runs of a job, newest first."""
    return tx.all(_RUNS, of=name, most=most)


def last_success(tx: Tx, name: str) -> JobRun | None:
    """The newest run that ended well."""
    return tx.first(_RUNS_OF_OUTCOME, of=name, outcome="done", most=1)
