"""The journey of a message out: claim, render again if a day has passed, make its document, pace, submit, settle.

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
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.channel import Announces, Line
from bot.claiming import AT_ANY_TIME, Claiming, Leaving, ordered
from bot.domain.errors import Busy, Gone, OutcomeUnknown, Refused, Throttled, Unreachable
from bot.domain.messages import MT, State
from bot.domain.pace import Pace
from bot.domain.replies import Reply, load
from bot.making import MOST_ATTEMPTS, MOST_MAKING, Making, NotMade
from bot.settling import Settling
from bot.trouble import Health, Trouble

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.channel import Channel
    from bot.clock import Clock
    from bot.domain.messages import File
    from bot.domain.replies import Order
    from bot.domain.retry import RetryPolicy
    from bot.i18n import Renderer
    from bot.metrics import Metrics
    from bot.settling import Settle, Sms
    from bot.store.claims import Claimed
    from bot.store.store import Store

log = structlog.get_logger()

IDLE_SECONDS = 1.0
"""How often an idle courier looks for what has become due or was queued by another process."""

NO_DOCUMENT = "document.not_made"


async def _ready(file: File) -> File:
    return file


async def _no_documents(order: Order) -> File:
    message = f"nothing here makes the document '{order.kind}'"
    raise Refused(message)


class Courier:
    """Delivers the messages of one channel.

    Args:
        make: makes the document that goes with a message.
        sms: how a number is told what its chat does not take any more.
        leaving: what is asked when a message is about to leave.
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
        sms: Sms | None = None,
        leaving: Leaving = AT_ANY_TIME,
    ) -> None:
        self.channel = channel
        self._store = store
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._trouble = Trouble(channel.name, policy, metrics)
        self._making = Making(make)
        self._claiming = Claiming(channel, renderer, clock, leaving)
        self._settling = Settling(channel, renderer, clock, sms)
        self._line = Line(channel.settings, channel.abilities)
        self._pace = Pace(channel.settings.segments_per_second)
        # Never more than about a second's worth is claimed, so that little waits for the pace with its lease running.
        self._window = min(channel.settings.window, math.ceil(channel.settings.segments_per_second))
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._held: set[int] = set()
        self._in_the_making: set[int] = set()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    @property
    def health(self) -> Health:
        """How the channel is doing."""
        return self._trouble.health

    def start(self) -> None:
        """Begin to deliver."""
        self._task = asyncio.create_task(self._serve(), name=f"courier {self.channel.name}")

    def wake(self) -> None:
        """Something was queued."""
        self._wake.set()

    async def stop(self) -> None:
        """Claim no more, and finish what is under way."""
        self._stopping = True
        self._making.stop()
        self._wake.set()
        if self._task is not None:
            await self._task

    async def _serve(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                claimed = await self._claim()
            except Exception as error:  # noqa: BLE001 - a courier outlives whatever the database does
                self._trouble.turn(Health.DEGRADED)
                log.error("claim_failed", channel=self.channel.name, error=type(error).__name__)  # noqa: TRY400 - the type is enough, a trace may hold texts
                claimed = []
            for row in claimed:
                await self._dispatch(row)
            if not claimed:
                await self._rest()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _claim(self) -> list[Claimed]:
        sending = len(self._under_way) - len(self._in_the_making)
        free = self._window - sending
        if free <= 0 or self._trouble.held_for() > 0:
            return []
        if self._trouble.failures:
            if sending > 0:
                return []
            free = 1  # one message finds out whether the provider is back
        return await self._store.write(
            partial(self._claiming.take, most=free, room=MOST_MAKING - len(self._in_the_making), held=self._held)
        )

    async def _dispatch(self, row: Claimed) -> None:
        """Submit one message as soon as the pace allows; the next need not wait for its answer, nor for its document."""
        self._held.add(row.id)
        order = ordered(row, self._line)
        if order is None:
            await self._paced(row)
        else:
            self._in_the_making.add(row.id)
        task = asyncio.create_task(self._send(row, order))
        self._under_way.add(task)
        task.add_done_callback(partial(self._done, row_id=row.id))

    async def _paced(self, row: Claimed) -> None:
        wait = self._pace.take(row.segments, time.monotonic())
        if wait > 0:
            await asyncio.sleep(wait)

    def _done(self, task: asyncio.Task[None], row_id: int) -> None:
        self._under_way.discard(task)
        self._held.discard(row_id)
        self._in_the_making.discard(row_id)
        self._wake.set()

    async def _send(self, row: Claimed, order: Order | None) -> None:
        outcome, settle = await self._outcome(row, order)
        try:
            ours = await self._store.write(settle)
        except Exception as error:  # noqa: BLE001 - the lease lapses, and the message is then unconfirmed
            log.error("settle_failed", channel=self.channel.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - as above
            return
        self._metrics.sent.labels(self.channel.name, outcome).inc()
        if outcome == "submitted":
            self._metrics.segments.labels(self.channel.name).inc(row.segments)
        log.info("mt", channel=self.channel.name, message=row.id, outcome=outcome, segments=row.segments, ours=ours)

    async def _outcome(self, row: Claimed, order: Order | None) -> tuple[str, Settle]:
        """Make ready and submit, and say what happened as a unit of work."""
        try:
            mt = self._loaded(row)
        except Exception as error:  # noqa: BLE001 - an older program wrote it, and no other attempt reads it better
            log.error("not_readable", channel=self.channel.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - a trace may hold texts
            return "refused", self._settling.over(row, State.FAILED, f"cannot be read: {type(error).__name__}")
        if order is not None:
            try:
                mt = await self._with_document(row, mt, order)
            except NotMade as error:
                wait = 0.0 if error.stopped else self._trouble.delay(row.attempt, row.id)
                return "not_made", self._settling.again(row, wait, str(error), burnt=not error.stopped)
            finally:
                self._in_the_making.discard(row.id)
            await self._paced(row)
        if not self._claiming.may_leave(row):  # quiet hours began while it waited for the pace or its document
            return "quiet", self._settling.again(row, 0.0, "quiet hours", burnt=False)
        return await self._submit(row, mt)

    async def _submit(self, row: Claimed, mt: MT) -> tuple[str, Settle]:
        settling = self._settling
        try:
            async with asyncio.timeout(self.channel.settings.timeout_seconds):
                taken = await self.channel.submit(mt)
        except Unreachable as error:
            return "unreachable", settling.again(row, self._trouble.met(Health.DOWN, row.id), str(error), burnt=True)
        except Busy as error:
            return "busy", settling.again(row, error.retry_after, str(error), burnt=False)
        except Throttled as error:
            wait = self._trouble.met(Health.DEGRADED, row.id, error.retry_after)
            return "throttled", settling.again(row, wait, str(error), burnt=False)
        except Gone as error:
            self._trouble.over()
            return "gone", settling.left(row, str(error))
        except Refused as error:
            self._trouble.over()
            return "refused", settling.over(row, State.FAILED, str(error))
        except (OutcomeUnknown, TimeoutError) as error:
            self._trouble.met(Health.DEGRADED, row.id)
            return "unknown", settling.over(row, State.UNCONFIRMED, str(error) or "no answer in time")
        except Exception as error:
            log.exception("channel_broke", channel=self.channel.name, message=row.id)
            self._trouble.met(Health.DEGRADED, row.id)
            return "unknown", settling.over(row, State.UNCONFIRMED, type(error).__name__)
        self._trouble.over()
        return "submitted", settling.taken(row, taken, mt.text)

    def _loaded(self, row: Claimed) -> MT:
        """The message with what only a chat shows: buttons, the button that shares one's number."""
        mt = MT(row.id, row.to, row.text, row.encoding, row.segments, row.attempt)
        if not self.channel.abilities.chat:
            return mt
        reply = load(row.content)
        return replace(
            mt,
            choices=self._renderer.labels(reply, row.language, self._clock.today()),
            contact_label=self._renderer.text(row.language, "link.share") if reply.asks_contact else None,
        )

    async def _with_document(self, row: Claimed, mt: MT, order: Order) -> MT:
        """The message with its document, or what is said instead where there will be none.

        Raises:
            NotMade: not this time.
        """
        if isinstance(self.channel, Announces):
            await self.channel.announce(row.to)
        try:
            file = await self._making.document(order)
        except NotMade as error:
            if error.stopped or row.attempt < MOST_ATTEMPTS:
                raise
            file = None
        if file is None:
            today, abilities = self._clock.today(), self.channel.abilities
            return replace(mt, text=self._renderer.render(Reply(NO_DOCUMENT), row.language, today, abilities))
        return replace(mt, document=partial(_ready, file))

    async def _rest(self) -> None:
        """Wait until something is queued, something under way ends, or time has passed."""
        held = self._trouble.held_for()
        seconds = held if 0 < held < IDLE_SECONDS else IDLE_SECONDS
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
