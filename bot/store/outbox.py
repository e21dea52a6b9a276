"""Messages out: queueing, settling by receipts, showing. Everything that leaves the gateway is a row here first.

Every change of state names the state it expects, so that a late receipt can never move a row back. What couriers do with the rows is in
``bot.store.claims``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, text, update

from bot.domain.messages import Language, State
from bot.store.about import as_json
from bot.store.query import Query, insert_once
from bot.store.schema import outbox
from bot.store.types import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal

    from bot.domain.messages import Draft
    from bot.domain.segments import Measure
    from bot.store.about import Subject
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Row:
    """A message out as the command line and the pages show it."""

    id: int
    message_class: str
    to: str
    channel: str
    state: str
    segments: int
    encoding: str
    price: Decimal
    text: str
    created_at: datetime
    in_reply_to: int | None
    error: str | None

    def as_json(self, about: Iterable[Subject] = ()) -> dict[str, Any]:
        """The shape of ``barta outbox --json``, with what the message is about."""
        return {
            "id": self.id,
            "class": self.message_class,
            "to": self.to,
            "channel": self.channel,
            "state": self.state,
            "segments": self.segments,
            "text": self.text,
            "created_at": self.created_at.isoformat(),
            **as_json(self.message_class, about),
        }


@dataclass(frozen=True, slots=True)
class Current:
    """Where a message stands, for a receipt."""

    id: int
    state: State
    attempts: int

    @classmethod
    def of(cls, id: int, state: str, attempts: int) -> Current:  # noqa: A002 - the column's name
        """From a row."""
        return cls(id, State(state), attempts)


_COLUMNS = (
    *("key", "message_class", "priority", "channel", "recipient", "state", "content", "language", "text", "encoding"),
    *("segments", "price", "in_reply_to", "created_at", "not_before_at", "expires_at", "submitted_at", "broadcast_id"),
)
_ADD = insert_once(outbox, *_COLUMNS, unique=["key"])
_ADD_NEW: Query[int] = insert_once(outbox, *_COLUMNS, unique=["key"], returning="id")
# On PostgreSQL another process may be settling the same row.
_current = select(outbox.c.id, outbox.c.state, outbox.c.attempts).with_for_update()
_CURRENT = Query(
    _current.where(outbox.c.id == bindparam("row_id"), outbox.c.channel == bindparam("for_channel")), Current.of
)
_CURRENT_OF_THEIRS = Query(
    _current.where(
        outbox.c.channel == bindparam("for_channel"),
        outbox.c.provider_id == bindparam("theirs"),
        outbox.c.provider_id.is_not(None),
        outbox.c.recipient.like(bindparam("number")),
    )
    .order_by(outbox.c.id.desc())  # of a provider that begins to count anew the newest is meant
    .limit(1),
    Current.of,
)
_SETTLE: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.state == bindparam("old_state"))
    .values(
        state=bindparam("new_state"),
        lease_until_at=None,
        submitted_at=func.coalesce(outbox.c.submitted_at, bindparam("at", type_=Instant)),
        settled_at=bindparam("settled"),
        provider_id=func.coalesce(bindparam("theirs"), outbox.c.provider_id),
        error=bindparam("why"),
    )
)
_row = select(
    outbox.c.id,
    outbox.c.message_class,
    outbox.c.recipient,
    outbox.c.channel,
    outbox.c.state,
    outbox.c.segments,
    outbox.c.encoding,
    outbox.c.price,
    outbox.c.text,
    outbox.c.created_at,
    outbox.c.in_reply_to,
    outbox.c.error,
)
_ALL = Query(_row.order_by(outbox.c.id), Row)
_IN_STATE = Query(_row.where(outbox.c.state == bindparam("state")).order_by(outbox.c.id), Row)
_ANSWERS = Query(_row.where(outbox.c.key == bindparam("key")), Row)
_SAID: Query[tuple[str, Language]] = Query(
    select(outbox.c.content, outbox.c.language).where(
        outbox.c.id == bindparam("row_id"),
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.recipient == bindparam("to"),
    ),
    lambda content, language: (str(content), Language(language)),
)
_ID: Query[int] = Query(select(outbox.c.id).where(outbox.c.key == bindparam("key")))
_STATE: Query[str] = Query(select(outbox.c.state).where(outbox.c.id == bindparam("row_id")))
_ANY: Query[int] = Query(select(outbox.c.id).limit(1))
_COUNTS = Query(
    select(outbox.c.channel, outbox.c.state, func.count())
    .where(text("state IN ('queued', 'sending', 'unconfirmed')"))  # to the letter, so that the partial index serves
    .group_by(outbox.c.channel, outbox.c.state),
    lambda channel, state, count: (str(channel), str(state), int(count)),
)


def reply_key(inbox_id: int) -> str:
    """The key of the one answer to a message in."""
    return f"reply:{inbox_id}"


def add(
    tx: Tx, draft: Draft, *, content: str, text: str, size: Measure, price: Decimal, now: datetime, born: State
) -> bool:
    """Queue a message, or record one that leaves in a response (``born`` submitted).

    Returns:
        Whether it is new; False where a message with the same key is there already.
    """
    return tx.run(_ADD, **_values(draft, content, text, size, price, now, born)) > 0


def add_new(
    tx: Tx, draft: Draft, *, content: str, text: str, size: Measure, price: Decimal, now: datetime, born: State
) -> int | None:
    """Likewise; returns its id, and None where a message with the same key is there already."""
    return tx.first(_ADD_NEW, **_values(draft, content, text, size, price, now, born))


def _values(
    draft: Draft, content: str, text: str, size: Measure, price: Decimal, now: datetime, born: State
) -> dict[str, Any]:
    return {
        "key": draft.key,
        "message_class": draft.message_class,
        "priority": draft.message_class.priority,
        "channel": draft.channel,
        "recipient": draft.to,
        "state": born,
        "content": content,
        "language": draft.language,
        "text": text,
        "encoding": size.encoding,
        "segments": size.segments,
        "price": price,
        "in_reply_to": draft.in_reply_to,
        "created_at": now,
        "not_before_at": draft.not_before_at,
        "expires_at": draft.expires_at,
        "submitted_at": now if born is State.SUBMITTED else None,
        "broadcast_id": draft.broadcast_id,
    }


def id_of(tx: Tx, key: str) -> int:
    """The row with this key, which is there."""
    return tx.one(_ID, key=key)


def state(tx: Tx, row_id: int) -> State:
    """Where a message is."""
    return State(tx.one(_STATE, row_id=row_id))


def current(
    tx: Tx, row_id: int | None, channel: str, provider_id: str | None = None, to: str | None = None
) -> Current | None:
    """Where a message of this channel stands, known by our id, or else by its provider's and the last digits of its number."""
    if row_id is not None:
        return tx.first(_CURRENT, row_id=row_id, for_channel=channel)
    if provider_id is None:
        return None
    return tx.first(_CURRENT_OF_THEIRS, theirs=provider_id, for_channel=channel, number=f"%{to or ''}")


