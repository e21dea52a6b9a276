"""An ``MT`` as ``submit_sm``, one for each part.

The parts are cut where ``bot.domain.segments`` cuts them, which is what was counted and priced, with a reference of 8 bits in the
header of each: 6 octets, 153 characters of the GSM alphabet or 67 of UCS-2. A receipt is asked for of the last part, whatever becomes of
it, and of the others only should they fail: SMSCs send the parts in their order, so that the last one is there when all are, and one
receipt per message is enough for the good case. One that brings receipts unasked does no harm: only the last part's says "delivered".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiosmpplib import NPI, TON, PhoneNumber, SubmitSm

from bot.channels.smpp.texts import HEADER, encoded
from bot.domain.segments import Encoding, split

if TYPE_CHECKING:
    from bot.channels.smpp.channel import SmppSettings
    from bot.domain.messages import MT

MOST_PARTS = 255
_OF_ALL, _OF_FAILURES = 1, 2


def submits(mt: MT, settings: SmppSettings, source: str) -> list[SubmitSm]:
    """The requests that bring a message to its handset, in order; empty where it has no text, or too much."""
    parts = split(mt.text)
    if not mt.text or len(parts) > MOST_PARTS:
        return []
    wide = mt.encoding == Encoding.UCS2
    sender = PhoneNumber(source, TON(settings.source_ton), NPI(settings.source_npi))
    number = mt.to if settings.plus else mt.to.removeprefix("+")
    recipient = PhoneNumber(number, TON(settings.destination_ton), NPI(settings.destination_npi))
    found = []
    for place, part in enumerate(parts, start=1):
        asked = 0 if not settings.receipts else _OF_ALL if place == len(parts) else _OF_FAILURES
        message = SubmitSm(
            short_message=part,
            source=sender,
            destination=recipient,
            esm_class=HEADER if len(parts) > 1 else 0,
            registered_delivery=asked,
            encoding="ucs2" if wide else None,
        )
        header = bytes((5, 0, 3, mt.id & 0xFF, len(parts), place)) if len(parts) > 1 else b""
        octets = part.encode("utf-16-be", "replace") if wide else encoded(part, settings.alphabet)
        message.set_encoded_message(header + octets)
        found.append(message)
    return found
