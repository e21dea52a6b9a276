"""The emulator: Telemelya's Bot API, made as strict as Telegram's, and two ways for updates to reach a bot.

``python server.py PORT CONTROL_PORT TOKEN`` serves the Bot API on the first port and ``control.py``'s routes on the second; the
first can be closed and opened again without forgetting anything, as when a line to the internet is cut. What Telemelya lacks is
added here:

* Its Redis is one inside this process, its object store a dictionary.
* Updates wait until a poll confirms them with a higher offset, or until the webhook answers 2xx; the webhook gets its secret header,
  and the updates of one chat one after the other.
* Limits: 4096 characters a text, 1024 a caption, 64 bytes of callback data, the HTML that Telegram knows, known chats only.
* Errors have their HTTP status, and any method can be made to fail, to hang, or to break off after it has done its work.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from typing import Any

import control
import limits
import uvicorn
from emulator import SESSION, Emulator, Json
from fastapi import Request  # noqa: TC002 - FastAPI reads the annotations
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile
from telemelya.models import TelegramApiResponse
from telemelya.server import app as telemelya
from telemelya.server import bot_api, control_api, media
from telemelya.server.state import state_manager

LOOPBACK = "127.0.0.1"


# ---- the methods that Telemelya lacks, or has too simple ----


class Methods:
    """Routes of the Bot API, taken before Telemelya's own."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def set_webhook(self, token: str, request: Request) -> Any:
        body, bot = await bot_api._parse_body(request), self._emulator.bot
        limits.check_webhook(body)
        bot.webhook = body if body.get("url") else {}
        bot.allowed = body.get("allowed_updates", bot.allowed)
        if bot.webhook:
            bot.end_poll()
        self._emulator.deliver()
        return answer(ok=True, result=True)

    async def delete_webhook(self, token: str, request: Request) -> Any:
        body = await bot_api._parse_body(request)
        self._emulator.bot.webhook = {}
        if body.get("drop_pending_updates"):
            self._emulator.bot.pending.clear()
        return answer(ok=True, result=True)

    async def get_updates(self, token: str, request: Request) -> Any:
        body, bot = await bot_api._parse_body(request), self._emulator.bot
        bot.allowed = body.get("allowed_updates", bot.allowed)
        found = await self._emulator.poll(
            int(body.get("offset") or 0), int(body.get("limit") or 100), float(body.get("timeout") or 0)
        )
        return answer(ok=True, result=found)

    async def send_document(self, token: str, request: Request) -> Any:
        body = await bot_api._parse_body(request)
        chat, sent = int(body["chat_id"]), body["document"]
        if not isinstance(sent, UploadFile):
            raise limits.Rejected(400, "Bad Request: there is no document in the request")
        content, file_id = await sent.read(), uuid.uuid4().hex
        await self._emulator.files.upload(SESSION, file_id, sent.filename or "document", content)
        document: Json = {"file_id": file_id, "file_unique_id": file_id[:16], "file_name": sent.filename}
        document |= {"file_size": len(content), "mime_type": sent.content_type}
        message_id = await state_manager.next_message_id(SESSION)
        result = {
            "message_id": message_id,
            "from": bot_api.DEFAULT_BOT_INFO,
            "chat": {"id": chat, "type": "private"},
            "date": int(time.time()),
            "document": document,
            "caption": body.get("caption"),
        }
        if "reply_markup" in body:
            result["reply_markup"] = body["reply_markup"]
        await state_manager.store_message(SESSION, message_id, result)
        record = {"method": "sendDocument", "chat_id": chat, "message_id": message_id, "caption": body.get("caption")}
        await state_manager.push_response(
            SESSION, record | document | {"filename": sent.filename, "reply_markup": body.get("reply_markup")}
        )
        return answer(ok=True, result=result)

    async def set_my_commands(self, token: str, request: Request) -> Any:
        body = await bot_api._parse_body(request)
        limits.check_commands(body.get("commands") or [])
        self._emulator.bot.commands[body.get("language_code") or ""] = body["commands"]
        return answer(ok=True, result=True)


def answer(**parts: Any) -> TelegramApiResponse:
    """Telemelya's answer as Telegram would give it: errors with their status, and of keyboards the inline ones only."""
    if not parts.get("ok"):
        raise limits.Rejected(parts.get("error_code", 400), parts.get("description", "Bad Request"))
    result = parts.get("result")
    if isinstance(result, dict) and "inline_keyboard" not in (result.get("reply_markup") or {}):
        parts["result"] = {name: value for name, value in result.items() if name != "reply_markup"}
    return TelegramApiResponse(**parts)


