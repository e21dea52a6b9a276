"""How a channel is doing: while its provider is in trouble the whole channel waits, longer each time, and what waits may go another way.

A channel has a circuit. It opens after so many troubles in a row, after trouble that has lasted, or after many refusals in a row that all
say the same, which is then about the account and not about the numbers. While it is open and another provider works, ``bot.rerouting``
takes the messages there, and one message in a while finds out whether this one works again; a message that is taken closes the circuit.
Where there is no other provider the circuit is told and changes nothing: the channel goes on trying, as often as the policy says.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.retry import RetryPolicy
    from bot.metrics import Metrics

log = structlog.get_logger()

SAME_REFUSALS = 20
"""So many refusals in a row for the same reason, with nothing taken in between, are trouble of the provider, if there is another one."""


class Health(StrEnum):
    """How a channel is doing, as ``/readyz`` tells."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Breaking:
    """When a circuit opens.

    Attributes:
        after: troubles in a row.
        seconds: after so long in an open circuit one message finds out how the provider is doing.
    """

    after: int = 3
    seconds: float = 60.0


USUAL = Breaking()


class Trouble:
    """The troubles of one channel.

    Attributes:
        health: how it is doing.
        failures: how many troubles it has had since it last worked.
        broken: whether its circuit is open.
        policy: how long it waits after each.
        elsewhere: whether its messages have another way.
    """

    def __init__(self, channel: str, policy: RetryPolicy, metrics: Metrics, breaking: Breaking = USUAL) -> None:
        self.health = Health.UP
        self.failures = 0
        self.broken = False
        self.policy = policy
        self.elsewhere: Callable[[], bool] = lambda: False
        self.channel = channel
        self._metrics = metrics
        self._breaking = breaking
        self._hard = 0
        self._since: float | None = None
        self._refused = 0
        self._why: str | None = None
        self._held_until = 0.0
        metrics.channel_up.labels(channel).set(1)
        metrics.circuit_open.labels(channel).set(0)

    def held_for(self) -> float:
        """For how many seconds nothing more is sent."""
        return max(self._held_until - time.monotonic(), 0.0)

    def lasts(self) -> float:
        """For how many seconds it has been in trouble without a break."""
        return 0.0 if self._since is None else time.monotonic() - self._since

    def delay(self, attempt: int, row_id: int) -> float:
        """Seconds to wait after a failed attempt; rows spread over time by their numbers."""
        return self.policy.delay(attempt, spread=row_id % 97 / 97)

    def met(self, health: Health, row_id: int, seconds: float | None = None) -> float:
        """Hold the whole channel for a while; returns for how many seconds.

        What fails while the channel is held already began before: ten failures at one moment are one trouble, not ten.

        Args:
            health: how it is doing.
            row_id: the message that met it.
            seconds: how long the provider wants us to wait: it works, we are too fast.
        """
        if self.held_for() <= 0:
            self.failures += 1
            self._hard += seconds is None
            wait = self.delay(self.failures, row_id) if seconds is None else seconds
            self._hold(wait, breaks=self._hard >= self._breaking.after or self.lasts() >= self._breaking.seconds)
        self.turn(health)
        return self.held_for()

    def refused(self, why: str) -> None:
        """A message was refused for good: as a rule by a provider that works, but the same answer to everything is no such."""
        self._refused = self._refused + 1 if why == self._why else 1
        self._why = why
        if self._refused < SAME_REFUSALS or not (self.broken or self.elsewhere()):
            self._works()
        elif self.held_for() <= 0:
            self.failures += 1
            self._hold(0.0, breaks=True)
            self.turn(Health.DEGRADED)

    def over(self) -> None:
        """A message got through."""
        self._refused = 0
        self._why = None
        self._works()

    def _works(self) -> None:
        self.failures = self._hard = 0
        self._since = None
        self._switch(broken=False)
        self.turn(Health.UP)

    def _hold(self, wait: float, *, breaks: bool) -> None:
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        if breaks:
            self._switch(broken=True)
        if self.broken and self.elsewhere():
            wait = max(wait, self._breaking.seconds)
        self._held_until = now + wait

    def _switch(self, *, broken: bool) -> None:
        if broken is not self.broken:
            log.warning("circuit", channel=self.channel, open=broken)
        self.broken = broken
        self._metrics.circuit_open.labels(self.channel).set(broken)

    def turn(self, health: Health) -> None:
        """Note how the channel is doing, and tell of a change."""
        if health is not self.health:
            log.warning("channel", channel=self.channel, health=health, before=self.health)
        self.health = health
        self._metrics.channel_up.labels(self.channel).set(0 if health is Health.DOWN else 1)
