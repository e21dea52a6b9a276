"""Making documents beside everything else: read on a read-only connection, made in a thread, one at a time.

One at a time, because a small machine has two processors and the other one answers messages.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from bot.documents.qr import QR, qr

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.document import Maker
    from bot.domain.messages import File
    from bot.domain.replies import Order
    from bot.store.store import Store


class Printer:
    """Makes what is ordered."""

    def __init__(self, store: Store, maker: Maker, clock: Clock) -> None:
        self._store = store
        self._maker = maker
        self._clock = clock
        self._one_at_a_time = asyncio.Semaphore(1)

    async def make(self, order: Order) -> File:
        """The document as it is today.

        Raises:
            BartaError: there is no such document, or it would be too long.
        """
        if order.kind == QR:
            return qr(order)
        today = self._clock.today()
        await self._one_at_a_time.acquire()
        try:
            found = await self._store.read(partial(self._maker.collect, order=order, today=today), slow=True)
            making = asyncio.create_task(asyncio.to_thread(self._maker.make, order, found, today))
        except BaseException:
            self._one_at_a_time.release()
            raise
        making.add_done_callback(lambda _: self._one_at_a_time.release())
        # Whoever gives up waiting stops no thread: the next document waits for its end all the same.
        return await asyncio.shield(making)
