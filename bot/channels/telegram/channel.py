"""One bot: its settings, its webhook, and its parts put together.

A webhook is answered 200 only after the commit; Telegram then brings the update no more. There are no receipts: a message that Telegram
took stays ``submitted``.
"""

from __future__ import annotations

import hmac
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from aiohttp import web
from pydantic import Field, model_validator

from bot.channel import ChannelSettings
from bot.config import Address, Secret  # noqa: TC001 - pydantic reads the annotation
from bot.domain.errors import StoreError
from bot.domain.replies import CHAT, Abilities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.channel import Gateway, Taken
    from bot.domain.messages import MT

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class TelegramSettings(ChannelSettings):
    """``[telegram]``: the bot."""

    kind: str = Field("telegram", description="telegram")
    token: Secret = Field(description="The bot's token, from @BotFather.")
    api_base: Address = Field("https://api.telegram.org", description="Where the Bot API is.")
    mode: Literal["polling", "webhook"] = Field(
        "polling", description="Whether the gateway asks Telegram for messages, or Telegram brings them to webhook_url."
    )
    webhook_url: Address | None = Field(
        None, description="Where Telegram brings messages: by default public_url with /telegram/webhook."
    )
    webhook_secret: Secret | None = Field(
        None, description="A word of letters, digits, _ and - that Telegram shows with each message it brings."
    )
    segments_per_second: Annotated[float, Field(gt=0)] = Field(
        25.0, description="Pace: most messages per second, to all chats together; Telegram takes about 30."
    )
    price_per_segment: Annotated[Decimal, Field(ge=0)] = Field(
        Decimal(0), description="Price of one message in taka: Telegram takes none."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wrong = None
        if not _TOKEN.fullmatch(self.token.get_secret_value()):
            wrong = "token must look like 123456789:AA…, as @BotFather gives it"
        elif self.reply != "api":
            wrong = "reply must be 'api': answers to Telegram go back by its API"
        elif self.webhook_secret is None:
            wrong = "the mode 'webhook' needs a webhook_secret" if self.mode == "webhook" else None
        elif not _WEBHOOK_SECRET.fullmatch(self.webhook_secret.get_secret_value()):
            wrong = "webhook_secret may hold letters, digits, _ and - only"
        if wrong is not None:
            raise ValueError(wrong)
        return self


class TelegramChannel:
    """One bot."""

    Settings: ClassVar[type[ChannelSettings]] = TelegramSettings
    idempotent: ClassVar[bool] = False
    abilities: ClassVar[Abilities] = CHAT
    real: ClassVar[bool] = True

    def __init__(self, name: str, settings: ChannelSettings, gateway: Gateway) -> None:
        assert isinstance(settings, TelegramSettings)  # noqa: S101 - app.py built it from Settings
        # python-telegram-bot takes half a second to import, which only a bot that is configured costs.
        from bot.channels.telegram.api import open_api  # noqa: PLC0415
        from bot.channels.telegram.listening import Listener, Webhook  # noqa: PLC0415
        from bot.channels.telegram.sending import Sender  # noqa: PLC0415

        self.name = name
        self.start_url: str | None = None
        self.settings: TelegramSettings = settings
        secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret is not None else ""
        url = settings.webhook_url or gateway.public_url + PATH
        api = open_api(gateway.http, settings.token.get_secret_value(), settings.api_base)
        self._secret = secret.encode()
        webhook = Webhook(url, secret) if settings.mode == "webhook" else None
        self._listener = Listener(name, api, gateway.receive, gateway.menu, webhook, self._called)
        self._sender = Sender(api, patience=settings.timeout_seconds / 3)

    def _called(self, username: str) -> None:
        """Telegram has told the bot's name."""
        self.start_url = f"https://t.me/{username}?start="

    @property
    def listening(self) -> bool:
        """Whether messages come in: the bot is known to Telegram, and Telegram answered when it was last asked."""
        return self._listener.listening

    def routes(self) -> Sequence[web.RouteDef]:
        """The webhook, where there is one."""
        return [web.post(PATH, self._webhook)] if self.settings.mode == "webhook" else []

    async def _webhook(self, request: web.Request) -> web.Response:
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._secret):
            return web.Response(status=403, text="wrong secret")
        try:
            update = await request.json()
        except (ValueError, RecursionError):
            return web.Response(status=400, text="not an update")
        try:
            await self._listener.hand_in(update)
        except StoreError:
            return web.Response(status=503, text="try again")
        return web.Response(text="taken")

    async def serve(self) -> None:
        """Introduce the bot, and take in what is written to it; for ever, whether Telegram answers or not."""
        await self._listener.serve()

    async def announce(self, to: str) -> None:
        """Show that a document is on its way."""
        await self._sender.announce(to)

    async def edit(self, mt: MT, provider_id: str) -> float | None:
        """Change a message that was sent, when nothing else is on its way to its chat."""
        return await self._sender.edit(mt, provider_id)

    async def submit(self, mt: MT) -> Taken:
        """Send a message when it is its turn in its chat; see ``bot.channel`` for what each error leads to."""
        return await self._sender.send(mt)
