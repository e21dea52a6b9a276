"""One provider that speaks HTTP, as its profile describes it.

A request of the provider is proven before it is read, and acknowledged only after the commit. What it sends several of is taken one by
one; those that can be read are taken even where others cannot, and the provider's repetition of them changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from xml.sax.saxutils import escape

import aiohttp
import structlog
from aiohttp import web
from yarl import URL

from bot.channels.aggregator.answers import Answered, judge
from bot.channels.aggregator.incoming import arrived, messages, receipts
from bot.channels.aggregator.proofs import guard
from bot.channels.aggregator.recent import Recent
from bot.channels.aggregator.sending import Writer
from bot.channels.aggregator.settings import AggregatorSettings
from bot.domain.errors import OutcomeUnknown, StoreError, Unreachable
from bot.domain.replies import SMS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.channel import ChannelSettings, Gateway, Taken
    from bot.channels.aggregator.incoming import Request
    from bot.channels.aggregator.profile import AcknowledgementTable
    from bot.domain.messages import DLR, MT
    from bot.domain.replies import Abilities

log = structlog.get_logger()

LARGEST_ANSWER = 64 * 1024
PATIENCE_SECONDS = 5.0
"""How long a receipt that nobody knows waits for the answers to what is being handed over just then."""


class AggregatorChannel:
    """One provider."""

    Settings: ClassVar[type[ChannelSettings]] = AggregatorSettings
    idempotent: ClassVar[bool] = False
    abilities: ClassVar[Abilities] = SMS
    real: ClassVar[bool] = True
    listening: ClassVar[bool] = True

    start_url: str | None = None

    def __init__(self, name: str, settings: ChannelSettings, gateway: Gateway) -> None:
        assert isinstance(settings, AggregatorSettings)  # noqa: S101 - app.py built it from Settings
        self.name = name
        self.settings: AggregatorSettings = settings
        self._gateway = gateway
        self._profile = settings.loaded
        self._path = f"/channels/{name}"
        values = settings.values
        self._writer = Writer(self._profile, values, f"{gateway.public_url}{self._path}/dlr", gateway.short_code)
        proof = self._profile.proof
        self._guard = None if proof is None else guard(proof, values, gateway.public_url)
        self._recent = Recent()

    def routes(self) -> Sequence[web.RouteDef]:
        """Where the provider brings messages and receipts, as far as its profile says that it does."""
        routes = []
        if self._profile.mo is not None:
            routes += [
                web.route(each, f"{self._path}/mo", self._mo) for each in dict.fromkeys(self._profile.mo.methods)
            ]
        if self._profile.dlr is not None:
            routes += [
                web.route(each, f"{self._path}/dlr", self._dlr) for each in dict.fromkeys(self._profile.dlr.methods)
            ]
        return routes

    async def serve(self) -> None:
        """Nothing: its provider calls us."""

    async def _mo(self, request: web.Request) -> web.Response:
        table = self._profile.mo
        assert table is not None  # noqa: S101 - otherwise there is no such route
        came = await arrived(request)
        if not self._knows(came):
            return self._refused(403, "not proven to come from the provider")
        understood = messages(came, table, self.name, self._gateway.short_code)
        try:
            answers = [await self._gateway.receive(mo) for mo in understood.found]
        except StoreError:
            return web.Response(status=503, text="try again")
        if understood.faults:
            return self._refused(400, f"not a message: {'; '.join(understood.faults)}")
        if table.answer.reply is not None and answers and answers[0].text is not None:
            text = table.answer.reply.text({"text": answers[0].text}, _escaping(table.answer.type))
            return _acknowledged(table.answer, text)
        return _acknowledged(table.answer)

    async def _dlr(self, request: web.Request) -> web.Response:
        table = self._profile.dlr
        assert table is not None  # noqa: S101 - otherwise there is no such route
        came = await arrived(request)
        if not self._knows(came):
            return self._refused(403, "not proven to come from the provider")
        understood = receipts(came, table, self.name, self._writer.ours)
        try:
            await self._take(understood.found)
        except StoreError:
            return web.Response(status=503, text="try again")
        if understood.faults:
            return self._refused(400, f"not a receipt: {'; '.join(understood.faults)}")
        return _acknowledged(table.answer)

    async def _take(self, found: Sequence[DLR]) -> None:
        """Receipts; those of messages whose answers are still on their way once these have come."""
        unknown = [dlr for dlr in found if not await self._gateway.receipt(self._recognised(dlr))]
        if any(dlr.message_id is None for dlr in unknown) and await self._recent.settled(PATIENCE_SECONDS):
            for dlr in unknown:
                await self._gateway.receipt(self._recognised(dlr))

    def _recognised(self, dlr: DLR) -> DLR:
        if dlr.message_id is not None or dlr.provider_id is None:
            return dlr
        return replace(dlr, message_id=self._recent.of(dlr.provider_id))

    def _knows(self, request: Request) -> bool:
        return self._guard is not None and self._guard.knows(request)

    def _refused(self, status: int, why: str) -> web.Response:
        """What the provider is told, and the log, for whoever sets it up: names of fields, never what stands in them."""
        log.info("request_refused", channel=self.name, status=status, why=why)
        return web.Response(status=status, text=why)

    async def submit(self, mt: MT) -> Taken:
        """Hand a message over; see ``bot.channel`` for what each error leads to."""
        with self._recent.submitting():
            taken = judge(await self._asked(mt), self._profile.answers)
            if taken.provider_id is not None:
                self._recent.learn(taken.provider_id, mt.id)
            return taken

    async def _asked(self, mt: MT) -> Answered:
        made = self._writer.written(mt)
        try:
            url = URL(made.url, encoded=True)
        except ValueError as error:
            message = "the provider's address is none"
            raise Unreachable(message) from error
        try:
            async with self._gateway.http.request(
                made.method,
                url,
                headers=made.headers,
                data=made.body,
                allow_redirects=False,
            ) as response:
                body = await _read(response.content)
                return Answered(response.status, body, response.headers.get("Retry-After"))
        except aiohttp.InvalidURL as error:
            message = "the provider's address is none"
            raise Unreachable(message) from error
        except aiohttp.ClientError as error:
            # The answer itself broke off: the request was there, and the rest is a guess.
            message = f"the answer broke off: {type(error).__name__}"
            raise OutcomeUnknown(message) from error


async def _read(content: aiohttp.StreamReader) -> str:
    """The body, or as much of it as an answer may have."""
    body = b""
    while len(body) < LARGEST_ANSWER and (more := await content.read(LARGEST_ANSWER - len(body))):
        body += more
    return body.decode("utf-8", "replace")


def _acknowledged(answer: AcknowledgementTable, text: str | None = None) -> web.Response:
    return web.Response(
        status=answer.status, text=answer.body if text is None else text, content_type=answer.type, charset="utf-8"
    )


def _escaping(media_type: str) -> Callable[[str], str]:
    """How a text is written into a body of that type."""
    if media_type.endswith("xml"):
        return escape
    if media_type.endswith("json"):
        return lambda text: json.dumps(text, ensure_ascii=False)[1:-1]
    return str
