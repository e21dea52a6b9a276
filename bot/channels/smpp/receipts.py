"""Receipts: whose it is, and what it says.

The SMSC knows a message by an id of its own, which is stored with the message once the courier has written down that it was taken. A
receipt may be faster than that, even faster than the answer with the id: the ids of what was submitted lately are kept here too, and a
receipt of an id that nobody knows waits a moment while anything is under way.

Some SMSCs write the id in the answer in hexadecimal and in the receipt in decimal, or the other way round, and fill it up with zeros.
Ids are therefore kept without leading zeros and in small letters, and a receipt is looked for by each form, until one form has fitted.
An id in another form may be that of another message, and an SMSC that was restarted may give its ids once more: the number decides.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.channels.smpp.texts import decoded
from bot.channels.smpp.wire import LONGEST_ID
from bot.domain.messages import DLR, ReceiptKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from bot.channels.smpp.wire import Delivery

REMEMBERED = 20_000
"""Parts submitted lately whose ids are kept in memory."""

EARLY_SECONDS = 3.0
"""How long a receipt waits for the answer that tells whose it is."""

_KIND, _RECEIPT, _INTERMEDIATE = 0x3C, 0x04, 0x20  # of esm_class
_RECEIPTED_MESSAGE_ID, _MESSAGE_STATE = 0x001E, 0x0427
_SUBSCRIBER = 8  # the last digits of a number, however its country is written
_LONGEST_WORD = 16

_FIELD = re.compile(r"\b(id|stat|err):\s*([^\s]*)", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]+")

_BY_STATE: Mapping[int, ReceiptKind] = {
    1: ReceiptKind.ACCEPTED,
    2: ReceiptKind.DELIVERED,
    3: ReceiptKind.FAILED,
    4: ReceiptKind.FAILED,
    5: ReceiptKind.FAILED,
    6: ReceiptKind.ACCEPTED,
    8: ReceiptKind.FAILED,
}
_BY_WORD: Mapping[str, ReceiptKind] = {
    "ENROUTE": ReceiptKind.ACCEPTED,
    "BUFFERED": ReceiptKind.ACCEPTED,
    "ACCEPTD": ReceiptKind.ACCEPTED,
    "ACCEPTED": ReceiptKind.ACCEPTED,
    "DELIVRD": ReceiptKind.DELIVERED,
    "DELIVERED": ReceiptKind.DELIVERED,
    "EXPIRED": ReceiptKind.FAILED,
    "DELETED": ReceiptKind.FAILED,
    "UNDELIV": ReceiptKind.FAILED,
    "REJECTD": ReceiptKind.FAILED,
    "REJECTED": ReceiptKind.FAILED,
    "FAILED": ReceiptKind.FAILED,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says.

    Attributes:
        id: the SMSC's, of the message.
        ends: the last digits of the numbers that it names: of the handset, and on some SMSCs of our own; none where it names no
            number that can be told from others.
        kind: what became of the message; None where that is nothing new.
        detail: the same in the SMSC's words.
    """

    id: str
    ends: tuple[str, ...]
    kind: ReceiptKind | None
    detail: str


@dataclass(frozen=True, slots=True)
class Mine:
    """A part that was submitted: of which message, to whom, and whether it was the last of its parts."""

    message_id: int
    number: str
    last: bool


def is_receipt(delivery: Delivery) -> bool:
    """Whether a ``deliver_sm`` is a receipt, and no message from a handset."""
    return delivery.esm_class & _KIND in {_RECEIPT, _INTERMEDIATE} or _RECEIPTED_MESSAGE_ID in delivery.more


def parse(delivery: Delivery) -> Receipt | None:
    """Read a receipt, by its parameters where it has them, else by its text; None where it names no message."""
    text = decoded(delivery.octets, delivery.coding, "latin1")
    fields = {name.lower(): value for name, value in reversed(_FIELD.findall(text))}
    told = delivery.more.get(_RECEIPTED_MESSAGE_ID, b"").split(b"\0")[0].decode("latin-1").strip()
    provider_id = told or fields.get("id", "")
    if not provider_id or len(provider_id) > LONGEST_ID:
        return None
    state = delivery.more.get(_MESSAGE_STATE, b"")[-1:]
    word = fields.get("stat", "").upper()
    kind = _BY_STATE.get(state[0]) if state else _BY_WORD.get(word)
    if delivery.esm_class & _KIND == _INTERMEDIATE and kind is ReceiptKind.DELIVERED:
        kind = ReceiptKind.ACCEPTED  # it is on its way, and another receipt will tell
    said = [word[:_LONGEST_WORD] or f"state {state[0] if state else '?'}"]
    if (error := fields.get("err", "")).strip("0"):
        said.append(f"err {error[:_LONGEST_WORD]}")
    # The handset is the source; some SMSCs leave the addresses as they were in the submission.
    ends = (_end(delivery.source.number), _end(delivery.destination.number))
    return Receipt(provider_id, tuple(end for end in ends if end), kind, ", ".join(said))


