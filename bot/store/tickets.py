"""Tickets: one-time secrets and what they open. A link that stands for a number, a code sent to it, a request that waits, a document.

Only digests are kept. A ticket is good once: closing it names the state it expects, so that of two who come at once one is too late.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from bot.domain import codes
from bot.store.query import Query, values_of
from bot.store.schema import tickets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Literal

    from bot.store.query import Tx

    Purpose = Literal["link", "code", "confirm", "file"]

TRIES = 5
"""Wrong codes after which a ticket is worth nothing: a chance of one in 200,000 to guess it."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """An open ticket.

    Attributes:
        id: ours.
        holder: whose it is.
        salt, digest: what is kept of its secret.
        content: what it stands for.
        tries: wrong codes so far.
    """

    id: int
    holder: str
    salt: str
    digest: str
    content: Mapping[str, Any]
    tries: int

    @classmethod
    def of(cls, id: int, holder: str, salt: str, digest: str, content: str, tries: int) -> Ticket:  # noqa: A002 - the column's name
        """From a row."""
        return cls(id, holder, salt, digest, json.loads(content), tries)


_ADD: Query[int] = Query(
    insert(tickets)
    .values(
        values_of("purpose", "holder", "salt", "digest", "content", "created_at", "expires_at", "inbox_id"),
    )
    .returning(tickets.c.id)
)
_ticket = select(
    tickets.c.id, tickets.c.holder, tickets.c.salt, tickets.c.digest, tickets.c.content, tickets.c.tries
).where(tickets.c.purpose == bindparam("purpose"), tickets.c.expires_at > bindparam("now"))
_OF_HOLDER = Query(
    _ticket.where(tickets.c.holder == bindparam("holder"), tickets.c.closed_at.is_(None)).order_by(tickets.c.id.desc()),
    Ticket.of,
)
_BY_DIGEST = Query(_ticket.where(tickets.c.digest == bindparam("digest"), tickets.c.closed_at.is_(None)), Ticket.of)
_BY_ID = Query(_ticket.where(tickets.c.id == bindparam("ticket_id"), tickets.c.closed_at.is_(None)), Ticket.of)
_FATE: Query[str | None] = Query(
    select(tickets.c.closed_by).where(tickets.c.id == bindparam("ticket_id"), tickets.c.holder == bindparam("holder"))
)
_recent = select(func.count()).where(
    tickets.c.holder == bindparam("holder"),
    tickets.c.purpose == bindparam("purpose"),
    tickets.c.created_at > bindparam("since"),
)
_RECENT: Query[int] = Query(_recent)
_RECENT_UNUSED: Query[int] = Query(_recent.where(or_(tickets.c.closed_by.is_(None), tickets.c.closed_by != "used")))
_TRY: Query[int] = Query(
    update(tickets).where(tickets.c.id == bindparam("ticket_id")).values(tries=tickets.c.tries + 1)
)
_CLOSE: Query[int] = Query(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket_id"), tickets.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), closed_by=bindparam("why"))
)
_CLOSE_OLDER: Query[int] = Query(
    update(tickets)
    .where(
        tickets.c.holder == bindparam("of"),
        tickets.c.purpose == bindparam("for_purpose"),
        tickets.c.closed_at.is_(None),
    )
    .values(closed_at=bindparam("at"), closed_by="replaced")
)


def issue_code(
    tx: Tx,
    purpose: Purpose,
    holder: str,
    content: Mapping[str, Any],
    *,
    now: datetime,
    until: datetime,
    inbox_id: int | None,
) -> tuple[int, str]:
    """A ticket opened by a code; the holder's older one of this purpose is closed. Returns its id and the code."""
    tx.run(_CLOSE_OLDER, of=holder, for_purpose=purpose, at=now)
    code, salt = codes.new_code(), codes.new_salt()
    made = _add(tx, purpose, holder, content, salt, codes.digest(code, salt), now, until, inbox_id)
    return made, code


def issue_token(
    tx: Tx,
    purpose: Purpose,
    holder: str,
    content: Mapping[str, Any],
    *,
    now: datetime,
    until: datetime,
    inbox_id: int | None = None,
) -> str:
    """A ticket opened by a token that a link carries; older ones stay good. Returns the token."""
    token = codes.new_token()
    _add(tx, purpose, holder, content, "", codes.digest(token), now, until, inbox_id)
    return token


def _add(
    tx: Tx,
    purpose: str,
    holder: str,
    content: Mapping[str, Any],
    salt: str,
    digest: str,
    now: datetime,
    until: datetime,
    inbox_id: int | None,
) -> int:
    return tx.one(
        _ADD,
        purpose=purpose,
        holder=holder,
        salt=salt,
        digest=digest,
        content=json.dumps(content, ensure_ascii=False),
        created_at=now,
        expires_at=until,
        inbox_id=inbox_id,
    )


def of_holder(tx: Tx, purpose: Purpose, holder: str, now: datetime) -> Ticket | None:
    """The holder's newest open ticket."""
    return tx.first(_OF_HOLDER, purpose=purpose, holder=holder, now=now)


def by_token(tx: Tx, purpose: Purpose, token: str, now: datetime) -> Ticket | None:
    """The open ticket that a token opens."""
    return tx.first(_BY_DIGEST, purpose=purpose, digest=codes.digest(token), now=now)


def by_id(tx: Tx, purpose: Purpose, ticket_id: int, now: datetime) -> Ticket | None:
    """The open ticket with our id."""
    return tx.first(_BY_ID, purpose=purpose, ticket_id=ticket_id, now=now)


def mark(tx: Tx, purpose: Purpose, holder: str, *, now: datetime, inbox_id: int | None) -> None:
    """Let ``recent`` count one more for somebody whom a ticket concerns and who does not hold it; a mark opens nothing."""
    _add(tx, purpose, holder, {}, "", "", now, now, inbox_id)


def recent(tx: Tx, purpose: Purpose, holder: str, since: datetime) -> int:
    """How many tickets and marks a holder got since a moment."""
    return tx.one(_RECENT, purpose=purpose, holder=holder, since=since)


def recent_unused(tx: Tx, purpose: Purpose, holder: str, since: datetime) -> int:
    """Likewise, but for those that were put to use."""
    return tx.one(_RECENT_UNUSED, purpose=purpose, holder=holder, since=since)


def opens(tx: Tx, ticket: Ticket, code: str, now: datetime) -> bool:
    """Whether a code opens a ticket. A wrong one counts, and after some the ticket is closed."""
    if codes.matches(code, ticket.salt, ticket.digest):
        return True
    tx.run(_TRY, ticket_id=ticket.id)
    if ticket.tries + 1 >= TRIES:
        close(tx, ticket.id, "tries", now)
    return False


def close(tx: Tx, ticket_id: int, why: str, at: datetime) -> bool:
    """Use up or cancel a ticket; whether it was still open."""
    return tx.run(_CLOSE, ticket_id=ticket_id, why=why, at=at) > 0


def fate(tx: Tx, ticket_id: int, holder: str) -> str | None:
    """What closed a ticket of this holder, if something did."""
    return tx.first(_FATE, ticket_id=ticket_id, holder=holder)
