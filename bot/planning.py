"""What a window of days brings: whom it reminds of what, found by reading alone, so that a preview shows what the work will do.

What of an office is more than ``societies_per_office`` in a day follows on the next days, and after a time in which nothing ran the
messages are spread over the allowed hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from bot.clock import DHAKA
from bot.domain.access import head_of
from bot.domain.milestones import ReminderKind, following, ladder
from bot.store import intents, occasions, people, recipients
from bot.store.intents import Key
from bot.store.recipients import UNNAMED, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from bot.config import Config
    from bot.domain.milestones import Due, Milestone
    from bot.domain.occasions import Occasion, Window
    from bot.domain.quiet import QuietHours
    from bot.sections import LawSettings, ReminderSettings
    from bot.store.query import Tx

NOT_ON_RECORD = 0
"""In place of a person's id: an officer whom only the registry's telephone number stands for."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that reminders depend on."""

    reminders: ReminderSettings
    law: LawSettings
    quiet: QuietHours

    @classmethod
    def of(cls, config: Config) -> Rules:
        """As configured."""
        return cls(config.reminders, config.law, config.quiet.hours())

    def steps(self, kind: ReminderKind) -> tuple[Milestone, ...]:
        """The milestones of a kind, the farthest first."""
        own = self.reminders
        days = {
            ReminderKind.TERM: own.milestones,
            ReminderKind.AGM: own.agm_milestones,
            ReminderKind.AUDIT: own.audit_milestones,
            ReminderKind.DIVIDEND: own.dividend_milestones,
        }
        return ladder(days[kind])

    def found(self, tx: Tx, kind: ReminderKind, window: Window) -> list[int]:
        """What of a kind has a milestone in the window: ids of terms, or of societies. Read once, before the works that remind."""
        steps, law = self.steps(kind), self.law
        match kind:
            case ReminderKind.TERM:
                return occasions.terms_due(tx, steps, window)
            case ReminderKind.AGM:
                return occasions.agms_due(tx, law.agm_within_days, steps, window)
            case ReminderKind.AUDIT:
                return occasions.audits_due(tx, law.audit_by, steps, window)
            case ReminderKind.DIVIDEND:
                return occasions.dividends_due(tx, law.dividend_within_days, steps, window)

    def occasions(self, tx: Tx, kind: ReminderKind, ids: Sequence[int], today: date) -> list[Occasion]:
        """Of these the occasions that are true now."""
        law = self.law
        match kind:
            case ReminderKind.TERM:
                return occasions.terms(tx, ids)
            case ReminderKind.AGM:
                return occasions.agms_ahead(tx, law.agm_within_days, ids)
            case ReminderKind.AUDIT:
                return occasions.audits_ahead(tx, law.audit_by, ids, today)
            case ReminderKind.DIVIDEND:
                return occasions.dividends_ahead(tx, law.dividend_within_days, ids)


@dataclass(slots=True)
class Days:
    """How many societies of which office are reminded of a kind of thing on which day: what is there, and what a plan adds.

    Args:
        most: of an office in a day.
    """

    most: int
    _counts: dict[tuple[int, ReminderKind, date], int] = field(default_factory=dict)

    def take(self, tx: Tx, occasion: Occasion, first: date, last: date | None) -> tuple[date, int]:
        """The first day with room, from ``first`` on, and how many are before us on it.

        Where there is no room up to ``last``, the day on which it would be too late, it is the first day all the same.
        """
        days = (first + timedelta(days=ahead) for ahead in count())
        day = first
        for each in days:
            if last is not None and each >= last:
                break
            if self._taken(tx, occasion, each) < self.most:
                day = each
                break
        before = self._taken(tx, occasion, day)
        self._counts[occasion.office_id, occasion.kind, day] = before + 1
        return day, before

    def _taken(self, tx: Tx, occasion: Occasion, day: date) -> int:
        key = (occasion.office_id, occasion.kind, day)
        if key not in self._counts:
            self._counts[key] = intents.on_day(tx, *key)
        return self._counts[key]


@dataclass(frozen=True, slots=True)
class Planned:
    """What one occasion brings.

    Attributes:
        occasion: which.
        due: its milestone, and those that were missed.
        bearers: the office-bearers who are to be reminded of it and have not been.
        officers: likewise the officers, who get a digest.
        missed: intents that are superseded before they were made.
        send_on: the day its messages leave.
        not_before_at: when, if not at once.
    """

    occasion: Occasion
    due: Due
    bearers: tuple[Recipient, ...]
    officers: tuple[Recipient, ...]
    missed: tuple[Key, ...]
    send_on: date
    not_before_at: datetime | None


