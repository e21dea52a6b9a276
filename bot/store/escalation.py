"""What is told to the offices above: yellow societies that do not answer, and societies that no message reaches.

A society has answered a reminder when its president or secretary has written anything since, by SMS or in a linked chat, or when an event
of it was told of. It is asked about its last reminder that is old enough, so that an earlier answer does not count for a later question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, and_, bindparam, case, func, literal, or_, select

from bot.domain.access import Role
from bot.domain.committee import YELLOW_FROM_DAYS
from bot.domain.events import EventState
from bot.domain.messages import MessageClass, State
from bot.domain.milestones import IntentState
from bot.store.query import Query
from bot.store.schema import (
    appointments,
    committee_terms,
    events,
    inbox,
    intents,
    links,
    offices,
    outbox,
    people,
    societies,
)
from bot.store.several import among
from bot.store.types import Instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, FromClause, Select

    from bot.store.query import Tx


class Lack(StrEnum):
    """Why a message does not reach somebody."""

    MISSING = "missing"  # nobody on record, or no number
    FAILING = "failing"  # the last messages to the number have failed


@dataclass(frozen=True, slots=True)
class Unreached:
    """A society whose president or secretary no message reaches.

    Attributes:
        id: ours.
        registration_no: ``123/2019``.
        name_bn, name_en: full names.
        lineage: of the office that looks after it.
        president, secretary: why; None who is reached.
    """

    id: int
    registration_no: str
    name_bn: str
    name_en: str | None
    lineage: str
    president: Lack | None
    secretary: Lack | None


FAILURES = 2
"""A number fails when so many of the last messages to it have, one after the other."""

_TODAY, _YELLOW_UNTIL = bindparam("today", type_=Date), bindparam("yellow_until", type_=Date)
_serving = appointments.c.ended_on.is_(None)
_linked_now = links.c.ended_at.is_(None)

# Unanswered: from the terms that end soon, by their index, to what was sent about them.
_later = committee_terms.alias("later")
_is_current = (
    ~select(_later.c.id)
    .where(_later.c.society_id == committee_terms.c.society_id, _later.c.formed_on > committee_terms.c.formed_on)
    .correlate(committee_terms)
    .exists()
)
_left_at = func.coalesce(outbox.c.submitted_at, intents.c.made_at, type_=Instant)
_asked_at = (
    select(func.max(_left_at, type_=Instant))
    .select_from(intents.join(outbox, outbox.c.id == intents.c.outbox_id))
    .where(
        intents.c.term_id == committee_terms.c.id,
        intents.c.state == IntentState.MADE.value,
        # Not the officers' digests: they ask nobody of the society.
        outbox.c.message_class == MessageClass.REMINDER.value,
        or_(outbox.c.state == State.SUBMITTED.value, outbox.c.state == State.DELIVERED.value),
        _left_at <= bindparam("before", type_=Instant),
    )
    .correlate(committee_terms)
    .scalar_subquery()
)
# Not grouped, which would have SQLite walk through all that was ever sent; and made once, before it is compared with anything: PostgreSQL
# would else make it anew for each comparison.
_asked = (
    select(committee_terms.c.society_id, _asked_at.label("asked_at"))
    .where(committee_terms.c.expires_on >= _TODAY, committee_terms.c.expires_on <= _YELLOW_UNTIL, _is_current)
    .cte("asked")
    .prefix_with("MATERIALIZED")
)
_bearers = appointments.join(people, people.c.id == appointments.c.person_id)
_of_it = and_(appointments.c.society_id == _asked.c.society_id, _serving)
_has_texted = (
    select(literal(1))
    .select_from(_bearers.join(inbox, inbox.c.sender == people.c.msisdn))
    .where(_of_it, inbox.c.received_at >= _asked.c.asked_at)
    .correlate(_asked)
    .exists()
)
_has_chatted = (
    select(literal(1))
    .select_from(
        _bearers.join(links, and_(links.c.msisdn == people.c.msisdn, _linked_now)).join(
            inbox, and_(inbox.c.sender == links.c.chat, inbox.c.channel == links.c.channel)
        )
    )
    .where(_of_it, inbox.c.received_at >= _asked.c.asked_at)
    .correlate(_asked)
    .exists()
)
_has_happened = (
    select(literal(1))
    .where(
        events.c.society_id == _asked.c.society_id,
        events.c.state != EventState.UNDONE.value,
        or_(
            events.c.reported_at >= _asked.c.asked_at,
            and_(events.c.state == EventState.RECORDED.value, events.c.decided_at >= _asked.c.asked_at),
        ),
    )
    .correlate(_asked)
    .exists()
)
_UNANSWERED = Query(
    select(offices.c.code, func.count())
    .select_from(
        _asked.join(societies, societies.c.id == _asked.c.society_id).join(
            offices, offices.c.id == societies.c.office_id
        )
    )
    .where(_asked.c.asked_at.is_not(None), ~_has_texted, ~_has_chatted, ~_has_happened)
    .group_by(offices.c.code),
    lambda code, count: (str(code), int(count)),
)

# Not reached: from the offices to their societies, so that the work is that of the area.
_term = committee_terms.alias("current_term")
_last = (
    select(func.max(committee_terms.c.formed_on))
    .where(committee_terms.c.society_id == societies.c.id)
    .correlate(societies)
    .scalar_subquery()
)
# An expression, and not the bare column, keeps SQLite from walking the whole country by the index on this column.
_ends_on = func.coalesce(_term.c.expires_on, _term.c.formed_on, type_=Date)
_has_left = or_(
    *(outbox.c.state == each.value for each in (State.SUBMITTED, State.UNCONFIRMED, State.DELIVERED, State.FAILED))
)


class _Seat:
    """A seat of the society's committee in the statement: who holds it, and why no message reaches him."""

    def __init__(self, role: Role) -> None:
        self.held = appointments.alias(role.value)
        self.person = people.alias(f"{role.value}_person")
        self.role = role

    def joined(self, start: FromClause) -> FromClause:
        """With this seat, which may be empty."""
        held = self.held.c
        serves = and_(held.society_id == societies.c.id, held.role == self.role.value, held.ended_on.is_(None))
        return start.outerjoin(self.held, serves).outerjoin(self.person, self.person.c.id == held.person_id)

    def lack(self) -> ColumnElement[Any]:
        """Why he is not reached; NULL where he is. In a linked chat he is, whatever becomes of short messages."""
        number = self.person.c.msisdn
        newest = (
            select(outbox.c.state)
            .where(outbox.c.recipient == number, _has_left)
            .order_by(outbox.c.id.desc())
            .limit(FAILURES)
            .correlate(self.person)
            .subquery(f"newest_to_{self.role.value}")
        )
        failed = (
            select(func.count())
            .select_from(newest)
            .where(newest.c.state == State.FAILED.value)
            .correlate(self.person)
            .scalar_subquery()
        )
        linked = select(literal(1)).where(links.c.msisdn == number, _linked_now).correlate(self.person).exists()
        return case(
            (number.is_(None), Lack.MISSING.value), (and_(failed == FAILURES, ~linked), Lack.FAILING.value)
        ).label(self.role.value)