def settle(
    tx: Tx, row_id: int, old: State, new: State, *, at: datetime, provider_id: str | None, why: str | None
) -> bool:
    """Move a message on by a receipt; whether it still was in ``old``."""
    final = new in {State.DELIVERED, State.FAILED}
    return (
        tx.run(
            _SETTLE,
            row_id=row_id,
            old_state=old,
            new_state=new,
            at=at,
            settled=at if final else None,
            theirs=provider_id,
            why=why,
        )
        > 0
    )


def rows(tx: Tx, state: str | None = None) -> list[Row]:
    """Every message, or those in one state, oldest first."""
    return tx.all(_ALL) if state is None else tx.all(_IN_STATE, state=state)


def answers_to(tx: Tx, inbox_id: int) -> list[Row]:
    """The answer to one message in, if it got one."""
    return tx.all(_ANSWERS, key=reply_key(inbox_id))


def said(tx: Tx, row_id: int, channel: str, to: str) -> tuple[str, Language] | None:
    """What a message said before it was rendered, and in which language, if it went this way to this address."""
    return tx.first(_SAID, row_id=row_id, on_channel=channel, to=to)


def content(tx: Tx, row_id: int, channel: str, to: str) -> str | None:
    """Likewise, whatever the language."""
    found = said(tx, row_id, channel, to)
    return None if found is None else found[0]


def counts(tx: Tx) -> list[tuple[str, str, int]]:
    """How many messages wait, are under way or are unconfirmed, by channel."""
    return tx.all(_COUNTS)


def alive(tx: Tx) -> bool:
    """Whether the database answers."""
    tx.first(_ANY)
    return True
