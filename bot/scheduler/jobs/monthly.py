"""Once a month to the heads of the divisions and of the nation: what the districts hear weekly, by the offices right under theirs.

Districts without an officer, who hear nothing themselves, are counted.
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
    month = last_time(MONTHLY.plan(run.config), run.now).astimezone(DHAKA).date()
    for level in (Level.DIVISION, Level.NATION):
        found = await run.store.read(partial(escalating.reports, counted=counted, level=level, today=run.today))
        await tell(run, (escalating.monthly(report, month, quiet, run.now) for report in found))
        run.detail[level.value] = len(found)


MONTHLY = Job("monthly", _run)
