"""Parts of messages in: kept until the others are there, and known again when they are brought twice.

A provider that tells no id brings the same only after a connection broke before our acknowledgement reached it. So the same octets
from the same number are the same message when they came over an earlier connection, a short while ago, and it was never certain that
the acknowledgement arrived; each such row is met once, for it then belongs to the new connection. Over one and the same connection they
are two messages, because people do type "0" twice, unless the one before was refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, bindparam, func, insert, select, update

from bot.domain.parts import AGAIN_WITHIN, Whole
from bot.store.query import Query, values_of
from bot.store.schema import parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.domain.parts import Part
    from bot.store.query import Tx

OPEN_FOR = timedelta(days=1)
"""How long a message waits for its parts: their reference counts to 255 and begins anew."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A part that is there."""

    id: int
    message: str
    number: int
    digest: str


_kept = select(parts.c.id, parts.c.message, parts.c.number, parts.c.digest)
_same = _kept.where(parts.c.channel == bindparam("channel"), parts.c.digest == bindparam("digest"))
# Of another connection, and from before this one was made: a second one beside it brings messages of its own.
_EARLIER: Query[Kept] = Query(
    _same.where(
        parts.c.received_at > bindparam("since"),
        parts.c.settled_at.is_(None),
        parts.c.session != bindparam("session"),
        parts.c.received_at < bindparam("began"),
    )
    .order_by(parts.c.id)
    .limit(1),
    Kept,
)
# The one that was refused may have been kept or not; what was kept before it is another message.
_REFUSED: Query[Kept] = Query(
    _same.where(parts.c.received_at >= bindparam("refused_at")).order_by(parts.c.id.desc()).limit(1), Kept
)
_THREAD: Query[Kept] = Query(
    _kept.where(
        parts.c.channel == bindparam("channel"),
        parts.c.thread == bindparam("thread"),
        parts.c.received_at > bindparam("since"),
    ).order_by(parts.c.id),
    Kept,
)
_OCTETS: Query[str] = Query(
    select(parts.c.octets)
    .where(parts.c.channel == bindparam("channel"), parts.c.message == bindparam("message"))
    .order_by(parts.c.number)
)
_ADD: Query[int] = Query(
    insert(parts).values(
        values_of("channel", "session", "digest", "thread", "message", "number", "total", "octets", "received_at")
    )
)
_MOVE: Query[int] = Query(
    update(parts).where(parts.c.id == bindparam("part_id")).values(values_of("session", "received_at"))
)
_SETTLE: Query[int] = Query(
    update(parts)
    .where(
        parts.c.channel == bindparam("of"),
        parts.c.session == bindparam("over"),
        parts.c.settled_at.is_(None),
        parts.c.received_at < bindparam("before"),
    )
    .values(values_of("settled_at"))
)
_LOCK: Query[Any] = Query(select(func.pg_advisory_xact_lock(bindparam("thread_key", type_=BigInteger))))


def take(tx: Tx, part: Part) -> Whole | None:
    """Keep a part; returns the whole message when every part is there, the same again when one of them came again."""
    if part.thread is not None and tx.dialect.name == "postgresql":
        # Two processes that take two parts at the same moment would each miss the other's.
        tx.first(_LOCK, thread_key=int(part.thread[:15], 16))
    thread = [] if part.thread is None else _thread(tx, part)
    known = _known(tx, part, thread)
    if known is None:
        message = _open(thread, part) or part.name
        _add(tx, part, message)
    else:
        message = known.message
        tx.run(_MOVE, part_id=known.id, session=part.session, received_at=part.at)
    octets = tx.all(_OCTETS, channel=part.channel, message=message)
    return Whole(message, bytes.fromhex("".join(octets))) if len(octets) == part.total else None


def settle(tx: Tx, channel: str, session: str, *, before: datetime, at: datetime) -> None:
    """What came over a connection before a moment is certainly acknowledged: it does not come again."""
    tx.run(_SETTLE, of=channel, over=session, before=before, settled_at=at)


def _thread(tx: Tx, part: Part) -> list[Kept]:
    return tx.all(_THREAD, channel=part.channel, thread=part.thread, since=part.at - OPEN_FOR)


def _known(tx: Tx, part: Part, thread: Sequence[Kept]) -> Kept | None:
    """The part as it came before, if this is the same once more."""
    same = {"channel": part.channel, "digest": part.digest}
    if part.refused_at is not None:
        known = tx.first(_REFUSED, **same, refused_at=part.refused_at)
    else:
        since = part.at - AGAIN_WITHIN
        known = tx.first(_EARLIER, **same, since=since, session=part.session, began=part.began)
    if known is not None:
        return known
    # While a message waits for others of its parts, the same part with the same reference is no other message.
    whole = _complete(thread, part.total)
    return next((kept for kept in thread if kept.digest == part.digest and kept.message not in whole), None)


def _open(thread: Sequence[Kept], part: Part) -> str | None:
    """The message that lacks this part, the newest first; None where it is the first part of a new one."""
    has = {kept.message for kept in thread if kept.number == part.number}
    return next((kept.message for kept in reversed(thread) if kept.message not in has), None)


def _complete(thread: Sequence[Kept], total: int) -> set[str]:
    counts: dict[str, int] = {}
    for kept in thread:
        counts[kept.message] = counts.get(kept.message, 0) + 1
    return {message for message, count in counts.items() if count == total}


def _add(tx: Tx, part: Part, message: str) -> None:
    tx.run(
        _ADD,
        channel=part.channel,
        session=part.session,
        digest=part.digest,
        thread=part.thread,
        message=message,
        number=part.number,
        total=part.total,
        octets=part.octets.hex(),
        received_at=part.at,
    )
