"""A clock that a test sets, and a runner with a store of its own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import DHAKA, Clock
from bot.config import Config
from bot.i18n import Renderer
from bot.posting import Post
from bot.scheduler.running import LEASE, Runner
from bot.store.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=DHAKA)


class Watch(Clock):
    """The gateway's time and the running one, set by hand and apart; counts how often it was asked."""

    def __init__(self, at: datetime = MORNING) -> None:
        super().__init__()
        self.set(at, at)
        object.__setattr__(self, "asked", 0)

    def set(self, now: datetime, running: datetime | None = None) -> None:
        object.__setattr__(self, "_now", now.astimezone(UTC))
        if running is not None:
            object.__setattr__(self, "_running", running.astimezone(UTC))

    def forward(self, span: timedelta) -> None:
        self.set(self.now() + span, self.running() + span)

    def now(self) -> datetime:
        moment: datetime = self.__dict__["_now"]
        return moment

    def running(self) -> datetime:
        object.__setattr__(self, "asked", self.__dict__["asked"] + 1)
        moment: datetime = self.__dict__["_running"]
        return moment

    @property
    def looks(self) -> int:
        asked: int = self.__dict__["asked"]
        return asked


@asynccontextmanager
async def runner(url: str, clock: Clock, lease: timedelta = LEASE) -> AsyncIterator[tuple[Runner, Store]]:
    """Runs jobs that queue nothing."""
    config = Config()
    async with await Store.open(url) as store:
        post = Post(Renderer(()), {}, None, timedelta(hours=1))
        yield Runner(store, post, config, clock, lease), store
