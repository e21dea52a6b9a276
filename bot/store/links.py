"""Chats linked to telephone numbers: a chat stands for one number, a number is reached in one chat per channel; old links are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, or_, select, update

from bot.store.query import Query, values_of
from bot.store.schema import links

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a number is reached."""

    channel: str
    chat: str


_open = links.c.ended_at.is_(None)
_NUMBER: Query[str] = Query(
    select(links.c.msisdn).where(links.c.channel == bindparam("channel"), links.c.chat == bindparam("chat"), _open)
)
_LAST_NUMBER: Query[str] = Query(
    select(links.c.msisdn)
    .where(
        links.c.channel == bindparam("channel"),
        links.c.chat == bindparam("chat"),
        or_(_open, links.c.ended_by == "blocked"),
    )
    .order_by(links.c.id.desc())
    .limit(1)
)
_CHATS = Query(
    select(links.c.channel, links.c.chat).where(links.c.msisdn == bindparam("msisdn"), _open).order_by(links.c.id), Chat
)
_RIVALS = Query(
    select(links.c.chat, links.c.msisdn).where(
        links.c.channel == bindparam("channel"),
        _open,
        or_(links.c.chat == bindparam("chat"), links.c.msisdn == bindparam("msisdn")),
    ),
    lambda chat, msisdn: (str(chat), str(msisdn)),
)
_ADD: Query[int] = Query(insert(links).values(values_of("channel", "chat", "msisdn", "proof", "linked_at")))
_END: Query[int] = Query(
    update(links)
    .where(links.c.channel == bindparam("for_channel"), links.c.chat == bindparam("for_chat"), _open)
    .values(ended_at=bindparam("at"), ended_by=bindparam("why"))
)


def number_of(tx: Tx, channel: str, chat: str) -> str | None:
    """The number that a chat stands for, if it is linked."""
    return tx.first(_NUMBER, channel=channel, chat=chat)


def last_number_of(tx: Tx, channel: str, chat: str) -> str | None:
    """Likewise; or, where its owner has blocked the bot, the number that it stood for until then."""
    return tx.first(_LAST_NUMBER, channel=channel, chat=chat)


def chats_of(tx: Tx, msisdn: str) -> list[Chat]:
    """The chats a number is linked to, one per channel at most."""
    return tx.all(_CHATS, msisdn=msisdn)


def link(tx: Tx, channel: str, chat: str, msisdn: str, proof: str, at: datetime) -> list[str]:
    """Let a chat stand for a number from now on.

    Returns:
        The other chats on this channel that stood for the number until now, so that they can be told.
    """
    rivals = tx.all(_RIVALS, channel=channel, chat=chat, msisdn=msisdn)
    if (chat, msisdn) in rivals:
        return []
    for rival, _ in rivals:
        end(tx, channel, rival, at, "replaced")
    tx.run(_ADD, channel=channel, chat=chat, msisdn=msisdn, proof=proof, linked_at=at)
    return [rival for rival, _ in rivals if rival != chat]


def end(tx: Tx, channel: str, chat: str, at: datetime, why: str) -> bool:
    """End a chat's link; whether there was one."""
    return tx.run(_END, for_channel=channel, for_chat=chat, at=at, why=why) > 0
