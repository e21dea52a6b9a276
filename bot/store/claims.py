"""Claims on messages out: what one courier has in its hands, and what becomes of it.

A claim needs no row locks on SQLite, because there is only one writer; on PostgreSQL the same statement says SKIP LOCKED. A claim is a
lease: whoever settles one names the attempt, so that a courier whose lease has lapsed has no say any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, and_, bindparam, case, func, or_, select, text, update

from bot.domain.messages import Language, MessageClass, State
from bot.domain.replies import Reply, dump
from bot.store.query import Query
from bot.store.schema import SECRET, outbox
from bot.store.types import Instant

if TYPE_CHECKING:
    from collections.abc import Collection
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


_due = (
    select(outbox.c.id)
    .where(
        outbox.c.channel == bindparam("channel"),
        outbox.c.state == "queued",
        or_(outbox.c.not_before_at.is_(None), outbox.c.not_before_at <= bindparam("now")),
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
        text=bindparam("new_text"),
        encoding=bindparam("new_encoding"),
        segments=bindparam("new_segments"),
        price=bindparam("new_price"),
    )
)
_EXTEND: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.state == "sending")
    .values(lease_until_at=bindparam("lease_until"))
)
FORGOTTEN = "•••"
_NOTHING = dump(Reply("broken"))
_secret = text(SECRET)
_FORGET: Query[int] = Query(
    update(outbox).where(outbox.c.id == bindparam("row_id"), _secret).values(text=FORGOTTEN, content=_NOTHING)
)
_idle_secrets = (
    select(outbox.c.id)
    .where(
        _secret,
        outbox.c.channel == bindparam("for_channel"),
        outbox.c.created_at <= bindparam("before"),
        outbox.c.state != "queued",
        outbox.c.state != "sending",
    )
    .limit(1000)
)
_SWEEP: Query[int] = Query(
    update(outbox).where(outbox.c.id.in_(_idle_secrets.scalar_subquery())).values(text=FORGOTTEN, content=_NOTHING)
)
_doomed = and_(bindparam("forgetting", type_=Boolean), _secret)
"""A secret that is given up in the same statement, on a channel to real people."""
_gone = {
    "text": case((_doomed, FORGOTTEN), else_=outbox.c.text),
    "content": case((_doomed, _NOTHING), else_=outbox.c.content),
}
_mine = (outbox.c.id == bindparam("row_id"), outbox.c.attempts == bindparam("attempt"))
_held = (*_mine, outbox.c.state == "sending")
# Whoever submitted it still knows best what happened, even where its lease was thought to have lapsed.
_known = (*_mine, or_(outbox.c.state == "sending", outbox.c.state == "unconfirmed"))
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
_LAPSED: Query[int] = Query(
    select(outbox.c.id).where(
        outbox.c.channel == bindparam("for_channel"),
        outbox.c.state == "sending",
        or_(outbox.c.lease_until_at <= bindparam("running"), outbox.c.lease_until_at > bindparam("far")),
    )
)
_GIVE_UP: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.state == "sending")
    .values(state=bindparam("new_state"), lease_until_at=None, error="lease lapsed", **_gone)
)
_overdue = (
    select(outbox.c.id)
    .where(
        outbox.c.channel == bindparam("for_channel"),
        outbox.c.state == "queued",
        outbox.c.expires_at <= bindparam("now"),
    )
    .limit(1000)  # the rest with the next claim: no work holds the writer for long
)
_EXPIRE: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id.in_(_overdue.scalar_subquery()), outbox.c.state == "queued")
    .values(state="expired", settled_at=bindparam("now"), **_gone)
)


def claim(tx: Tx, channel: str, *, now: datetime, running: datetime, lease: timedelta, most: int) -> list[Claimed]:
    """Take at most ``most`` due messages of a channel for submission, the most pressing first."""
    rows = tx.all(
        _CLAIM,
        channel=channel,
        now=now,
        running=running,
        far=running + FAR,
        lease_until=running + lease,
        most=most,
    )
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


def extend(tx: Tx, row_id: int, until: datetime) -> None:
    """Keep a message longer than the others of its claim: something has to be made for it first."""
    tx.run(_EXTEND, row_id=row_id, lease_until=until)


def forget(tx: Tx, row_id: int) -> None:
    """Keep nothing of what a message said, if it held a one-time code or token: it is out, or will never be."""
    tx.run(_FORGET, row_id=row_id)


def sweep(tx: Tx, channel: str, before: datetime) -> int:
    """Likewise for every message of a channel older than ``before`` that nobody will send; how many there were.

    Those that left in a response, and those that an older program kept.
    """
    return tx.run(_SWEEP, for_channel=channel, before=before)


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


def lapse(
    tx: Tx, channel: str, *, running: datetime, state: State, but: Collection[int] = (), forgetting: bool = False
) -> int:
    """Give up claims whose lease has lapsed, but for those that the caller has in its hands; how many there were.

    Forgetting, it keeps nothing of what a secret one said, unless it is queued again.
    """
    forgets = forgetting and state is not State.QUEUED
    lapsed = [
        row_id
        for row_id in tx.all(_LAPSED, for_channel=channel, running=running, far=running + FAR)
        if row_id not in but
    ]
    for row_id in lapsed:
        tx.run(_GIVE_UP, row_id=row_id, new_state=state, forgetting=forgets)
    return len(lapsed)


def expire(tx: Tx, channel: str, now: datetime, *, forgetting: bool = False) -> int:
    """Give up what is no longer worth sending on a channel, and forget the secrets in it; how many there were."""
    return tx.run(_EXPIRE, for_channel=channel, now=now, forgetting=forgetting)
