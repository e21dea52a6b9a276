"""What some days bring for the returns that are open: whom a reminder reaches of which of them, found by reading alone.

A return is reminded of some days before it is due and some days after, if it is still open. Of the days that have passed since the last
run the latest one counts, so that after days off everybody hears once. An officer gets one message for all returns of his offices.

An office that has never filed a form owes it from the first period on that ends after the reminders began here, so that a first
installation asks nobody for the past. A society is reminded only of a form that it has filed before, and of an office's societies no
more than so many in a day; the others follow on the next days.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from bot.clock import DHAKA
from bot.domain.forms import FiledBy
from bot.domain.offices import Level
from bot.domain.periods import Period
from bot.due_letters import Owing, reached
from bot.store import dues, missing, offices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.forms import Form
    from bot.return_rules import ReturnRules
    from bot.store.missing import Lacking
    from bot.store.query import Tx

KEYS_AT_ONCE = 2000
"""Keys that the outbox is asked for at once."""


@dataclass(frozen=True, slots=True)
class Days:
    """What a run sees to.

    Attributes:
        began_on: the day of the first run ever.
        since: the first day.
        until: the last one: the day on which what it queues leaves.
        today: the day on which it runs.
        most: of an office's societies reminded in a day.
    """

    began_on: date
    since: date
    until: date
    today: date
    most: int


@dataclass(frozen=True, slots=True)
class Call:
    """A form and a period of which there is to be reminded.

    Attributes:
        form: the version that holds for the period.
        period: what it is about.
        due_on: the last day to file in time.
        on: the day that asks for the reminder: the latest that has come.
        next_on: the next one; None behind the last.
    """

    form: Form
    period: Period
    due_on: date
    on: date
    next_on: date | None


class Item(NamedTuple):
    """Somebody's open return, as a message names it."""

    call: Call
    owing: Owing
    area_id: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One message.

    Attributes:
        key: what makes it unique: the number, and the day that asks for it.
        number: whom it goes to.
        owings: the returns that it names.
        until: the day of the next reminder, before which it is to leave; None where there is none.
    """

    key: str
    number: str
    owings: tuple[Owing, ...]
    until: date | None


@dataclass(slots=True)
class Plan:
    """What is to be sent.

    Attributes:
        letters: the messages.
        behind: the earliest day whose reminders must wait for another run; None where none must.
        later: how many numbers they would have gone to.
    """

    letters: list[Planned] = field(default_factory=list)
    behind: date | None = None
    later: int = 0


def calls(rules: ReturnRules, since: date, until: date, *, of_societies: bool) -> list[Call]:
    """The forms and periods with a reminder on one of the days."""
    found: list[Call] = []
    for newest in rules.forms:
        if (newest.filed_by is FiledBy.SOCIETY) is of_societies:
            for every in newest.every:
                found += _calls(rules, newest, Period.of(every, until), since, until)
    return found


def _calls(rules: ReturnRules, newest: Form, last: Period, since: date, until: date) -> Iterator[Call]:
    before, after = rules.settings.due_before_days, rules.settings.due_after_days
    distances = sorted({*(-days for days in before), *after})
    if not distances:
        return
    period = last
    while True:
        # The rule of the newest version says well enough when to stop; each period's own version says when it is due.
        if rules.due_on(newest, period) + timedelta(days=distances[-1]) < since:
            return
        form = rules.forms.of(newest.code, period)
        if form is not None:
            due_on = rules.due_on(form, period)
            days = [due_on + timedelta(days=distance) for distance in distances]
            passed = [day for day in days if day <= until]
            if passed and passed[-1] >= since:
                yield Call(form, period, due_on, passed[-1], next((day for day in days if day > until), None))
        period = period.previous()


@dataclass(frozen=True, slots=True)
class Part:
    """What is planned at once.

    Attributes:
        calls: what there is to be reminded of.
        lineage: of whom: of the offices and societies under this office,
        alone: or of those right under it only.
        kind: how the keys of the messages begin.
    """

    calls: tuple[Call, ...]
    lineage: str
    alone: bool = False
    kind: str = "due"


def parts(tx: Tx, rules: ReturnRules, days: Days, society_since: date) -> list[Part]:
    """The parts of a run: the offices of the country, then the societies, where any were ever asked for, district by district."""
    found = [Part(tuple(calls(rules, days.since, days.until, of_societies=False)), offices.nation(tx).lineage)]
    wanted = calls(rules, society_since, days.until, of_societies=True)
    used = tuple(call for call in wanted if missing.ever_filed(tx, call.form, call.period))
    if used:
        for office in offices.all_offices(tx):
            if not office.level.is_local:
                alone = office.level is not Level.DISTRICT
                found.append(Part(used, office.lineage, alone, f"due-{office.code}"))
    return [part for part in found if part.calls]


def plan(tx: Tx, part: Part, days: Days) -> Plan:
    """What is to be sent; reads only."""
    by_number, kind = _by_number(tx, part, days), part.kind
    told = _told(tx, by_number, kind)
    made = Plan()
    room = _Room(days.most)
    for number, items in by_number.items():
        if days.today in {at for _, at in told.get(number, ())}:
            room.take(items)
    # Whoever has waited longest comes first.
    for number in sorted(by_number, key=lambda each: (max(told.get(each, [(date.min, date.min)]))[0], each)):
        last = max((on for on, _ in told.get(number, ())), default=date.min)
        left = [item for item in by_number[number] if item.call.on > last]
        if not left:
            continue
        if room.take(left):
            made.letters.append(_planned(number, left, kind))
        else:
            made.later += 1
            made.behind = min(made.behind or date.max, *(item.call.on for item in left))
    return made


def _by_number(tx: Tx, part: Part, days: Days) -> dict[str, list[Item]]:
    """Every open return of which there is to be reminded, by the numbers that hear of it."""
    lacked: dict[int, list[tuple[Call, Lacking]]] = {}
    for call in part.calls:
        for each in missing.lacking(tx, call.form, call.period, part.lineage, alone=part.alone, first=True):
            if _owes(call, each, days):
                lacked.setdefault(each.society_id or each.area.id, []).append((call, each))
    who = [own[0][1] for own in lacked.values()]
    found: dict[str, list[Item]] = {}
    for each, numbers in reached(tx, who, days.until):
        for call, lacking in lacked[each.society_id or each.area.id]:
            owing = Owing.of(call.form.code, call.period, call.due_on, lacking)
            for number in numbers:
                found.setdefault(number, []).append(Item(call, owing, lacking.area.id))
    stopped = dues.stopped(tx, found)
    return {number: items for number, items in found.items() if number not in stopped}


def _owes(call: Call, each: Lacking, days: Days) -> bool:
    """Whether a return that is open is owed at all."""
    if each.first_on is not None:
        return call.period.starts_on > each.first_on
    return each.society_id is None and call.period.ends_on > days.began_on


def _told(tx: Tx, by_number: dict[str, list[Item]], kind: str) -> dict[str, list[tuple[date, date]]]:
    """Of which of these days a number has been told: the day that asked for it, and the day it was queued."""
    on_days = sorted({item.call.on for items in by_number.values() for item in items})
    asked = {key_of(kind, number, on): (number, on) for number in by_number for on in on_days}
    keys = list(asked)
    found: dict[str, list[tuple[date, date]]] = {}
    for at in range(0, len(keys), KEYS_AT_ONCE):
        for key, queued_at in dues.queued(tx, keys[at : at + KEYS_AT_ONCE]).items():
            number, on = asked[key]
            found.setdefault(number, []).append((on, queued_at.astimezone(DHAKA).date()))
    return found


def key_of(kind: str, number: str, on: date) -> str:
    """The key of a message."""
    return f"{kind}:{number}:{on.isoformat()}"


def _planned(number: str, items: list[Item], kind: str) -> Planned:
    on = max(item.call.on for item in items)
    until = min((item.call.next_on for item in items if item.call.next_on is not None), default=None)
    return Planned(key_of(kind, number, on), number, tuple(item.owing for item in items), until)


@dataclass(slots=True)
class _Room:
    """How many societies of each office are reminded on this day."""

    most: int
    _taken: Counter[int] = field(default_factory=Counter)
    _known: set[int] = field(default_factory=set)

    def take(self, items: list[Item]) -> bool:
        """Whether there is room for some returns; those of offices, and of a society that hears already, need none."""
        new = {item.owing.society_id: item.area_id for item in items if item.owing.society_id is not None}
        new = {society_id: area_id for society_id, area_id in new.items() if society_id not in self._known}
        if any(self._taken[area_id] >= self.most for area_id in new.values()):
            return False
        self._known |= new.keys()
        self._taken.update(new.values())
        return True
