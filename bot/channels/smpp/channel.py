"""One account at an SMSC: its settings, and its parts put together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import structlog
from pydantic import Field, model_validator

from bot.channel import ChannelSettings
from bot.config import Secret  # noqa: TC001 - pydantic reads the annotation
from bot.domain.errors import StoreError, Unreachable
from bot.domain.messages import DLR, ReceiptKind
from bot.domain.replies import SMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from bot.channel import Gateway, Taken
    from bot.domain.messages import MT
    from bot.domain.replies import Abilities

log = structlog.get_logger()

TypeOfNumber = Annotated[int, Field(ge=0, le=6)]
Plan = Literal[0, 1, 3, 4, 6, 8, 9, 10, 14, 18]

_LONGEST = {"system_id": 15, "password": 8, "system_type": 12, "source_address": 20}  # by the protocol


class SmppSettings(ChannelSettings):
    """Settings of a channel of kind ``smpp``."""

    host: str = Field("127.0.0.1", min_length=1, description="Where the SMSC is.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(2775, description="Its port.")
    tls: bool = Field(
        default=False, description="Whether to speak TLS with it, and have its certificate prove its name."
    )
    system_id: str = Field(description="Our name there.")
    password: Secret = Field(description="Its password, of at most 8 characters.")
    system_type: str = Field("", description="What the SMSC wants there, if anything.")
    source_address: Annotated[str | None, Field(min_length=1)] = Field(
        None, description="What messages come from: by default the short code."
    )
    source_ton: TypeOfNumber = Field(3, description="Type of that number: 3 a short code, 1 international, 5 a name.")
    source_npi: Plan = Field(0, description="Its numbering plan.")
    destination_ton: TypeOfNumber = Field(1, description="Type of the numbers messages go to.")
    destination_npi: Plan = Field(1, description="Their numbering plan.")
    plus: bool = Field(default=False, description="Whether numbers messages go to are written with a plus.")
    alphabet: Literal["gsm7", "latin1"] = Field(
        "gsm7",
        description="What the SMSC takes data_coding 0 for: the GSM alphabet, one octet a character, or Latin-1.",
    )
    receipts: bool = Field(default=True, description="Whether to ask for delivery receipts.")
    enquire_link_seconds: Annotated[float, Field(gt=0)] = Field(
        30.0, description="How often the SMSC is asked whether it is still there."
    )

    @property
    def address(self) -> str:
        """Where ``barta doctor`` looks whether somebody answers."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"smpp://{host}:{self.port}"

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        wrong = None
        if self.reply != "api":
            wrong = "reply must be 'api': SMPP has no answer that carries a text"
        for name, longest in _LONGEST.items():
            value = self.password.get_secret_value() if name == "password" else getattr(self, name) or ""
            if len(value) > longest or not value.isascii():
                wrong = f"{name} may have {longest} characters at most, all of them ASCII"
        if wrong is not None:
            raise ValueError(wrong)
        return self


class SmppChannel:
    """One account."""

    Settings: ClassVar[type[ChannelSettings]] = SmppSettings
    idempotent: ClassVar[bool] = False
    abilities: ClassVar[Abilities] = SMS
    real: ClassVar[bool] = True

    start_url: str | None = None

    def __init__(self, name: str, settings: ChannelSettings, gateway: Gateway) -> None:
        assert isinstance(settings, SmppSettings)  # noqa: S101 - app.py built it from Settings
        # Imported where such a channel is configured: the library takes its time.
        from bot.channels.smpp.binding import Binding  # noqa: PLC0415
        from bot.channels.smpp.incoming import Incoming  # noqa: PLC0415
        from bot.channels.smpp.receipts import Receipts  # noqa: PLC0415
        from bot.channels.smpp.sending import Sender  # noqa: PLC0415

        self.name = name
        self.settings: SmppSettings = settings
        self._gateway = gateway
        receipts = Receipts(name, gateway.receipt, self._under_way)
        source = settings.source_address or gateway.short_code
        self._sender = Sender(settings, source, receipts.submitted, self._late)
        incoming = Incoming(name, gateway, receipts, settings.alphabet)
        self._binding = Binding(name, settings, incoming, gateway.parts, self._sender.finished)
        self._telling: set[asyncio.Task[None]] = set()

    def _under_way(self) -> int:
        return self._sender.under_way

    @property
    def listening(self) -> bool:
        """Whether messages come in: while it is bound."""
        return self._binding.session is not None

    def routes(self) -> Sequence[web.RouteDef]:
        """None: its provider is called by us."""
        return []

    async def serve(self) -> None:
        """Be bound, for ever, whether the SMSC is there or not."""
        await self._binding.serve()

    async def submit(self, mt: MT) -> Taken:
        """Send a message; see ``bot.channel`` for what each error leads to."""
        session = self._binding.session
        if session is None:
            message = "not bound to the SMSC"
            raise Unreachable(message)
        return await self._sender.send(session, mt)

    def _late(self, message_id: int, provider_id: str) -> None:
        """The SMSC has a message that counts as of unknown outcome: its answer came too late for the courier."""
        dlr = DLR(self.name, message_id, ReceiptKind.ACCEPTED, provider_id=provider_id, detail="answered late")
        task = asyncio.create_task(self._tell(dlr))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, dlr: DLR) -> None:
        try:
            await self._gateway.receipt(dlr)
        except StoreError:
            log.warning("late_answer_not_kept", channel=self.name, message=dlr.message_id)
