"""Which of our messages the provider's ids stand for, for receipts that come sooner than the store knows it.

A provider may tell that a message was delivered before we have written down, or even read, the id that it gave to the message.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 2000
"""Ids kept: more than can be under way while an answer is written down, by far."""


class Recent:
    """The ids of what was submitted lately."""

    def __init__(self) -> None:
        self._ours: OrderedDict[str, int] = OrderedDict()
        self._under_way: set[asyncio.Event] = set()

    @contextmanager
    def submitting(self) -> Iterator[None]:
        """While a message is being handed over."""
        over = asyncio.Event()
        self._under_way.add(over)
        try:
            yield
        finally:
            self._under_way.discard(over)
            over.set()

    def learn(self, theirs: str, ours: int) -> None:
        """The provider has given a message an id."""
        self._ours[theirs] = ours
        self._ours.move_to_end(theirs)
        if len(self._ours) > MOST:
            self._ours.popitem(last=False)

    def of(self, theirs: str) -> int | None:
        """Our id, where it is known here."""
        return self._ours.get(theirs)

    async def settled(self, seconds: float) -> bool:
        """Wait until what is being handed over now has been; whether there was any."""
        under_way = list(self._under_way)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for each in under_way:
                    await each.wait()
        return bool(under_way)
