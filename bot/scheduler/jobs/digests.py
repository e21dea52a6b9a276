"""The officers' daily digests, and once a week the number of red societies to those officers who get none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot import digests
from bot.domain.messages import MessageClass
from bot.planning import Rules
from bot.scheduler.job import Job
from bot.store import people, reminders

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.posting import Posted
    from bot.scheduler.job import Run
    from bot.store.query import Tx

RED_EVERY = timedelta(days=7)
"""How often an officer is told of his red societies although nothing new is due."""


async def _run(run: Run) -> None:
    told = set(await run.store.read(reminders.waiting_people))
    for person in sorted(told):
        await _queue(run, digests.send, person)
    red_on = run.state.get("red_on")
    if red_on is None or not timedelta() <= run.today - date.fromisoformat(red_on) < RED_EVERY:
        for person in await run.store.read(people.local_heads):
            if person not in told:
                await _queue(run, digests.send_red, person)
        run.state["red_on"] = run.today.isoformat()


async def _queue(run: Run, send: Callable[..., Posted | None], person: int) -> None:
    def work(tx: Tx) -> Posted | None:
        return send(tx, run.post, Rules.of(run.config), person, run.now, run.today)

    posted = await run.store.write(work)
    if posted is not None and posted.new:
        run.queued[MessageClass.DIGEST] += 1
        run.channels.add(posted.channel)


DIGESTS = Job("digests", _run)
