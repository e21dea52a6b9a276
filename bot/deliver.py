"""The journey of a message out: claim, render again if a day has passed, pace, submit, settle.

One ``Courier`` per channel. It claims no more than it can have under way at once, so that after a crash at most so many messages are
of unknown outcome. What the channel raises is mapped to a state here and nowhere else (the table is in ``bot.channel``). While a
provider is unreachable the courier itself waits, longer each time, instead of burning the attempts of everything in the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.channel import Line, cost
from bot.domain.errors import Gone, OutcomeUnknown, Refused, SubmitError, Throttled, Unreachable
from bot.domain.messages import MT, State
from bot.domain.pace import Pace
from bot.domain.replies import load
from bot.store import claims, links

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import date, datetime

    from bot.channel import Channel, Taken
    from bot.clock import Clock
    from bot.domain.messages import File
    from bot.domain.replies import Order
    from bot.domain.retry import RetryPolicy
    from bot.i18n import Renderer
    from bot.metrics import Metrics
    from bot.store.claims import Claimed
    from bot.store.query import Tx
    from bot.store.store import Store

log = structlog.get_logger()

IDLE_SECONDS = 1.0
"""How often an idle courier looks for what has become due or was queued by another process."""

LEASE_MARGIN = timedelta(seconds=15)
"""A lease outlives the provider's timeout by this much, so that it never lapses under a living courier."""


