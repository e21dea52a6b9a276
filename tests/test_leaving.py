"""The moment of leaving: the hour, whether it is still true, what its text says that day, and another way where the first is closed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.claiming import REVIEW_AGAIN, ROUNDS, Leaving, Room
from bot.clock import DHAKA, Clock
from bot.config import Config
from bot.configured import SIMULATOR
from bot.domain.errors import Gone, Throttled, Unreachable
from bot.domain.messages import MO, File, Language, MessageClass, State
from bot.domain.milestones import IntentState, ReminderKind
from bot.domain.quiet import QuietHours
from bot.domain.replies import Choice, Reply, dump, load
from bot.store import about, intents, links, outbox, texts
from bot.store.intents import Key
from bot.store.store import Store
from tests.conftest import NOW
from tests.gateway import running
from tests.peers.ports import wait_for
from tests.scripted import LISTED, PDF, chat_of, courier_of, queued, rows, until
from tests.texts import renderer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.replies import Order
    from bot.store.claims import Claimed
    from bot.store.query import Tx

NIGHT = QuietHours(time(21, 0), time(8, 0), DHAKA)
QUIET = Leaving(quiet=NIGHT)
AT_NIGHT = datetime(2026, 11, 21, 23, 0, tzinfo=DHAKA)
IN_THE_MORNING = datetime(2026, 11, 22, 8, 0, tzinfo=DHAKA)
REMINDER = MessageClass.REMINDER


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with await Store.open(sqlite_url) as opened:
        yield opened


@dataclass(frozen=True)
class Moving(Clock):
    """A clock that a test sets."""

    at: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at[-1]


def database(store: Store) -> str:
    return store.engine.sqlalchemy_url.removeprefix("sqlite:///")


# ---- quiet hours ----


async def test_at_night_an_answer_leaves_and_a_reminder_waits_for_the_morning(demo_url: str) -> None:
    """A whole gateway; and neither a restart nor the moment before eight o'clock changes anything."""
    clock = Moving(at=[AT_NIGHT])
    waiting = ("reminder", "digest", "notice", "due", "broadcast")

    async def states_after_asking(number: int) -> dict[str, str]:
        async with running(Config(), clock, demo_url) as gateway:
            await gateway.app.receiver.receive(MO(SIMULATOR, f"m{number}", "+8801700100011", "16123", "STATUS"))

            async def answered() -> bool:
                replies = [row for row in await gateway.rows() if row.message_class == "reply"]
                return len(replies) == number and {row.state for row in replies} == {"delivered"}

            await wait_for(answered, 10)
            return {row.message_class: row.state for row in await gateway.rows()}

    async with await Store.open(demo_url) as store:
        for each in waiting:
            held = AT_NIGHT if each == "digest" else None  # its time has come, its hour has not
            work = queued(each, message_class=MessageClass(each), channel=SIMULATOR, not_before_at=held)
            await store.write(work)
        await store.write(queued("urgent", message_class=MessageClass.URGENT, channel=SIMULATOR))
    night = {**dict.fromkeys(waiting, "queued"), "urgent": "delivered", "reply": "delivered"}
    assert await states_after_asking(1) == night
    clock.at.append(IN_THE_MORNING - timedelta(seconds=1))
    assert await states_after_asking(2) == night
    clock.at.append(IN_THE_MORNING)
    async with running(Config(), clock, demo_url) as gateway:

        async def delivered() -> bool:
            return {row.state for row in await gateway.rows()} == {"delivered"}

        await wait_for(delivered, 10)


