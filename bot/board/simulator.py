"""What the phones on the web page ask for: who may be played, sending, the two threads of a person, the story of a message.

A person has a telephone and a chat. What he sends goes the way of every message in, through the receiver; everything that is shown
comes from the store, so that the page shows what is there and not what it remembers. Only messages of the simulator's own channels are
ever shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import demo
from bot.board import chat, explained
from bot.board.guard import Refused
from bot.board.texted import CHAT, SMS, How, Texted, recorded
from bot.domain.access import Role
from bot.domain.errors import BartaError, StoreError
from bot.receive import identify
from bot.store import conversation, marks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from bot.clock import Clock
    from bot.domain.messages import File, Language
    from bot.domain.replies import Order
    from bot.i18n import Renderer
    from bot.receive import Receiver
    from bot.store.conversation import Came
    from bot.store.query import Tx
    from bot.store.store import Store

    Make = Callable[[Order], Awaitable[File]]

SHOWN = 50
"""Messages of each direction in a thread."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text to try.

    Attributes:
        text: as a person would type it.
        role: who would, where it makes a difference.
        hint: what is special about it: ``page.try.<hint>`` in the catalogue.
        phone: ``sms`` or ``chat``, where it makes a difference; else it goes to the phone in front.
    """

    text: str
    role: Role | None = None
    hint: str | None = None
    phone: str | None = None


EXAMPLES = (
    Example("অবস্থা ১/২০২৩"),
    Example("STATUS 1/2023"),
    Example("obostha 7/2009", hint="banglish"),
    Example("অবস্হা ১/২০২৩", hint="misspelt"),
    Example("status 7/2009", Role.PUBLIC, "list"),
    Example("লিংক", hint="link", phone="sms"),
    Example("অবস্থা", Role.PRESIDENT, "president"),
    Example("আমাদের সমিতির মেয়াদ কত দিন আছে", Role.PRESIDENT, "president"),
    Example("পাঠান", hint="many"),
    Example("সাহায্য"),
    Example("LANG EN"),
    Example("ভাষা বাংলা"),
    Example("আজ আবহাওয়া কেমন", hint="stray"),
)


async def nothing_made(_: Order) -> File:
    """Where nobody makes documents.

    Raises:
        Refused: 404.
    """
    raise Refused(404, "no_document")


class Simulator:
    """The phones' side of the gateway.

    Args:
        make: makes a document that was ordered.
    """

    def __init__(
        self, store: Store, receiver: Receiver, renderer: Renderer, clock: Clock, short_code: str, make: Make
    ) -> None:
        self._store = store
        self._receiver = receiver
        self._renderer = renderer
        self._clock = clock
        self._short_code = short_code
        self._make = make

    async def people(self) -> list[Mapping[str, Any]]:
        """Whom the page offers to play: the people of the demo data; nobody on a real database."""
        return await self._store.read(partial(_people, today=self._clock.today()))

    async def send(self, texted: Texted, language: Language) -> dict[str, Any]:
        """Take in what was done on a phone, and tell what became of it.

        Raises:
            StoreError: the database cannot take it now.
            Refused: 400 where a sender that is no telephone would chat.
        """
        sender = _chat(texted.sender) if texted.channel == CHAT else texted.sender
        started = time.perf_counter()
        outcome = await self._receiver.outcome(texted.mo(sender, self._short_code, language))
        took = time.perf_counter() - started
        story = await self.story(outcome.answer.inbox_id)
        return {"fresh": outcome.fresh, "took_ms": round(took * 1000, 1), **story}

    async def story(self, inbox_id: int) -> dict[str, Any]:
        """Everything about one message of these channels.

        Raises:
            Refused: 404 when there is no such message.
        """
        channel, came = await self._store.read(partial(_came, inbox_id=inbox_id))
        if came is None:
            raise Refused(404, "no_message")
        today = self._clock.today()
        how, _ = recorded(came.provider_id, channel)
        understanding = self._receiver.grammar.parse(came.text, today) if how is How.TEXT else None
        told = partial(explained.story, came=came, channel=channel, understanding=understanding, today=today)
        return await self._store.read(told)

    async def thread(self, sender: str) -> dict[str, Any]:
        """The newest messages from and to one person, on his telephone and in his chat."""
        return await self._store.read(partial(self._threads, sender=sender, today=self._clock.today()))

    def _threads(self, tx: Tx, sender: str, today: date) -> dict[str, Any]:
        number, _ = identify(sender)
        went = conversation.went_to(tx, number, SMS, SHOWN)
        messages = explained.thread(
            [explained.incoming(one, SMS) for one in conversation.came_from(tx, number, SMS, SHOWN)],
            [explained.outgoing(one) for one in went],
        )
        own = chat.chat_of(sender)
        chatted = None if own is None else self._chatted(tx, own, today)
        return {
            "sender": explained.sender(tx, number, today),
            "messages": messages,
            "chat": chatted,
            "on_its_way": any(
                one.get("state") in explained.ON_ITS_WAY or one.get("changes")
                for one in (*messages, *(chatted["messages"] if chatted else ()))
            ),
        }

    def _chatted(self, tx: Tx, own: str, today: date) -> dict[str, Any]:
        number, linked = chat.speaks_for(tx, own)
        return {
            "id": own,
            "number": number if linked else None,
            "messages": explained.thread(
                [explained.incoming(one, CHAT) for one in conversation.came_from(tx, own, CHAT, SHOWN)],
                [
                    explained.outgoing(one) | chat.shown(one, self._renderer, today)
                    for one in conversation.went_to(tx, own, CHAT, SHOWN)
                ],
            ),
        }

    async def document(self, message: int, sender: str) -> File:
        """The document that went with a message to the sender's chat, made now.

        Raises:
            Refused: 404 when there is none, or it cannot be made.
        """
        order = await self._store.read(partial(chat.ordered, message=message, chat=_chat(sender)))
        if order is None:
            raise Refused(404, "no_document")
        try:
            return await self._make(order)
        except StoreError:
            raise
        except BartaError:
            raise Refused(404, "no_document") from None


def _chat(sender: str) -> str:
    own = chat.chat_of(sender)
    if own is None:
        raise Refused(400, "no_chat")
    return own


def _came(tx: Tx, inbox_id: int) -> tuple[str, Came | None]:
    found = ((channel, conversation.came(tx, inbox_id, channel)) for channel in (SMS, CHAT))
    return next((each for each in found if each[1] is not None), ("", None))


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
