"""The store: one writer, a few readers, one database.

``write`` runs a work in the writer's next group; ``read`` runs one on a read-only connection beside it. Both take the same kind of
plain function, so that a query is written once. The functions of the nouns (``offices``, ``societies``, ``people``, ``inbox``,
``outbox`` …) take the transaction first.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self, TypeVar

from bot.store.engine import Engine, engine_for, in_transaction
from bot.store.migrate import check_version
from bot.store.writer import Writer, gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.store.engine import Connection, Link
    from bot.store.query import Tx

T = TypeVar("T")

READERS = 2
"""Read-only connections for short reads."""


class Store:
    """The gateway's database, opened. Use ``async with await Store.open(url)``."""

    def __init__(self, engine: Engine, writer: Writer, readers: asyncio.Queue[Link], slow: asyncio.Queue[Link]) -> None:
        self.engine = engine
        self.writer = writer
        self._readers = readers
        self._slow = slow

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open a database that ``barta init`` has made.

        Raises:
            NotInitialised: it has no tables yet.
            WrongVersion: it belongs to another version of the program.
        """
        engine = engine_for(url)
        check_version(engine)
        writer = Writer(await engine.link())
        writer.start()
        readers: asyncio.Queue[Link] = asyncio.Queue()
        for _ in range(READERS):
            readers.put_nowait(await engine.link(read_only=True))
        slow: asyncio.Queue[Link] = asyncio.Queue()
        slow.put_nowait(await engine.link(read_only=True))
        return cls(engine, writer, readers, slow)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` and return its result once it is durable."""
        return await self.writer.do(work)

    async def read(self, work: Callable[[Tx], T], *, slow: bool = False) -> T:
        """Run ``work`` on a read-only connection, seeing one moment of the database.

        Args:
            work: what to read.
            slow: it may take a second: such reads wait for each other, and never hold up a short one.

        Raises:
            StoreError: the database is busy or gone.
        """
        readers = self._slow if slow else self._readers
        reader = await readers.get()
        try:
            return await reader.run(lambda connection: _read(connection, work))
        finally:
            readers.put_nowait(reader)

    async def close(self) -> None:
        """Finish waiting works, then close every connection."""
        await self.writer.close()
        for readers, count in ((self._readers, READERS), (self._slow, 1)):
            for _ in range(count):
                await (await readers.get()).close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _read(connection: Connection, work: Callable[[Tx], T]) -> T:
    """A connection that the database has dropped meanwhile is opened anew, and the work, which changes nothing, run again."""
    try:
        return in_transaction(connection, work)
    except connection.unavailable:
        pass
    try:
        return in_transaction(connection, work)
    except connection.unavailable as error:
        raise gone(error) from error


@contextlib.contextmanager
def connected(url: str, *, read_only: bool = False) -> Iterator[Connection]:
    """A connection of one's own to a database that ``barta init`` has made, without an event loop: for the command line.

    Raises:
        NotInitialised: it has no tables yet.
        WrongVersion: it belongs to another version of the program.
    """
    engine = engine_for(url)
    check_version(engine)
    connection = engine.connect(read_only=read_only)
    try:
        yield connection
    finally:
        connection.close()


def do(url: str, work: Callable[[Tx], T], *, read_only: bool = False) -> T:
    """Run one work on a connection of its own; otherwise as ``connected``."""
    with connected(url, read_only=read_only) as connection:
        return in_transaction(connection, work)
