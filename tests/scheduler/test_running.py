"""One run of a job: claimed by one, kept alive, recorded, taken over when its holder is gone. On both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.domain.errors import StoreError
from bot.scheduler.job import Job
from bot.store import jobs as table
from tests.peers.ports import wait_for
from tests.scheduler.watch import MORNING, Watch, runner

if TYPE_CHECKING:
    from bot.scheduler.job import Run
    from bot.store.jobs import JobRow, JobRun
    from bot.store.store import Store

NAME = "reminders"
SHORT = timedelta(seconds=0.4)


class Steps:
    """A job that says when it began and ends when it may."""

    def __init__(self, *, may_end: bool = False) -> None:
        self.began = 0
        self.cancelled = 0
        self.may_end = asyncio.Event()
        if may_end:
            self.may_end.set()
        self.job = Job(NAME, self._run)

    async def _run(self, run: Run) -> None:
        self.began += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        run.state["count"] = run.state.get("count", 0) + 1
        run.queued["reminder"] += 2
        run.channels.add("kannel")
        run.detail["societies"] = 7


async def row(store: Store) -> JobRow:
    return await store.read(partial(table.row, name=NAME))


async def runs(store: Store) -> list[JobRun]:
    """Newest first."""
    return await store.read(partial(table.runs, name=NAME, most=10))


async def test_a_run_is_recorded_and_keeps_its_state(database_url: str) -> None:
    watch, steps = Watch(), Steps(may_end=True)
    async with runner(database_url, watch) as (ours, store):
        ended = await ours.run(steps.job)
        assert ended is not None
        assert (ended.outcome, dict(ended.queued)) == ("done", {"reminder": 2})
        assert ended.channels == frozenset({"kannel"})
        (run,) = await runs(store)
        assert (run.at, run.outcome, run.detail) == (MORNING, "done", {"queued": {"reminder": 2}, "societies": 7})
        assert run.started_at == run.ended_at == MORNING
        assert await row(store) == table.JobRow(MORNING, None, None, {"count": 1})
        assert await ours.run(steps.job) is None, "it is not due again"
        assert len(await runs(store)) == 1
        watch.forward(timedelta(days=30))
        await ours.run(steps.job)
        assert (await row(store)).state == {"count": 2}
    assert steps.began == 2, "once for a day, once for thirty"


async def test_of_two_processes_one_runs_it(database_url: str) -> None:
    watch, steps = Watch(), Steps()
    async with runner(database_url, watch) as (one, store), runner(database_url, watch) as (other, _):
        both = [asyncio.create_task(each.run(steps.job)) for each in (one, other)]
        done, waiting = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        assert [task.result() for task in done] == [None]
        steps.may_end.set()
        assert [(await task) is not None for task in waiting] == [True]
        assert [run.outcome for run in await runs(store)] == ["done"]
    assert steps.began == 1


async def test_the_lease_is_renewed_while_it_runs(database_url: str) -> None:
    steps, clock = Steps(), Clock()
    async with runner(database_url, clock, SHORT) as (one, store), runner(database_url, clock, SHORT) as (other, _):
        task = asyncio.create_task(one.run(steps.job))
        await wait_for(lambda: steps.began)
        first = (await row(store)).lease_until_at

        async def lasts_longer() -> bool:
            until = (await row(store)).lease_until_at
            return first is not None and until is not None and until > first + 2 * SHORT

        await wait_for(lasts_longer)
        assert await other.run(steps.job) is None
        steps.may_end.set()
        ended = await task
        assert ended is not None
        assert ended.outcome == "done"


async def test_a_lapsed_lease_is_taken_over_and_the_late_one_changes_nothing(database_url: str) -> None:
    watch, late, quick = Watch(), Steps(), Steps(may_end=True)
    async with runner(database_url, watch) as (one, store), runner(database_url, watch) as (other, _):
        task = asyncio.create_task(one.run(late.job))
        await wait_for(lambda: late.began)
        assert await other.run(quick.job) is None
        watch.forward(timedelta(seconds=61))
        taken = await other.run(quick.job)
        assert taken is not None
        late.may_end.set()
        ended = await task
        assert ended is not None
        assert ended.outcome == "lapsed"
        assert [run.outcome for run in await runs(store)] == ["done", "lapsed"]
        assert (await row(store)).ran_until_at == watch.now()
        assert (await row(store)).state == {"count": 1}


async def test_a_lease_from_the_future_is_not_believed(database_url: str) -> None:
    watch, dead, quick = Watch(), Steps(), Steps(may_end=True)
    async with runner(database_url, watch) as (one, store), runner(database_url, watch) as (other, _):
        task = asyncio.create_task(one.run(dead.job))
        await wait_for(lambda: dead.began)
        watch.set(watch.now(), watch.running() - timedelta(days=400))
        assert await other.run(quick.job) is not None
        dead.may_end.set()
        await task
        assert [run.outcome for run in await runs(store)] == ["done", "lapsed"]


async def test_whose_job_was_taken_away_stops(database_url: str) -> None:
    steps = Steps()
    async with runner(database_url, Clock(), SHORT) as (ours, store):
        task = asyncio.create_task(ours.run(steps.job))
        await wait_for(lambda: steps.began)
        holder = (await row(store)).holder
        assert holder is not None
        assert await store.write(partial(table.give_back, name=NAME, me=holder))
        ended = await task
        assert ended is not None
        assert (ended.outcome, steps.cancelled) == ("lapsed", 1)


async def test_a_run_that_is_stopped_gives_the_job_back(database_url: str) -> None:
    watch, steps = Watch(), Steps()
    async with runner(database_url, watch) as (ours, store), runner(database_url, watch) as (other, _):
        task = asyncio.create_task(ours.run(steps.job))
        await wait_for(lambda: steps.began)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert [run.outcome for run in await runs(store)] == ["lapsed"]
        assert await row(store) == table.NEVER
        steps.may_end.set()
        assert await other.run(steps.job) is not None, "at once, because it did not run"


async def test_a_failure_is_recorded_without_what_it_may_hold(database_url: str) -> None:
    async def leaks(run: Run) -> None:
        run.queued["reminder"] += 1
        message = "+8801700099900 said অবস্থা"
        raise ValueError(message)

    async def ours_fails(run: Run) -> None:
        message = "the database is busy"
        raise StoreError(message)

    async with runner(database_url, Watch()) as (ours, store):
        ended = await ours.run(Job(NAME, leaks))
        assert ended is not None
        assert (ended.outcome, dict(ended.queued)) == ("failed", {"reminder": 1})
        await ours.run(Job(NAME, ours_fails))
        clear, bare = await runs(store)
        assert (clear.outcome, clear.detail) == ("failed", {"error": "StoreError: the database is busy"})
        assert bare.detail["error"].startswith("ValueError at test_running.py:")
        assert "8801700099900" not in str(bare.detail)
        assert (await row(store)).ran_until_at is None
        assert (await row(store)).holder is None


async def test_a_state_that_cannot_be_kept_is_a_failure(database_url: str) -> None:
    async def keeps(run: Run) -> None:
        run.state["seen"] = {1, 2}

    async with runner(database_url, Watch()) as (ours, store):
        await ours.run(Job(NAME, keeps))
        assert [run.outcome for run in await runs(store)] == ["failed"]
        assert (await row(store)).state == {}
