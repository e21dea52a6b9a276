"""A whole gateway for tests: in this process on a free port, or as ``barta run`` in a process that can be killed."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.app import App
from bot.config import Config
from tests.peers.child import Child
from tests.peers.ports import LOOPBACK, free_port, listening, wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from bot.clock import Clock
    from bot.scheduler.job import Job
    from bot.store.outbox import Row

SECRET = "s3cret/%with+odd&letters"
PASSWORD = "secret"


@dataclass(frozen=True)
class Running:
    """A gateway that serves."""

    app: App
    port: int
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def rows(self) -> list[Row]:
        """Every message out."""
        from bot.store import outbox

        return await self.app.store.read(outbox.rows)


def kannel_config(port: int, send_url: str, **settings: Any) -> Config:
    """One Kannel; settings of the channel by name."""
    channel: dict[str, Any] = {
        "kind": "kannel",
        "send_url": send_url,
        "username": "coop",
        "password": PASSWORD,
        "secret": SECRET,
        "segments_per_second": 500,
        "timeout_seconds": 5,
        **settings,
    }
    gateway = {"public_url": f"http://{LOOPBACK}:{port}"}
    return Config.model_validate({"gateway": gateway, "channels": {"kannel": channel}})


@asynccontextmanager
async def running(
    config: Config, clock: Clock, url: str, port: int | None = None, jobs: Sequence[Job] = ()
) -> AsyncIterator[Running]:
    """A gateway in this process, as a rule without jobs, stopped cleanly at the end."""
    chosen = port or free_port()
    async with App(config, clock, url, jobs) as app:
        runner = await app.serve(LOOPBACK, chosen)
        try:
            async with aiohttp.ClientSession() as http:
                yield Running(app, chosen, http)
        finally:
            await runner.cleanup()
            await app.delivery.stop()


class Process:
    """``barta run`` in a process of its own."""

    def __init__(self, folder: Path, port: int, environment: Mapping[str, str]) -> None:
        self.port = port
        self._folder = folder
        self._environment = [f"{name}={value}" for name, value in environment.items()]
        self._child: Child | None = None

    def start(self) -> None:
        """Start, and wait until it listens."""
        command = ["env", *self._environment, sys.executable, "-m", "bot", "run", "--port", str(self.port)]
        self._child = Child(command, folder=self._folder, name="barta")
        wait_until(self._up, 30, "barta run to listen")

    def _up(self) -> bool:
        assert self._child is not None
        self._child.check()
        return listening(self.port)

    def kill(self) -> None:
        """kill -9."""
        assert self._child is not None
        self._child.kill()

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self._child is not None
        await self._child.stop()
        return int(self._child.process.wait(10))

    @property
    def log(self) -> str:
        assert self._child is not None
        return self._child.log.read_text(encoding="utf-8")
