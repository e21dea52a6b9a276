"""PostgreSQL, for when one machine is outgrown: the same statements through psycopg, a thread per connection."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import psycopg
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect
from sqlalchemy.engine import make_url

from bot.store.query import Tx

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")


class PostgresEngine:
    """``postgresql://user@host:port/name``."""

    def __init__(self, url: str) -> None:
        self.dialect = psycopg_dialect.dialect()  # type: ignore[no-untyped-call]
        parsed = make_url(url)
        self._conninfo = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        self.sqlalchemy_url = parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def connect(self, *, read_only: bool = False) -> PostgresConnection:
        """A connection for the calling thread."""
        return PostgresConnection(self, read_only=read_only)

    def open(self) -> psycopg.Connection[Any]:
        """A bare connection. A server that hangs is noticed within seconds, not when TCP gives up."""
        raw = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5, tcp_user_timeout=10_000)
        raw.execute("SET timezone = 'UTC'")
        raw.execute("SET statement_timeout = '60s'")
        return raw

    async def link(self, *, read_only: bool = False) -> PostgresLink:
        """A connection in a thread of its own."""
        executor = ThreadPoolExecutor(1, thread_name_prefix="barta-postgresql")
        loop = asyncio.get_running_loop()
        connection = await loop.run_in_executor(executor, lambda: self.connect(read_only=read_only))
        return PostgresLink(executor, connection)


class PostgresConnection:
    """One psycopg connection in autocommit mode; we say BEGIN and COMMIT ourselves."""

    unavailable: ClassVar[type[Exception]] = psycopg.OperationalError
    crossed: ClassVar[tuple[type[Exception], ...]] = (psycopg.errors.DeadlockDetected,)

    def __init__(self, engine: PostgresEngine, *, read_only: bool) -> None:
        self._engine = engine
        # A reader sees one moment, whatever is committed meanwhile; what must be unique for writers is kept so by constraints.
        self._begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if read_only else "BEGIN"
        self._open()

    def _open(self) -> None:
        self.raw = self._engine.open()
        self.tx = Tx(self.raw.cursor(), self._engine.dialect)

    def begin(self) -> None:
        """Begin; on a new connection where the old one was lost, because between transactions nothing is lost with it."""
        if self.raw.closed:
            self._open()
        self.raw.execute(self._begin)

    def commit(self) -> None:
        """Make it durable."""
        self.raw.execute("COMMIT")

    def rollback(self) -> None:
        """Leave nothing behind."""
        if not self.raw.closed:
            self.raw.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self.raw.close()


class PostgresLink:
    """A connection that lives in one thread."""

    def __init__(self, executor: ThreadPoolExecutor, connection: PostgresConnection) -> None:
        self._executor = executor
        self._connection = connection

    async def run(self, job: Callable[[PostgresConnection], T]) -> T:
        """Run ``job`` in the connection's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, job, self._connection)

    async def close(self) -> None:
        """Close the connection, then end the thread."""
        await self.run(lambda connection: connection.close())
        self._executor.shutdown()
