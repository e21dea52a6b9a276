"""The journey of a message out: claim, render again if a day has passed, make its document, pace, submit, settle.

One ``Courier`` per channel. It claims little more than it can have under way at once, so that after a crash few messages are of unknown
outcome. One unit of work writes down what has come back and claims what goes next, so that a busy courier needs one commit for
both. While a provider is unreachable the courier itself waits, longer each time, instead of burning the attempts of everything in the
queue; where another provider can take what waits, it goes there (``bot.rerouting``).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import TYPE_CHECKING

import structlog

from bot.channel import Line
from bot.claiming import AT_ANY_TIME, Claiming, Leaving, Room, ordered
from bot.domain.errors import Refused
from bot.domain.pace import Pace
from bot.hands import Hands
from bot.making import MOST_MAKING, Making
from bot.rerouting import Rerouting, Routes
from bot.rounds import Rounds
from bot.settling import Settling
from bot.submitting import PUT_BACK, Outcome, Submitting
from bot.trouble import USUAL, Health, Trouble

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from bot.channel import Channel
    from bot.clock import Clock
    from bot.domain.messages import File
    from bot.domain.replies import Order
    from bot.domain.retry import RetryPolicy
    from bot.hands import Ready
    from bot.i18n import Renderer
    from bot.metrics import Metrics
    from bot.store.claims import Claimed
    from bot.store.store import Store
    from bot.trouble import Breaking

log = structlog.get_logger()

IDLE_SECONDS = 1.0
"""How often an idle courier looks for what has become due or was queued by another process."""


async def _no_documents(order: Order) -> File:
    message = f"nothing here makes the document '{order.kind}'"
    raise Refused(message)


class Courier:
    """Delivers the messages of one channel.

    Args:
        make: makes the document that goes with a message.
        routes: where messages go that the channel does not take.
        leaving: what is asked when a message is about to leave.
        breaking: when the channel's circuit opens.
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
        routes: Routes | None = None,
        leaving: Leaving = AT_ANY_TIME,
        breaking: Breaking = USUAL,
    ) -> None:
        self.channel = channel
        self._store = store
        self._metrics = metrics
        self._routes = routes or Routes()
        self._trouble = Trouble(channel.name, policy, metrics, breaking)
        self._making = Making(make)
        self._claiming = Claiming(channel, renderer, clock, leaving)
        self._rerouting = Rerouting(channel, renderer, clock, self._routes, leaving.quiet)
        self._rounds = Rounds(channel.name, store, clock, self._claiming)
        settling = Settling(channel, clock, self._rerouting)
        self._submitting = Submitting(
            channel, renderer, clock, settling, self._trouble, self._making, self._claiming.may_leave
        )
        self._line = Line(channel.settings, channel.abilities)
        # Never more than about a second's worth is claimed, so that little waits for the pace with its lease running.
        window = min(channel.settings.window, math.ceil(channel.settings.segments_per_second))
        self._hands = Hands(window, Pace(channel.settings.segments_per_second))
        self._outcomes: list[Outcome] = []
        self._wake = asyncio.Event()
        self._turn: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: set[int] = set()
        self._in_the_making: set[int] = set()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._routes.join(self._trouble, self.wake)

    @property
    def health(self) -> Health:
        """How the channel is doing."""
        return self._trouble.health

    @property
    def broken(self) -> bool:
        """Whether the channel's circuit is open."""
        return self._trouble.broken

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
            claimed = await self._round(self._room())
            moved = await self._reroute()
            if not (claimed or moved):
                await self._rest()
        self._hand_out()
        while self._tasks or self._outcomes:
            if self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            await self._round(None)

    def _room(self) -> Room | None:
        """What may be claimed now."""
        if self._stopping or self._trouble.held_for() > 0:
            return None
        documents = MOST_MAKING - len(self._in_the_making)
        back = [outcome.row for outcome in self._outcomes]
        if self._trouble.failures:
            # One message finds out whether the provider is back; where the others go another way meanwhile, the least pressing one.
            probe = self._trouble.broken and self._trouble.elsewhere()
            return Room(1, 1, documents, probe=probe) if self._hands.are_empty(but=back) else None
        pressing, others = self._hands.room(but=back)
        return Room(pressing, others, documents) if pressing > 0 else None

    async def _round(self, room: Room | None) -> bool:
        """Write down what came back, and claim what goes next; whether anything was claimed."""
        outcomes, self._outcomes = self._outcomes, []
        held = self._held.difference(outcome.row.id for outcome in outcomes)
        done = await self._rounds.run(outcomes, room, held, broken=self._trouble.broken)
        if done.failed:
            self._trouble.turn(Health.DEGRADED)
        for outcome, ours in done.written:
            self._written(outcome, ours=ours)
        for row in done.claimed:
            self._begin(row)
        self._hand_out()
        return bool(done.claimed)

    def _written(self, outcome: Outcome, *, ours: bool | None) -> None:
        row, name = outcome.row, outcome.name
        self._let_go(row)
        if name == PUT_BACK or ours is None:
            return
        self._metrics.sent.labels(self.channel.name, name).inc()
        if name == "submitted":
            self._metrics.segments.labels(self.channel.name).inc(row.segments)
        elif self.channel.abilities.chat and name in {"gone", "refused"} and (way := self._routes.sms()) is not None:
            self._routes.wake(way.name)
        log.info("mt", channel=self.channel.name, message=row.id, outcome=name, segments=row.segments, ours=ours)

    def _let_go(self, row: Claimed) -> None:
        self._held.discard(row.id)
        self._hands.written(row)

    def _begin(self, row: Claimed) -> None:
        """A message was claimed: it waits for its turn, or for its document."""
        self._held.add(row.id)
        order = ordered(row, self._line)
        if order is None or self._stopping:
            self._hands.take(row)
        else:
            self._in_the_making.add(row.id)
            self._spawn(self._make(row, order))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._hand_out()
        self._wake.set()

    def _hand_out(self) -> None:
        """Submit what may go now; what waits for the pace gets its turn later, if nothing more pressing has come by then."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        if self._stopping or self._trouble.held_for() > 0:
            self._give_back()
        while (ready := self._hands.next()) is not None:
            self._spawn(self._send(ready))
        if (wait := self._hands.wait()) > 0:
            self._turn = asyncio.get_running_loop().call_later(wait, self._hand_out)

    def _give_back(self) -> None:
        """Nothing more leaves for now: what waits for its turn was certainly not taken."""
        back = [self._submitting.back(row) for row in self._hands.give_back()]
        if back:
            self._outcomes += back
            self._wake.set()

    async def _make(self, row: Claimed, order: Order) -> None:
        try:
            made = await self._submitting.with_document(row, order)
        except BaseException:  # likewise
            self._let_go(row)
            raise
        finally:
            self._in_the_making.discard(row.id)
        if isinstance(made, Outcome):
            self._outcomes.append(made)
        else:
            self._hands.take(row, made)

    async def _send(self, ready: Ready) -> None:
        try:
            outcome = await self._submitting.outcome(ready)
        except BaseException:  # its lease lapses, and the message is then unconfirmed
            self._let_go(ready.row)
            raise
        finally:
            self._hands.sent(ready.row)
        self._outcomes.append(outcome)

    async def _reroute(self) -> bool:
        """Let some of what waits go another way, where there is one; whether there was something."""
        found = None if self._stopping else self._rerouting.now(self._trouble)
        if found is None:
            return False
        way, work = found
        try:
            moved = await self._store.write(work)
        except Exception as error:  # noqa: BLE001 - as above
            log.error("move_failed", channel=self.channel.name, error=type(error).__name__)  # noqa: TRY400 - as above
            return False
        if moved:
            self._metrics.moved.labels(self.channel.name, way.name).inc(moved)
            log.warning("moved", channel=self.channel.name, to=way.name, messages=moved)
            self._routes.wake(way.name)
        return moved > 0

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
