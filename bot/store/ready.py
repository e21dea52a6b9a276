"""What of a channel's queue may leave now, and in which sequence: the part of a statement that claims and moves have in common."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, literal_column, or_, select, text

from bot.store.schema import READY, broadcasts, outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import CTE, ColumnCollection, ColumnElement

FAR = timedelta(hours=1)
"""No lease and no retry is meant so far ahead; one that is was written before the clock was set back."""

REACH = 2000
"""A claim looks at no more rows of the queue: those of a broadcast that was just paused lie there for a moment, however many they are."""

MOST_PRESSING = 0

# To the letter: a parameter that may decide which partial index serves has SQLite plan the statement anew each time.
QUEUED = outbox.c.state == literal_column("'queued'")

# What conditions may name: SQLite copies each row that it looks at.
_LOOKED_AT = (
    *(outbox.c.id, outbox.c.key, outbox.c.priority, outbox.c.recipient, outbox.c.in_reply_to, outbox.c.broadcast_id),
    *(outbox.c.expires_at, outbox.c.retry_at),
)

# Read once for a statement, and only where it meets a row of a broadcast.
_going = select(broadcasts.c.id).where(
    text("broadcasts.ended_at IS NULL AND broadcasts.confirmed_at IS NOT NULL AND broadcasts.state = 'sending'")
)


def due(columns: ColumnCollection[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    """Whether the time for another attempt has come."""
    return or_(
        columns["retry_at"].is_(None),
        columns["retry_at"] <= bindparam("running"),
        # A time far ahead is no retry of ours: the clock was set back meanwhile.
        columns["retry_at"] > bindparam("far"),
    )


def leaving(
    *conditions: Callable[[ColumnCollection[str, ColumnElement[Any]]], ColumnElement[bool]], last_first: bool = False
) -> Mapping[str, CTE]:
    """The ids of what may leave on a channel, the most pressing first, as each engine reads no more than it has to.

    What waits until a later time is not among them, nor what belongs to a broadcast that is not being sent.

    Args:
        conditions: what else must be true of a row, given its columns.
        last_first: the least pressing first.
    """
    sequence = [outbox.c.priority.desc(), outbox.c.id.desc()] if last_first else [outbox.c.priority, outbox.c.id]
    reach = (
        select(*_LOOKED_AT)
        .where(
            outbox.c.channel == bindparam("channel"),
            text(READY),
            outbox.c.priority >= bindparam("first"),
            outbox.c.priority <= bindparam("least"),
        )
        .order_by(*sequence)
        .limit(REACH)
        .subquery("reach")
    )

    def all_of(columns: ColumnCollection[str, ColumnElement[Any]]) -> list[ColumnElement[bool]]:
        return [
            *(condition(columns) for condition in conditions),
            # Written so that no index serves it: SQLite would take the one on expires_at and sort the whole queue.
            func.coalesce(columns["expires_at"], columns["expires_at"]) > bindparam("now"),
            or_(columns["broadcast_id"].is_(None), columns["broadcast_id"].in_(_going)),
        ]

    # SQLite reads the rows in their sequence and stops as soon as it has enough of them, as long as it is not asked to sort.
    plain = select(reach.c.id).where(*all_of(reach.c)).limit(bindparam("most"))
    # PostgreSQL locks only what it takes; a row that another process has just taken is looked at again.
    after = [reach.c.priority.desc(), reach.c.id.desc()] if last_first else [reach.c.priority, reach.c.id]
    locked = (
        select(outbox.c.id)
        .join(reach, reach.c.id == outbox.c.id)
        .where(QUEUED, *all_of(outbox.c))
        .order_by(*after)
        .limit(bindparam("most"))
        .with_for_update(of=outbox, skip_locked=True)
    )
    # A CTE is evaluated once; as a plain subquery PostgreSQL may evaluate it again and claim more than the limit.
    return {"sqlite": plain.cte("due"), "postgresql": locked.cte("due")}
