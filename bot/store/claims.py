"""Claims on messages out: what one courier has in its hands, and what becomes of it.

A claim needs no row locks on SQLite, because there is only one writer; on PostgreSQL the same statement says SKIP LOCKED. A claim is a
lease: whoever settles one names the attempt, so that a courier whose lease has lapsed has no say any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, func, literal_column, or_, select, text, update

from bot.domain.messages import Language, MessageClass, State
from bot.domain.quiet import LEAST
from bot.store.query import Query
from bot.store.schema import READY, outbox
from bot.store.types import Instant

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from bot.domain.segments import Measure
    from bot.store.query import Tx


FAR = timedelta(hours=1)
"""No lease and no retry is meant so far ahead; one that is was written before the clock was set back."""


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
    ) -> Claimed:
        """From a row."""
        return cls(
            *(id, priority, to, content, Language(language), text, encoding, segments, attempt),
            *(key, MessageClass(message_class), in_reply_to, expires_at),
        )


# To the letter: a parameter that may decide which partial index serves has SQLite plan the statement anew each time.
SENDING = outbox.c.state == literal_column("'sending'")
UNCONFIRMED = outbox.c.state == literal_column("'unconfirmed'")
_due = (
    select(outbox.c.id)
    .where(
        outbox.c.channel == bindparam("channel"),
        text(READY),
        outbox.c.priority <= bindparam("least"),
        # A time far ahead is no retry of ours: the clock was set back meanwhile.
        or_(
            outbox.c.retry_at.is_(None),
            outbox.c.retry_at <= bindparam("running"),
            outbox.c.retry_at > bindparam("far"),
        ),
        # Written so that no index serves it: SQLite would take the one on expires_at and sort the whole queue.
        func.coalesce(outbox.c.expires_at, outbox.c.expires_at) > bindparam("now"),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    # A CTE is evaluated once; as a plain subquery PostgreSQL may evaluate it again and claim more than the limit.
    .cte("due")
)
_CLAIM = Query(
    update(outbox)
    .where(outbox.c.id.in_(select(_due.c.id)))
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
    ),
    Claimed.of,
)
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
_mine = (outbox.c.id == bindparam("row_id"), outbox.c.attempts == bindparam("attempt"))
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
    tx: Tx, channel: str, *, now: datetime, running: datetime, lease: timedelta, most: int, least: int = LEAST
) -> list[Claimed]:
    """Take at most ``most`` due messages of a channel for submission, the most pressing first, none less pressing than ``least``.

    What is held until a later time is not looked at, however much that is: ``bot.store.tidying`` lets it go.
    """
    rows = tx.all(
        _CLAIM,
        channel=channel,
        now=now,
        running=running,
        far=running + FAR,
        lease_until=running + lease,
        most=most,
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
            _SUBMITTED, row_id=row.id, attempt=row.attempt, new_state=state, at=at, settled=settled, theirs=provider_id
        )
        > 0
    )


def not_submitted(tx: Tx, row: Claimed, state: State, *, why: str, at: datetime) -> bool:
    """The provider refused it (``failed``), or may have it (``unconfirmed``)."""
    settled = at if state is State.FAILED else None
    return tx.run(_NOT_SUBMITTED, row_id=row.id, attempt=row.attempt, new_state=state, why=why, settled=settled) > 0


def requeue(tx: Tx, row: Claimed, *, again: datetime | None, why: str | None, burnt: bool) -> bool:
    """It certainly was not taken: try again at ``again`` (running time)."""
    return tx.run(_REQUEUE, row_id=row.id, attempt=row.attempt, again=again, why=why, unburnt=0 if burnt else 1) > 0


def cancel(tx: Tx, row: Claimed, *, at: datetime, why: str) -> bool:
    """Take it back in the unit of work that claimed it: nobody has seen it under way, and it was never submitted."""
    return tx.run(_CANCEL, row_id=row.id, attempt=row.attempt, at=at, why=why) > 0
