"""What waits for a number that says STOP: its messages of broadcasts, and what a job has written to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, literal_column, select, update

from bot.domain.broadcasts import BroadcastKind, Unreached
from bot.domain.messages import MessageClass, State
from bot.store.query import Query
from bot.store.schema import broadcasts, outbox, recipients

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.query import Tx

WHY = "stopped"
"""Kept as the error of what was taken back."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Somebody's row of a broadcast that has not ended."""

    recipient_id: int
    broadcast_id: int
    kind: BroadcastKind
    urgent: bool
    outbox_id: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that has not left."""

    id: int
    key: str
    message_class: MessageClass


_queued = outbox.c.state == literal_column("'queued'")
_ADDRESSED = Query(
    select(
        *(recipients.c.id, recipients.c.broadcast_id, broadcasts.c.kind, broadcasts.c.urgent, recipients.c.outbox_id)
    )
    .join_from(recipients, broadcasts, broadcasts.c.id == recipients.c.broadcast_id)
    .where(
        recipients.c.msisdn == bindparam("msisdn"),
        recipients.c.outbox_id.is_not(None),
        broadcasts.c.ended_at.is_(None),
    ),
    lambda row, broadcast, kind, urgent, message: Addressed(row, broadcast, BroadcastKind(kind), bool(urgent), message),
)
_COPY: Query[tuple[int, State]] = Query(
    select(outbox.c.id, outbox.c.state).where(outbox.c.key == bindparam("key")),
    lambda row_id, state: (int(row_id), State(state)),
)
_WAITING = Query(
    select(outbox.c.id, outbox.c.key, outbox.c.message_class).where(
        outbox.c.recipient == bindparam("to"), outbox.c.channel == bindparam("on_channel"), _queued
    ),
    lambda row_id, key, kind: Waiting(row_id, key, MessageClass(kind)),
)
_TAKE_BACK: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), _queued)
    .values(state=State.CANCELLED.value, settled_at=bindparam("at"), error=WHY)
)
_SPARED: Query[int] = Query(
    update(recipients)
    .where(recipients.c.id == bindparam("recipient_id"))
    .values(outbox_id=None, unreached=Unreached.STOPPED.value)
)
_REACHED: Query[int] = Query(
    update(recipients)
    .where(recipients.c.id == bindparam("recipient_id"))
    .values(outbox_id=bindparam("message_id"), unreached=None)
)


def addressed(tx: Tx, msisdn: str) -> list[Addressed]:
    """The broadcasts under way that a number is among."""
    return tx.all(_ADDRESSED, msisdn=msisdn)


def copies(tx: Tx, keys: list[str]) -> dict[int, State]:
    """Where the messages with these keys stand, by id, those that there are."""
    found = (tx.first(_COPY, key=key) for key in keys)
    return dict(one for one in found if one is not None)


def waiting(tx: Tx, channel: str, to: str) -> list[Waiting]:
    """What waits on a channel for an address."""
    return tx.all(_WAITING, on_channel=channel, to=to)


def take_back(tx: Tx, row_id: int, at: datetime) -> bool:
    """Cancel a message; whether it still waited."""
    return tx.run(_TAKE_BACK, row_id=row_id, at=at) > 0


def spared(tx: Tx, recipient_id: int) -> None:
    """Note that somebody of a broadcast gets nothing, because he said STOP."""
    tx.run(_SPARED, recipient_id=recipient_id)


def reached(tx: Tx, recipient_id: int, message_id: int) -> None:
    """Note by which message somebody was reached, where the other one was taken back."""
    tx.run(_REACHED, recipient_id=recipient_id, message_id=message_id)
