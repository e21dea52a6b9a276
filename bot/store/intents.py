"""Intents: which person is to be reminded of what, once.

The key is (society, kind, occasion, milestone, person): what runs twice adds nothing. What an intent's message became, the outbox knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Date, bindparam, func, or_, select, text

from bot.domain.milestones import IntentState, ReminderKind
from bot.store.query import Query, upsert
from bot.store.schema import intents, outbox, people
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Sequence
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


AGAIN = "R"
"""Begins the milestone of a reminder that an officer asked for."""


def term_occasion(term_id: int, last_day: date) -> str:
    """What the milestones of a term count to: a term whose end was corrected is another occasion."""
    return f"{term_id}@{last_day.isoformat()}"


def _key_and_number(
    society_id: int, kind: str, occasion: str, milestone: str, person_id: int, msisdn: str | None
) -> tuple[Key, str | None]:
    return Key.of(society_id, kind, occasion, milestone, person_id), msisdn


_REOPENED = ("term_id", "office_id", "send_on", "state", "outbox_id", "made_at")
_ADD = upsert(
    intents,
    *("kind", "society_id", "occasion", "milestone", "person_id", *_REOPENED),
    unique=["society_id", "kind", "occasion", "milestone", "person_id"],
    update=_REOPENED,
    # What was taken back, or reached nobody, may be made again; nothing else is.
    where=text("intents.state IN ('cancelled', 'withheld')"),
)
_KEYS = Query(
    select(
        *(intents.c.society_id, intents.c.kind, intents.c.occasion, intents.c.milestone, intents.c.person_id),
        people.c.msisdn,
    )
    .join_from(intents, people, people.c.id == intents.c.person_id)
    .where(
        among(intents.c.society_id, "societies"),
        intents.c.kind == bindparam("kind"),
        text("intents.state IN ('made', 'superseded')"),
    ),
    _key_and_number,
)
_ON_DAY: Query[int] = Query(
    select(func.count(intents.c.society_id.distinct()))
    .select_from(intents.outerjoin(outbox, outbox.c.id == intents.c.outbox_id))
    .where(
        intents.c.office_id == bindparam("office_id"),
        intents.c.send_on == bindparam("day", type_=Date),
        intents.c.kind == bindparam("kind"),
        intents.c.state == "made",
        or_(outbox.c.state.is_(None), outbox.c.state != "cancelled"),
    )
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
    """Write an intent down, or open again one that was taken back; whether it was not there."""
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


def known(tx: Tx, kind: ReminderKind, society_ids: Sequence[int]) -> dict[Key, str | None]:
    """The intents of one kind that stand, with the person's number; not what was taken back or reached nobody."""
    return dict(tx.all(_KEYS, societies=list(society_ids), kind=kind))


def on_day(tx: Tx, office_id: int, kind: ReminderKind, day: date) -> int:
    """How many societies of an office are reminded of a kind of thing on a day."""
    return tx.one(_ON_DAY, office_id=office_id, kind=kind, day=day)
