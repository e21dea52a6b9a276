"""A message to many: the states it goes through, what it will cost and when it will be done.

The life of a broadcast::

    draft ─▶ sending ⇄ paused ─▶ done
      │  └─▶ waiting ─▶ sending            (above a set price a second officer approves)
      └──────────┴──▶ cancelled            (also from sending and paused: what has left has left)

A draft is what its sender was shown; it is sent by confirming, once. Each of its people has one row in ``recipients`` and one message in
the outbox at most, whatever happens in between.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.quiet import QuietHours


class BroadcastState(StrEnum):
    """Where a broadcast is."""

    DRAFT = "draft"
    WAITING = "waiting"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class BroadcastKind(StrEnum):
    """What it is."""

    MESSAGE = "message"
    MEETING = "meeting"


class Unreached(StrEnum):
    """Why somebody of the audience gets no message."""

    NO_NUMBER = "no_number"
    STOPPED = "stopped"
    NO_WAY = "no_way"  # neither a chat nor a channel for short messages


VACANT = "vacant"
"""Likewise, in an estimate: nobody serves in the post."""


@dataclass(frozen=True, slots=True)
class Share:
    """What goes by one channel."""

    messages: int = 0
    segments: int = 0
    price: Decimal = Decimal(0)

    def plus(self, messages: int, segments: int, price: Decimal) -> Share:
        """With some more messages."""
        return Share(self.messages + messages, self.segments + segments, self.price + price)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a broadcast comes to.

    Attributes:
        people: numbers that get it.
        shares: by channel's name; of an urgent one both ways are counted.
        unreached: how many get nothing, by why.
        nameless: of those without a usable number the first few names, with their office or society, in both languages.
        longest: the text as whoever gets the most segments reads it.
        segments: of that text.
        ends_at: when the last one will have left, at the allowed pace and hours.
    """

    people: int = 0
    shares: Mapping[str, Share] = field(default_factory=dict)
    unreached: Mapping[str, int] = field(default_factory=dict)
    nameless: tuple[Mapping[str, str], ...] = ()
    longest: str = ""
    segments: int = 0
    ends_at: datetime | None = None

    @property
    def price(self) -> Decimal:
        """In taka, all channels together."""
        return sum((share.price for share in self.shares.values()), Decimal(0))

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        plain = asdict(self)
        plain["shares"] = {
            name: {"messages": one.messages, "segments": one.segments, "price": str(one.price)}
            for name, one in self.shares.items()
        }
        plain["ends_at"] = None if self.ends_at is None else self.ends_at.isoformat()
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Estimate:
        """From ``as_json``."""
        shares = {
            name: Share(one["messages"], one["segments"], Decimal(one["price"]))
            for name, one in plain["shares"].items()
        }
        ends_at = None if plain["ends_at"] is None else datetime.fromisoformat(plain["ends_at"])
        return cls(**{**plain, "shares": shares, "ends_at": ends_at, "nameless": tuple(plain["nameless"])})


def ends_at(segments: int, per_second: float, now: datetime, quiet: QuietHours) -> datetime:
    """When so many segments will have left at a pace, in the allowed hours only.

    Args:
        segments: what leaves, with what waits before it.
        per_second: the provider's pace.
        now: when the first may leave, aware.
        quiet: when none may.
    """
    left = timedelta(seconds=segments / per_second)
    moment = quiet.allowed_from(now)
    while True:
        stretch = quiet.next_begin(moment) - moment
        if left <= stretch:
            return moment + left
        left -= stretch
        moment = quiet.allowed_from(moment + stretch)
