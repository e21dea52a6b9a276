"""What the page sends: a text from the telephone, or one of the things that a chat can do. Read, or refused in words."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.board.guard import Refused
from bot.domain.messages import MO, Press
from bot.domain.understanding import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.messages import Language

SMS, CHAT = "simulator", "simulated_chat"
"""The channels of the two phones."""

LONGEST_TEXT = 2000
LONGEST_SENDER = 32
LARGEST_BODY = 32 * 1024
LARGEST_ID = 2**31 - 1
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_TOKEN = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TYPED_START = re.compile(r"\s*/start(?:\s+(?P<token>[0-9A-Za-z_-]{1,64}))?\s*")


class How(StrEnum):
    """What was done on the phone."""

    TEXT = "text"
    PRESS = "press"
    CONTACT = "contact"
    START = "start"


_RECORDED = {How.PRESS: "👆", How.CONTACT: "☎", How.START: "/start"}
"""What stands in the record for what has no text, as real chats record it; a button's label takes the place of its mark."""


@dataclass(frozen=True, slots=True)
class Texted:
    """What the page sends.

    Attributes:
        sender: the number, as typed.
        id: the page's own id of the message, so that sending it again after a broken connection changes nothing.
        channel: of which of his two phones.
        how: what he did.
        text: as typed.
        press: the button, where it is one.
        token: of the link that he followed; empty where he only began the chat.
    """

    sender: str
    id: str
    channel: str
    how: How
    text: str = ""
    press: Press | None = None
    token: str = ""

    @classmethod
    def parse(cls, body: bytes) -> Texted:
        """Read the body of a request.

        Raises:
            Refused: 400, or 413 where it is too large.
        """
        if len(body) > LARGEST_BODY:
            raise Refused(413, "too_large")
        try:
            given = json.loads(body)
        except (ValueError, RecursionError):
            raise Refused(400, "json") from None
        if not isinstance(given, dict):
            raise Refused(400, "json")
        identity = given.get("id") or uuid.uuid4().hex
        if not isinstance(identity, str) or _ID.fullmatch(identity) is None:
            raise Refused(400, "id")
        channel = _channel(given.get("phone", "sms"))
        how, what = _done(given, channel)
        return cls(sender_of(given.get("from")), identity, channel, how, **what)

    @property
    def provider_id(self) -> str:
        """The page's id, and what was done before it: the record of the message has no other place for that."""
        return self.id if self.how is How.TEXT else f"{self.how}:{self.id}"

    def mo(self, sender: str, short_code: str, language: Language) -> MO:
        """The message in.

        Args:
            sender: the number as typed, or the id of the chat.
            short_code: what it is sent to.
            language: that of the page, for what has no words.
        """
        call: Call | None = None
        if self.how is How.CONTACT:
            call = Call("link", {"contact": f"+{sender}", "owner": True}, language)
        elif self.how is How.START:
            call = Call("link", {"token": self.token} if self.token else {"greet": True}, language)
        text = _RECORDED.get(self.how, self.text)
        return MO(self.channel, self.provider_id, sender, short_code, text, call=call, press=self.press)


def recorded(provider_id: str, channel: str) -> tuple[How, str]:
    """What was done, and the page's own id, as ``provider_id`` keeps them."""
    how, _, identity = provider_id.rpartition(":")
    return (How(how), identity) if channel == CHAT and how in _RECORDED else (How.TEXT, provider_id)


def sender_of(given: object) -> str:
    """The sender as typed.

    Raises:
        Refused: 400.
    """
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_SENDER or not _is_storable(given):
        raise Refused(400, "from")
    return given.strip()


def id_of(given: str) -> int:
    """One of our ids, as it stands in an address.

    Raises:
        Refused: 400.
    """
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(LARGEST_ID)) and int(given) <= LARGEST_ID):
        raise Refused(400, "id")
    return int(given)


def _channel(phone: object) -> str:
    match phone:
        case "sms":
            return SMS
        case "chat":
            return CHAT
        case _:
            raise Refused(400, "phone")


def _done(given: Mapping[str, Any], channel: str) -> tuple[How, dict[str, Any]]:
    """The one thing that was done, and its values."""
    done = [how for how in (How.PRESS, How.CONTACT, How.START) if how in given]
    if not done:
        return _typed(given.get("text"), channel)
    if len(done) > 1 or "text" in given or channel != CHAT:
        raise Refused(400, "what")
    (how,) = done
    match how, given[how]:
        case How.PRESS, {"message": message, "choice": choice} if _counts(message) and _counts(choice):
            return how, {"press": Press(message, choice)}
        case How.CONTACT, True:
            return how, {}
        case How.START, str(token) if _TOKEN.fullmatch(token):
            return how, {"token": token}
        case _:
            raise Refused(400, "what")


def _typed(given: object, channel: str) -> tuple[How, dict[str, Any]]:
    if not isinstance(given, str) or not given.strip() or not _is_storable(given):
        raise Refused(400, "text")
    if len(given) > LONGEST_TEXT:
        raise Refused(400, "too_long")
    if channel == CHAT and (start := _TYPED_START.fullmatch(given)) is not None:
        return How.START, {"token": start["token"] or ""}
    return How.TEXT, {"text": given}


def _counts(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 < given <= LARGEST_ID


def _is_storable(text: str) -> bool:
    """Neither half a surrogate pair nor a zero byte: no database takes those."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
