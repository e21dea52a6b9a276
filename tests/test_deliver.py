"""The courier: what a provider does decides the state; nothing is lost, nothing is sent twice."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.channel import Taken
from bot.claiming import SECRET_AGE
from bot.clock import Clock
from bot.domain.errors import Busy, Gone, OutcomeUnknown, Refused, StoreError, Throttled, TooManyRows, Unreachable
from bot.domain.messages import DLR, File, Language, MessageClass, ReceiptKind, State
from bot.domain.replies import Choice, Order, Reply
from bot.domain.retry import RetryPolicy
from bot.domain.segments import measure
from bot.making import MOST_MAKING
from bot.receipts import apply
from bot.store import claims, links, one_time, tidying
from bot.store.store import Store
from bot.trouble import Health
from tests.conftest import NOW
from tests.peers.ports import wait_for
from tests.scripted import LISTED, PDF, SECRET, chat_of, courier_of, queued, rows, until
from tests.texts import renderer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with await Store.open(sqlite_url) as opened:
        yield opened


async def test_taken_is_submitted_and_delivered_at_once_where_the_provider_says_so(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock)
    channel.script = [Taken("theirs"), Taken("theirs-2", delivered=True)]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    await until(store, State.SUBMITTED, State.DELIVERED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [1, 2]


async def test_unreachable_is_tried_again_until_taken(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock)
    channel.script = [Unreachable("no connection")] * 3
    await store.write(queued("a"))
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert [mt.attempt for mt in channel.got] == [1, 2, 3, 4]
    assert courier.health is Health.UP


async def test_while_unreachable_one_message_asks_for_all(store: Store, clock: Clock) -> None:
    """Four are under way when the trouble begins; after that one at a time finds out."""
    courier, channel = courier_of(store, clock, window=4)
    under_way = most = 0
    trouble = asyncio.Event()

    async def down() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way) if trouble.is_set() else most
        await asyncio.sleep(0.01)  # a refusal takes its time
        under_way -= 1
        trouble.set()
        message = "no connection"
        raise Unreachable(message)

    channel.script = [down] * 8
    for number in range(20):
        await store.write(queued(f"n{number}"))
    courier.start()
    await until(store, *[State.SUBMITTED] * 20)
    await courier.stop()
    assert len(channel.got) == 28
    assert most == 1
    assert len([mt for mt in channel.got if mt.attempt == 1]) == 20


async def test_failures_at_one_moment_are_one_trouble(store: Store, clock: Clock) -> None:
    slow = RetryPolicy(first=0.05, factor=100.0, ceiling=30.0)
    courier, channel = courier_of(store, clock, window=10)
    courier._trouble.policy = slow
    channel.script = [Unreachable("no connection")] * 10
    for number in range(10):
        await store.write(queued(f"n{number}"))
    courier.start()
    await until(store, *[State.SUBMITTED] * 10)  # at 100 times longer for each of ten, this would never come
    await courier.stop()


async def test_a_provider_that_hangs_is_asked_less_and_less(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, window=2, timeout_seconds=0.05)
    courier._trouble.policy = RetryPolicy(first=30.0, factor=2.0, ceiling=30.0)
    channel.script = [lambda: asyncio.sleep(60)] * 9
    for number in range(9):
        await store.write(queued(f"n{number}"))
    courier.start()
    await until(store, *[State.UNCONFIRMED] * 2, *[State.QUEUED] * 7)
    assert courier.health is Health.DEGRADED
    await courier.stop()
    assert len(channel.got) == 2


async def test_a_text_that_cannot_be_rendered_any_more_leaves_as_it_was(store: Store, clock: Clock) -> None:
    """After an upgrade a waiting row may hold a key that is gone: it must not hold up the others."""
    reply = Reply("status.own", {"r": "1/2023", "agm": None, "audit": None}, turns_on=date(2026, 12, 1))
    await store.write(queued("old", reply))
    with sqlite3.connect(store.engine.sqlalchemy_url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE outbox SET content = replace(content, 'status.own', 'status.gone')")
    await store.write(queued("new"))
    courier, channel = courier_of(store, clock)
    courier.start()
    await until(store, State.SUBMITTED, State.SUBMITTED)
    await courier.stop()
    assert channel.got[0].text.startswith("১/২০২৩")


async def test_throttled_comes_back_without_burning_an_attempt(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock)
    channel.script = [Throttled("slow down", retry_after=0.05)]
    await store.write(queued("a"))
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert [mt.attempt for mt in channel.got] == [1, 1]


async def test_refused_is_failed_and_not_tried_again(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock)
    channel.script = [Refused("no such number")]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    failed, _ = await until(store, State.FAILED, State.SUBMITTED)
    await courier.stop()
    assert failed.error == "no such number"
    assert len(channel.got) == 2


@pytest.mark.parametrize("trouble", ["unknown", "slow", "broken"])
async def test_what_may_have_been_taken_is_unconfirmed_and_never_sent_again(
    store: Store, clock: Clock, trouble: str
) -> None:
    courier, channel = courier_of(store, clock)
    troubles: dict[str, Exception | Callable[[], object]] = {
        "unknown": OutcomeUnknown("cut"),
        "slow": lambda: asyncio.sleep(60),
        "broken": KeyError("a bug in the channel"),
    }
    channel.script = [troubles[trouble]]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    await until(store, State.UNCONFIRMED, State.SUBMITTED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [1, 2]


async def test_stop_finishes_what_is_under_way_and_starts_nothing(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, window=1, timeout_seconds=30)
    entered, let_go = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        entered.set()
        await let_go.wait()

    channel.script = [hold]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    await entered.wait()
    stopping = asyncio.create_task(courier.stop())
    let_go.set()
    await stopping
    assert [row.state for row in await rows(store)] == [State.SUBMITTED, State.QUEUED]


async def test_a_crash_in_between_leaves_unconfirmed_not_twice(store: Store, clock: Clock) -> None:
    """A lease of a courier that is gone: the message may have left, so that it must not leave again."""
    await store.write(queued("a"))
    past = clock.running() - timedelta(minutes=5)
    await store.write(
        lambda tx: claims.claim(tx, "scripted", now=NOW, running=past, lease=timedelta(minutes=1), most=1)
    )
    courier, channel = courier_of(store, clock)
    courier.start()
    await until(store, State.UNCONFIRMED)
    await courier.stop()
    assert channel.got == []


async def test_days_left_are_those_of_the_day_it_leaves(store: Store) -> None:
    written, leaves = date(2026, 11, 21), date(2026, 11, 22)
    reply = Reply("status.own", {"r": "1/2023", "agm": "2024-25", "audit": None}, turns_on=date(2026, 12, 1))
    await store.write(queued("a", reply, written))
    (before,) = await rows(store)
    assert "বাকি ১০ দিন" in before.text
    courier, channel = courier_of(store, Clock(NOW + (leaves - written)))
    courier.start()
    (after,) = await until(store, State.SUBMITTED)
    await courier.stop()
    assert "বাকি ৯ দিন" in channel.got[0].text
    assert after.text == channel.got[0].text


async def test_what_is_no_longer_worth_sending_is_not_sent(store: Store, clock: Clock) -> None:
    await store.write(queued("old", expires_at=NOW))
    await store.write(queued("new"))
    courier, channel = courier_of(store, clock)
    courier.start()
    await until(store, State.EXPIRED, State.SUBMITTED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [2]


# ---- documents ----


def apology() -> str:
    return renderer().text(Language.BN, "document.not_made")


async def test_a_document_is_made_before_the_submission_and_holds_up_nothing(store: Store, clock: Clock) -> None:
    let_go, out = asyncio.Event(), asyncio.Event()

    async def slow(_: Order) -> File:
        await let_go.wait()
        await asyncio.sleep(0.3)  # longer than the submission may take
        return PDF

    courier, channel = chat_of(store, clock, slow, window=1)
    channel.script = [out.set]
    await store.write(queued("list", LISTED))
    await store.write(queued("short"))
    courier.start()
    await asyncio.wait_for(out.wait(), 5)
    assert [mt.id for mt in channel.got] == [2], "the other one goes ahead"
    let_go.set()
    await until(store, State.SUBMITTED, State.SUBMITTED)
    await courier.stop()
    document = channel.got[1].document
    assert document is not None
    assert await document() is PDF


async def test_a_lease_lasts_for_making_and_submitting(store: Store, clock: Clock) -> None:
    let_go = asyncio.Event()

    async def slow(_: Order) -> File:
        await let_go.wait()
        return PDF

    courier, _ = chat_of(store, clock, slow)
    await store.write(queued("list", LISTED))
    courier.start()
    await until(store, State.SENDING)
    soon = clock.running() + timedelta(seconds=200)
    assert await store.write(lambda tx: tidying.lapse(tx, "scripted", running=soon, state=State.UNCONFIRMED)) == 0
    let_go.set()
    await until(store, State.SUBMITTED)
    await courier.stop()


async def test_who_gets_no_document_is_told_so(store: Store, clock: Clock) -> None:
    async def too_long(_: Order) -> File:
        raise TooManyRows(6000, 5000)

    courier, channel = chat_of(store, clock, too_long)
    await store.write(queued("list", LISTED))
    courier.start()
    (row,) = await until(store, State.SUBMITTED)
    await courier.stop()
    assert [(mt.text, mt.document) for mt in channel.got] == [(apology(), None)]
    assert row.text == apology()


@pytest.mark.parametrize("error", [ZeroDivisionError(), StoreError("busy"), None], ids=repr)
async def test_a_document_that_fails_is_tried_three_times(
    store: Store, clock: Clock, error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.making.MAKE_SECONDS", 0.05)
    attempts = 0

    async def fails(_: Order) -> File:
        nonlocal attempts
        attempts += 1
        if error is not None:
            raise error
        await asyncio.sleep(60)
        return PDF

    courier, channel = chat_of(store, clock, fails)
    await store.write(queued("list", LISTED))
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert attempts == 3
    assert [mt.text for mt in channel.got] == [apology()]
    assert courier.health is Health.UP


async def test_a_document_that_fails_once_arrives(store: Store, clock: Clock) -> None:
    failures = [ZeroDivisionError()]

    async def fails_once(_: Order) -> File:
        if failures:
            raise failures.pop()
        return PDF

    courier, channel = chat_of(store, clock, fails_once)
    await store.write(queued("list", LISTED))
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert [mt.document is None for mt in channel.got] == [False]


async def test_what_is_being_made_when_the_gateway_stops_is_made_by_the_next(store: Store, clock: Clock) -> None:
    begun = asyncio.Event()

    async def endless(_: Order) -> File:
        begun.set()
        await asyncio.sleep(600)
        return PDF

    courier, channel = chat_of(store, clock, endless)
    await store.write(queued("list", LISTED))
    courier.start()
    await begun.wait()
    await asyncio.wait_for(courier.stop(), 5)
    assert [row.state for row in await rows(store)] == [State.QUEUED]
    courier, channel = chat_of(store, clock)
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert [mt.attempt for mt in channel.got] == [1]


async def test_only_so_many_documents_are_made_at_once(store: Store, clock: Clock) -> None:
    making = most = 0
    full = asyncio.Event()

    async def slow(_: Order) -> File:
        nonlocal making, most
        making += 1
        most = max(most, making)
        if making == MOST_MAKING:
            full.set()
        await full.wait()
        making -= 1
        return PDF

    courier, _ = chat_of(store, clock, slow)
    for number in range(2 * MOST_MAKING):
        await store.write(queued(f"n{number}", LISTED))
    courier.start()
    await until(store, *[State.SUBMITTED] * 2 * MOST_MAKING)
    await courier.stop()
    assert most == MOST_MAKING


# ---- codes and tokens ----


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (Taken(), State.SUBMITTED),
        (Refused("no"), State.FAILED),
        (Gone("left"), State.FAILED),
        (OutcomeUnknown("cut"), State.UNCONFIRMED),
    ],
    ids=repr,
)
async def test_a_code_is_kept_nowhere_whatever_became_of_it(
    store: Store, clock: Clock, step: Exception | Taken, state: State
) -> None:
    courier, channel = chat_of(store, clock)
    channel.script = [step]
    await store.write(queued("code", SECRET, message_class=MessageClass.NOTICE))
    courier.start()
    await until(store, state)
    await courier.stop()
    assert "482913" not in await everything(store)
    assert "482913" in channel.got[0].text.translate(ASCII)


ASCII = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")


async def everything(store: Store) -> str:
    """All that the outbox holds."""
    with sqlite3.connect(store.engine.sqlalchemy_url.removeprefix("sqlite:///")) as database:
        return str(database.execute("SELECT * FROM outbox").fetchall()).translate(ASCII)


async def test_a_code_that_is_given_up_is_forgotten(store: Store, clock: Clock) -> None:
    await store.write(queued("lapsed", SECRET))
    past = clock.running() - timedelta(minutes=5)
    await store.write(
        lambda tx: claims.claim(tx, "scripted", now=NOW, running=past, lease=timedelta(minutes=1), most=1)
    )
    await store.write(queued("expired", SECRET, expires_at=NOW))
    assert "482913" in await everything(store)
    courier, _ = chat_of(store, clock)
    courier.start()
    await until(store, State.UNCONFIRMED, State.EXPIRED)
    await courier.stop()
    assert "482913" not in await everything(store)


async def test_a_receipt_makes_a_code_forgotten(store: Store) -> None:
    await store.write(queued("code", SECRET))
    await store.write(queued("told"))
    await store.write(lambda tx: claims.claim(tx, "scripted", now=NOW, running=NOW, lease=timedelta(minutes=1), most=2))
    for number in 1, 2:
        receipt = DLR("scripted", number, ReceiptKind.ACCEPTED)
        assert await store.write(partial(apply, dlr=receipt, at=NOW))
    assert "482913" not in await everything(store)
    assert (await rows(store))[1].text != one_time.FORGOTTEN


async def test_codes_that_left_in_a_response_are_swept_after_an_hour(store: Store) -> None:
    for key, reply in ("code", SECRET), ("told", None):
        await store.write(queued(key, reply))
    with sqlite3.connect(store.engine.sqlalchemy_url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE outbox SET state = 'submitted'")
    for later, kept in (SECRET_AGE / 2, True), (SECRET_AGE, False):
        courier, _ = chat_of(store, Clock(NOW + later))
        courier.start()
        await wait_for(lambda: courier._claiming.sweep_at > 0)  # noqa: B023 - awaited within the round
        await courier.stop()
        assert ("482913" in await everything(store)) is kept
    assert (await rows(store))[1].text != one_time.FORGOTTEN


async def test_simulated_phones_show_codes(store: Store, clock: Clock) -> None:
    courier, _ = courier_of(store, clock)
    await store.write(queued("code", SECRET))
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert "482913" in await everything(store)


# ---- those who have left, those who have enough, and what nobody can read ----


@pytest.mark.parametrize("error", [Gone("blocked"), Refused("strange")], ids=repr)
async def test_what_a_chat_does_not_take_goes_by_sms_as_the_same_message(
    store: Store, clock: Clock, error: Exception
) -> None:
    number, chat = "+8801700099900", "+8801700000001"
    await store.write(lambda tx: links.link(tx, "scripted", chat, number, "contact", NOW))
    courier, channel = chat_of(store, clock)
    channel.script = [error, error]
    await store.write(queued("notice:1:1", message_class=MessageClass.NOTICE))
    await store.write(queued("notice:1:2", message_class=MessageClass.NOTICE))
    courier.start()

    async def moved() -> bool:
        return {row.channel for row in await rows(store)} == {"sms"}

    await wait_for(moved)
    await courier.stop()
    for row in await rows(store):
        assert (row.channel, row.to, row.message_class) == ("sms", number, "notice")
        assert (row.state, row.error) == (State.QUEUED, str(error))
        assert row.text == channel.got[0].text
        assert row.segments == measure(row.text).segments
        assert row.price == row.segments * Decimal("0.35")
    assert [mt.id for mt in channel.got] == [1, 2]
    links_left = await store.read(lambda tx: links.number_of(tx, "scripted", chat))
    assert links_left == (None if isinstance(error, Gone) else number)


@pytest.mark.parametrize("error", [Gone("blocked"), Refused("strange")], ids=repr)
async def test_the_chat_copy_of_what_goes_by_both_ways_goes_no_other(
    store: Store, clock: Clock, error: Exception
) -> None:
    await store.write(lambda tx: links.link(tx, "scripted", "+8801700000001", "+8801700099900", "contact", NOW))
    courier, channel = chat_of(store, clock)
    channel.script = [error]
    await store.write(queued("broadcast:1:1:chat", message_class=MessageClass.URGENT))
    courier.start()
    (row,) = await until(store, State.FAILED)
    await courier.stop()
    assert row.channel == "scripted"


async def test_what_a_chat_may_have_taken_goes_no_other_way(store: Store, clock: Clock) -> None:
    await store.write(lambda tx: links.link(tx, "scripted", "+8801700000001", "+8801700099900", "contact", NOW))
    courier, channel = chat_of(store, clock)
    channel.script = [OutcomeUnknown("cut")]
    await store.write(queued("notice:1:1", message_class=MessageClass.NOTICE))
    courier.start()
    (row,) = await until(store, State.UNCONFIRMED)
    await courier.stop()
    assert row.channel == "scripted"


async def test_by_sms_there_are_no_buttons(store: Store, clock: Clock) -> None:
    """A numbered list would be answered by a number that nothing waits for."""
    chat = "+8801700000001"
    await store.write(lambda tx: links.link(tx, "scripted", chat, "+8801700099900", "contact", NOW))
    courier, channel = chat_of(store, clock)
    channel.script = [Gone("blocked")]
    told = Reply("help.main", choices=(Choice(Reply("escalation.list"), "calendar"),))
    await store.write(queued("weekly:1", told, message_class=MessageClass.NOTICE))
    courier.start()
    await wait_for(lambda: channel.got)
    await until(store, State.QUEUED)
    await courier.stop()
    assert len(channel.got[0].choices) == 1
    assert (await rows(store))[-1].text == renderer().render(Reply("help.main"), Language.BN, NOW.date())


async def test_an_answer_to_who_has_left_goes_nowhere_else(store: Store, clock: Clock) -> None:
    await store.write(lambda tx: links.link(tx, "scripted", "+8801700000001", "+8801700099900", "contact", NOW))
    courier, channel = chat_of(store, clock)
    channel.script = [Gone("blocked")]
    await store.write(queued("reply:1"))
    with sqlite3.connect(store.engine.sqlalchemy_url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE outbox SET in_reply_to = 1")
    courier.start()
    await until(store, State.FAILED)
    await courier.stop()
    assert len(await rows(store)) == 1


async def test_a_recipient_who_has_enough_holds_up_nobody_else(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, window=1)
    channel.script = [Busy("enough", retry_after=600)]
    await store.write(queued("a"))
    await store.write(queued("b"))
    courier.start()
    await until(store, State.QUEUED, State.SUBMITTED)
    await courier.stop()
    assert courier.health is Health.UP
    assert [mt.id for mt in channel.got] == [1, 2]


async def test_what_cannot_be_read_fails_and_holds_up_nothing(store: Store, clock: Clock) -> None:
    courier, channel = chat_of(store, clock)
    for key in "not json", "unknown text", "good":
        await store.write(queued(key, replace(LISTED, document=None)))
    with sqlite3.connect(store.engine.sqlalchemy_url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE outbox SET content = '{' WHERE id = 1")
        choice = '{"label":{"key":"gone","params":{}},"command":"help","args":{},"words":[]}'
        odd = f'{{"key":"gone","params":{{}},"choices":[{choice}]}}'
        database.execute("UPDATE outbox SET content = ? WHERE id = 2", (odd,))
    courier.start()
    await until(store, State.FAILED, State.FAILED, State.SUBMITTED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [3]
