"""The HTTP client for providers: it never tries a request a second time by itself.

aiohttp sends an idempotent request again when the connection breaks before the answer. For a provider that takes messages by GET that
would be the same message twice, so that a break becomes ``OutcomeUnknown`` before aiohttp sees it. Idle connections are given up after
a second, so that a provider closing one seldom meets a message that is just being sent.
"""

from __future__ import annotations

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientSession

from bot.domain.errors import OutcomeUnknown, Unreachable

IDLE_SECONDS = 1.0

CONNECT_SECONDS = 3.0
"""A provider that does not take a connection within this has certainly not taken the message: it stays in the queue."""


async def _once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        message = f"no connection: {type(error).__name__}"
        raise Unreachable(message) from error
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        message = f"the connection broke: {type(error).__name__}"
        raise OutcomeUnknown(message) from error


def client() -> ClientSession:
    """A client whose requests raise ``Unreachable`` or ``OutcomeUnknown``, and are made once. Time limits are the caller's."""
    return ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
        middlewares=(_once,),
    )
