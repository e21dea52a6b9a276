"""Keeps the search up to date: societies that an import or a correction wrote are indexed in short works between the messages."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.store import search_index

if TYPE_CHECKING:
    from bot.store.store import Store

log = structlog.get_logger()

AT_ONCE = 50
"""Societies indexed in one work: some milliseconds of the writer's time."""

IDLE_SECONDS = 2.0
"""How often it looks for societies that were written elsewhere."""

BREATH_SECONDS = 0.02
"""Between two works, so that messages that wait for the writer have the greater part of it."""


class Indexing:
    """A task that indexes what waits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; call inside the running loop."""
        self._task = asyncio.create_task(self._serve(), name="indexing")

    async def stop(self) -> None:
        """End after the work under way."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _serve(self) -> None:
        while not self._stopping.is_set():
            pause = BREATH_SECONDS if await self._some() else IDLE_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _some(self) -> bool:
        """Index some; whether there were any. The writer is not asked in vain."""
        try:
            if not await self._store.read(search_index.waiting):
                return False
            return bool(await self._store.write(partial(search_index.refresh, most=AT_ONCE)))
        except Exception as error:  # noqa: BLE001 - the database is busy or gone: what waits goes on waiting
            log.warning("not_indexed", error=type(error).__name__)
            return False
