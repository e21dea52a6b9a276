"""What the suite asks of a channel's provider, and what every rig says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from tests.peers.ports import free_port

if TYPE_CHECKING:
    from bot.config import Config
    from tests.gateway import Running

PRESIDENT = "+8801700100011"


class Rig(ABC):
    """A channel's provider, as far as the suite needs it."""

    kind: ClassVar[str]
    channel: ClassVar[str]

    def __init__(self) -> None:
        self.port = free_port()
        self.gateway: Running

    @abstractmethod
    def config(self) -> Config:
        """The settings of a gateway with this channel."""

    async def start(self) -> None:
        """Start the provider, where it is a program of its own."""
        return

    async def stop(self) -> None:
        """Stop it."""
        return

    @abstractmethod
    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        """The provider hands a message in; the HTTP status of the acknowledgement."""

    def address(self, number: str = PRESIDENT) -> str:
        """The sender as the inbox has it: a number, or the chat that stands for it."""
        return number

    @abstractmethod
    async def handset(self, number: str = PRESIDENT) -> list[str]:
        """What the handset got, in order."""
