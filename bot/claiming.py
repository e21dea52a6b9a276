"""What a courier takes in its hands: the unit of work that tidies a channel's queue and claims what is due."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.channel import Line, cost
from bot.domain.messages import State
from bot.domain.replies import load
from bot.making import MAKE_SECONDS
from bot.store import claims

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from bot.channel import Channel
    from bot.clock import Clock
    from bot.domain.replies import Order
    from bot.i18n import Renderer
    from bot.store.claims import Claimed
    from bot.store.query import Tx

log = structlog.get_logger()

LEASE_MARGIN = timedelta(seconds=15)
"""A lease outlives the provider's timeout by this much, so that it never lapses under a living courier."""

NO_ROOM = timedelta(seconds=1)
"""How long a message waits when enough documents are being made."""

SWEEP_SECONDS = 60.0
SECRET_AGE = timedelta(hours=1)
"""Codes and tokens are good for less, and a provider that asks again for the answer in its response does so much earlier."""


def ordered(row: Claimed, line: Line) -> Order | None:
    """The document that goes with a message; SMS carries none."""
    if not line.abilities.chat:
        return None
    try:
        return load(row.content).document
    except Exception:  # noqa: BLE001 - it cannot be read, which is told when it is to be submitted
        return None


class Claiming:
    """Claims for one channel.

    Attributes:
        sweep_at: when left secrets are looked for again, in monotonic time.
    """

    def __init__(self, channel: Channel, renderer: Renderer, clock: Clock) -> None:
        self.sweep_at = 0.0
        self._channel = channel
        self._renderer = renderer
        self._clock = clock
        self._line = Line(channel.settings, channel.abilities)
        self._lease = timedelta(seconds=channel.settings.timeout_seconds) + LEASE_MARGIN

    def take(self, tx: Tx, most: int, room: int, held: Collection[int]) -> list[Claimed]:
        """Unit of work: give up lapsed leases, then claim what is due, its text made true for today.

        There is room for so many more documents in the making; a message with one more goes back for a moment.
        """
        name, real = self._channel.name, self._channel.real
        running, now = self._clock.running(), self._clock.now()
        lapsed = State.QUEUED if self._channel.idempotent else State.UNCONFIRMED
        claims.lapse(tx, name, running=running, state=lapsed, but=held, forgetting=real)
        claims.expire(tx, name, now, forgetting=real)
        if real and time.monotonic() >= self.sweep_at:
            claims.sweep(tx, name, now - SECRET_AGE)
            self.sweep_at = time.monotonic() + SWEEP_SECONDS
        claimed = []
        for row in claims.claim(tx, name, now=now, running=running, lease=self._lease, most=most):
            if ordered(row, self._line) is not None:
                if room <= 0:
                    claims.requeue(tx, row, again=running + NO_ROOM, why=None, burnt=False)
                    continue
                room -= 1
                claims.extend(tx, row.id, running + self._lease + timedelta(seconds=MAKE_SECONDS))
            claimed.append(self._fresh(tx, row, self._clock.today()))
        return claimed

    def _fresh(self, tx: Tx, row: Claimed, today: date) -> Claimed:
        try:
            reply = load(row.content)
            if reply.turns_on is None:
                return row
            text = self._renderer.render(reply, row.language, today, self._channel.abilities)
        except Exception as error:  # noqa: BLE001 - an older program wrote it: yesterday's text is better than none, and than a stuck queue
            log.error("not_rendered", channel=self._channel.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - a trace may hold texts
            return row
        if text == row.text:
            return row
        size, price = cost(text, self._line)
        claims.rewrite(tx, row.id, text, size, price)
        return replace(row, text=text, encoding=size.encoding, segments=size.segments)
