"""One run of a job: claimed, kept alive, recorded. Of two processes that try at once, one runs it.

A claim and its end are short works of the writer; in between the job itself decides what it reads and writes. A heartbeat renews the lease
while the job runs. A process that is killed leaves the job behind: whoever looks next on the same machine sees that, and runs it again;
elsewhere its lease lapses first. One that is stopped gives it back.
"""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from bot.clock import DHAKA
from bot.domain.errors import BartaError, DomainError, StoreError
from bot.scheduler import holder
from bot.scheduler import plan as plans
from bot.scheduler.job import Run
from bot.scheduler.standing import forget_consent
from bot.store import jobs as table

if TYPE_CHECKING:
    from collections import Counter
    from datetime import datetime

    from bot.clock import Clock
    from bot.config import Config
    from bot.posting import Post
    from bot.scheduler.job import Job
    from bot.store.query import Tx
    from bot.store.store import Store

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""How long a job stays with a process that says nothing any more."""

BEATS = 4
"""The lease is renewed so often before it would lapse."""


class LeaseLost(Exception):  # noqa: N818 - named for the event
    """Somebody else may be at the job by now: this run must write nothing more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended here.

    Attributes:
        job: its name.
        outcome: ``done``, ``failed``, or ``lapsed`` where somebody else took the job over.
        queued: how many messages it queued, by class; of a failed run as well.
        channels: the channels that have something to do.
        seconds: how long it took.
        error: what went wrong, if something did.
    """

    job: str
    outcome: str
    queued: Counter[str]
    channels: frozenset[str]
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    at: datetime
    state: dict[str, Any] = field(default_factory=dict)
    again: bool = False
    """Somebody began it before, and did not come to its end."""


class Runner:
    """Runs jobs, as one holder.

    Args:
        lease: how long a job stays with us when we are killed.
    """

    def __init__(self, store: Store, post: Post, config: Config, clock: Clock, lease: timedelta = LEASE) -> None:
        self._store = store
        self._post = post
        self._config = config
        self._clock = clock
        self._lease = lease
        self._me = holder.me()

    async def run(self, job: Job) -> Ended | None:
        """Run a job that is due; None where somebody else is at it, or has just done it.

        Raises:
            StoreError: the database is busy or gone, so that nothing could be recorded.
        """
        try:
            claimed = await self._store.write(partial(self._claim, job=job))
            return None if claimed is None else await self._run(job, claimed)
        except asyncio.CancelledError:
            # Also of a claim whose commit we did not wait for.
            await self._store.write(partial(self._abandon, job=job))
            raise

    def prepared(self, at: datetime, state: dict[str, Any]) -> Run:
        """What a job is given when it runs for a moment."""
        return Run(self._store, self._post, self._config, at, at.astimezone(DHAKA).date(), state)

    async def _run(self, job: Job, claimed: _Claimed) -> Ended:
        log.info("job_runs", job=job.name, again=claimed.again)
        run, began = self.prepared(claimed.at, dict(claimed.state)), time.monotonic()
        ended = partial(Ended, job.name)
        try:
            await self._beside_a_heartbeat(job, run)
            done = partial(self._done, job=job, claimed=claimed, state=json.dumps(run.state), detail=_told(run))
            outcome, error = "done" if await self._store.write(done) else "lapsed", None
        except LeaseLost:
            outcome, error = "lapsed", None
        except Exception as failure:
            # Whatever breaks a job must not break the others.
            log.warning("job_failed", job=job.name, exc_info=True)
            outcome, error = "failed", _said(failure)
            detail = _told(run, error=error)
            await self._store.write(partial(self._failed, job=job, claimed=claimed, detail=detail))
        seconds = time.monotonic() - began
        log.info("job_ended", job=job.name, outcome=outcome, seconds=round(seconds, 2), queued=dict(run.queued))
        return ended(outcome, run.queued, frozenset(run.channels), seconds, error)

    async def _beside_a_heartbeat(self, job: Job, run: Run) -> None:
        work: asyncio.Future[None] = asyncio.ensure_future(job.run(run))
        beats = asyncio.create_task(self._beat(job), name=f"heartbeat of {job.name}")
        try:
            await asyncio.wait({work, beats}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                log.warning("job_was_taken_over", job=job.name)
                raise LeaseLost
        finally:
            work.cancel()
            beats.cancel()
            await asyncio.gather(work, beats, return_exceptions=True)
        work.result()

    async def _beat(self, job: Job) -> None:
        """Renew the lease until it is lost."""
        length = self._lease.total_seconds()
        kept_at = time.monotonic()
        while time.monotonic() - kept_at < length:
            await asyncio.sleep(length / BEATS)
            asked_at = time.monotonic()
            try:
                kept = await self._store.write(partial(self._renew, job=job))
            except StoreError:
                continue
            if not kept:
                return
            kept_at = asked_at

    def _claim(self, tx: Tx, job: Job) -> _Claimed | None:
        """Unit of work: take the job, if it is due and nobody else has it."""
        running, now = self._clock.running(), self._clock.now()
        before = table.row(tx, job.name).holder
        if before is not None and holder.is_gone(before):
            table.give_back(tx, job.name, before)
        row = table.claim(tx, job.name, self._me, running=running, lease=self._lease)
        if row is None:
            return None
        if not plans.missed(job.plan(self._config), row.ran_until_at, now):
            table.give_back(tx, job.name, self._me)
            return None
        begun = table.begin(tx, job.name, at=now, started_at=running)
        return _Claimed(begun, now, dict(row.state), again=before is not None)

    def _renew(self, tx: Tx, job: Job) -> bool:
        return table.renew(tx, job.name, self._me, self._clock.running() + self._lease)

    def _done(self, tx: Tx, job: Job, claimed: _Claimed, state: str, detail: str) -> bool:
        if not table.ran(tx, job.name, self._me, at=claimed.at, state=state):
            return False
        table.end(tx, claimed.id, "done", ended_at=self._clock.running(), detail=detail)
        forget_consent(tx, job)
        return True

    def _failed(self, tx: Tx, job: Job, claimed: _Claimed, detail: str) -> None:
        table.give_back(tx, job.name, self._me)
        table.end(tx, claimed.id, "failed", ended_at=self._clock.running(), detail=detail)

    def _abandon(self, tx: Tx, job: Job) -> None:
        if table.give_back(tx, job.name, self._me):
            table.lapse(tx, job.name, ended_at=self._clock.running())


def _told(run: Run, **more: Any) -> str:
    """What is recorded of a run."""
    queued = {"queued": dict(run.queued)} if run.queued else {}
    return json.dumps({**queued, **run.detail, **more}, ensure_ascii=False, default=str)


def _said(error: Exception) -> str:
    """An error without the numbers and texts that it may hold: of any but our own clear sentences only the kind and the place."""
    if isinstance(error, BartaError) and not isinstance(error, DomainError):
        return f"{type(error).__name__}: {error}"
    at = traceback.extract_tb(error.__traceback__)[-1:]
    return " ".join([type(error).__name__, *(f"at {frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in at)])
