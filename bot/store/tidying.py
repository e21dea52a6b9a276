"""What is put in order in a channel's queue before each claim: what has lapsed, what is overdue, and what may now leave.

No statement takes more than ``AT_ONCE`` rows: the rest comes with the next claim, because no work holds the writer for long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, literal_column, or_, select, text, update

from bot.domain.messages import State
from bot.store.claims import SENDING
from bot.store.one_time import GONE
from bot.store.query import Query
from bot.store.ready import FAR
from bot.store.schema import HELD, outbox

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Column, ColumnElement

    from bot.store.query import Tx

AT_ONCE = 1000
_queued = outbox.c.state == literal_column("'queued'")

_LAPSED: Query[int] = Query(
    select(outbox.c.id).where(
        outbox.c.channel == bindparam("for_channel"),
        SENDING,
        or_(outbox.c.lease_until_at <= bindparam("running"), outbox.c.lease_until_at > bindparam("far")),
    )
)
_GIVE_UP: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), SENDING)
    .values(state=bindparam("new_state"), lease_until_at=None, error="lease lapsed", **GONE)
)
_overdue = (
    select(outbox.c.id)
    .where(
        outbox.c.channel == bindparam("for_channel"),
        _queued,
        outbox.c.expires_at <= bindparam("now"),
    )
    .limit(AT_ONCE)
)
_EXPIRE: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id.in_(_overdue.scalar_subquery()), _queued)
    .values(state="expired", settled_at=bindparam("now"), **GONE)
)


def _let_go(when: ColumnElement[bool], first: Column[Any]) -> Query[int]:
    held = (
        select(outbox.c.id)
        .where(outbox.c.channel == bindparam("for_channel"), text(HELD), when)
        .order_by(first)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return Query(update(outbox).where(outbox.c.id.in_(held.scalar_subquery())).values(not_before_at=None))


_RELEASE = _let_go(outbox.c.not_before_at <= bindparam("now"), outbox.c.not_before_at)
_RELEASE_AHEAD = _let_go(outbox.c.created_at > bindparam("far"), outbox.c.created_at)


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


def release(tx: Tx, channel: str, now: datetime) -> int:
    """Let go what was held until now; how many there were."""
    return tx.run(_RELEASE, for_channel=channel, now=now)


def release_ahead(tx: Tx, channel: str, now: datetime) -> int:
    """Let go what a clock that was ahead has held, whose time may never come; how many there were."""
    return tx.run(_RELEASE_AHEAD, for_channel=channel, far=now + FAR)
