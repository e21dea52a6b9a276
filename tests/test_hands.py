"""What a courier has in its hands: whose turn it is, and how much room is left."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.errors import Unreachable
from bot.domain.messages import Language, MessageClass, State
from bot.domain.pace import Pace
from bot.domain.retry import RetryPolicy
from bot.hands import Hands
from bot.store import claims
from bot.store.claims import Claimed
from bot.store.store import Store
from tests.conftest import NOW
from tests.peers.ports import wait_for
from tests.scripted import courier_of, queued, rows, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.clock import Clock
    from bot.store.query import Tx

A_MESSAGE = Claimed(
    *(1, 4, "+8801700099900", "{}", Language.BN, "text", "GSM-7", 1, 1, "key"),
    *(MessageClass.BROADCAST, None, NOW, "scripted"),
)


def message(number: int, message_class: MessageClass = MessageClass.BROADCAST, segments: int = 1) -> Claimed:
    return replace(
        A_MESSAGE, id=number, priority=message_class.priority, message_class=message_class, segments=segments
    )


def hands(window: int, *rows: Claimed) -> Hands:
    made = Hands(window, Pace(1_000_000))
    for row in rows:
        made.take(row)
    return made


def going(made: Hands) -> Sequence[int]:
    found = []
    while (ready := made.next()) is not None:
        found.append(ready.row.id)
    return found


@pytest.mark.parametrize(("window", "others"), [(1, 1), (2, 1), (3, 2), (4, 3), (8, 6), (10, 8), (50, 38)])
def test_what_presses_less_never_has_the_whole_window(window: int, others: int) -> None:
    made = hands(window, *(message(number) for number in range(1, window + 1)))
    assert going(made) == list(range(1, others + 1))
    pressing, room = made.room()
    assert (pressing, room) == (window - others, 0)
    for number in range(pressing):
        made.take(message(100 + number, MessageClass.REPLY))
    assert going(made) == list(range(100, 100 + pressing))
    assert made.room() == (0, 0)


def test_what_presses_may_have_the_whole_window() -> None:
    made = hands(4, *(message(number, MessageClass.URGENT) for number in range(1, 5)))
    assert going(made) == [1, 2, 3, 4]
    assert made.room() == (0, 0)


def test_the_most_pressing_goes_first_whenever_it_came() -> None:
    made = hands(9, message(1), message(2, MessageClass.REMINDER), message(3, MessageClass.REPLY), message(4))
    made.take(message(5, MessageClass.CODE))
    assert going(made) == [5, 3, 2, 1, 4]


def test_a_place_is_free_when_the_submission_ends_and_room_when_it_is_written_down() -> None:
    one, two = message(1, MessageClass.REPLY), message(2, MessageClass.REPLY)
    made = hands(1, one)
    assert going(made) == [1]
    made.take(two)
    assert going(made) == []
    made.sent(one)
    assert going(made) == [2]
    assert made.room() == (0, 0)
    made.written(two)
    assert made.room(but=[one]) == (1, 1)
    assert made.are_empty(but=[one])
    made.written(one)
    made.written(one)
    assert made.room() == (1, 1)


def test_the_pace_is_taken_when_it_is_a_messages_turn() -> None:
    made = Hands(9, Pace(1.0, burst=0.0))
    made.take(message(1, segments=5))
    made.take(message(2))
    assert going(made) == [1]
    assert 4 < made.wait() <= 5
    made.take(message(3, MessageClass.REPLY))
    assert 4 < made.wait() <= 5, "the next one waits for those five segments, whoever it is"
    assert [row.id for row in made.give_back()] in ([3, 2], [2, 3])
    assert made.wait() == 0


# ---- a courier: answers never wait behind a broadcast ----


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with await Store.open(sqlite_url) as opened:
        yield opened


async def test_an_answer_finds_a_free_place_however_many_press_less(store: Store, clock: Clock) -> None:
    let_go = asyncio.Event()
    courier, channel = courier_of(store, clock, window=8, timeout_seconds=60)
    channel.script = [let_go.wait] * 6
    for number in range(20):
        await store.write(queued(f"b{number}", message_class=MessageClass.BROADCAST))
    courier.start()
    await wait_for(lambda: len(channel.got) == 6)
    await store.write(queued("reply:1"))
    await store.write(queued("urgent", message_class=MessageClass.URGENT))
    courier.wake()
    await wait_for(lambda: len(channel.took) == 2)
    assert [mt.id for mt in channel.got[6:]] == [21, 22], "a quarter of the window is theirs"
    assert len(courier._held) <= 8 + 2
    let_go.set()
    await until(store, *[State.SUBMITTED] * 22)
    await courier.stop()
    assert sorted(channel.took) == list(range(1, 23))


async def test_an_answer_waits_for_the_pace_of_one_message_at_most(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, window=50, segments_per_second=20)
    for number in range(60):
        await store.write(queued(f"b{number}", message_class=MessageClass.BROADCAST))
    courier.start()
    await wait_for(lambda: len(channel.got) > 25)  # the burst is over, many wait for the pace
    for number in range(3):
        await store.write(queued(f"reply:{number}"))
        before = len(channel.got)
        courier.wake()
        await wait_for(lambda: 61 + number in channel.took)  # noqa: B023 - awaited within the round
        assert [mt.id for mt in channel.got].index(61 + number) <= before + 1
    await courier.stop()
    assert {row.state for row in await rows(store)} == {State.SUBMITTED, State.QUEUED}
    assert len(set(channel.took)) == len(channel.took)


async def test_an_answer_goes_before_what_waits_in_hand(store: Store, clock: Clock) -> None:
    """One place for all of them: what is claimed later and is more pressing has the next turn."""
    steps = [asyncio.Event() for _ in range(3)]
    courier, channel = courier_of(store, clock, window=2, timeout_seconds=60)
    channel.script = [step.wait for step in steps]
    for number in range(3):
        await store.write(queued(f"b{number}", message_class=MessageClass.BROADCAST))
    courier.start()
    await wait_for(lambda: len(channel.got) == 1)
    await store.write(queued("reply:1"))
    courier.wake()
    await wait_for(lambda: len(channel.got) == 2)
    steps[0].set()
    steps[1].set()
    steps[2].set()
    await until(store, *[State.SUBMITTED] * 4)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [1, 4, 2, 3]


async def test_what_waited_too_long_in_hand_goes_back_unburnt(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.submitting.LONGEST_IN_HAND", 0.1)
    let_go = asyncio.Event()
    courier, channel = courier_of(store, clock, window=2, timeout_seconds=60)
    channel.script = [let_go.wait]
    for number in range(2):
        await store.write(queued(f"b{number}", message_class=MessageClass.BROADCAST))
    courier.start()
    await wait_for(lambda: len(channel.got) == 1)
    (waiting,) = courier._hands._waiting
    await wait_for(lambda: time.monotonic() - waiting.since > 0.1)
    let_go.set()
    await until(store, State.SUBMITTED, State.SUBMITTED)
    await courier.stop()
    assert [mt.attempt for mt in channel.got] == [1, 1]


async def test_what_was_in_hand_when_trouble_began_goes_back(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, window=4)
    courier._trouble.policy = RetryPolicy(first=30.0, factor=2.0, ceiling=30.0)
    let_go = asyncio.Event()

    async def down() -> None:
        await let_go.wait()
        message = "no connection"
        raise Unreachable(message)

    channel.script = [down] * 3
    for number in range(6):
        await store.write(queued(f"b{number}", message_class=MessageClass.BROADCAST))
    courier.start()
    await wait_for(lambda: len(channel.got) == 3)
    await wait_for(lambda: len(courier._held) == 4)
    let_go.set()
    await until(store, *[State.QUEUED] * 6)
    await wait_for(lambda: not courier._held)
    await courier.stop()
    assert len(channel.got) == 3


async def test_one_commit_writes_down_what_came_back_and_claims_what_is_next(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, window=50, segments_per_second=100_000)
    for number in range(400):
        await store.write(queued(f"b{number}", message_class=MessageClass.BROADCAST))
    before = store.writer.counts.works
    courier.start()
    await until(store, *[State.SUBMITTED] * 400)
    await courier.stop()
    assert len(channel.took) == 400
    assert store.writer.counts.works - before < 100


async def test_an_outcome_that_cannot_be_written_harms_no_other(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = claims.submitted

    def odd(tx: Tx, row: Claimed, **values: Any) -> bool:
        if row.key == "odd":
            raise KeyError(row.key)
        return kept(tx, row, **values)

    monkeypatch.setattr("bot.store.claims.submitted", odd)
    courier, channel = courier_of(store, clock)
    for key in ("a", "odd", "b"):
        await store.write(queued(key))
    courier.start()
    await until(store, State.SUBMITTED, State.SENDING, State.SUBMITTED)
    await courier.stop()
    assert sorted(channel.took) == [1, 2, 3]
