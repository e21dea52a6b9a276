"""A provider that does what a test says, and a courier for it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from bot.channel import ChannelSettings, Line, Taken
from bot.claiming import AT_ANY_TIME
from bot.deliver import Courier
from bot.domain.messages import Draft, File, Language, MessageClass, State
from bot.domain.replies import CHAT, SMS, Abilities, Order, Reply, dump
from bot.domain.retry import RetryPolicy
from bot.domain.segments import measure
from bot.metrics import Metrics
from bot.settling import Sms
from bot.store import outbox
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


class RealChat(Scripted):
    """Likewise, with real people who chat."""

    real: ClassVar[bool] = True
    abilities: ClassVar[Abilities] = CHAT


def scripted(kind: type[Scripted], **settings: object) -> Scripted:
    values: dict[str, object] = {"kind": "scripted", "segments_per_second": 1000, "timeout_seconds": 0.2, **settings}
    return kind("scripted", ChannelSettings.model_validate(values))


def courier_of(
    store: Store, clock: Clock, leaving: Leaving = AT_ANY_TIME, **settings: object
) -> tuple[Courier, Scripted]:
    channel = scripted(Scripted, **settings)
    return Courier(channel, store, renderer(), clock, Metrics(), QUICK, leaving=leaving), channel


def chat_of(
    store: Store,
    clock: Clock,
    make: Callable[[Order], Awaitable[File]] | None = None,
    leaving: Leaving = AT_ANY_TIME,
    **settings: object,
) -> tuple[Courier, Scripted]:
    channel = scripted(RealChat, **settings)
    sms = Sms("sms", Line(ChannelSettings(kind="scripted"), SMS))
    return Courier(channel, store, renderer(), clock, Metrics(), QUICK, make or made, sms, leaving), channel


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
    not_before_at: datetime | None = None,
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
                "+8801700000001",
                said,
                Language.BN,
                expires_at or NOW + timedelta(days=9),
                not_before_at=not_before_at,
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
