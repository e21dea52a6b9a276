"""What a channel is: how messages come in from a provider and how they leave to it.

A channel is one readable file in ``bot/channels``. It turns its provider's requests into ``MO`` and ``DLR`` and an ``MT`` into its
provider's request; it knows neither the store nor the other channels. What happened to a submission it says by returning or by
raising one of the four ``SubmitError`` kinds; only ``bot.deliver`` maps those to states:

==================  ==========================================  =====================================
the channel          means                                       the message becomes
==================  ==========================================  =====================================
returns ``Taken``    the provider has it                         ``submitted``
``Unreachable``      certainly not taken                         ``queued`` again, later
``Throttled``        certainly not taken, too fast               ``queued`` again, no attempt burnt
``Busy``             likewise, for this recipient alone          ``queued`` again, the others go on
``Refused``          certainly not taken, never will be          ``failed``; of a chat ``queued`` by SMS
``Gone``             likewise, because the recipient has left     likewise, and his link ends
``OutcomeUnknown``   may have been taken                         ``unconfirmed`` until a receipt tells
==================  ==========================================  =====================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.errors import StoreError
from bot.domain.parts import Whole
from bot.domain.segments import Encoding, Measure, measure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from aiohttp import ClientSession, web

    from bot.domain.messages import DLR, MO, MT, Language
    from bot.domain.parts import Part
    from bot.domain.replies import Abilities


class ChannelSettings(BaseModel):
    """Settings that every channel has; a channel's own come on top."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="Which kind of provider this is: a file in bot/channels.")
    reply: Literal["api", "body"] = Field(
        "api", description="How answers go back: through the provider's send API, or in the response to the message in."
    )
    segments_per_second: Annotated[float, Field(gt=0)] = Field(20.0, description="Pace: most segments per second.")
    price_per_segment: Annotated[Decimal, Field(ge=0)] = Field(
        Decimal("0.35"), description="Price of one segment in taka."
    )
    window: Annotated[int, Field(ge=1, le=256)] = Field(
        10,
        description="Most submissions under way at once, of which a broadcast and reminders take three quarters; "
        "after a crash at most so many, or a quarter more, are of unknown outcome.",
    )
    timeout_seconds: Annotated[float, Field(gt=0)] = Field(
        15.0,
        description="How long to wait for the provider's answer, above 3 s, before the outcome counts as unknown.",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a channel without touching it: its settings, and what the phones at its end can show."""

    settings: ChannelSettings
    abilities: Abilities


def cost(text: str, line: Line) -> tuple[Measure, Decimal]:
    """What a text weighs and costs on a channel; a message to a chat is one message, however long."""
    size = Measure(Encoding.UTF8, len(text), 1) if line.abilities.chat else measure(text)
    return size, line.settings.price_per_segment * size.segments


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway says back to a provider's MO request.

    Attributes:
        inbox_id: ours.
        text: the reply where it travels in the response body; None otherwise.
        encoding: of that text.
    """

    inbox_id: int
    text: str | None = None
    encoding: str = "GSM-7"


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has the message.

    Attributes:
        provider_id: its id for it, where it tells one.
        delivered: whether it is on the handset already (a simulator).
    """

    provider_id: str | None = None
    delivered: bool = False


class Gathers(Protocol):
    """Keeps what a provider hands in part by part, each acknowledged by itself, and knows what comes again."""

    async def take(self, part: Part) -> Whole | None:
        """Keep a part; returns after the commit, with the whole message where every part is there.

        Raises:
            StoreError: it cannot be kept; the provider should try again.
        """
        ...

    async def settle(self, channel: str, session: str, before: datetime) -> None:
        """What came over a connection before a moment is certainly acknowledged, and does not come again."""
        ...


class KeepsNoParts:
    """Where nothing keeps parts: a message that is one part is whole, others are not taken."""

    async def take(self, part: Part) -> Whole | None:
        """Return the message, if it is one part."""
        if part.total > 1:
            message = "nothing here keeps parts of messages"
            raise StoreError(message)
        return Whole(part.name, part.octets)

    async def settle(self, channel: str, session: str, before: datetime) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """What a channel may use of the rest of the program.

    Attributes:
        receive: takes a message in; returns after the commit that made its outcome durable.
        receipt: takes a delivery receipt; returns after the commit; False when the message is not ours.
        http: the shared client for requests to providers.
        short_code: the number people text.
        public_url: where providers reach us, without a slash at the end.
        menu: the commands that a chat offers in its menu, with what each does, by language.
        parts: keeps parts of messages, for providers that hand them in one by one.
    """

    receive: Callable[[MO], Awaitable[Answer]]
    receipt: Callable[[DLR], Awaitable[bool]]
    http: ClientSession
    short_code: str
    public_url: str
    menu: Mapping[Language, Sequence[tuple[str, str]]] = field(default_factory=dict)
    parts: Gathers = field(default_factory=KeepsNoParts)


@runtime_checkable
class Announces(Protocol):
    """A channel that can show its reader that a document is on its way."""

    async def announce(self, to: str) -> None:
        """Show it, for a few seconds. Never raises a ``SubmitError``, and takes no longer than a moment."""
        ...


@runtime_checkable
class Edits(Protocol):
    """A channel that can change a message that was sent."""

    async def edit(self, mt: MT, provider_id: str) -> float | None:
        """Let a message that its reader has look as it does now: its text and its buttons. Never raises a ``SubmitError``.

        Returns:
            For how many seconds the chat should be left alone before it is tried again, 0 where it was changed; None where this
            message cannot be changed any more.
        """
        ...


@runtime_checkable
class Channel(Protocol):
    """One configured provider."""

    Settings: ClassVar[type[ChannelSettings]]
    #: Whether submitting the same message twice reaches the handset once: a lapsed lease may then be sent again.
    idempotent: ClassVar[bool]
    #: What the phones at its end can show.
    abilities: ClassVar[Abilities]
    #: Whether real people get what is submitted; a demo database never opens such a channel.
    real: ClassVar[bool]

    name: str
    #: Where a link begins that opens a chat with us, a token at its end; None where there is none, or it is not known yet.
    start_url: str | None

    def __init__(self, name: str, settings: ChannelSettings, gateway: Gateway) -> None: ...

    @property
    def settings(self) -> ChannelSettings:
        """What was configured."""
        ...

    @property
    def listening(self) -> bool:
        """Whether messages can come in, as far as the channel can tell; ``/readyz`` calls one that cannot degraded."""
        ...

    def routes(self) -> Sequence[web.RouteDef]:
        """The HTTP routes its provider calls, below ``/channels/<name>``."""
        ...

    async def serve(self) -> None:
        """What it does by itself for as long as the gateway runs, such as asking its provider for messages.

        Started once everything is served; cancelled when the gateway stops. Returns at once where there is nothing to do.
        """
        ...

    async def submit(self, mt: MT) -> Taken:
        """Hand one message to the provider.

        Raises:
            SubmitError: one of its four kinds.
        """
        ...
