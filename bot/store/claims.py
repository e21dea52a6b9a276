"""Claims on messages out: what one courier has in its hands, and what becomes of it.

A claim needs no row locks on SQLite, because there is only one writer; on PostgreSQL the same statement says SKIP LOCKED. A claim is a
lease: whoever settles one names the attempt, so that a courier whose lease has lapsed has no say any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, func, literal_column, or_, select, update

from bot.domain.messages import Language, MessageClass, State
from bot.domain.quiet import LEAST
from bot.store.query import Query
from bot.store.ready import FAR, MOST_PRESSING, due, leaving
from bot.store.schema import outbox
from bot.store.types import Instant

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from decimal import Decimal

    from sqlalchemy import CTE, Executable

    from bot.domain.segments import Measure
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row claimed for submission: ours until its lease lapses."""

    id: int
    priority: int
    to: str
    content: str
    language: Language
    text: str
    encoding: str
    segments: int
    attempt: int
    key: str
    message_class: MessageClass
    in_reply_to: int | None
    expires_at: datetime
    channel: str

    @classmethod
    def of(
        cls,
        id: int,  # noqa: A002 - the column's name
        priority: int,
        to: str,
        content: str,
        language: str,
        text: str,
        encoding: str,
        segments: int,
        attempt: int,
        key: str,
        message_class: str,
        in_reply_to: int | None,
        expires_at: datetime,
        channel: str,
    ) -> Claimed:
        """From a row."""
        return cls(
            *(id, priority, to, content, Language(language), text, encoding, segments, attempt),
            *(key, MessageClass(message_class), in_reply_to, expires_at, channel),
        )


# To the letter: a parameter that may decide which partial index serves has SQLite plan the statement anew each time.
SENDING = outbox.c.state == literal_column("'sending'")
UNCONFIRMED = outbox.c.state == literal_column("'unconfirmed'")


def _claim(*, last_first: bool = False) -> Query[Claimed]:
    def statement(ids: CTE) -> Executable:
        return (
            update(outbox)
            .where(outbox.c.id.in_(select(ids.c.id)))
            .values(state="sending", lease_until_at=bindparam("lease_until"), attempts=outbox.c.attempts + 1)
            .returning(
                outbox.c.id,
                outbox.c.priority,
                outbox.c.recipient,
                outbox.c.content,
                outbox.c.language,
                outbox.c.text,
                outbox.c.encoding,
                outbox.c.segments,
                outbox.c.attempts,
                outbox.c.key,
                outbox.c.message_class,
                outbox.c.in_reply_to,
                outbox.c.expires_at,
                outbox.c.channel,
            )
        )

    return Query({name: statement(ids) for name, ids in leaving(due, last_first=last_first).items()}, Claimed.of)


_CLAIM = _claim()
_CLAIM_LAST = _claim(last_first=True)
_REWRITE: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(
        content=func.coalesce(bindparam("new_content", type_=Text), outbox.c.content),
        text=bindparam("new_text"),
        encoding=bindparam("new_encoding"),
        segments=bindparam("new_segments"),
        price=bindparam("new_price"),
    )
)
_EXTEND: Query[int] = Query(
    update(outbox).where(outbox.c.id == bindparam("row_id"), SENDING).values(lease_until_at=bindparam("lease_until"))
)
_mine = (
    outbox.c.id == bindparam("row_id"),
    outbox.c.attempts == bindparam("attempt"),
    outbox.c.channel == bindparam("on_channel"),
)
_held = (*_mine, SENDING)
# Whoever submitted it still knows best what happened, even where its lease was thought to have lapsed.
_known = (*_mine, or_(SENDING, UNCONFIRMED))
_SUBMITTED: Query[int] = Query(
    update(outbox)
    .where(*_known)
    .values(
        state=bindparam("new_state"),
        lease_until_at=None,
        submitted_at=bindparam("at", type_=Instant),
        settled_at=bindparam("settled"),
        provider_id=func.coalesce(bindparam("theirs"), outbox.c.provider_id),
        error=None,
    )
)
_NOT_SUBMITTED: Query[int] = Query(
    update(outbox)
    .where(*_known)
    .values(
        state=bindparam("new_state"),
        lease_until_at=None,
        settled_at=bindparam("settled"),
        error=bindparam("why"),
    )
)
_REQUEUE: Query[int] = Query(
    update(outbox)
    .where(*_held)
    .values(
        state="queued",
        lease_until_at=None,
        retry_at=bindparam("again"),
        attempts=outbox.c.attempts - bindparam("unburnt"),
        error=bindparam("why"),
    )
)
_CANCEL: Query[int] = Query(
    update(outbox)
    .where(*_held)
    .values(
        state="cancelled",
        lease_until_at=None,
        settled_at=bindparam("at"),
        attempts=outbox.c.attempts - 1,
        error=bindparam("why"),
    )
)


