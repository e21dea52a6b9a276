"""Reminders of returns: some days before one is due, and some days after, where it is still open.

The job remembers the day it has seen to, and the next run looks at that day again and at all since. What makes a message unique is the
number it goes to and the day that asks for it, so that a run that was killed is run again without telling anybody twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import due_letters
from bot.clock import DHAKA
from bot.domain.messages import MessageClass
from bot.due_plan import Days, parts, plan
from bot.posting import Letter
from bot.return_rules import ReturnRules
from bot.scheduler.job import Job

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from bot.due_plan import Plan, Planned
    from bot.scheduler.job import Run
    from bot.store.query import Tx

AT_ONCE = 20
"""Messages queued in one work."""

FARTHEST = timedelta(days=400)
"""How far back a run looks at most."""

AFTER_THE_FUTURE = timedelta(days=30)
"""How far back it looks when the day it has seen to lies ahead: the clock was set back, and days may have been missed."""

WORTH_LAST = timedelta(days=15)
"""So long the last reminder of a return is worth sending."""


def _day(state: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(state[name]) if state.get(name) else None


def window(run: Run) -> Days:
    """The days that a run is to see to: up to the one on which what it queues may leave."""
    until = run.config.quiet.hours().allowed_from(run.now).astimezone(DHAKA).date()
    seen = _day(run.state, "seen_until") or until
    since = max(seen if seen <= until else until - AFTER_THE_FUTURE, until - FARTHEST)
    began_on = _day(run.state, "began_on") or until
    return Days(began_on, since, until, run.today, run.config.reminders.societies_per_office)


async def _run(run: Run) -> None:
    days, later = window(run), 0
    behind: list[date] = []
    async for made in _plans(run, days):
        for at in range(0, len(made.letters), AT_ONCE):
            some = made.letters[at : at + AT_ONCE]
            queued = await run.store.write(partial(_queue, run=run, some=some))
            run.queued[MessageClass.DUE] += queued.total()
            run.channels |= set(queued)
        later += made.later
        behind += [] if made.behind is None else [made.behind]
    run.detail |= {"since": days.since.isoformat(), "later": later}
    # What had no room is what the next run begins with.
    run.state |= {
        "began_on": days.began_on.isoformat(),
        "seen_until": days.until.isoformat(),
        "behind": min(behind).isoformat() if behind else None,
    }


async def _plans(run: Run, days: Days) -> AsyncIterator[Plan]:
    """Part by part, so that others who wait for a long read wait for one part and not for the country."""
    rules = ReturnRules.of(run.config)
    society_since = min(_day(run.state, "behind") or days.since, days.since)
    found = await run.store.read(partial(parts, rules=rules, days=days, society_since=society_since))
    for part in found:
        yield await run.store.read(partial(plan, part=part, days=days), slow=True)


def _queue(tx: Tx, run: Run, some: Sequence[Planned]) -> Counter[str]:
    """Unit of work: queue some messages; how many are new, by channel."""
    queued: Counter[str] = Counter()
    for planned in some:
        posted = run.post.send(tx, _letter(run, planned), run.now, run.today)
        if posted is not None and posted.new:
            queued[posted.channel] += 1
    return queued


def _letter(run: Run, planned: Planned) -> Letter:
    letter = Letter.in_hours(
        planned.key,
        planned.number,
        due_letters.reply(planned.owings),
        MessageClass.DUE,
        worth=WORTH_LAST,
        quiet=run.config.quiet.hours(),
        now=run.now,
        buttons=due_letters.buttons(planned.owings),
    )
    if planned.until is not None:
        next_one = datetime.combine(planned.until, time(), DHAKA)
        letter = replace(letter, expires_at=min(letter.expires_at, next_one))
    return replace(letter, courtesy=True)


async def _preview(run: Run) -> Mapping[str, Any]:
    """What a run would queue: messages, the returns that they name by form, how many must wait for another day."""
    days, forms, messages, later = window(run), Counter[str](), 0, 0
    async for made in _plans(run, days):
        messages += len(made.letters)
        later += made.later
        forms.update(owing.form for letter in made.letters for owing in letter.owings)
    return {
        "since": days.since.isoformat(),
        "messages": {MessageClass.DUE.value: messages},
        "returns": dict(sorted(forms.items())),
        "later": later,
    }


RETURNS = Job("returns", _run, preview=_preview)
