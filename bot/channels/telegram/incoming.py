"""What an update says: one in a private chat becomes an ``MO``, others are passed over.

A text goes on as it was typed. What only Telegram can know becomes a call of ``link``: a contact that was shared, a link that was
followed, a bot that was blocked. A contact links a number only if it is the sender's own, and only the update tells whose it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.domain.messages import MO, Language, Press
from bot.domain.understanding import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import CallbackQuery, ChatMemberUpdated, Message

KINDS = ("message", "callback_query", "my_chat_member")
"""The updates that are asked for. A text that is edited later has been answered already."""

CONTACT, PRESSED, LEFT = "☎", "👆", "🚫"
"""What stands in the record for what has no text. None of them is a word that means anything."""

_START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<token>\S+)(?:\s.*)?)?\s*", re.DOTALL)
_DIGITS = re.compile(r"[0-9]{8,15}")
_PRESS = re.compile(r"(?P<message>[0-9]{1,18}):(?P<choice>[0-9]{1,3})")
_GONE = frozenset({ChatMemberStatus.BANNED, ChatMemberStatus.LEFT})


@dataclass(frozen=True, slots=True)
class Seen:
    """What an update says.

    Attributes:
        chat: which chat it is of; updates of one chat keep their order.
        mo: the message, if it is one for us.
        query: the press of a button that Telegram wants answered, if it is one.
    """

    chat: str
    mo: MO | None = None
    query: str | None = None


def read(raw: Mapping[str, Any], channel: str) -> Seen:
    """Read an update.

    Raises:
        ValueError: it is none that can be read.
    """
    try:
        update = Update.de_json(dict(raw), None)
        return _seen(update, channel)
    except (KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        message = f"not an update: {type(error).__name__}"
        raise ValueError(message) from error


def _seen(update: Update, channel: str) -> Seen:
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query, channel)
    if update.message is not None:
        return _written(update.update_id, update.message, channel)
    if update.my_chat_member is not None:
        return _left(update.update_id, update.my_chat_member, channel)
    return Seen(chat="")


def _pressed(number: int, query: CallbackQuery, channel: str) -> Seen:
    person = query.from_user
    if person.is_bot or (query.message is not None and query.message.chat.type != ChatType.PRIVATE):
        return Seen(chat=str(person.id), query=query.id)
    chat, data = str(person.id), query.data or ""  # a private chat has the number of the person
    found = _PRESS.fullmatch(data)
    if found is None:  # no button of ours: whatever it says was said
        return Seen(chat, MO(channel, str(number), chat, "", data), query.id)
    press = Press(int(found["message"]), int(found["choice"]))
    return Seen(chat, MO(channel, str(number), chat, "", PRESSED, press=press), query.id)


def _written(number: int, message: Message, channel: str) -> Seen:
    chat, person = str(message.chat.id), message.from_user
    if message.chat.type != ChatType.PRIVATE or person is None or person.is_bot:
        return Seen(chat)
    text, call = message.text or "", None
    if message.contact is not None:
        owner = message.contact.user_id == person.id
        text, call = CONTACT, _link(contact=_international(message.contact.phone_number), owner=owner)
    elif (start := _START.fullmatch(text)) is not None:
        # The token opens the door once: the record keeps that it was used, not what it was.
        text, call = "/start", _link(token=start["token"]) if start["token"] else _link(greet=True)
    return Seen(chat, MO(channel, str(number), chat, "", text, call=call))


def _international(number: str) -> str:
    """A contact's number in full; Telegram often leaves out the plus."""
    return f"+{number}" if _DIGITS.fullmatch(number) and not number.startswith("0") else number


def _left(number: int, change: ChatMemberUpdated, channel: str) -> Seen:
    chat = str(change.chat.id)
    if change.chat.type != ChatType.PRIVATE or change.new_chat_member.status not in _GONE:
        return Seen(chat)
    return Seen(chat, MO(channel, str(number), chat, "", LEFT, call=_link(left=True)))


def _link(**args: Any) -> Call:
    return Call("link", args, Language.BN)