def _end(number: str) -> str:
    """The last digits of a number; empty of a short code or a name."""
    digits = number.removeprefix("+")
    return digits[-_SUBSCRIBER:] if digits.isdecimal() and len(digits) >= _SUBSCRIBER else ""


def normal(provider_id: str) -> str:
    """An SMSC's id as it is kept: without leading zeros, in small letters."""
    small = provider_id.strip().lower()
    return (small.lstrip("0") or "0") if _HEX.fullmatch(small) else small


def _in_hexadecimal(provider_id: str) -> str | None:
    same = normal(provider_id)
    return f"{int(same):x}" if same.isdecimal() else None


def _in_decimal(provider_id: str) -> str | None:
    same = normal(provider_id)
    return str(int(same, 16)) if _HEX.fullmatch(same) else None


_FORMS: Sequence[Callable[[str], str | None]] = (normal, _in_hexadecimal, _in_decimal)


class Receipts:
    """Takes receipts in.

    Args:
        receive: takes a receipt in; returns after the commit whether it was for a message of ours.
        under_way: how many messages are being submitted.
    """

    def __init__(self, channel: str, receive: Callable[[DLR], Awaitable[bool]], under_way: Callable[[], int]) -> None:
        self._channel = channel
        self._receive = receive
        self._under_way = under_way
        self._mine: OrderedDict[str, Mine] = OrderedDict()
        self._early: dict[str, list[asyncio.Event]] = {}
        self._fitting: Sequence[Callable[[str], str | None]] = _FORMS

    def submitted(self, provider_id: str, mine: Mine) -> None:
        """The SMSC has taken a part, and calls it so."""
        self._mine[provider_id] = mine
        if len(self._mine) > REMEMBERED:
            self._mine.popitem(last=False)
        for event in self._early.get(provider_id, ()):
            event.set()

    async def take(self, receipt: Receipt) -> None:
        """Take a receipt in; returns after the commit.

        Raises:
            StoreError: the database cannot take it.
        """
        if receipt.kind is None or await self._of_memory(receipt) or await self._of_store(receipt):
            return
        if self._under_way():
            await self._wait(receipt)
            await self._of_memory(receipt)

    async def _of_memory(self, receipt: Receipt) -> bool:
        for form, told in self._told(receipt):
            mine = self._mine.get(told)
            if mine is None or (receipt.ends and not mine.number.endswith(receipt.ends)):
                continue
            self._fits(form, receipt)
            # That one part of several has arrived says nothing of the whole message; that one is lost does.
            if mine.last or receipt.kind is ReceiptKind.FAILED:
                await self._receive(self._dlr(receipt, told, mine.message_id))
            return True
        return False

    async def _of_store(self, receipt: Receipt) -> bool:
        for form, told in self._told(receipt):
            for end in receipt.ends or (None,):
                if await self._receive(self._dlr(receipt, told, None, end)):
                    self._fits(form, receipt)
                    return True
        return False

    def _told(self, receipt: Receipt) -> list[tuple[Callable[[str], str | None], str]]:
        """The id in each form that may fit; as it is where no number could tell that another one fits by chance."""
        forms = self._fitting if receipt.ends else (normal,)
        told = [(form, found) for form in forms if (found := form(receipt.id)) is not None]
        return told or [(normal, normal(receipt.id))]

    def _fits(self, form: Callable[[str], str | None], receipt: Receipt) -> None:
        if receipt.ends:
            self._fitting = (form,)

    def _dlr(self, receipt: Receipt, provider_id: str, message_id: int | None, to: str | None = None) -> DLR:
        assert receipt.kind is not None  # noqa: S101 - take() has seen to it
        return DLR(self._channel, message_id, receipt.kind, provider_id, receipt.detail, to)

    async def _wait(self, receipt: Receipt) -> None:
        """Until the answer comes that tells whose it is, but not for long."""
        event = asyncio.Event()
        told = {told for _, told in self._told(receipt)}
        for each in told:
            self._early.setdefault(each, []).append(event)
        try:
            async with asyncio.timeout(EARLY_SECONDS):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            for each in told:
                self._early[each].remove(event)
                if not self._early[each]:
                    del self._early[each]
