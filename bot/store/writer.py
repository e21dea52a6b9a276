"""The one writer: waiting works are grouped into one commit.

There is no timer: the writer takes one work, then whatever else waits at that moment, at most ``GROUP`` of them, runs them in one
transaction and commits once, so that an idle gateway answers at once and a busy one shares its fsyncs. A group has no savepoint
per work; when a work raises, the group is rolled back and its works run again one by one, each in a transaction of its own. So it is
when the group has locked rows in another order than a second process did: alone, works of the same kind lock theirs in one order.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.errors import StoreError
from bot.store.engine import in_transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.engine import Connection, Link
    from bot.store.query import Tx

T = TypeVar("T")

TRIES = 5
"""How often a work begins again that has met another process crosswise."""

GROUP = 256
"""Most works in one commit: bounds how long the first of them waits."""


@dataclass(slots=True)
class WriterCounts:
    """What the writer has done since it started, for metrics and the benchmark."""

    works: int = 0
    commits: int = 0
    retried_groups: int = 0


class Writer:
    """Runs works, many to a commit, one group at a time.

    ``await writer.do(work)`` returns after the commit that made the work durable, or raises what the work raised.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting: asyncio.Queue[tuple[Callable[[Tx], Any], asyncio.Future[Any]] | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self.counts = WriterCounts()

    def start(self) -> None:
        """Begin to serve; call inside the running loop."""
        self._task = asyncio.create_task(self._serve(), name="writer")

    @property
    def alive(self) -> bool:
        """Whether works are taken; whether they succeed, the database decides."""
        return self._task is not None and not self._task.done() and not self._closing

    @property
    def waiting(self) -> int:
        """How many works wait for the next group."""
        return self._waiting.qsize()

    async def do(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` in the writer's transaction; returns its result once it is durable."""
        if not self.alive:
            message = "the writer is not running"
            raise StoreError(message)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((work, future))
        return await future

    async def close(self) -> None:
        """Finish what waits, then stop."""
        if self._task is None:
            return
        self._closing = True
        self._waiting.put_nowait(None)
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self._link.close()

    async def _serve(self) -> None:
        while True:
            first = await self._waiting.get()
            if first is None:
                return
            group, last = self._gather(first)
            outcomes = await self._run(group)
            for (_, future), (result, error) in zip(group, outcomes, strict=True):
                if future.cancelled():
                    continue
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)
            if last:
                return

    def _gather(self, first: tuple[Any, Any]) -> tuple[list[tuple[Any, Any]], bool]:
        group = [first]
        while len(group) < GROUP and not self._waiting.empty():
            item = self._waiting.get_nowait()
            if item is None:
                return group, True
            group.append(item)
        return group, False

    async def _run(self, group: list[tuple[Any, Any]]) -> list[tuple[Any, BaseException | None]]:
        works = [work for work, _ in group]
        try:
            return await self._link.run(lambda connection: self._commit(connection, works))
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever breaks fails its works, not the writer
            return [(None, error if isinstance(error, Exception) else StoreError(type(error).__name__))] * len(works)

    def _commit(
        self, connection: Connection, works: list[Callable[[Tx], Any]]
    ) -> list[tuple[Any, BaseException | None]]:
        self.counts.works += len(works)
        if len(works) == 1:
            return [self._alone(connection, works[0])]
        try:
            results = in_transaction(connection, lambda tx: [work(tx) for work in works])
        except connection.crossed:
            self.counts.retried_groups += 1
            return [self._alone(connection, work) for work in works]
        except connection.unavailable as error:
            # Trying one by one would let everybody wait out the same trouble in turn.
            return [(None, gone(error))] * len(works)
        except Exception:  # noqa: BLE001 - whatever a work raises belongs to its caller
            self.counts.retried_groups += 1
            return [self._alone(connection, work) for work in works]
        self.counts.commits += 1
        return [(result, None) for result in results]

    def _alone(self, connection: Connection, work: Callable[[Tx], Any]) -> tuple[Any, BaseException | None]:
        for left in reversed(range(TRIES)):
            try:
                result = in_transaction(connection, work)
            except connection.unavailable as error:
                if left and isinstance(error, connection.crossed):
                    continue
                return None, gone(error)
            except Exception as error:  # noqa: BLE001 - as above
                return None, error
            break
        self.counts.commits += 1
        return result, None


def gone(error: Exception) -> StoreError:
    """What the program is told when the database does not answer."""
    failure = StoreError(f"the database is busy, full or gone: {type(error).__name__}")
    failure.__cause__ = error
    return failure
