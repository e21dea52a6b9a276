"""Starts jobs when their time has come, as long as the gateway serves.

It looks when the next job is due, and every half minute besides: the wall clock may jump, and ``barta tick`` and ``barta resume`` run
beside it. What is due runs one after the other, in the order of the jobs.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.scheduler.standing import standings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.config import Config
    from bot.metrics import Metrics
    from bot.scheduler.job import Job
    from bot.scheduler.running import Ended, Runner
    from bot.scheduler.standing import Standing
    from bot.store.store import Store

log = structlog.get_logger()

LOOK_SECONDS = 30.0
"""It looks at least so often."""

LEAST_SECONDS = 0.01
"""It never looks again at once: the wall clock and the loop's differ by a little."""


class Scheduler:
    """A task that runs jobs.

    Args:
        wake: tells a channel that it has something to do.
        look_seconds: it looks at least so often.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        runner: Runner,
        store: Store,
        config: Config,
        clock: Clock,
        metrics: Metrics,
        wake: Callable[[str], None],
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._jobs = jobs
        self._runner = runner
        self._store = store
        self._config = config
        self._clock = clock
        self._metrics = metrics
        self._wake = wake
        self._look_seconds = look_seconds
        self._told: set[tuple[str, datetime | None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; call inside the running loop."""
        self._task = asyncio.create_task(self._serve(), name="scheduler")

    async def stop(self) -> None:
        """End now. A job under way is left where it is, and given back for whoever comes next."""
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _serve(self) -> None:
        while True:
            try:
                found = await self._look()
                for each in filter(self._is_to_run, found):
                    await self._run(each.job)
                pause = self._pause(await self._look())
            except Exception as error:  # noqa: BLE001 - the database is busy or gone: what is due stays due
                log.warning("not_scheduled", error=type(error).__name__)
                pause = self._look_seconds
            await asyncio.sleep(pause)

    async def _look(self) -> list[Standing]:
        now, running = self._clock.now(), self._clock.running()
        look = partial(standings, jobs=self._jobs, config=self._config, now=now, running=running)
        found = await self._store.read(look)
        for each in found:
            self._measure(each)
            self._tell(each)
        return found

    def _is_to_run(self, standing: Standing) -> bool:
        patient = standing.again_at is not None and self._clock.running() < standing.again_at
        return standing.due and standing.held is None and not standing.running and not patient

    async def _run(self, job: Job) -> None:
        ended = await self._runner.run(job)
        if ended is None:
            return
        self._count(ended)
        for channel in ended.channels:
            self._wake(channel)

    def _pause(self, found: Sequence[Standing]) -> float:
        """Until the next time of a job; what is due and did not run has a reason, which is looked at again later."""
        now = self._clock.now()
        ahead = [(each.next_at - now).total_seconds() for each in found if not each.due]
        return max(LEAST_SECONDS, min(self._look_seconds, *ahead)) if ahead else self._look_seconds

    def _tell(self, standing: Standing) -> None:
        if standing.held is None or (standing.job.name, standing.ran_until_at) in self._told:
            return
        self._told.add((standing.job.name, standing.ran_until_at))
        log.warning("job_is_held", job=standing.job.name, why=standing.held, until="barta resume")

    def _measure(self, standing: Standing) -> None:
        name = standing.job.name
        self._metrics.job_held.labels(name).set(standing.held is not None)
        self._metrics.job_next_run.labels(name).set(standing.next_at.timestamp())
        if standing.succeeded_at is not None:
            self._metrics.job_last_success.labels(name).set(standing.succeeded_at.timestamp())

    def _count(self, ended: Ended) -> None:
        self._metrics.job_runs.labels(ended.job, ended.outcome).inc()
        self._metrics.job_seconds.labels(ended.job).observe(ended.seconds)
