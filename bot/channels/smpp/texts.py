"""Octets as text, and which part of which message they are.

A message in parts says so in a header before its text (3GPP TS 23.040, with a reference of 8 or 16 bits) or in the optional parameters
``sar_…``. Text is read after the parts are joined: a handset may cut inside a pair of surrogates or behind an escape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aiosmpplib import GSM7BitCodec

if TYPE_CHECKING:
    from bot.channels.smpp.wire import Delivery

Alphabet = Literal["gsm7", "latin1"]

HEADER = 0x40
"""The bit of ``esm_class`` that says that a header stands before the text."""

UCS2 = 8
_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER = 0x020C, 0x020E, 0x020F
_ELEMENTS = {0x00: 3, 0x08: 4}  # the kinds of header elements that tell a place, and their lengths
_GSM = GSM7BitCodec()


@dataclass(frozen=True, slots=True)
class Place:
    """Which part it is, of how many, of the message with which reference; the only one of a message without."""

    reference: str = ""
    total: int = 1
    number: int = 1


ALONE = Place()


def placed(delivery: Delivery) -> tuple[Place, bytes]:
    """Which part a ``deliver_sm`` is, and its text without the header."""
    octets, place = delivery.octets, ALONE
    if delivery.esm_class & HEADER and octets:
        end = 1 + octets[0]
        place, octets = _by_header(octets[1:end]), octets[end:]
    return (place if place.total > 1 else _by_parameters(delivery.more)), octets


def _by_header(header: bytes) -> Place:
    while len(header) > 2:  # noqa: PLR2004 - an element's kind and length
        kind, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        if _ELEMENTS.get(kind) == len(value):
            return _place(f"{kind}:{value[:-2].hex()}", value[-2], value[-1])
    return ALONE


def _by_parameters(more: dict[int, bytes]) -> Place:
    reference, total, number = (more.get(tag) for tag in (_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER))
    if not (reference and total and number):
        return ALONE
    return _place(f"sar:{reference.hex()}", total[-1], number[-1])


def _place(reference: str, total: int, number: int) -> Place:
    """A place that can be; what says part 3 of 2 is taken as it comes."""
    return Place(reference, total, number) if total > 1 and 1 <= number <= total else ALONE


def decoded(octets: bytes, coding: int, alphabet: Alphabet) -> str:
    """The text of a whole message."""
    match _meaning(coding):
        case "ucs2":
            return octets.decode("utf-16-be", "replace")
        case "latin1":
            return octets.decode("latin-1")
        case "binary":
            # No text by its own account; a program that sends text all the same sends UTF-8 nowadays.
            return octets.decode("utf-8", "replace")
        case _ if alphabet == "latin1":
            return octets.decode("latin-1")
        case _:
            text: str = _GSM.decode(octets, "replace")[0]
            return text


def encoded(text: str, alphabet: Alphabet) -> bytes:
    """A text of the GSM alphabet as the SMSC's default alphabet has it."""
    if alphabet == "latin1":
        return text.encode("latin-1", "replace")
    octets: bytes = _GSM.encode(text, "replace")[0]
    return octets


def _meaning(coding: int) -> str:
    """What a ``data_coding`` says of the alphabet; from 0x10 on it may be a handset's own (3GPP TS 23.038)."""
    if coding in _CODINGS:
        return _CODINGS[coding]
    bits = coding & 0x0C
    if 0x10 <= coding < 0x40:  # noqa: PLR2004 - with a message class, such as what is shown at once
        return {0x00: "default", 0x08: "ucs2"}.get(bits, "binary")
    if coding >= 0xF0:  # noqa: PLR2004 - likewise
        return "binary" if bits & 0x04 else "default"
    return "default"


_CODINGS = {0: "default", 1: "latin1", 2: "binary", 3: "latin1", 4: "binary", UCS2: "ucs2"}
