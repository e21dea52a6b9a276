"""The journey of a delivery receipt: kept as evidence, then the message moves on, never back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.domain.messages import ReceiptKind, settle
from bot.store import one_time, outbox, receipts

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.domain.messages import DLR
    from bot.metrics import Metrics
    from bot.store.query import Tx
    from bot.store.store import Store

log = structlog.get_logger()


class Receipts:
    """Takes delivery receipts in."""

    def __init__(self, store: Store, clock: Clock, metrics: Metrics) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics

    async def receive(self, dlr: DLR) -> bool:
        """Apply a receipt; returns after the commit whether the message is one of ours."""
        ours = await self._store.write(partial(apply, dlr=dlr, at=self._clock.now()))
        self._metrics.receipts.labels(dlr.channel, dlr.kind if ours else "stray").inc()
        log.info("receipt", channel=dlr.channel, message=dlr.message_id, kind=dlr.kind, ours=ours)
        return ours


def apply(tx: Tx, dlr: DLR, at: datetime) -> bool:
    """Unit of work: keep the receipt, and move the message on if it tells anything new."""
    message = outbox.current(tx, dlr.message_id, dlr.channel, dlr.provider_id, dlr.to)
    if message is None:
        return False
    receipts.add(tx, message.id, dlr, at)
    then = settle(message.state, dlr.kind, attempted=message.attempts > 0)
    if then is not message.state:
        why = dlr.detail if dlr.kind is ReceiptKind.FAILED else None
        outbox.settle(tx, message.id, message.state, then, at=at, provider_id=dlr.provider_id, why=why)
        one_time.forget(tx, message.id)  # it has left: what it said is not needed any more
    return True
