"""What comes over the connection, read leniently: of what an SMSC says more or otherwise than expected, nothing ends the session.

Only what cannot be told apart any more is an error: a length that cannot be, a field that never ends.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import StreamReader

LONGEST_PDU = 128 * 1024
"""Octets: a ``message_payload`` of 64 KiB and all else fit in."""

LONGEST_ID = 64
"""Characters of an SMSC's id of a message, by the protocol."""

ANSWER = 0x80000000
"""The bit of a command that makes it an answer."""

_HEADER = struct.Struct("!IIII")
_TLV = struct.Struct("!HH")
_MESSAGE_PAYLOAD = 0x0424


@dataclass(frozen=True, slots=True)
class Pdu:
    """A command or an answer, its body not read yet."""

    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Address:
    """A telephone number, a short code or a name, and its type of number."""

    ton: int
    number: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A ``deliver_sm``.

    Attributes:
        source: who sent it.
        destination: what it was sent to.
        esm_class: what kind of message it is, and whether a header stands before its text.
        coding: the ``data_coding``.
        octets: the message, header included, from wherever it was put.
        more: the optional parameters.
    """

    source: Address
    destination: Address
    esm_class: int
    coding: int
    octets: bytes
    more: dict[int, bytes]


async def read(reader: StreamReader) -> Pdu:
    """The next PDU.

    Raises:
        ValueError: whatever this is, it is no SMPP.
        IncompleteReadError: the connection ended.
    """
    length, command, status, sequence = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if not _HEADER.size <= length <= LONGEST_PDU:
        message = "a PDU of such a length cannot be"
        raise ValueError(message)
    return Pdu(command, status, sequence, await reader.readexactly(length - _HEADER.size))


def message_id(pdu: Pdu) -> str:
    """The id in a ``submit_sm_resp``; empty where there is none, or what is there is too long to be one."""
    told = pdu.body.partition(b"\0")[0].decode("latin-1").strip()
    return told if len(told) <= LONGEST_ID else ""


def delivery(body: bytes) -> Delivery:
    """Read the body of a ``deliver_sm``.

    Raises:
        ValueError: it breaks off.
    """
    fields = _Fields(body)
    fields.text()  # service_type
    source = fields.address()
    destination = fields.address()
    esm_class = fields.octet()
    fields.skip(2)  # protocol_id, priority_flag
    fields.text()  # schedule_delivery_time
    fields.text()  # validity_period
    fields.skip(2)  # registered_delivery, replace_if_present_flag
    coding = fields.octet()
    fields.skip(1)  # sm_default_msg_id
    octets = fields.take(fields.octet())
    more = fields.optional()
    return Delivery(source, destination, esm_class, coding, octets or more.get(_MESSAGE_PAYLOAD, b""), more)


class _Fields:
    """Reads one field after the other."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._body):
            message = "the PDU breaks off"
            raise ValueError(message)
        found = self._body[self._at : end]
        self._at = end
        return found

    def skip(self, count: int) -> None:
        self.take(count)

    def octet(self) -> int:
        return self.take(1)[0]

    def text(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            message = "a field of the PDU never ends"
            raise ValueError(message)
        found = self._body[self._at : end]
        self._at = end + 1
        return found.decode("latin-1")

    def address(self) -> Address:
        ton = self.octet()
        self.skip(1)  # npi
        return Address(ton, self.text().strip())

    def optional(self) -> dict[int, bytes]:
        """The optional parameters; one that breaks off ends them."""
        found: dict[int, bytes] = {}
        while self._at + _TLV.size <= len(self._body):
            tag, length = _TLV.unpack(self.take(_TLV.size))
            if self._at + length > len(self._body):
                break
            found[tag] = self.take(length)
        return found
