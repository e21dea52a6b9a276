"""The HTTP routes that are not a channel's: health and metrics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from bot.store import outbox
from bot.trouble import Health

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.deliver import Courier, Delivery
    from bot.metrics import Metrics
    from bot.store.query import Tx
    from bot.store.store import Store

PATIENCE_SECONDS = 3.0


class Probes:
    """``/healthz``, ``/readyz`` and ``/metrics``."""

    def __init__(self, store: Store, delivery: Delivery, metrics: Metrics) -> None:
        self._store = store
        self._delivery = delivery
        self._metrics = metrics

    def routes(self) -> Sequence[web.RouteDef]:
        """The routes."""
        return [
            web.get("/healthz", self._health),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._numbers),
        ]

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _ready(self, _: web.Request) -> web.Response:
        """503 only when the database or the writer is gone; a provider that is down is told, but messages still come in."""
        database, writer = await asyncio.gather(_answers(self._store.read), _answers(self._store.write))
        channels = {name: str(_health(courier)) for name, courier in self._delivery.couriers.items()}
        body = {
            "ready": database and writer,
            "database": str(Health.UP if database else Health.DOWN),
            "writer": str(Health.UP if writer else Health.DOWN),
            "channels": channels,
            "broken": [name for name, courier in self._delivery.couriers.items() if courier.broken],
        }
        return web.json_response(body, status=200 if database and writer else 503)

    async def _numbers(self, _: web.Request) -> web.Response:
        metrics, counts = self._metrics, self._store.writer.counts
        metrics.outbox.clear()
        for channel, state, count in await self._store.read(outbox.counts):
            metrics.outbox.labels(channel, state).set(count)
        metrics.writer_waiting.set(self._store.writer.waiting)
        metrics.writer_works.set(counts.works)
        metrics.writer_commits.set(counts.commits)
        return web.Response(body=metrics.text(), content_type="text/plain", charset="utf-8")


def _health(courier: Courier) -> Health:
    """How a channel is doing in both directions."""
    return courier.health if courier.channel.listening else max(courier.health, Health.DEGRADED, key=list(Health).index)


async def _answers(run: Callable[[Callable[[Tx], bool]], Awaitable[bool]]) -> bool:
    """Whether a work is run in time: what is asked is whether it works, not whether it is there."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await run(outbox.alive)
    except Exception:  # noqa: BLE001 - whatever it is, the database does not answer
        return False
