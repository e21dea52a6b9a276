"""A provider that does what a test says, and a courier for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import bindparam, func, insert, select, update

from bot.channel import ChannelSettings, Line, Taken
from bot.claiming import AT_ANY_TIME
from bot.deliver import Courier
from bot.domain.broadcasts import BroadcastState
from bot.domain.messages import Draft, File, Language, MessageClass, State
from bot.domain.replies import CHAT, SMS, Abilities, Order, Reply, dump
from bot.domain.retry import RetryPolicy
from bot.domain.segments import measure
from bot.metrics import Metrics
from bot.rerouting import Routes, Way
from bot.store import outbox
from bot.store.query import Query
from bot.store.schema import broadcasts, inbox, offices
from bot.trouble import USUAL
from tests.conftest import NOW
from tests.peers.ports import wait_for
from tests.texts import renderer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from aiohttp import web

    from bot.channel import Gateway
    from bot.claiming import Leaving
    from bot.clock import Clock
    from bot.domain.messages import MT
    from bot.store.outbox import Row
    from bot.store.query import Tx
    from bot.store.store import Store
    from bot.trouble import Breaking

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
        self.took: list[int] = []

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    async def serve(self) -> None:
        return

    async def submit(self, mt: MT) -> Taken:
        self.got.append(mt)
        step = self.script.pop(0) if self.script else Taken()
        if isinstance(step, Exception):
            raise step
        if not isinstance(step, Taken):
            outcome = step()
            if asyncio.iscoroutine(outcome):
                await outcome
            step = Taken()
        self.took.append(mt.id)
        return step


class RealChat(Scripted):
    """Likewise, with real people who chat."""

    real: ClassVar[bool] = True
    abilities: ClassVar[Abilities] = CHAT


def scripted(kind: type[Scripted], name: str = "scripted", **settings: Any) -> Scripted:
    values: dict[str, object] = {"kind": "scripted", "segments_per_second": 1000, "timeout_seconds": 0.2, **settings}
    return kind(name, ChannelSettings.model_validate(values))


def courier_of(store: Store, clock: Clock, leaving: Leaving = AT_ANY_TIME, **settings: Any) -> tuple[Courier, Scripted]:
    channel = scripted(Scripted, **settings)
    return Courier(channel, store, renderer(), clock, Metrics(), QUICK, leaving=leaving), channel


def chat_of(
    store: Store,
    clock: Clock,
    make: Callable[[Order], Awaitable[File]] | None = None,
    leaving: Leaving = AT_ANY_TIME,
    **settings: Any,
) -> tuple[Courier, Scripted]:
    channel = scripted(RealChat, **settings)
    routes = Routes([Way("sms", Line(ChannelSettings(kind="scripted"), SMS))])
    return Courier(channel, store, renderer(), clock, Metrics(), QUICK, make or made, routes, leaving), channel


@dataclass(frozen=True)
class Served:
    """Couriers that know of each other, and their channels by name."""

    couriers: dict[str, Courier]
    channels: dict[str, Scripted]
    metrics: Metrics

    async def __aenter__(self) -> Served:
        for courier in self.couriers.values():
            courier.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(courier.stop() for courier in self.couriers.values()))

    def measured(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


def served(
    store: Store,
    clock: Clock,
    *channels: Scripted,
    order: Sequence[str] = ("first", "second"),
    leaving: Leaving = AT_ANY_TIME,
    breaking: Breaking = USUAL,
    chat_seconds: float = 600.0,
) -> Served:
    """Couriers for channels, of which some are the ways of short messages."""
    named = {channel.name: channel for channel in channels}
    ways = [Way(name, Line(named[name].settings, SMS)) for name in order]
    routes, metrics = Routes(ways, chat_seconds), Metrics()
    couriers = {
        name: Courier(channel, store, renderer(), clock, metrics, QUICK, made, routes, leaving, breaking)
        for name, channel in named.items()
    }
    return Served(couriers, named, metrics)


PDF = File("list.pdf", "application/pdf", b"%PDF")
LISTED = Reply("stop.done", document=Order("societies", {}))
SECRET = Reply("link.code", {"code": "482913"}, secret=True)


async def made(_: Order) -> File:
    return PDF


def queued(
    key: str,
    reply: Reply | None = None,
    day: date | None = None,
    expires_at: datetime | None = None,
    message_class: MessageClass = MessageClass.REPLY,
    *,
    channel: str = "scripted",
    to: str = "+8801700000001",
    not_before_at: datetime | None = None,
    broadcast_id: int | None = None,
) -> Callable[[Tx], object]:
    said = reply or Reply("stop.done")
    text = renderer().render(said, Language.BN, day or NOW.date())

    def work(tx: Tx) -> object:
        return outbox.add(
            tx,
            Draft(
                key,
                message_class,
                channel,
                to,
                said,
                Language.BN,
                expires_at or NOW + timedelta(days=9),
                not_before_at=not_before_at,
                broadcast_id=broadcast_id,
            ),
            content=dump(said),
            text=text,
            size=measure(text),
            price=Decimal("0.35"),
            now=NOW,
            born=State.QUEUED,
        )

    return work


_ASKED: Query[int] = Query(
    insert(inbox).values(
        id=bindparam("number"),
        channel="kannel",
        provider_id=bindparam("asked"),
        sender="+8801700099900",
        sent_to="16123",
        text="SEND",
        received_at=NOW,
        outcome="replied",
    )
)
_BROADCAST: Query[int] = Query(
    insert(broadcasts).values(
        id=bindparam("number"),
        inbox_id=bindparam("number"),
        office_id=select(func.min(offices.c.id)).scalar_subquery(),
        sender="+8801700099900",
        channel="kannel",
        address="+8801700099900",
        language="bn",
        kind="message",
        urgent=False,
        audience="{}",
        text="text",
        state=bindparam("in_state"),
        estimate="{}",
        estimated_price=Decimal(0),
        asked_at=NOW,
        confirmed_at=NOW,
        queued_at=NOW,
    )
)
_STATE: Query[int] = Query(
    update(broadcasts).where(broadcasts.c.id == bindparam("number")).values(state=bindparam("to"))
)


def broadcast(number: int, state: BroadcastState = BroadcastState.SENDING) -> Callable[[Tx], object]:
    """A broadcast of a number of its own, in a state."""

    def work(tx: Tx) -> None:
        tx.run(_ASKED, number=number, asked=f"asked {number}")
        tx.run(_BROADCAST, number=number, in_state=state)

    return work


def turned(number: int, state: BroadcastState) -> Callable[[Tx], object]:
    """The broadcast comes to another state."""
    return lambda tx: tx.run(_STATE, number=number, to=state)


async def rows(store: Store) -> list[Row]:
    return await store.read(outbox.rows)


async def until(store: Store, *states: State) -> list[Row]:
    async def reached() -> bool:
        return [row.state for row in await rows(store)] == list(states)

    await wait_for(reached, 10)
    return await rows(store)
