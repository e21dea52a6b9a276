"""When to try again: a pure policy, without a clock and without chance of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

JITTER: Final = 0.2
"""The share by which a delay is shortened or lengthened at most, so that many failures do not come back as one wave."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits that grow by a factor up to a ceiling.

    Attributes:
        first: seconds after the first failed attempt, before jitter.
        factor: how much longer each wait is than the one before; 1 keeps them equal.
        ceiling: seconds, before jitter, that no wait goes beyond.
        attempts: how many attempts are made in all; ``None`` for as many as it takes.
    """

    first: float = 2.0
    factor: float = 2.0
    ceiling: float = 60.0
    attempts: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.ceiling < math.inf:
            raise ValueError("The first wait is positive and no longer than the ceiling.")
        if not 1 <= self.factor < math.inf:
            raise ValueError("A wait is never shorter than the one before: the factor is 1 or more.")
        if self.attempts is not None and self.attempts < 1:
            raise ValueError("There is at least one attempt.")

    def delay(self, attempt: int, spread: float) -> float:
        """Seconds to wait after a failed attempt.

        For one and the same spread the waits never get shorter from attempt to attempt, and none is longer than the
        ceiling and its jitter.

        Args:
            attempt: which attempt has failed, from 1.
            spread: where in the range of the jitter the wait lies, from 0 up to but not including 1; 0.5 is no jitter.
                The caller draws it, so that the same input gives the same wait.

        Raises:
            ValueError: an attempt before the first, or a spread outside its range.
        """
        if attempt < 1:
            raise ValueError("Attempts count from 1.")
        if not 0 <= spread < 1:
            raise ValueError("The spread is at least 0 and less than 1.")
        try:
            wait = min(self.first * self.factor ** (attempt - 1), self.ceiling)
        except OverflowError:  # so many attempts that the power is beyond a float
            wait = self.ceiling
        return wait * (1 + JITTER * (2 * spread - 1))

    def gives_up(self, attempt: int) -> bool:
        """Whether failed attempt number ``attempt`` (from 1) was the last one."""
        return self.attempts is not None and attempt >= self.attempts
