"""Reminders on their way: intents as their messages carry them, and what takes them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, and_, bindparam, case, delete, func, or_, select, text, update

from bot.domain.milestones import IntentState
from bot.store.intents import AGAIN, Key, add, term_occasion
from bot.store.query import Query
from bot.store.recipients import IN_OFFICE, UNNAMED
from bot.store.schema import appointments, committee_terms, intents, offices, outbox, people, societies
from bot.store.several import among
from bot.store.types import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Item:
    """An intent as its message carries it.

    Attributes:
        id: ours.
        key: what makes it unique.
        term_id, office_id, send_on: as in the intent.
        registration_no: of the society.
        lineage: of the office that looks after the society.
        current: the id of the society's current term.
        current_end: its last day.
        serving: whether the person still serves the society, or an office, or stands for a number that the registry alone knows.
        newer: whether the person is reminded of a later milestone of the same term.
    """

    id: int
    key: Key
    term_id: int | None
    office_id: int
    send_on: date
    registration_no: str
    lineage: str
    current: int | None
    current_end: date | None
    serving: bool
    newer: bool

    @classmethod
    def of(cls, *row: Any) -> Item:
        """From a row."""
        term_id, office_id, send_on, registration_no, lineage, current, current_end, serving, newer = row[6:]
        told = (term_id, office_id, send_on, registration_no, lineage, current, current_end)
        return cls(row[0], Key.of(*row[1:6]), *told, bool(serving), bool(newer))

    @property
    def still(self) -> bool:
        """Whether the term that it is about is still the society's current one, with the same end."""
        if self.current is None or self.current_end is None:
            return False
        return term_occasion(self.current, self.current_end) == self.key.occasion


_later = committee_terms.alias("later")
_term = committee_terms.alias("current_term")
_current = and_(
    _term.c.society_id == societies.c.id,
    ~select(_later.c.id)
    .where(_later.c.society_id == _term.c.society_id, _later.c.formed_on > _term.c.formed_on)
    .correlate(_term)
    .exists(),
)
_newer = intents.alias("newer")
_has_newer = (
    select(_newer.c.id)
    .where(
        *(_newer.c.society_id == intents.c.society_id, _newer.c.kind == intents.c.kind),
        *(_newer.c.occasion == intents.c.occasion, _newer.c.person_id == intents.c.person_id),
        *(_newer.c.id > intents.c.id, _newer.c.state == "made"),
        _newer.c.milestone.not_like(f"{AGAIN}%"),
    )
    .correlate(intents)
    .exists()
)
_serves = or_(
    people.c.name == UNNAMED,
    select(appointments.c.id)
    .where(
        appointments.c.person_id == intents.c.person_id,
        or_(appointments.c.society_id == intents.c.society_id, appointments.c.office_id.is_not(None)),
        IN_OFFICE,
    )
    .correlate(intents)
    .exists(),
)
_item = (
    select(
        *(intents.c.id, intents.c.society_id, intents.c.kind, intents.c.occasion, intents.c.milestone),
        *(intents.c.person_id, intents.c.term_id, intents.c.office_id, intents.c.send_on),
        *(societies.c.registration_no, offices.c.lineage, _term.c.id, _term.c.expires_on, _serves, _has_newer),
    )
    .select_from(
        intents.join(societies, societies.c.id == intents.c.society_id)
        .join(offices, offices.c.id == societies.c.office_id)
        .join(people, people.c.id == intents.c.person_id)
        .outerjoin(_term, _current)
    )
    .where(intents.c.state == "made")
)
_after, _travels = outbox.alias("after"), intents.alias("travels")
_urgency = case((_term.c.expires_on < bindparam("today", type_=Date), 1), else_=0)
_CARRIED = Query(_item.where(intents.c.outbox_id == bindparam("outbox_id")).order_by(intents.c.id), Item.of)
_UNSENT = Query(
    _item.where(
        intents.c.person_id == bindparam("person_id"),
        intents.c.kind == "term",
        intents.c.outbox_id.is_(None),
    ).order_by(_urgency, _term.c.expires_on, intents.c.id),
    Item.of,
)
_WAITING_PEOPLE: Query[int] = Query(
    select(intents.c.person_id)
    .where(intents.c.outbox_id.is_(None), intents.c.state == "made")
    .group_by(intents.c.person_id)
    .order_by(intents.c.person_id)
)
_CARRY: Query[int] = Query(
    update(intents).where(intents.c.id == bindparam("intent_id")).values(outbox_id=bindparam("outbox"))
)
_LATER_DIGEST: Query[int] = Query(
    select(func.min(_after.c.id))
    .select_from(_after.join(_travels, _travels.c.outbox_id == _after.c.id))
    .where(
        _travels.c.person_id == bindparam("person_id"),
        _after.c.id > bindparam("outbox"),
        _after.c.message_class == "digest",
        or_(
            _after.c.state == "queued",
            # Claimed together with this one, and looked at after it.
            and_(
                _after.c.state == "sending",
                _after.c.lease_until_at
                == select(outbox.c.lease_until_at).where(outbox.c.id == bindparam("outbox")).scalar_subquery(),
            ),
        ),
    )
)
_WRITE_OFF: Query[int] = Query(
    update(intents).where(intents.c.id == bindparam("intent_id")).values(state=bindparam("new_state"))
)
_of_term = (
    select(intents.c.outbox_id)
    .where(intents.c.term_id == bindparam("for_term"), intents.c.outbox_id.is_not(None))
    .scalar_subquery()
)
_others = intents.alias("others")
_CANCEL_MESSAGES: Query[int] = Query(
    update(outbox)
    .where(
        outbox.c.id.in_(_of_term),
        outbox.c.state == "queued",
        # Also a digest that has lost the last of its societies.
        ~select(_others.c.id)
        .where(_others.c.outbox_id == outbox.c.id, _others.c.state == "made")
        .correlate(outbox)
        .exists(),
    )
    .values(state="cancelled", settled_at=bindparam("at"))
)
_gone = select(outbox.c.id).where(outbox.c.id == intents.c.outbox_id, text("outbox.state IN ('queued', 'cancelled')"))
_CANCEL: Query[int] = Query(
    update(intents)
    .where(
        intents.c.term_id == bindparam("for_term"),
        intents.c.state == "made",
        or_(intents.c.outbox_id.is_(None), _gone.correlate(intents).exists()),
    )
    .values(state="cancelled")
)
_ahead = and_(
    intents.c.made_at > bindparam("now", type_=Instant),
    or_(
        intents.c.outbox_id.is_(None),
        select(outbox.c.id)
        .where(outbox.c.id == intents.c.outbox_id, text("outbox.state IN ('queued', 'cancelled', 'expired')"))
        .correlate(intents)
        .exists(),
    ),
)
_CANCEL_AHEAD: Query[int] = Query(
    update(outbox)
    .where(
        outbox.c.state == "queued",
        outbox.c.id.in_(select(intents.c.outbox_id).where(_ahead).scalar_subquery()),
    )
    .values(state="cancelled", settled_at=bindparam("at"))
)
_FORGET_AHEAD: Query[int] = Query(delete(intents).where(_ahead))
_CANCELLED_OF: Query[str] = Query(
    select(intents.c.milestone).where(intents.c.term_id == bindparam("for_term"), intents.c.state == "cancelled")
)
_OF_SOCIETIES = Query(
    _item.where(
        among(intents.c.society_id, "societies"),
        intents.c.kind == "term",
        or_(
            intents.c.outbox_id.is_(None),
            select(outbox.c.id)
            .where(outbox.c.id == intents.c.outbox_id, text("outbox.state = 'queued'"))
            .correlate(intents)
            .exists(),
        ),
    ),
    Item.of,
)


