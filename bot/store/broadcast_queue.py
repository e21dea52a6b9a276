"""What of a broadcast waits in the outbox: put aside while it is paused, let go again, or taken back.

What is to be done is looked for beside the writer, because that may walk through all of its messages; what is then done is at most
``AT_ONCE`` rows at a time. A claim does not take what belongs to a broadcast that is not ``sending``, so that pausing and cancelling
hold at once; putting the rows aside only keeps claims from walking past them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, literal_column, select, true, update

from bot.store.query import Query
from bot.store.schema import outbox
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from bot.store.query import Tx

AT_ONCE = 200
ASIDE = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when the messages of a paused broadcast are held: until somebody lets them go."""


class Step(StrEnum):
    """What is done with the messages of a broadcast that wait."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"


_queued = outbox.c.state == literal_column("'queued'")
_aside = bindparam("aside", ASIDE, type_=outbox.c.not_before_at.type)
_TO_DO: dict[Step, ColumnElement[bool]] = {
    Step.HOLD: outbox.c.not_before_at.is_(None),
    Step.RELEASE: outbox.c.not_before_at == _aside,
    Step.CANCEL: true(),
}


def _some(condition: ColumnElement[bool]) -> Query[int]:
    return Query(
        select(outbox.c.id)
        .where(outbox.c.broadcast_id == bindparam("of"), _queued, condition, outbox.c.id > bindparam("after"))
        .order_by(outbox.c.id)
        .limit(AT_ONCE)
    )


_SOME = {step: _some(condition) for step, condition in _TO_DO.items()}
_these = (among(outbox.c.id, "ids"), _queued)
_HOLD: Query[int] = Query(update(outbox).where(*_these, _TO_DO[Step.HOLD]).values(not_before_at=_aside))
_RELEASE: Query[int] = Query(update(outbox).where(*_these, _TO_DO[Step.RELEASE]).values(not_before_at=None))
_CANCEL: Query[int] = Query(update(outbox).where(*_these).values(state="cancelled", settled_at=bindparam("at")))


def some(tx: Tx, broadcast_id: int, step: Step, after: int = 0) -> list[int]:
    """The ids of some messages for which there is a step to do, behind an id."""
    return tx.all(_SOME[step], of=broadcast_id, after=after)


def do(tx: Tx, step: Step, ids: Sequence[int], at: datetime) -> None:
    """Do it with those that still wait."""
    match step:
        case Step.HOLD:
            tx.run(_HOLD, ids=ids)
        case Step.RELEASE:
            tx.run(_RELEASE, ids=ids)
        case Step.CANCEL:
            tx.run(_CANCEL, ids=ids, at=at)
