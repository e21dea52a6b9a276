"""Kannel's channel against an HTTP provider that does what the test says, down to the bytes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.channels.kannel import receipt_kind
from bot.domain.messages import ReceiptKind, State
from tests.gateway import SECRET, kannel_config, running
from tests.peers.ports import free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.clock import Clock
    from tests.gateway import Running

PRESIDENT = "+8801700100011"


class Provider:
    """Kannel's sendsms as far as HTTP shows it, lying where told to."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.script: list[Callable[[web.Request], Awaitable[web.StreamResponse]]] = []

    async def sendsms(self, request: web.Request) -> web.StreamResponse:
        self.got.append(dict(request.query))
        if self.script:
            return await self.script.pop(0)(request)
        return web.Response(status=202, text="0: Accepted for delivery")

    def ids(self) -> list[str]:
        return [parse_qs(urlsplit(query["dlr-url"]).query)["id"][0] for query in self.got]


def answering(status: int, body: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body)

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    """The connection breaks before an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def slow(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)  # the gateway gives up long before; the server is closed with the test
    return web.Response()


@pytest.fixture
async def provider() -> AsyncIterator[tuple[Provider, str]]:
    made = Provider()
    application = web.Application()
    application.add_routes([web.get("/cgi-bin/sendsms", made.sendsms)])
    async with TestServer(application) as server:
        yield made, str(server.make_url("/cgi-bin/sendsms"))


@pytest.fixture
async def gateway(
    provider: tuple[Provider, str], registered_url: str, clock: Clock
) -> AsyncIterator[tuple[Running, Provider]]:
    port = free_port()
    config = kannel_config(port, provider[1], timeout_seconds=0.5)
    async with running(config, clock, registered_url, port) as made:
        yield made, provider[0]


async def send(
    gateway: Running, provider_id: str, text: str = "অবস্থা", sender: str = PRESIDENT, **more: str
) -> tuple[int, str]:
    params = {"id": provider_id, "from": sender, "to": "16123", "text": text, "coding": "0", "charset": "UTF-8"}
    async with gateway.http.get(
        f"{gateway.url}/channels/kannel/mo", params={**params, "secret": SECRET, **more}
    ) as response:
        return response.status, await response.text()


async def until(gateway: Running, *states: State) -> None:
    async def reached() -> bool:
        return [row.state for row in await gateway.rows()] == list(states)

    await wait_for(reached, 15, f"states {states}")


async def receipt(gateway: Running, message: object, status: object, secret: str = SECRET) -> int:
    params = {"id": str(message), "status": str(status), "secret": secret}
    async with gateway.http.get(f"{gateway.url}/channels/kannel/dlr", params=params) as response:
        return response.status


async def test_what_goes_to_sendsms(gateway: tuple[Running, Provider]) -> None:
    running_gateway, provider = gateway
    assert await send(running_gateway, "a") == (200, "")
    await until(running_gateway, State.SUBMITTED)
    (query,) = provider.got
    assert query["to"] == PRESIDENT
    assert query["from"] == "16123"
    assert (query["coding"], query["charset"]) == ("2", "UTF-8")
    assert query["text"].startswith("২/১৯৯৮ ")
    assert "\u09df" in query["text"], "the precomposed letter saves a unit"
    assert query["dlr-url"].startswith(f"{running_gateway.url}/channels/kannel/dlr?")
    assert int(query["dlr-mask"]) & 27 == 27


async def test_the_same_id_again_gets_the_same_and_changes_nothing(gateway: tuple[Running, Provider]) -> None:
    running_gateway, provider = gateway
    answers = await asyncio.gather(*(send(running_gateway, "same") for _ in range(8)))
    assert set(answers) == {(200, "")}
    await until(running_gateway, State.SUBMITTED)
    assert len(provider.got) == 1


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (answering(200, "<html>It works!</html>"), State.UNCONFIRMED),
        (answering(202, "9: something new"), State.UNCONFIRMED),
        (answering(500, "oops"), State.UNCONFIRMED),
        (answering(502, "bad gateway"), State.UNCONFIRMED),
        (cut, State.UNCONFIRMED),
        (slow, State.UNCONFIRMED),
        (answering(400, "Empty text not allowed, rejected"), State.FAILED),
        (answering(403, "Not routable. Do not try again."), State.FAILED),
    ],
    ids=["rubbish", "unknown word", "500", "502", "cut", "slow", "400", "no route"],
)
async def test_what_may_have_left_does_not_leave_again(
    gateway: tuple[Running, Provider], trouble: Callable[[web.Request], Awaitable[web.StreamResponse]], state: State
) -> None:
    running_gateway, provider = gateway
    provider.script = [trouble]
    await send(running_gateway, "a")
    await until(running_gateway, state)
    await send(running_gateway, "b")
    await until(running_gateway, state, State.SUBMITTED)
    assert provider.ids() == ["1", "2"]


@pytest.mark.parametrize(
    "trouble",
    [
        answering(503, "Temporal failure, try again later."),
        answering(403, "Authorization failed for sendsms"),
        answering(404, "no such page"),
        answering(429, "slow down"),
    ],
    ids=["503", "403", "404", "429"],
)
async def test_what_certainly_was_not_taken_goes_again(
    gateway: tuple[Running, Provider], trouble: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> None:
    running_gateway, provider = gateway
    provider.script = [trouble]
    await send(running_gateway, "a")
    await until(running_gateway, State.SUBMITTED)
    assert provider.ids() == ["1", "1"]


async def test_a_receipt_resolves_an_unknown_outcome(gateway: tuple[Running, Provider]) -> None:
    running_gateway, provider = gateway
    provider.script = [cut]
    await send(running_gateway, "a")
    await until(running_gateway, State.UNCONFIRMED)
    assert await receipt(running_gateway, 1, 8) == 200
    await until(running_gateway, State.SUBMITTED)
    assert await receipt(running_gateway, 1, 1) == 200
    await until(running_gateway, State.DELIVERED)
    assert await receipt(running_gateway, 1, 2) == 200
    await until(running_gateway, State.DELIVERED)


async def test_false_receipts_change_nothing(gateway: tuple[Running, Provider]) -> None:
    running_gateway, _ = gateway
    await send(running_gateway, "a")
    await until(running_gateway, State.SUBMITTED)
    assert await receipt(running_gateway, 1, 1, secret="guessed") == 403
    assert await receipt(running_gateway, 999, 1) == 200
    assert await receipt(running_gateway, 1, 32) == 200
    assert await receipt(running_gateway, "x", 1) == 400
    assert await receipt(running_gateway, 2**80, 1) == 200
    await until(running_gateway, State.SUBMITTED)


async def test_a_message_without_the_secret_or_without_an_id_is_refused(gateway: tuple[Running, Provider]) -> None:
    running_gateway, _ = gateway
    assert (await send(running_gateway, "a", secret="guessed"))[0] == 403
    assert (await send(running_gateway, ""))[0] == 400
    assert (await send(running_gateway, "a", charset="no-such-charset"))[0] == 400
    assert await running_gateway.rows() == []


async def test_raw_utf_16_with_a_plus_for_the_byte_of_a_space(gateway: tuple[Running, Provider]) -> None:
    """U+0920 and U+2012 hold the byte 0x20, which Kannel writes as '+'."""
    running_gateway, provider = gateway
    text = "অবস্থা ২/১৯৯৮"
    raw = "".join("+" if byte == 0x20 else f"%{byte:02X}" for byte in text.encode("utf-16-be"))
    query = f"id=raw&from=%2B8801700100011&to=16123&text={raw}&coding=2&charset=UTF-16BE&secret="
    url = URL(f"{running_gateway.url}/channels/kannel/mo?{query}{quote(SECRET, safe='')}", encoded=True)
    async with running_gateway.http.get(url) as response:
        assert response.status == 200
    await until(running_gateway, State.SUBMITTED)
    assert provider.got[0]["text"].startswith("২/১৯৯৮ ")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (1, ReceiptKind.DELIVERED),
        (2, ReceiptKind.FAILED),
        (4, ReceiptKind.ACCEPTED),
        (8, ReceiptKind.ACCEPTED),
        (16, ReceiptKind.FAILED),
        (32, None),
        (0, None),
        (-1, None),
        (99, None),
    ],
)
def test_receipt_kinds(status: int, kind: ReceiptKind | None) -> None:
    assert receipt_kind(status) is kind
