"""What the emulator knows, and how updates reach the bot: by polls that confirm with an offset, or by webhook until it agrees."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import fakeredis
from limits import Rejected
from telemelya.server.state import state_manager

Json = dict[str, Any]
SESSION = "default"  # Telemelya keeps its records by session; here is one
MOST_AT_ONCE = 40  # Telegram's default of max_connections
LEFT_OUT = {"chat_member", "message_reaction", "message_reaction_count"}  # unless the bot asks for them


class Files:
    """Stands in for the object store that Telemelya keeps uploads in."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def upload(self, session: str, file_id: str, name: str, content: bytes, _: str = "") -> str:
        key = f"{session}/{file_id}/{name}"
        self.kept[key] = content
        return key

    async def download_by_key(self, key: str) -> bytes | None:
        return self.kept.get(key)

    async def download(self, session: str, file_id: str, name: str) -> bytes | None:
        return self.kept.get(f"{session}/{file_id}/{name}")

    async def cleanup_session(self, _: str) -> None:
        self.kept.clear()


@dataclass
class Fault:
    """What goes wrong with the next calls of a method."""

    times: int
    status: int = 0
    retry_after: int = 0
    description: str = ""
    seconds: float = 0.0  # how long nothing happens first
    breaks: bool = False  # the work is done, and the connection ends without an answer


@dataclass
class Bot:
    """What Telegram knows about the one bot there is."""

    token: str
    pending: list[Json] = field(default_factory=list)
    chats: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    queries: set[str] = field(default_factory=set)  # callback queries that may be answered
    answered: list[str] = field(default_factory=list)
    commands: Json = field(default_factory=dict)  # by language
    faults: dict[str, Fault] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    webhook: Json = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    refusals: int = 0  # answers of the webhook that were not 2xx, or none
    polls: int = 0  # begun so far
    polling: int = 0  # waiting now
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    lines: defaultdict[str, deque[Json]] = field(default_factory=lambda: defaultdict(deque))
    senders: set[asyncio.Task[None]] = field(default_factory=set)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    def end_poll(self) -> None:
        """A poll that is waiting ends with a conflict."""
        self.polls += 1
        self.arrived.set()

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in LEFT_OUT


class Emulator:
    """The state, and everything that changes it."""

    def __init__(self, token: str) -> None:
        self.files = Files()
        self.bot = Bot(token)
        state_manager._redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        self.update_ids = itertools.count(700_000_001)

    async def reset(self) -> None:
        """Forget everything but the numbers of updates, which never come twice."""
        for task in self.bot.senders:
            task.cancel()
        self.bot.end_poll()
        self.bot = Bot(self.bot.token)
        self.files.kept.clear()
        await state_manager.redis.flushall()

    def update(self, kind: str, content: Any, chat: int) -> int:
        """Something happened that the bot may want to know; returns the number of the update."""
        number = next(self.update_ids)
        if self.bot.wants(kind):
            self.bot.pending.append({"update_id": number, kind: content})
            self.bot.lines[f"{kind} {chat}"].append(self.bot.pending[-1])
            self.bot.arrived.set()
            self.deliver()
        return number

    # ---- polling ----

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Confirm what is below the offset, and wait for more; of two polls at once the older is ended."""
        bot = self.bot
        if bot.webhook:
            raise Rejected(409, "Conflict: can't use getUpdates method while webhook is active")
        bot.end_poll()
        mine = bot.polls
        if offset > 0:
            bot.pending[:] = [update for update in bot.pending if update["update_id"] >= offset]
        bot.polling += 1
        try:
            await self._something(bot, mine, time.monotonic() + seconds)
        finally:
            bot.polling -= 1
        return bot.pending[:limit]

    @staticmethod
    async def _something(bot: Bot, mine: int, deadline: float) -> None:
        while not bot.pending and (left := deadline - time.monotonic()) > 0:
            bot.arrived.clear()
            try:
                await asyncio.wait_for(bot.arrived.wait(), left)
            except TimeoutError:
                return
            if bot.polls != mine:
                raise Rejected(409, "Conflict: terminated by other getUpdates request")

    # ---- webhook ----

    def deliver(self) -> None:
        """Begin to hand out what waits for the webhook: chats at once, the updates of one chat one by one."""
        bot = self.bot
        if not bot.webhook:
            return
        busy = {task.get_name() for task in bot.senders}
        for name, line in bot.lines.items():
            if line and name not in busy:
                task = asyncio.create_task(self._hand_out(bot, line), name=name)
                bot.senders.add(task)
                task.add_done_callback(self._handed_out)

    def _handed_out(self, task: asyncio.Task[None]) -> None:
        self.bot.senders.discard(task)
        self.deliver()  # something may have come in the meantime

    async def _hand_out(self, bot: Bot, line: deque[Json]) -> None:
        pause = 0.05
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            while line and bot.webhook:
                if line[0] not in bot.pending:  # a poll confirmed it before the webhook was set
                    line.popleft()
                    continue
                async with bot.room:
                    taken = await self._post(http, bot.webhook, line[0])
                if taken:
                    bot.pending.remove(line.popleft())
                    pause = 0.05
                else:
                    bot.refusals += 1
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 1.0)

    @staticmethod
    async def _post(http: aiohttp.ClientSession, webhook: Json, update: Json) -> bool:
        secret = webhook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with http.post(webhook["url"], json=update, headers=headers) as response:
                await response.read()
                return response.ok
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False
