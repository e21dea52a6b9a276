"""What a test may do to the emulator: be its people, read what they got, and let things go wrong."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from emulator import SESSION, Emulator, Fault, Json
from fastapi import FastAPI, Request, Response
from telemelya.server.bot_api import DEFAULT_BOT_INFO
from telemelya.server.state import state_manager

if TYPE_CHECKING:
    from server import Line


def app(emulator: Emulator, line: Line) -> FastAPI:
    """The routes."""
    made, people = FastAPI(), _People(emulator)
    for name, handler in {
        "message": people.message,
        "press": people.press,
        "membership": people.membership,
        "raw": people.raw,
        "meet": people.meet,
        "fault": people.fault,
        "state": people.state,
        "reset": emulator.reset,
        "open": line.open,
        "cut": line.cut,
    }.items():
        made.add_api_route(f"/{name}", handler, methods=["POST"])
    made.add_api_route("/files/{file_id}", people.file, methods=["GET"])
    return made


def _user(number: int) -> Json:
    return {"id": number, "is_bot": False, "first_name": "Officer", "language_code": "bn"}


def _chat(number: int) -> Json:
    return {"id": number, "type": "private", "first_name": "Officer"}


class _People:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def message(self, request: Request) -> Json:
        """``{"user": 7, "content": {"text": …}}``: whatever a message may hold."""
        body = await request.json()
        user, content = body["user"], body["content"]
        text = content.get("text", "")
        if text.startswith("/"):
            length = len(text.split()[0])
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        message = {
            "message_id": await state_manager.next_message_id(SESSION),
            "from": _user(user),
            "chat": body.get("chat") or _chat(user),
            "date": int(time.time()),
            **content,
        }
        self._emulator.bot.chats.add(message["chat"]["id"])
        return {"update_id": self._emulator.update("message", message, user)}

    async def press(self, request: Request) -> Json:
        """``{"user": 7, "data": …, "message_id": …}``."""
        body = await request.json()
        user, query = body["user"], uuid.uuid4().hex
        self._emulator.bot.queries.add(query)
        stored = await state_manager.get_message(SESSION, body["message_id"])
        message = stored or {
            "message_id": body["message_id"],
            "from": DEFAULT_BOT_INFO,
            "chat": _chat(user),
            "date": int(time.time()),
            "text": "…",
        }
        content = {"id": query, "from": _user(user), "chat_instance": str(user), "data": body["data"]}
        update = self._emulator.update("callback_query", content | {"message": message}, user)
        return {"update_id": update, "query": query}

    async def membership(self, request: Request) -> Json:
        """``{"user": 7, "status": "kicked"}``: the bot was blocked, or with ``member`` unblocked."""
        body = await request.json()
        user, blocked, bot = body["user"], body["status"] == "kicked", self._emulator.bot
        bot.chats.add(user)
        (bot.blocked.add if blocked else bot.blocked.discard)(user)
        states = [{"status": "member"}, {"status": "kicked", "until_date": 0}]
        old, new = states if blocked else reversed(states)
        content = {
            "chat": _chat(user),
            "from": _user(user),
            "date": int(time.time()),
            "old_chat_member": old | {"user": DEFAULT_BOT_INFO},
            "new_chat_member": new | {"user": DEFAULT_BOT_INFO},
        }
        return {"update_id": self._emulator.update("my_chat_member", content, user)}

    async def raw(self, request: Request) -> Json:
        """``{"kind": "message", "content": …}``: an update that nobody understands, say."""
        body = await request.json()
        return {"update_id": self._emulator.update(body["kind"], body["content"], 0)}

    async def meet(self, request: Request) -> None:
        """``{"user": 7}``: the bot may write to somebody who has said nothing yet."""
        self._emulator.bot.chats.add((await request.json())["user"])

    async def fault(self, request: Request) -> None:
        """``{"method": "sendMessage", "times": 2, "status": 429, …}``; ``*`` is every method."""
        body = await request.json()
        method = body.pop("method")
        self._emulator.bot.faults[method] = Fault(**body)

    async def state(self) -> Json:
        """Everything a test asks about."""
        bot = self._emulator.bot
        return {
            "sent": await state_manager.get_responses(SESSION),
            "answered": bot.answered,
            "commands": bot.commands,
            "calls": dict(bot.calls),
            "webhook": bot.webhook,
            "polling": bot.polling,
            "refusals": bot.refusals,
            "pending": [update["update_id"] for update in bot.pending],
        }

    async def file(self, file_id: str) -> Response:
        """The bytes of a document or picture."""
        for key, content in self._emulator.files.kept.items():
            if key.split("/")[1] == file_id:
                return Response(content, media_type="application/octet-stream")
        return Response(status_code=404)