def claim(
    tx: Tx,
    channel: str,
    *,
    now: datetime,
    running: datetime,
    lease: timedelta,
    most: int,
    first: int = MOST_PRESSING,
    least: int = LEAST,
    last_first: bool = False,
) -> list[Claimed]:
    """Take at most ``most`` due messages of a channel for submission, the most pressing first.

    What is held until a later time is not looked at, however much that is: ``bot.store.tidying`` lets it go. What belongs to a
    broadcast is taken only while that is being sent.

    Args:
        tx: the transaction.
        channel: its configured name.
        now: the gateway's time.
        running: the time of leases and retries.
        lease: how long they are ours.
        most: at most so many.
        first: none of a smaller priority, which is more pressing.
        least: none of a greater one.
        last_first: the least pressing first: one of them finds out whether a provider works again.
    """
    rows = tx.all(
        _CLAIM_LAST if last_first else _CLAIM,
        channel=channel,
        now=now,
        running=running,
        far=running + FAR,
        lease_until=running + lease,
        most=most,
        first=first,
        least=least,
    )
    return sorted(rows, key=lambda row: (row.priority, row.id))


def rewrite(tx: Tx, row_id: int, text: str, size: Measure, price: Decimal, content: str | None = None) -> None:
    """Replace the text of a claimed message by what is true on the day it leaves, and the reply behind it, if that is another one."""
    tx.run(
        _REWRITE,
        row_id=row_id,
        new_content=content,
        new_text=text,
        new_encoding=size.encoding,
        new_segments=size.segments,
        new_price=price,
    )


def extend(tx: Tx, row_id: int, until: datetime) -> None:
    """Keep a message longer than the others of its claim: something has to be made for it first."""
    tx.run(_EXTEND, row_id=row_id, lease_until=until)


def submitted(tx: Tx, row: Claimed, *, at: datetime, provider_id: str | None, delivered: bool) -> bool:
    """The provider has it; whether the row was still ours to say so."""
    state = State.DELIVERED if delivered else State.SUBMITTED
    settled = at if delivered else None
    return (
        tx.run(
            _SUBMITTED,
            row_id=row.id,
            attempt=row.attempt,
            on_channel=row.channel,
            new_state=state,
            at=at,
            settled=settled,
            theirs=provider_id,
        )
        > 0
    )


def not_submitted(tx: Tx, row: Claimed, state: State, *, why: str, at: datetime) -> bool:
    """The provider refused it (``failed``), or may have it (``unconfirmed``)."""
    settled = at if state is State.FAILED else None
    return (
        tx.run(
            _NOT_SUBMITTED,
            row_id=row.id,
            attempt=row.attempt,
            on_channel=row.channel,
            new_state=state,
            why=why,
            settled=settled,
        )
        > 0
    )


def requeue(tx: Tx, row: Claimed, *, again: datetime | None, why: str | None, burnt: bool) -> bool:
    """It certainly was not taken: try again at ``again`` (running time)."""
    return (
        tx.run(
            _REQUEUE,
            row_id=row.id,
            attempt=row.attempt,
            on_channel=row.channel,
            again=again,
            why=why,
            unburnt=0 if burnt else 1,
        )
        > 0
    )


def cancel(tx: Tx, row: Claimed, *, at: datetime, why: str) -> bool:
    """Take it back in the unit of work that claimed it: nobody has seen it under way, and it was never submitted."""
    return tx.run(_CANCEL, row_id=row.id, attempt=row.attempt, on_channel=row.channel, at=at, why=why) > 0
