"""Carries broadcasts out beside the messages: queues their audiences page by page, pauses, takes back, and notes their end.

Everything that it does is written down where it can be taken up again: after a crash it goes on at the position that the last committed
page left. Between its works it gives way, so that who asks meanwhile does not wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot import broadcasting
from bot.broadcast_texts import Words
from bot.domain.broadcasts import BroadcastState
from bot.store import broadcast_queue, broadcasts, reaching
from bot.store.broadcast_queue import Step

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.broadcasting import Page
    from bot.clock import Clock
    from bot.send_rules import SendRules
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx
    from bot.store.store import Store

log = structlog.get_logger()

AT_ONCE = 40
"""Messages queued in one work while others wait: some milliseconds of the writer's time."""

AT_ONCE_ALONE = 400
"""Likewise while nobody does."""

IDLE_SECONDS = 1.0
"""How often it looks for broadcasts that were confirmed elsewhere, and for those that have ended."""

GIVES_WAY = 2.0
"""Where other works wait it rests so many times as long as its own one took."""


class Broadcasting:
    """A task that carries broadcasts out.

    Args:
        rules: of broadcasts: how their texts are made.
        wake: told the name of a channel where something waits.
        watch: told the broadcasts that are open, and those that have ended, again and again: it shows how far they are.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        rules: SendRules,
        wake: Callable[[str], None],
        watch: Callable[[Sequence[Broadcast]], Awaitable[None]] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._wake = wake
        self._watch = watch
        self._ends = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        # What was last done with the messages of a broadcast that wait, and up to which; None where there are no more.
        self._seen: dict[int, Step] = {}
        self._after: dict[int, int | None] = {}
        self._pages: dict[int, Page] = {}

    def start(self) -> None:
        """Begin; call inside the running loop."""
        self._task = asyncio.create_task(self._serve(), name="broadcasting")

    async def stop(self) -> None:
        """End after the work under way."""
        self._ends.set()
        if self._task is not None:
            await self._task

    async def _serve(self) -> None:
        while not self._ends.is_set():
            try:
                busy = await self.once()
            except Exception as error:  # noqa: BLE001 - the database is busy or gone: what waits goes on waiting
                log.warning("not_broadcast", error=type(error).__name__)
                busy = False
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ends.wait(), IDLE_SECONDS)

    async def once(self) -> bool:
        """Do a piece of work for each open broadcast; whether there was any to do."""
        now_open = await self._store.read(broadcasts.open_ones)
        self._forget(now_open)
        busy = False
        for broadcast in now_open:
            started = time.monotonic()
            try:
                did = await self._some(broadcast)
            except Exception as error:  # noqa: BLE001 - one that cannot be carried out holds up no other one
                log.warning("not_broadcast", broadcast=broadcast.id, error=type(error).__name__)
                continue
            if did:
                busy = True
                rest = time.monotonic() - started if self._store.writer.waiting else 0.0
                await asyncio.sleep(rest * GIVES_WAY)
        if self._watch is not None:
            await self._watch(now_open)
        return busy

    def _forget(self, now_open: Sequence[Broadcast]) -> None:
        """What was found of one that is paused may not be true when it goes on; one that has ended needs nothing more."""
        states = {each.id: each.state for each in now_open}
        self._pages = {key: page for key, page in self._pages.items() if states.get(key) is BroadcastState.SENDING}
        self._seen = {key: step for key, step in self._seen.items() if key in states}
        self._after = {key: after for key, after in self._after.items() if key in states}

    async def _some(self, broadcast: Broadcast) -> bool:
        match broadcast.state:
            case BroadcastState.SENDING if broadcast.queued_at is None:
                return await self._queue(broadcast)
            case BroadcastState.SENDING:
                return await self._aside(broadcast, Step.RELEASE) or await self._end(broadcast)
            case BroadcastState.PAUSED:
                return await self._aside(broadcast, Step.HOLD) or (
                    self._is_over(broadcast) and await self._end(broadcast)
                )
            case BroadcastState.CANCELLED:
                return await self._aside(broadcast, Step.CANCEL) or await self._end(broadcast)
            case _:
                return False

    async def _queue(self, broadcast: Broadcast) -> bool:
        if await self._aside(broadcast, Step.RELEASE):  # it was paused while it was being queued
            return True
        held = self._pages.get(broadcast.id)
        if held is None or held.after != broadcast.queued_through:
            writing = self._rules.writing(Words.of(broadcast), self._clock.today())
            find = partial(
                broadcasting.page, writing=writing, audience=broadcast.audience, after=broadcast.queued_through
            )
            held = await self._store.read(find, slow=True)
        now, later = held.split(AT_ONCE if self._store.writer.waiting else AT_ONCE_ALONE)
        work = partial(queue_more, rules=self._rules, broadcast_id=broadcast.id, clock=self._clock, page=now)
        queued = await self._store.write(work)
        self._pages.pop(broadcast.id, None)
        if queued is not None and later.members:
            self._pages[broadcast.id] = later
        for channel in queued.channels if queued is not None else ():
            self._wake(channel)
        return queued is not None

    async def _aside(self, broadcast: Broadcast, step: Step) -> bool:
        """Hold, release or cancel some of its messages; whether there were any.

        That there are none is found out once for each state that it is seen in: looking walks through its messages.
        """
        if self._seen.get(broadcast.id) is not step:
            self._seen[broadcast.id], self._after[broadcast.id] = step, 0
        after = self._after[broadcast.id]
        if after is None:
            return False
        look = partial(broadcast_queue.some, broadcast_id=broadcast.id, step=step, after=after)
        ids = await self._store.read(look, slow=True)
        self._after[broadcast.id] = max(ids, default=None)
        if ids:
            await self._store.write(partial(_put, broadcast_id=broadcast.id, step=step, ids=ids, clock=self._clock))
        return bool(ids)

    def _is_over(self, broadcast: Broadcast) -> bool:
        """Whether nothing of it is worth sending any more."""
        return broadcast.expires_at is not None and broadcast.expires_at <= self._clock.now()

    async def _end(self, broadcast: Broadcast) -> bool:
        if await self._store.read(partial(reaching.on_its_way, broadcast_id=broadcast.id)):
            if broadcast.state is BroadcastState.CANCELLED:
                self._seen.pop(broadcast.id, None)  # what a courier has in hand may come back
            return False
        ended = await self._store.write(partial(broadcasts.end, broadcast_id=broadcast.id, at=self._clock.now()))
        if ended:
            log.info("broadcast_ended", broadcast=broadcast.id, state=broadcast.state)
        return ended


def queue_more(tx: Tx, *, rules: SendRules, broadcast_id: int, clock: Clock, page: Page) -> broadcasting.Queued | None:
    """Unit of work: queue a page of a broadcast, if it still is to be sent."""
    broadcast = broadcasts.held(tx, broadcast_id)
    if broadcast is None or broadcast.state is not BroadcastState.SENDING or broadcast.queued_at is not None:
        return None
    writing = rules.writing(Words.of(broadcast), clock.today())
    return broadcasting.queue(tx, writing, broadcast, clock.now(), page)


_WANTS = {
    Step.HOLD: BroadcastState.PAUSED,
    Step.RELEASE: BroadcastState.SENDING,
    Step.CANCEL: BroadcastState.CANCELLED,
}


def _put(tx: Tx, *, broadcast_id: int, step: Step, ids: Sequence[int], clock: Clock) -> None:
    """Unit of work: hold, release or cancel some messages, if the broadcast still wants that."""
    broadcast = broadcasts.held(tx, broadcast_id)
    if broadcast is not None and broadcast.state is _WANTS[step]:
        broadcast_queue.do(tx, step, ids, clock.now())
