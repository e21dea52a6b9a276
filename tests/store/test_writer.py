"""The writer: many works in one commit, one bad work harms nobody else, everything waiting is finished on close."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, func, insert, select

from bot.domain.errors import StoreError
from bot.store.query import Query, values_of
from bot.store.schema import marks
from bot.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.query import Tx

ADD: Query[int] = Query(insert(marks).values(values_of("name", "value")))
COUNT: Query[int] = Query(select(func.count()).select_from(marks))
GET: Query[str] = Query(select(marks.c.value).where(marks.c.name == bindparam("name")))


def adding(name: str) -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        tx.run(ADD, name=name, value="x")
        return name

    return work


async def test_what_is_acknowledged_is_there(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        assert await store.write(adding("one")) == "one"
        assert await store.read(lambda tx: tx.first(GET, name="one")) == "x"


async def test_waiting_works_share_a_commit(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        names = [f"n{number}" for number in range(100)]
        assert await asyncio.gather(*(store.write(adding(name)) for name in names)) == names
        assert store.writer.counts.works == 100
        assert store.writer.counts.commits < 20
        assert await store.read(lambda tx: tx.one(COUNT)) == 100


async def test_one_bad_work_harms_only_itself(database_url: str) -> None:
    def bad(tx: Tx) -> None:
        tx.run(ADD, name="half", value="written")
        message = "on purpose"
        raise RuntimeError(message)

    async with await Store.open(database_url) as store:
        results = await asyncio.gather(
            *(store.write(adding(f"a{number}")) for number in range(10)),
            store.write(bad),
            *(store.write(adding(f"b{number}")) for number in range(10)),
            return_exceptions=True,
        )
        assert [result for result in results if isinstance(result, BaseException)] == [results[10]]
        assert isinstance(results[10], RuntimeError)
        assert await store.read(lambda tx: tx.one(COUNT)) == 20
        assert store.writer.counts.retried_groups == 1


async def test_a_broken_key_raises_and_leaves_nothing(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        await store.write(adding("same"))
        with pytest.raises(Exception, match=r"(?i)unique"):
            await store.write(adding("same"))
        assert await store.write(adding("next")) == "next"


async def test_close_finishes_what_waits(database_url: str) -> None:
    store = await Store.open(database_url)
    waiting = [asyncio.create_task(store.write(adding(f"n{number}"))) for number in range(50)]
    await asyncio.sleep(0)  # lets the tasks queue their works; not a wait for a condition
    await store.close()
    assert len(await asyncio.gather(*waiting)) == 50
    with pytest.raises(StoreError):
        await store.write(adding("late"))


async def test_readers_cannot_write(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        with pytest.raises(Exception) as refused:  # noqa: PT011 - each driver has its own, and ours may be around it
            await store.read(adding("no"))
        assert re.search("(?i)read.?only", f"{refused.value} {refused.value.__cause__}")


async def test_a_cancelled_caller_does_not_stop_the_group(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        given_up = asyncio.create_task(store.write(adding("given up")))
        kept = asyncio.create_task(store.write(adding("kept")))
        await asyncio.sleep(0)  # both are queued
        given_up.cancel()
        assert await kept == "kept"
        assert await store.write(adding("after")) == "after"
