"""Intents: which person is to be reminded of what, once; and the people who are to be.

The key is (society, kind, occasion, milestone, person): what runs twice adds nothing. What an intent's message became, the outbox knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Date, and_, bindparam, case, delete, func, or_, select, text, update

from bot.domain.access import Role
from bot.domain.milestones import IntentState, ReminderKind
from bot.domain.offices import Level
from bot.store.query import Query, insert_once
from bot.store.schema import appointments, committee_terms, intents, offices, outbox, people, societies
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from bot.store.query import Tx


class Key(NamedTuple):
    """What makes an intent unique."""

    society_id: int
    kind: ReminderKind
    occasion: str
    milestone: str
    person_id: int

    @classmethod
    def of(cls, society_id: int, kind: str, occasion: str, milestone: str, person_id: int) -> Key:
        """From a row."""
        return cls(society_id, ReminderKind(kind), occasion, milestone, person_id)


class Recipient(NamedTuple):
    """A person, and the number he is reached by."""

    person_id: int
    msisdn: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """Who heads an office."""

    lineage: str
    level: Level
    role: Role
    person: Recipient


@dataclass(frozen=True, slots=True)
class Item:
    """An intent as its message carries it.

    Attributes:
        id: ours.
        kind, milestone, occasion, society_id: of the intent.
        registration_no: of the society.
        current_end: the last day of the society's current term; None where it has none.
        current: the term's id.
    """

    id: int
    kind: ReminderKind
    society_id: int
    registration_no: str
    milestone: str
    occasion: str
    current: int | None
    current_end: date | None

    @classmethod
    def of(
        cls,
        id: int,  # noqa: A002 - the column's name
        kind: str,
        society_id: int,
        registration_no: str,
        milestone: str,
        occasion: str,
        current: int | None,
        current_end: date | None,
    ) -> Item:
        """From a row."""
        return cls(id, ReminderKind(kind), society_id, registration_no, milestone, occasion, current, current_end)


def term_occasion(term_id: int, last_day: date) -> str:
    """What the milestones of a term count to: a term whose end was corrected is another occasion."""
    return f"{term_id}@{last_day.isoformat()}"


_ADD = insert_once(
    intents,
    "kind",
    "society_id",
    "term_id",
    "occasion",
    "milestone",
    "person_id",
    "office_id",
    "send_on",
    "state",
    "outbox_id",
    "made_at",
    unique=["society_id", "kind", "occasion", "milestone", "person_id"],
)
_KEYS = Query(
    select(intents.c.society_id, intents.c.kind, intents.c.occasion, intents.c.milestone, intents.c.person_id).where(
        among(intents.c.society_id, "societies"), intents.c.kind == bindparam("kind")
    ),
    Key.of,
)
_ON_DAY: Query[int] = Query(
    select(func.count(intents.c.society_id.distinct())).where(
        intents.c.office_id == bindparam("office_id"),
        intents.c.send_on == bindparam("day", type_=Date),
        intents.c.state == "made",
    )
)
_in_office = or_(appointments.c.ended_on.is_(None), appointments.c.ended_on > bindparam("today", type_=Date))
_BEARERS = Query(
    select(appointments.c.society_id, people.c.id, people.c.msisdn)
    .join_from(appointments, people, people.c.id == appointments.c.person_id)
    .where(
        among(appointments.c.society_id, "societies"),
        appointments.c.society_id.is_not(None),  # with the next line what the index on those who serve begins with
        appointments.c.ended_on.is_(None),
        or_(appointments.c.role == Role.PRESIDENT.value, appointments.c.role == Role.SECRETARY.value),
    )
    .order_by(appointments.c.id),
    lambda society, person, msisdn: (int(society), Recipient(person, msisdn)),
)
_HEADS = Query(
    select(offices.c.lineage, offices.c.level, appointments.c.role, people.c.id, people.c.msisdn)
    .select_from(
        offices.join(appointments, appointments.c.office_id == offices.c.id).join(
            people, people.c.id == appointments.c.person_id
        )
    )
    .where(among(offices.c.code, "codes"), _in_office)
    .order_by(appointments.c.id),
    lambda lineage, level, role, person, msisdn: Head(lineage, Level(level), Role(role), Recipient(person, msisdn)),
)
_later = committee_terms.alias("later")
_term = committee_terms.alias("current_term")
_current = and_(
    _term.c.society_id == societies.c.id,
    ~select(_later.c.id)
    .where(_later.c.society_id == _term.c.society_id, _later.c.formed_on > _term.c.formed_on)
    .correlate(_term)
    .exists(),
)
_item = (
    select(
        intents.c.id,
        intents.c.kind,
        intents.c.society_id,
        societies.c.registration_no,
        intents.c.milestone,
        intents.c.occasion,
        _term.c.id,
        _term.c.expires_on,
    )
    .select_from(intents.join(societies, societies.c.id == intents.c.society_id).outerjoin(_term, _current))
    .where(intents.c.state == "made")
)
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
_GIVE_BACK: Query[int] = Query(
    update(intents).where(intents.c.outbox_id == bindparam("outbox"), intents.c.state == "made").values(outbox_id=None)
)
_QUEUED_DIGESTS: Query[int] = Query(
    select(outbox.c.id)
    .where(
        outbox.c.id.in_(
            select(intents.c.outbox_id).where(
                intents.c.person_id == bindparam("person_id"), intents.c.outbox_id.is_not(None)
            )
        ),
        outbox.c.state == "queued",
        outbox.c.message_class == "digest",
    )
    .order_by(outbox.c.id)
)
_CANCEL_ONE: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.state == "queued")
    .values(state="cancelled", settled_at=bindparam("at"))
)
_WRITE_OFF: Query[int] = Query(
    update(intents).where(intents.c.id == bindparam("intent_id")).values(state=bindparam("new_state"))
)
_own_messages = select(outbox.c.id).where(
    outbox.c.id.in_(
        select(intents.c.outbox_id).where(
            intents.c.term_id == bindparam("for_term"),
            intents.c.milestone != bindparam("but", ""),
            intents.c.outbox_id.is_not(None),
        )
    ),
    outbox.c.state == "queued",
    outbox.c.message_class == "reminder",
)
_CANCEL_MESSAGES: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id.in_(_own_messages.scalar_subquery()), outbox.c.state == "queued")
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
_FORGET: Query[str] = Query(
    delete(intents)
    .where(intents.c.term_id == bindparam("for_term"), intents.c.state == "cancelled")
    .returning(intents.c.milestone)
)


def add(
    tx: Tx,
    key: Key,
    *,
    term_id: int | None,
    office_id: int,
    send_on: date,
    state: IntentState,
    outbox_id: int | None,
    at: datetime,
) -> bool:
    """Write an intent down; whether it is new."""
    added = tx.run(
        _ADD,
        **key._asdict(),
        term_id=term_id,
        office_id=office_id,
        send_on=send_on,
        state=state,
        outbox_id=outbox_id,
        made_at=at,
    )
    return added > 0


def known(tx: Tx, kind: ReminderKind, society_ids: Sequence[int]) -> set[Key]:
    """The intents of one kind that were made for societies, whatever became of them."""
    return set(tx.all(_KEYS, societies=list(society_ids), kind=kind))


def on_day(tx: Tx, office_id: int, day: date) -> int:
    """How many societies of an office are reminded on a day."""
    return tx.one(_ON_DAY, office_id=office_id, day=day)


def bearers(tx: Tx, society_ids: Sequence[int]) -> dict[int, list[Recipient]]:
    """Presidents and secretaries, by society."""
    found: dict[int, list[Recipient]] = {}
    for society_id, recipient in tx.all(_BEARERS, societies=list(society_ids)):
        found.setdefault(society_id, []).append(recipient)
    return found


def heads(tx: Tx, codes: Iterable[str], today: date) -> list[Head]:
    """Who serves at offices, in whatever post."""
    return tx.all(_HEADS, codes=list(codes), today=today)


def carried(tx: Tx, outbox_id: int) -> list[Item]:
    """The intents that travel with a message."""
    return tx.all(_CARRIED, outbox_id=outbox_id)


def unsent(tx: Tx, person_id: int, today: date) -> list[Item]:
    """The reminders of terms that wait for a person's digest, the most urgent first."""
    return tx.all(_UNSENT, person_id=person_id, today=today)


