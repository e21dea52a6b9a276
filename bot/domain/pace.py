"""A provider's pace in segments per second."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Spaces messages so that no more than ``per_second`` segments leave in a second, after a burst of at most one second.

    Attributes:
        per_second: segments per second, above 0.
    """

    per_second: float
    _free_at: float = field(default=float("-inf"), init=False)

    def take(self, segments: int, at: float) -> float:
        """Reserve room for ``segments`` at monotonic time ``at``; returns the seconds to wait before sending."""
        start = max(self._free_at, at - 1.0)
        self._free_at = start + segments / self.per_second
        return max(0.0, start - at)
