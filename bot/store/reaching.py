"""Whom a broadcast reaches: the row of each of its people, and what of it has not left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select, text, update

from bot.store.query import Query, insert_once
from bot.store.schema import READY, outbox, recipients

if TYPE_CHECKING:
    from bot.domain.broadcasts import Unreached
    from bot.store.audiences import Member
    from bot.store.query import Tx

_RECIPIENT: Query[int] = insert_once(
    recipients,
    *("broadcast_id", "person_id", "office_id", "society_id", "msisdn", "outbox_id", "unreached"),
    unique=["broadcast_id", "msisdn"],
)
_NAMELESS: Query[int] = Query(
    select(recipients.c.id).where(
        recipients.c.broadcast_id == bindparam("broadcast_id"),
        recipients.c.person_id == bindparam("person_id"),
        recipients.c.msisdn.is_(None),
    )
)
_ON_ITS_WAY: Query[int] = Query(
    select(outbox.c.id)
    .where(
        outbox.c.broadcast_id == bindparam("broadcast_id"),
        or_(outbox.c.state == "queued", outbox.c.state == "sending"),
    )
    .limit(1)
)
_AHEAD: Query[int] = Query(
    select(func.coalesce(func.sum(outbox.c.segments), 0)).where(outbox.c.channel == bindparam("channel"), text(READY))
)
_AFTER_ALL: Query[int] = Query(
    update(recipients)
    .where(
        recipients.c.broadcast_id == bindparam("of"),
        recipients.c.msisdn == bindparam("number"),
        recipients.c.outbox_id.is_(None),
    )
    .values(outbox_id=bindparam("message"), unreached=None)
)


def reach(tx: Tx, broadcast_id: int, member: Member, outbox_id: int) -> None:
    """Note somebody's message, also where it was noted before that his number gets none: two people share it, and START came in between."""
    if not _add(tx, broadcast_id, member, outbox_id, None):
        tx.run(_AFTER_ALL, of=broadcast_id, number=member.msisdn, message=outbox_id)


def miss(tx: Tx, broadcast_id: int, member: Member, why: Unreached) -> None:
    """Note why somebody gets no message; once for each number, or for each person without one."""
    known = None
    if member.msisdn is None:
        known = tx.first(_NAMELESS, broadcast_id=broadcast_id, person_id=member.person_id)
    if known is None:
        _add(tx, broadcast_id, member, None, why)


def _add(tx: Tx, broadcast_id: int, member: Member, outbox_id: int | None, unreached: Unreached | None) -> bool:
    return (
        tx.run(
            _RECIPIENT,
            broadcast_id=broadcast_id,
            person_id=member.person_id,
            office_id=member.office_id,
            society_id=member.society_id,
            msisdn=member.msisdn,
            outbox_id=outbox_id,
            unreached=unreached,
        )
        > 0
    )


def on_its_way(tx: Tx, broadcast_id: int) -> bool:
    """Whether any of its messages waits or is being sent."""
    return tx.first(_ON_ITS_WAY, broadcast_id=broadcast_id) is not None


def ahead(tx: Tx, channel: str) -> int:
    """How many segments wait on a channel already."""
    return tx.one(_AHEAD, channel=channel)
