"""A whole gateway with a provider by profile: what becomes of messages when the provider lies, is slow, or tells late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.messages import State
from tests.channels.aggregator import Provider, answering, config, cut, slow, torn
from tests.gateway import SECRET, Running, running
from tests.peers.ports import free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web

    from bot.clock import Clock

PRESIDENT = "8801700100011"


@pytest.fixture
async def gateway(registered_url: str, clock: Clock) -> AsyncIterator[tuple[Running, Provider]]:
    provider, port = Provider("infobip"), free_port()
    async with provider.server:
        made = config("infobip", port, provider.url, timeout_seconds=0.5)
        async with running(made, clock, registered_url, port) as gateway:
            yield gateway, provider


async def post(gateway: Running, path: str, *results: dict[str, Any]) -> int:
    url, params = f"{gateway.url}/channels/sms/{path}", {"secret": SECRET}
    async with gateway.http.post(url, params=params, json={"results": results}) as response:
        return response.status


async def send(gateway: Running, *names: str) -> int:
    """Presidents ask, and are answered."""
    common = {"from": PRESIDENT, "to": "16123", "text": "অবস্থা"}
    return await post(gateway, "mo", *({"messageId": name, **common} for name in names))


async def report(gateway: Running, group: str, ours: str | None = "b1", theirs: str = "none") -> int:
    found = {"messageId": theirs, "status": {"groupName": group, "name": group}, "callbackData": ours}
    return await post(gateway, "dlr", {key: value for key, value in found.items() if value is not None})


async def until(gateway: Running, *states: State) -> None:
    async def reached() -> bool:
        return [row.state for row in await gateway.rows()] == list(states)

    await wait_for(reached, 15, f"states {states}")


def refs(provider: Provider) -> list[str]:
    return [came.json["messages"][0]["webhooks"]["callbackData"] for came in provider.got]


async def test_several_messages_in_one_request_each_get_their_answer(gateway: tuple[Running, Provider]) -> None:
    here, provider = gateway
    assert await send(here, "a", "b", "a") == 200
    await until(here, State.SUBMITTED, State.SUBMITTED)
    assert sorted(refs(provider)) == ["b1", "b2"]


@pytest.mark.parametrize(
    "trouble",
    [answering(500, "oops"), answering(200, "<html>It works!</html>"), answering(502, ""), cut, torn, slow],
    ids=["500", "rubbish", "502", "cut", "torn", "slow"],
)
async def test_what_may_have_left_does_not_leave_again(
    gateway: tuple[Running, Provider], trouble: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> None:
    here, provider = gateway
    provider.script = [trouble]
    await send(here, "a")
    await until(here, State.UNCONFIRMED)
    await send(here, "b")
    await until(here, State.UNCONFIRMED, State.SUBMITTED)
    assert refs(provider) == ["b1", "b2"]
    assert await report(here, "DELIVERED") == 200
    await until(here, State.DELIVERED, State.SUBMITTED)


@pytest.mark.parametrize(
    "trouble",
    [
        answering(401, {"errorCode": "E401"}),
        answering(429, "", **{"Retry-After": "1"}),
        answering(200, {"messages": [{"status": {"groupName": "REJECTED", "name": "REJECTED_NOT_ENOUGH_CREDITS"}}]}),
    ],
    ids=["wrong key", "too fast", "no credit"],
)
async def test_what_certainly_was_not_taken_goes_again(
    gateway: tuple[Running, Provider], trouble: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> None:
    here, provider = gateway
    provider.script = [trouble]
    await send(here, "a")
    await until(here, State.SUBMITTED)
    assert refs(provider) == ["b1", "b1"]


async def test_an_account_without_credit_holds_the_queue_and_loses_nothing(gateway: tuple[Running, Provider]) -> None:
    here, provider = gateway
    status = {"groupName": "REJECTED", "name": "REJECTED_NOT_ENOUGH_CREDITS"}
    provider.usual, usual = (200, {"messages": [{"status": status}]}), provider.usual
    await send(here, "a", "b", "c")
    reason = "the credit at Infobip is used up (messages[0].status.name REJECTED_NOT_ENOUGH_CREDITS)"

    async def told() -> bool:
        return reason in {row.error for row in await here.rows()}

    await wait_for(told, 15, "the reason")
    provider.usual = usual
    await until(here, *[State.SUBMITTED] * 3)


async def test_a_refusal_fails_this_message_alone(gateway: tuple[Running, Provider]) -> None:
    here, provider = gateway
    status = {"groupName": "REJECTED", "name": "REJECTED_DND"}
    provider.script = [answering(200, {"messages": [{"status": status}]})]
    await send(here, "a")
    await until(here, State.FAILED)
    await send(here, "b")
    await until(here, State.FAILED, State.SUBMITTED)


async def test_receipts_late_double_and_of_nobody(gateway: tuple[Running, Provider]) -> None:
    here, _ = gateway
    await send(here, "a")
    await until(here, State.SUBMITTED)
    assert await report(here, "PENDING") == 200
    assert await report(here, "DELIVERED", ours="b99") == 200
    assert await report(here, "DELIVERED", ours=None, theirs="unknown") == 200
    await until(here, State.SUBMITTED)
    for group in ("DELIVERED", "DELIVERED", "PENDING", "UNDELIVERABLE"):
        assert await report(here, group) == 200
        await until(here, State.DELIVERED)


async def test_a_receipt_by_their_id_alone(gateway: tuple[Running, Provider]) -> None:
    here, _ = gateway
    await send(here, "a")
    await until(here, State.SUBMITTED)
    assert await report(here, "UNDELIVERABLE", ours=None, theirs="2250be2d4219-3af1-78856") == 200
    await until(here, State.FAILED)
