"""The scheduler inside a gateway: what is due runs in order, what fails is tried again later, what may be a wrong clock is held."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.config import Config
from bot.metrics import Metrics
from bot.scheduler.job import Job
from bot.scheduler.jobs import JOBS
from bot.scheduler.service import Scheduler
from bot.scheduler.standing import RETRY, consent, standings
from bot.store import jobs as table
from bot.ticking import tick
from tests.gateway import running
from tests.peers.ports import wait_for
from tests.scheduler.watch import MORNING, Watch, runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.clock import Clock
    from bot.scheduler.job import Run
    from bot.scheduler.standing import Standing
    from bot.store.store import Store

LOOK_SECONDS = 0.01
LOOKS = 20
"""So many looks in which nothing happens are proof enough."""


class World:
    """Jobs under a scheduler. ``ran`` has the names of those that have ended: each wakes a channel of its name."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self.store = store
        self.watch = watch
        self.ran: list[str] = []
        self.breaks: set[str] = set()
        self.metrics = Metrics()
        self.jobs = [
            Job("reminders", partial(self._run, "reminders")),
            Job("digests", partial(self._run, "digests")),
            Job("cleanup", partial(self._run, "cleanup"), sends=False),
        ]

    async def _run(self, name: str, run: Run) -> None:
        run.channels.add(name)
        if name in self.breaks:
            message = "on purpose"
            raise RuntimeError(message)

    async def nothing_more(self) -> None:
        looks = self.watch.looks
        await wait_for(lambda: self.watch.looks > looks + LOOKS)

    async def standings(self) -> Sequence[Standing]:
        now, running = self.watch.now(), self.watch.running()
        return await self.store.read(partial(standings, jobs=self.jobs, config=Config(), now=now, running=running))

    async def held(self) -> list[str]:
        return [each.job.name for each in await self.standings() if each.held]

    def number(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


@asynccontextmanager
async def scheduled(url: str, watch: Watch) -> AsyncIterator[World]:
    async with runner(url, watch) as (ours, store):
        world = World(store, watch)
        scheduler = Scheduler(
            world.jobs, ours, store, Config(), watch, world.metrics, world.ran.append, look_seconds=LOOK_SECONDS
        )
        scheduler.start()
        try:
            yield world
        finally:
            await scheduler.stop()


async def test_what_is_due_runs_once_and_in_order(sqlite_url: str) -> None:
    async with scheduled(sqlite_url, Watch()) as world:
        await wait_for(lambda: len(world.ran) == 3)
        await world.nothing_more()
        assert world.ran == ["reminders", "digests", "cleanup"]
        assert world.number("barta_job_runs_total", job="digests", outcome="done") == 1
        assert world.number("barta_job_seconds_count", job="digests") == 1
        assert world.number("barta_job_last_success_timestamp_seconds", job="cleanup") == MORNING.timestamp()
        tomorrow = MORNING.replace(day=22, hour=8, minute=5)
        assert world.number("barta_job_next_run_timestamp_seconds", job="reminders") == tomorrow.timestamp()


async def test_each_time_of_a_plan_is_met(sqlite_url: str) -> None:
    watch = Watch(MORNING.replace(hour=8, minute=4))
    async with scheduled(sqlite_url, watch) as world:
        await wait_for(lambda: len(world.ran) == 3)
        for name, minute in (("reminders", 5), ("digests", 15)):
            world.ran.clear()
            watch.set(MORNING.replace(hour=8, minute=minute))
            await wait_for(lambda: world.ran)
            await world.nothing_more()
            assert world.ran == [name]


async def test_what_fails_is_tried_again_after_a_while_and_harms_no_other(sqlite_url: str) -> None:
    watch = Watch()
    async with scheduled(sqlite_url, watch) as world:
        world.breaks.add("reminders")
        await wait_for(lambda: "cleanup" in world.ran)
        await world.nothing_more()
        assert world.ran == ["reminders", "digests", "cleanup"]
        assert world.number("barta_job_runs_total", job="reminders", outcome="failed") == 1
        watch.set(watch.now(), watch.running() + RETRY - timedelta(seconds=1))
        await world.nothing_more()
        assert world.ran.count("reminders") == 1
        world.breaks.clear()
        watch.set(watch.now(), watch.running() + timedelta(seconds=1))
        await wait_for(lambda: world.ran.count("reminders") == 2)
        assert [each.outcome for each in await world.standings()] == ["done", "done", "done"]


async def test_a_failed_one_is_not_forgotten_when_the_clock_is_set_back(sqlite_url: str) -> None:
    watch = Watch()
    async with scheduled(sqlite_url, watch) as world:
        world.breaks.add("reminders")
        await wait_for(lambda: "cleanup" in world.ran)
        world.breaks.clear()
        watch.set(watch.now(), watch.running() - timedelta(days=300))
        await wait_for(lambda: world.ran.count("reminders") == 2)


async def test_after_a_very_long_silence_nothing_is_sent_until_the_operator_says_so(sqlite_url: str) -> None:
    watch = Watch()
    async with scheduled(sqlite_url, watch) as world:
        await wait_for(lambda: len(world.ran) == 3)
        watch.forward(timedelta(days=61))
        await wait_for(lambda: len(world.ran) == 4)
        await world.nothing_more()
        assert world.ran[3:] == ["cleanup"], "what sends nothing is not held"
        assert await world.held() == ["reminders", "digests"]
        assert world.number("barta_job_held", job="reminders") == 1
        await world.store.write(partial(consent, jobs=world.jobs[:1]))
        await wait_for(lambda: "reminders" in world.ran[3:])
        assert await world.held() == ["digests"]
        await wait_for(lambda: world.number("barta_job_held", job="reminders") == 0)
        watch.forward(timedelta(days=61))
        await wait_for(lambda: world.ran.count("cleanup") == 3)
        await world.nothing_more()
        assert await world.held() == ["reminders", "digests"], "consent was for that one gap"


async def test_a_month_of_silence_is_made_up_for_without_asking(sqlite_url: str) -> None:
    watch = Watch()
    async with scheduled(sqlite_url, watch) as world:
        await wait_for(lambda: len(world.ran) == 3)
        watch.forward(timedelta(days=30))
        await wait_for(lambda: len(world.ran) == 6)
        await world.nothing_more()
        assert world.ran[3:] == ["reminders", "digests", "cleanup"]


async def test_a_clock_that_was_years_ahead(sqlite_url: str) -> None:
    watch = Watch(MORNING + timedelta(days=3650))
    async with scheduled(sqlite_url, watch) as world:
        await wait_for(lambda: len(world.ran) == 3)
        watch.set(MORNING, MORNING)
        await wait_for(lambda: len(world.ran) == 4)
        await world.nothing_more()
        assert world.ran[3:] == ["cleanup"]
        assert await world.held() == ["reminders", "digests"]
        await world.store.write(partial(consent, jobs=world.jobs))
        await wait_for(lambda: len(world.ran) == 6)
        await world.nothing_more()
        assert world.ran[4:] == ["reminders", "digests"]


async def test_a_rare_plan_is_not_held_for_being_rare(sqlite_url: str) -> None:
    config = Config.model_validate({"jobs": {"monthly": "45 9 1 1 *", "most_days_off": 30}})
    job, ran = Job("monthly", partial(_nothing)), MORNING.replace(month=1, day=1, hour=10)
    async with runner(sqlite_url, Watch()) as (_, store):
        await store.write(partial(table.claim, name="monthly", me="us", running=ran, lease=timedelta(1)))
        await store.write(partial(table.ran, name="monthly", me="us", at=ran, state="{}"))
        for years, held in ((1, False), (2, True)):
            now = ran.replace(year=ran.year + years)
            look = partial(standings, jobs=[job], config=config, now=now, running=now)
            (found,) = await store.read(look)
            assert (found.due, found.held is not None) == (True, held)


async def _nothing(_: Run) -> None:
    pass


async def test_it_stops_at_once_and_gives_the_job_back(sqlite_url: str) -> None:
    async def hangs(_: Run) -> None:
        began.set()
        await asyncio.Event().wait()

    began, metrics, watch = asyncio.Event(), Metrics(), Watch()
    async with runner(sqlite_url, watch) as (ours, store):
        jobs = [Job("reminders", hangs)]
        scheduler = Scheduler(jobs, ours, store, Config(), watch, metrics, lambda _: None)
        scheduler.start()
        await asyncio.wait_for(began.wait(), 10)
        await asyncio.wait_for(scheduler.stop(), 5)
        assert await store.read(partial(table.row, name="reminders")) == table.NEVER


async def test_a_gateway_runs_its_jobs_and_shows_them(sqlite_url: str, clock: Clock) -> None:
    async with running(Config(), clock, sqlite_url, jobs=JOBS) as gateway:

        async def numbers() -> str:
            async with gateway.http.get(f"{gateway.url}/metrics") as response:
                return await response.text()

        async def all_ran() -> bool:
            text = await numbers()
            return all(f'barta_job_runs_total{{job="{job.name}",outcome="done"}} 1.0' in text for job in JOBS)

        await wait_for(all_ran)
        assert 'barta_job_held{job="cleanup"} 0.0' in await numbers()
        ticked = await tick(Config(), clock, sqlite_url)
        assert (ticked.ended, ticked.busy) == ([], []), "beside a gateway that has done it nothing is due"
