"""A provider for the aggregator's tests: it answers as it is told, and keeps every request as it came."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channel import Answer, Gateway
from bot.channels.aggregator import AggregatorChannel, AggregatorSettings
from bot.config import Config
from bot.domain.messages import MT
from bot.domain.segments import measure
from bot.http import client
from tests.gateway import SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from bot.domain.messages import DLR, MO

NUMBER = "+8801700099900"
BANGLA = "মেয়াদ ২৩/১১/২৬ & বাকি ২ দিন + 100%"
ODD = "অবস্থা + 100% & <b>\"'\\ = ? # ; \t\n ক্ষ 🙂 য়/য় e\u0301 ' OR 1=1 --"
PLAIN = "Term ends 23/11/26 & 2 days + 100%"
PUBLIC = "https://sms.example.org/barta"

TWILIO_SID = "AC" + "0" * 32
TABLES: dict[str, dict[str, Any]] = {
    "sslwireless": {"api_token": "t0ken", "sid": "COOP"},
    "bulksmsbd": {"api_key": "k&y", "sender": "8809600000000"},
    "infobip": {"api_key": "k3y", "sender": "COOP", "secret": SECRET},
    "twilio": {"account_sid": TWILIO_SID, "auth_token": "t0ken", "sender": "+15005550006"},
    "android": {"username": "sms", "password": "w:rd", "signing_key": SECRET},
}
TAKES: dict[str, tuple[int, Any]] = {
    "sslwireless": (
        200,
        {
            "status": "SUCCESS",
            "status_code": 200,
            "error_message": "",
            "smsinfo": [{"sms_status": "SUCCESS", "csms_id": "b7", "reference_id": "5da2f0b5ba3a2248110"}],
        },
    ),
    "bulksmsbd": (200, {"response_code": 202, "message_id": 991, "success_message": "Submitted", "error_message": ""}),
    "infobip": (
        200,
        {
            "bulkId": "2034072219640523072",
            "messages": [
                {
                    "messageId": "2250be2d4219-3af1-78856",
                    "status": {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"},
                    "destination": "8801700099900",
                }
            ],
        },
    ),
    "twilio": (201, {"sid": "SM" + "1" * 32, "status": "queued", "error_code": None}),
    "android": (202, {"id": "barta7", "state": "Pending", "recipients": [{"state": "Pending"}]}),
}
PROFILES = list(TABLES)

WHOLE = """\
title = "Somebody"

[values.key]
about = "the key"
kind = "secret"

[send]
url = "https://sms.example.org/send"
ref = { form = "x{id}" }

[send.query]
key = "{key}"
to = "{to_local}"
text = "{text}"
id = "{ref}"

[send.unicode.query]
type = "unicode"

[[answers]]
means = "taken"
text = "^OK (?P<id>[0-9]+)"

[[answers]]
means = "refused"
where = { "error.code" = [7, "8"] }
reason = "refused"

[proof]
kind = "secret"
header = "X-Key"
value = "{key}"

[mo]
methods = ["GET"]
body = "query"
id = "id"
sender = "from"
text = "text"

[dlr]
body = "form"
ref = "ours"
status = "status"

[dlr.means]
delivered = "1"
failed = [2, 3]
"""
"""A small profile of an office's own."""


@dataclass(frozen=True)
class Came:
    """A request as the provider got it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), strict_parsing=True))


class Provider:
    """Answers as its profile's provider does, or once as told."""

    def __init__(self, profile: str) -> None:
        self.got: list[Came] = []
        self.usual = TAKES.get(profile, (200, "OK"))
        self.script: list[Callable[[web.Request], Awaitable[web.StreamResponse]]] = []
        application = web.Application()
        application.add_routes([web.route("*", "/{path:.*}", self._serve)])
        self.server = TestServer(application)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.got.append(Came(request.method, request.raw_path, request.headers.copy(), await request.read()))
        if self.script:
            return await self.script.pop(0)(request)
        return await answering(*self.usual)(request)

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")


def answering(status: int, body: Any, **headers: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    """The connection breaks before an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def torn(request: web.Request) -> web.StreamResponse:
    """The connection breaks in the middle of the answer."""
    response = web.StreamResponse(status=200, headers={"Content-Length": "500", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"messages":[{"messageId":"m1","sta')
    assert request.transport is not None
    request.transport.abort()
    return response


async def slow(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)  # the gateway gives up long before; the server is closed with the test
    return web.Response()


class Told:
    """What a channel told the rest of the program."""

    def __init__(self) -> None:
        self.messages: list[MO] = []
        self.receipts: list[DLR] = []
        self.known: set[int | str] = {7}

    async def receive(self, mo: MO) -> Answer:
        self.messages.append(mo)
        return Answer(len(self.messages))

    async def receipt(self, dlr: DLR) -> bool:
        self.receipts.append(dlr)
        return dlr.message_id in self.known or dlr.provider_id in self.known


def table_of(profile: str, url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    """``[channels.NAME]`` for a profile."""
    return {"kind": "aggregator", "profile": profile, "base_url": url, **TABLES.get(profile, {}), **more}


@asynccontextmanager
async def opened(
    profile: str, told: Told | None = None, **more: Any
) -> AsyncIterator[tuple[AggregatorChannel, Provider]]:
    """A channel by itself, with its provider."""
    provider, rest = Provider(profile), told or Told()
    async with provider.server, client() as http:
        settings = AggregatorSettings.model_validate(table_of(profile, provider.url, **more))
        yield AggregatorChannel("sms", settings, Gateway(rest.receive, rest.receipt, http, "16123", PUBLIC)), provider


LARGEST_BODY = 256 * 1024


class Door:
    """The channel's addresses, as its provider sees them."""

    def __init__(self, channel: AggregatorChannel, told: Told, http: ClientSession, url: str) -> None:
        self.channel = channel
        self.told = told
        self._http = http
        self._url = url

    async def ask(self, path: str, method: str = "POST", **how: Any) -> tuple[int, str]:
        async with self._http.request(method, f"{self._url}/channels/sms/{path}", **how) as response:
            return response.status, await response.text()

    async def post(self, path: str, body: Any, secret: str = SECRET) -> int:
        """As Infobip does."""
        return (await self.ask(path, params={"secret": secret}, json=body))[0]


@asynccontextmanager
async def door(profile: str, told: Told | None = None, **more: Any) -> AsyncIterator[Door]:
    kept = told or Told()
    async with opened(profile, kept, **more) as (channel, _):
        application = web.Application(client_max_size=LARGEST_BODY)
        application.add_routes(channel.routes())
        async with TestServer(application) as server, ClientSession() as http:
            yield Door(channel, kept, http, str(server.make_url("")).rstrip("/"))


def mt(text: str, number: int = 7, to: str = NUMBER) -> MT:
    size = measure(text)
    return MT(number, to, text, size.encoding, size.segments)


def config(profile: str, port: int, url: str, **more: Any) -> Config:
    """The settings of a whole gateway with one such channel."""
    own = {"segments_per_second": 500, "timeout_seconds": 5, **more}
    gateway = {"public_url": f"http://127.0.0.1:{port}"}
    return Config.model_validate({"gateway": gateway, "channels": {"sms": table_of(profile, url, **own)}})
