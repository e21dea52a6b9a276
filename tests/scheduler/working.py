"""A process that runs one job: ``python -m tests.scheduler.working URL LEASE_SECONDS hang|end``.

It says ``begun`` when the job is under way and how it ended, or ``busy``.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import log
from bot.clock import Clock
from bot.config import LogSettings
from bot.scheduler.job import Job
from tests.scheduler.watch import runner

if TYPE_CHECKING:
    from bot.scheduler.job import Run


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def _hang(_: Run) -> None:
    _say("begun")
    await asyncio.Event().wait()


async def _end(run: Run) -> None:
    _say("begun")
    run.state["count"] = run.state.get("count", 0) + 1


async def _main(url: str, lease: str, what: str) -> None:
    job = Job("reminders", _hang if what == "hang" else _end)
    async with runner(url, Clock(), timedelta(seconds=float(lease))) as (ours, _):
        _say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        ended = await ours.run(job)
        _say("busy" if ended is None else ended.outcome)


if __name__ == "__main__":
    log.set_up(LogSettings(level="error"))  # stdout is for what is said here
    asyncio.run(_main(*sys.argv[1:]))
