"""Messages to many that nobody goes on with: drafts that were not confirmed, and those about which nobody decided in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, delete, select, update

from bot.domain.broadcasts import BroadcastState
from bot.store.query import Query
from bot.store.schema import broadcasts
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.store.query import Tx

UNDECIDED = "undecided"
"""Why one was cancelled that nobody decided about in time."""

_is_draft = broadcasts.c.state == BroadcastState.DRAFT.value
_waits = broadcasts.c.state == BroadcastState.WAITING.value
_OLD: Query[int] = Query(
    select(broadcasts.c.id)
    .where(_is_draft, broadcasts.c.asked_at < bindparam("before"))
    .order_by(broadcasts.c.id)
    .limit(bindparam("most"))
)
# A draft may have been confirmed between the reading and the deleting.
_FORGET: Query[int] = Query(delete(broadcasts).where(and_(among(broadcasts.c.id, "ids"), _is_draft)))
_UNDECIDED: Query[int] = Query(
    select(broadcasts.c.id)
    .where(_waits, broadcasts.c.expires_at < bindparam("before"))
    .order_by(broadcasts.c.id)
    .limit(bindparam("most"))
)
_CANCEL: Query[int] = Query(
    update(broadcasts)
    .where(and_(among(broadcasts.c.id, "ids"), _waits))
    .values(state=BroadcastState.CANCELLED.value, reason=UNDECIDED)
)


def old(tx: Tx, *, before: datetime, most: int) -> list[int]:
    """Drafts that were asked for before a moment: some, the oldest first."""
    return tx.all(_OLD, before=before, most=most)


def forget(tx: Tx, ids: Sequence[int]) -> int:
    """Delete those that still are drafts; returns how many."""
    return tx.run(_FORGET, ids=ids)


def undecided(tx: Tx, *, before: datetime, most: int) -> list[int]:
    """Those about which nobody has decided while they were worth sending: some."""
    return tx.all(_UNDECIDED, before=before, most=most)


def cancel(tx: Tx, ids: Sequence[int]) -> int:
    """Cancel those that still wait; returns how many. Their senders hear of it as of any that is over."""
    return tx.run(_CANCEL, ids=ids)
