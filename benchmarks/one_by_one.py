"""The peer: the same gateway, the same handlers and statements, but SQLAlchemy's own execution and one transaction per message.

This is how such a gateway is usually written. Only the store differs: no group commit, no statements compiled once.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy
from sqlalchemy import event

from bot import config as settings
from bot import log
from bot.app import App
from bot.store.engines.sqlite import PRAGMAS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.query import Query, Tx

T = TypeVar("T")


class CoreTx:
    """A transaction that runs every query through SQLAlchemy Core."""

    def __init__(self, connection: sqlalchemy.Connection) -> None:
        self._connection = connection

    def _execute(self, query: Query[Any], values: dict[str, Any]) -> Any:
        statement = query._statement  # noqa: SLF001 - the benchmark swaps the store, not the queries
        if isinstance(statement, dict):
            statement = statement["sqlite"]
        return self._connection.execute(cast("sqlalchemy.Executable", statement), values)

    def run(self, query: Query[Any], **values: Any) -> int:
        return int(self._execute(query, values).rowcount)

    def first(self, query: Query[T], **values: Any) -> T | None:
        row = self._execute(query, values).first()
        return None if row is None else query.into(*row)

    def one(self, query: Query[T], **values: Any) -> T:
        return query.into(*self._execute(query, values).one())

    def all(self, query: Query[T], **values: Any) -> list[T]:
        return [query.into(*row) for row in self._execute(query, values)]


class OneByOne:
    """In the writer's place: each work in a transaction of its own, in one thread."""

    def __init__(self, path: str) -> None:
        self._engine = sqlalchemy.create_engine(f"sqlite:///{path}", poolclass=sqlalchemy.StaticPool)
        self._thread = ThreadPoolExecutor(1)
        event.listen(self._engine, "connect", self._prepare)
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))

    @staticmethod
    def _prepare(raw: Any, _: object) -> None:
        raw.isolation_level = None
        for pragma in PRAGMAS:
            raw.execute(pragma)

    async def do(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)

    def _run(self, work: Callable[[Tx], T]) -> T:
        with self._engine.begin() as connection:
            return work(cast("Tx", CoreTx(connection)))


async def serve(port: int) -> None:
    env = settings.environment()
    log.set_up(settings.load(env).log)
    async with App(settings.load(env), settings.clock(env), env.database_url) as app:
        peer = OneByOne(env.database_url.removeprefix("sqlite:///"))
        app.store.write = peer.do  # type: ignore[method-assign]
        app.delivery.start = lambda: None  # type: ignore[method-assign]
        await app.serve("127.0.0.1", port)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
