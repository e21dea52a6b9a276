"""What a courier takes in its hands: the unit of work that tidies a channel's queue and claims what is due.

What is claimed is looked at once more: whether the hour allows it, whether a reminder is still true, and what its text says today.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot import texts
from bot.channel import Line, cost
from bot.domain.messages import MessageClass, State
from bot.domain.quiet import ANY_HOUR, NEVER, QuietHours
from bot.domain.replies import load
from bot.making import MAKE_SECONDS
from bot.store import claims, one_time, tidying
from bot.store.ready import MOST_PRESSING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from bot.channel import Channel
    from bot.clock import Clock
    from bot.domain.replies import Order, Reply
    from bot.i18n import Renderer
    from bot.store.claims import Claimed
    from bot.store.query import Tx

log = structlog.get_logger()

LEASE_MARGIN = timedelta(seconds=15)
"""A lease outlives the provider's timeout by this much, so that it never lapses under a living courier."""

NO_ROOM = timedelta(seconds=1)
"""How long a message waits when enough documents are being made."""

REVIEW_AGAIN = timedelta(minutes=5)
"""How long a message waits of which nobody could say whether it is still true."""

REVIEWED = frozenset({MessageClass.REMINDER, MessageClass.DIGEST, MessageClass.NOTICE, MessageClass.DUE})
ROUNDS = 10
"""So often it is claimed again in place of what was taken back, so that much of that holds up nothing behind it."""

SWEEP_SECONDS = 60.0
SECRET_AGE = timedelta(hours=1)
"""Codes and tokens are good for less, and a provider that asks again for the answer in its response does so much earlier."""


class Review(Protocol):
    """Says what a message that is about to leave says now: its content, another one, or None where it is not true any more."""

    def __call__(self, tx: Tx, *, message: Claimed, today: date, now: datetime) -> str | None:
        """In the unit of work that claimed it."""
        ...


