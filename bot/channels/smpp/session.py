"""One connection to an SMSC: its requests and ours, each with its answer.

Ours wait in a dictionary by sequence number, the SMSC's are taken in each by a task of its own. When the connection ends, whatever waits
is told at once. Nothing here waits for the connection to take what is written: what can be under way is bounded by the windows of both
sides, and an SMSC that reads no more does not answer ``enquire_link`` either.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiosmpplib import EnquireLink, EnquireLinkResp, GenericNack, SmppCommand, Unbind, UnbindResp
from aiosmpplib import SmppCommandStatus as Status

from bot.channels.smpp.wire import ANSWER, Pdu, read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiosmpplib import SmppMessage

    Answered = Callable[[Pdu, bool], None]

MOST_AT_ONCE = 256
"""Requests of the SMSC under way; while there are so many, no more is read."""

MOST_UNANSWERED = 2048
"""Requests of ours that wait. The oldest is given up for a newer one: an SMSC may never answer what nobody waits for any more."""

LAST_SEQUENCE = 0x7FFFFFFF
UNBIND_SECONDS = 2.0


class NotSent(ConnectionError):  # noqa: N818 - named for the outcome
    """The request certainly did not leave."""


class Broken(ConnectionError):  # noqa: N818 - named for the outcome
    """The connection ended before the answer came."""


@dataclass(slots=True)
class _Asked:
    """A request that waits for its answer.

    Attributes:
        answer: where the answer goes.
        answered: told of the answer as it is read, also when nobody waits for it any more.
        settled: what came before this moment had been acknowledged when the request was written. An SMSC that answers it
            has read those acknowledgements.
    """

    answer: asyncio.Future[Pdu]
    answered: Answered | None
    settled: datetime


class Session:
    """One connection.

    Args:
        deliver: takes in a ``deliver_sm`` that came over a session at a moment; returns its answer.

    Attributes:
        name: no other session has it.
        began: when it began.
        settled: what came before this moment is certainly acknowledged.
        useful: whether anything but the bind was asked and answered.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        deliver: Callable[[Pdu, Session, datetime], Awaitable[SmppMessage]],
    ) -> None:
        self.name = secrets.token_hex(8)
        self.settled = self.began = datetime.now(UTC)
        self._reader = reader
        self._writer = writer
        self._deliver = deliver
        self._sequence = 0
        self._asked: dict[int, _Asked] = {}
        self._open: dict[int, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._over = False
        self._requests = 0
        self._answers = 0

    @property
    def useful(self) -> bool:
        """Whether anything but the bind was asked and answered."""
        return self._requests > 0 or self._answers > 1

    async def request(self, message: SmppMessage, answered: Answered | None = None) -> Pdu:
        """Send a request and wait for its answer, whatever it is.

        Args:
            message: what to ask.
            answered: called as the answer is read, with whether somebody still waits for it.

        Raises:
            NotSent: the connection had ended before.
            Broken: it ended before the answer.
        """
        if self._over or self._writer.is_closing():
            raise NotSent
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        message.sequence_num = self._sequence
        octets = message.pdu()
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        if len(self._asked) >= MOST_UNANSWERED:
            _tell(self._asked.pop(next(iter(self._asked))).answer, Broken())
        self._asked[self._sequence] = _Asked(answer, answered, self._acknowledged())
        self._writer.write(octets)
        return await answer

    def _acknowledged(self) -> datetime:
        """Everything that came before this moment has been acknowledged."""
        return next(iter(self._open.values()), None) or datetime.now(UTC)

    async def run(self, enquire_seconds: float, patience: float) -> None:
        """Serve the connection until it ends, which is always an error.

        Args:
            enquire_seconds: how often the SMSC is asked whether it is still there.
            patience: how long it has to answer that.
        """
        both = [asyncio.create_task(self._read()), asyncio.create_task(self._enquire(enquire_seconds, patience))]
        try:
            ended, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            self._end()

    async def finish(self, seconds: float) -> None:
        """Let what the SMSC asked be answered, for so long, and unbind; call while ``run`` runs."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(UNBIND_SECONDS):
                await self.request(Unbind())

    def close(self) -> None:
        """End the connection."""
        self._end()

    def _end(self) -> None:
        self._over = True
        self._writer.close()
        for asked in self._asked.values():
            _tell(asked.answer, Broken())
        self._asked.clear()
        # What is being taken in is committed all the same; its acknowledgement finds no connection, and it comes again.

    async def _read(self) -> None:
        while True:
            pdu = await read(self._reader)
            if pdu.command & ANSWER:
                self._answer(pdu)
            else:
                await self._request(pdu)

    def _answer(self, pdu: Pdu) -> None:
        asked = self._asked.pop(pdu.sequence, None)
        if asked is None:
            return
        self._answers += 1
        self.settled = max(self.settled, asked.settled)
        if asked.answered is not None:
            asked.answered(pdu, not asked.answer.done())
        if not asked.answer.done():
            asked.answer.set_result(pdu)

    async def _request(self, pdu: Pdu) -> None:
        self._requests += 1
        match pdu.command:
            case SmppCommand.DELIVER_SM:
                await self._room.acquire()
                number, at = self._requests, datetime.now(UTC)
                self._open[number] = at
                task = asyncio.create_task(self._delivered(pdu, number, at))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case SmppCommand.ENQUIRE_LINK:
                self._write(EnquireLinkResp(pdu.sequence))
            case SmppCommand.UNBIND:
                self._write(UnbindResp(pdu.sequence))
                message = "the SMSC ends the session"
                raise Broken(message)
            case SmppCommand.ALERT_NOTIFICATION | SmppCommand.OUTBIND:
                pass  # these want no answer
            case _:
                self._write(GenericNack(pdu.sequence, Status.ESME_RINVCMDID))

    async def _delivered(self, pdu: Pdu, number: int, at: datetime) -> None:
        try:
            self._write(await self._deliver(pdu, self, at))
        finally:
            del self._open[number]
            self._room.release()

    def _write(self, message: SmppMessage) -> None:
        if not self._over and not self._writer.is_closing():
            self._writer.write(message.pdu())

    async def _enquire(self, every: float, patience: float) -> None:
        while True:
            await asyncio.sleep(every)
            async with asyncio.timeout(patience):
                await self.request(EnquireLink())


def _tell(answer: asyncio.Future[Pdu], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
