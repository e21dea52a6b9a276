"""Reminders of returns in the outbox: which have been queued, and who has said STOP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.store.query import Query
from bot.store.schema import outbox, subscribers
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.store.query import Tx

_QUEUED: Query[tuple[str, datetime]] = Query(
    select(outbox.c.key, outbox.c.created_at).where(among(outbox.c.key, "keys")), lambda key, at: (key, at)
)
_STOPPED: Query[str] = Query(
    select(subscribers.c.msisdn).where(among(subscribers.c.msisdn, "numbers"), subscribers.c.stopped_at.is_not(None))
)


def queued(tx: Tx, keys: Collection[str]) -> dict[str, datetime]:
    """Of some keys those that there are messages of, whatever became of them, and when they were queued."""
    return dict(tx.all(_QUEUED, keys=list(keys))) if keys else {}


def stopped(tx: Tx, numbers: Collection[str]) -> set[str]:
    """Of some numbers those in STOP."""
    return set(tx.all(_STOPPED, numbers=list(numbers))) if numbers else set()
