"""What of a broadcast waits in the outbox: put aside while it is paused, let go again, or taken back.

No statement takes more than ``AT_ONCE`` rows, because no work holds the writer for long. A claim does not take what belongs to a broadcast
that is not ``sending``, so that pausing and cancelling hold at once; putting the rows aside only keeps claims from walking past them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, literal_column, select, update

from bot.store.query import Query
from bot.store.schema import outbox

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from bot.store.query import Tx

AT_ONCE = 500
ASIDE = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when the messages of a paused broadcast are held: until somebody lets them go."""

_QUEUED = outbox.c.state == literal_column("'queued'")
_held: ColumnElement[bool] = outbox.c.not_before_at == bindparam("aside", ASIDE, type_=outbox.c.not_before_at.type)


def _some(condition: ColumnElement[bool]) -> Any:
    return (
        select(outbox.c.id)
        .where(outbox.c.broadcast_id == bindparam("of"), _QUEUED, condition, outbox.c.id > bindparam("after"))
        .order_by(outbox.c.id)
        .limit(AT_ONCE)
    )


_HOLD: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id.in_(_some(outbox.c.not_before_at.is_(None)).scalar_subquery()), _QUEUED)
    .values(not_before_at=bindparam("aside", ASIDE, type_=outbox.c.not_before_at.type))
    .returning(outbox.c.id)
)
_RELEASE: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id.in_(_some(_held).scalar_subquery()), _QUEUED)
    .values(not_before_at=None)
    .returning(outbox.c.id)
)
_CANCEL: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id.in_(_some(outbox.c.id > 0).scalar_subquery()), _QUEUED)
    .values(state="cancelled", settled_at=bindparam("at"))
    .returning(outbox.c.id)
)


def hold(tx: Tx, broadcast_id: int, after: int = 0) -> int:
    """Put some messages aside, from an id on; the last one's id, 0 where there was none."""
    return max(tx.all(_HOLD, of=broadcast_id, after=after), default=0)


def release(tx: Tx, broadcast_id: int, after: int = 0) -> int:
    """Let some go again; likewise."""
    return max(tx.all(_RELEASE, of=broadcast_id, after=after), default=0)


def cancel(tx: Tx, broadcast_id: int, at: datetime, after: int = 0) -> int:
    """Take some back; likewise."""
    return max(tx.all(_CANCEL, of=broadcast_id, at=at, after=after), default=0)
