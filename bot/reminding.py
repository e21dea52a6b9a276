"""Reminders as units of work: each at most once to each person, and what takes one back.

An office-bearer gets a message of his own; the officers' reminders wait for the day's digest (``bot.digests``). Whatever is planned
(``bot.planning``) is an intent with a key of its own, so that a second run adds nothing, whenever the first one was killed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from bot import digests
from bot.clock import DHAKA
from bot.domain.messages import MessageClass
from bot.domain.milestones import IntentState, ReminderKind, following
from bot.domain.occasions import Window
from bot.domain.replies import Reply, dump
from bot.planning import NOT_ON_RECORD, UNNAMED, Days, key_of, plan
from bot.posting import Letter
from bot.store import intents, occasions, people
from bot.store.intents import Recipient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.domain.occasions import Occasion
    from bot.planning import Planned, Rules
    from bot.posting import Post
    from bot.store.claims import Claimed
    from bot.store.intents import Item
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
    *,
    again: str = "",
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
        again: tells the messages from those of before, where they were taken back.
    """
    made = Made()
    days = Days(rules.reminders.societies_per_office)
    for planned in list(plan(tx, rules, kind, ids, window, now, days)):
        _carry_out(tx, post, rules, planned, now, window.today, made, again)
    return made


def _carry_out(
    tx: Tx, post: Post, rules: Rules, planned: Planned, now: datetime, today: date, made: Made, again: str
) -> None:
    occasion, step = planned.occasion, planned.due.now
    if occasion.term_id is not None:
        # What still waits of an earlier milestone is not true any more, or is said again now.
        intents.cancel_messages(tx, occasion.term_id, now, but=step.name)
    for person in planned.bearers:
        posted = None
        if person.msisdn is not None:
            posted = post.send(tx, _letter(rules, planned, person.msisdn, again), now, today)
        state = IntentState.WITHHELD if posted is None else IntentState.MADE
        _add(tx, planned, person, state, None if posted is None else posted.id, now, made)
        if posted is not None and posted.new:
            made.queued[class_of(occasion.kind)] += 1
            made.channels.add(posted.channel)
    on_record: dict[int, int] = {}
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


def _letter(rules: Rules, planned: Planned, msisdn: str, again: str) -> Letter:
    """Two people with one telephone get one message."""
    occasion, step = planned.occasion, planned.due.now
    next_step = following(rules.steps(occasion.kind), step)
    leaves = _midnight(planned.send_on)
    until = leaves + WORTH_LAST if next_step is None else _midnight(next_step.on(occasion.last_day)) + timedelta(days=1)
    return Letter(
        key=f"{occasion.kind}:{occasion.society_id}:{occasion.name}:{step.name}:{msisdn}{again}",
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
    cancelled = intents.cancel_messages(tx, term_id, now)
    intents.cancel(tx, term_id)
    return cancelled


def renew(tx: Tx, post: Post, rules: Rules, term_id: int, now: datetime, today: date) -> Made:
    """Remind again of a term whose reminders were taken back, because what ended it was undone."""
    taken_back = intents.forget_cancelled(tx, term_id)
    found = occasions.terms(tx, [term_id])
    if not taken_back or not found:
        return Made()
    names = {step.name: step for step in rules.steps(ReminderKind.TERM)}
    since = min((names[name].on(found[0].last_day) for name in taken_back if name in names), default=today)
    window = Window(min(since, today), today)
    return remind(tx, post, rules, ReminderKind.TERM, [term_id], window, now, again=f"@{now.isoformat()}")


def review(tx: Tx, rules: Rules, message: Claimed, today: date) -> str | None:
    """What a message that is about to leave says now; None where it is not true any more.

    Taking back what waits is not enough: a message that a courier has in its hands comes back to the queue when the provider is away.
    """
    if message.message_class is MessageClass.DIGEST:
        said = digests.reviewed(tx, message.id, message.content, today)
        return None if said is None else dump(said)
    carried = intents.carried(tx, message.id)
    lapsed = [item for item in carried if not _still(tx, rules, item, today)]
    if not lapsed:
        return message.content
    intents.write_off(tx, lapsed, IntentState.CANCELLED)
    return None if lapsed == carried else message.content


def _still(tx: Tx, rules: Rules, item: Item, today: date) -> bool:
    if item.kind is ReminderKind.TERM:
        return digests.still(item)
    found = rules.occasions(tx, item.kind, [item.society_id], today)
    return any(occasion.name == item.occasion for occasion in found)
