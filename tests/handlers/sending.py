"""Looking at what a message to many came to."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.messages import MessageClass
from bot.sections import BroadcastSettings
from bot.store import broadcasts, outbox, people
from bot.store.people import Appointment
from bot.store.query import Query
from bot.store.schema import broadcasts as broadcasts_table
from bot.store.schema import recipients
from tests.conftest import NOW
from tests.handlers.talking import Talk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.domain.access import Role
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx
    from tests.handlers.talking import Out

SENT = {MessageClass.BROADCAST, MessageClass.URGENT}

_ALL: Query[int] = Query(broadcasts_table.select().with_only_columns(broadcasts_table.c.id))
_RECIPIENTS: Query[tuple[Any, ...]] = Query(
    recipients.select()
    .with_only_columns(recipients.c.broadcast_id, recipients.c.msisdn, recipients.c.outbox_id, recipients.c.unreached)
    .order_by(recipients.c.id),
    lambda *row: row,
)


@asynccontextmanager
async def gateway(url: str, now: datetime = NOW, count: int = 0, **settings: Any) -> AsyncIterator[Talk]:
    """A gateway at some time, with settings of its own for messages to many."""
    async with App(Config(broadcasts=BroadcastSettings(**settings)), Clock(now), url) as app:
        talk = Talk(app, count=count)
        await app.store.read(talk._fresh)
        yield talk


def costly(url: str, now: datetime = NOW, count: int = 0) -> Any:
    """A gateway where nearly everything costs so much that a second officer decides."""
    return gateway(url, now, count, approve_above=Decimal("0.5"))


async def kept(talk: Talk) -> list[Broadcast]:
    """Every message to many there is, drafts included."""

    def work(tx: Tx) -> list[Broadcast]:
        found = (broadcasts.by_id(tx, one) for one in tx.all(_ALL))
        return [one for one in found if one is not None]

    return await talk.app.store.read(work)


async def rows(talk: Talk) -> list[tuple[Any, ...]]:
    """Whom they went to: broadcast, number, outbox, why not."""
    return await talk.app.store.read(lambda tx: tx.all(_RECIPIENTS))


async def sent(talk: Talk) -> list[outbox.Row]:
    """The messages of messages to many."""
    return [row for row in await talk.app.store.read(outbox.rows) if row.message_class in SENT]


async def numbers(talk: Talk) -> set[str]:
    """Where they went."""
    return {row.to for row in await sent(talk)}


async def finish(talk: Talk) -> None:
    """Carry out what was begun."""
    while await talk.app.broadcasting.once():
        pass


def lines(out: Out) -> list[str]:
    """The lines of an answer, by their keys."""
    return [line.key for line in out.reply.lines]


async def appoint(talk: Talk, name: str, number: str | None, role: Role, office_id: int) -> None:
    """Let somebody serve at an office."""

    def work(tx: Tx) -> None:
        person = people.person(tx, name, number)
        people.appoint(tx, [Appointment(person, role, NOW.date(), office_id=office_id)])

    await talk.app.store.write(work)


async def leave(talk: Talk, number: str) -> None:
    """Let whoever uses a number serve nowhere from today on."""

    def work(tx: Tx) -> None:
        for _, holder in people.posts_of(tx, number):
            people.end(tx, [holder.appointment_id], NOW.date() - timedelta(days=1))

    await talk.app.store.write(work)
