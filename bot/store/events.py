"""What was told to have happened to societies, by whom, what was decided about it, and how to take it back.

Whoever records or decides locks the society first, so that of two who do it at once the second sees what the first has done.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, case, func, insert, or_, select, update

from bot.domain.events import EventKind, EventState
from bot.domain.registry import SocietyLevel
from bot.store.query import Query, values_of
from bot.store.schema import events, offices, societies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        id: ours.
        society_id: of the society.
        kind: what happened.
        happened_on: when.
        state: how far it is known.
        inbox_id: the message that told of it first; ``R<inbox_id>`` is its reference.
        reported_by, reported_at: who told of it first.
        decided_by, decided_at, decided_in: who recorded or rejected it, when, and with which message.
        reason: why it was rejected, if that was said.
        before: what undoing it puts back.
    """

    id: int
    society_id: int
    kind: EventKind
    happened_on: date
    state: EventState
    inbox_id: int
    reported_by: str
    reported_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decided_in: int | None
    reason: str | None
    before: Mapping[str, Any]

    @classmethod
    def of(cls, *row: Any) -> Event:
        """From a row."""
        values = dict(zip(cls.__slots__, row, strict=True))
        kind, state, before = EventKind(values["kind"]), EventState(values["state"]), json.loads(values["before"])
        return cls(**{**values, "kind": kind, "state": state, "before": before})


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what of an event.

    Attributes:
        state: what it is from now on.
        by: his number.
        at: when.
        inbox_id: his message.
        reason: why, if he said so.
        before: of what is recorded, what undoing it puts back.
    """

    state: EventState
    by: str
    at: datetime
    inbox_id: int
    reason: str | None = None
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A society that is locked, as far as the law looks at it."""

    id: int
    office_id: int
    registered_on: date | None
    level: SocietyLevel
    category: str | None

    @classmethod
    def of(
        cls,
        id: int,  # noqa: A002 - the column's name
        office_id: int,
        registered_on: date | None,
        level: str,
        category: str | None,
    ) -> Held:
        """From a row."""
        return cls(id, office_id, registered_on, SocietyLevel(level), category)


_event = select(
    *(events.c.id, events.c.society_id, events.c.kind, events.c.happened_on, events.c.state, events.c.inbox_id),
    *(events.c.reported_by, events.c.reported_at, events.c.decided_by, events.c.decided_at, events.c.decided_in),
    *(events.c.reason, events.c.before),
)
_of_society = events.c.society_id == bindparam("society_id")
# Not a full lock: rows that refer to the society are not held up by it.
_LOCK = Query(
    select(societies.c.id, societies.c.office_id, societies.c.registered_on, societies.c.level, societies.c.category)
    .where(societies.c.id == bindparam("society_id"))
    .with_for_update(key_share=True),
    Held.of,
)
_ADD: Query[int] = Query(
    insert(events)
    .values(
        values_of(
            *("society_id", "kind", "happened_on", "state", "inbox_id", "reported_by", "reported_at"),
            *("decided_by", "decided_at", "decided_in", "reason", "before"),
        )
    )
    .returning(events.c.id)
)
_BY_REF = Query(_event.where(events.c.inbox_id == bindparam("inbox_id")), Event.of)
_REPORTED = Query(
    _event.where(_of_society, events.c.state == EventState.REPORTED.value).order_by(events.c.id), Event.of
)
_LATER = Query(
    _event.where(
        _of_society, events.c.state == EventState.RECORDED.value, events.c.decided_in > bindparam("decided_in")
    ).order_by(events.c.decided_in.desc()),
    Event.of,
)
# The societies first, of which an office has some hundreds, then the events of each: there is no need to walk through all events.
_own = or_(
    events.c.decided_by == bindparam("msisdn", type_=Text),
    (events.c.reported_by == bindparam("msisdn", type_=Text)) & events.c.decided_by.is_(None),
)
_told_in = func.coalesce(events.c.decided_in, events.c.inbox_id)
# A message that records one report closes its rivals: what it meant is what it recorded.
_aside = case((events.c.state == EventState.REJECTED.value, 1), else_=0)
_LATEST_AT = Query(
    _event.select_from(
        offices.join(societies, societies.c.office_id == offices.c.id).join(
            events, events.c.society_id == societies.c.id
        )
    )
    .where(offices.c.lineage == bindparam("lineage"), _own)
    .order_by(_told_in.desc(), _aside)
    .limit(1),
    Event.of,
)
_LATEST_OF = Query(
    _event.where(_of_society, events.c.reported_by == bindparam("msisdn")).order_by(events.c.id.desc()).limit(1),
    Event.of,
)
_DECIDE: Query[int] = Query(
    update(events)
    .where(events.c.id == bindparam("event_id"), events.c.state == bindparam("state_was"))
    .values(values_of("state", "decided_by", "decided_at", "decided_in", "reason", "before"))
)
_closed_with = (
    _of_society,
    events.c.state == EventState.REJECTED.value,
    events.c.decided_in == bindparam("decided_in"),
    events.c.kind == bindparam("kind"),
)
_RIVALS = Query(_event.where(*_closed_with).order_by(events.c.id), Event.of)
_REOPEN: Query[int] = Query(
    update(events)
    .where(events.c.id == bindparam("event_id"), events.c.state == EventState.REJECTED.value)
    .values(state=EventState.REPORTED.value, decided_by=None, decided_at=None, decided_in=None, reason=None)
)
_WAITING_AT = Query(
    _event.select_from(
        offices.join(societies, societies.c.office_id == offices.c.id).join(
            events, events.c.society_id == societies.c.id
        )
    )
    .where(offices.c.lineage == bindparam("lineage"), events.c.state == EventState.REPORTED.value)
    .order_by(events.c.id),
    Event.of,
)
_UNDO: Query[int] = Query(
    update(events)
    .where(events.c.id == bindparam("event_id"), events.c.state == bindparam("state_was"))
    .values(state=EventState.UNDONE.value)
)


