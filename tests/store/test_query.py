"""Statements on the driver's cursor give what SQLAlchemy would give, on each engine."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Dialect, bindparam, func, select, types

import bot.store
from bot.domain.errors import StoreError
from bot.store import store
from bot.store.engines.postgresql import PostgresEngine
from bot.store.engines.sqlite import SqliteEngine
from bot.store.query import Query, insert_once, upsert
from bot.store.schema import committee_terms, dialogues, marks, outbox, subscribers
from bot.store.types import Taka

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.query import Tx
    from tests.peers.postgres import Postgres

DHAKA = timezone(timedelta(hours=6))


def queries() -> Iterator[tuple[str, Query[object]]]:
    """Every statement of the store."""
    for module in pkgutil.iter_modules(bot.store.__path__, "bot.store."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Query):
                yield f"{module.name}.{name}", value


@pytest.mark.parametrize(
    "dialect",
    [SqliteEngine("sqlite:///x").dialect, PostgresEngine("postgresql://x/y").dialect],
    ids=["sqlite", "postgresql"],
)
def test_every_bound_moment_and_amount_has_its_type(dialect: Dialect) -> None:
    """Without one a value would go to the driver as it is, and be written differently from all others."""
    untyped = set()
    for name, query in queries():
        statement = query._statement
        one = statement[dialect.name] if isinstance(statement, dict) else statement
        compiled = one.compile(dialect=dialect)  # type: ignore[union-attr]
        for parameter, bound in compiled.bind_names.items():
            if isinstance(parameter.type, types.NullType):
                untyped.add(f"{name}:{bound}")
        assert "POSTCOMPILE" not in str(compiled), f"{name} needs SQLAlchemy to write it at each execution"
    assert {each.rpartition(":")[2] for each in untyped} <= {
        "most",
        "skip",
        "scanned",
        "theirs",
        "why",
        "unburnt",
        "param_1",
    }, untyped


def test_moments_are_utc_on_both_sides(database_url: str) -> None:
    put = upsert(subscribers, "msisdn", "stopped_at", unique=["msisdn"], update=["stopped_at"])
    get: Query[datetime] = Query(select(subscribers.c.stopped_at).where(subscribers.c.msisdn == bindparam("msisdn")))
    moment = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=DHAKA)

    def work(tx: Tx) -> datetime:
        tx.run(put, msisdn="x", stopped_at=moment)
        return tx.one(get, msisdn="x")

    found = store.do(database_url, work)
    assert found == moment
    assert found.tzinfo is UTC
    with pytest.raises(ValueError, match="time zone"):
        store.do(database_url, lambda tx: tx.run(put, msisdn="x", stopped_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - that it is naive is the point


def test_text_order_is_time_order(database_url: str) -> None:
    put = upsert(dialogues, "msisdn", "kind", "state", "expires_at", unique=["msisdn"], update=["expires_at"])
    after: Query[str] = Query(
        select(dialogues.c.msisdn).where(dialogues.c.expires_at > bindparam("at")).order_by(dialogues.c.expires_at)
    )
    moments = [datetime(2026, 11, 21, hour, tzinfo=zone) for hour in (1, 9, 23) for zone in (UTC, DHAKA)]

    def work(tx: Tx) -> list[str]:
        for moment in moments:
            tx.run(put, msisdn=moment.isoformat(), kind="x", state="{}", expires_at=moment)
        return tx.all(after, at=moments[0])

    assert store.do(database_url, work) == [each.isoformat() for each in sorted(moments) if each > moments[0]]


def test_days_and_amounts(database_url: str) -> None:
    day: Query[date] = Query(select(bindparam("day", type_=committee_terms.c.expires_on.type)))
    price: Query[Decimal] = Query(select(bindparam("price", type_=Taka())))
    assert isinstance(outbox.c.price.type, Taka)
    assert store.do(database_url, lambda tx: tx.one(day, day=date(2026, 6, 30))) == date(2026, 6, 30)
    assert store.do(database_url, lambda tx: tx.one(price, price=Decimal("0.3501"))) == Decimal("0.3501")


def test_insert_once_says_whether_it_did(database_url: str) -> None:
    once = insert_once(marks, "name", "value", unique=["name"], returning="name")

    def work(tx: Tx) -> list[object]:
        return [tx.first(once, name="a", value="1"), tx.first(once, name="a", value="2")]

    assert [bool(each) for each in store.do(database_url, work)] == [True, False]


async def test_a_lost_connection_is_made_again(postgres_template: str, postgres: Postgres) -> None:
    """PostgreSQL was restarted: the work under way fails, the next ones are served."""
    url = postgres.create_database("barta_lost", template=postgres_template)
    pid: Query[int] = Query(select(func.pg_backend_pid()))
    end: Query[bool] = Query(select(func.pg_terminate_backend(bindparam("pid", type_=types.Integer))))
    async with await store.Store.open(url) as opened:
        before = await opened.write(lambda tx: tx.one(pid))
        store.do(url, lambda tx: tx.one(end, pid=before))
        with pytest.raises(StoreError):
            await opened.write(lambda tx: tx.one(pid))
        assert await opened.write(lambda tx: tx.one(pid)) != before
