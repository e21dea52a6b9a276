"""What broadcasts cost: by office, month and provider, as it was shown beforehand and as it came to be.

The estimate is what the sender was shown. The actual price is that of the messages that left, at the rate of the provider by which they
left. Between the two lie messages that expired, were cancelled or refused, and those that went another way than was foreseen: to a provider
that stood in for another one, or by SMS because a chat did not take them; a chat that was linked meanwhile saves what the SMS would cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.clock import DHAKA
from bot.domain.broadcasts import Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.store.broadcast_reports import Spent
    from bot.store.broadcasts import Broadcast


@dataclass(slots=True)
class Entry:
    """A line of the ledger.

    Attributes:
        office: the code of the office that bears it.
        month: in which the broadcasts were confirmed, ``2026-11``.
        provider: the channel's name.
        broadcasts: how many used it, or were to.
        estimated: what their senders were shown.
        actual: what left.
        expired, cancelled, refused: messages that did not leave.
        waiting: messages that may still leave.
    """

    office: str
    month: str
    provider: str
    broadcasts: int = 0
    estimated: Share = field(default_factory=Share)
    actual: Share = field(default_factory=Share)
    expired: int = 0
    cancelled: int = 0
    refused: int = 0
    waiting: int = 0

    @property
    def moved(self) -> int:
        """Messages that came here from elsewhere, or where it is negative went elsewhere, beyond what was foreseen."""
        here = self.actual.messages + self.expired + self.cancelled + self.refused + self.waiting
        return here - self.estimated.messages

    def add(self, estimated: Share | None, spent: Spent | None) -> None:
        """One more broadcast."""
        self.broadcasts += 1
        if estimated is not None:
            self.estimated = _plus(self.estimated, estimated)
        if spent is not None:
            self.actual = _plus(self.actual, Share(spent.messages, spent.segments, spent.price))
            self.expired += spent.expired
            self.cancelled += spent.cancelled
            self.refused += spent.refused
            self.waiting += spent.waiting

    def as_json(self) -> dict[str, Any]:
        """Plain values, with stable names; taka as text."""
        return {
            "office": self.office,
            "month": self.month,
            "provider": self.provider,
            "broadcasts": self.broadcasts,
            "messages": self.actual.messages,
            "segments": self.actual.segments,
            "estimate": taka(self.estimated.price),
            "price": taka(self.actual.price),
            "estimated_messages": self.estimated.messages,
            "expired": self.expired,
            "cancelled": self.cancelled,
            "refused": self.refused,
            "waiting": self.waiting,
            "moved": self.moved,
        }


def _plus(one: Share, other: Share) -> Share:
    return Share(one.messages + other.messages, one.segments + other.segments, one.price + other.price)


def taka(amount: Decimal) -> str:
    """An amount to the poisha."""
    return str(amount.quantize(Decimal("0.01")))


def office_code(broadcast: Broadcast) -> str:
    """Of the office that sends it."""
    return broadcast.lineage.rstrip("/").rpartition("/")[2]


def month(broadcast: Broadcast) -> str:
    """In which it was confirmed, in Dhaka."""
    return f"{(broadcast.confirmed_at or broadcast.asked_at).astimezone(DHAKA):%Y-%m}"


def entries(each: Iterable[tuple[Broadcast, Sequence[Spent]]]) -> list[Entry]:
    """The ledger of some broadcasts with what each came to, by office, month and provider."""
    found: dict[tuple[str, str, str], Entry] = {}
    for broadcast, spent in each:
        estimated = broadcast.estimate.shares
        actual = {one.channel: one for one in spent}
        for provider in {*estimated, *actual}:
            key = (office_code(broadcast), month(broadcast), provider)
            found.setdefault(key, Entry(*key)).add(estimated.get(provider), actual.get(provider))
    return [found[key] for key in sorted(found)]
