"""Requests to correct filed figures: who asked for what, and what was decided. Of a return at most one is open.

Whoever asks, decides or withdraws locks the filer first (``bot.store.returns.lock``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, case, insert, literal_column, or_, select, update

from bot.domain.corrections import CorrectionState
from bot.domain.returns import Filer
from bot.store import vectors
from bot.store.owing import under
from bot.store.query import Query, values_of
from bot.store.schema import corrections, offices, returns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from bot.domain.figures import Value
    from bot.domain.returns import Author, Return
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Correction:
    """One request.

    Attributes:
        id: ours.
        return_id: of the return.
        inbox_id: the message that asked; ``R<inbox_id>`` is its reference.
        before: the figures as they were.
        changes: the same figures as they are to be.
        state: where it is.
        requested_by, requested_at: who asked, when.
        appointment_id: his post at the filing office or society.
        decided_by, decided_at, decided_in: who approved, rejected or withdrew it, when, and with which message.
        reason: why it was rejected, if that was said.
    """

    id: int
    return_id: int
    inbox_id: int
    before: Mapping[str, Value]
    changes: Mapping[str, Value]
    state: CorrectionState
    requested_by: str
    requested_at: datetime
    appointment_id: int
    decided_by: str | None
    decided_at: datetime | None
    decided_in: int | None
    reason: str | None

    def last_by(self, msisdn: str) -> int:
        """The last message with which a number has asked for it, or decided about it."""
        return self.decided_in if self.decided_by == msisdn and self.decided_in is not None else self.inbox_id


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open request and whose return it is about."""

    correction: Correction
    filer: Filer


def _read(
    identity: int, return_id: int, inbox_id: int, before: str, changes: str, state: str, *rest: Any
) -> Correction:
    was, to_be = vectors.load(before), vectors.load(changes)
    return Correction(identity, return_id, inbox_id, was, to_be, CorrectionState(state), *rest)


def _waiting(area_id: int, lineage: str, office_id: int | None, society_id: int | None, *row: Any) -> Waiting:
    return Waiting(_read(*row), Filer(area_id, lineage, office_id, society_id))


_columns = (
    *(corrections.c.id, corrections.c.return_id, corrections.c.inbox_id, corrections.c.before, corrections.c.changes),
    *(corrections.c.state, corrections.c.requested_by, corrections.c.requested_at, corrections.c.appointment_id),
    *(corrections.c.decided_by, corrections.c.decided_at, corrections.c.decided_in, corrections.c.reason),
)
# As the index of open requests has it.
_open = corrections.c.state == literal_column(f"'{CorrectionState.REQUESTED}'")
_BY_REF = Query(select(*_columns).where(corrections.c.inbox_id == bindparam("inbox_id")), _read)
_OPEN_OF = Query(select(*_columns).where(corrections.c.return_id == bindparam("return_id"), _open), _read)
_APPROVED_OF = Query(
    select(*_columns)
    .where(corrections.c.return_id == bindparam("return_id"), corrections.c.state == CorrectionState.APPROVED.value)
    .order_by(corrections.c.id.desc())
    .limit(1),
    _read,
)
_WAITING = Query(
    select(returns.c.area_id, offices.c.lineage, returns.c.office_id, returns.c.society_id, *_columns)
    .select_from(
        corrections.join(returns, returns.c.id == corrections.c.return_id).join(
            offices, offices.c.id == returns.c.area_id
        )
    )
    .where(_open, offices.c.lineage >= bindparam("low"), offices.c.lineage < bindparam("high"))
    .order_by(corrections.c.id),
    _waiting,
)
_number = bindparam("msisdn", type_=Text)
_last_in = case((corrections.c.decided_by == _number, corrections.c.decided_in), else_=corrections.c.inbox_id)
_LATEST = Query(
    select(*_columns)
    .where(or_(corrections.c.requested_by == _number, corrections.c.decided_by == _number))
    .order_by(_last_in.desc(), corrections.c.id.desc())
    .limit(1),
    _read,
)
_ASK: Query[int] = Query(
    insert(corrections)
    .values(
        values_of(
            *("return_id", "inbox_id", "before", "changes", "state", "requested_by", "requested_at"),
            "appointment_id",
        )
    )
    .returning(corrections.c.id)
)
_DECIDE: Query[int] = Query(
    update(corrections)
    .where(corrections.c.id == bindparam("correction_id"), _open)
    .values(
        state=bindparam("new_state"),
        decided_by=bindparam("by"),
        decided_at=bindparam("at"),
        decided_in=bindparam("in_message"),
        reason=bindparam("why"),
    )
)


def ask(tx: Tx, one: Return, by: Author, *, before: Mapping[str, Value], changes: Mapping[str, Value]) -> Correction:
    """Write a request down; the return has no other open one."""
    tx.one(
        _ASK,
        return_id=one.id,
        inbox_id=by.inbox_id,
        before=vectors.dump(before),
        changes=vectors.dump(changes),
        state=CorrectionState.REQUESTED.value,
        requested_by=by.msisdn,
        requested_at=by.at,
        appointment_id=by.appointment_id,
    )
    return tx.one(_BY_REF, inbox_id=by.inbox_id)


def decide(
    tx: Tx,
    correction: Correction,
    state: CorrectionState,
    *,
    by: str,
    at: datetime,
    inbox_id: int,
    reason: str | None = None,
) -> bool:
    """Approve, reject or withdraw an open request; False where somebody was faster."""
    decided = tx.run(
        _DECIDE,
        correction_id=correction.id,
        new_state=state.value,
        by=by,
        at=at,
        in_message=inbox_id,
        why=reason,
    )
    return decided > 0


def by_ref(tx: Tx, inbox_id: int) -> Correction | None:
    """The request that a message made."""
    return tx.first(_BY_REF, inbox_id=inbox_id)


def open_of(tx: Tx, return_id: int) -> Correction | None:
    """The request of a return that waits for a decision."""
    return tx.first(_OPEN_OF, return_id=return_id)


def approved_of(tx: Tx, return_id: int) -> Correction | None:
    """The last correction of a return that was approved."""
    return tx.first(_APPROVED_OF, return_id=return_id)


def waiting_under(tx: Tx, lineage: str) -> list[Waiting]:
    """The open requests of an office and of all under it, the oldest first."""
    return tx.all(_WAITING, **under(lineage))


def latest_of(tx: Tx, msisdn: str) -> Correction | None:
    """The request that a number made or decided last; whatever became of it."""
    return tx.first(_LATEST, msisdn=msisdn)
