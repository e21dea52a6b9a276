"""The courier: what a provider does decides the state; nothing is lost, nothing is sent twice."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import pytest

from bot.channel import ChannelSettings, Taken
from bot.clock import Clock
from bot.deliver import Courier, Health
from bot.domain.errors import OutcomeUnknown, Refused, Throttled, Unreachable
from bot.domain.messages import Draft, Language, MessageClass, State
from bot.domain.replies import SMS, Abilities, Reply, dump
from bot.domain.retry import RetryPolicy
from bot.domain.segments import measure
from bot.metrics import Metrics
from bot.store import claims, outbox
from bot.store.store import Store
from tests.conftest import NOW
from tests.peers.ports import wait_for
from tests.texts import renderer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import datetime

    from aiohttp import web

    from bot.channel import Gateway
    from bot.domain.messages import MT
    from bot.store.outbox import Row
    from bot.store.query import Tx

QUICK = RetryPolicy(first=0.02, factor=2.0, ceiling=0.1)


class Scripted:
    """A provider that does what the test says, message by message, then takes everything."""

    Settings: ClassVar[type[ChannelSettings]] = ChannelSettings
    idempotent: ClassVar[bool] = False
    real: ClassVar[bool] = False
    listening: ClassVar[bool] = True
    abilities: ClassVar[Abilities] = SMS
    start_url: str | None = None

    def __init__(self, name: str, settings: ChannelSettings, gateway: Gateway | None = None) -> None:
        self.name = name
        self.settings = settings
        self.script: list[Exception | Taken | Callable[[], object]] = []
        self.got: list[MT] = []

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    async def serve(self) -> None:
        return

    async def submit(self, mt: MT) -> Taken:
        self.got.append(mt)
        step = self.script.pop(0) if self.script else Taken()
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Taken):
            return step
        outcome = step()
        if asyncio.iscoroutine(outcome):
            await outcome
        return Taken()


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with await Store.open(sqlite_url) as opened:
        yield opened


def courier_of(store: Store, clock: Clock, **settings: object) -> tuple[Courier, Scripted]:
    values: dict[str, object] = {"kind": "scripted", "segments_per_second": 1000, "timeout_seconds": 0.2, **settings}
    channel = Scripted("scripted", ChannelSettings.model_validate(values))
    return Courier(channel, store, renderer(), clock, Metrics(), QUICK), channel


def queued(
    key: str, reply: Reply | None = None, day: date | None = None, expires_at: datetime | None = None
) -> Callable[[Tx], object]:
    said = reply or Reply("stop.done")
    text = renderer().render(said, Language.BN, day or NOW.date())

    def work(tx: Tx) -> object:
        return outbox.add(
            tx,
            Draft(
                key,
                MessageClass.REPLY,
                "scripted",
                "+8801700000001",
                said,
                Language.BN,
                expires_at or NOW + timedelta(days=9),
            ),
            content=dump(said),
            text=text,
            size=measure(text),
            price=Decimal("0.35"),
            now=NOW,
            born=State.QUEUED,
        )

    return work


async def rows(store: Store) -> list[Row]:
    return await store.read(outbox.rows)


async def until(store: Store, *states: State) -> list[Row]:
    async def reached() -> bool:
        return [row.state for row in await rows(store)] == list(states)

    await wait_for(reached, 10)
    return await rows(store)


async def test_taken_is_submitted_and_delivered_at_once_where_the_provider_says_so(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock)
    channel.script = [Taken("theirs"), Taken("theirs-2", delivered=True)]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    await until(store, State.SUBMITTED, State.DELIVERED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [1, 2]


async def test_unreachable_is_tried_again_until_taken(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock)
    channel.script = [Unreachable("no connection")] * 3
    await store.write(queued("a"))
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert [mt.attempt for mt in channel.got] == [1, 2, 3, 4]
    assert courier.health is Health.UP


async def test_while_unreachable_one_message_asks_for_all(store: Store, clock: Clock) -> None:
    """Four are under way when the trouble begins; after that one at a time finds out."""
    courier, channel = courier_of(store, clock, window=4)
    under_way = most = 0
    trouble = asyncio.Event()

    async def down() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way) if trouble.is_set() else most
        await asyncio.sleep(0.01)  # a refusal takes its time
        under_way -= 1
        trouble.set()
        message = "no connection"
        raise Unreachable(message)

    channel.script = [down] * 8
    for number in range(20):
        await store.write(queued(f"n{number}"))
    courier.start()
    await until(store, *[State.SUBMITTED] * 20)
    await courier.stop()
    assert len(channel.got) == 28
    assert most == 1
    assert len([mt for mt in channel.got if mt.attempt == 1]) == 20


async def test_failures_at_one_moment_are_one_trouble(store: Store, clock: Clock) -> None:
    slow = RetryPolicy(first=0.05, factor=100.0, ceiling=30.0)
    courier, channel = courier_of(store, clock, window=10)
    courier._policy = slow
    channel.script = [Unreachable("no connection")] * 10
    for number in range(10):
        await store.write(queued(f"n{number}"))
    courier.start()
    await until(store, *[State.SUBMITTED] * 10)  # at 100 times longer for each of ten, this would never come
    await courier.stop()


async def test_a_provider_that_hangs_is_asked_less_and_less(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, window=2, timeout_seconds=0.05)
    courier._policy = RetryPolicy(first=30.0, factor=2.0, ceiling=30.0)
    channel.script = [lambda: asyncio.sleep(60)] * 9
    for number in range(9):
        await store.write(queued(f"n{number}"))
    courier.start()
    await until(store, *[State.UNCONFIRMED] * 2, *[State.QUEUED] * 7)
    assert courier.health is Health.DEGRADED
    await courier.stop()
    assert len(channel.got) == 2


async def test_a_text_that_cannot_be_rendered_any_more_leaves_as_it_was(store: Store, clock: Clock) -> None:
    """After an upgrade a waiting row may hold a key that is gone: it must not hold up the others."""
    reply = Reply("status.own", {"r": "1/2023", "agm": None, "audit": None}, turns_on=date(2026, 12, 1))
    await store.write(queued("old", reply))
    with sqlite3.connect(store.engine.sqlalchemy_url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE outbox SET content = replace(content, 'status.own', 'status.gone')")
    await store.write(queued("new"))
    courier, channel = courier_of(store, clock)
    courier.start()
    await until(store, State.SUBMITTED, State.SUBMITTED)
    await courier.stop()
    assert channel.got[0].text.startswith("১/২০২৩")


async def test_throttled_comes_back_without_burning_an_attempt(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock)
    channel.script = [Throttled("slow down", retry_after=0.05)]
    await store.write(queued("a"))
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert [mt.attempt for mt in channel.got] == [1, 1]


async def test_refused_is_failed_and_not_tried_again(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock)
    channel.script = [Refused("no such number")]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    failed, _ = await until(store, State.FAILED, State.SUBMITTED)
    await courier.stop()
    assert failed.error == "no such number"
    assert len(channel.got) == 2


@pytest.mark.parametrize("trouble", ["unknown", "slow", "broken"])
async def test_what_may_have_been_taken_is_unconfirmed_and_never_sent_again(
    store: Store, clock: Clock, trouble: str
) -> None:
    courier, channel = courier_of(store, clock)
    troubles: dict[str, Exception | Callable[[], object]] = {
        "unknown": OutcomeUnknown("cut"),
        "slow": lambda: asyncio.sleep(60),
        "broken": KeyError("a bug in the channel"),
    }
    channel.script = [troubles[trouble]]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    await until(store, State.UNCONFIRMED, State.SUBMITTED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [1, 2]


async def test_stop_finishes_what_is_under_way_and_starts_nothing(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, window=1, timeout_seconds=30)
    entered, let_go = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        entered.set()
        await let_go.wait()

    channel.script = [hold]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    await entered.wait()
    stopping = asyncio.create_task(courier.stop())
    let_go.set()
    await stopping
    assert [row.state for row in await rows(store)] == [State.SUBMITTED, State.QUEUED]


async def test_a_crash_in_between_leaves_unconfirmed_not_twice(store: Store, clock: Clock) -> None:
    """A lease of a courier that is gone: the message may have left, so that it must not leave again."""
    await store.write(queued("a"))
    past = clock.running() - timedelta(minutes=5)
    await store.write(
        lambda tx: claims.claim(tx, "scripted", now=NOW, running=past, lease=timedelta(minutes=1), most=1)
    )
    courier, channel = courier_of(store, clock)
    courier.start()
    await until(store, State.UNCONFIRMED)
    await courier.stop()
    assert channel.got == []


async def test_days_left_are_those_of_the_day_it_leaves(store: Store) -> None:
    written, leaves = date(2026, 11, 21), date(2026, 11, 22)
    reply = Reply("status.own", {"r": "1/2023", "agm": "2024-25", "audit": None}, turns_on=date(2026, 12, 1))
    await store.write(queued("a", reply, written))
    (before,) = await rows(store)
    assert "বাকি ১০ দিন" in before.text
    courier, channel = courier_of(store, Clock(NOW + (leaves - written)))
    courier.start()
    (after,) = await until(store, State.SUBMITTED)
    await courier.stop()
    assert "বাকি ৯ দিন" in channel.got[0].text
    assert after.text == channel.got[0].text


async def test_what_is_no_longer_worth_sending_is_not_sent(store: Store, clock: Clock) -> None:
    await store.write(queued("old", expires_at=NOW))
    await store.write(queued("new"))
    courier, channel = courier_of(store, clock)
    courier.start()
    await until(store, State.EXPIRED, State.SUBMITTED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [2]
