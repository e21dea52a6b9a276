"""Who a number is: its choices, its appointments, its open dialogue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, delete, or_, select

from bot.domain.access import Post, Role
from bot.domain.messages import Language
from bot.store.query import Query, upsert
from bot.store.schema import appointments, dialogues, offices, people, societies, subscribers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What a number has chosen, and when it last got the short help."""

    language: Language | None
    stopped_at: datetime | None
    puzzled_at: datetime | None

    @classmethod
    def of(cls, language: str | None, stopped_at: datetime | None, puzzled_at: datetime | None) -> Subscriber:
        """From a row."""
        return cls(Language(language) if language else None, stopped_at, puzzled_at)


UNKNOWN = Subscriber(None, None, None)

_SUBSCRIBER = Query(
    select(subscribers.c.language, subscribers.c.stopped_at, subscribers.c.puzzled_at).where(
        subscribers.c.msisdn == bindparam("msisdn")
    ),
    Subscriber.of,
)

_post_office = offices.alias("post_office")
_society_office = offices.alias("society_office")


def _post(role: str, person: str, office: str | None, society_office: str | None, society_id: int | None) -> Post:
    return Post(Role(role), person, office or society_office or "", society_id)


_POSTS = Query(
    select(
        appointments.c.role,
        people.c.name,
        _post_office.c.lineage,
        _society_office.c.lineage,
        appointments.c.society_id,
    )
    .select_from(
        people.join(appointments, appointments.c.person_id == people.c.id)
        .outerjoin(_post_office, _post_office.c.id == appointments.c.office_id)
        .outerjoin(societies, societies.c.id == appointments.c.society_id)
        .outerjoin(_society_office, _society_office.c.id == societies.c.office_id)
    )
    .where(
        people.c.msisdn == bindparam("msisdn"),
        appointments.c.started_on <= bindparam("today"),
        or_(appointments.c.ended_on.is_(None), appointments.c.ended_on > bindparam("today")),
    )
    .order_by(appointments.c.id),
    _post,
)
_DIALOGUE = Query(
    select(dialogues.c.kind, dialogues.c.state).where(
        and_(dialogues.c.msisdn == bindparam("msisdn"), dialogues.c.expires_at > bindparam("now"))
    ),
    lambda kind, state: (kind, json.loads(state)),
)
_KEEP_DIALOGUE = upsert(
    dialogues, "msisdn", "kind", "state", "expires_at", unique=["msisdn"], update=["kind", "state", "expires_at"]
)
_END_DIALOGUE: Query[int] = Query(delete(dialogues).where(dialogues.c.msisdn == bindparam("msisdn")))
_SET_LANGUAGE = upsert(subscribers, "msisdn", "language", unique=["msisdn"], update=["language"])
_SET_STOPPED = upsert(subscribers, "msisdn", "stopped_at", unique=["msisdn"], update=["stopped_at"])
_SET_PUZZLED = upsert(subscribers, "msisdn", "puzzled_at", unique=["msisdn"], update=["puzzled_at"])


def subscriber(tx: Tx, msisdn: str) -> Subscriber:
    """What the number has chosen."""
    return tx.first(_SUBSCRIBER, msisdn=msisdn) or UNKNOWN


def posts(tx: Tx, msisdn: str, today: date) -> list[Post]:
    """The appointments open on ``today`` of everybody who uses the number."""
    return tx.all(_POSTS, msisdn=msisdn, today=today)


def dialogue(tx: Tx, msisdn: str, now: datetime) -> tuple[str, Mapping[str, Any]] | None:
    """The number's open dialogue: its kind and state."""
    return tx.first(_DIALOGUE, msisdn=msisdn, now=now)


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