def plan(
    tx: Tx, rules: Rules, kind: ReminderKind, ids: Sequence[int], window: Window, now: datetime, days: Days
) -> Iterator[Planned]:
    """What is to be done for these terms or societies; reads only."""
    found = []
    for occasion in rules.occasions(tx, kind, ids, window.today):
        due = window.due(rules.steps(kind), occasion)
        # A term that is over must be told of; what else is overdue is not caught up with after days off.
        if due is not None and (kind is ReminderKind.TERM or occasion.last_day >= window.today):
            found.append((occasion, due))
    if not found:
        return
    society_ids = [occasion.society_id for occasion, _ in found]
    known = intents.known(tx, kind, society_ids)
    # An officer's number that has been told needs no second telling under another name.
    told = {(*key[:4], number) for key, number in known.items()}
    bearers = recipients.bearers(tx, society_ids)
    officers = _officers(tx, [occasion for occasion, _ in found], window.today) if kind is ReminderKind.TERM else {}
    for occasion, due in found:
        own = tuple(dict.fromkeys(bearers.get(occasion.society_id, ())))
        new_own = tuple(each for each in own if key_of(occasion, due.now, each) not in known)
        above = (each for each in officers.get(occasion.society_id, ()) if each not in own)
        new_above = tuple(each for each in above if (*key_of(occasion, due.now, each)[:4], each.msisdn) not in told)
        if not new_own and not new_above:
            continue
        missed = (key_of(occasion, step, each) for step in due.missed for each in (*new_own, *new_above))
        send_on, before = _day(tx, rules, occasion, due, now, days)
        yield Planned(
            occasion,
            due,
            new_own,
            new_above,
            tuple(key for key in missed if key not in known),
            send_on,
            _not_before(rules, window, now, send_on, before),
        )


PRESSING_DAYS = 7
"""So near its last day nothing waits for room on another day."""


def _day(tx: Tx, rules: Rules, occasion: Occasion, due: Due, now: datetime, days: Days) -> tuple[date, int]:
    """The day a message leaves, and how many are before it: with room, but never so late that it is not worth much any more."""
    first = rules.quiet.allowed_from(now).astimezone(DHAKA).date()
    if -1 <= (occasion.last_day - first).days <= PRESSING_DAYS:
        return days.take(tx, occasion, first, first)
    then = following(rules.steps(occasion.kind), due.now)
    return days.take(tx, occasion, first, None if then is None else min(then.on(occasion.last_day), occasion.last_day))


def _not_before(rules: Rules, window: Window, now: datetime, send_on: date, before: int) -> datetime | None:
    """On a usual day at once, in the allowed hours; else spread over them."""
    at_once = rules.quiet.allowed_from(now)
    if send_on == at_once.astimezone(DHAKA).date() and not window.catches_up:
        return None if at_once == now else at_once
    begins, ends = rules.quiet.hours(send_on)
    begins = max(begins, at_once)
    most = rules.reminders.societies_per_office
    return begins + max(ends - begins, timedelta()) * (before % most) / most


def key_of(occasion: Occasion, step: Milestone, person: Recipient) -> Key:
    """What makes the reminder of a person unique."""
    return Key(occasion.society_id, occasion.kind, occasion.name, step.name, person.person_id)


def _officers(tx: Tx, found: Iterable[Occasion], today: date) -> dict[int, tuple[Recipient, ...]]:
    """Who is to be told: the head of the office that looks after a society, else the registry's officer, else the head above."""
    found = list(found)
    codes = {code for occasion in found for code in occasion.lineage.strip("/").split("/")}
    heads: dict[str, list[Recipient]] = {}
    for head in recipients.heads(tx, sorted(codes), today):
        if head.role is head_of(head.level):
            heads.setdefault(head.lineage, []).append(head.person)
    numbers = {each.officer_msisdn for each in found if each.officer_msisdn and each.lineage not in heads}
    # Whoever heads another office with that number gets it in his own digest.
    unnamed = people.found(tx, UNNAMED, numbers) | people.heads_with(tx, numbers)
    return {occasion.society_id: tuple(_told(occasion, heads, unnamed)) for occasion in found}


def _told(occasion: Occasion, heads: dict[str, list[Recipient]], unnamed: dict[str, int]) -> list[Recipient]:
    lineage = occasion.lineage
    if lineage not in heads and occasion.officer_msisdn:
        return [Recipient(unnamed.get(occasion.officer_msisdn, NOT_ON_RECORD), occasion.officer_msisdn)]
    while lineage and lineage not in heads:
        lineage = lineage.rstrip("/").rpartition("/")[0] + "/" if "/" in lineage.rstrip("/") else ""
    return heads.get(lineage, [])
