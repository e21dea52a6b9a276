"""One text through the whole path, without a running gateway: ``barta sms``."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import TYPE_CHECKING

from bot.app import App
from bot.configured import SIMULATOR
from bot.domain.messages import FINAL, MO, State
from bot.store import outbox

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.config import Config
    from bot.store.outbox import Row

PATIENCE_SECONDS = 10.0
_SETTLED = {*FINAL, State.SUBMITTED, State.UNCONFIRMED}


async def exchange(
    config: Config, clock: Clock, url: str, *, sender: str, to: str | None, provider_id: str | None, text: str
) -> tuple[list[Row], str | None]:
    """Take one text in on the simulator's channel and deliver its answers.

    Returns:
        The answers, and why there are none, if so. The same ``provider_id`` again gives the same answers.
    """
    async with App(config, clock, url) as app:
        mo = MO(SIMULATOR, provider_id or f"sms-{uuid.uuid4().hex}", sender, to or config.gateway.short_code, text)
        outcome = await app.receiver.outcome(mo)
        courier = app.delivery.couriers[SIMULATOR]
        courier.start()
        try:
            rows = await _settled(app, outcome.answer.inbox_id)
        finally:
            await courier.stop()
    return rows, outcome.fate.reason


async def _settled(app: App, inbox_id: int) -> list[Row]:
    """The answers, once they have left; a gateway that runs beside us may be the one that delivers them."""
    answers = partial(outbox.answers_to, inbox_id=inbox_id)
    rows = await app.store.read(answers)
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not all(row.state in _SETTLED for row in rows) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.005)
        rows = await app.store.read(answers)
    return rows
