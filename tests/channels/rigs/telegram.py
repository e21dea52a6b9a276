"""Telegram's webhook, and as much of the Bot API as the suite needs."""

from __future__ import annotations

import zlib

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config import Config
from bot.store import links
from tests.channels.rigs.base import PRESIDENT, Rig


class TelegramRig(Rig):
    """Telegram's webhook; every sender has a chat, with the number of his telephone, and the chat stands for it."""

    kind, channel = "telegram", "telegram"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        application = web.Application()
        application.add_routes([web.post("/bot{token}/{method}", self._call)])
        self._server = TestServer(application)

    async def _call(self, request: web.Request) -> web.Response:
        result: object = True
        match request.match_info["method"]:
            case "getMe":
                result = {"id": 1, "is_bot": True, "first_name": "Barta", "username": "barta_bot"}
            case "sendMessage":
                form = await request.post()
                number = str(form["chat_id"])
                self.sent.append((f"+{number}", str(form["text"])))
                chat = {"id": int(number), "type": "private"}
                result = {"message_id": len(self.sent), "date": 0, "chat": chat}
        return web.json_response({"ok": True, "result": result})

    async def start(self) -> None:
        await self._server.start_server()

    async def stop(self) -> None:
        await self._server.close()

    def config(self) -> Config:
        bot = {"token": f"1:{'A' * 30}", "api_base": str(self._server.make_url("")), "mode": "webhook"}
        gateway = {"public_url": f"http://127.0.0.1:{self.port}"}
        return Config.model_validate({"gateway": gateway, "telegram": {**bot, "webhook_secret": "secret"}})

    def address(self, number: str = PRESIDENT) -> str:
        return number.removeprefix("+")

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        chat, machine, store = self.address(sender), not sender.startswith("+"), self.gateway.app.store
        if trusted and not machine and store.writer.alive:
            now = self.gateway.app.clock.now()
            await store.write(lambda tx: links.link(tx, "telegram", chat, sender, "contact", now))
        person = {"id": 777 if machine else int(chat), "is_bot": machine, "first_name": "Officer"}
        message = {"message_id": 1, "from": person, "chat": {**person, "type": "private"}, "date": 0, "text": text}
        update = {"update_id": zlib.crc32(provider_id.encode()), "message": message}
        headers = {"X-Telegram-Bot-Api-Secret-Token": "secret" if trusted else "guessed"}
        url = f"{self.gateway.url}/telegram/webhook"
        async with self.gateway.http.post(url, json=update, headers=headers) as response:
            return response.status

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        return [text for to, text in self.sent if to == number]
