"""Jobs without a running gateway: ``barta tick`` runs what is due, ``barta resume --preview`` says what that would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.app import App
from bot.domain.errors import BartaError
from bot.scheduler.jobs import JOBS
from bot.scheduler.standing import standings
from bot.store import backlog
from bot.store import jobs as table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.config import Config
    from bot.scheduler.job import Job
    from bot.scheduler.running import Ended
    from bot.scheduler.standing import Standing
    from bot.store.backlog import Waiting


@dataclass(slots=True)
class Ticked:
    """What a tick did.

    Attributes:
        at: the gateway's time when it began.
        ended: the runs, in their order.
        busy: the jobs that another process is at.
        queued: how many messages they queued, by class.
    """

    at: datetime
    ended: list[Ended] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    queued: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """The shape of ``barta tick --json``."""
        return {"at": self.at.isoformat(), "queued": {name: count for name, count in self.queued.items() if count > 0}}


@dataclass(frozen=True, slots=True)
class Preview:
    """What resuming would do.

    Attributes:
        at: the gateway's time.
        would: the jobs that are due, and what each says of itself; None where it says nothing.
        waiting: what waits in the outbox.
    """

    at: datetime
    would: Sequence[tuple[Standing, Mapping[str, Any] | None]]
    waiting: Sequence[Waiting]

    def as_json(self) -> dict[str, Any]:
        """The shape of ``barta resume --preview --json``."""
        jobs = [
            {
                "name": each.job.name,
                "last_at": None if each.ran_until_at is None else each.ran_until_at.isoformat(),
                "missed": each.missed,
                "held": each.held,
                "would": None if said is None else dict(said),
            }
            for each, said in self.would
        ]
        return {"at": self.at.isoformat(), "jobs": jobs, "waiting": [each.as_json() for each in self.waiting]}


async def tick(config: Config, clock: Clock, url: str, jobs: Sequence[Job] = JOBS) -> Ticked:
    """Run once every job whose time has come, also one that is held; what is queued is left for a gateway to deliver."""
    ticked = Ticked(clock.now())
    async with App(config, clock, url, jobs) as app:
        for each in await _standings(app, jobs):
            # A job's time may come while those before it run: the next tick is for that.
            if not each.due:
                continue
            ended = await app.runner.run(each.job)
            if ended is None:
                ticked.busy.append(each.job.name)
            else:
                ticked.ended.append(ended)
                ticked.queued.update(ended.queued)
    return ticked


async def preview(config: Config, clock: Clock, url: str, jobs: Sequence[Job] = JOBS) -> Preview:
    """What the jobs that are due would do, each for itself, and what waits already; nothing is written."""
    async with App(config, clock, url, jobs) as app:
        now = clock.now()
        would = [(each, await _said(app, each, now)) for each in await _standings(app, jobs) if each.due]
        return Preview(now, would, await app.store.read(partial(backlog.waiting, now=now), slow=True))


async def _standings(app: App, jobs: Sequence[Job]) -> list[Standing]:
    now, running = app.clock.now(), app.clock.running()
    return await app.store.read(partial(standings, jobs=jobs, config=app.config, now=now, running=running))


async def _said(app: App, standing: Standing, now: datetime) -> Mapping[str, Any] | None:
    job = standing.job
    if job.preview is None:
        return None
    row = await app.store.read(partial(table.row, name=job.name))
    try:
        return await job.preview(app.runner.prepared(now, dict(row.state)))
    except BartaError:
        raise
    except Exception as error:
        message = f"{job.name} cannot say what it would do: {type(error).__name__}"
        raise BartaError(message) from error
