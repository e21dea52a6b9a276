"""Once a week to each head of an upazila: which societies need a message that would not reach them, and how to mend that."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot import escalating
from bot.clock import DHAKA
from bot.domain.offices import Level
from bot.scheduler.job import Job
from bot.scheduler.plan import last_time
from bot.scheduler.telling import tell

if TYPE_CHECKING:
    from bot.scheduler.job import Run

LOCAL = tuple(level for level in Level if level.is_local)


async def _run(run: Run) -> None:
    quiet = run.config.quiet.hours()
    week = last_time(PHONES.plan(run.config), run.now).astimezone(DHAKA).date()
    areas = await run.store.read(partial(escalating.areas, levels=LOCAL, today=run.today))
    run.detail |= {"officers": len(areas), "told": 0}
    for area in areas:
        # One area at a time, so that others who wait for a long read wait for one area and not for the country.
        total, named = await run.store.read(partial(escalating.unreached, area=area, today=run.today), slow=True)
        if total:
            await tell(run, [escalating.phones(area, total, named, week, quiet, run.now)])
            run.detail["told"] += 1


PHONES = Job("phones", _run)
