"""One message at a time in each chat, about one in a second, in the order of their numbers; chats do not wait for each other.

The courier has only so many messages in its hands. A chat holds a few of them at most: what is beyond goes back into the queue until it may
be its turn, and what is behind that goes back as well, so that nothing overtakes it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.errors import Busy, Throttled, Unreachable
from bot.domain.pace import Pace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PER_SECOND = 1.0
"""Messages that Telegram takes for one chat, in the long run."""

BURST = 3
"""Messages that may leave for one chat at once; also how many of them a chat keeps waiting for their turn."""

LONGEST_BACK = 60.0
"""Seconds after which a message that went back is tried again at the latest."""

GRACE = 30.0
"""Seconds that the others wait for one that went back and is due: it may have expired in the queue."""


def _pace() -> Pace:
    return Pace(PER_SECOND, (BURST - 1) / PER_SECOND)


@dataclass(slots=True)
class _Line:
    """Those who wait for one chat.

    Attributes:
        waiting: how many, with the one whose turn it is.
        put_back: why the one before was put back into the queue, if it was.
        back: until when the others wait for a message that went back, by its number.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    pace: Pace = field(default_factory=_pace)
    waiting: int = 0
    put_back: Busy | None = None
    back: dict[int, float] = field(default_factory=dict)

    def before(self, number: int, at: float) -> int:
        """How many messages that went back come before this one; those that do not come any more are forgotten."""
        self.back = {each: until for each, until in self.back.items() if until > at and each != number}
        return sum(each < number for each in self.back)

    def at_rest(self, at: float) -> bool:
        """Whether a new line would do as well."""
        return not self.waiting and self.pace.rested(at) and all(until <= at for until in self.back.values())


class Turns:
    """Gives turns. A chat that has been quiet for a while is forgotten.

    Args:
        patience: seconds that a message waits for those before it; then it goes back into the queue, certainly not sent.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lines: dict[str, _Line] = {}
        self._forget_at = 0.0

    def __len__(self) -> int:
        self._forget(time.monotonic())
        return len(self._lines)

    def _forget(self, at: float) -> None:
        self._lines = {chat: line for chat, line in self._lines.items() if not line.at_rest(at)}
        self._forget_at = at + GRACE

    def spare(self, chat: str) -> float:
        """Seconds until something that can wait may be done in a chat; 0, and its place is taken, where it may be done now."""
        now = time.monotonic()
        line = self._lines.setdefault(chat, _Line())
        if line.waiting or line.before(sys.maxsize, now):
            return 1 / PER_SECOND
        return line.pace.wait(now) or line.pace.take(1, now)

    @asynccontextmanager
    async def of(self, chat: str, number: int) -> AsyncIterator[None]:
        """The turn of one message; messages are numbered in the order in which they were written.

        When a message goes back into the queue, those behind it go back as well: they would overtake it.

        Raises:
            Busy: its chat has enough for the moment, it is not its turn in time, or a message before it went back.
        """
        now = time.monotonic()
        if now >= self._forget_at:
            self._forget(now)
        line = self._lines.setdefault(chat, _Line())
        ahead = line.before(number, now)
        try:
            if ahead or line.waiting >= BURST:
                message = "its chat has enough for the moment"
                raise Busy(message, min((ahead + line.waiting) / PER_SECOND, LONGEST_BACK))
            async with self._turn(line):
                yield
        except (Throttled, Unreachable) as error:
            line.back[number] = time.monotonic() + getattr(error, "retry_after", 0.0) + GRACE
            raise

    @asynccontextmanager
    async def _turn(self, line: _Line) -> AsyncIterator[None]:
        line.waiting += 1
        try:
            await self._wait(line)
            try:
                if line.put_back is not None:
                    raise line.put_back
                await asyncio.sleep(line.pace.take(1, time.monotonic()))
                yield
            except (Throttled, Unreachable) as error:
                message = "the message before it in its chat went back into the queue"
                line.put_back = Busy(message, getattr(error, "retry_after", 1.0))
                raise
            finally:
                line.lock.release()
        finally:
            line.waiting -= 1
            if not line.waiting:
                line.put_back = None

    async def _wait(self, line: _Line) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await line.lock.acquire()
        except TimeoutError:
            message = "the messages before it in its chat take their time"
            line.put_back = Busy(message)
            raise line.put_back from None
