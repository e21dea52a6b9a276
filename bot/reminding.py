"""Reminders as units of work: each at most once to each person, and what takes one back.

An office-bearer gets a message of his own; the officers' reminders wait for the day's digest (``bot.digests``). Whatever is planned
(``bot.planning``) is an intent with a key of its own, so that a second run adds nothing, whenever the first one was killed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.clock import DHAKA
from bot.domain.messages import MessageClass
from bot.domain.milestones import IntentState, ReminderKind, following
from bot.domain.occasions import Window
from bot.domain.replies import Reply
from bot.planning import NOT_ON_RECORD, Days, key_of, plan
from bot.posting import Letter
from bot.store import intents, occasions, people, reminders
from bot.store.recipients import UNNAMED, Recipient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.domain.milestones import Renewal
    from bot.domain.occasions import Occasion
    from bot.planning import Planned, Rules
    from bot.posting import Post
    from bot.store.query import Tx

WORTH = timedelta(days=3)
"""A reminder is worth sending so long at least, and until the next milestone."""

WORTH_LAST = timedelta(days=30)
"""And so long behind the last milestone."""


@dataclass(slots=True)
class Made:
    """What a work queued.

    Attributes:
        queued: messages by class.
        channels: which have something to do.
        intents: by state.
    """

    queued: Counter[str] = field(default_factory=Counter)
    channels: set[str] = field(default_factory=set)
    intents: Counter[str] = field(default_factory=Counter)


def remind(
    tx: Tx,
    post: Post,
    rules: Rules,
    kind: ReminderKind,
    ids: Sequence[int],
    window: Window,
    now: datetime,
) -> Made:
    """Unit of work: remind of what the window brings for these terms or societies; a second time adds nothing.

    Args:
        tx: a transaction that may write.
        post: queues the messages.
        rules: the settings.
        kind: what it is about.
        ids: what ``Rules.found`` found.
        window: the days.
        now: the gateway's time.
    """
    made = Made()
    days = Days(rules.reminders.societies_per_office)
    for planned in list(plan(tx, rules, kind, ids, window, now, days)):
        _carry_out(tx, post, rules, planned, now, window.today, made)
    return made


def _carry_out(tx: Tx, post: Post, rules: Rules, planned: Planned, now: datetime, today: date, made: Made) -> None:
    occasion = planned.occasion
    on_record: dict[int, int] = {}
    for person in planned.bearers:
        posted = None if person.msisdn is None else post.send(tx, _letter(rules, planned, person.msisdn), now, today)
        state = IntentState.WITHHELD if posted is None else IntentState.MADE
        _add(tx, planned, person, state, None if posted is None else posted.id, now, made)
        if posted is not None and posted.new:
            made.queued[class_of(occasion.kind)] += 1
            made.channels.add(posted.channel)
    for each in planned.officers:
        person = each
        if each.person_id == NOT_ON_RECORD:
            person = _on_record(tx, each)
            on_record[NOT_ON_RECORD] = person.person_id
        _add(tx, planned, person, IntentState.MADE if person.msisdn else IntentState.WITHHELD, None, now, made)
    for key in planned.missed:
        new = intents.add(
            tx,
            key._replace(person_id=on_record.get(key.person_id, key.person_id)),
            term_id=occasion.term_id,
            office_id=occasion.office_id,
            send_on=planned.send_on,
            state=IntentState.SUPERSEDED,
            outbox_id=None,
            at=now,
        )
        made.intents[IntentState.SUPERSEDED] += new


def _on_record(tx: Tx, officer: Recipient) -> Recipient:
    """A person for a number that the registry alone knows."""
    assert officer.msisdn is not None  # noqa: S101 - there is nothing else to know him by
    return Recipient(people.person(tx, UNNAMED, officer.msisdn), officer.msisdn)


def _add(
    tx: Tx,
    planned: Planned,
    person: Recipient,
    state: IntentState,
    outbox_id: int | None,
    now: datetime,
    made: Made,
) -> None:
    occasion = planned.occasion
    new = intents.add(
        tx,
        key_of(occasion, planned.due.now, person),
        term_id=occasion.term_id,
        office_id=occasion.office_id,
        send_on=planned.send_on,
        state=state,
        outbox_id=outbox_id,
        at=now,
    )
    made.intents[state] += new


def class_of(kind: ReminderKind) -> MessageClass:
    """What a message about a kind of occasion is for."""
    return MessageClass.REMINDER if kind is ReminderKind.TERM else MessageClass.NOTICE


def _letter(rules: Rules, planned: Planned, msisdn: str) -> Letter:
    """Two people with one telephone get one message."""
    occasion, step = planned.occasion, planned.due.now
    next_step = following(rules.steps(occasion.kind), step)
    leaves = _midnight(planned.send_on)
    until = leaves + WORTH_LAST if next_step is None else _midnight(next_step.on(occasion.last_day)) + timedelta(days=1)
    return Letter(
        key=f"{occasion.kind}:{occasion.society_id}:{occasion.name}:{step.name}:{msisdn}",
        to=msisdn,
        reply=reply(occasion),
        message_class=class_of(occasion.kind),
        expires_at=max(until, leaves + WORTH),
        not_before_at=planned.not_before_at,
        courtesy=occasion.kind not in rules.reminders.statutory,
    )


def reply(occasion: Occasion) -> Reply:
    """The text about an occasion; which of its stages is true, the day it leaves decides."""
    params = {"r": occasion.registration_no}
    if occasion.kind is ReminderKind.AUDIT:
        params["y"] = occasion.year or ""
    return Reply(f"reminder.{occasion.kind}", params, turns_on=occasion.last_day, area=occasion.lineage)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), DHAKA)


def cancel(tx: Tx, term_id: int, now: datetime) -> int:
    """Take back what is still queued about a term; a digest goes on without it. Returns how many messages were cancelled."""
    return reminders.cancel(tx, term_id, now)


def cancel_outdated(tx: Tx, society_ids: Sequence[int], now: datetime, today: date) -> None:
    """Take back what is still queued about societies whose term on record is another one by now, or ends on another day."""
    for item in reminders.waiting_of(tx, society_ids, today):
        if item.term_id is not None and not item.still:
            reminders.cancel(tx, item.term_id, now)


def renew(tx: Tx, post: Post, rules: Rules, renewal: Renewal, now: datetime, today: date) -> Made:
    """Remind of what an undone event kept silent: the milestones since it was recorded, and what was taken back then."""
    since = [renewal.since, today]
    if renewal.kind is ReminderKind.TERM:
        names = reminders.cancelled_of(tx, renewal.id)
        steps = [step for step in rules.steps(ReminderKind.TERM) if step.name in names]
        since += [step.on(term.last_day) for term in occasions.terms(tx, [renewal.id]) for step in steps]
    return remind(tx, post, rules, renewal.kind, [renewal.id], Window(min(since), today), now)
