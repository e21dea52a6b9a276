"""A ``deliver_sm`` as a message or a receipt. It is answered after the commit; what cannot be kept is answered with an error.

What one number sends is taken in in its order, what several send at once. A part is committed before it is answered, because the SMSC
may bring the next one only then.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from aiosmpplib import DeliverSmResp
from aiosmpplib import SmppCommandStatus as Status

from bot.channels.smpp import receipts, wire
from bot.channels.smpp.texts import ALONE, decoded, placed
from bot.domain.errors import StoreError
from bot.domain.messages import MO
from bot.domain.parts import AGAIN_WITHIN, Part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiosmpplib import SmppMessage

    from bot.channel import Gateway
    from bot.channels.smpp.receipts import Receipts
    from bot.channels.smpp.session import Session
    from bot.channels.smpp.texts import Alphabet, Place
    from bot.channels.smpp.wire import Address, Delivery, Pdu

log = structlog.get_logger()

INTERNATIONAL = 1
MOST_REFUSED = 4096
"""Messages whose refusal is remembered."""


class Incoming:
    """Takes in what the SMSC delivers.

    Attributes:
        kept_at: when the newest part came that was kept.
    """

    def __init__(self, channel: str, gateway: Gateway, own: Receipts, alphabet: Alphabet) -> None:
        self.kept_at = datetime.min.replace(tzinfo=UTC)
        self._channel = channel
        self._gateway = gateway
        self._receipts = own
        self._alphabet = alphabet
        self._turns: dict[str, asyncio.Future[None]] = {}
        self._refused: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    async def take(self, pdu: Pdu, session: Session, at: datetime) -> SmppMessage:
        """Take in a ``deliver_sm`` that came over a session at a moment; returns its answer."""
        status = await self._status(pdu, session, at)
        return DeliverSmResp(pdu.sequence, status)

    def settled(self, session: Session) -> datetime:
        """Up to when everything that came over a session is certainly over: acknowledged, and not refused a short while ago."""
        since = datetime.now(UTC) - AGAIN_WITHIN
        refused = [at for (name, _), at in self._refused.items() if name == session.name and at > since]
        return min([session.settled, *refused])

    async def _status(self, pdu: Pdu, session: Session, at: datetime) -> Status:
        try:
            delivery = wire.delivery(pdu.body)
        except ValueError:
            log.warning("smpp_delivery_not_understood", channel=self._channel)
            return Status.ESME_RX_P_APPN
        try:
            if receipts.is_receipt(delivery):
                await self._receipt(delivery)
            else:
                async with self._turn(delivery.source.number):
                    await self._message(delivery, session, at)
        except StoreError:
            return Status.ESME_RX_T_APPN
        except Exception as error:  # noqa: BLE001 - what is not committed is not acknowledged; the trace may hold texts
            log.error("smpp_delivery_not_kept", channel=self._channel, error=type(error).__name__)  # noqa: TRY400 - as above
            return Status.ESME_RX_T_APPN
        return Status.ESME_ROK

    async def _receipt(self, delivery: Delivery) -> None:
        receipt = receipts.parse(delivery)
        if receipt is None:
            log.warning("smpp_receipt_not_understood", channel=self._channel)
        else:
            await self._receipts.take(receipt)

    @asynccontextmanager
    async def _turn(self, number: str) -> AsyncIterator[None]:
        """Wait for what came before from the same number."""
        before = self._turns.get(number)
        ours: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns[number] = ours
        try:
            if before is not None:
                await asyncio.wait([before])
            yield
        finally:
            ours.set_result(None)
            if self._turns[number] is ours:
                del self._turns[number]

    async def _message(self, delivery: Delivery, session: Session, at: datetime) -> None:
        place, octets = placed(delivery)
        digest = _digest(delivery)
        known_as = (session.name, digest)
        part = Part(
            channel=self._channel,
            session=session.name,
            began=session.began,
            name=secrets.token_hex(8),
            digest=digest,
            thread=None if place is ALONE else _thread(delivery, place),
            number=place.number,
            total=place.total,
            octets=octets,
            at=at,
            refused_at=self._refused.get(known_as),
        )
        try:
            whole = await self._gateway.parts.take(part)
            self.kept_at = max(self.kept_at, at)
            if whole is not None:
                text = decoded(whole.octets, delivery.coding, self._alphabet)
                await self._gateway.receive(
                    MO(self._channel, whole.provider_id, _sender(delivery.source), delivery.destination.number, text)
                )
        except BaseException:
            # The SMSC brings it again, maybe in this session: then it is no message that says the same.
            self._refused.setdefault(known_as, at)
            if len(self._refused) > MOST_REFUSED:
                self._refused.popitem(last=False)
            raise
        self._refused.pop(known_as, None)


def _sender(source: Address) -> str:
    """The sender as others write him."""
    digits = source.number.removeprefix("+")
    return f"+{digits}" if source.ton == INTERNATIONAL and digits.isdecimal() else source.number


def _digest(delivery: Delivery) -> str:
    """Of everything that tells one message from another."""
    said = (delivery.source, delivery.destination, delivery.coding, delivery.octets, placed(delivery)[0])
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _thread(delivery: Delivery, place: Place) -> str:
    """Of what the parts of one message have in common."""
    said = (delivery.source, delivery.destination, delivery.coding, place.reference, place.total)
    return hashlib.sha256(repr(said).encode()).hexdigest()
