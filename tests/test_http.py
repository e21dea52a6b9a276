"""The client for providers: what certainly was not taken is told from what may have been."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from bot import http
from bot.domain.errors import Unreachable
from tests.peers.ports import LOOPBACK, free_port


async def test_nobody_listens() -> None:
    async with http.client() as client:
        with pytest.raises(Unreachable):
            await client.get(f"http://{LOOPBACK}:{free_port()}/")


async def test_a_host_that_drops_packets_has_taken_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full backlog behaves like a firewall that drops: the connection is never made, so that nothing was handed over."""
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.3)
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind((LOOPBACK, 0))
        full.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        async with http.client() as client:
            with pytest.raises(Unreachable):
                await client.get(f"http://{LOOPBACK}:{full.getsockname()[1]}/")
