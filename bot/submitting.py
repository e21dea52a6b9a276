"""One message, from a courier's hand to the provider: made ready, submitted, and what became of it as a unit of work.

What the channel raises is mapped to a state here and nowhere else (the table is in ``bot.channel``).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.channel import Announces
from bot.claiming import LEASE_MARGIN
from bot.domain.errors import Busy, Gone, OutcomeUnknown, Refused, Throttled, Unreachable
from bot.domain.messages import MT, State
from bot.domain.replies import Reply, load
from bot.making import MOST_ATTEMPTS, NotMade
from bot.trouble import Health

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.channel import Channel
    from bot.clock import Clock
    from bot.domain.messages import File
    from bot.domain.replies import Order
    from bot.hands import Ready
    from bot.i18n import Renderer
    from bot.making import Making
    from bot.settling import Settle, Settling
    from bot.store.claims import Claimed
    from bot.trouble import Trouble

log = structlog.get_logger()

NO_DOCUMENT = "document.not_made"

PUT_BACK = "put_back"
"""A message that was in hand and was not handed over."""

LONGEST_IN_HAND = LEASE_MARGIN.total_seconds() - 3.0
"""What waited longer for its turn goes back: its lease may not last for the provider's answer."""


async def _ready(file: File) -> File:
    return file


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message.

    Attributes:
        row: the message.
        name: in a word, for the metrics.
        settle: writes it down.
    """

    row: Claimed
    name: str
    settle: Settle


class Submitting:
    """Submits the messages of one channel.

    Args:
        may_leave: whether the hour allows a message.
    """

    def __init__(
        self,
        channel: Channel,
        renderer: Renderer,
        clock: Clock,
        settling: Settling,
        trouble: Trouble,
        making: Making,
        may_leave: Callable[[Claimed], bool],
    ) -> None:
        self._channel = channel
        self._renderer = renderer
        self._clock = clock
        self._settling = settling
        self._trouble = trouble
        self._making = making
        self._may_leave = may_leave

    async def with_document(self, row: Claimed, order: Order) -> MT | Outcome:
        """A message with its document, or what is said instead where there will be none; or what became of it."""
        mt = self._loaded(row)
        if isinstance(mt, Outcome):
            return mt
        try:
            return await self._made(row, mt, order)
        except NotMade as error:
            wait = 0.0 if error.stopped else self._trouble.delay(row.attempt, row.id)
            return Outcome(row, "not_made", self._settling.again(row, wait, str(error), burnt=not error.stopped))

    def _loaded(self, row: Claimed) -> MT | Outcome:
        """A message with what only a chat shows: buttons, the button that shares one's number; or that nobody can read it."""
        mt = MT(row.id, row.to, row.text, row.encoding, row.segments, row.attempt)
        if not self._channel.abilities.chat:
            return mt
        try:
            reply = load(row.content)
            return replace(
                mt,
                choices=self._renderer.labels(reply, row.language, self._clock.today()),
                contact_label=self._renderer.text(row.language, "link.share") if reply.asks_contact else None,
            )
        except Exception as error:  # noqa: BLE001 - an older program wrote it, and no other attempt reads it better
            log.error("not_readable", channel=self._channel.name, message=row.id, error=type(error).__name__)  # noqa: TRY400 - a trace may hold texts
            why = f"cannot be read: {type(error).__name__}"
            return Outcome(row, "refused", self._settling.over(row, State.FAILED, why))

    async def _made(self, row: Claimed, mt: MT, order: Order) -> MT:
        if isinstance(self._channel, Announces):
            await self._channel.announce(row.to)
        try:
            file = await self._making.document(order)
        except NotMade as error:
            if error.stopped or row.attempt < MOST_ATTEMPTS:
                raise
            file = None
        if file is None:
            today, abilities = self._clock.today(), self._channel.abilities
            return replace(mt, text=self._renderer.render(Reply(NO_DOCUMENT), row.language, today, abilities))
        return replace(mt, document=partial(_ready, file))

    def back(self, row: Claimed) -> Outcome:
        """A message that is not handed over after all."""
        return Outcome(row, PUT_BACK, self._settling.put_back(row))

    async def outcome(self, ready: Ready) -> Outcome:
        """Hand a message to the provider, and say what became of it."""
        row = ready.row
        if not self._may_leave(row):  # quiet hours began while it waited for its turn or its document
            return Outcome(row, "quiet", self._settling.again(row, 0.0, "quiet hours", burnt=False))
        if time.monotonic() - ready.since > LONGEST_IN_HAND:
            return self.back(row)
        mt = self._loaded(row) if ready.mt is None else ready.mt
        if isinstance(mt, Outcome):
            return mt
        name, settle = await self._submit(row, mt)
        return Outcome(row, name, settle)

    async def _submit(self, row: Claimed, mt: MT) -> tuple[str, Settle]:
        settling = self._settling
        try:
            async with asyncio.timeout(self._channel.settings.timeout_seconds):
                taken = await self._channel.submit(mt)
        except Unreachable as error:
            return "unreachable", settling.again(row, self._trouble.met(Health.DOWN, row.id), str(error), burnt=True)
        except Busy as error:
            return "busy", settling.again(row, error.retry_after, str(error), burnt=False)
        except Throttled as error:
            wait = self._trouble.met(Health.DEGRADED, row.id, error.retry_after)
            return "throttled", settling.again(row, wait, str(error), burnt=False)
        except Gone as error:
            self._trouble.over()
            return "gone", settling.left(row, str(error))
        except Refused as error:
            self._trouble.refused(str(error))
            return "refused", settling.refused(row, str(error))
        except (OutcomeUnknown, TimeoutError) as error:
            self._trouble.met(Health.DEGRADED, row.id)
            return "unknown", settling.over(row, State.UNCONFIRMED, str(error) or "no answer in time")
        except Exception as error:
            log.exception("channel_broke", channel=self._channel.name, message=row.id)
            self._trouble.met(Health.DEGRADED, row.id)
            return "unknown", settling.over(row, State.UNCONFIRMED, type(error).__name__)
        self._trouble.over()
        return "submitted", settling.taken(row, taken, mt.text)
