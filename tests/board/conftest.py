from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import App
from bot.config import Config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from aiohttp import web

    from bot.clock import Clock

    Client = TestClient[web.Request, web.Application]
    Serve = Callable[[Config], AbstractAsyncContextManager[Client]]

OFFICER = "01700099900"
"""The demo's upazila officer in Dimla."""

PRESIDENT = "01700100031"
"""The demo's president of 4/2025, a green society."""


def with_simulator(enabled: bool | str) -> Config:
    return Config.model_validate({"simulator": {"enabled": enabled}})


@pytest.fixture
def serve(demo_url: str, clock: Clock) -> Serve:
    """`async with serve(config) as client`: the whole gateway on the demo data, delivering."""

    @asynccontextmanager
    async def serving(config: Config) -> AsyncIterator[Client]:
        async with App(config, clock, demo_url, jobs=()) as app:
            app.delivery.start()
            async with TestClient(TestServer(app.web)) as client:
                yield client
            await app.delivery.stop()

    return serving


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[Client]:
    async with serve(with_simulator(True)) as opened:
        yield opened
