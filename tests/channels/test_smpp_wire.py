"""What an SMSC writes, read leniently; texts and ids in every form."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.smpp import receipts, statuses, wire
from bot.channels.smpp.texts import ALONE, Place, decoded, encoded, placed
from bot.domain.errors import Refused, Throttled, Unreachable
from bot.domain.messages import ReceiptKind
from bot.domain.segments import Encoding, encoding_of

GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
GSM += "abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€"


def body(
    octets: bytes = b"", *, esm: int = 0, coding: int = 0, source: bytes = b"8801700100011", more: bytes = b""
) -> bytes:
    ends = b"\1\1" + source + b"\0" + b"\0\0" + b"16123\0"
    return b"\0" + ends + bytes((esm, 0, 0)) + b"\0\0\0\0" + bytes((coding, 0, len(octets))) + octets + more


def tlv(tag: int, value: bytes) -> bytes:
    return struct.pack("!HH", tag, len(value)) + value


async def read(octets: bytes) -> wire.Pdu:
    reader = asyncio.StreamReader()
    reader.feed_data(octets)
    reader.feed_eof()
    return await wire.read(reader)


async def test_a_pdu() -> None:
    assert await read(struct.pack("!IIII", 18, 4, 0x400, 9) + b"ab") == wire.Pdu(4, 0x400, 9, b"ab")


@pytest.mark.parametrize("length", [0, 15, 2**31])
async def test_a_length_that_cannot_be(length: int) -> None:
    with pytest.raises(ValueError, match="length"):
        await read(struct.pack("!IIII", length, 4, 0, 9))


def test_a_delivery() -> None:
    found = wire.delivery(
        body(b"abc", esm=0x40, coding=8, more=tlv(0x1E, b"id\0") + tlv(0x9999, b"") + b"\0\x1e\0\x09")
    )
    assert found.source == wire.Address(1, "8801700100011")
    assert (found.destination.number, found.octets, found.coding, found.esm_class) == ("16123", b"abc", 8, 0x40)
    assert found.more == {0x1E: b"id\0", 0x9999: b""}


@given(st.binary(max_size=60))
def test_whatever_comes_is_read_or_refused(octets: bytes) -> None:
    try:
        found = wire.delivery(octets)
    except ValueError:
        return
    place, rest = placed(found)
    decoded(rest, found.coding, "gsm7")
    receipts.parse(found)
    assert 1 <= place.number <= place.total


def test_every_part_of_a_delivery_may_be_missing() -> None:
    whole = body(b"abc")
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="PDU"):
            wire.delivery(whole[:length])


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("050003070201", Place("0:07", 2, 1)),
        ("06080412340302", Place("8:1234", 3, 2)),
        ("0b05040b8423f0000307ff02", Place("0:07", 255, 2)),  # behind the element of a port
        ("050003070101", ALONE),
        ("050003070203", ALONE),
        ("050003070200", ALONE),
        ("0500030702", ALONE),
        ("00", ALONE),
        ("ff", ALONE),
    ],
)
def test_headers(header: str, place: Place) -> None:
    octets = bytes.fromhex(header)
    found, _ = placed(wire.delivery(body(octets, esm=0x40)))
    assert found == place
    assert placed(wire.delivery(body(octets)))[0] == ALONE, "no header where none is announced"


@given(st.text(alphabet=GSM))
def test_the_alphabet_is_the_one_that_is_counted(text: str) -> None:
    assert encoding_of(text) is Encoding.GSM7
    octets = encoded(text, "gsm7")
    assert len(octets) == len(text) + sum(text.count(each) for each in "\f^{}\\[~]|€")
    assert decoded(octets, 0, "gsm7") == text


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [(b"a\xffb", 0, "a?b"), (b"a\x1b", 0, "a\xa0"), (b"\x09\x85\x09", 8, "অ\ufffd"), (b"\xd8\x3d", 8, "\ufffd")],
)
def test_octets_that_are_no_text(octets: bytes, coding: int, text: str) -> None:
    assert decoded(octets, coding, "gsm7") == text


@pytest.mark.parametrize(
    ("text", "more", "esm", "expected"),
    [
        ("id:0A1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:stat:UNDELIV", b"", 4, ("0A1", "delivered", "DELIVRD")),
        (f"id:7 stat:{'X' * 90}", b"", 4, ("7", None, "X" * 16)),
        (f"id:{'7' * 65} stat:DELIVRD", b"", 4, None),
        ("ID:7 STAT:undeliv ERR:0A1", b"", 4, ("7", "failed", "UNDELIV, err 0A1")),
        ("id:7 stat:EXPIRED done date:not a date", b"", 4, ("7", "failed", "EXPIRED")),
        ("id:7 stat:NEVERHEARD", b"", 4, ("7", None, "NEVERHEARD")),
        ("id:7 stat:DELIVRD", b"", 0x20, ("7", "accepted", "DELIVRD")),
        ("", tlv(0x1E, b"ab-cd\0") + tlv(0x427, b"\2"), 4, ("ab-cd", "delivered", "state 2")),
        ("id:9 stat:DELIVRD", tlv(0x1E, b"8\0") + tlv(0x427, b"\5"), 0, ("8", "failed", "DELIVRD")),
        ("stat:DELIVRD", b"", 4, None),
    ],
)
def test_receipts(text: str, more: bytes, esm: int, expected: tuple[str, str | None, str] | None) -> None:
    found = wire.delivery(body(text.encode(), esm=esm, more=more))
    assert receipts.is_receipt(found)
    receipt = receipts.parse(found)
    if expected is None:
        assert receipt is None
        return
    provider_id, kind, detail = expected
    kind_expected = None if kind is None else ReceiptKind(kind)
    assert receipt == receipts.Receipt(provider_id, ("00100011",), kind_expected, detail)


@pytest.mark.parametrize(
    ("source", "ends"),
    [(b"+8801700100011", ("00100011",)), (b"01700100011", ("00100011",)), (b"16123", ()), (b"COOP", ()), (b"", ())],
)
def test_the_number_that_a_receipt_names(source: bytes, ends: tuple[str, ...]) -> None:
    receipt = receipts.parse(wire.delivery(body(b"id:7 stat:DELIVRD", esm=4, source=source)))
    assert receipt is not None
    assert receipt.ends == ends


def test_an_id_that_is_too_long_to_be_one() -> None:
    assert wire.message_id(wire.Pdu(0x80000004, 0, 1, b"7" * 64 + b"\0")) == "7" * 64
    assert wire.message_id(wire.Pdu(0x80000004, 0, 1, b"7" * 65 + b"\0")) == ""


def test_a_handset_cannot_write_a_receipt() -> None:
    assert not receipts.is_receipt(wire.delivery(body(b"id:1 stat:DELIVRD")))


@pytest.mark.parametrize(
    ("given_id", "kept"), [("000a1B", "a1b"), ("000", "0"), ("", ""), ("00-AB", "00-ab"), ("0012", "12")]
)
def test_ids_as_they_are_kept(given_id: str, kept: str) -> None:
    assert receipts.normal(given_id) == kept


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (0x58, Throttled),
        (0x14, Throttled),
        (0x0B, Refused),
        (0x50, Unreachable),
        (0x08, Unreachable),
        (0x412, Unreachable),
    ],
)
def test_statuses(status: int, error: type[Exception]) -> None:
    assert type(statuses.meaning(status)) is error


def test_a_status_of_the_operators_own_is_told() -> None:
    assert "0x00000412" in str(statuses.meaning(0x412))
