"""One message at a time in each chat, in the order in which they came; chats do not wait for each other."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.errors import Throttled, Unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(slots=True)
class _Line:
    """Those who wait for one chat.

    Attributes:
        waiting: how many, with the one whose turn it is.
        put_back: why the one before was put back into the queue, if it was.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    put_back: Throttled | None = None


class Turns:
    """Gives turns. A chat for which nobody waits is forgotten.

    Args:
        patience: seconds that a message waits for those before it; then it goes back into the queue, certainly not sent.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lines: dict[str, _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @asynccontextmanager
    async def of(self, chat: str) -> AsyncIterator[None]:
        """The turn of one message.

        When a message goes back into the queue, those behind it go back as well: they would overtake it.

        Raises:
            Throttled: it is not its turn in time, or the message before it went back.
        """
        line = self._lines.setdefault(chat, _Line())
        line.waiting += 1
        try:
            await self._wait(line)
            try:
                if line.put_back is not None:
                    raise line.put_back
                yield
            except (Throttled, Unreachable) as error:
                message = "the message before it in its chat went back into the queue"
                line.put_back = Throttled(message, getattr(error, "retry_after", 1.0))
                raise
            finally:
                line.lock.release()
        finally:
            line.waiting -= 1
            if not line.waiting:
                del self._lines[chat]

    async def _wait(self, line: _Line) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await line.lock.acquire()
        except TimeoutError:
            message = "the messages before it in its chat take their time"
            line.put_back = Throttled(message)
            raise line.put_back from None