def waiting_people(tx: Tx) -> list[int]:
    """The people with reminders that wait for their digest."""
    return tx.all(_WAITING_PEOPLE)


def carry(tx: Tx, items: Iterable[Item], outbox_id: int) -> None:
    """Let intents travel with a message."""
    tx.run_many(_CARRY, ({"intent_id": item.id, "outbox": outbox_id} for item in items))


def queued_digests(tx: Tx, person_id: int) -> list[int]:
    """The digests of a person that have not left."""
    return tx.all(_QUEUED_DIGESTS, person_id=person_id)


def take_back(tx: Tx, outbox_id: int, at: datetime) -> None:
    """Cancel a digest that has not left; its intents wait for the next one."""
    if tx.run(_CANCEL_ONE, row_id=outbox_id, at=at):
        tx.run(_GIVE_BACK, outbox=outbox_id)


def write_off(tx: Tx, items: Iterable[Item], state: IntentState) -> None:
    """Intents that will not be sent any more, and why."""
    tx.run_many(_WRITE_OFF, ({"intent_id": item.id, "new_state": state} for item in items))


def cancel_messages(tx: Tx, term_id: int, at: datetime, *, but: str = "") -> int:
    """Cancel what is queued about a term, all but one milestone's; returns how many messages."""
    return tx.run(_CANCEL_MESSAGES, for_term=term_id, but=but, at=at)


def cancel(tx: Tx, term_id: int) -> None:
    """The intents of a term whose messages have not left are cancelled."""
    tx.run(_CANCEL, for_term=term_id)


def forget_cancelled(tx: Tx, term_id: int) -> list[str]:
    """Cancelled intents of a term are made anew: forget them; returns their milestones."""
    return tx.all(_FORGET, for_term=term_id)
