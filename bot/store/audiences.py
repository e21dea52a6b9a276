"""Whom a broadcast goes to: an audience's people, in pages, each person with what decides how he is reached.

A page of societies is one of consecutive ids, so that walking through an audience costs one pass over the societies whatever the area,
begins again after a crash where it was, and never holds more than a page in memory.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Boolean, Date, Integer, Text, and_, bindparam, func, literal, or_, select

from bot.domain.committee import YELLOW_FROM_DAYS, Colour
from bot.domain.messages import Language, ReceiptKind
from bot.store.moves import FOR_THE_CHAT
from bot.store.owing import under
from bot.store.query import Query
from bot.store.recipients import IN_OFFICE
from bot.store.schema import (
    appointments,
    committee_terms,
    links,
    offices,
    outbox,
    people,
    receipts,
    recipients,
    returns,
    societies,
    subscribers,
)
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, ColumnElement

    from bot.domain.audiences import Audience
    from bot.store.query import Tx


class Member(NamedTuple):
    """Somebody of an audience.

    Attributes:
        position: where he stands in it: the page after him begins behind it.
        person_id: ours; None where the post is vacant.
        name: the person's.
        msisdn: his number, if there is one.
        office_id, society_id: where he serves, one of the two.
        registration_no: of his society.
        place_bn, place_en: the name of his society, or of his office.
        language: that he chose.
        stopped: whether STOP is in force.
    """

    position: int
    person_id: int | None
    name: str | None
    msisdn: str | None
    office_id: int | None
    society_id: int | None
    registration_no: str | None
    place_bn: str
    place_en: str | None
    language: Language | None
    stopped: bool

    @property
    def place(self) -> dict[str, str]:
        """By language."""
        return {"bn": self.place_bn, "en": self.place_en or self.place_bn}


def _member(*row: Any) -> Member:
    language, stopped = row[-2:]
    values = (*row[:-2], Language(language) if language else None, bool(stopped))
    return Member(*values)


_TERM_ENDS = (
    select(committee_terms.c.expires_on)
    .where(committee_terms.c.society_id == societies.c.id)
    .order_by(committee_terms.c.formed_on.desc())
    .limit(1)
    .correlate(societies)
    .scalar_subquery()
)
_within = (
    offices.c.lineage >= bindparam("low"),
    offices.c.lineage < bindparam("high"),
    or_(bindparam("alone", type_=Boolean).is_(False), offices.c.lineage == bindparam("low")),
)


def _wanted(column: Column[Any], name: str) -> ColumnElement[bool]:
    """The column is what was asked for, if something was."""
    value: Any = bindparam(name, type_=Text)
    return or_(value.is_(None), column == value)


def _not_filed(filer: Column[Any], of: Column[Any]) -> ColumnElement[bool]:
    """The return that was asked about is open, if one was."""
    filed = (
        select(literal(1))
        .where(
            filer == of,
            returns.c.form == bindparam("form", type_=Text),
            returns.c.every == bindparam("every", type_=Text),
            returns.c.starts_on == bindparam("starts_on", type_=Date),
            returns.c.filed_at.is_not(None),
        )
        .correlate(of.table)
        .exists()
    )
    return or_(bindparam("form", type_=Text).is_(None), ~filed)


_chosen = (
    select(societies.c.id)
    .join_from(societies, offices, offices.c.id == societies.c.office_id)
    .where(
        societies.c.id > bindparam("after", type_=Integer),
        *_within,
        _wanted(societies.c.level, "level"),
        _wanted(societies.c.category, "category"),
        or_(
            bindparam("ends_before", type_=Date).is_(None),
            and_(bindparam("ends_from", type_=Date) <= _TERM_ENDS, bindparam("ends_before", type_=Date) > _TERM_ENDS),
        ),
        _not_filed(returns.c.society_id, societies.c.id),
    )
    .order_by(societies.c.id)
    .limit(bindparam("most", type_=Integer))
    .subquery("chosen")
)
_who = (people.c.id, people.c.name, people.c.msisdn)
_how = (subscribers.c.language, subscribers.c.stopped_at.is_not(None))
_none = literal(None, type_=Integer)
_BEARERS = Query(
    select(
        *(societies.c.id, *_who, _none, societies.c.id.label("society_id")),
        *(societies.c.registration_no, societies.c.name_bn, societies.c.name_en, *_how),
    )
    .select_from(
        _chosen.join(societies, societies.c.id == _chosen.c.id)
        .outerjoin(
            appointments,
            and_(
                appointments.c.society_id == societies.c.id,
                appointments.c.ended_on.is_(None),
                among(appointments.c.role, "roles"),
            ),
        )
        .outerjoin(people, people.c.id == appointments.c.person_id)
        .outerjoin(subscribers, subscribers.c.msisdn == people.c.msisdn)
    )
    .order_by(societies.c.id, appointments.c.id),
    _member,
)
_OFFICERS = Query(
    select(
        *(appointments.c.id, *_who, offices.c.id.label("office_id"), _none, literal(None, type_=Text)),
        *(offices.c.name_bn, offices.c.name_en, *_how),
    )
    .select_from(
        appointments.join(offices, offices.c.id == appointments.c.office_id)
        .join(people, people.c.id == appointments.c.person_id)
        .outerjoin(subscribers, subscribers.c.msisdn == people.c.msisdn)
    )
    .where(
        appointments.c.id > bindparam("after", type_=Integer),
        IN_OFFICE,
        *_within,
        or_(
            people.c.id == bindparam("person_id", type_=Integer),
            and_(bindparam("person_id", type_=Integer).is_(None), among(appointments.c.role, "roles")),
        ),
        _not_filed(returns.c.office_id, offices.c.id),
    )
    .order_by(appointments.c.id)
    .limit(bindparam("most", type_=Integer)),
    _member,
)
_copy = outbox.alias("copy")
# An urgent message goes by chat, too: whom that copy reached, perhaps or certainly, or still may reach, was not failed.
_came_otherwise = (
    select(_copy.c.id)
    .where(
        _copy.c.key == outbox.c.key + FOR_THE_CHAT,
        and_(_copy.c.state != "failed", _copy.c.state != "expired", _copy.c.state != "cancelled"),
    )
    .correlate(outbox)
    .scalar_subquery()
)
# The first final receipt counts, and what is expired stays so; who has it all the same does not get it again.
_has_it = (
    select(receipts.c.id)
    .where(
        receipts.c.outbox_id == outbox.c.id,
        or_(
            receipts.c.kind == ReceiptKind.DELIVERED.value,
            and_(receipts.c.kind == ReceiptKind.ACCEPTED.value, outbox.c.state == "expired"),
        ),
    )
    .correlate(outbox)
    .exists()
)
_FAILED = Query(
    select(
        *(recipients.c.id, *_who, recipients.c.office_id, recipients.c.society_id, societies.c.registration_no),
        func.coalesce(societies.c.name_bn, offices.c.name_bn),
        func.coalesce(societies.c.name_en, offices.c.name_en),
        *_how,
    )
    .select_from(
        recipients.join(outbox, outbox.c.id == recipients.c.outbox_id)
        .join(people, people.c.id == recipients.c.person_id)
        .outerjoin(societies, societies.c.id == recipients.c.society_id)
        .outerjoin(offices, offices.c.id == recipients.c.office_id)
        .outerjoin(subscribers, subscribers.c.msisdn == people.c.msisdn)
    )
    .where(
        recipients.c.broadcast_id == bindparam("failed_of"),
        recipients.c.id > bindparam("after", type_=Integer),
        or_(outbox.c.state == "failed", outbox.c.state == "expired"),
        _came_otherwise.is_(None),
        ~_has_it,
    )
    .order_by(recipients.c.id)
    .limit(bindparam("most", type_=Integer)),
    _member,
)
_CHATS: Query[tuple[str, str, str]] = Query(
    select(links.c.msisdn, links.c.channel, links.c.chat)
    .where(among(links.c.msisdn, "numbers"), links.c.ended_at.is_(None))
    .order_by(links.c.id),
    lambda msisdn, channel, chat: (msisdn, channel, chat),
)
_STOPPED: Query[str] = Query(
    select(subscribers.c.msisdn).where(among(subscribers.c.msisdn, "numbers"), subscribers.c.stopped_at.is_not(None))
)
_NEVER = date(1, 1, 1)


def page(tx: Tx, audience: Audience, today: date, *, after: int, most: int) -> list[Member]:
    """The people of a page of an audience, with a vacancy for each society where nobody serves.

    A page is ``most`` societies, officers or failures; it is the last one where it is empty.

    Args:
        tx: an open transaction; nothing is written.
        audience: who is meant.
        today: the day on which they serve, and committees have their colours.
        after: the position of the last one of the page before; 0 for the first page.
        most: how long a page is.
    """
    asked: dict[str, Any] = {"after": after, "most": most}
    if audience.failed_of is not None:
        return tx.all(_FAILED, **asked, failed_of=audience.failed_of)
    asked |= under(audience.lineage)
    starts_on = None if audience.starts_on is None else date.fromisoformat(audience.starts_on)
    asked |= {"alone": audience.alone, "roles": [role.value for role in audience.group.roles]}
    asked |= {"form": audience.form, "every": audience.every, "starts_on": starts_on}
    if not audience.group.of_societies:
        return tx.all(_OFFICERS, **asked, today=today, person_id=audience.person_id)
    ends_from, ends_before = _ends(audience.colour, today)
    return tx.all(
        _BEARERS,
        **asked,
        level=audience.level,
        category=audience.category,
        ends_from=ends_from,
        ends_before=ends_before,
    )


def _ends(colour: Colour | None, today: date) -> tuple[date | None, date | None]:
    """Between which days, the second one excluded, the terms of a colour end."""
    yellow = today + timedelta(days=YELLOW_FROM_DAYS + 1)
    match colour:
        case Colour.RED:
            return _NEVER, today
        case Colour.YELLOW:
            return today, yellow
        case Colour.GREEN:
            return yellow, date.max
        case None:
            return None, None


def stopped(tx: Tx, numbers: Iterable[str]) -> set[str]:
    """Those of some numbers for which STOP is in force."""
    return set(tx.all(_STOPPED, numbers=list(numbers)))


def chats(tx: Tx, numbers: Iterable[str], channels: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The chats that stand for some numbers: of several that are open the first one of ours, with its channel."""
    found: dict[str, tuple[str, str]] = {}
    for msisdn, channel, chat in tx.all(_CHATS, numbers=list(numbers)):
        if channel in channels:
            found.setdefault(msisdn, (channel, chat))
    return found
