"""Delivery receipts, each kept as it came: evidence for what the outbox says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from bot.store.query import Query, values_of
from bot.store.schema import receipts

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.messages import DLR
    from bot.store.query import Tx

_ADD: Query[int] = Query(
    insert(receipts).values(values_of("outbox_id", "kind", "provider_id", "detail", "received_at"))
)


def add(tx: Tx, outbox_id: int, dlr: DLR, received_at: datetime) -> None:
    """Keep a receipt of a message."""
    tx.run(
        _ADD,
        outbox_id=outbox_id,
        kind=dlr.kind,
        provider_id=dlr.provider_id,
        detail=dlr.detail,
        received_at=received_at,
    )
