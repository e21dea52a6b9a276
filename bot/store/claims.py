"""Claims on messages out: what one courier has in its hands, and what becomes of it.

A claim needs no row locks on SQLite, because there is only one writer; on PostgreSQL the same statement says SKIP LOCKED. A claim is a
lease: whoever settles one names the attempt, so that a courier whose lease has lapsed has no say any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select, update

from bot.domain.messages import Language, State
from bot.store.query import Query
from bot.store.schema import outbox

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

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
    ) -> Claimed:
        """From a row."""
        return cls(id, priority, to, content, Language(language), text, encoding, segments, attempt)


_next = (
    select(outbox.c.id)
    .where(
        outbox.c.channel == bindparam("channel"),
        outbox.c.state == "queued",
        or_(outbox.c.not_before_at.is_(None), outbox.c.not_before_at <= bindparam("now")),
        or_(outbox.c.retry_at.is_(None), outbox.c.retry_at <= bindparam("running")),
        outbox.c.expires_at > bindparam("now"),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM = Query(
    update(outbox)
    .where(outbox.c.id.in_(_next.scalar_subquery()))
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
    ),
    Claimed.of,
)
_REWRITE: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(
        text=bindparam("new_text"),
        encoding=bindparam("new_encoding"),
        segments=bindparam("new_segments"),
        price=bindparam("new_price"),
    )
)
_held = (outbox.c.id == bindparam("row_id"), outbox.c.state == "sending", outbox.c.attempts == bindparam("attempt"))
_SUBMITTED: Query[int] = Query(
    update(outbox)
    .where(*_held)
    .values(
        state=bindparam("new_state"),
        lease_until_at=None,
        submitted_at=bindparam("at"),
        settled_at=bindparam("settled"),
        provider_id=func.coalesce(bindparam("theirs"), outbox.c.provider_id),
        error=None,
    )
)
_NOT_SUBMITTED: Query[int] = Query(
    update(outbox)
    .where(*_held)
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
_LAPSE: Query[int] = Query(
    update(outbox)
    .where(
        outbox.c.channel == bindparam("for_channel"),
        outbox.c.state == "sending",
        outbox.c.lease_until_at <= bindparam("running"),
    )
    .values(state=bindparam("new_state"), lease_until_at=None, error="lease lapsed")
)
_EXPIRE: Query[int] = Query(
    update(outbox)
    .where(
        outbox.c.channel == bindparam("for_channel"),
        outbox.c.state == "queued",
        outbox.c.expires_at <= bindparam("now"),
    )
    .values(state="expired", settled_at=bindparam("now"))
)


def claim(tx: Tx, channel: str, *, now: datetime, running: datetime, lease_until: datetime, most: int) -> list[Claimed]:
    """Take at most ``most`` due messages of a channel for submission, the most pressing first."""
    rows = tx.all(_CLAIM, channel=channel, now=now, running=running, lease_until=lease_until, most=most)
    return sorted(rows, key=lambda row: (row.priority, row.id))


def rewrite(tx: Tx, row_id: int, text: str, size: Measure, price: Decimal) -> None:
    """Replace the text of a claimed message by what is true on the day it leaves."""
    tx.run(
        _REWRITE,
        row_id=row_id,
        new_text=text,
        new_encoding=size.encoding,
        new_segments=size.segments,
        new_price=price,
    )


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


def lapse(tx: Tx, channel: str, *, running: datetime, state: State) -> int:
    """Give up claims whose lease has lapsed; how many there were."""
    return tx.run(_LAPSE, for_channel=channel, running=running, new_state=state)


def expire(tx: Tx, channel: str, now: datetime) -> int:
    """Give up what is no longer worth sending on a channel; how many there were."""
    return tx.run(_EXPIRE, for_channel=channel, now=now)
