"""What becomes of a message that a courier had in its hands: the units of work that write it down.

A one-time code or token is kept nowhere once nobody will send it any more; simulated phones alone show what is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot import texts
from bot.channel import Line, cost
from bot.domain.messages import Draft, State
from bot.domain.replies import dump, load
from bot.store import about, claims, links, one_time, outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.channel import Channel, Taken
    from bot.clock import Clock
    from bot.i18n import Renderer
    from bot.store.claims import Claimed
    from bot.store.query import Tx

    Settle = Callable[[Tx], bool]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sms:
    """The channel that reaches a number where its chat does not: its name, and what is known of it."""

    name: str
    line: Line


class Settling:
    """Units of work for the messages of one channel; each says whether the message still was its courier's.

    Args:
        sms: how a number is told what its chat does not take any more.
    """

    def __init__(self, channel: Channel, renderer: Renderer, clock: Clock, sms: Sms | None) -> None:
        self._channel = channel
        self._line = Line(channel.settings, channel.abilities)
        self._renderer = renderer
        self._clock = clock
        self._sms = sms

    def taken(self, row: Claimed, taken: Taken, text: str) -> Settle:
        """The provider has it, and what it has says ``text``."""
        return partial(self._taken, row=row, taken=taken, text=text, at=self._clock.now())

    def over(self, row: Claimed, state: State, why: str) -> Settle:
        """It failed, or nobody knows."""
        return partial(self._over, row=row, state=state, why=why)

    def left(self, row: Claimed, why: str) -> Settle:
        """It failed because its recipient has left."""
        return partial(self._left, row=row, why=why)

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
        if ours and self._channel.real:
            one_time.forget(tx, row.id)
        return ours

    def _left(self, tx: Tx, row: Claimed, why: str) -> bool:
        """His chat stands for nobody any more; what he did not ask for himself reaches him by SMS."""
        number = links.last_number_of(tx, self._channel.name, row.to)
        links.end(tx, self._channel.name, row.to, self._clock.now(), "blocked")
        ours = self._over(tx, row, State.FAILED, why)
        if ours and number is not None and row.in_reply_to is None and self._sms is not None:
            self._send_by_sms(tx, row, number, self._sms)
        return ours

    def _send_by_sms(self, tx: Tx, row: Claimed, number: str, sms: Sms) -> None:
        """The same message as a row of its own, which waits for its hour and is reviewed as every other; its reminders go with it."""
        try:
            # Buttons do not go along: by SMS they would be a list that nothing waits for an answer to.
            reply = replace(load(row.content), choices=())
            own = texts.own(tx, reply, row.language)
            text = self._renderer.render(reply, row.language, self._clock.today(), sms.line.abilities, own)
        except Exception as error:  # noqa: BLE001 - an older program wrote it, and the message has failed all the same
            log.error("not_rendered", channel=sms.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - a trace may hold texts
            return
        size, price = cost(text, sms.line)
        key = f"{row.key}:sms"
        draft = Draft(key, row.message_class, sms.name, number, reply, row.language, row.expires_at)
        now = self._clock.now()
        if outbox.add(tx, draft, content=dump(reply), text=text, size=size, price=price, now=now, born=State.QUEUED):
            about.move(tx, row.id, outbox.id_of(tx, key))
