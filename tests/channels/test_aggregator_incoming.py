"""Messages and receipts as each provider brings them, and how it shows that it is the provider."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.domain.errors import StoreError
from bot.domain.messages import DLR, MO, ReceiptKind
from tests.channels.aggregator import LARGEST_BODY, NUMBER, ODD, Door, Told, answering, door, mt, opened
from tests.gateway import SECRET
from tests.peers.ports import wait_for

if TYPE_CHECKING:
    from bot.channel import Answer

DELIVERED, FAILED, ACCEPTED = ReceiptKind.DELIVERED, ReceiptKind.FAILED, ReceiptKind.ACCEPTED


def inbound(*texts: str, **more: Any) -> dict[str, Any]:
    common = {"from": NUMBER[1:], "to": "16123", "cleanText": "x", "keyword": "X", "smsCount": 1, **more}
    results = [{"messageId": f"m{number}", "text": text, **common} for number, text in enumerate(texts, start=1)]
    return {"results": results, "messageCount": len(results), "pendingMessageCount": 0}


def report(group: str, ours: str | None = "b7", theirs: str | None = "m1", name: str = "NAME") -> dict[str, Any]:
    status = {"groupId": 3, "groupName": group, "id": 5, "name": name, "description": "…"}
    found = {"bulkId": "x", "to": NUMBER[1:], "messageId": theirs, "status": status, "callbackData": ours}
    return {"results": [{key: value for key, value in found.items() if value is not None}]}


async def test_infobip_messages() -> None:
    async with door("infobip") as at:
        assert await at.post("mo", inbound(ODD, "\ud83d\ude42\x00", "")) == 200
        assert at.told.messages == [
            MO("sms", "m1", NUMBER[1:], "16123", ODD),
            MO("sms", "m2", NUMBER[1:], "16123", "🙂\x00"),
            MO("sms", "m3", NUMBER[1:], "16123", ""),
        ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("not JSON", "the body is not JSON"),
        ("[" * 100_000, "the body is not JSON"),
        ("[]", "results is no list"),
        ('{"results": {"messageId": 1}}', "results is no list"),
        ('{"results": [7]}', "text is missing"),
        ('{"results": [{"messageId": "a", "from": "8801", "text": null}]}', "text is missing"),
        ('{"results": [{"messageId": "a", "from": "8801", "text": {"a": 1}}]}', "text is missing"),
        ('{"results": [{"messageId": "a", "text": "x"}]}', "from is missing"),
        ('{"results": [{"messageId": " ", "from": "8801", "text": "x"}]}', "messageId is missing"),
        ('{"results": [{"from": "8801", "text": "x"}]}', "messageId is missing"),
    ],
)
async def test_what_is_no_message(body: str, said: str) -> None:
    async with door("infobip") as at:
        status, answer = await at.ask("mo", params={"secret": SECRET}, data=body.encode())
        assert status == 400
        assert said in answer
        assert at.told.messages == []


async def test_of_several_messages_the_readable_ones_are_taken() -> None:
    body = inbound("one", "two", "three")
    del body["results"][1]["from"]
    async with door("infobip") as at:
        status, answer = await at.ask("mo", params={"secret": SECRET}, json=body)
        assert (status, answer) == (400, "not a message: number 2: from is missing")
        assert [each.text for each in at.told.messages] == ["one", "three"]


async def test_of_many_faults_a_few_are_told() -> None:
    async with door("infobip") as at:
        status, answer = await at.ask("mo", params={"secret": SECRET}, json={"results": [{}] * 5000})
        assert (status, answer.count("text is missing")) == (400, 5)


async def test_a_number_in_what_a_receipt_says_is_not_kept() -> None:
    async with door("infobip") as at:
        assert await at.post("dlr", report("REJECTED", name=f"BLOCKED {NUMBER} (7)")) == 200
        assert at.told.receipts[0].detail == "BLOCKED +… (7)"


async def test_numbers_as_json_numbers_are_read() -> None:
    body = {"results": [{"messageId": 17, "from": 8801700099900, "to": 16123, "text": "STATUS"}]}
    async with door("infobip") as at:
        assert await at.post("mo", body) == 200
        assert at.told.messages == [MO("sms", "17", "8801700099900", "16123", "STATUS")]


async def test_a_very_long_id_is_shortened_and_still_tells_messages_apart() -> None:
    async with door("infobip") as at:
        for end in "aab":
            assert await at.post("mo", inbound("x", messageId="9" * 5000 + end)) == 200
        first, again, other = (each.provider_id for each in at.told.messages)
        assert first == again != other
        assert len(first) == 64


@pytest.mark.parametrize("secret", ["guessed", "", SECRET[:-1], SECRET + "x", "\u09e7"])
async def test_a_wrong_secret(secret: str) -> None:
    async with door("infobip") as at:
        assert await at.post("mo", inbound("x"), secret) == 403
        assert await at.post("dlr", report("DELIVERED"), secret) == 403
        assert (await at.ask("mo", json=inbound("x")))[0] == 403
        assert (at.told.messages, at.told.receipts) == ([], [])


async def test_what_comes_by_the_wrong_method_or_is_too_large() -> None:
    async with door("infobip") as at:
        assert (await at.ask("mo", "GET", params={"secret": SECRET}))[0] == 405
        assert (await at.ask("mo", params={"secret": SECRET}, data=b"x" * (LARGEST_BODY + 1)))[0] == 413


@pytest.mark.parametrize("profile", ["sslwireless", "bulksmsbd"])
async def test_who_only_sends_has_no_addresses(profile: str) -> None:
    async with door(profile) as at:
        assert (await at.ask("mo"))[0] == 404
        assert (await at.ask("dlr"))[0] == 404


class Full(Told):
    """A store that cannot take anything."""

    async def receive(self, mo: MO) -> Answer:
        raise StoreError("no space left")

    async def receipt(self, dlr: DLR) -> bool:
        raise StoreError("no space left")


async def test_what_cannot_be_kept_is_not_acknowledged() -> None:
    async with door("infobip", Full()) as at:
        assert await at.post("mo", inbound("x")) == 503
        assert await at.post("dlr", report("DELIVERED")) == 503


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("PENDING", ACCEPTED),
        ("DELIVERED", DELIVERED),
        ("UNDELIVERABLE", FAILED),
        ("EXPIRED", FAILED),
        ("REJECTED", FAILED),
    ],
)
async def test_infobip_receipts(group: str, kind: ReceiptKind) -> None:
    async with door("infobip") as at:
        assert await at.post("dlr", report(group)) == 200
        assert at.told.receipts == [DLR("sms", 7, kind, "m1", "NAME")]


async def test_receipts_that_say_nothing_new() -> None:
    async with door("infobip") as at:
        assert await at.post("dlr", report("SOMETHING_NEW")) == 200
        assert await at.post("dlr", report("DELIVERED", ours=None, theirs=None)) == 200
        assert await at.post("dlr", report("DELIVERED", ours="other7", theirs=None)) == 200
        assert await at.post("dlr", report("DELIVERED", ours="b0", theirs=None)) == 200
        assert await at.post("dlr", report("DELIVERED", ours=f"b{2**63}", theirs=None)) == 200
        assert at.told.receipts == []
        assert await at.post("dlr", {"results": [{"messageId": "m1"}]}) == 400


async def test_a_receipt_by_their_id_alone() -> None:
    async with door("infobip") as at:
        assert await at.post("dlr", report("DELIVERED", ours="other7", theirs="m1")) == 200
        assert at.told.receipts[0] == DLR("sms", None, DELIVERED, "m1", "NAME")


async def test_what_a_receipt_says_is_cut_and_cleaned() -> None:
    async with door("infobip") as at:
        assert await at.post("dlr", report("DELIVERED", theirs="m\x001", name="x\x00\ud83d" + "y" * 500)) == 200
        (receipt,) = at.told.receipts
        assert (receipt.provider_id, receipt.detail) == ("m1", "x" + "y" * 99)


async def test_a_receipt_that_overtakes_the_answer_waits_for_it() -> None:
    """The provider calls back before it has answered; only its own id is in the receipt."""
    told, answer_now = Told(), asyncio.Event()
    async with opened("infobip", told) as (channel, provider):

        async def late(request: web.Request) -> web.StreamResponse:
            await answer_now.wait()
            return await answering(*provider.usual)(request)

        provider.script = [late]
        application = web.Application()
        application.add_routes(channel.routes())
        async with TestServer(application) as server, ClientSession() as http:
            submitting = asyncio.create_task(channel.submit(mt("x")))
            await wait_for(lambda: provider.got)
            at = Door(channel, told, http, str(server.make_url("")).rstrip("/"))
            body = report("DELIVERED", ours=None, theirs="2250be2d4219-3af1-78856")
            receiving = asyncio.create_task(at.post("dlr", body))
            await wait_for(lambda: told.receipts)
            answer_now.set()
            await submitting
            assert await receiving == 200
    assert [each.message_id for each in told.receipts] == [None, 7]


async def test_a_receipt_finds_what_was_submitted_a_moment_ago() -> None:
    async with door("infobip") as at:
        await at.channel.submit(mt("x"))
        assert await at.post("dlr", report("DELIVERED", ours=None, theirs="2250be2d4219-3af1-78856")) == 200
        assert [each.message_id for each in at.told.receipts] == [7]
