"""What goes to each provider, to the byte, and what each of its answers means."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from bot.domain.errors import Busy, OutcomeUnknown, Refused, SubmitError, Throttled, Unreachable
from tests.channels.aggregator import (
    BANGLA,
    NUMBER,
    PLAIN,
    PROFILES,
    PUBLIC,
    TWILIO_SID,
    answering,
    cut,
    mt,
    opened,
    torn,
)

SECRET_ENCODED = "s3cret%2F%25with%2Bodd%26letters"


@pytest.mark.parametrize(("profile", "theirs"), [
    ("sslwireless", "5da2f0b5ba3a2248110"),
    ("bulksmsbd", "991"),
    ("infobip", "2250be2d4219-3af1-78856"),
    ("twilio", "SM" + "1" * 32),
    ("android", "barta7"),
])  # fmt: skip
async def test_what_is_taken_has_their_id(profile: str, theirs: str) -> None:
    async with opened(profile) as (channel, provider):
        assert (await channel.submit(mt(BANGLA))).provider_id == theirs
        assert len(provider.got) == 1


@pytest.mark.parametrize("text", [BANGLA, PLAIN])
async def test_ssl_wireless(text: str) -> None:
    async with opened("sslwireless") as (channel, provider):
        await channel.submit(mt(text))
        (came,) = provider.got
    assert (came.method, came.path) == ("POST", "/api/v3/send-sms")
    assert came.headers["Content-Type"] == "application/json; charset=utf-8"
    said = f'{{"api_token":"t0ken","sid":"COOP","msisdn":"8801700099900","sms":"{text}","csms_id":"b7"}}'
    assert came.body == said.encode()


@pytest.mark.parametrize(("text", "kind"), [(BANGLA, "unicode"), (PLAIN, "text")])
async def test_bulksmsbd(text: str, kind: str) -> None:
    async with opened("bulksmsbd") as (channel, provider):
        await channel.submit(mt(text))
        (came,) = provider.got
    assert (came.method, came.path) == ("POST", "/smsapi")
    assert came.headers["Content-Type"] == "application/x-www-form-urlencoded"
    expected = {"api_key": "k&y", "type": kind, "number": "8801700099900", "senderid": "8809600000000", "message": text}
    assert came.form == expected


@pytest.mark.parametrize("text", [BANGLA, PLAIN])
async def test_infobip(text: str) -> None:
    async with opened("infobip") as (channel, provider):
        await channel.submit(mt(text))
        (came,) = provider.got
    assert (came.method, came.path) == ("POST", "/sms/3/messages")
    assert came.headers["Authorization"] == "App k3y"
    delivery = {"url": f"{PUBLIC}/channels/sms/dlr?secret={SECRET_ENCODED}"}
    webhooks = {"delivery": delivery, "contentType": "application/json", "callbackData": "b7"}
    message = {
        "sender": "COOP",
        "destinations": [{"to": "8801700099900"}],
        "content": {"text": text},
        "webhooks": webhooks,
    }
    assert came.json == {"messages": [message]}
    assert text.encode() in came.body, "not as \\u escapes"


@pytest.mark.parametrize("text", [BANGLA, PLAIN])
async def test_twilio(text: str) -> None:
    async with opened("twilio") as (channel, provider):
        await channel.submit(mt(text))
        (came,) = provider.got
    assert (came.method, came.path) == ("POST", f"/2010-04-01/Accounts/{TWILIO_SID}/Messages.json")
    assert came.headers["Authorization"] == "Basic " + b64encode(f"{TWILIO_SID}:t0ken".encode()).decode()
    callback = f"{PUBLIC}/channels/sms/dlr?id=b7"
    assert came.form == {"To": NUMBER, "From": "+15005550006", "Body": text, "StatusCallback": callback}


@pytest.mark.parametrize(("more", "sim"), [({}, {}), ({"sim": 2}, {"simNumber": 2}), ({"sim": "2"}, {"simNumber": 2})])
async def test_android(more: dict[str, Any], sim: dict[str, int]) -> None:
    async with opened("android", **more) as (channel, provider):
        await channel.submit(mt(BANGLA))
        (came,) = provider.got
    assert (came.method, came.path) == ("POST", "/messages")
    assert came.headers["Authorization"] == "Basic " + b64encode(b"sms:w:rd").decode()
    message = {"id": "barta7", "textMessage": {"text": BANGLA}, "phoneNumbers": [NUMBER], "withDeliveryReport": True}
    assert came.json == {**message, **sim}


def infobip(name: str, group: str = "REJECTED") -> dict[str, Any]:
    return {"messages": [{"messageId": "m1", "status": {"groupId": 5, "groupName": group, "id": 1, "name": name}}]}


def ssl(code: int, *sms: str) -> dict[str, Any]:
    return {"status": "FAILED", "status_code": code, "smsinfo": [{"sms_status": each} for each in sms]}


def bulk(code: int | str) -> dict[str, Any]:
    return {"response_code": code, "success_message": "", "error_message": "said to 8801700099900"}


def twilio(code: int, status: int = 400) -> dict[str, Any]:
    return {"code": code, "message": "The 'To' number +8801700099900 …", "more_info": "https://…", "status": status}


ANSWERS: list[tuple[str, int, Any, type[SubmitError]]] = [
    ("sslwireless", 200, ssl(200, "INVALID"), Refused),
    ("sslwireless", 200, ssl(200, "BLOCKED"), Refused),
    ("sslwireless", 200, ssl(200, "DUPLICATE"), OutcomeUnknown),
    ("sslwireless", 200, ssl(4025), Refused),
    ("sslwireless", 200, ssl(4031), Throttled),
    ("sslwireless", 200, ssl(4001), Unreachable),
    ("sslwireless", 200, ssl(4003), Unreachable),
    ("sslwireless", 200, ssl(4023), OutcomeUnknown),
    ("sslwireless", 200, ssl(5000), OutcomeUnknown),
    ("sslwireless", 403, "<html>", Unreachable),
    ("sslwireless", 200, "<html>It works!</html>", OutcomeUnknown),
    ("bulksmsbd", 200, bulk(1001), Refused),
    ("bulksmsbd", 200, bulk("1007"), Unreachable),
    ("bulksmsbd", 200, bulk(1012), Unreachable),
    ("bulksmsbd", 200, bulk(1032), Unreachable),
    ("bulksmsbd", 200, bulk(1005), OutcomeUnknown),
    ("bulksmsbd", 200, bulk(2020), OutcomeUnknown),
    ("bulksmsbd", 200, "1001", Refused),
    ("bulksmsbd", 200, "1012\n", Unreachable),
    ("bulksmsbd", 200, "1005", OutcomeUnknown),
    ("bulksmsbd", 429, "", Throttled),
    ("infobip", 200, infobip("REJECTED_NOT_ENOUGH_CREDITS"), Unreachable),
    ("infobip", 200, infobip("REJECTED_INVALID_DESTINATION"), Refused),
    ("infobip", 200, infobip("REJECTED_SOURCE"), Unreachable),
    ("infobip", 200, infobip("REJECTED_SOMETHING_NEW"), Unreachable),
    ("infobip", 200, infobip("REJECTED_FLOODING_FILTER"), Busy),
    ("infobip", 200, infobip("X", "SOMETHING_NEW"), OutcomeUnknown),
    ("infobip", 200, {"messages": []}, OutcomeUnknown),
    ("infobip", 401, {"errorCode": "E401", "description": "The request lacks valid authentication"}, Unreachable),
    ("infobip", 429, {"errorCode": "E429"}, Throttled),
    ("infobip", 500, {"errorCode": "E500"}, OutcomeUnknown),
    ("twilio", 400, twilio(21610), Refused),
    ("twilio", 400, twilio(21614), Refused),
    ("twilio", 400, twilio(21606), Unreachable),
    ("twilio", 400, twilio(21408), Unreachable),
    ("twilio", 401, twilio(20003, 401), Unreachable),
    ("twilio", 429, twilio(20429, 429), Throttled),
    ("twilio", 503, twilio(20503, 503), OutcomeUnknown),
    ("twilio", 200, {"sid": "SM1"}, OutcomeUnknown),
    ("android", 400, {"message": "invalid phone number in row 1"}, Refused),
    ("android", 400, {"message": "body is empty"}, Unreachable),
    ("android", 401, "", Unreachable),
    ("android", 409, {"message": "duplicate"}, OutcomeUnknown),
    ("android", 202, {"id": "x", "state": "Failed"}, OutcomeUnknown),
    ("android", 500, "", OutcomeUnknown),
]  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "status", "body", "error"),
    ANSWERS,
    ids=lambda each: str(each)[:40] if not isinstance(each, type) else each.__name__,
)
async def test_what_an_answer_means(profile: str, status: int, body: Any, error: type[SubmitError]) -> None:
    async with opened(profile) as (channel, provider):
        provider.script = [answering(status, body)]
        with pytest.raises(SubmitError) as raised:
            await channel.submit(mt(BANGLA))
    assert type(raised.value) is error
    said = str(raised.value)
    assert "17000" not in said
    assert not any(secret in said for secret in ("t0ken", "k3y", "k&y", "w:rd"))


async def test_the_code_is_named_in_the_reason() -> None:
    async with opened("bulksmsbd") as (channel, provider):
        provider.script = [answering(200, bulk(1007))]
        with pytest.raises(
            Unreachable, match=r"^the credit at BulkSMSBD is used up or out of date \(response_code 1007\)$"
        ):
            await channel.submit(mt(BANGLA))


async def test_a_number_alone_means_taken_too() -> None:
    async with opened("bulksmsbd") as (channel, provider):
        provider.script = [answering(200, "202")]
        assert (await channel.submit(mt(BANGLA))).provider_id is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("17", 17), ("0", 1), ("999999", 3600), ("Wed, 21 Oct 2026 07:28:00 GMT", 5), ("-3", 5), ("", 5)],
)
async def test_how_long_to_wait(header: str, seconds: float) -> None:
    async with opened("infobip") as (channel, provider):
        provider.script = [answering(429, "", **{"Retry-After": header})]
        with pytest.raises(Throttled) as raised:
            await channel.submit(mt(BANGLA))
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_broken_connection_is_of_unknown_outcome(profile: str) -> None:
    async with opened(profile) as (channel, provider):
        for trouble in (cut, torn):
            provider.script = [trouble]
            with pytest.raises(OutcomeUnknown):
                await channel.submit(mt(BANGLA))
        assert len(provider.got) == 2, "no request is made twice"


@pytest.mark.parametrize("profile", PROFILES)
async def test_where_nobody_listens_nothing_was_taken(profile: str) -> None:
    async with opened(profile) as (channel, provider):
        await provider.server.close()
        with pytest.raises(Unreachable):
            await channel.submit(mt(BANGLA))


@pytest.mark.parametrize(
    ("status", "error"), [(301, Unreachable), (308, Unreachable), (302, OutcomeUnknown), (303, OutcomeUnknown)]
)
async def test_a_redirect_is_not_followed(status: int, error: type[SubmitError]) -> None:
    async with opened("sslwireless") as (channel, provider):
        provider.script = [answering(status, "", Location=f"{provider.url}/elsewhere")]
        with pytest.raises(error):
            await channel.submit(mt(BANGLA))
        assert len(provider.got) == 1


async def test_an_endless_answer_is_read_no_further() -> None:
    async with opened("infobip") as (channel, provider):
        provider.script = [answering(200, '{"messages":"' + "x" * 2_000_000 + '"}')]
        with pytest.raises(OutcomeUnknown):
            await channel.submit(mt(BANGLA))


async def test_a_number_from_abroad() -> None:
    async with opened("sslwireless") as (channel, provider):
        await channel.submit(mt(PLAIN, to="+4915112345678"))
        assert provider.got[0].json["msisdn"] == "4915112345678"


async def test_the_id_has_letters_of_its_own() -> None:
    async with opened("sslwireless", id_prefix="dhaka") as (channel, provider):
        await channel.submit(mt(PLAIN))
        assert provider.got[0].json["csms_id"] == "dhaka7"
