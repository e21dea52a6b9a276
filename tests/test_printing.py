"""Documents are made one at a time, even where nobody waits for one any more."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from bot.document import File, Order
from bot.printing import Printer
from bot.store.store import Store
from tests.peers.ports import wait_for

if TYPE_CHECKING:
    from datetime import date

    from bot.clock import Clock
    from bot.store.query import Tx


class Slow:
    """A maker that works until the test says that it is enough."""

    def __init__(self) -> None:
        self.enough = threading.Event()
        self.working = 0
        self.most = 0

    def collect(self, tx: Tx, order: Order, today: date) -> Any:
        return None

    def make(self, order: Order, data: Any, today: date) -> File:
        self.working += 1
        self.most = max(self.most, self.working)
        self.enough.wait(10)
        self.working -= 1
        return File("a.pdf", "application/pdf", b"%PDF")


async def test_a_thread_that_nobody_waits_for_holds_up_the_next(sqlite_url: str, clock: Clock) -> None:
    slow = Slow()
    async with await Store.open(sqlite_url) as store:
        printer = Printer(store, slow, clock)
        given_up = asyncio.create_task(printer.make(Order("societies", {})))
        await wait_for(lambda: slow.working)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        following = asyncio.create_task(printer.make(Order("societies", {})))
        _, waits = await asyncio.wait({following}, timeout=0.3)
        assert waits
        assert slow.most == 1
        slow.enough.set()
        assert (await following).content == b"%PDF"
        assert slow.most == 1
