"""How a channel is doing: while its provider is in trouble the whole channel waits, longer each time."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from bot.domain.retry import RetryPolicy
    from bot.metrics import Metrics

log = structlog.get_logger()


class Health(StrEnum):
    """How a channel is doing, as ``/readyz`` tells."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


class Trouble:
    """The troubles of one channel.

    Attributes:
        health: how it is doing.
        failures: how many troubles it has had since it last worked.
        policy: how long it waits after each.
    """

    def __init__(self, channel: str, policy: RetryPolicy, metrics: Metrics) -> None:
        self.health = Health.UP
        self.failures = 0
        self.policy = policy
        self._channel = channel
        self._metrics = metrics
        self._held_until = 0.0
        metrics.channel_up.labels(channel).set(1)

    def held_for(self) -> float:
        """For how many seconds nothing more is sent."""
        return max(self._held_until - time.monotonic(), 0.0)

    def delay(self, attempt: int, row_id: int) -> float:
        """Seconds to wait after a failed attempt; rows spread over time by their numbers."""
        return self.policy.delay(attempt, spread=row_id % 97 / 97)

    def met(self, health: Health, row_id: int, seconds: float | None = None) -> float:
        """Hold the whole channel for a while; returns for how many seconds.

        What fails while the channel is held already began before: ten failures at one moment are one trouble, not ten.
        """
        if self.held_for() <= 0:
            self.failures += 1
            wait = self.delay(self.failures, row_id) if seconds is None else seconds
            self._held_until = time.monotonic() + wait
        self.turn(health)
        return self.held_for()

    def over(self) -> None:
        """A message got through, or was refused by a provider that works."""
        self.failures = 0
        self.turn(Health.UP)

    def turn(self, health: Health) -> None:
        """Note how the channel is doing, and tell of a change."""
        if health is not self.health:
            log.warning("channel", channel=self._channel, health=health, before=self.health)
        self.health = health
        self._metrics.channel_up.labels(self._channel).set(0 if health is Health.DOWN else 1)