def carried(tx: Tx, outbox_id: int, today: date) -> list[Item]:
    """The intents that travel with a message."""
    return tx.all(_CARRIED, outbox_id=outbox_id, today=today)


def unsent(tx: Tx, person_id: int, today: date) -> list[Item]:
    """The reminders of terms that wait for a person's digest, the most urgent first."""
    return tx.all(_UNSENT, person_id=person_id, today=today)


def waiting_people(tx: Tx) -> list[int]:
    """The people with reminders that wait for their digest."""
    return tx.all(_WAITING_PEOPLE)


def carry(tx: Tx, items: Iterable[Item], outbox_id: int) -> None:
    """Let intents travel with a message."""
    tx.run_many(_CARRY, ({"intent_id": item.id, "outbox": outbox_id} for item in items))


def later_digest(tx: Tx, person_id: int, outbox_id: int) -> int | None:
    """The next digest of a person that has not left either."""
    return tx.first(_LATER_DIGEST, person_id=person_id, outbox=outbox_id)


def overtake(tx: Tx, item: Item, milestone: str, outbox_id: int, at: datetime) -> None:
    """Let a message stand for a later milestone than the one it was made for, which is superseded."""
    write_off(tx, [item], IntentState.SUPERSEDED)
    add(
        tx,
        item.key._replace(milestone=milestone),
        term_id=item.term_id,
        office_id=item.office_id,
        send_on=item.send_on,
        state=IntentState.MADE,
        outbox_id=outbox_id,
        at=at,
    )


def write_off(tx: Tx, items: Iterable[Item], state: IntentState) -> None:
    """Intents that will not be sent any more, and why."""
    tx.run_many(_WRITE_OFF, ({"intent_id": item.id, "new_state": state} for item in items))


def cancel(tx: Tx, term_id: int, at: datetime) -> int:
    """Cancel the intents of a term that have not left, and their messages; returns how many messages."""
    tx.run(_CANCEL, for_term=term_id)
    return tx.run(_CANCEL_MESSAGES, for_term=term_id, at=at)


def cancelled_of(tx: Tx, term_id: int) -> list[str]:
    """The milestones of a term whose reminders were taken back."""
    return tx.all(_CANCELLED_OF, for_term=term_id)


def waiting_of(tx: Tx, society_ids: Sequence[int], today: date) -> list[Item]:
    """The reminders of societies' terms that have not left."""
    return tx.all(_OF_SOCIETIES, societies=list(society_ids), today=today)


def forget_ahead(tx: Tx, now: datetime) -> int:
    """Forget what was made by a clock that ran ahead, and has not left; returns how many intents."""
    tx.run(_CANCEL_AHEAD, now=now, at=now)
    return tx.run(_FORGET_AHEAD, now=now)
