"""What a courier has in its hands, and whose turn it is.

A message is in its hands from its claim until what became of it is written down. So many submissions are under way at once (the
window), and what waits in hand goes out the most pressing first, as the pace allows: whatever is claimed later and is more pressing
waits for nothing but the pace of one message. What presses less than urgent messages, such as a broadcast, never has the whole window:
a quarter of it stays free for answers. A few more are in hand than are being submitted, so that no submission waits for a commit.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.domain.quiet import ANY_HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.messages import MT
    from bot.domain.pace import Pace
    from bot.store.claims import Claimed


def presses(row: Claimed) -> bool:
    """Whether a message is one-time code, answer or urgent."""
    return row.priority <= ANY_HOUR


@dataclass(order=True, slots=True)
class Ready:
    """A message that may be handed over.

    Attributes:
        priority: the smallest goes first.
        number: then the one that was queued first.
        row: as claimed.
        mt: ready for the wire, where that was made already.
        since: when it was ready, in monotonic time.
    """

    priority: int
    number: int
    row: Claimed = field(compare=False)
    mt: MT | None = field(compare=False)
    since: float = field(compare=False)


@dataclass(slots=True)
class _Count:
    pressing: int = 0
    others: int = 0

    @property
    def all(self) -> int:
        return self.pressing + self.others

    def add(self, row: Claimed, number: int) -> None:
        if presses(row):
            self.pressing += number
        else:
            self.others += number


class Hands:
    """The messages of one courier.

    Args:
        window: most submissions under way at once.
        pace: the provider's.
    """

    def __init__(self, window: int, pace: Pace) -> None:
        self.window = window
        self.kept_free = max(1, window // 4) if window > 1 else 0
        self._pace = pace
        self._waiting: list[Ready] = []
        self._ids: set[int] = set()
        self._held = _Count()
        self._sending = _Count()

    def are_empty(self, but: Sequence[Claimed] = ()) -> bool:
        """Whether nothing is in hand, but for messages of which is only to be written down what became of them."""
        return self._left(but).all <= 0

    def room(self, but: Sequence[Claimed] = ()) -> tuple[int, int]:
        """How many more may be claimed in all, and how many of them may be no pressing ones."""
        held = self._left(but)
        left = max(self.window - held.all, 0)
        return max(left, self.kept_free - held.pressing), left

    def _left(self, but: Sequence[Claimed]) -> _Count:
        held = replace(self._held)
        for row in but:
            if row.id in self._ids:
                held.add(row, -1)
        return held

    def take(self, row: Claimed, mt: MT | None = None) -> None:
        """A message was claimed, or what had to be made for it is made."""
        self._ids.add(row.id)
        self._held.add(row, 1)
        heapq.heappush(self._waiting, Ready(row.priority, row.id, row, mt, time.monotonic()))

    def next(self) -> Ready | None:
        """The message whose turn it is, from now on being submitted; None while there is none, no room, or the pace does not allow it."""
        if not self._may_go() or self.wait() > 0:
            return None
        ready = heapq.heappop(self._waiting)
        self._pace.take(ready.row.segments, time.monotonic())
        self._sending.add(ready.row, 1)
        return ready

    def wait(self) -> float:
        """Seconds until the pace allows the next message; 0 where nothing waits for it."""
        return self._pace.wait(time.monotonic()) if self._may_go() else 0.0

    def _may_go(self) -> bool:
        if not self._waiting or self._sending.all >= self.window:
            return False
        return presses(self._waiting[0].row) or self._sending.others < self.window - self.kept_free

    def sent(self, row: Claimed) -> None:
        """A submission has ended."""
        self._sending.add(row, -1)

    def written(self, row: Claimed) -> None:
        """What became of a message is written down, or cannot be."""
        if row.id in self._ids:  # else it never was more than in the making
            self._ids.discard(row.id)
            self._held.add(row, -1)

    def give_back(self) -> list[Claimed]:
        """Everything that waits for its turn, which nobody will give it now."""
        waiting = [ready.row for ready in self._waiting]
        self._waiting.clear()
        return waiting