async def body_of(request: Request) -> Json:
    """The parameters of a call: texts as they are, other values read as JSON; refused where Telegram refuses them."""
    form: Any = await request.json() if "json" in request.headers.get("content-type", "") else await request.form()
    return {name: value if isinstance(value, UploadFile) else _read(name, value) for name, value in form.items()}


def _read(name: str, value: Any) -> Any:
    if name in {"text", "caption", "url", "secret_token", "callback_query_id", "language_code"}:
        return value
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


# ---- what happens to every call ----


class Gate:
    """Around the Bot API: token, faults, and what Telegram checks before it does anything."""

    def __init__(self, app: Any, emulator: Emulator) -> None:
        self._app = app
        self._emulator = emulator
        self.open: set[Any] = set()  # calls under way

    async def __call__(self, scope: Json, receive: Any, send: Any) -> None:
        call = send.__self__  # uvicorn's own record of the call, which knows the connection
        self.open.add(call)
        try:
            await self._pass(scope, receive, send, call)
        finally:
            self.open.discard(call)

    async def _pass(self, scope: Json, receive: Any, send: Any, call: Any) -> None:
        _, _, rest = scope["path"].partition("/bot")
        token, _, method = rest.partition("/")
        bot = self._emulator.bot
        bot.calls[method] += 1
        if token != bot.token:
            await _refusal(limits.Rejected(401, "Unauthorized"))(scope, receive, send)
            return
        fault = bot.faults.get(method) or bot.faults.get("*")
        if fault is None or fault.times <= 0:
            await self._app(scope, receive, send)
            return
        fault.times -= 1
        await asyncio.sleep(fault.seconds)
        if fault.status:
            rejected = limits.Rejected(fault.status, fault.description, fault.retry_after)
            await _refusal(rejected)(scope, receive, send)
        elif fault.breaks:
            await self._app(scope, receive, _nothing)
            await hang_up(call)
        else:
            await self._app(scope, receive, send)


async def _nothing(_: Any) -> None:
    """An answer that nobody hears."""


async def hang_up(call: Any) -> None:
    """End the connection of a call at once."""
    call.transport.abort()
    while not call.disconnected:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0)


def _refusal(rejected: limits.Rejected) -> JSONResponse:
    content: Json = {"ok": False, "error_code": rejected.status, "description": rejected.description}
    if rejected.retry_after:
        content["parameters"] = {"retry_after": rejected.retry_after}
    return JSONResponse(content, rejected.status)


async def _refused(_: Request, rejected: Exception) -> JSONResponse:
    assert isinstance(rejected, limits.Rejected)
    return _refusal(rejected)


def bot_app(emulator: Emulator) -> Gate:
    """Telemelya with its gaps filled."""

    async def parse(request: Request) -> Json:
        body = await body_of(request)
        limits.check(request.url.path.rpartition("/")[2], body, emulator.bot)
        return body

    for module in (bot_api, control_api, media):
        module.media_manager = emulator.files
    bot_api._parse_body = parse
    bot_api.TelegramApiResponse = answer
    app, methods = telemelya.app, Methods(emulator)
    app.add_exception_handler(limits.Rejected, _refused)
    for name, method in (
        ("setWebhook", methods.set_webhook),
        ("deleteWebhook", methods.delete_webhook),
        ("getUpdates", methods.get_updates),
        ("sendDocument", methods.send_document),
        ("setMyCommands", methods.set_my_commands),
    ):
        app.add_api_route(f"/bot{{token}}/{name}", method, methods=["POST", "GET"])
        app.router.routes.insert(0, app.router.routes.pop())
    return Gate(app, emulator)


class Line:
    """The port that the Bot API is reached by; it can be cut."""

    def __init__(self, gate: Gate, port: int) -> None:
        self._gate, self._port = gate, port
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._server = server(self._gate, self._port)
        # Without handlers of signals: the process has those of the control port.
        self._task = asyncio.create_task(self._server._serve())
        while not self._server.started:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)

    async def cut(self) -> None:
        """Nobody is connected any more, and nobody can connect."""
        assert self._server is not None
        assert self._task is not None
        self._server.should_exit = self._server.force_exit = True
        for call in list(self._gate.open):
            call.transport.abort()
        await self._task


def server(app: Any, port: int) -> uvicorn.Server:
    """One of the two servers."""
    config = uvicorn.Config(app, LOOPBACK, port, http="h11", ws="none", lifespan="off", log_level="warning")
    return uvicorn.Server(config)


async def main(port: int, control_port: int, token: str) -> None:
    emulator = Emulator(token)
    line = Line(bot_app(emulator), port)
    await line.open()
    await server(control.app(emulator, line), control_port).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
