"""Messages out by SMPP: what is on the wire, what each answer leads to, and what the receipts say."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.channels.smpp import receipts
from bot.domain.errors import OutcomeUnknown, Refused, Throttled, Unreachable
from bot.domain.messages import MT, State
from bot.domain.segments import clusters, measure
from tests.channels.smpp import PRESIDENT, attempts, bound, channel_of, gateway_at, states
from tests.peers.ports import wait_for
from tests.peers.smsc import rejoined

if TYPE_CHECKING:
    from bot.channel import Taken
    from bot.clock import Clock
    from tests.gateway import Running
    from tests.peers.smsc import Smsc

BANGLA = "ক্ষমতাপ্রাপ্ত কর্মকর্তার স্ত্রী ও সমিতির সভাপতি, উদ্‌যাপন ২০২৬। " * 6
GSM = "Society {12} [a] ~ 5€ | x^2 \\ @_ Ω " * 9


def mt(text: str, number: int = 1) -> MT:
    size = measure(text)
    return MT(number, f"+{PRESIDENT}", text, size.encoding, size.segments)


async def submit(gateway: Running, text: str, number: int = 1) -> Taken:
    return await channel_of(gateway).submit(mt(text, number))


async def receipts_taken(smsc: Smsc) -> None:
    """Every receipt is acknowledged, and with that committed."""

    async def acknowledged() -> bool:
        counters = await smsc.counters()
        return counters.dlr_acknowledged == counters.dlr

    await wait_for(acknowledged, 5, "every receipt to be acknowledged")


async def test_bangla_in_parts_cut_between_letters(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await submit(gateway, BANGLA, 0x1234)
        parts = await smsc.submitted()
        (whole,) = rejoined(parts)
        assert whole.text == BANGLA
        assert len(parts) == measure(BANGLA).segments > 3
        assert {part.data_coding for part in parts} == {8}
        assert {part.esm_class for part in parts} == {0x40}
        assert {part.udh[:4] for part in parts} == {bytes((5, 0, 3, 0x34))}
        assert max(len(part.octets) for part in parts) <= 67 * 2
        # No part begins or ends inside a letter.
        texts = [part.octets.decode("utf-16-be") for part in parts]
        assert [letter for text in texts for letter in clusters(text)] == clusters(BANGLA)


async def test_gsm_with_characters_of_the_extension(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await submit(gateway, GSM)
        await submit(gateway, "{[€]}", 2)
        parts = await smsc.submitted()
        long, short = rejoined(parts)
        assert long.text == GSM
        assert len(long.parts) == measure(GSM).segments > 1
        assert max(len(part.octets) for part in long.parts) <= 153
        assert not any(part.octets.endswith(b"\x1b") for part in long.parts)
        assert (short.text, short.parts[0].esm_class, short.parts[0].udh) == ("{[€]}", 0, b"")
        assert {part.data_coding for part in parts} == {0}


async def test_an_smsc_whose_alphabet_is_latin(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url, alphabet="latin1") as gateway:
        await submit(gateway, "Café [5] @")
        (part,) = await smsc.submitted()
        assert part.octets == "Café [5] @".encode("latin-1")


@pytest.mark.parametrize(("plus", "number"), [(False, PRESIDENT), (True, f"+{PRESIDENT}")])
async def test_addresses(smsc: Smsc, clock: Clock, registered_url: str, number: str, *, plus: bool) -> None:
    async with gateway_at(smsc, clock, registered_url, plus=plus, source_address="SAMABAY", source_ton=5) as gateway:
        await submit(gateway, "x")
        (part,) = await smsc.submitted()
        assert (part.sender, part.to) == ("SAMABAY", number)


async def test_a_receipt_is_asked_of_the_last_part_and_of_failures(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await submit(gateway, BANGLA)
        *others, last = [part.registered_delivery for part in await smsc.submitted(clear=True)]
        assert (set(others), last) == ({2}, 1)
    async with gateway_at(smsc, clock, registered_url, receipts=False) as gateway:
        await submit(gateway, BANGLA)
        assert {part.registered_delivery for part in await smsc.submitted()} == {0}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("ESME_RTHROTTLED", Throttled),
        ("ESME_RMSGQFUL", Throttled),
        ("ESME_RINVDSTADR", Refused),
        ("ESME_RINVMSGLEN", Refused),
        ("ESME_RSYSERR", Unreachable),
        ("ESME_RSUBMITFAIL", Unreachable),
        ("ESME_RINVSRCADR", Unreachable),
    ],
)
async def test_what_a_refusal_means(
    smsc: Smsc, clock: Clock, registered_url: str, status: str, error: type[Exception]
) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(refuse_next=1, refuse_status=status)
        with pytest.raises(error):
            await submit(gateway, BANGLA)
        assert (await submit(gateway, "x")).provider_id, "the session goes on"


async def test_after_a_first_part_a_slower_pace_is_given_and_a_refusal_is_no_outcome(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(answer_delay_ms=100, receipts=False)
        sending = asyncio.create_task(submit(gateway, BANGLA))
        await smsc.wait_submitted(1)
        await smsc.behave(refuse_next=1)
        await sending
        assert [whole.text for whole in rejoined(await smsc.submitted(clear=True))] == [BANGLA]
        sending = asyncio.create_task(submit(gateway, BANGLA, 2))
        await smsc.wait_submitted(1)
        await smsc.behave(refuse_next=1, refuse_status="ESME_RINVDSTADR")
        with pytest.raises(OutcomeUnknown):
            await sending


async def test_an_empty_text_is_refused(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        with pytest.raises(Refused):
            await submit(gateway, "")


async def test_throttling_burns_no_attempt_and_everything_arrives_once(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    senders = [f"88017001{number:04d}1" for number in range(12)]
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(refuse_next=3)
        await asyncio.gather(*(smsc.send_mo(sender, "অবস্থা") for sender in senders))
        await states(gateway, *[State.DELIVERED] * len(senders))
        assert sorted(message.to for message in rejoined(await smsc.submitted())) == senders
        assert (await smsc.counters()).refused == 3
        assert set(await attempts(gateway)) == {1}


# ---- receipts ----


@pytest.mark.parametrize(("status", "state"), [("DELIVRD", State.DELIVERED), ("UNDELIV", State.FAILED)])
@pytest.mark.parametrize("parameters", [True, False], ids=["parameters", "text"])
async def test_receipts(
    smsc: Smsc, clock: Clock, registered_url: str, status: str, state: State, *, parameters: bool
) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(receipts=False, receipt_parameters=parameters)
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        (part,) = await smsc.wait_submitted(1)
        for each in ("ACCEPTD", "UNKNOWN"):
            await smsc.send_receipt(part.id, each)
        await states(gateway, State.SUBMITTED)
        await smsc.send_receipt(part.id, status)
        await states(gateway, state)
        for late in ("DELIVRD", "UNDELIV", "ACCEPTD", status):
            await smsc.send_receipt(part.id, late)
        await receipts_taken(smsc)
        await states(gateway, state)


@pytest.mark.parametrize("written", ["same", "decimal", "upper", "short"])
@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "stored"])
async def test_ids_in_another_form(
    smsc: Smsc,
    clock: Clock,
    registered_url: str,
    monkeypatch: pytest.MonkeyPatch,
    written: str,
    *,
    remembered: bool,
) -> None:
    if not remembered:  # as after a restart
        monkeypatch.setattr(receipts, "REMEMBERED", 0)
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(receipts=False, receipt_parameters=False, receipt_id=written)  # type: ignore[arg-type]
        for sender in [f"88017001{number:04d}1" for number in range(12)]:
            await smsc.send_mo(sender, "অবস্থা")
        parts = await smsc.wait_submitted(12)
        await states(gateway, *[State.SUBMITTED] * 12)
        await smsc.send_receipt(parts[-1].id)  # 0000000c
        await states(gateway, *[State.SUBMITTED] * 11, State.DELIVERED)


@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "stored"])
async def test_an_id_that_could_be_that_of_another_message(
    smsc: Smsc, clock: Clock, registered_url: str, monkeypatch: pytest.MonkeyPatch, *, remembered: bool
) -> None:
    """The answers tell ids in hexadecimal, the receipts in decimal: "10" is the tenth message, and as it is the sixteenth."""
    if not remembered:
        monkeypatch.setattr(receipts, "REMEMBERED", 0)
    senders = [f"88017001{number:04d}1" for number in range(16)]
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(receipts=False)
        for sender in senders:
            await smsc.send_mo(sender, "অবস্থা")
        parts = await smsc.wait_submitted(16)
        tenth = next(part for part in parts if int(part.id, 16) == 10)
        await states(gateway, *[State.SUBMITTED] * 16)
        for number in ("8801700099900", tenth.to):
            receipt = {"esm_class": 4, "source_addr": number, "destination_addr": "16123"}
            await smsc.send_raw({**receipt, "short_message": b"id:10 stat:DELIVRD"})
        delivered = [row.to for row in await gateway.rows() if row.state == State.DELIVERED]
        assert delivered == [f"+{tenth.to}"]


async def test_a_receipt_before_the_answer_is_not_lost(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(receipt_first=True, answer_delay_ms=300)
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await states(gateway, State.DELIVERED)


async def test_one_part_that_is_lost_makes_the_message_failed_and_one_that_arrived_says_nothing(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(receipts=False)
        await smsc.send_mo("8801700099900", "অবস্থা ১/২০২৩")
        first, _ = await smsc.wait_submitted(2)
        await states(gateway, State.SUBMITTED)
        await smsc.send_receipt(first.id)
        await receipts_taken(smsc)
        await states(gateway, State.SUBMITTED)
        await smsc.send_receipt(first.id, "UNDELIV")
        await states(gateway, State.FAILED)


async def test_receipts_that_are_not_ours_or_cannot_be_read_end_nothing(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    stamped = (
        b"id:99 sub:001 dlvrd:001 submit date:261121100000 done date:xx stat:DELIVRD err:0A1 Text:id:1 stat:UNDELIV"
    )
    async with gateway_at(smsc, clock, registered_url) as gateway:
        sent = await smsc.send_raw(
            {"esm_class": 4, "source_addr": PRESIDENT, "destination_addr": "16123", "short_message": stamped},
            {"esm_class": 4, "source_addr": PRESIDENT, "destination_addr": "16123", "short_message": b""},
        )
        assert sent.statuses == (0, 0)
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await states(gateway, State.DELIVERED)
        assert (await smsc.counters()).binds == 1


async def test_an_answer_that_comes_too_late_for_the_courier_resolves_the_message(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    async with gateway_at(smsc, clock, registered_url, timeout_seconds=0.5) as gateway:
        channel = channel_of(gateway)
        await smsc.behave(answer_delay_ms=900, receipts=False)
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await states(gateway, State.UNCONFIRMED)
        await states(gateway, State.SUBMITTED)
        assert await attempts(gateway) == [1]
        assert channel.listening


# ---- sessions ----


async def test_what_was_under_way_when_the_session_broke_is_unconfirmed_and_the_rest_goes_on(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    senders = [f"88017001{number:04d}1" for number in range(10)]
    async with gateway_at(smsc, clock, registered_url) as gateway:
        await smsc.behave(answer_delay_ms=60_000, receipts=False)
        for sender in senders[:4]:
            await smsc.send_mo(sender, "অবস্থা")
        await smsc.wait_submitted(4)
        await smsc.behave_ordinarily()
        await smsc.drop()
        await states(gateway, *[State.UNCONFIRMED] * 4)
        await bound(gateway)
        await asyncio.gather(*(smsc.send_mo(sender, "অবস্থা") for sender in senders[4:]))
        await states(gateway, *[State.UNCONFIRMED] * 4, *[State.DELIVERED] * 6)
        assert sorted(message.to for message in rejoined(await smsc.submitted())) == senders, "nothing twice"
        assert (await attempts(gateway))[:4] == [1] * 4


async def test_not_bound_is_certainly_not_taken(smsc: Smsc, clock: Clock, registered_url: str) -> None:
    await smsc.behave(accept_binds=False)
    async with gateway_at(smsc, clock, registered_url, wait=False) as gateway:
        with pytest.raises(Unreachable):
            await submit(gateway, "x")


async def test_a_cancelled_submission_leaves_the_session_as_it_was(
    smsc: Smsc, clock: Clock, registered_url: str
) -> None:
    async with gateway_at(smsc, clock, registered_url, window=1) as gateway:
        await smsc.behave(answer_delay_ms=300, receipts=False)
        sending = asyncio.create_task(submit(gateway, "x"))
        await smsc.wait_submitted(1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert (await submit(gateway, "y", 2)).provider_id == "2"
