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
from bot.store import broadcast_queue, broadcasts

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
        self._asked = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        # What was last done with the messages of a broadcast that wait, and up to which; None where there are no more.
        self._seen: dict[int, str] = {}
        self._after: dict[int, int | None] = {}
        self._pages: dict[int, Page] = {}

    def start(self) -> None:
        """Begin; call inside the running loop."""
        self._task = asyncio.create_task(self._serve(), name="broadcasting")

    def ask(self) -> None:
        """A broadcast was confirmed, paused, let go or cancelled."""
        self._asked.set()

    async def stop(self) -> None:
        """End after the work under way."""
        self._stopping = True
        self._asked.set()
        if self._task is not None:
            await self._task

    async def _serve(self) -> None:
        while not self._stopping:
            self._asked.clear()
            try:
                busy = await self.once()
            except Exception as error:  # noqa: BLE001 - the database is busy or gone: what waits goes on waiting
                log.warning("not_broadcast", error=type(error).__name__)
                busy = False
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._asked.wait(), IDLE_SECONDS)

    async def once(self) -> bool:
        """Do a piece of work for each open broadcast; whether there was any to do."""
        now_open = await self._store.read(broadcasts.open_ones)
        busy = False
        for broadcast in now_open:
            started = time.monotonic()
            if await self._some(broadcast):
                busy = True
                rest = time.monotonic() - started if self._store.writer.waiting else 0.0
                await asyncio.sleep(rest * GIVES_WAY)
        if self._watch is not None:
            await self._watch(now_open)
        return busy

    async def _some(self, broadcast: Broadcast) -> bool:
        match broadcast.state:
            case BroadcastState.SENDING if broadcast.queued_at is None:
                return await self._queue(broadcast)
            case BroadcastState.SENDING:
                return await self._aside(broadcast, "release") or await self._end(broadcast)
            case BroadcastState.PAUSED:
                return await self._aside(broadcast, "hold")
            case BroadcastState.CANCELLED:
                return await self._aside(broadcast, "cancel") or await self._end(broadcast)
            case _:
                return False

    async def _queue(self, broadcast: Broadcast) -> bool:
        if await self._aside(broadcast, "release"):  # it was paused while it was being queued
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

    async def _aside(self, broadcast: Broadcast, what: str) -> bool:
        """Hold, release or cancel some of its messages; whether there were any.

        That there are none is found out once for each state that it is seen in: looking walks through its messages.
        """
        if self._seen.get(broadcast.id) != what:
            self._seen[broadcast.id], self._after[broadcast.id] = what, 0
        after = self._after[broadcast.id]
        if after is None:
            return False
        work = partial(_put, broadcast_id=broadcast.id, what=what, after=after, clock=self._clock)
        last = await self._store.write(work)
        self._after[broadcast.id] = last or None
        return last > 0

    async def _end(self, broadcast: Broadcast) -> bool:
        if await self._store.read(partial(broadcasts.on_its_way, broadcast_id=broadcast.id)):
            return False
        ended = await self._store.write(partial(broadcasts.end, broadcast_id=broadcast.id, at=self._clock.now()))
        log.info("broadcast_ended", broadcast=broadcast.id, state=broadcast.state)
        return ended


def queue_more(tx: Tx, *, rules: SendRules, broadcast_id: int, clock: Clock, page: Page) -> broadcasting.Queued | None:
    """Unit of work: queue a page of a broadcast, if it still is to be sent."""
    broadcast = broadcasts.by_id(tx, broadcast_id)
    if broadcast is None or broadcast.state is not BroadcastState.SENDING or broadcast.queued_at is not None:
        return None
    writing = rules.writing(Words.of(broadcast), clock.today())
    return broadcasting.queue(tx, writing, broadcast, clock.now(), page)


def _put(tx: Tx, *, broadcast_id: int, what: str, after: int, clock: Clock) -> int:
    """Unit of work: hold, release or cancel some messages, if the broadcast still wants that."""
    broadcast = broadcasts.by_id(tx, broadcast_id)
    wants = {
        "hold": BroadcastState.PAUSED,
        "release": BroadcastState.SENDING,
        "cancel": BroadcastState.CANCELLED,
    }
    if broadcast is None or broadcast.state is not wants[what]:
        return 0
    if what == "cancel":
        return broadcast_queue.cancel(tx, broadcast_id, clock.now(), after)
    return (broadcast_queue.hold if what == "hold" else broadcast_queue.release)(tx, broadcast_id, after)
