"""The daily reminders: terms that reach a milestone, general meetings, audits and dividends that are due.

The job remembers the day it has seen to. The next run looks at that day again, for what was recorded after the run, and at all days since:
a day in which nothing ran is made up for, with the latest milestone of each term. A run that was killed is run again over the same days.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.domain.milestones import ReminderKind
from bot.domain.occasions import Window
from bot.planning import Days, Rules, plan
from bot.reminding import class_of, remind
from bot.scheduler.job import Job
from bot.store import occasions
from bot.store.reminders import forget_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.planning import Planned
    from bot.reminding import Made
    from bot.scheduler.job import Run
    from bot.store.query import Tx

AT_ONCE = 40
"""Terms in one work: some tens of milliseconds of the writer's time."""

FARTHEST = timedelta(days=400)
"""How far back a run looks at most."""

AFTER_THE_FUTURE = timedelta(days=30)
"""How far back it looks when the day it has seen to lies ahead: the clock was set back, and days may have been missed."""


def window(tx: Tx, state: Mapping[str, Any], today: date) -> Window:
    """The days that a run is to see to; the first run begins with the day on which the first term was recorded."""
    seen = state.get("seen_until")
    if seen is None:
        since = occasions.first_recorded(tx) or today
    else:
        since = date.fromisoformat(seen)
        if since > today:
            since = today - AFTER_THE_FUTURE
    return Window(max(min(since, today), today - FARTHEST), today)


async def _run(run: Run) -> None:
    rules = Rules.of(run.config)
    if run.state.get("seen_until", "") > run.today.isoformat():
        # The clock ran ahead: what was made by it, and has not left, must not keep the real day's reminders from being made.
        run.detail["forgotten"] = await run.store.write(partial(forget_ahead, now=run.now))
    days = await run.store.read(partial(window, state=run.state, today=run.today))
    intents: Counter[str] = Counter()
    for kind in ReminderKind:
        ids = await run.store.read(partial(rules.found, kind=kind, window=days), slow=True)
        run.detail[kind.value] = len(ids)
        for some in _batches(ids):
            made = await run.store.write(partial(_remind, run=run, rules=rules, kind=kind, ids=some, days=days))
            run.queued += made.queued
            run.channels |= made.channels
            intents += made.intents
    run.detail |= {"since": days.since.isoformat(), "intents": dict(intents)}
    run.state["seen_until"] = run.today.isoformat()


def _remind(tx: Tx, run: Run, rules: Rules, kind: ReminderKind, ids: Sequence[int], days: Window) -> Made:
    return remind(tx, run.post, rules, kind, ids, days, run.now)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))


async def _preview(run: Run) -> Mapping[str, Any]:
    """What a run would queue: messages by class and day, societies by milestone, what is superseded, officers who get a digest."""
    rules = Rules.of(run.config)
    days = await run.store.read(partial(window, state=run.state, today=run.today))
    seen = Seen(rules)
    for kind in ReminderKind:
        ids = await run.store.read(partial(rules.found, kind=kind, window=days), slow=True)
        for some in _batches(ids):
            await run.store.read(partial(seen.look, kind=kind, ids=some, days=days, run=run), slow=True)
    return {"since": days.since.isoformat(), **seen.as_json()}


class Seen:
    """What a preview has counted."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._room = Days(rules.reminders.societies_per_office)
        self._messages: Counter[str] = Counter()
        self._days: Counter[str] = Counter()
        self._milestones: Counter[str] = Counter()
        self._officers: set[str] = set()
        self._superseded = 0

    def look(self, tx: Tx, kind: ReminderKind, ids: Sequence[int], days: Window, run: Run) -> None:
        """Unit of reading: plan for some, as the run would."""
        for planned in plan(tx, self._rules, kind, ids, days, run.now, self._room):
            self._count(planned)

    def _count(self, planned: Planned) -> None:
        numbers = {person.msisdn for person in planned.bearers} - {None}
        kind = planned.occasion.kind
        self._messages[class_of(kind)] += len(numbers)
        self._days[planned.send_on.isoformat()] += len(numbers)
        name = planned.due.now.name if kind is ReminderKind.TERM else f"{kind}:{planned.due.now.name}"
        self._milestones[name] += 1
        self._officers |= {each.msisdn for each in planned.officers if each.msisdn}
        self._superseded += len(planned.missed)

    def as_json(self) -> dict[str, Any]:
        """The counts."""
        return {
            "messages": dict(self._messages),
            "officers": len(self._officers),
            "societies": dict(self._milestones),
            "superseded": self._superseded,
            "days": dict(sorted(self._days.items())),
        }


REMINDERS = Job("reminders", _run, preview=_preview)
