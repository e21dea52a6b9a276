"""Another way: from one SMS provider to the next while its circuit is open, and from a chat to SMS where the chat does not serve.

Only what was certainly not taken goes another way, as the same row, so that nobody gets a message twice (``bot.store.moves``). The
providers of SMS stand in an order of preference; everything is queued on the first. What a channel was not put into the order for stays
with it: its messages go nowhere else, and nobody else's come to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot import texts
from bot.broadcast_texts import by_sms
from bot.channel import Line, cost
from bot.domain.messages import State
from bot.domain.replies import dump, load
from bot.store import moves, one_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from bot.channel import Channel
    from bot.clock import Clock
    from bot.domain.messages import Language
    from bot.domain.quiet import QuietHours
    from bot.domain.segments import Measure
    from bot.i18n import Renderer
    from bot.store.query import Tx
    from bot.trouble import Trouble

log = structlog.get_logger()

AT_ONCE = 200
"""Messages that go on to another provider in one unit of work."""

RENDERED_AT_ONCE = 50
"""Messages that go from chats to numbers in one: each is worded anew."""


@dataclass(frozen=True, slots=True)
class Way:
    """A channel that short messages can go by: its name, and what is known of it."""

    name: str
    line: Line


@dataclass(frozen=True, slots=True)
class Worded:
    """A message of a chat as a short message."""

    content: str
    text: str
    size: Measure
    price: Decimal


class Routes:
    """The ways of short messages, in order of preference, and how their channels are doing.

    Args:
        order: the ways.
        chat_seconds: after so long in trouble what waits for a chat goes by SMS, but for answers.
    """

    def __init__(self, order: Sequence[Way] = (), chat_seconds: float = 600.0) -> None:
        self.chat_seconds = chat_seconds
        self._order = tuple(order)
        self._troubles: dict[str, Trouble] = {}
        self._wakes: dict[str, Callable[[], None]] = {}

    def join(self, trouble: Trouble, wake: Callable[[], None]) -> None:
        """A channel is served from now on: how it is doing, and how its courier is told that something was queued."""
        self._troubles[trouble.channel] = trouble
        self._wakes[trouble.channel] = wake
        trouble.elsewhere = lambda: self.onward(trouble.channel) is not None

    def onward(self, channel: str) -> Way | None:
        """The way that what waits for a provider of the order can go instead: the first other one that works."""
        if all(way.name != channel for way in self._order):
            return None
        return next((way for way in self._order if way.name != channel and self._works(way)), None)

    def sms(self) -> Way | None:
        """The way of a short message: the first that works, else the first, where it waits."""
        return next((way for way in self._order if self._works(way)), next(iter(self._order), None))

    def wake(self, channel: str) -> None:
        """Something was queued for a channel."""
        if channel in self._wakes:
            self._wakes[channel]()

    def _works(self, way: Way) -> bool:
        trouble = self._troubles.get(way.name)
        return trouble is not None and not trouble.broken


class Rerouting:
    """What of one channel's messages goes another way, as units of work."""

    def __init__(self, channel: Channel, renderer: Renderer, clock: Clock, routes: Routes, quiet: QuietHours) -> None:
        self._channel = channel
        self._renderer = renderer
        self._clock = clock
        self._routes = routes
        self._quiet = quiet

    def now(self, trouble: Trouble) -> tuple[Way, Callable[[Tx], int]] | None:
        """Where what waits goes now, and the work that takes some of it there and says how much; None while it stays."""
        if self._channel.abilities.chat:
            way = self._routes.sms() if trouble.lasts() > self._routes.chat_seconds else None
            return None if way is None else (way, partial(self._to_numbers, way=way))
        way = self._routes.onward(self._channel.name) if trouble.broken else None
        return None if way is None else (way, partial(self._onward, way=way))

    def _onward(self, tx: Tx, way: Way) -> int:
        rate, now = way.line.settings.price_per_segment, self._clock.now()
        least = self._quiet.least(now)
        return moves.onward(tx, self._channel.name, way.name, rate, now=now, most=AT_ONCE, least=least)

    def _to_numbers(self, tx: Tx, way: Way) -> int:
        now = self._clock.now()
        rows = moves.stranded(tx, self._channel.name, now=now, most=RENDERED_AT_ONCE, least=self._quiet.least(now))
        for row in rows:
            worded = self._worded(tx, row.id, row.content, row.language, way)
            if worded is None:
                moves.give_up(tx, row, why="cannot be read", at=now)
                one_time.forget(tx, row.id)
            else:
                self._move(tx, row.id, row.attempt, State.QUEUED, row.number, worded, way, why=None)
        return len(rows)

    def divert(
        self, tx: Tx, row_id: int, attempt: int, number: str, content: str, language: Language, why: str
    ) -> bool:
        """Let a message that its chat certainly did not take go to a number; whether it was its courier's, and goes."""
        way = self._routes.sms()
        worded = None if way is None else self._worded(tx, row_id, content, language, way)
        if way is None or worded is None:
            return False
        return self._move(tx, row_id, attempt, State.SENDING, number, worded, way, why=why)

    def _move(
        self, tx: Tx, row_id: int, attempt: int, state: State, number: str, worded: Worded, way: Way, why: str | None
    ) -> bool:
        return moves.divert(
            tx,
            row_id,
            attempt,
            self._channel.name,
            state,
            by=way.name,
            number=number,
            content=worded.content,
            text=worded.text,
            size=worded.size,
            price=worded.price,
            why=why,
        )

    def _worded(self, tx: Tx, row_id: int, content: str, language: Language, way: Way) -> Worded | None:
        try:
            # Buttons do not go along: by SMS they would be a list that nothing waits for an answer to.
            reply = by_sms(load(content))
            own = texts.own(tx, reply, language)
            text = self._renderer.render(reply, language, self._clock.today(), way.line.abilities, own)
        except Exception as error:  # noqa: BLE001 - an older program wrote it, and it goes no way at all
            log.error("not_rendered", channel=way.name, message=row_id, error=type(error).__name__)  # noqa: TRY400 - a trace may hold texts
            return None
        return Worded(dump(reply), text, *cost(text, way.line))
