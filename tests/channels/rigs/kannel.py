"""Kannel, as far as the suite needs it: its answers by sendsms, and in the response body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.channels.rigs.base import PRESIDENT, Rig
from tests.gateway import SECRET, kannel_config

if TYPE_CHECKING:
    from bot.config import Config


class KannelRig(Rig):
    kind, channel = "kannel", "kannel"
    reply = "api"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        application = web.Application()
        application.add_routes([web.get("/cgi-bin/sendsms", self._sendsms)])
        self._server = TestServer(application)

    async def _sendsms(self, request: web.Request) -> web.Response:
        self.sent.append((request.query["to"], request.query["text"]))
        return web.Response(status=202, text="0: Accepted for delivery")

    async def start(self) -> None:
        await self._server.start_server()

    async def stop(self) -> None:
        await self._server.close()

    def config(self) -> Config:
        return kannel_config(self.port, str(self._server.make_url("/cgi-bin/sendsms")), reply=self.reply)

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        query = {"id": provider_id, "from": sender, "to": "16123", "text": text, "coding": "0", "charset": "UTF-8"}
        query["secret"] = SECRET if trusted else "guessed"
        async with self.gateway.http.get(f"{self.gateway.url}/channels/kannel/mo", params=query) as response:
            body = await response.text()
            if response.status == 200 and body:
                self.sent.append((sender, body))
            return response.status

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        return [text for to, text in self.sent if to == number]


class KannelBodyRig(KannelRig):
    reply = "body"

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        # A repeated request gets the same answer again; Kannel sends out only the one that it read.
        return list(dict.fromkeys(await super().handset(number)))