def _needing(*where: ColumnElement[Any]) -> Select[Any]:
    """The societies whose term is over or ends soon and who are not reached: what still runs first, as in the calendar."""
    president, secretary = _Seat(Role.PRESIDENT), _Seat(Role.SECRETARY)
    start = offices.join(societies, societies.c.office_id == offices.c.id).join(
        _term, and_(_term.c.society_id == societies.c.id, _term.c.formed_on == _last)
    )
    own = societies.c
    needing = (
        select(
            *(own.id, own.registration_no, own.name_bn, own.name_en, offices.c.lineage),
            *(president.lack(), secretary.lack(), _ends_on.label("ends_on")),
        )
        .select_from(secretary.joined(president.joined(start)))
        .where(_ends_on <= _YELLOW_UNTIL, *where)
        .subquery("needing")
    ).c
    over = needing.ends_on < _TODAY
    return (
        select(
            *(needing.id, needing.registration_no, needing.name_bn, needing.name_en, needing.lineage),
            *(needing.president, needing.secretary, func.count().over()),
        )
        .where(or_(needing.president.is_not(None), needing.secretary.is_not(None)))
        .order_by(
            case((over, 1), else_=0), case((over, None), else_=needing.ends_on), needing.ends_on.desc(), needing.id
        )
        .limit(bindparam("most"))
    )


def _unreached(*row: Any) -> tuple[Unreached, int]:
    president, secretary = (Lack(each) if each else None for each in row[5:7])
    return Unreached(*(*row[:5], president, secretary)), row[7]


# Two comparisons: PostgreSQL takes no collation, which the parameters carry, inside BETWEEN.
_under = and_(offices.c.lineage >= bindparam("lineage"), offices.c.lineage < bindparam("lineage_end"))
_UNREACHED = Query(_needing(_under), _unreached)
_UNREACHED_OF = Query(_needing(among(societies.c.id, "ids")), _unreached)


def unanswered(tx: Tx, today: date, before: datetime) -> dict[str, int]:
    """How many yellow societies of each office have not answered a reminder that left by a moment; by the office's code."""
    return dict(tx.all(_UNANSWERED, **_days(today), before=before))


def unreached(tx: Tx, lineage: str, today: date, most: int) -> tuple[int, list[Unreached]]:
    """How many societies of a subtree of offices need a message which would not reach them, and the most urgent ones."""
    # A lineage ends in '/'; '0' is the character after it, so that the range is exactly the offices below.
    found = tx.all(_UNREACHED, lineage=lineage, lineage_end=lineage[:-1] + "0", **_days(today), most=most)
    return (found[0][1] if found else 0), [each for each, _ in found]


def unreached_of(tx: Tx, ids: Sequence[int], today: date) -> list[Unreached]:
    """Of these societies those of which that is true, in the order given."""
    found = {each.id: each for each, _ in tx.all(_UNREACHED_OF, ids=list(ids), **_days(today), most=len(ids))}
    return [found[each] for each in ids if each in found]


def _days(today: date) -> dict[str, date]:
    return {"today": today, "yellow_until": today + timedelta(days=YELLOW_FROM_DAYS)}
