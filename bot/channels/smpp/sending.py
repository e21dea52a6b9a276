"""Sending a message: its parts one after the other. How many messages at once is the courier's to say.

Once a first part is taken nothing is certainly not sent any more: a failure after that is ``OutcomeUnknown``, so that nobody gets the
beginning twice. An SMSC that asks for a slower pace then is given it.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from bot.channel import Taken
from bot.channels.smpp.outgoing import submits
from bot.channels.smpp.receipts import Mine, normal
from bot.channels.smpp.session import Broken, NotSent
from bot.channels.smpp.statuses import meaning
from bot.channels.smpp.wire import message_id
from bot.domain.errors import OutcomeUnknown, Refused, SubmitError, Throttled, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiosmpplib import SubmitSm

    from bot.channels.smpp.channel import SmppSettings
    from bot.channels.smpp.session import Session
    from bot.channels.smpp.wire import Pdu
    from bot.domain.messages import MT

MOST_PAUSES = 5
"""How often the rest of a message waits when the SMSC asks for a slower pace after its first part."""


class Sender:
    """Sends the messages of one account.

    Args:
        source: the address they come from.
        submitted: told of each part that was taken.
        late: told of a message that was taken, by our id and the SMSC's, when nobody waits for that any more.

    Attributes:
        under_way: how many messages are being sent.
    """

    def __init__(
        self,
        settings: SmppSettings,
        source: str,
        submitted: Callable[[str, Mine], None],
        late: Callable[[int, str], None],
    ) -> None:
        self.under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._settings = settings
        self._source = source
        self._submitted = submitted
        self._late = late

    async def send(self, session: Session, mt: MT) -> Taken:
        """Send a message over a session.

        Raises:
            SubmitError: one of its kinds.
        """
        parts = submits(mt, self._settings, self._source)
        if not parts:
            message = "a message without a text, or with too much of it, cannot be sent"
            raise Refused(message)
        self.under_way += 1
        self._idle.clear()
        try:
            provider_id = await self._submit(session, mt, parts[0], last=len(parts) == 1)
            for place, part in enumerate(parts[1:], start=2):
                provider_id = await self._further(session, mt, part, last=place == len(parts))
        finally:
            self.under_way -= 1
            if not self.under_way:
                self._idle.set()
        return Taken(provider_id or None)

    async def finished(self, seconds: float) -> None:
        """Wait for what is being sent, but no longer than that."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    async def _submit(self, session: Session, mt: MT, part: SubmitSm, *, last: bool) -> str:
        mine = Mine(mt.id, mt.to, last=last)
        try:
            answer = await session.request(part, partial(self._answered, mine))
        except NotSent as error:
            message = "the connection to the SMSC has ended"
            raise Unreachable(message) from error
        except Broken as error:
            message = "the connection ended before the SMSC had answered"
            raise OutcomeUnknown(message) from error
        if answer.status:
            raise meaning(answer.status)
        return normal(message_id(answer)) if message_id(answer) else ""

    async def _further(self, session: Session, mt: MT, part: SubmitSm, *, last: bool) -> str:
        for _ in range(MOST_PAUSES):
            try:
                return await self._submit(session, mt, part, last=last)
            except Throttled as pause:
                await asyncio.sleep(pause.retry_after)
            except SubmitError as error:
                raise _half_sent() from error
        raise _half_sent()

    def _answered(self, mine: Mine, answer: Pdu, waited_for: bool) -> None:
        """The answer is here: from now on a receipt may come."""
        told = message_id(answer)
        if answer.status or not told:
            return
        self._submitted(normal(told), mine)
        if mine.last and not waited_for:
            self._late(mine.message_id, normal(told))


def _half_sent() -> OutcomeUnknown:
    return OutcomeUnknown("only the beginning of the message is certainly there")
