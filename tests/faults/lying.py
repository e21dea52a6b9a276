"""A provider that lies: it takes and does not say so, says so late, twice or in the wrong order, refuses, throttles, breaks off."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

WEIGHTS: Mapping[str, int] = {
    "plain": 60,
    "late": 8,
    "double": 8,
    "disorder": 8,
    "no receipt": 6,
    "slow": 6,
    "failed": 6,
    "stray": 4,
    # It has the message, and nobody is told:
    "cut": 2,
    "error": 2,
    "mute": 1,
    # It does not have it:
    "throttled": 2,
    "down": 2,
    "refused": 3,
}
LOST = frozenset({"cut", "error", "mute"})
REFUSED = frozenset({"throttled", "down", "refused"})
_STATUS = {"throttled": 429, "down": 503, "refused": 400, "error": 500}
_RECEIPTS = {
    "plain": (8, 1),
    "late": (1,),
    "double": (8, 1, 1, 8),
    "disorder": (1, 8),
    "slow": (8, 1),
    "failed": (8, 2, 1),
    "stray": (8, 1),
}
_BREATH = 0.05


class Liar:
    """Kannel's ``sendsms``, as bad as it gets.

    Attributes:
        taken: how often a message reached a handset, by number and text.
        ids: the same by our id.
        how: what became of the last submission of each of our ids.
        mute_seconds: how long it says nothing, longer than anybody waits.
    """

    def __init__(self, chance: random.Random, taken: Counter[tuple[str, str]], mute_seconds: float = 3.0) -> None:
        self.taken = taken
        self.ids: Counter[int] = Counter()
        self.how: dict[int, str] = {}
        self.mute_seconds = mute_seconds
        self.is_down = False
        self._chance = chance
        self._receipts: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
        self._told: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        """The server."""
        application = web.Application()
        application.add_routes([web.get("/sendsms", self._sendsms)])
        return application

    async def _sendsms(self, request: web.Request) -> web.StreamResponse:
        address = request.query["dlr-url"]
        number = int(address.split("id=")[1].split("&")[0])
        how = "down" if self.is_down else self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self.how[number] = how
        if how in REFUSED:
            return web.Response(status=_STATUS[how], text="no")
        self.taken[request.query["to"], request.query["text"]] += 1
        self.ids[number] += 1
        for status in _RECEIPTS.get(how, ()):
            delay = self._chance.uniform(0.3, 1.0) if how == "late" else self._chance.uniform(0, 0.05)
            self._receipts.put_nowait((address.replace("%d", str(status)), delay))
        if how == "stray":
            stray = address.replace(f"id={number}&", f"id={number + 100_000}&")
            self._receipts.put_nowait((stray.replace("%d", "2"), 0.0))
        if how == "cut":
            assert request.transport is not None
            request.transport.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 27\r\n\r\n")
            request.transport.abort()
        elif how == "mute":
            await asyncio.sleep(self.mute_seconds)
        elif how == "slow":
            await asyncio.sleep(self._chance.uniform(0.1, 0.3))
        if how == "error":
            return web.Response(status=500, text="something broke")
        return web.Response(status=202, text="0: Accepted for delivery")

    async def tell(self) -> None:
        """Deliver receipts, and try again what a gateway that is down does not take; for ever."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while True:
                url, delay = await self._receipts.get()
                task = asyncio.create_task(self._deliver(http, url, delay))
                self._told.add(task)
                task.add_done_callback(self._told.discard)

    async def _deliver(self, http: aiohttp.ClientSession, url: str, delay: float) -> None:
        await asyncio.sleep(delay)
        while True:
            try:
                async with http.get(url) as response:
                    if response.status < 500:
                        return
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                pass
            await asyncio.sleep(_BREATH)

    @property
    def waiting(self) -> int:
        """Receipts that nobody has taken yet."""
        return self._receipts.qsize() + len(self._told)
