"""Providers by profile, as far as the suite needs them: Infobip, and a telephone with SMS Gateway for Android."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any, ClassVar

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config import Config
from tests.channels.rigs.base import PRESIDENT, Rig
from tests.gateway import SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping


class AggregatorRig(Rig):
    kind, channel = "aggregator", "aggregator"
    path: ClassVar[str]
    values: ClassVar[Mapping[str, Any]]

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        application = web.Application()
        application.add_routes([web.post(self.path, self._send)])
        self._server = TestServer(application)

    async def _send(self, request: web.Request) -> web.Response:
        raise NotImplementedError

    async def start(self) -> None:
        await self._server.start_server()

    async def stop(self) -> None:
        await self._server.close()

    def config(self) -> Config:
        table = {"kind": "aggregator", "base_url": str(self._server.make_url("")), "segments_per_second": 500}
        gateway = {"public_url": f"http://127.0.0.1:{self.port}"}
        return Config.model_validate({"gateway": gateway, "channels": {self.channel: {**table, **self.values}}})

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        return [text for to, text in self.sent if to == number]


class InfobipRig(AggregatorRig):
    path = "/sms/3/messages"
    values: ClassVar = {"profile": "infobip", "api_key": "key", "sender": "16123", "secret": SECRET}

    async def _send(self, request: web.Request) -> web.Response:
        (message,) = (await request.json())["messages"]
        self.sent.append((f"+{message['destinations'][0]['to']}", message["content"]["text"]))
        status = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
        return web.json_response({"messages": [{"messageId": f"m{len(self.sent)}", "status": status}]})

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        result = {
            "messageId": provider_id,
            "from": sender.removeprefix("+"),
            "to": "16123",
            "text": text,
            "smsCount": 1,
        }
        body = {"results": [result], "messageCount": 1, "pendingMessageCount": 0}
        url, params = f"{self.gateway.url}/channels/aggregator/mo", {"secret": SECRET if trusted else "guessed"}
        async with self.gateway.http.post(url, params=params, json=body) as response:
            return response.status


class AndroidRig(AggregatorRig):
    path = "/messages"
    values: ClassVar = {"profile": "android", "username": "sms", "password": "word", "signing_key": SECRET}

    async def _send(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.sent.append((message["phoneNumbers"][0], message["textMessage"]["text"]))
        return web.json_response({"id": message["id"], "state": "Pending", "recipients": []}, status=202)

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        payload = {"messageId": "69bde8d0", "message": text, "phoneNumber": sender, "simNumber": 1}
        event = {
            "event": "sms:received",
            "id": "x",
            "payload": {**payload, "receivedAt": f"2026-11-21T10:00 {provider_id}"},
        }
        body, at = json.dumps(event), str(int(time.time()))
        key = SECRET if trusted else "guessed"
        signature = hmac.new(key.encode(), (body + at).encode(), hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Timestamp": at, "X-Signature": signature}
        url = f"{self.gateway.url}/channels/aggregator/mo"
        async with self.gateway.http.post(url, data=body.encode(), headers=headers) as response:
            return response.status
