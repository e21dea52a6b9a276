"""How many answers one sender may draw: a forged or looping sender cannot burn the credit.

Kept in memory on purpose: it protects, it proves nothing, and a restart may forget it.
"""

from __future__ import annotations

from collections import OrderedDict

MOST_SENDERS = 50_000
"""Senders remembered at once; the longest quiet is forgotten first."""


class SenderLimit:
    """At most ``most`` answers per sender in a window of ``seconds``."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allows(self, sender: str, at: float) -> bool:
        """Whether ``sender`` may still be answered at monotonic time ``at``."""
        began, count = self._windows.get(sender, (at, 0))
        return count < self._most or at - began >= self._seconds

    def count(self, sender: str, at: float) -> None:
        """One answer was drawn: repetitions by the provider and messages that were refused do not count."""
        began, count = self._windows.pop(sender, (at, 0))
        if at - began >= self._seconds:
            began, count = at, 0
        self._windows[sender] = (began, count + 1)
        if len(self._windows) > MOST_SENDERS:
            self._windows.popitem(last=False)
