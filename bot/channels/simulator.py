"""The phone on the web page and ``barta sms``: a channel whose handset is the outbox itself.

Nothing leaves the machine; a submitted message is delivered at once, and submitting it twice shows it once, because the phone
shows the rows of the outbox.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from bot.channel import ChannelSettings, Taken
from bot.domain.replies import CHAT, SMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from bot.channel import Gateway
    from bot.domain.messages import MT
    from bot.domain.replies import Abilities


class SimulatorChannelSettings(ChannelSettings):
    """The simulator's settings: those of every channel."""

    kind: str = Field("simulator", description="simulator")
    segments_per_second: float = Field(1000.0, description="Pace: most segments per second.")


class SimulatorChannel:
    """Short messages without a network."""

    Settings: ClassVar[type[ChannelSettings]] = SimulatorChannelSettings
    idempotent: ClassVar[bool] = True
    abilities: ClassVar[Abilities] = SMS
    real: ClassVar[bool] = False
    listening: ClassVar[bool] = True

    start_url: str | None = None

    def __init__(self, name: str, settings: ChannelSettings, gateway: Gateway) -> None:
        self.name = name
        self.settings = settings
        self._gateway = gateway

    def routes(self) -> Sequence[web.RouteDef]:
        """None: the page's own routes are in ``bot.board``."""
        return ()

    async def serve(self) -> None:
        """Nothing: its provider calls us."""

    async def submit(self, mt: MT) -> Taken:
        """The phone has it."""
        return Taken(provider_id=f"sim-{mt.id}", delivered=True)


class SimulatedChatSettings(SimulatorChannelSettings):
    """Likewise, and a chat costs nothing."""

    kind: str = Field("simulated_chat", description="simulated_chat")
    price_per_segment: Annotated[Decimal, Field(ge=0)] = Field(Decimal(0), description="A chat costs nothing.")


class SimulatedChat(SimulatorChannel):
    """A chat without a network: the second phone on the page, with buttons and documents.

    The id of a simulated chat is that of its owner's account: the page uses the digits of his number.
    """

    Settings: ClassVar[type[ChannelSettings]] = SimulatedChatSettings
    abilities: ClassVar[Abilities] = CHAT

    def __init__(self, name: str, settings: ChannelSettings, gateway: Gateway) -> None:
        super().__init__(name, settings, gateway)
        self.start_url = f"{gateway.public_url}/simulator?start="
