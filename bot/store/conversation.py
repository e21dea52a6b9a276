"""What one number and the gateway said to each other on one channel, with everything that is stored about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.store.outbox import reply_key
from bot.store.query import Query
from bot.store.schema import inbox, outbox

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Came:
    """A message in. ``outcome`` is ``replied`` or ``silent``, ``reason`` why it was asked back or got no answer."""

    id: int
    provider_id: str
    sender: str
    text: str
    received_at: datetime
    outcome: str | None
    command: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Went:
    """A message out, or one that waits to go; the times are those of the columns of the same name, ``content`` the reply unrendered."""

    id: int
    message_class: str
    channel: str
    state: str
    text: str
    content: str
    language: str
    encoding: str
    segments: int
    price: Decimal
    in_reply_to: int | None
    created_at: datetime
    expires_at: datetime
    submitted_at: datetime | None
    settled_at: datetime | None
    attempts: int
    provider_id: str | None
    error: str | None


_came = select(
    inbox.c.id,
    inbox.c.provider_id,
    inbox.c.sender,
    inbox.c.text,
    inbox.c.received_at,
    inbox.c.outcome,
    inbox.c.command,
    inbox.c.reason,
).where(inbox.c.channel == bindparam("channel"))
_went = select(
    outbox.c.id,
    outbox.c.message_class,
    outbox.c.channel,
    outbox.c.state,
    outbox.c.text,
    outbox.c.content,
    outbox.c.language,
    outbox.c.encoding,
    outbox.c.segments,
    outbox.c.price,
    outbox.c.in_reply_to,
    outbox.c.created_at,
    outbox.c.expires_at,
    outbox.c.submitted_at,
    outbox.c.settled_at,
    outbox.c.attempts,
    outbox.c.provider_id,
    outbox.c.error,
)
_FROM = Query(
    _came.where(inbox.c.sender == bindparam("sender")).order_by(inbox.c.id.desc()).limit(bindparam("most")), Came
)
_ONE = Query(_came.where(inbox.c.id == bindparam("inbox_id")), Came)
_TO = Query(
    _went.where(outbox.c.recipient == bindparam("to"), outbox.c.channel == bindparam("channel"))
    .order_by(outbox.c.id.desc())
    .limit(bindparam("most")),
    Went,
)
_ANSWERS = Query(_went.where(outbox.c.key == bindparam("key")), Went)


def came_from(tx: Tx, sender: str, channel: str, most: int) -> list[Came]:
    """The newest messages of one sender on a channel, newest first."""
    return tx.all(_FROM, sender=sender, channel=channel, most=most)


def went_to(tx: Tx, to: str, channel: str, most: int) -> list[Went]:
    """The newest messages to one number on a channel, newest first."""
    return tx.all(_TO, to=to, channel=channel, most=most)


def came(tx: Tx, inbox_id: int, channel: str) -> Came | None:
    """One message in, if it came by this channel."""
    return tx.first(_ONE, inbox_id=inbox_id, channel=channel)


def answers(tx: Tx, inbox_id: int) -> list[Went]:
    """The answer to one message in, if it got one."""
    return tx.all(_ANSWERS, key=reply_key(inbox_id))