def as_it_is(tx: Tx, *, message: Claimed, today: date, now: datetime) -> str | None:
    """A review that finds everything still true."""
    del tx, today, now
    return message.content


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is asked when a message is about to leave.

    Attributes:
        quiet: when only answers, codes and urgent messages leave.
        review: looks at reminders, digests and notices.
    """

    quiet: QuietHours = NEVER
    review: Review = as_it_is


AT_ANY_TIME = Leaving()
"""No quiet hours, and everything is still true."""


def ordered(row: Claimed, line: Line) -> Order | None:
    """The document that goes with a message; SMS carries none."""
    if not line.abilities.chat:
        return None
    try:
        return load(row.content).document
    except Exception:  # noqa: BLE001 - it cannot be read, which is told when it is to be submitted
        return None


def turns(reply: Reply) -> bool:
    """Whether anything in a text depends on the day that it leaves."""
    parts = (reply, *reply.lines, *(choice.label for choice in reply.choices))
    return any(part.turns_on is not None for part in parts)


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be claimed.

    Attributes:
        pressing: most messages in all, all of which may be pressing ones.
        others: how many of them may press less.
        documents: how many may have a document that is still to be made; one with one more goes back for a moment.
        probe: one message, the least pressing, finds out whether a provider works again.
    """

    pressing: int
    others: int
    documents: int
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Priorities, from the most pressing to the least pressing one."""

    first: int
    least: int


class Claiming:
    """Claims for one channel.

    Attributes:
        sweep_at: when what is rarely there is looked for again, in monotonic time.
    """

    def __init__(self, channel: Channel, renderer: Renderer, clock: Clock, leaving: Leaving) -> None:
        self.sweep_at = 0.0
        self._channel = channel
        self._renderer = renderer
        self._clock = clock
        self._leaving = leaving
        self._line = Line(channel.settings, channel.abilities)
        self._lease = timedelta(seconds=channel.settings.timeout_seconds) + LEASE_MARGIN

    def may_leave(self, row: Claimed) -> bool:
        """Whether the hour allows it."""
        return row.priority <= self._leaving.quiet.least(self._clock.now())

    def take(self, tx: Tx, room: Room, held: Collection[int]) -> list[Claimed]:
        """Unit of work: tidy the queue, then claim what is due, its text made true for today: what presses, then the rest."""
        running, now = self._clock.running(), self._clock.now()
        self._tidy(tx, now, running, held)
        least = self._leaving.quiet.least(now)
        if room.probe:
            return self._claimed(tx, Room(1, 1, room.documents, probe=True), now, running, Span(MOST_PRESSING, least))
        claimed = self._claimed(tx, room, now, running, Span(MOST_PRESSING, min(least, ANY_HOUR)))
        rest = min(room.pressing - len(claimed), room.others)
        if least > ANY_HOUR and rest > 0:
            documents = room.documents - sum(ordered(row, self._line) is not None for row in claimed)
            claimed += self._claimed(tx, Room(rest, rest, documents), now, running, Span(ANY_HOUR + 1, least))
        return claimed

    def _claimed(self, tx: Tx, room: Room, now: datetime, running: datetime, span: Span) -> list[Claimed]:
        """What is due, and true, of some priorities."""
        claimed: list[Claimed] = []
        documents = room.documents
        for _ in range(ROUNDS):
            rows = claims.claim(
                tx,
                self._channel.name,
                now=now,
                running=running,
                lease=self._lease,
                most=room.pressing - len(claimed),
                first=span.first,
                least=span.least,
                last_first=room.probe,
            )
            true = [each for row in rows if (each := self._reviewed(tx, row, now, running)) is not None]
            for row in true:
                if ordered(row, self._line) is not None:
                    if documents <= 0:
                        claims.requeue(tx, row, again=running + NO_ROOM, why=None, burnt=False)
                        continue
                    documents -= 1
                    claims.extend(tx, row.id, running + self._lease + timedelta(seconds=MAKE_SECONDS))
                claimed.append(row)
            if len(true) == len(rows):
                break
        return claimed

    def _tidy(self, tx: Tx, now: datetime, running: datetime, held: Collection[int]) -> None:
        """Give up lapsed leases and what is overdue; let go what was held until now."""
        name, real = self._channel.name, self._channel.real
        lapsed = State.QUEUED if self._channel.idempotent else State.UNCONFIRMED
        if count := tidying.lapse(tx, name, running=running, state=lapsed, but=held, forgetting=real):
            log.warning("lease_lapsed", channel=name, messages=count, state=lapsed)
        tidying.expire(tx, name, now, forgetting=real)
        tidying.release(tx, name, now)
        if time.monotonic() >= self.sweep_at:
            tidying.release_ahead(tx, name, now)
            if real:
                one_time.sweep(tx, name, now - SECRET_AGE)
            self.sweep_at = time.monotonic() + SWEEP_SECONDS

    def _reviewed(self, tx: Tx, row: Claimed, now: datetime, running: datetime) -> Claimed | None:
        """A message as it is true now; None where it was taken back, or put off because nobody knows."""
        if row.message_class not in REVIEWED:
            return self._fresh(tx, row, row.content)
        try:
            content = self._leaving.review(tx, message=row, today=self._clock.today(), now=now)
        except Exception as error:  # noqa: BLE001 - what may not be true any more does not leave, and holds up nothing
            why = f"not reviewed: {type(error).__name__}"
            log.error("not_reviewed", channel=self._channel.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - a trace may hold texts
            claims.requeue(tx, row, again=running + REVIEW_AGAIN, why=why, burnt=False)
            return None
        if content is not None:
            return self._fresh(tx, row, content)
        claims.cancel(tx, row, at=now, why="not true any more")
        if self._channel.real:
            one_time.forget(tx, row.id)
        log.info("not_true_any_more", channel=self._channel.name, message=row.id)
        return None

    def _fresh(self, tx: Tx, row: Claimed, content: str) -> Claimed:
        """With the text of today, written down where it is another one."""
        try:
            reply = load(content)
            if content == row.content and not turns(reply):
                return row
            own = texts.own(tx, reply, row.language)
            text = self._renderer.render(reply, row.language, self._clock.today(), self._channel.abilities, own)
        except Exception as error:  # noqa: BLE001 - an older program wrote it: yesterday's text is better than none, and than a stuck queue
            log.error("not_rendered", channel=self._channel.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - a trace may hold texts
            return row
        if text == row.text and content == row.content:
            return row
        size, price = cost(text, self._line)
        claims.rewrite(tx, row.id, text, size, price, content)
        return replace(row, content=content, text=text, encoding=size.encoding, segments=size.segments)
