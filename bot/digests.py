"""The officers' digest: one message a day for all the societies whose committees' terms reach a milestone.

Each society in it is an intent of its own. What becomes of a digest when it leaves, the last look decides (``bot.reviewing``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.messages import MessageClass
from bot.domain.milestones import IntentState
from bot.domain.offices import topmost
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.posting import Letter
from bot.store import people, reminders, terms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bot.planning import Rules
    from bot.posting import Post, Posted
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
    reply = digest(items, red(tx, person_id, items, today))
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
        if item.still and item.serving and (known is None or item.id > known.id):
            latest[item.key.society_id] = item
    items = [item for item in waiting if latest.get(item.key.society_id) == item]
    over = [item for item in waiting if item.key.society_id not in latest]
    reminders.write_off(tx, over, IntentState.CANCELLED)
    reminders.write_off(tx, [item for item in waiting if item not in (*items, *over)], IntentState.SUPERSEDED)
    return items


def send_red(tx: Tx, post: Post, rules: Rules, person_id: int, now: datetime, today: date) -> Posted | None:
    """Unit of work: tell an officer without a digest today how many societies of his area are red; None where none are."""
    msisdn = people.number_of(tx, person_id)
    count = red(tx, person_id, (), today)
    if msisdn is None or not count:
        return None
    return _post(tx, post, rules, f"red:{person_id}:{today}", msisdn, Reply("digest.red", {"red": count}), now, today)


def _post(
    tx: Tx, post: Post, rules: Rules, key: str, msisdn: str, reply: Reply, now: datetime, today: date
) -> Posted | None:
    letter = Letter.in_hours(key, msisdn, reply, MessageClass.DIGEST, worth=WORTH, quiet=rules.quiet, now=now)
    return post.send(tx, replace(letter, courtesy=True), now, today)


def red(tx: Tx, person_id: int, items: Sequence[Item], today: date) -> int:
    """How many societies are red at the offices that a person serves; of a number that the registry alone knows, around his societies."""
    lineages = people.lineages_of(tx, person_id) or [item.lineage for item in items]
    # An office below another one of his is counted with it.
    return sum(terms.ending_counts(tx, lineage, today).red for lineage in topmost(lineages))
