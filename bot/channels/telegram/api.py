"""The Bot API: python-telegram-bot, its requests made by the program's own client.

That client makes a request once and tells "certainly not taken" from "may have been taken" (``bot.http``), which is what the outbox
needs to know; and it logs nothing, where others log addresses, and with them the bot's token.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.domain.errors import Gone, OutcomeUnknown, Refused, SubmitError, Throttled, Unreachable

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWER_SECONDS = 10.0
"""How long a call may take that is none of the outbox's."""


class Request(BaseRequest):
    """How python-telegram-bot asks for one call to be made. The client is not ours: nothing to open or to close."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    @property
    def read_timeout(self) -> float | None:
        """None: the time limit is the caller's."""
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call; whatever is raised reaches the caller as the cause of a ``NetworkError``."""
        seconds = read_timeout if isinstance(read_timeout, int | float) else None
        data = _form(request_data) if request_data is not None else None
        async with asyncio.timeout(seconds), self._http.request(method, url, data=data) as response:
            payload = await response.read()
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            message = "Telegram asks for a pause"
            raise Throttled(message, retry_after=_pause(payload))
        if response.status == HTTPStatus.FORBIDDEN and not _by_telegram(payload):
            message = "something on the way to Telegram forbids it"
            raise Unreachable(message)
        return response.status, payload


def _form(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(request_data.json_parameters)
    for field, (name, content, mime) in request_data.multipart_data.items():
        form.add_field(field, content, filename=name, content_type=mime)
    return form


def _by_telegram(payload: bytes) -> bool:
    """Whether Telegram itself says no, and not a proxy: what it forbids ends people's links."""
    try:
        said = json.loads(payload)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("ok") is False and "description" in said


def _pause(payload: bytes) -> float:
    """For how long Telegram wants to hear nothing."""
    try:
        return max(float(json.loads(payload)["parameters"]["retry_after"]), 1.0)
    except (ValueError, KeyError, TypeError):
        return 1.0


class Api(Bot):
    """The Bot API with updates as they come: one that python-telegram-bot cannot read must not hide the others."""

    async def updates(self, offset: int, wait: float, kinds: Sequence[str]) -> list[dict[str, Any]]:
        """The updates from ``offset`` on, which confirms all before it; waits for one if there is none."""
        question = {"offset": offset, "timeout": int(wait), "allowed_updates": list(kinds)}
        found: Any = await self._post("getUpdates", question, read_timeout=wait + ANSWER_SECONDS)
        return list(found)


def open_api(http: aiohttp.ClientSession, token: str, api_base: str) -> Api:
    """A bot, not yet known to Telegram."""
    request = Request(http)
    return Api(
        token,
        base_url=f"{api_base}/bot",
        base_file_url=f"{api_base}/file/bot",
        request=request,
        get_updates_request=request,
    )


def meaning(error: TelegramError) -> SubmitError:
    """What an error says about the message that was being sent. Its own words may hold anything, and are not repeated."""
    match error:
        case NetworkError(__cause__=SubmitError() as cause):
            return cause
        case Forbidden(__cause__=TelegramError()):
            return Unreachable("the answer is not Telegram's own")
        case Forbidden() | ChatMigrated():
            return Gone("the chat does not take messages from the bot any more")
        case BadRequest() if "chat not found" in str(error).lower():
            return Gone("Telegram knows no such chat")
        case BadRequest():
            return Refused("Telegram refuses the message")
        case InvalidToken():
            # The operator's to mend: nothing was taken, and nothing must be lost meanwhile.
            return Unreachable("Telegram does not know the token")
        case _:
            return OutcomeUnknown(f"no clear answer: {type(error.__cause__ or error).__name__}")
