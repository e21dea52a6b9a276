"""Messages from handsets by SMPP: whole, in every encoding and order, and once each, whatever becomes of the session."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from bot.channels.smpp import binding
from bot.domain.errors import StoreError
from bot.domain.messages import State
from bot.store import parts as store_parts
from bot.store.query import Query
from bot.store.schema import parts
from tests.channels.smpp import PRESIDENT, bound, channel_of, delivery, gateway_at, in_parts, states, texts_in
from tests.peers.ports import wait_for
from tests.peers.smsc import rejoined

if TYPE_CHECKING:
    from bot.clock import Clock
    from tests.gateway import Running
    from tests.peers.smsc import Smsc

LONG = "অবস্থা " + "ক্ষমতা ও সম্প্রীতি " * 30
TEMPORARY = 0x64  # ESME_RX_T_APPN

_UNSETTLED: Query[int] = Query(select(func.count()).select_from(parts).where(parts.c.settled_at.is_(None)))


async def unsettled(gateway: Running) -> int:
    return await gateway.app.store.read(lambda tx: tx.one(_UNSETTLED))


@pytest.mark.parametrize("bits", [8, 16])
async def test_a_long_text_in_any_order(smsc: Smsc, clock: Clock, registered_url: str, bits: int) -> None:
    octets = LONG.encode("utf-16-be")
    cut = [octets[start : start + 134] for start in range(0, len(octets), 134)]
    pieces = in_parts(cut, bits=bits, reference=200)
    async with gateway_at(smsc, clock, registered_url) as gateway:
        for piece in [*pieces[1::2], *pieces[::2]]:
            assert await texts_in(gateway) == []
            assert (await smsc.send_raw(piece)).statuses == (0,)
        assert await texts_in(gateway) == [LONG]
        await states(gateway, State.DELIVERED)


async def test_parts_told_by_parameters(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    pieces = [
        delivery(text.encode("utf-16-be"), sar_msg_ref_num=300, sar_total_segments=2, sar_segment_seqnum=number)
        for number, text in [(2, "মেয়াদ"), (1, "আমাদের ")]
    ]
    async with gateway_at(smsc, clock, registered_url) as gateway:
        assert (await smsc.send_raw(*pieces)).statuses == (0, 0)
        assert await texts_in(gateway) == ["আমাদের মেয়াদ"]


async def test_two_senders_with_one_reference_and_one_sender_with_two(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    def pieces(sender: str, reference: int, *texts: str) -> list[dict[str, Any]]:
        return in_parts([text.encode("utf-16-be") for text in texts], sender=sender, reference=reference)

    messages = [
        pieces("8801700100021", 1, "ক", "খ"),
        pieces("8801700100031", 1, "গ", "ঘ"),
        pieces("8801700100021", 2, "ঙ", "চ"),
    ]
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.send_raw(*(message[0] for message in messages))
        await smsc.send_raw(*(message[1] for message in messages))
        assert sorted(await texts_in(gateway)) == ["কখ", "গঘ", "ঙচ"]


async def test_a_surrogate_pair_and_an_escape_may_be_cut_in_two(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    smile = "🙂".encode("utf-16-be")
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.send_raw(*in_parts([smile[:2], smile[2:]], reference=1))
        await smsc.send_raw(*in_parts([b"a\x1b", b"\x65b"], reference=2, data_coding=0))
        assert await texts_in(gateway) == ["🙂", "a€b"]


@pytest.mark.parametrize(
    ("coding", "octets", "text"),
    [
        (0, b"STATUS 1/2023 \x1b\x28a\x1b\x29 \x00 \x11", "STATUS 1/2023 {a} @ _"),
        (0, b"HELP", "HELP"),
        (3, "Café ½".encode("latin-1"), "Café ½"),
        (8, "সাহায্য".encode("utf-16-be"), "সাহায্য"),
        (0x18, "সাহায্য".encode("utf-16-be"), "সাহায্য"),
        (0xF0, b"\x00", "@"),
        (4, "সাহায্য".encode(), "সাহায্য"),
        (0x5A, b"HELP", "HELP"),
    ],
)
async def test_every_alphabet(
    smsc: Smsc, clock: Clock, registered_url: str, coding: int, octets: bytes, text: str
) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        assert (await smsc.send_raw(delivery(octets, data_coding=coding))).statuses == (0,)
        assert await texts_in(gateway) == [text]


async def test_a_text_in_the_parameter_for_long_ones(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.send_raw(delivery(b"", message_payload=LONG.encode("utf-16-be")))
        assert await texts_in(gateway) == [LONG]


async def test_the_same_twice_is_two_messages(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        for _ in range(2):
            assert (await smsc.send_mo(PRESIDENT, "0")).statuses == (0,)
        assert await texts_in(gateway) == ["0", "0"]


async def test_a_lost_acknowledgement_makes_no_second_message(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(lose_mo_answers=3)
        sent = await smsc.send_mo(PRESIDENT, LONG)
        assert set(sent.statuses) == {0}
        assert await texts_in(gateway) == [LONG]
        await states(gateway, State.DELIVERED)
        assert len(rejoined(await smsc.submitted())) == 1


async def test_two_alike_that_both_come_again_stay_two(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(lose_mo_answers=1)  # the session breaks with both in flight
        both = await asyncio.gather(*(smsc.send_mo(PRESIDENT, "0") for _ in range(2)))
        assert [sent.statuses for sent in both] == [(0,), (0,)]
        assert await texts_in(gateway) == ["0", "0"]


async def test_what_was_certainly_acknowledged_may_be_said_again_after_a_new_bind(
    smsc: Smsc, clock: Clock, registered_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binding, "SETTLE_SECONDS", 0.05)
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await states(gateway, State.DELIVERED)  # the SMSC has answered something that left after the acknowledgement

        async def settled() -> bool:
            return await unsettled(gateway) == 0

        await wait_for(settled, 5, "the acknowledgement to count as arrived")
        await smsc.drop()
        await wait_for(lambda: not channel_of(gateway).listening, 5, "the end of the session")
        await bound(gateway)
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await states(gateway, State.DELIVERED, State.DELIVERED)


async def test_what_cannot_be_kept_stays_with_the_smsc(
    smsc: Smsc, clock: Clock, registered_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        write, failures = gateway.app.store.write, [None, None]

        async def broken(work: Any) -> Any:
            if failures and work.func is not store_parts.take:  # the part is kept, what it says is not
                failures.pop()
                raise StoreError("the disk is full")
            return await write(work)

        monkeypatch.setattr(gateway.app.store, "write", broken)
        first = await smsc.send_mo(PRESIDENT, "অবস্থা")
        assert first.statuses == (TEMPORARY,)
        await smsc.behave(retry_ms=30)
        # The SMSC brings the same once more in the same session, and meets a second failure before it is taken.
        again = await smsc.send_mo(PRESIDENT, "অবস্থা")
        assert again.statuses == (0,)
        assert await texts_in(gateway) == ["অবস্থা"]
        await states(gateway, State.DELIVERED)


async def test_the_last_part_of_a_text_that_could_not_be_kept_may_come_again_late(
    smsc: Smsc, clock: Clock, registered_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binding, "SETTLE_SECONDS", 0.05)
    async with gateway_at(smsc, clock, registered_url, enquire_link_seconds=0.1) as gateway:
        first, last = in_parts([text.encode("utf-16-be") for text in ("মেয়াদ ", "কত দিন")])
        write, broken = gateway.app.store.write, True

        async def full(work: Any) -> Any:
            if broken and work.func not in {store_parts.take, store_parts.settle}:
                raise StoreError("the disk is full")
            return await write(work)

        monkeypatch.setattr(gateway.app.store, "write", full)
        assert (await smsc.send_raw(first, last)).statuses == (0, TEMPORARY)
        broken = False

        async def settled() -> bool:
            return await unsettled(gateway) == 1

        await wait_for(settled, 5, "the part that was taken, and it alone, to count as acknowledged")
        await smsc.drop()
        await wait_for(lambda: not channel_of(gateway).listening, 5, "the end of the session")
        await bound(gateway)
        assert (await smsc.send_raw(last)).statuses == (0,)
        assert await texts_in(gateway) == ["মেয়াদ কত দিন"]


async def test_what_one_sends_is_taken_in_in_order(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    wanted = [f"text {number}" for number in range(30)]
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.send_raw(*(delivery(text.encode("utf-16-be")) for text in wanted))
        assert await texts_in(gateway) == wanted


async def test_what_is_no_message_ends_nothing(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        odd = [
            delivery(b"\x05\x00\x03\x01\x02", esm_class=0x40, data_coding=0),  # a header that breaks off
            delivery(b"\xff", esm_class=0x40, data_coding=0),
            delivery(b"x", data_coding=0, esm_class=4),  # a receipt of nothing
        ]
        assert set((await smsc.send_raw(*odd)).statuses) == {0}
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        assert (await texts_in(gateway))[-1] == "অবস্থা"
        assert (await smsc.counters()).binds == 1
