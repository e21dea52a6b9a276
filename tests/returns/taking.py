"""Messages taken in by a gateway in this process, many at a time, each on its own day."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.configured import SIMULATOR
from bot.domain.messages import MO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.returns.country import Message

AT_ONCE = 200
"""Messages that are in the gateway's hands at a time, as the writer would group them under load."""

CONFIG = Config.model_validate({"gateway": {"answers_per_sender": 1_000_000}, "jobs": {"enabled": False}})

_MOMENT: ContextVar[datetime] = ContextVar("moment")


@dataclass(frozen=True, slots=True)
class OnItsDay(Clock):
    """The time at which a message came: each is taken in a task of its own, which knows its own time."""

    def now(self) -> datetime:
        """The message's time."""
        return _MOMENT.get()


async def take(url: str, messages: Sequence[Message]) -> Counter[str]:
    """Take messages in, in their order as far as groups go; returns how many had which outcome."""
    outcomes: Counter[str] = Counter()
    async with App(CONFIG, OnItsDay(), url, ()) as app:

        async def one(message: Message) -> None:
            _MOMENT.set(message.at)
            outcome = await app.receiver.outcome(MO(SIMULATOR, message.id, message.sender, "16123", message.text))
            outcomes["repeated" if not outcome.fresh else outcome.fate.reason or outcome.fate.outcome] += 1

        for at in range(0, len(messages), AT_ONCE):
            await asyncio.gather(*map(one, messages[at : at + AT_ONCE]))
    return outcomes
