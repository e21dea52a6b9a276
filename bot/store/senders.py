"""Who a number is: its choices, its appointments, its open dialogue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Date, Text, and_, bindparam, delete, func, or_, select

from bot.domain.access import Post, Role
from bot.domain.messages import Language
from bot.store.query import Query, upsert
from bot.store.schema import appointments, dialogues, offices, people, societies, subscribers
from bot.store.types import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What is known of a number.

    Attributes:
        language: chosen with the language command, or given by the officers' list.
        stopped_at: since when STOP is in force.
        puzzled_at: when it last got the short help.
        dialogue: kind and state of its open dialogue.
        posts: the appointments open today of everybody who uses it.
    """

    language: Language | None
    stopped_at: datetime | None
    puzzled_at: datetime | None
    dialogue: tuple[str, Mapping[str, Any]] | None
    posts: tuple[Post, ...]


_post_office = offices.alias("post_office")
_society_office = offices.alias("society_office")
_number = select(bindparam("msisdn", type_=Text).label("msisdn")).subquery("number")

# One statement for everything about a number: a row for each post, or a single one without a post.
_KNOWN: Query[tuple[Any, ...]] = Query(
    select(
        subscribers.c.language,
        subscribers.c.stopped_at,
        subscribers.c.puzzled_at,
        dialogues.c.kind,
        dialogues.c.state,
        appointments.c.role,
        people.c.name,
        func.coalesce(_post_office.c.lineage, _society_office.c.lineage),
        appointments.c.society_id,
    )
    .select_from(
        _number.outerjoin(subscribers, subscribers.c.msisdn == _number.c.msisdn)
        .outerjoin(
            dialogues,
            and_(dialogues.c.msisdn == _number.c.msisdn, dialogues.c.expires_at > bindparam("now", type_=Instant)),
        )
        .outerjoin(people, people.c.msisdn == _number.c.msisdn)
        .outerjoin(
            appointments,
            and_(
                appointments.c.person_id == people.c.id,
                # A post counts from the day it is recorded: the date of its beginning is that of the committee, which the registry
                # may give a little late, and nobody enters an appointment long before.
                or_(appointments.c.ended_on.is_(None), appointments.c.ended_on > bindparam("today", type_=Date)),
            ),
        )
        .outerjoin(_post_office, _post_office.c.id == appointments.c.office_id)
        .outerjoin(societies, societies.c.id == appointments.c.society_id)
        .outerjoin(_society_office, _society_office.c.id == societies.c.office_id)
    )
    .order_by(appointments.c.id),
    lambda *row: row,
)
_LANGUAGE: Query[str | None] = Query(select(subscribers.c.language).where(subscribers.c.msisdn == bindparam("msisdn")))
_KEEP_DIALOGUE = upsert(
    dialogues, "msisdn", "kind", "state", "expires_at", unique=["msisdn"], update=["kind", "state", "expires_at"]
)
_END_DIALOGUE: Query[int] = Query(delete(dialogues).where(dialogues.c.msisdn == bindparam("msisdn")))
_SET_LANGUAGE = upsert(subscribers, "msisdn", "language", unique=["msisdn"], update=["language"])
_SET_STOPPED = upsert(subscribers, "msisdn", "stopped_at", unique=["msisdn"], update=["stopped_at"])
_SET_PUZZLED = upsert(subscribers, "msisdn", "puzzled_at", unique=["msisdn"], update=["puzzled_at"])


def known(tx: Tx, msisdn: str, today: date, now: datetime) -> Subscriber:
    """Everything about a number, on ``today`` and at ``now``; nothing but None where it is not known at all."""
    rows = tx.all(_KNOWN, msisdn=msisdn, today=today, now=now)
    language, stopped_at, puzzled_at, kind, state = rows[0][:5]
    return Subscriber(
        Language(language) if language else None,
        stopped_at,
        puzzled_at,
        (kind, json.loads(state)) if kind else None,
        tuple(Post(Role(role), name, lineage, society) for *_, role, name, lineage, society in rows if role),
    )


def language_of(tx: Tx, msisdn: str) -> Language | None:
    """The language a number has chosen, or was given."""
    found = tx.first(_LANGUAGE, msisdn=msisdn)
    return Language(found) if found else None


def keep_dialogue(tx: Tx, msisdn: str, kind: str, state: Mapping[str, Any], expires_at: datetime) -> None:
    """Open a dialogue or move it on; a number has one at a time."""
    tx.run(_KEEP_DIALOGUE, msisdn=msisdn, kind=kind, state=json.dumps(state, ensure_ascii=False), expires_at=expires_at)


def end_dialogue(tx: Tx, msisdn: str) -> bool:
    """Close the number's dialogue; whether there was one."""
    return tx.run(_END_DIALOGUE, msisdn=msisdn) > 0


def choose_language(tx: Tx, msisdn: str, language: Language) -> None:
    """Remember the language the number is answered in."""
    tx.run(_SET_LANGUAGE, msisdn=msisdn, language=language)


def stop(tx: Tx, msisdn: str, at: datetime | None) -> None:
    """Put STOP in force from ``at``, or lift it with None."""
    tx.run(_SET_STOPPED, msisdn=msisdn, stopped_at=at)


def puzzled(tx: Tx, msisdn: str, at: datetime) -> None:
    """Remember that the number just got the short help."""
    tx.run(_SET_PUZZLED, msisdn=msisdn, puzzled_at=at)
