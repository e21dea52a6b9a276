"""The officers' digest: one message a day for all the societies whose committees' terms reach a milestone.

Each society in it is an intent of its own. A digest that has not left when the next one is made is taken back, and its societies go with
the new one; what is not true any more when it leaves is left out then.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.messages import MessageClass
from bot.domain.milestones import IntentState, ReminderKind
from bot.domain.replies import Reply, load
from bot.domain.wording import Slot, Wording
from bot.posting import Letter
from bot.store import intents, people, terms
from bot.store.intents import term_occasion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bot.planning import Rules
    from bot.posting import Post, Posted
    from bot.store.intents import Item
    from bot.store.query import Tx

SHOWN = 6
"""Societies that a digest names; the calendar has them all."""

WORTH = timedelta(days=7)
"""A digest is worth sending so long; the next one takes its place."""

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
        and term_occasion(item.current, item.current_end) == item.occasion
    )


def digest(items: Sequence[Item], red: int) -> Reply:
    """The text: the most urgent societies by name, all by number."""
    named = tuple(
        Reply("digest.item", {"r": item.registration_no}, turns_on=item.current_end) for item in items[:SHOWN]
    )
    return Reply("digest", {"n": len(items), "red": red}, lines=named)


def send(tx: Tx, post: Post, rules: Rules, person_id: int, now: datetime, today: date) -> Posted | None:
    """Unit of work: queue a person's digest of what waits for him; None where nothing does, or he cannot be reached."""
    for old in intents.queued_digests(tx, person_id):
        intents.take_back(tx, old, now)
    items = _latest(tx, intents.unsent(tx, person_id, today))
    msisdn = people.number_of(tx, person_id)
    if not items or msisdn is None:
        return None
    reply = digest(items, _red(tx, msisdn, today))
    key = f"digest:{person_id}:{now.isoformat()}"
    posted = _post(tx, post, rules, key, msisdn, reply, now, today)
    if posted is not None:
        intents.carry(tx, items, posted.id)
    return posted


def _latest(tx: Tx, waiting: Sequence[Item]) -> list[Item]:
    """Of what waits what is still true, each society with its latest milestone; the rest is written off."""
    latest: dict[int, Item] = {}
    for item in waiting:
        known = latest.get(item.society_id)
        if still(item) and (known is None or item.id > known.id):
            latest[item.society_id] = item
    items = [item for item in waiting if latest.get(item.society_id) == item]
    intents.write_off(tx, [item for item in waiting if not still(item)], IntentState.CANCELLED)
    intents.write_off(tx, [item for item in waiting if still(item) and item not in items], IntentState.SUPERSEDED)
    return items


def send_red(tx: Tx, post: Post, rules: Rules, person_id: int, now: datetime, today: date) -> Posted | None:
    """Unit of work: tell an officer without a digest today how many societies of his area are red; None where none are."""
    msisdn = people.number_of(tx, person_id)
    red = 0 if msisdn is None else _red(tx, msisdn, today)
    if msisdn is None or not red:
        return None
    return _post(tx, post, rules, f"red:{person_id}:{today}", msisdn, Reply("digest.red", {"red": red}), now, today)


def _post(
    tx: Tx, post: Post, rules: Rules, key: str, msisdn: str, reply: Reply, now: datetime, today: date
) -> Posted | None:
    letter = Letter.in_hours(key, msisdn, reply, MessageClass.DIGEST, worth=WORTH, quiet=rules.quiet, now=now)
    return post.send(tx, letter, now, today)


def _red(tx: Tx, msisdn: str, today: date) -> int:
    """How many societies are red at the offices that a number serves."""
    lineages = {office.lineage for office, _ in people.posts_of(tx, msisdn)}
    # An office below another one of his is counted with it.
    top = [each for each in lineages if not any(each != other and each.startswith(other) for other in lineages)]
    return sum(terms.ending_counts(tx, lineage, today).red for lineage in top)


def reviewed(tx: Tx, outbox_id: int, content: str, today: date) -> Reply | None:
    """What a digest says when it leaves; None where nothing of it is true any more."""
    old = load(content)
    if old.key != "digest":
        return old
    carried = intents.carried(tx, outbox_id)
    items = [item for item in carried if item.kind is ReminderKind.TERM and still(item)]
    intents.write_off(tx, [item for item in carried if item not in items], IntentState.CANCELLED)
    items.sort(key=lambda item: (item.current_end is not None and item.current_end < today, item.current_end))
    return digest(items, old.params.get("red", 0)) if items else None
