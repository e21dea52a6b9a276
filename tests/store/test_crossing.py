"""Two processes at one PostgreSQL: what locks crosswise begins again, and the first returns of a period are counted once each."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, insert, update

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.store import totals
from bot.store.query import Query, values_of
from bot.store.schema import marks
from bot.store.store import Store
from tests.conftest import NOW
from tests.handlers.talking import Talk
from tests.returns.country import appoint, officer, upazilas

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.query import Tx
    from tests.peers.postgres import Postgres

pytestmark = pytest.mark.peer

PATIENCE = 20
_ADD: Query[int] = Query(insert(marks).values(values_of("name", "value")))
_TOUCH: Query[int] = Query(update(marks).where(marks.c.name == bindparam("of")).values(value=bindparam("new")))


@pytest.fixture
def url(postgres: Postgres, postgres_template: str) -> str:
    return postgres.create_database(f"barta_{os.urandom(6).hex()}", template=postgres_template)


def touching(first: str, second: str, mine: threading.Event, other: threading.Event) -> Callable[[Tx], str]:
    """A work that locks two rows, the second one once the other process has locked its first."""

    def work(tx: Tx) -> str:
        tx.run(_TOUCH, of=first, new=second)
        mine.set()
        assert other.wait(PATIENCE)
        tx.run(_TOUCH, of=second, new=first)
        return first

    return work


def doing_nothing(_: Tx) -> str:
    return ""


@pytest.mark.parametrize("more", [0, 3])
async def test_who_has_to_go_back_begins_again(url: str, more: int) -> None:
    """Alone, and as one of a group: the caller sees nothing of it."""
    ours, theirs = threading.Event(), threading.Event()
    async with await Store.open(url) as one, await Store.open(url) as other:

        def both(tx: Tx) -> None:
            for name in "ab":
                tx.run(_ADD, name=name, value="")

        await one.write(both)
        waiting: list[Any] = [
            *(one.write(doing_nothing) for _ in range(more)),
            one.write(touching("a", "b", ours, theirs)),
            *(other.write(doing_nothing) for _ in range(more)),
            other.write(touching("b", "a", theirs, ours)),
        ]
        found = await asyncio.gather(*waiting)
    assert [each for each in found if each] == ["a", "b"]


async def test_the_first_returns_of_a_period_come_at_once(url: str) -> None:
    """Two processes make the same totals and know nothing of each other."""
    offices = upazilas(url, "5573")
    appoint(url, offices)
    async with App(Config(), Clock(NOW), url, ()) as one, App(Config(), Clock(NOW), url, ()) as other:
        talks = [Talk(one), Talk(other, count=1000)]
        texts = ["RET SOC 10/26 100 5 1", "RET AUD 10/26 9 3", "RET CDF 10/26 800 300"]
        await asyncio.gather(
            *(
                talks[(number + at) % 2](officer(office), text)
                for number, office in enumerate(offices)
                for at, text in enumerate(texts if number % 2 else reversed(texts))
            )
        )
        assert await one.store.read(totals.differing) == []
        kept = await one.store.read(totals.kept)
    filed = {(form, code): total.filed for (form, _, code, _), total in kept.items() if code in {"5573", "BD"}}
    assert filed == {(form, code): len(offices) for form in ("SOC", "AUD", "CDF") for code in ("5573", "BD")}
