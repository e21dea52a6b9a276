"""What the phone on the web page asks for: who may be played, sending a text, the thread of a number, the story of a message.

A text goes the way of every message in, through the receiver; everything that is shown comes from the store, so that the page
shows what is there and not what it remembers. Only messages of the simulator's own channel are ever shown.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import demo
from bot.board import explained
from bot.board.guard import Refused
from bot.domain.access import Role
from bot.domain.messages import MO
from bot.receive import identify
from bot.store import conversation, marks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.clock import Clock
    from bot.receive import Receiver
    from bot.store.query import Tx
    from bot.store.store import Store

CHANNEL = "simulator"
SHOWN = 50
"""Messages of each direction in a thread."""

LONGEST_TEXT = 2000
LONGEST_SENDER = 32
LARGEST_BODY = 32 * 1024
LARGEST_ID = 2**31 - 1
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Example:
    """A text to try.

    Attributes:
        text: as a person would type it.
        role: who would, where it makes a difference.
        hint: what is special about it: ``page.try.<hint>`` in the catalogue.
    """

    text: str
    role: Role | None = None
    hint: str | None = None


EXAMPLES = (
    Example("অবস্থা ১/২০২৩"),
    Example("STATUS 1/2023"),
    Example("obostha 7/2009", hint="banglish"),
    Example("অবস্হা ১/২০২৩", hint="misspelt"),
    Example("অবস্থা", Role.PRESIDENT, "president"),
    Example("আমাদের সমিতির মেয়াদ কত দিন আছে", Role.PRESIDENT, "president"),
    Example("সাহায্য"),
    Example("LANG EN"),
    Example("ভাষা বাংলা"),
    Example("আজ আবহাওয়া কেমন", hint="stray"),
)


@dataclass(frozen=True, slots=True)
class Texted:
    """What the page sends.

    Attributes:
        sender: the number, as typed.
        text: as typed.
        id: the page's own id of the message, so that sending it again after a broken connection changes nothing.
    """

    sender: str
    text: str
    id: str

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
        return cls(sender_of(given.get("from")), _text(given.get("text")), identity)


def sender_of(given: object) -> str:
    """The sender as typed.

    Raises:
        Refused: 400.
    """
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_SENDER or not _is_storable(given):
        raise Refused(400, "from")
    return given.strip()


def _text(given: object) -> str:
    if not isinstance(given, str) or not given.strip() or not _is_storable(given):
        raise Refused(400, "text")
    if len(given) > LONGEST_TEXT:
        raise Refused(400, "too_long")
    return given


def _is_storable(text: str) -> bool:
    """Neither half a surrogate pair nor a zero byte: no database takes those."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


class Simulator:
    """The phone's side of the gateway."""

    def __init__(self, store: Store, receiver: Receiver, clock: Clock, short_code: str) -> None:
        self._store = store
        self._receiver = receiver
        self._clock = clock
        self._short_code = short_code

    async def people(self) -> list[Mapping[str, Any]]:
        """Whom the page offers to play: the people of the demo data; nobody on a real database."""
        return await self._store.read(partial(_people, today=self._clock.today()))

    async def send(self, texted: Texted) -> dict[str, Any]:
        """Take a text in, and tell what became of it.

        Raises:
            StoreError: the database cannot take it now.
        """
        started = time.perf_counter()
        mo = MO(CHANNEL, texted.id, texted.sender, self._short_code, texted.text)
        outcome = await self._receiver.outcome(mo)
        took = time.perf_counter() - started
        story = await self.story(outcome.answer.inbox_id)
        return {"fresh": outcome.fresh, "took_ms": round(took * 1000, 1), **story}

    async def story(self, inbox_id: int) -> dict[str, Any]:
        """Everything about one message of this channel.

        Raises:
            Refused: 404 when there is no such message.
        """
        came = await self._store.read(partial(conversation.came, inbox_id=inbox_id, channel=CHANNEL))
        if came is None:
            raise Refused(404, "no_message")
        today = self._clock.today()
        understanding = self._receiver.grammar.parse(came.text, today)
        return await self._store.read(partial(explained.story, came=came, understanding=understanding, today=today))

    async def thread(self, sender: str) -> dict[str, Any]:
        """The newest messages from and to one number."""
        known, _ = identify(sender)
        return await self._store.read(partial(_thread, number=known, today=self._clock.today()))


def _thread(tx: Tx, number: str, today: date) -> dict[str, Any]:
    came = conversation.came_from(tx, number, CHANNEL, SHOWN)
    went = conversation.went_to(tx, number, CHANNEL, SHOWN)
    return {
        "sender": explained.sender(tx, number, today),
        "messages": explained.thread(came, went),
        "on_its_way": any(one.state in explained.ON_ITS_WAY for one in went),
    }


def _people(tx: Tx, today: date) -> list[Mapping[str, Any]]:
    if not marks.is_demo(tx):
        return []
    found: list[Mapping[str, Any]] = []
    for person in demo.people(tx):
        told = explained.sender(tx, person.msisdn, today)
        colours = [post["society"]["colour"] for post in told["posts"] if post.get("society")]
        found.append(
            {
                "name": person.name,
                "role": str(person.role),
                "number": person.msisdn,
                "place_bn": person.place_bn,
                "place_en": person.place_en,
                "colours": [colour for colour in ("red", "yellow", "green") if colour in colours],
            }
        )
    return found
