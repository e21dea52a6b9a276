"""STOP: a number gets no more messages that nobody asked for but the statutory ones, and what waits for it is taken back.

What a courier has in its hands leaves. Answers, codes and warnings that the number's post or chat was changed go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.messages import MessageClass, State
from bot.domain.milestones import IntentState
from bot.store import links, reminders, senders, stopping
from bot.store.moves import FOR_THE_CHAT

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.sections import ReminderSettings
    from bot.send_rules import SendRules
    from bot.store.query import Tx
    from bot.store.stopping import Addressed, Waiting

_FOR_OFFICERS = ("weekly:", "monthly:", "phones:")
"""Begin the keys of what officers are told by themselves, besides digests."""


def stop(tx: Tx, number: str, now: datetime, today: date, sending: SendRules, statutory: ReminderSettings) -> None:
    """Put STOP in force for a number."""
    senders.stop(tx, number, now)
    for one in stopping.addressed(tx, number):
        if not sending.is_statutory(one.kind, urgent=one.urgent):
            _spare(tx, one, number, now)
    chats = [(each.channel, each.chat) for each in links.chats_of(tx, number)]
    by_sms = [(name, number) for name, line in sending.lines.items() if not line.abilities.chat]
    for channel, to in (*by_sms, *chats):
        for message in stopping.waiting(tx, channel, to):
            _take_back(tx, message, now, today, statutory)


def _spare(tx: Tx, one: Addressed, number: str, now: datetime) -> None:
    """Take back a broadcast's message, and its second copy; one of them may have left."""
    key = f"b{one.broadcast_id}:{number}"
    copies = stopping.copies(tx, [key, key + FOR_THE_CHAT])
    left = [
        row_id
        for row_id, state in copies.items()
        if state is not State.CANCELLED and not (state is State.QUEUED and stopping.take_back(tx, row_id, now))
    ]
    if not left:
        stopping.spared(tx, one.recipient_id)
    elif one.outbox_id not in left:
        stopping.reached(tx, one.recipient_id, left[0])


def _take_back(tx: Tx, message: Waiting, now: datetime, today: date, settings: ReminderSettings) -> None:
    """A reminder that is not statutory, a digest, or what a job tells of returns that are due."""
    carried = reminders.carried(tx, message.id, today)
    match message.message_class:
        case MessageClass.REMINDER | MessageClass.NOTICE:
            kinds = {item.key.kind for item in carried}
            spares = bool(kinds) and kinds.isdisjoint(settings.statutory)
            spares = spares or message.key.startswith(_FOR_OFFICERS)
        case MessageClass.DIGEST | MessageClass.DUE:
            spares = True
        case _:
            spares = False
    if spares and stopping.take_back(tx, message.id, now):
        reminders.write_off(tx, carried, IntentState.WITHHELD)
