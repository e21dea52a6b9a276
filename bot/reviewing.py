"""The last look: whether what is about to leave is still true, and what it says now. In the unit of work that claims it.

Taking back what waits is not enough: a message that a courier has in its hands comes back to the queue when the provider is away, and
the register may be changed by an import. A reminder that a later milestone has overtaken is that one's by now. Of several digests that
wait for the same officer the last one takes the others' societies along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import due_letters
from bot.digests import KINDS, digest, red
from bot.domain.messages import MessageClass
from bot.domain.milestones import IntentState, ReminderKind, due
from bot.domain.replies import Reply, dump
from bot.store import about, reminders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bot.planning import Rules
    from bot.store.claims import Claimed
    from bot.store.query import Tx
    from bot.store.reminders import Item


def review(tx: Tx, rules: Rules, message: Claimed, today: date, now: datetime) -> str | None:
    """What a message that is about to leave says now; None where it is not true any more, or somebody else's."""
    if message.message_class is MessageClass.DUE:
        return due_letters.review(tx, message)
    if message.message_class is MessageClass.DIGEST:
        return _digest(tx, rules, message, today, now)
    carried = reminders.carried(tx, message.id, today)
    standing = [item for item in carried if _still(tx, rules, item, today)]
    reminders.write_off(tx, [item for item in carried if item not in standing], IntentState.CANCELLED)
    if carried and not standing:
        return None
    if message.message_class is MessageClass.REMINDER:
        left = _caught_up(tx, rules, standing, message.id, today, now)
        return message.content if left or not standing else None
    return message.content


def _still(tx: Tx, rules: Rules, item: Item, today: date) -> bool:
    if not item.serving:
        return False
    if item.key.kind is ReminderKind.TERM:
        return item.still
    found = rules.occasions(tx, item.key.kind, [item.key.society_id], today)
    return any(occasion.name == item.key.occasion for occasion in found)


def _caught_up(tx: Tx, rules: Rules, items: Sequence[Item], outbox_id: int, today: date, now: datetime) -> list[Item]:
    """Reminders of terms as they leave: one that a later milestone has overtaken is that one's by now, and another is not sent for it.

    Where the later milestone has a message of its own already, the earlier one is superseded.
    """
    steps = rules.steps(ReminderKind.TERM)
    by_name = {step.name: step for step in steps}
    left = []
    for item in items:
        own = by_name.get(item.key.milestone)
        if own is None or item.current_end is None:
            left.append(item)  # an officer asked for it, or the milestones were configured anew
            continue
        passed = due(steps, item.current_end, since=own.on(item.current_end), today=today)
        if item.newer:
            reminders.write_off(tx, [item], IntentState.SUPERSEDED)
        elif passed is not None and passed.now != own:
            reminders.overtake(tx, item, passed.now.name, outbox_id, now)
            left.append(item)
        else:
            left.append(item)
    return left


def _digest(tx: Tx, rules: Rules, message: Claimed, today: date, now: datetime) -> str | None:
    """None where nothing of a digest is true any more, or the next one, which waits too, says it."""
    kind, _, rest = message.key.partition(":")
    person = rest.partition(":")[0]
    if kind not in KINDS or not person.isdigit():
        return message.content
    if kind == "red":
        count = red(tx, int(person), (), today)
        return dump(Reply("digest.red", {"red": count})) if count else None
    carried = reminders.carried(tx, message.id, today)
    standing = [item for item in carried if item.still and item.serving]
    reminders.write_off(tx, [item for item in carried if item not in standing], IntentState.CANCELLED)
    items = _caught_up(tx, rules, standing, message.id, today, now)
    later = reminders.later_digest(tx, int(person), message.id) if items else None
    if later is not None:
        about.move(tx, message.id, later)
        return None
    items.sort(key=lambda item: (item.current_end is not None and item.current_end < today, item.current_end))
    return dump(digest(items, red(tx, int(person), items, today))) if items else None
