"""Messages that go another way than they were queued for: the same row, so that nobody ever gets two.

Only what was certainly not taken moves: it is ``queued``, or its courier knows and holds it still. What is ``unconfirmed`` never does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, bindparam, func, select, update

from bot.domain.messages import Language, State
from bot.domain.quiet import LEAST
from bot.store.query import Query
from bot.store.ready import MOST_PRESSING, QUEUED, leaving
from bot.store.schema import links, outbox
from bot.store.types import Taka

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy import CTE, ColumnElement, Executable

    from bot.domain.segments import Measure
    from bot.store.query import Tx

FOR_THE_CHAT = ":chat"
"""How the key of a message ends that goes to a chat while another one goes by SMS: it has no other way."""

_AFRESH: dict[str, Any] = {
    "state": "queued",
    "lease_until_at": None,
    "retry_at": None,
    "attempts": 0,
    "submitted_at": None,
    "provider_id": None,
}


@dataclass(frozen=True, slots=True)
class Stranded:
    """A message in the queue of a chat, and the number that the chat stands for."""

    id: int
    channel: str
    attempt: int
    number: str
    content: str
    language: Language

    @classmethod
    def of(cls, id: int, channel: str, attempt: int, number: str, content: str, language: str) -> Stranded:  # noqa: A002 - the column's name
        """From a row."""
        return cls(id, channel, attempt, number, content, Language(language))


def _onward(ids: CTE) -> Executable:
    return (
        update(outbox)
        .where(outbox.c.id.in_(select(ids.c.id)), QUEUED)
        .values(
            **_AFRESH,
            channel=bindparam("by"),
            price=outbox.c.segments * bindparam("rate", type_=Taka),
        )
        .returning(outbox.c.id)
    )


_ONWARD: Query[int] = Query({name: _onward(ids) for name, ids in leaving().items()})


def _linked(channel: ColumnElement[Any], chat: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    return [links.c.channel == channel, links.c.chat == chat, links.c.ended_at.is_(None)]


def _stranded(ids: CTE) -> Executable:
    return (
        select(
            outbox.c.id,
            outbox.c.channel,
            outbox.c.attempts,
            links.c.msisdn,
            outbox.c.content,
            outbox.c.language,
        )
        .join_from(outbox, links, and_(*_linked(outbox.c.channel, outbox.c.recipient)))
        .where(outbox.c.id.in_(select(ids.c.id)))
        .order_by(outbox.c.priority, outbox.c.id)
    )


_STRANDED = Query(
    {
        name: _stranded(ids)
        for name, ids in leaving(
            lambda row: row["in_reply_to"].is_(None),
            lambda row: func.replace(row["key"], FOR_THE_CHAT, "") == row["key"],
            lambda row: select(links.c.id).where(*_linked(bindparam("channel"), row["recipient"])).exists(),
        ).items()
    },
    Stranded.of,
)
_DIVERT: Query[int] = Query(
    update(outbox)
    .where(
        outbox.c.id == bindparam("row_id"),
        outbox.c.attempts == bindparam("attempt"),
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.state == bindparam("in_state"),
    )
    .values(
        **_AFRESH,
        channel=bindparam("by"),
        recipient=bindparam("number"),
        content=bindparam("new_content"),
        text=bindparam("new_text"),
        encoding=bindparam("new_encoding"),
        segments=bindparam("new_segments"),
        price=bindparam("new_price"),
        error=bindparam("why", type_=Text),
    )
)
_GIVE_UP: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), QUEUED, outbox.c.channel == bindparam("on_channel"))
    .values(state="failed", settled_at=bindparam("at"), error=bindparam("why"))
)


def onward(tx: Tx, channel: str, by: str, rate: Decimal, *, now: datetime, most: int, least: int = LEAST) -> int:
    """Let at most ``most`` messages that could leave on a channel leave on another one of its kind, at its rate; how many there were."""
    return len(tx.all(_ONWARD, channel=channel, by=by, rate=rate, now=now, most=most, first=MOST_PRESSING, least=least))


def stranded(tx: Tx, channel: str, *, now: datetime, most: int, least: int = LEAST) -> list[Stranded]:
    """At most ``most`` messages that could leave on a channel of chats, that nobody asked for, and that a number can get instead."""
    return tx.all(_STRANDED, channel=channel, now=now, most=most, first=MOST_PRESSING, least=least)


def divert(
    tx: Tx,
    row_id: int,
    attempt: int,
    channel: str,
    state: State,
    *,
    by: str,
    number: str,
    content: str,
    text: str,
    size: Measure,
    price: Decimal,
    why: str | None,
) -> bool:
    """Let one message of a chat go to a number by SMS; whether it still was where the caller thinks it is."""
    return (
        tx.run(
            _DIVERT,
            row_id=row_id,
            attempt=attempt,
            on_channel=channel,
            in_state=state,
            by=by,
            number=number,
            new_content=content,
            new_text=text,
            new_encoding=size.encoding,
            new_segments=size.segments,
            new_price=price,
            why=why,
        )
        > 0
    )


def give_up(tx: Tx, row: Stranded, *, why: str, at: datetime) -> bool:
    """It can go no way at all."""
    return tx.run(_GIVE_UP, row_id=row.id, on_channel=row.channel, why=why, at=at) > 0
