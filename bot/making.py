"""Documents on their way out: made before anything is submitted, so that one that takes long is never of unknown outcome."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.domain.errors import BartaError, StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.messages import File
    from bot.domain.replies import Order

log = structlog.get_logger()

MAKE_SECONDS = 240.0
"""How long a document may take, with its wait for those before it; a small machine sets 5,000 rows in about a minute."""

MOST_MAKING = 4
"""Documents that a courier has in the making at once: one is made at a time, and the others wait where they can be given up."""

MOST_ATTEMPTS = 3
"""After so many the reader is told that there is no document."""


class NotMade(Exception):  # noqa: N818 - named for the outcome
    """Not this time; nothing has been sent.

    Attributes:
        stopped: because the gateway stops, and not because anything failed.
    """

    def __init__(self, why: str, *, stopped: bool = False) -> None:
        super().__init__(why)
        self.stopped = stopped


class Making:
    """The documents that one courier waits for."""

    def __init__(self, make: Callable[[Order], Awaitable[File]]) -> None:
        self._make = make
        self._tasks: set[asyncio.Future[File]] = set()

    async def document(self, order: Order) -> File | None:
        """The document; None where there can never be one.

        Raises:
            NotMade: not this time.
        """
        task = asyncio.ensure_future(self._make(order))
        self._tasks.add(task)
        try:
            await asyncio.wait({task}, timeout=MAKE_SECONDS)
        finally:
            self._tasks.discard(task)
            late = not task.done()
            task.cancel()
        if late:
            log.error("document_takes_too_long", kind=order.kind)
            raise NotMade("the document took too long")
        if task.cancelled():
            raise NotMade("the gateway stops", stopped=True)
        return self._outcome(task, order)

    def _outcome(self, task: asyncio.Future[File], order: Order) -> File | None:
        error = task.exception()
        if error is None:
            return task.result()
        if isinstance(error, BartaError) and not isinstance(error, StoreError):
            log.warning("document_not_made", kind=order.kind, error=type(error).__name__)
            return None
        log.error("document_not_made", kind=order.kind, exc_info=error)
        message = f"the document could not be made: {type(error).__name__}"
        raise NotMade(message) from error

    def stop(self) -> None:
        """Give up what is being made."""
        for task in self._tasks:
            task.cancel()
