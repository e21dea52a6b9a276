"""Lists of societies that are too long for one message: a page of them, and a choice that brings the next.

What was found is kept as ids in the choice itself, so that the next page needs no second search and is the rest of the same list.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.domain import choices
from bot.domain.access import TABLE, Scope
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Wording
from bot.store import escalation, search, societies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.command import Look
    from bot.domain.access import Post
    from bot.domain.registry import Standing
    from bot.store.escalation import Unreached
    from bot.store.query import Tx
    from bot.store.search import Match
    from bot.store.societies import Stale

MOST = 50
"""Societies that a list goes on to; whoever has not found his own among them should say more."""

FRESH_FOR = timedelta(days=180)
"""An entry that was confirmed within half a year is not offered."""

FOUND = 20
"""Societies that one search is good for."""

MORE = Wording("list.more")


def named(tx: Tx, look: Look) -> list[Match]:
    """The look of a command that takes a society's name: the societies that the words may mean, the likeliest first."""
    near = [post.lineage for post in look.sender.posts]
    return search.search(tx, str(look.args["query"]), near, MOST)


def areas(command: str, posts: Iterable[Post]) -> list[str]:
    """The lineages of the offices under which a sender may run a command, without those that lie inside another."""
    own = sorted({post.lineage for post in posts if TABLE[command].get(post.role) is Scope.BELOW})
    return [each for each in own if not any(each != other and each.startswith(other) for other in own)]


def unconfirmed(tx: Tx, look: Look) -> list[Stale]:
    """The societies of the sender's area that were confirmed longest ago, or never."""
    lineages = areas("stale", look.sender.posts)
    found = [each for lineage in lineages for each in societies.stalest(tx, lineage, FOUND)]
    old = [each for each in found if is_old(each.confirmed_on, look.today)]
    return sorted(old, key=lambda each: str(each.confirmed_on or ""))[:FOUND]


def unreached(tx: Tx, look: Look) -> tuple[int, list[Unreached]]:
    """How many societies of the sender's area need a message which would not reach them, and the most urgent ones."""
    found = [escalation.unreached(tx, each, look.today, MOST) for each in areas("phones", look.sender.posts)]
    return sum(total for total, _ in found), [each for _, listed in found for each in listed][:MOST]


def is_old(confirmed_on: date | None, today: date) -> bool:
    """Whether an entry should be looked at again."""
    return confirmed_on is None or confirmed_on < today - FRESH_FOR


def more(command: str, ids: Sequence[int], **args: Any) -> tuple[Choice, ...]:
    """The choice that brings the rest, where there is a rest."""
    return (Choice(Reply(MORE.key), command, {"ids": list(ids), **args}, (choices.MORE,)),) if ids else ()


def asking(standing: Standing, label: Reply) -> Choice:
    """The choice that asks for the status of a society; typing its name picks it, too."""
    words = (standing.registration_no, standing.name_bn, standing.name_en)
    return Choice(label, "status", {"society_id": standing.id}, tuple(filter(None, words)))
