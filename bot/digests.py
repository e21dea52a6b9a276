"""The officers' digest: one message a day for all the societies whose committees' terms reach a milestone.

Each society in it is an intent of its own. What is not true any more when a digest leaves is left out then, and of several that wait for
the same officer the last one takes the others' societies along.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.messages import MessageClass
from bot.domain.milestones import IntentState, ReminderKind, due
from bot.domain.replies import Reply, load
from bot.domain.wording import Slot, Wording
from bot.posting import Letter
from bot.store import about, people, reminders, terms
from bot.store.intents import term_occasion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bot.planning import Rules
    from bot.posting import Post, Posted
    from bot.store.claims import Claimed
    from bot.store.query import Tx
    from bot.store.reminders import Item

SHOWN = 6
"""Societies that a digest names; the calendar has them all."""

WORTH = timedelta(days=60)
"""A digest is worth sending so long; it says what is true on the day it leaves."""

KINDS = ("digest", "red")
"""How the keys of digests begin; the person they are for comes next."""

TEXTS = (
    Wording("digest", 4, {"n": Slot.COUNT, "red": Slot.COUNT}, row="digest.item", rows=SHOWN),
    Wording("digest.item", 1, {"r": Slot.REG_NO}, turns=True),
    Wording("digest.red", 2, {"red": Slot.COUNT}),
)


def still(item: Item) -> bool:
    """Whether the term that a reminder is about is still the society's current one, with the same end."""
    return (
        item.current is not None
        and item.current_end is not None
        and term_occasion(item.current, item.current_end) == item.key.occasion
    )


def digest(items: Sequence[Item], red: int) -> Reply:
    """The text: the most urgent societies by name, all by number."""
    named = tuple(
        Reply("digest.item", {"r": item.registration_no}, turns_on=item.current_end) for item in items[:SHOWN]
    )
    return Reply("digest", {"n": len(items), "red": red}, lines=named)


def send(tx: Tx, post: Post, rules: Rules, person_id: int, now: datetime, today: date) -> Posted | None:
    """Unit of work: queue a person's digest of what waits for him; None where nothing does, or he cannot be reached."""
    items = _latest(tx, reminders.unsent(tx, person_id, today))
    msisdn = people.number_of(tx, person_id)
    if not items or msisdn is None:
        return None
    reply = digest(items, _red(tx, person_id, items, today))
    newest = max(item.id for item in items)
    posted = _post(tx, post, rules, f"digest:{person_id}:{newest}", msisdn, reply, now, today)
    if posted is not None:
        reminders.carry(tx, items, posted.id)
    return posted


def _latest(tx: Tx, waiting: Sequence[Item]) -> list[Item]:
    """Of what waits what is still true, each society with its latest milestone; the rest is written off."""
    latest: dict[int, Item] = {}
    for item in waiting:
        known = latest.get(item.key.society_id)
        if still(item) and item.serving and (known is None or item.id > known.id):
            latest[item.key.society_id] = item
    items = [item for item in waiting if latest.get(item.key.society_id) == item]
    over = [item for item in waiting if item.key.society_id not in latest]
    reminders.write_off(tx, over, IntentState.CANCELLED)
    reminders.write_off(tx, [item for item in waiting if item not in (*items, *over)], IntentState.SUPERSEDED)
    return items


def caught_up(tx: Tx, rules: Rules, items: Sequence[Item], outbox_id: int, today: date, now: datetime) -> list[Item]:
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


def send_red(tx: Tx, post: Post, rules: Rules, person_id: int, now: datetime, today: date) -> Posted | None:
    """Unit of work: tell an officer without a digest today how many societies of his area are red; None where none are."""
    msisdn = people.number_of(tx, person_id)
    red = _red(tx, person_id, (), today)
    if msisdn is None or not red:
        return None
    return _post(tx, post, rules, f"red:{person_id}:{today}", msisdn, Reply("digest.red", {"red": red}), now, today)


def _post(
    tx: Tx, post: Post, rules: Rules, key: str, msisdn: str, reply: Reply, now: datetime, today: date
) -> Posted | None:
    letter = Letter.in_hours(key, msisdn, reply, MessageClass.DIGEST, worth=WORTH, quiet=rules.quiet, now=now)
    return post.send(tx, letter, now, today)


def _red(tx: Tx, person_id: int, items: Sequence[Item], today: date) -> int:
    """How many societies are red at the offices that a person serves; of a number that the registry alone knows, around his societies."""
    lineages = set(people.lineages_of(tx, person_id)) or {item.lineage for item in items}
    # An office below another one of his is counted with it.
    top = [each for each in lineages if not any(each != other and each.startswith(other) for other in lineages)]
    return sum(terms.ending_counts(tx, lineage, today).red for lineage in top)


def reviewed(tx: Tx, rules: Rules, message: Claimed, today: date, now: datetime) -> Reply | None:
    """What a digest says when it leaves; None where nothing of it is true any more, or the next one, which waits too, says it."""
    kind, _, rest = message.key.partition(":")
    person = rest.partition(":")[0]
    if kind not in KINDS or not person.isdigit():
        return load(message.content)
    if kind == "red":
        red = _red(tx, int(person), (), today)
        return Reply("digest.red", {"red": red}) if red else None
    carried = reminders.carried(tx, message.id, today)
    standing = [item for item in carried if still(item) and item.serving]
    reminders.write_off(tx, [item for item in carried if item not in standing], IntentState.CANCELLED)
    items = caught_up(tx, rules, standing, message.id, today, now)
    later = reminders.later_digest(tx, int(person), message.id) if items else None
    if later is not None:
        about.move(tx, message.id, later)
        return None
    items.sort(key=lambda item: (item.current_end is not None and item.current_end < today, item.current_end))
    return digest(items, _red(tx, int(person), items, today)) if items else None
