"""What waits in the outbox, for who is about to let it go."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, func, select, text

from bot.store.query import Query
from bot.store.schema import outbox
from bot.store.types import Instant

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Waiting:
    """Queued messages of one class: those that leave at once, those that leave later, those that are overdue and leave never."""

    message_class: str
    now: int
    later: int
    overdue: int

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        told = asdict(self)
        return {"class": told.pop("message_class"), **told}


_now = bindparam("now", type_=Instant)
_overdue = outbox.c.expires_at <= _now
_later = and_(outbox.c.expires_at > _now, outbox.c.not_before_at > _now)
_WAITING = Query(
    select(
        outbox.c.message_class,
        func.count(),
        func.sum(case((_later, 1), else_=0)),
        func.sum(case((_overdue, 1), else_=0)),
    )
    .where(text("state = 'queued'"))  # to the letter, so that a partial index serves
    .group_by(outbox.c.message_class, outbox.c.priority)
    .order_by(outbox.c.priority),
    lambda name, count, later, overdue: Waiting(name, int(count - later - overdue), int(later), int(overdue)),
)


def waiting(tx: Tx, now: datetime) -> list[Waiting]:
    """What waits, by class, the most pressing first."""
    return tx.all(_WAITING, now=now)