class Health(StrEnum):
    """How a channel is doing, as ``/readyz`` tells."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


async def _no_documents(order: Order) -> File:
    message = f"nothing here makes the document '{order.kind}'"
    raise Refused(message)


class Courier:
    """Delivers the messages of one channel.

    Args:
        make: makes the document that goes with a message.
    """

    def __init__(
        self,
        channel: Channel,
        store: Store,
        renderer: Renderer,
        clock: Clock,
        metrics: Metrics,
        policy: RetryPolicy,
        make: Callable[[Order], Awaitable[File]] = _no_documents,
    ) -> None:
        self.channel = channel
        self.health = Health.UP
        self._store = store
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._policy = policy
        self._make = make
        self._line = Line(channel.settings, channel.abilities)
        self._pace = Pace(channel.settings.segments_per_second)
        # Never more than about a second's worth is claimed, so that little waits for the pace with its lease running.
        self._window = min(channel.settings.window, math.ceil(channel.settings.segments_per_second))
        self._lease = timedelta(seconds=channel.settings.timeout_seconds) + LEASE_MARGIN
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._held: set[int] = set()
        self._failures = 0
        self._blocked_until = 0.0
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        metrics.channel_up.labels(channel.name).set(1)

    def start(self) -> None:
        """Begin to deliver."""
        self._task = asyncio.create_task(self._serve(), name=f"courier {self.channel.name}")

    def wake(self) -> None:
        """Something was queued."""
        self._wake.set()

    async def stop(self) -> None:
        """Claim no more, and finish what is under way."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def _serve(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                claimed = await self._claim()
            except Exception as error:  # noqa: BLE001 - a courier outlives whatever the database does
                self._turn(Health.DEGRADED)
                log.error("claim_failed", channel=self.channel.name, error=type(error).__name__)  # noqa: TRY400 - the type is enough, a trace may hold texts
                claimed = []
            for row in claimed:
                await self._dispatch(row)
            if not claimed:
                await self._rest()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _claim(self) -> list[Claimed]:
        free = self._window - len(self._under_way)
        if free <= 0 or time.monotonic() < self._blocked_until:
            return []
        if self._failures:
            if self._under_way:
                return []
            free = 1  # one message finds out whether the provider is back
        return await self._store.write(partial(self._take, most=free))

    def _take(self, tx: Tx, most: int) -> list[Claimed]:
        """Unit of work: give up lapsed leases, then claim what is due, its text made true for today."""
        running, now = self._clock.running(), self._clock.now()
        lapsed = State.QUEUED if self.channel.idempotent else State.UNCONFIRMED
        claims.lapse(tx, self.channel.name, running=running, state=lapsed, but=self._held)
        claims.expire(tx, self.channel.name, now)
        rows = claims.claim(tx, self.channel.name, now=now, running=running, lease=self._lease, most=most)
        return [self._fresh(tx, row, self._clock.today()) for row in rows]

    def _fresh(self, tx: Tx, row: Claimed, today: date) -> Claimed:
        try:
            reply = load(row.content)
            if reply.turns_on is None:
                return row
            text = self._renderer.render(reply, row.language, today, self.channel.abilities)
        except Exception as error:  # noqa: BLE001 - an older program wrote it: yesterday's text is better than none, and than a stuck queue
            log.error("not_rendered", channel=self.channel.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - a trace may hold texts
            return row
        if text == row.text:
            return row
        size, price = cost(text, self._line)
        claims.rewrite(tx, row.id, text, size, price)
        return replace(row, text=text, encoding=size.encoding, segments=size.segments)

    async def _dispatch(self, row: Claimed) -> None:
        """Submit one message as soon as the pace allows; the next need not wait for its answer."""
        self._held.add(row.id)
        wait = self._pace.take(row.segments, time.monotonic())
        if wait > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(self._send(row))
        self._under_way.add(task)
        task.add_done_callback(partial(self._done, row_id=row.id))

    def _done(self, task: asyncio.Task[None], row_id: int) -> None:
        self._under_way.discard(task)
        self._held.discard(row_id)
        self._wake.set()

    async def _send(self, row: Claimed) -> None:
        outcome, settle = await self._submit(row)
        try:
            ours = await self._store.write(settle)
        except Exception as error:  # noqa: BLE001 - the lease lapses, and the message is then unconfirmed
            log.error("settle_failed", channel=self.channel.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - as above
            return
        self._metrics.sent.labels(self.channel.name, outcome).inc()
        if outcome == "submitted":
            self._metrics.segments.labels(self.channel.name).inc(row.segments)
        log.info("mt", channel=self.channel.name, message=row.id, outcome=outcome, segments=row.segments, ours=ours)

    async def _submit(self, row: Claimed) -> tuple[str, partial[bool]]:
        """Submit, and say what happened as a unit of work."""
        mt = self._loaded(row)
        try:
            async with asyncio.timeout(self.channel.settings.timeout_seconds):
                taken = await self.channel.submit(mt)
        except Unreachable as error:
            return "unreachable", self._again(row, self._trouble(row, Health.DOWN), str(error), burnt=True)
        except Throttled as error:
            wait = self._trouble(row, Health.DEGRADED, error.retry_after)
            return "throttled", self._again(row, wait, str(error), burnt=False)
        except Gone as error:
            self._well()
            return "gone", partial(self._left, row=row, why=str(error))
        except Refused as error:
            self._well()
            return "refused", self._gone(row, State.FAILED, str(error))
        except (OutcomeUnknown, TimeoutError) as error:
            self._trouble(row, Health.DEGRADED)
            return "unknown", self._gone(row, State.UNCONFIRMED, str(error) or "no answer in time")
        except Exception as error:
            log.exception("channel_broke", channel=self.channel.name, message=row.id)
            self._trouble(row, Health.DEGRADED)
            return "unknown", self._gone(row, State.UNCONFIRMED, type(error).__name__)
        self._well()
        return "submitted", self._submitted(row, taken)

    def _loaded(self, row: Claimed) -> MT:
        """The message with what only a chat shows: buttons, a document, the button that shares one's number."""
        mt = MT(row.id, row.to, row.text, row.encoding, row.segments, row.attempt)
        if not self.channel.abilities.chat:
            return mt
        reply = load(row.content)
        return replace(
            mt,
            choices=self._renderer.labels(reply, row.language, self._clock.today()),
            contact_label=self._renderer.text(row.language, "link.share") if reply.asks_contact else None,
            document=partial(self._made, reply.document) if reply.document else None,
        )

    async def _made(self, order: Order) -> File:
        """The document; where it cannot be made, nothing is sent, because nothing has been sent yet."""
        try:
            return await self._make(order)
        except SubmitError:
            raise
        except Exception as error:
            log.exception("document_not_made", channel=self.channel.name, kind=order.kind)
            message = f"the document could not be made: {type(error).__name__}"
            raise Refused(message) from error

    def _left(self, tx: Tx, row: Claimed, why: str) -> bool:
        """Unit of work: the message failed because its recipient has left, and so his chat stands for nobody any more."""
        links.end(tx, self.channel.name, row.to, self._clock.now(), "blocked")
        return claims.not_submitted(tx, row, State.FAILED, why=why, at=self._clock.now())

    def _submitted(self, row: Claimed, taken: Taken) -> partial[bool]:
        return partial(self._is_out, row=row, at=self._clock.now(), taken=taken)

    def _is_out(self, tx: Tx, row: Claimed, at: datetime, taken: Taken) -> bool:
        """Unit of work: the provider has it. A one-time code that is out is kept nowhere; simulated phones show what is kept."""
        ours = claims.submitted(tx, row, at=at, provider_id=taken.provider_id, delivered=taken.delivered)
        if ours and self.channel.real and load(row.content).secret:
            claims.forget(tx, row.id)
        return ours

    def _gone(self, row: Claimed, state: State, why: str) -> partial[bool]:
        return partial(claims.not_submitted, row=row, state=state, why=why, at=self._clock.now())

    def _again(self, row: Claimed, seconds: float, why: str, *, burnt: bool) -> partial[bool]:
        again = self._clock.running() + timedelta(seconds=seconds)
        return partial(claims.requeue, row=row, again=again, why=why, burnt=burnt)

    def _trouble(self, row: Claimed, health: Health, seconds: float | None = None) -> float:
        """Hold the whole channel for a while; returns for how many seconds.

        What fails while the channel is held already began before: ten failures at one moment are one trouble, not ten.
        """
        now = time.monotonic()
        if now >= self._blocked_until:
            self._failures += 1
            wait = self._policy.delay(self._failures, spread=row.id % 97 / 97) if seconds is None else seconds
            self._blocked_until = now + wait
        self._turn(health)
        return max(self._blocked_until - now, 0.0)

    def _well(self) -> None:
        self._failures = 0
        self._turn(Health.UP)

    def _turn(self, health: Health) -> None:
        if health is not self.health:
            log.warning("channel", channel=self.channel.name, health=health, before=self.health)
        self.health = health
        self._metrics.channel_up.labels(self.channel.name).set(0 if health is Health.DOWN else 1)

    async def _rest(self) -> None:
        """Wait until something is queued, something under way ends, or time has passed."""
        blocked = self._blocked_until - time.monotonic()
        seconds = blocked if 0 < blocked < IDLE_SECONDS else IDLE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)


class Delivery:
    """All couriers together."""

    def __init__(self, couriers: Sequence[Courier]) -> None:
        self.couriers = {courier.channel.name: courier for courier in couriers}

    def start(self) -> None:
        """Begin to deliver on every channel."""
        for courier in self.couriers.values():
            courier.start()

    def wake(self, channel: str) -> None:
        """Something was queued for a channel."""
        courier = self.couriers.get(channel)
        if courier is not None:
            courier.wake()

    async def stop(self) -> None:
        """Finish what is under way on every channel."""
        await asyncio.gather(*(courier.stop() for courier in self.couriers.values()))
