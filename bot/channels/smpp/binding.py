"""Keeping a session bound: the SMSC may be away, refuse the bind or drop the line; it is tried again for ever, longer each time.

Meanwhile everything else goes on. A session that ends is told once, and so is the one that follows.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from typing import TYPE_CHECKING

import structlog
from aiosmpplib import BindTransceiver

from bot.channels.smpp.session import Session
from bot.channels.smpp.statuses import name
from bot.domain.errors import StoreError
from bot.domain.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.channel import Gathers
    from bot.channels.smpp.channel import SmppSettings
    from bot.channels.smpp.incoming import Incoming

    Finished = Callable[[float], Awaitable[None]]

log = structlog.get_logger()

POLICY = RetryPolicy(first=0.5, factor=2.0, ceiling=30.0)
"""How the SMSC is tried again: after ½, 1, 2, 4 … 30 seconds, give or take a fifth."""

CONNECT_SECONDS = 10.0

SETTLE_SECONDS = 2.0
"""How often it is written down what certainly does not come again."""

FINISH_SECONDS = 5.0


class BindRefused(ConnectionError):  # noqa: N818 - named for the answer
    """The SMSC answers the bind, and does not say "fine"."""


class Binding:
    """One account at an SMSC, bound whenever it can be.

    Args:
        finished: waits for what is being submitted, but no longer than so many seconds.

    Attributes:
        session: what is bound now, if anything.
    """

    def __init__(
        self, channel: str, settings: SmppSettings, incoming: Incoming, parts: Gathers, finished: Finished
    ) -> None:
        self.session: Session | None = None
        self._finished = finished
        self._useful = False
        self._channel = channel
        self._settings = settings
        self._incoming = incoming
        self._parts = parts

    async def serve(self) -> None:
        """Bind, and bind again, until cancelled; then unbind. Never raises."""
        failures = 0
        while True:
            self._useful = False
            error = await self._once(again=failures > 0)
            # A session that carried something was a good one: the waits begin anew.
            failures = 1 if self._useful else failures + 1
            self._tell(error, first=failures == 1)
            await asyncio.sleep(POLICY.delay(failures, spread=time.monotonic() % 1))

    async def _once(self, *, again: bool) -> Exception | None:
        """Bind and serve; returns what ended it."""
        session = None
        try:
            session = await self._open()
            running = asyncio.create_task(self._run(session))
            try:
                await self._bind(session)
                self.session = session
                log.info("smsc_bound", channel=self._channel, again=again)
                await asyncio.shield(running)
            except asyncio.CancelledError:
                await self._leave(session)
                raise
            finally:
                self.session = None
                self._useful = session.useful
                running.cancel()
                with contextlib.suppress(Exception, asyncio.CancelledError):
                    await running
        except Exception as error:  # noqa: BLE001 - whatever it is, the SMSC is tried again
            return error
        finally:
            if session is not None:
                session.close()
        return None

    async def _open(self) -> Session:
        secure = ssl.create_default_context() if self._settings.tls else None
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(self._settings.host, self._settings.port, ssl=secure)
        return Session(reader, writer, self._incoming.take)

    async def _bind(self, session: Session) -> None:
        settings = self._settings
        request = BindTransceiver(
            system_id=settings.system_id,
            password=settings.password.get_secret_value(),
            system_type=settings.system_type,
        )
        async with asyncio.timeout(CONNECT_SECONDS):
            answer = await session.request(request)
        if answer.status:
            raise BindRefused(name(answer.status))

    async def _run(self, session: Session) -> None:
        settling = asyncio.create_task(self._settle(session))
        try:
            await session.run(self._settings.enquire_link_seconds, self._settings.timeout_seconds)
        finally:
            settling.cancel()

    async def _leave(self, session: Session) -> None:
        """Let go in order: what is under way is finished, the SMSC is told."""
        self.session = None
        deadline = time.monotonic() + FINISH_SECONDS
        await self._finished(FINISH_SECONDS)
        await session.finish(max(deadline - time.monotonic(), 0.0))

    async def _settle(self, session: Session) -> None:
        """Write down up to when everything was certainly acknowledged: what says the same after that is a new message."""
        settled = session.settled
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            before = self._incoming.settled(session)
            if settled < before and self._incoming.kept_at >= settled:
                with contextlib.suppress(StoreError):
                    await self._parts.settle(self._channel, session.name, before)
                    settled = before

    def _tell(self, error: Exception | None, *, first: bool) -> None:
        if isinstance(error, BindRefused):
            log.error("smsc_refuses_the_bind", channel=self._channel, status=str(error))
        elif first:
            log.warning("smsc_is_away", channel=self._channel, error=type(error).__name__)
