"""What every channel must do, whatever its provider: one suite for all of them. Each channel has its rig in ``rigs``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.channels import KINDS
from bot.domain.messages import FINAL, State
from bot.domain.text import precomposed
from bot.store import conversation
from tests.channels.rigs import RIGS, SimulatedChatRig
from tests.gateway import running
from tests.peers.ports import wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import Clock
    from tests.channels.rigs import Rig

ANSWER = precomposed("২/১৯৯৮ মেয়াদ ২৩/১১/২৬, বাকি ২ দিন, হলুদ। এজিএম ২৩-২৪ অডিট ২৪-২৫")
ODD = "অবস্থা + 100% & <b>\"'\\ = ? # ; \t\n ক্ষ 🙂 য়/য় e\u0301 ' OR 1=1 --"


@pytest.fixture(params=RIGS, ids=lambda rig: rig.__name__)
async def rig(request: pytest.FixtureRequest, registered_url: str, clock: Clock) -> AsyncIterator[Rig]:
    made: Rig = request.param()
    await made.start()
    try:
        async with running(made.config(), clock, registered_url, made.port) as gateway:
            made.gateway = gateway
            yield made
    finally:
        await made.stop()


async def settled(rig: Rig, count: int) -> None:
    """All answers have left."""

    async def left() -> bool:
        rows = await rig.gateway.rows()
        return len(rows) == count and all(row.state in {State.SUBMITTED, *FINAL} for row in rows)

    await wait_for(left, 15, f"{count} answers to leave")


def test_every_channel_has_a_rig() -> None:
    assert {rig.kind for rig in RIGS} == set(KINDS)


async def test_one_message_one_answer(rig: Rig) -> None:
    assert await rig.hand_in("a", "অবস্থা") == 200
    await settled(rig, 1)
    assert await rig.handset() == [ANSWER]


async def test_the_same_id_again_is_acknowledged_and_changes_nothing(rig: Rig) -> None:
    assert await asyncio.gather(*(rig.hand_in("a", "অবস্থা") for _ in range(5))) == [200] * 5
    await settled(rig, 1)
    assert await rig.handset() == [ANSWER]


async def test_the_text_arrives_as_it_was_typed(rig: Rig) -> None:
    assert await rig.hand_in("a", ODD) == 200
    (received,) = await rig.gateway.app.store.read(
        lambda tx: conversation.came_from(tx, rig.address(), rig.channel, 99)
    )
    assert received.text == ODD


async def test_a_long_text_arrives_whole(rig: Rig) -> None:
    text = ("ক্ষমতা " * 190).strip()  # about twenty parts
    assert await rig.hand_in("a", text) == 200
    (received,) = await rig.gateway.app.store.read(
        lambda tx: conversation.came_from(tx, rig.address(), rig.channel, 99)
    )
    assert received.text == text


async def test_many_at_once_each_get_their_own(rig: Rig) -> None:
    # The demo's presidents: society n has the number that ends in (n - 1) and 1.
    senders = [f"+88017001{number:04d}1" for number in range(40)]
    statuses = await asyncio.gather(*(rig.hand_in(sender[1:], "STATUS", sender) for sender in senders))
    assert set(statuses) == {200}
    await settled(rig, len(senders))
    for number, sender in enumerate(senders, start=1):
        (answer,) = await rig.handset(sender)
        assert answer.startswith((f"{number}/", "Which society?")), sender


async def test_whom_the_provider_does_not_vouch_for_is_refused_and_leaves_no_trace(rig: Rig) -> None:
    assert await rig.hand_in("a", "অবস্থা", trusted=False) == 403
    assert await rig.gateway.rows() == []
    assert await rig.gateway.app.store.read(lambda tx: conversation.came_from(tx, rig.address(), rig.channel, 99)) == []


async def test_what_cannot_be_kept_is_not_acknowledged(rig: Rig) -> None:
    await rig.gateway.app.store.writer.close()
    assert await rig.hand_in("a", "অবস্থা") == 503


async def test_a_machine_gets_no_answer(rig: Rig) -> None:
    if isinstance(rig, SimulatedChatRig):
        # The page has no chats of machines: what has no number is refused before it is a message.
        assert await rig.hand_in("a", "Dear customer, dial *121# for an offer", "GP") == 400
        return
    assert await rig.hand_in("a", "Dear customer, dial *121# for an offer", "GP") == 200
    assert await rig.hand_in("b", "STATUS", "16123") == 200
    assert await rig.gateway.rows() == []
