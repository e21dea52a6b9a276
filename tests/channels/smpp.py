"""What the tests of the SMPP channel share: a gateway that is bound, and deliveries as an SMSC writes them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.channels.smpp import binding
from bot.domain.retry import RetryPolicy
from bot.store.query import Query
from bot.store.schema import inbox, outbox
from tests.channels.rigs.smpp import smpp_config
from tests.gateway import running
from tests.peers.ports import free_port, wait_for
from tests.peers.smsc import SHORT_CODE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.channels.smpp import SmppChannel
    from bot.clock import Clock
    from bot.domain.messages import State
    from bot.store.outbox import Row
    from tests.gateway import Running
    from tests.peers.smsc import Smsc

PRESIDENT = "8801700100011"  # serves society 2/1998 alone
OFFICER = "8801700099900"  # answered in Bangla, as the officers' list says

_TEXTS: Query[str] = Query(select(inbox.c.text).order_by(inbox.c.id))
_ATTEMPTS: Query[int] = Query(select(outbox.c.attempts).order_by(outbox.c.id))


@asynccontextmanager
async def gateway_at(
    smsc: Smsc, clock: Clock, url: str, *, wait: bool = True, **settings: Any
) -> AsyncIterator[Running]:
    """A gateway with one account at the SMSC; as a rule bound. Where the bind fails it is tried again soon."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(binding, "POLICY", RetryPolicy(first=0.05, ceiling=0.2))
        async with running(smpp_config(smsc, port, **settings), clock, url, port) as gateway:
            if wait:
                await bound(gateway)
            yield gateway


def channel_of(gateway: Running) -> SmppChannel:
    from bot.channels.smpp import SmppChannel

    channel = gateway.app.channels["smpp"]
    assert isinstance(channel, SmppChannel)
    return channel


async def bound(gateway: Running) -> None:
    """Messages can come in."""
    await wait_for(lambda: channel_of(gateway).listening, 10, "the bind")


async def texts_in(gateway: Running) -> list[str]:
    """Every text that came in."""
    return await gateway.app.store.read(lambda tx: tx.all(_TEXTS))


async def attempts(gateway: Running) -> list[int]:
    """How often each message out was tried."""
    return await gateway.app.store.read(lambda tx: tx.all(_ATTEMPTS))


async def states(gateway: Running, *expected: State) -> list[Row]:
    """Wait until the messages out are in these states, in order."""
    rows: list[Row] = []

    async def reached() -> bool:
        rows[:] = await gateway.rows()
        return [row.state for row in rows] == list(expected)

    try:
        await wait_for(reached, 15, f"states {expected}")
    except TimeoutError as error:
        raise AssertionError(f"{[(row.state, row.error) for row in rows]}, expected {expected}") from error
    return rows


def delivery(octets: bytes, sender: str = PRESIDENT, **fields: Any) -> dict[str, Any]:
    """A ``deliver_sm`` from a handset; other fields by name."""
    return {
        "source_addr_ton": 1,
        "source_addr_npi": 1,
        "source_addr": sender,
        "destination_addr": SHORT_CODE,
        "esm_class": 0,
        "data_coding": 8,
        "short_message": octets,
        **fields,
    }


def in_parts(parts: list[bytes], *, reference: int = 7, bits: int = 8, **fields: Any) -> list[dict[str, Any]]:
    """Deliveries whose header says which part they are."""
    found = []
    for number, octets in enumerate(parts, start=1):
        place = [len(parts), number]
        header = [5, 0, 3, reference, *place] if bits == 8 else [6, 8, 4, reference >> 8, reference & 0xFF, *place]
        found.append(delivery(bytes(header) + octets, esm_class=0x40, **fields))
    return found
