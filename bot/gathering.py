"""The journey of a message that comes in parts: each is kept before its provider is answered, the last makes the message whole."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.store import parts

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.domain.parts import Part, Whole
    from bot.store.store import Store


class Gathering:
    """Keeps parts; what a channel may use of it is ``bot.channel.Gathers``."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def take(self, part: Part) -> Whole | None:
        """Keep a part; returns after the commit, with the whole message where every part is there.

        Raises:
            StoreError: the database cannot take it; the provider should try again.
        """
        return await self._store.write(partial(parts.take, part=part))

    async def settle(self, channel: str, session: str, before: datetime) -> None:
        """What came over a connection before a moment does not come again."""
        at = self._clock.running()
        await self._store.write(partial(parts.settle, channel=channel, session=session, before=before, at=at))
