"""Broadcasts carried out beside everything else: whatever happens in between, each comes to its end, and none holds up another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, select, update

from bot.clock import Clock
from bot.demo import load as load_demo
from bot.domain.audiences import Audience, Group
from bot.domain.broadcasts import BroadcastState, Unreached
from bot.domain.quiet import LEAST
from bot.scheduler import broadcasting
from bot.scheduler.broadcasting import Broadcasting
from bot.store import broadcasts, claims, links, senders, tidying
from bot.store import store as stores
from bot.store.query import Query
from bot.store.schema import broadcasts as broadcasts_table
from bot.store.schema import outbox, people, recipients
from bot.store.store import Store
from tests import broadcasts as making
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.store.broadcasts import Broadcast
    from bot.store.claims import Claimed
    from bot.store.query import Tx

ALL = Audience(Group.UCO, "BD/55/5573/")
_STATES: Query[str] = Query(select(outbox.c.state).where(outbox.c.broadcast_id == bindparam("of")).distinct())
_MESSAGES: Query[tuple[Any, ...]] = Query(
    select(recipients.c.msisdn, recipients.c.unreached, outbox.c.channel)
    .join_from(recipients, outbox, outbox.c.id == recipients.c.outbox_id, isouter=True)
    .where(recipients.c.broadcast_id == bindparam("of")),
    lambda *row: row,
)
_BREAK: Query[int] = Query(
    update(broadcasts_table).where(broadcasts_table.c.id == bindparam("row_id")).values(kind="meeting", meeting="{}")
)
_UCO_NUMBERS: Query[str] = Query(select(people.c.msisdn).where(people.c.msisdn.like("+88017000998%")))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    stores.do(database_url, lambda tx: load_demo(tx, NOW.date()))
    async with await Store.open(database_url) as opened:
        yield opened


@dataclass
class World:
    """A gateway's task, without the gateway."""

    store: Store
    clock: Clock
    task: Broadcasting

    @classmethod
    def of(cls, store: Store) -> World:
        clock = Clock(NOW)
        return cls(store, clock, Broadcasting(store, clock, making.rules(), lambda _: None))

    async def send(self, audience: Audience = ALL) -> int:
        made = await self.store.write(
            partial(making.send, by=making.rules(), audience=audience, says=making.words("কাল সভা"))
        )
        return made.id

    async def carry_on(self) -> None:
        while await self.task.once():
            pass

    async def now(self, number: int) -> Broadcast:
        return await self.store.read(partial(making.the, broadcast_id=number))

    async def move(self, number: int, old: BroadcastState, new: BroadcastState) -> None:
        assert await self.store.write(partial(broadcasts.move, broadcast_id=number, old=old, new=new))

    async def claim(self, most: int) -> list[Claimed]:
        claim = partial(claims.claim, channel="sms", now=NOW, running=NOW, lease=making.WORTH, most=most, least=LEAST)
        return await self.store.write(claim)

    async def states(self, number: int) -> set[str]:
        return set(await self.store.read(lambda tx: tx.all(_STATES, of=number)))

    async def people(self, number: int) -> dict[str, tuple[Any, ...]]:
        found = await self.store.read(lambda tx: tx.all(_MESSAGES, of=number))
        return {row[0]: row[1:] for row in found}


async def test_what_comes_back_after_all_was_taken_back_is_taken_back_too(store: Store) -> None:
    """A provider that is too fast for us, or gone: what it certainly has not taken is queued again, of a cancelled one as well."""
    world = World.of(store)
    number = await world.send()
    await world.carry_on()
    (in_hand,) = await world.claim(1)
    await world.move(number, BroadcastState.SENDING, BroadcastState.CANCELLED)
    await world.carry_on()
    assert await world.states(number) == {"cancelled", "sending"}
    await store.write(partial(claims.requeue, row=in_hand, again=None, why="throttled", burnt=False))
    await world.carry_on()
    assert await world.states(number) == {"cancelled"}
    assert (await world.now(number)).ended_at is not None


async def test_what_is_paused_for_too_long_ends(store: Store) -> None:
    world = World.of(store)
    number = await world.send()
    await world.carry_on()
    await world.move(number, BroadcastState.SENDING, BroadcastState.PAUSED)
    await world.carry_on()
    assert (await world.now(number)).ended_at is None
    until = (await world.now(number)).expires_at
    assert until is not None
    world.clock = world.task._clock = Clock(until + timedelta(seconds=1))
    await store.write(partial(tidying.expire, channel="sms", now=world.clock.now()))
    await world.carry_on()
    ended = await world.now(number)
    assert ended.ended_at is not None
    assert ended.state is BroadcastState.DONE
    assert await world.states(number) == {"expired"}


async def test_who_says_stop_or_leaves_his_chat_while_his_page_waits(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People are found many at a time, and queued a few at a time: what they said in between counts."""
    monkeypatch.setattr(broadcasting, "AT_ONCE_ALONE", 1)
    world = World.of(store)
    numbers = await store.read(lambda tx: tx.all(_UCO_NUMBERS))

    def link(tx: Tx) -> None:
        for each in numbers:
            links.link(tx, "chat", each[1:], each, "contact", NOW)

    def leave(tx: Tx) -> None:
        for each in numbers:
            links.end(tx, "chat", each[1:], NOW, "unlinked")
        senders.stop(tx, last, NOW)

    await store.write(link)
    number = await world.send()
    await world.task.once()
    begun = await world.people(number)
    assert len(begun) == 1, "the others are known, and wait"
    last = max(each for each in numbers if each not in begun)
    await store.write(leave)
    await world.carry_on()
    there = await world.people(number)
    assert there[last] == (Unreached.STOPPED, None)
    assert {there[each] for each in numbers if each in there and each not in begun and each != last} == {(None, "sms")}


async def test_who_says_stop_while_it_is_paused_is_spared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcasting, "AT_ONCE_ALONE", 1)
    world = World.of(store)
    number = await world.send()
    await world.task.once()
    assert world.task._pages
    await world.move(number, BroadcastState.SENDING, BroadcastState.PAUSED)
    await world.carry_on()
    assert not world.task._pages, "what was found is not kept for days"
    await world.move(number, BroadcastState.PAUSED, BroadcastState.SENDING)
    await world.carry_on()
    done = await world.now(number)
    assert len(await world.people(number)) == done.estimate.people


async def test_one_that_cannot_be_carried_out_holds_up_no_other(store: Store) -> None:
    world = World.of(store)
    broken, sound = await world.send(), await world.send()
    await store.write(lambda tx: tx.run(_BREAK, row_id=broken))
    await world.carry_on()
    assert (await world.now(sound)).queued_at is not None
    assert (await world.now(broken)).queued_at is None


async def test_nothing_of_a_draft_that_was_forgotten_leads_to_another_one(store: Store) -> None:
    """Its number stands below an old list, and is not given again."""
    world = World.of(store)
    first = await world.send()
    remove = Query[int](broadcasts_table.delete().where(broadcasts_table.c.id == first))
    await store.write(lambda tx: tx.run(remove))
    assert await world.send() > first
