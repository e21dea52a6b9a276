"""Once a week to the head of each district: its red societies, and the yellow ones that do not answer their reminders.

A message belongs to the time of the plan that it is for, and not to the calendar's week, so that a run that comes a day late does not
take the place of the next one.
"""

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


async def _run(run: Run) -> None:
    quiet = run.config.quiet.hours()
    days = run.config.reminders.unanswered_days
    count = partial(escalating.tallies, now=run.now, today=run.today, unanswered_days=days)
    counted = await run.store.read(count, slow=True)
    found = await run.store.read(partial(escalating.reports, counted=counted, level=Level.DISTRICT, today=run.today))
    week = last_time(WEEKLY.plan(run.config), run.now).astimezone(DHAKA).date()
    await tell(run, (escalating.weekly(report, week, quiet, run.now) for report in found))
    total = sum(counted.values(), escalating.Tally())
    run.detail |= {"red": total.red, "unanswered": total.unanswered, "districts": len(found)}


WEEKLY = Job("weekly", _run)
