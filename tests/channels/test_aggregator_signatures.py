"""Providers that sign what they bring: Twilio, and SMS Gateway for Android."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.messages import DLR, MO, ReceiptKind
from tests.channels.aggregator import NUMBER, ODD, PUBLIC, Told, door
from tests.gateway import SECRET

if TYPE_CHECKING:
    from bot.channel import Answer

DELIVERED, FAILED, ACCEPTED = ReceiptKind.DELIVERED, ReceiptKind.FAILED, ReceiptKind.ACCEPTED


def twilio_signed(path: str, form: dict[str, str], token: str = "t0ken", public: str = PUBLIC) -> dict[str, str]:
    """Twilio's signature, written down as its documentation tells it."""
    text = f"{public}/channels/sms/{path}" + "".join(key + form[key] for key in sorted(form))
    return {"X-Twilio-Signature": b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()}


SMS = {"MessageSid": "SM1", "From": NUMBER, "To": "+15005550006", "Body": ODD, "NumMedia": "0", "AccountSid": "AC0"}


async def test_twilio_messages() -> None:
    async with door("twilio") as at:
        assert await at.ask("mo", data=SMS, headers=twilio_signed("mo", SMS)) == (200, "<Response/>")
        assert at.told.messages == [MO("sms", "SM1", NUMBER, "+15005550006", ODD)]


async def test_twilio_signs_everything() -> None:
    async with door("twilio") as at:
        right = twilio_signed("mo", SMS)
        assert (await at.ask("mo", data={**SMS, "Body": "other"}, headers=right))[0] == 403
        assert (await at.ask("mo", data={**SMS, "More": "x"}, headers=right))[0] == 403
        assert (await at.ask("mo?more=1", data=SMS, headers=right))[0] == 403
        assert (await at.ask("dlr", data=SMS, headers=right))[0] == 403
        assert (await at.ask("mo", data=SMS, headers=twilio_signed("mo", SMS, "guessed")))[0] == 403
        assert (await at.ask("mo", data=SMS, headers={"X-Twilio-Signature": ""}))[0] == 403
        assert (await at.ask("mo", data=SMS))[0] == 403
        assert at.told.messages == []


async def test_twilio_signs_the_usual_port_or_not() -> None:
    async with door("twilio") as at:
        public = PUBLIC.replace("example.org", "example.org:443")
        assert (await at.ask("mo", data=SMS, headers=twilio_signed("mo", SMS, public=public)))[0] == 200


async def test_twilio_takes_an_answer_in_the_response() -> None:
    class Answering(Told):
        async def receive(self, mo: MO) -> Answer:
            from bot.channel import Answer

            return Answer(1, "<ক & খ>")

    async with door("twilio", Answering(), reply="body") as at:
        status, body = await at.ask("mo", data=SMS, headers=twilio_signed("mo", SMS))
        assert (status, body) == (200, "<Response><Message>&lt;ক &amp; খ&gt;</Message></Response>")


@pytest.mark.parametrize(
    ("word", "kind"),
    [("queued", ACCEPTED), ("sent", ACCEPTED), ("delivered", DELIVERED), ("undelivered", FAILED), ("failed", FAILED)],
)
async def test_twilio_receipts(word: str, kind: ReceiptKind) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": word, "ErrorCode": "30003", "To": NUMBER}
    async with door("twilio") as at:
        headers = twilio_signed("dlr?id=b7", form)
        assert (await at.ask("dlr?id=b7", data=form, headers=headers))[0] == 200
        assert at.told.receipts == [DLR("sms", 7, kind, "SM1", "30003")]
        assert (await at.ask("dlr?id=b8", data=form, headers=headers))[0] == 403


# SMS Gateway for Android


def event(kind: str, **payload: Any) -> bytes:
    common = {"messageId": "69bde8d0", "phoneNumber": NUMBER, "simNumber": 1}
    body = {"deviceId": "ff", "event": kind, "id": "e1", "payload": {**common, **payload}, "webhookId": "w1"}
    return json.dumps(body, ensure_ascii=False).encode()


def signed(body: bytes, at: float | str | None = None, key: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time())) if at is None else str(at)
    signature = hmac.new(key.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    return {"X-Timestamp": stamp, "X-Signature": signature, "Content-Type": "application/json"}


RECEIVED = event("sms:received", message=ODD, receivedAt="2026-11-21T10:00:00.000+06:00")


async def test_android_messages_are_told_apart_by_more_than_their_id() -> None:
    async with door("android") as at:
        later = event("sms:received", message=ODD, receivedAt="2026-11-22T10:00:00.000+06:00")
        newer = RECEIVED.replace(b'"phoneNumber"', b'"sender"')
        for body in (RECEIVED, RECEIVED, later, newer):
            assert (await at.ask("mo", data=body, headers=signed(body)))[0] == 200
        first, again, other, renamed = at.told.messages
        assert (first.sender, first.text, first.to) == (NUMBER, ODD, "16123")
        assert first.provider_id == again.provider_id == renamed.provider_id != other.provider_id


async def test_android_events_that_are_no_message() -> None:
    async with door("android") as at:
        ping = json.dumps({"event": "system:ping", "payload": {}}).encode()
        assert (await at.ask("mo", data=ping, headers=signed(ping)))[0] == 200
        assert (await at.ask("dlr", data=ping, headers=signed(ping)))[0] == 200
        assert (at.told.messages, at.told.receipts) == ([], [])


async def test_android_signatures() -> None:
    async with door("android") as at:
        now = time.time()

        async def status(headers: dict[str, str], body: bytes = RECEIVED) -> int:
            return (await at.ask("mo", data=body, headers=headers))[0]

        assert await status(signed(RECEIVED, int(now) - 290)) == 200
        assert await status(signed(RECEIVED, int(now) + 290)) == 200
        assert await status(signed(RECEIVED, int(now) - 320)) == 403, "replayed"
        assert await status(signed(RECEIVED, int(now) + 320)) == 403
        assert await status(signed(RECEIVED, key="guessed")) == 403
        assert await status(signed(RECEIVED), RECEIVED + b" ") == 403
        assert await status({**signed(RECEIVED), "X-Timestamp": str(int(now) + 1)}) == 403
        assert await status(signed(RECEIVED, "")) == 403
        assert await status(signed(RECEIVED, "nan")) == 403
        assert await status(signed(RECEIVED, "9" * 400)) == 403
        assert await status({"Content-Type": "application/json"}) == 403
        assert await status({**signed(RECEIVED), "X-Signature": "\u00e9"}) == 403
        assert len(at.told.messages) == 2


async def test_the_window_is_a_setting() -> None:
    async with door("android", clock_seconds=3600) as at:
        headers = signed(RECEIVED, int(time.time()) - 3000)
        assert (await at.ask("mo", data=RECEIVED, headers=headers))[0] == 200


@pytest.mark.parametrize(
    ("kind", "means", "detail"),
    [
        ("sms:sent", ACCEPTED, "sms:sent"),
        ("sms:delivered", DELIVERED, "sms:delivered"),
        ("sms:failed", FAILED, "RESULT_ERROR_GENERIC_FAILURE"),
    ],
)
async def test_android_receipts(kind: str, means: ReceiptKind, detail: str) -> None:
    more = {"reason": "RESULT_ERROR_GENERIC_FAILURE"} if kind == "sms:failed" else {}
    body = event(kind, messageId="barta7", **more)
    async with door("android") as at:
        assert (await at.ask("dlr", data=body, headers=signed(body)))[0] == 200
        assert at.told.receipts == [DLR("sms", 7, means, "barta7", detail)]
