"""What a database engine is: how to open one connection and how its transactions begin and end.

A ``Link`` is one connection that lives in one thread. Works are plain functions; a link runs them there, so that the event
loop never waits for a disk and a work never waits for a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from sqlalchemy.engine import make_url

from bot.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Dialect

    from bot.store.query import Tx

T = TypeVar("T")


class Link(Protocol):
    """One database connection in a thread of its own."""

    async def run(self, job: Callable[[Any], T]) -> T:
        """Run ``job`` in the connection's thread."""
        ...

    async def close(self) -> None:
        """Close the connection and end its thread."""
        ...


class Connection(Protocol):
    """One connection, used by one thread at a time."""

    tx: Tx
    #: What the driver raises when the database is busy, full or gone, whatever the work was.
    unavailable: ClassVar[type[Exception]]
    #: What it raises when two transactions wait for each other and ours has to go back: it may begin again.
    crossed: ClassVar[tuple[type[Exception], ...]]

    def begin(self) -> None:
        """Begin a transaction that may write; on a read-only connection one that reads a single moment."""
        ...

    def commit(self) -> None:
        """Make it durable."""
        ...

    def rollback(self) -> None:
        """Leave nothing behind."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class Engine(Protocol):
    """A kind of database at one address."""

    sqlalchemy_url: str

    @property
    def dialect(self) -> Dialect:
        """How statements are written for it."""
        ...

    def connect(self, *, read_only: bool = False) -> Connection:
        """A connection for the calling thread (command line, tests)."""
        ...

    async def link(self, *, read_only: bool = False) -> Link:
        """A connection in a thread of its own (the gateway)."""
        ...


def engine_for(url: str) -> Engine:
    """The engine that a database address names.

    Raises:
        SettingsError: an address of another kind.
    """
    from bot.store.engines.postgresql import PostgresEngine  # noqa: PLC0415 - the parts know this module
    from bot.store.engines.sqlite import SqliteEngine  # noqa: PLC0415

    kinds: dict[str, Callable[[str], Any]] = {"sqlite": SqliteEngine, "postgresql": PostgresEngine}
    kind = make_url(url).get_backend_name() if "://" in url else ""
    if kind not in kinds:
        message = "BARTA_DATABASE_URL must begin with sqlite:/// or postgresql://"
        raise SettingsError(message)
    engine: Engine = kinds[kind](url)
    return engine


def in_transaction(connection: Connection, work: Callable[[Tx], T]) -> T:
    """Run one work in a transaction of its own and commit it."""
    connection.begin()
    try:
        result = work(connection.tx)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return result