@pytest.mark.parametrize("trouble", [Unreachable("down"), Throttled("slow down", retry_after=0.01)], ids=repr)
async def test_what_comes_back_at_night_waits_as_well(store: Store, trouble: Exception) -> None:
    clock = Moving(at=[NOW])
    courier, channel = courier_of(store, clock, QUIET)

    def fall() -> None:
        clock.at.append(AT_NIGHT)
        raise trouble

    channel.script = [fall]
    await store.write(queued("reminder", message_class=REMINDER))
    courier.start()
    await wait_for(lambda: len(channel.got) == 1)
    await store.write(queued("reply"))
    courier.wake()
    await until(store, State.QUEUED, State.SUBMITTED)
    clock.at.append(IN_THE_MORNING)
    courier.wake()
    await until(store, State.SUBMITTED, State.SUBMITTED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [1, 2, 1]


async def test_what_waited_for_its_document_until_night_waits_on(store: Store) -> None:
    clock = Moving(at=[NOW])
    meanwhile = [AT_NIGHT]

    async def slow(_: Order) -> File:
        clock.at.extend(meanwhile)
        meanwhile.clear()
        return PDF

    courier, channel = chat_of(store, clock, slow, QUIET)
    await store.write(queued("digest", LISTED, message_class=MessageClass.DIGEST))
    courier.start()

    async def back() -> bool:
        return [row.error for row in await rows(store)] == ["quiet hours"]

    await wait_for(back)
    assert channel.got == []
    clock.at.append(IN_THE_MORNING)
    courier.wake()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert [mt.attempt for mt in channel.got] == [1]


# ---- whether it is still true ----


def untrue(tx: Tx, *, message: Claimed, today: date, now: datetime) -> str | None:
    del tx, message, today
    return None


async def test_what_is_not_true_any_more_is_cancelled_and_never_submitted(store: Store, clock: Clock) -> None:
    courier, channel = courier_of(store, clock, Leaving(review=untrue))
    for each in MessageClass:
        await store.write(queued(each, message_class=each))
    courier.start()
    reviewed = {MessageClass.REMINDER, MessageClass.DIGEST, MessageClass.NOTICE, MessageClass.DUE}
    found = await until(store, *(State.CANCELLED if each in reviewed else State.SUBMITTED for each in MessageClass))
    await courier.stop()
    assert {row.message_class for row in found if row.state == State.CANCELLED} == reviewed
    assert len(channel.got) == len(MessageClass) - len(reviewed)


async def test_much_that_is_cancelled_holds_up_nothing_behind_it(store: Store, clock: Clock) -> None:
    courier, _ = courier_of(store, clock, Leaving(review=untrue), window=2)
    for number in range(2 * (ROUNDS - 1)):
        await store.write(queued(f"n{number}", message_class=REMINDER))
    await store.write(queued("last", message_class=MessageClass.BROADCAST))
    claimed = await store.write(partial(courier._claiming.take, room=Room(2, 2, 0), held=()))
    assert [row.key for row in claimed] == ["last"]


async def test_what_leaves_says_what_is_true_now(store: Store, clock: Clock) -> None:
    true = Reply("start.done")

    def another(tx: Tx, *, message: Claimed, today: date, now: datetime) -> str | None:
        assert (load(message.content).key, today) == ("stop.done", NOW.date())
        return dump(true)

    courier, channel = courier_of(store, clock, Leaving(review=another))
    await store.write(queued("digest", message_class=MessageClass.DIGEST))
    courier.start()
    (row,) = await until(store, State.SUBMITTED)
    await courier.stop()
    assert channel.got[0].text == row.text == renderer().render(true, Language.BN, NOW.date())
    said = await store.read(lambda tx: outbox.content(tx, row.id, "scripted", row.to))
    assert said == dump(true)


async def test_what_nobody_can_review_waits_and_holds_up_nothing(store: Store, clock: Clock) -> None:
    def broken(tx: Tx, *, message: Claimed, today: date, now: datetime) -> str | None:
        if message.key == "odd":
            raise KeyError(message.key)
        return message.content

    courier, channel = courier_of(store, clock, Leaving(review=broken))
    for key in "odd", "good":
        await store.write(queued(key, message_class=REMINDER))
    courier.start()
    odd, _ = await until(store, State.QUEUED, State.SUBMITTED)
    await courier.stop()
    assert [mt.id for mt in channel.got] == [2]
    assert odd.error == "not reviewed: KeyError"
    with sqlite3.connect(database(store)) as connection:
        ((again,),) = connection.execute("SELECT retry_at FROM outbox WHERE id = 1").fetchall()
    later = datetime.fromisoformat(again + "+00:00") - clock.running()
    assert timedelta(minutes=4) < later <= REVIEW_AGAIN


# ---- what its text says that day ----

ENDS = date(2026, 12, 1)
LINE = Reply("status.own", {"r": "1/2023", "agm": None, "audit": None}, turns_on=ENDS)


@pytest.mark.parametrize(
    "reply",
    [Reply("stop.done", lines=(LINE,)), Reply("stop.done", choices=(Choice(LINE, "status"),))],
    ids=["line", "choice"],
)
async def test_days_left_in_a_line_are_those_of_the_day_it_leaves(store: Store, reply: Reply) -> None:
    await store.write(queued("digest", reply, NOW.date(), message_class=MessageClass.DIGEST))
    courier, channel = courier_of(store, Clock(NOW + timedelta(days=1)))
    courier.start()
    (row,) = await until(store, State.SUBMITTED)
    await courier.stop()
    assert "১০ দিন" not in channel.got[0].text
    assert "৯ দিন" in channel.got[0].text
    assert row.text == channel.got[0].text


async def test_the_text_of_the_day_is_that_of_the_area(store: Store) -> None:
    reply = Reply("reminder.term", {"r": "1/2023"}, turns_on=ENDS, area="BD/55/5573/55730012/")
    await store.write(queued("reminder", reply, NOW.date(), message_class=REMINDER))
    with sqlite3.connect(database(store)) as connection:
        ((office, lineage),) = connection.execute("SELECT id, lineage FROM offices WHERE code = '55730012'").fetchall()
    assert lineage == reply.area
    await store.write(
        lambda tx: texts.put(
            tx, office, "reminder.term.urgent", Language.BN, "ডিমলা: {r} বাকি {n} দিন", at=NOW, by="+8801700099900"
        )
    )
    courier, channel = courier_of(store, Clock(NOW + timedelta(days=5)))
    courier.start()
    await until(store, State.SUBMITTED)
    await courier.stop()
    assert channel.got[0].text == "ডিমলা: ১/২০২৩ বাকি ৫ দিন"


# ---- another way ----


async def test_reminders_go_on_by_sms_where_the_chat_is_blocked(demo_url: str) -> None:
    chat, number = "+8801700000001", "+8801700099900"
    async with await Store.open(demo_url) as store:
        courier, channel = chat_of(store, Clock(NOW), leaving=QUIET)
        channel.script = [Gone("blocked")]
        await store.write(lambda tx: links.link(tx, "scripted", chat, number, "contact", NOW))
        reply = Reply("reminder.term", {"r": "1/2023"}, turns_on=ENDS, area="BD/55/5573/55730012/")
        await store.write(queued("reminder", reply, message_class=REMINDER))
        key = Key(1, ReminderKind.TERM, "1@2026-12-01", "30", 1)
        await store.write(
            lambda tx: intents.add(
                tx,
                key,
                term_id=None,
                office_id=1,
                send_on=NOW.date(),
                state=IntentState.MADE,
                outbox_id=1,
                at=NOW,
            )
        )
        courier.start()

        async def moved() -> bool:
            return [row.channel for row in await rows(store)] == ["sms"]

        await wait_for(moved)
        await courier.stop()
        (by_sms,) = await rows(store)
        assert by_sms.state == State.QUEUED
        assert (by_sms.channel, by_sms.to, by_sms.message_class) == ("sms", number, "reminder")
        subjects = await store.read(about.subjects)
        assert list(subjects) == [by_sms.id]
        assert by_sms.as_json(subjects[by_sms.id])["milestone"] == "30"
        content = await store.read(lambda tx: outbox.content(tx, by_sms.id, "sms", number))
        assert content is not None
        assert load(content).area == reply.area