def lock(tx: Tx, society_id: int) -> Held:
    """Let nobody else record anything of a society until this unit of work is done: what is read from now on stays true."""
    return tx.one(_LOCK, society_id=society_id)


def add(
    tx: Tx,
    society_id: int,
    kind: EventKind,
    happened_on: date,
    *,
    inbox_id: int,
    by: str,
    at: datetime,
    before: Mapping[str, Any] | None = None,
) -> int:
    """Write an event down: with ``before`` as recorded by the same person, without it as reported; returns its id."""
    recorded = before is not None
    return tx.one(
        _ADD,
        society_id=society_id,
        kind=kind.value,
        happened_on=happened_on,
        state=(EventState.RECORDED if recorded else EventState.REPORTED).value,
        inbox_id=inbox_id,
        reported_by=by,
        reported_at=at,
        decided_by=by if recorded else None,
        decided_at=at if recorded else None,
        decided_in=inbox_id if recorded else None,
        reason=None,
        before=_json(before),
    )


def by_ref(tx: Tx, inbox_id: int) -> Event | None:
    """The event that a message told of."""
    return tx.first(_BY_REF, inbox_id=inbox_id)


def reported(tx: Tx, society_id: int) -> list[Event]:
    """What is reported of a society and waits for a decision, the oldest first."""
    return tx.all(_REPORTED, society_id=society_id)


def recorded_after(tx: Tx, event: Event) -> list[Event]:
    """What was recorded of the same society after a recorded event, the newest first."""
    return tx.all(_LATER, society_id=event.society_id, decided_in=event.decided_in)


def rivals(tx: Tx, event: Event) -> list[Event]:
    """The reports that were closed because a recorded event was: of the same thing, with another day."""
    return tx.all(_RIVALS, society_id=event.society_id, decided_in=event.decided_in, kind=event.kind.value)


def reopen(tx: Tx, event: Event) -> bool:
    """Let a rejected report wait for a decision again; False where somebody was faster."""
    return tx.run(_REOPEN, event_id=event.id) > 0


def waiting_at(tx: Tx, lineage: str) -> list[Event]:
    """The reports that wait for a decision of an office, the oldest first."""
    return tx.all(_WAITING_AT, lineage=lineage)


def latest_at(tx: Tx, lineage: str, msisdn: str) -> Event | None:
    """The latest event that a number told of or decided, of the societies that an office looks after; whatever became of it."""
    return tx.first(_LATEST_AT, lineage=lineage, msisdn=msisdn)


def latest_of(tx: Tx, society_id: int, msisdn: str) -> Event | None:
    """The latest event that a number told of one society; whatever became of it."""
    return tx.first(_LATEST_OF, society_id=society_id, msisdn=msisdn)


def decide(tx: Tx, event: Event, decision: Decision) -> bool:
    """Record or reject what was reported; False where somebody was faster."""
    decided = tx.run(
        _DECIDE,
        event_id=event.id,
        state_was=event.state.value,
        state=decision.state.value,
        decided_by=decision.by,
        decided_at=decision.at,
        decided_in=decision.inbox_id,
        reason=decision.reason,
        before=_json(decision.before),
    )
    return decided > 0


def undo(tx: Tx, event: Event) -> bool:
    """Call an event undone; False where somebody was faster."""
    return tx.run(_UNDO, event_id=event.id, state_was=event.state.value) > 0


def _json(before: Mapping[str, Any] | None) -> str:
    return json.dumps(before or {}, ensure_ascii=False)
