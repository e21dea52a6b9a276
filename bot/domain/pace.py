"""A provider's pace in segments per second."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Spaces messages so that no more than ``per_second`` segments leave in a second, after a burst.

    Attributes:
        per_second: segments per second, above 0.
        burst: seconds' worth of segments that may leave at once, besides the one that goes beyond it.
    """

    per_second: float
    burst: float = 1.0
    _free_at: float = field(default=float("-inf"), init=False)

    def wait(self, at: float) -> float:
        """Seconds from monotonic time ``at`` until the next message may leave, however long it is."""
        return max(0.0, self._free_at - at)

    def take(self, segments: int, at: float) -> float:
        """Reserve room for ``segments`` at monotonic time ``at``; returns the seconds to wait before sending."""
        start = max(self._free_at, at - self.burst)
        self._free_at = start + segments / self.per_second
        return max(0.0, start - at)

    def rested(self, at: float) -> bool:
        """Whether the whole burst is free again, as if nothing had ever left."""
        return self._free_at <= at - self.burst
