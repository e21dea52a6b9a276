"""What becomes of a message that a courier had in its hands: the units of work that write it down.

A one-time code or token is kept nowhere once nobody will send it any more; simulated phones alone show what is kept.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.channel import Line, cost
from bot.domain.messages import State
from bot.store import claims, links, one_time
from bot.store.moves import FOR_THE_CHAT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.channel import Channel, Taken
    from bot.clock import Clock
    from bot.rerouting import Rerouting
    from bot.store.claims import Claimed
    from bot.store.query import Tx

    Settle = Callable[[Tx], bool]


class Settling:
    """Units of work for the messages of one channel; each says whether the message still was its courier's.

    Args:
        rerouting: how a number is told what its chat did not take.
    """

    def __init__(self, channel: Channel, clock: Clock, rerouting: Rerouting) -> None:
        self._channel = channel
        self._line = Line(channel.settings, channel.abilities)
        self._clock = clock
        self._rerouting = rerouting

    def taken(self, row: Claimed, taken: Taken, text: str) -> Settle:
        """The provider has it, and what it has says ``text``."""
        return partial(self._taken, row=row, taken=taken, text=text, at=self._clock.now())

    def over(self, row: Claimed, state: State, why: str) -> Settle:
        """It failed, or nobody knows, and goes no other way."""
        return partial(self._over, row=row, state=state, why=why)

    def refused(self, row: Claimed, why: str) -> Settle:
        """It was refused for good, and certainly not taken."""
        return partial(self._refused, row=row, why=why)

    def left(self, row: Claimed, why: str) -> Settle:
        """Likewise, because its recipient has left."""
        return partial(self._left, row=row, why=why)

    def put_back(self, row: Claimed) -> Settle:
        """It was not handed over at all."""
        return partial(claims.requeue, row=row, again=None, why=None, burnt=False)

    def again(self, row: Claimed, seconds: float, why: str, *, burnt: bool) -> Settle:
        """It was certainly not taken."""
        at = self._clock.running() + timedelta(seconds=seconds)
        return partial(claims.requeue, row=row, again=at, why=why, burnt=burnt)

    def _taken(self, tx: Tx, row: Claimed, taken: Taken, text: str, at: datetime) -> bool:
        ours = claims.submitted(tx, row, at=at, provider_id=taken.provider_id, delivered=taken.delivered)
        if ours and text != row.text:
            claims.rewrite(tx, row.id, text, *cost(text, self._line))
        return self._forgotten(tx, row, ours=ours)

    def _over(self, tx: Tx, row: Claimed, state: State, why: str) -> bool:
        ours = claims.not_submitted(tx, row, state, why=why, at=self._clock.now())
        return self._forgotten(tx, row, ours=ours)

    def _forgotten(self, tx: Tx, row: Claimed, *, ours: bool) -> bool:
        if ours and self._channel.real and one_time.is_secret(row.content):
            one_time.forget(tx, row.id)
        return ours

    def _left(self, tx: Tx, row: Claimed, why: str) -> bool:
        """His chat stands for nobody any more."""
        number = links.last_number_of(tx, self._channel.name, row.to)
        links.end(tx, self._channel.name, row.to, self._clock.now(), "blocked")
        return self._otherwise(tx, row, number, why)

    def _refused(self, tx: Tx, row: Claimed, why: str) -> bool:
        number = links.number_of(tx, self._channel.name, row.to) if self._channel.abilities.chat else None
        return self._otherwise(tx, row, number, why)

    def _otherwise(self, tx: Tx, row: Claimed, number: str | None, why: str) -> bool:
        """What he did not ask for himself reaches his number by SMS, unless that goes there anyway; the rest has failed."""
        if number is not None and row.in_reply_to is None and not row.key.endswith(FOR_THE_CHAT):
            moved = self._rerouting.divert(tx, row.id, row.attempt, number, row.content, row.language, why)
            if moved:
                return True
        return self._over(tx, row, State.FAILED, why)
