"""Providers that fail: what waits goes to the next one or from a chat to SMS, nobody gets two, and what may have been taken stays."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from decimal import Decimal
from functools import partial
from itertools import count, permutations
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import doctor
from bot.channel import Taken
from bot.claiming import Leaving
from bot.config import Config, environment
from bot.configured import channels, sms_channel, sms_order
from bot.domain.errors import BartaError, OutcomeUnknown, Refused, SettingsError, Throttled, Unreachable
from bot.domain.messages import MessageClass, State
from bot.domain.retry import RetryPolicy
from bot.metrics import Metrics
from bot.store import links, marks, outbox
from bot.store.store import Store
from bot.trouble import SAME_REFUSALS, Breaking, Health, Trouble
from tests.conftest import NOW
from tests.gateway import SECRET, kannel_config, running
from tests.peers.ports import LOOPBACK, free_port, wait_for
from tests.scripted import QUICK, RealChat, Scripted, queued, rows, scripted, served
from tests.test_leaving import AT_NIGHT, IN_THE_MORNING, NIGHT, Moving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.clock import Clock
    from bot.domain.messages import MT

BROADCAST, NOTICE, REMINDER = MessageClass.BROADCAST, MessageClass.NOTICE, MessageClass.REMINDER
LONG = Breaking(after=2, seconds=600)
SOON = Breaking(after=2, seconds=0.05)
DOWN = Unreachable("no connection")
NUMBER = "+8801700099900"


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with await Store.open(sqlite_url) as opened:
        yield opened


def first(**settings: object) -> Scripted:
    return scripted(Scripted, "first", **settings)


def second(**settings: object) -> Scripted:
    return scripted(Scripted, "second", price_per_segment="0.5", **settings)


async def ended(store: Store, *states: State) -> None:
    """Until every message is in one of the states."""

    async def reached() -> bool:
        return {row.state for row in await rows(store)} <= set(states)

    await wait_for(reached)


def taken(*channels: Scripted) -> list[int]:
    """What the providers took, in order of the numbers."""
    return sorted(number for channel in channels for number in channel.took)


# ---- from one provider to the next ----


async def test_what_waits_for_a_provider_that_is_down_goes_to_the_next(store: Store, clock: Clock) -> None:
    one, other = first(), second()
    one.script = [DOWN] * 99
    for number in range(30):
        await store.write(queued(f"b{number}", message_class=BROADCAST, channel="first"))
    await store.write(queued("reply", channel="first"))
    async with served(store, clock, one, other, breaking=LONG) as pair:
        await ended(store, State.SUBMITTED)
        assert pair.couriers["first"].broken
        assert pair.couriers["first"].health is Health.DOWN
        assert pair.measured("barta_circuit_open", channel="first") == 1
        assert pair.measured("barta_mt_moved_total", channel="first", to="second") == 31
        mark = await store.read(partial(marks.mark, name=marks.circuit("first")))
        assert mark == NOW.isoformat()
        await store.write(queued("later", channel="first"))
        pair.couriers["first"].wake()
        await wait_for(lambda: len(other.got) == 32)
        await ended(store, State.SUBMITTED)
    assert taken(one, other) == list(range(1, 33))
    assert one.took == []
    assert {mt.attempt for mt in other.got} == {1}, "attempts start anew"
    assert {row.price for row in await rows(store)} == {row.segments * Decimal("0.5") for row in await rows(store)}


async def test_a_message_that_is_taken_closes_the_circuit_and_the_stream_stays(store: Store, clock: Clock) -> None:
    one, other = first(), second()
    one.script = [DOWN] * 4
    async with served(store, clock, one, other, breaking=SOON) as pair:
        for number in count():
            await store.write(queued(f"n{number}", message_class=BROADCAST, channel="first"))
            await store.write(queued(f"r{number}", channel="first"))
            pair.couriers["first"].wake()
            await ended(store, State.SUBMITTED)
            if one.took:
                break
        assert not pair.couriers["first"].broken
        assert pair.measured("barta_circuit_open", channel="first") == 0
        before = len(other.got)
        for number in range(9):
            await store.write(queued(f"after {number}", channel="first"))
        pair.couriers["first"].wake()
        await ended(store, State.SUBMITTED)

        async def told() -> bool:
            return await store.read(partial(marks.mark, name=marks.circuit("first"))) is None

        await wait_for(told)
    assert len(other.got) == before
    assert taken(one, other) == list(range(1, len(await rows(store)) + 1))


async def test_the_least_pressing_message_finds_out(store: Store, clock: Clock) -> None:
    one, other = first(), second()
    asked = asyncio.Event()
    one.script = [DOWN, DOWN, asked.set]
    async with served(store, clock, one, other, breaking=Breaking(after=2, seconds=0.3)) as pair:
        await store.write(queued("first", channel="first"))
        pair.couriers["first"].wake()
        await wait_for(lambda: pair.couriers["first"].broken)
        await ended(store, State.SUBMITTED)
        await wait_for(lambda: pair.couriers["first"]._trouble.held_for() <= 0)
        await store.write(several("reply", BROADCAST))
        pair.couriers["first"].wake()
        await asyncio.wait_for(asked.wait(), 5)
        await ended(store, State.SUBMITTED)
    assert len(one.took) == 1
    (found,) = [row for row in await rows(store) if row.id == one.took[0]]
    assert found.message_class == "broadcast"


def several(reply: str, message_class: MessageClass) -> Callable[..., object]:
    """A reply and ten others, queued at once."""

    def work(tx: object) -> None:
        queued(reply, channel="first")(tx)  # type: ignore[arg-type]
        for number in range(10):
            queued(f"{message_class} {number}", message_class=message_class, channel="first")(tx)  # type: ignore[arg-type]

    return work


async def test_what_may_have_been_taken_stays_and_the_others_go_on(store: Store, clock: Clock) -> None:
    one, other = first(window=1), second()
    one.script = [OutcomeUnknown("cut"), lambda: asyncio.sleep(60), KeyError("a bug")] * 9
    for number in range(12):
        await store.write(queued(f"n{number}", channel="first"))
    async with served(store, clock, one, other, breaking=Breaking(after=3, seconds=600)):
        await ended(store, State.SUBMITTED, State.UNCONFIRMED)
    found = await rows(store)
    assert [row.state for row in found].count(State.UNCONFIRMED) == 3
    assert {row.channel for row in found if row.state == State.UNCONFIRMED} == {"first"}
    assert len(other.took) == 9
    assert set(other.took).isdisjoint(mt.id for mt in one.got)


async def test_the_same_refusal_of_everything_is_trouble_of_the_provider(store: Store, clock: Clock) -> None:
    one, other = first(window=1), second()
    one.script = [Refused("no such number"), *[Refused("no money left")] * 99]
    for number in range(SAME_REFUSALS + 10):
        await store.write(queued(f"n{number}", channel="first"))
    async with served(store, clock, one, other, breaking=LONG) as pair:
        await ended(store, State.SUBMITTED, State.FAILED)
        assert pair.couriers["first"].broken
    found = await rows(store)
    assert [row.error for row in found if row.state == State.FAILED].count("no money left") == SAME_REFUSALS
    assert len(other.took) == 9


async def test_refusals_that_differ_or_have_no_other_way_break_nothing(store: Store, clock: Clock) -> None:
    one, other, alone = first(window=1), second(), scripted(Scripted, "alone", window=1)
    one.script = [Refused(f"no such number {number % 2}") for number in range(99)]
    alone.script = [Refused("no money left")] * 99
    for number in range(SAME_REFUSALS + 5):
        await store.write(queued(f"n{number}", channel="first"))
        await store.write(queued(f"a{number}", channel="alone"))
    async with served(store, clock, one, other, alone, breaking=LONG) as three:
        await ended(store, State.FAILED)
        assert [courier.broken for courier in three.couriers.values()] == [False] * 3
    assert other.got == []


async def test_who_is_alone_is_tried_on_and_what_is_out_of_the_order_stays(store: Store, clock: Clock) -> None:
    one, other, apart = first(), second(), scripted(Scripted, "apart")
    apart.script = [DOWN] * 6
    await store.write(queued("reply", channel="apart"))
    async with served(store, clock, one, other, apart, breaking=LONG) as three:
        await wait_for(lambda: three.couriers["apart"].broken)
        assert three.measured("barta_circuit_open", channel="apart") == 1
        await ended(store, State.SUBMITTED)
        assert not three.couriers["apart"].broken
    assert [mt.attempt for mt in apart.got] == [1, 2, 3, 4, 5, 6, 7]
    assert (one.got, other.got) == ([], [])


async def test_where_none_works_it_waits_for_the_one_that_comes_back_first(store: Store, clock: Clock) -> None:
    one, other = first(), second()
    one.script, other.script = [DOWN] * 999, [DOWN] * 12
    for number in range(20):
        await store.write(queued(f"n{number}", channel="first"))
    async with served(store, clock, one, other, breaking=SOON):
        await ended(store, State.SUBMITTED)
    assert sorted(other.took) == list(range(1, 21))


async def test_at_night_only_what_could_leave_goes_on(store: Store) -> None:
    clock = Moving(at=[AT_NIGHT])
    one, other = first(), second()
    one.script = [DOWN] * 99
    for key, each in (("reply", MessageClass.REPLY), ("reminder", REMINDER)):
        await store.write(queued(key, message_class=each, channel="first"))
    async with served(store, clock, one, other, breaking=LONG, leaving=Leaving(quiet=NIGHT)) as pair:
        await wait_for(lambda: other.took == [1])
        assert [row.channel for row in await rows(store)] == ["second", "first"]
        clock.at.append(IN_THE_MORNING)
        pair.couriers["first"].wake()
        await ended(store, State.SUBMITTED)
    assert other.took == [1, 2]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_providers_do_nobody_gets_two_and_nobody_is_forgotten(
    store: Store, clock: Clock, seed: int
) -> None:
    randomness = random.Random(seed)
    may_have: Counter[int] = Counter()

    class Moody(Scripted):
        async def submit(self, mt: MT) -> Taken:
            mood = randomness.random()
            self.got.append(mt)
            await asyncio.sleep(0)
            if mood < 0.35:
                raise Unreachable("no connection")
            if mood < 0.4:
                raise Throttled("too fast", 0.005)
            if mood < 0.43:
                raise Refused("no such number")
            may_have[mt.id] += 1
            if mood < 0.5:
                raise OutcomeUnknown("cut")
            self.took.append(mt.id)
            return Taken()

    providers = [scripted(Moody, name, window=randomness.choice([1, 3, 8])) for name in ("first", "second", "third")]
    for number in range(120):
        each = randomness.choice([BROADCAST, NOTICE, MessageClass.REPLY])
        await store.write(queued(f"n{number}", message_class=each, channel=randomness.choice(providers).name))
    order = ["first", "second", "third"]
    async with served(store, clock, *providers, order=order, breaking=Breaking(after=1, seconds=0.02)) as three:
        await ended(store, State.SUBMITTED, State.UNCONFIRMED, State.FAILED)
        moves = [three.measured("barta_mt_moved_total", channel=one, to=other) for one, other in permutations(order, 2)]
        assert any(moves)
    found = await rows(store)
    assert max(may_have.values()) == 1
    assert {row.id for row in found if row.state == State.SUBMITTED} == set(taken(*providers))
    unknown = {row.id for row in found if row.state == State.UNCONFIRMED}
    assert unknown == may_have.keys() - set(taken(*providers))


# ---- when a circuit opens ----


def test_troubles_at_one_moment_are_one_and_throttling_is_none() -> None:
    trouble = Trouble("first", RetryPolicy(first=30, factor=1, ceiling=30), Metrics(), Breaking(after=2, seconds=3600))
    for number in range(5):
        trouble.met(Health.DOWN, number)
    assert (trouble.failures, trouble.broken) == (1, False)
    trouble._held_until = 0.0
    for number in range(5):
        trouble.met(Health.DEGRADED, number, 0.0)
    assert not trouble.broken
    trouble.met(Health.DOWN, 1)
    assert trouble.broken
    trouble.refused("no such number")
    assert not trouble.broken


def test_trouble_that_lasts_opens_the_circuit_whatever_it_is() -> None:
    trouble = Trouble("first", QUICK, Metrics(), Breaking(after=99, seconds=60))
    trouble.met(Health.DEGRADED, 1, 0.0)
    assert not trouble.broken
    assert trouble._since is not None
    trouble._since -= 61
    trouble.met(Health.DEGRADED, 1, 0.0)
    assert trouble.broken


# ---- from a chat to a number ----


async def test_what_waits_for_a_chat_too_long_goes_by_sms(store: Store, clock: Clock) -> None:
    chat, sms = scripted(RealChat, "telegram", window=1), first()
    chat.script = [OutcomeUnknown("cut"), *[Throttled("slow down", 0.01), DOWN] * 99]
    await store.write(partial(links.link, channel="telegram", chat="17", msisdn=NUMBER, proof="contact", at=NOW))
    for key, each in (("lost", NOTICE), ("notice", NOTICE), ("many", BROADCAST), ("both ways:chat", NOTICE)):
        await store.write(queued(key, message_class=each, channel="telegram", to="17"))
    await store.write(queued("answer", channel="telegram", to="17"))
    await store.write(queued("not linked", message_class=NOTICE, channel="telegram", to="18"))
    with sqlite3.connect(store.engine.sqlalchemy_url.removeprefix("sqlite:///")) as database:
        database.execute(
            "INSERT INTO inbox (id, channel, provider_id, sender, sent_to, text, received_at, outcome)"
            " VALUES (1, 'telegram', '1', '17', '', 'x', '2026-11-21 04:00:00.000000', 'replied')"
        )
        database.execute("UPDATE outbox SET in_reply_to = 1, priority = 4 WHERE key = 'answer'")
    async with served(store, clock, sms, chat, order=["first"], chat_seconds=0.1) as both:
        await wait_for(lambda: len(sms.took) == 2)
        assert not await moved_meanwhile(store, both.couriers["telegram"].wake)
    found = {row.id: row for row in await rows(store)}
    assert [(found[number].channel, found[number].state) for number in (1, 2, 3)] == [
        ("telegram", State.UNCONFIRMED),
        ("first", State.SUBMITTED),
        ("first", State.SUBMITTED),
    ]
    assert {found[number].channel for number in (4, 5, 6)} == {"telegram"}
    assert (found[2].to, found[2].price) == (NUMBER, found[2].segments * Decimal("0.35"))


async def moved_meanwhile(store: Store, wake: Callable[[], None]) -> bool:
    """Whether anything more changes its way, however often it is looked at."""
    before = [row.channel for row in await rows(store)]
    for _ in range(3):
        wake()
        await store.write(outbox.alive)
    return [row.channel for row in await rows(store)] != before


async def test_what_cannot_be_worded_for_sms_fails_and_holds_up_nothing(store: Store, clock: Clock) -> None:
    chat, sms = scripted(RealChat, "telegram"), first()
    chat.script = [DOWN] * 999
    await store.write(partial(links.link, channel="telegram", chat="17", msisdn=NUMBER, proof="contact", at=NOW))
    for key in ("odd", "good"):
        await store.write(queued(key, message_class=NOTICE, channel="telegram", to="17"))
    with sqlite3.connect(store.engine.sqlalchemy_url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE outbox SET content = replace(content, 'stop.done', 'stop.gone') WHERE key = 'odd'")
    async with served(store, clock, sms, chat, order=["first"], chat_seconds=0.05):
        await ended(store, State.SUBMITTED, State.FAILED)
    assert [row.state for row in await rows(store)] == [State.FAILED, State.SUBMITTED]
    assert sms.took == [2]


# ---- a chat's pace ----


async def test_a_broadcast_to_chats_keeps_telegrams_pauses_and_nobody_hears_twice(store: Store, clock: Clock) -> None:
    chat = scripted(RealChat, "telegram", segments_per_second=200, window=10)
    pauses: list[float] = []
    held_until = 0.0

    def slow_down() -> None:
        nonlocal held_until
        loop = asyncio.get_running_loop()
        held_until = max(held_until, loop.time() + 0.05)
        raise Throttled("Too Many Requests", 0.05)

    def check() -> Taken:
        pauses.append(asyncio.get_running_loop().time() - held_until)
        return Taken()

    for number in range(60):
        chat.script.append(slow_down if number in {5, 20} else check)
        if number < 50:
            await store.write(queued(f"b{number}", message_class=BROADCAST, channel="telegram", to=str(number)))
    async with served(store, clock, chat, order=[]) as one:
        await ended(store, State.SUBMITTED)
        assert one.couriers["telegram"].health is Health.UP
    assert sorted(chat.took) == list(range(1, 51))
    assert len(chat.got) == 52
    late = [pause for pause in pauses if -0.05 < pause < 0]
    assert len(late) <= 2 * 10, "but for what was under way at that moment"
    assert {row.state for row in await rows(store)} == {State.SUBMITTED}


# ---- what is configured ----

KANNEL = {"kind": "kannel", "username": "u", "password": "p", "secret": "s"}


def test_the_order_is_that_of_the_settings_or_the_one_asked_for() -> None:
    plain = {"one": KANNEL, "two": KANNEL}
    config = Config.model_validate({"channels": plain})
    assert sms_order(channels(config), config) == ("one", "two")
    config = Config.model_validate({"channels": plain, "delivery": {"order": ["two"]}})
    assert sms_order(channels(config), config) == ("two",)
    assert sms_channel(channels(config), config) == "two"


@pytest.mark.parametrize("order", [["three"], ["simulated_chat"], ["simulator"], ["one", "one"]], ids=str)
def test_an_order_that_makes_no_sense_is_refused(order: list[str]) -> None:
    config = Config.model_validate({"channels": {"one": KANNEL}, "delivery": {"order": order}})
    with pytest.raises(SettingsError, match=r"delivery\.order"):
        sms_order(channels(config), config)


def test_without_a_provider_the_simulator_is_the_way() -> None:
    config = Config()
    assert sms_order(channels(config), config) == ("simulator",)
    config = Config.model_validate({"simulator": {"enabled": False}})
    assert sms_order(channels(config), config) == ()
    assert sms_channel(channels(config), config) is None


async def test_the_answer_to_who_wrote_by_a_provider_that_fails_comes_by_the_other(
    registered_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole gateway; and whoever asks ``/readyz`` or ``barta doctor`` is told."""
    monkeypatch.setenv("BARTA_DATABASE_URL", registered_url)
    taken_by_other: list[str] = []

    async def sendsms(request: web.Request) -> web.Response:
        taken_by_other.append(request.query["to"])
        return web.Response(status=202, text="0: Accepted for delivery")

    application = web.Application()
    application.add_routes([web.get("/", sendsms)])
    async with TestServer(application) as other:
        port = free_port()
        table = dict(kannel_config(port, f"http://{LOOPBACK}:{free_port()}/").channels["kannel"])
        config = Config.model_validate(
            {
                "channels": {"second": {**table, "send_url": str(other.make_url("/"))}, "first": table},
                "delivery": {"order": ["first", "second"], "break_after": 1},
            }
        )
        async with running(config, clock, registered_url, port) as gateway:
            params = {"id": "1", "from": "+8801700100011", "text": "STATUS", "secret": SECRET}
            async with gateway.http.get(f"{gateway.url}/channels/first/mo", params=params) as response:
                assert response.status == 200
            await wait_for(lambda: taken_by_other == ["+8801700100011"])
            async with gateway.http.get(f"{gateway.url}/readyz") as ready:
                body = await ready.json()
            assert (ready.status, body["channels"]["first"], body["broken"]) == (200, "down", ["first"])
            with pytest.raises(BartaError, match=r"first, then second; in trouble.* first since 21/11 10:00"):
                await asyncio.to_thread(doctor._delivery, environment(), config, usable=True)
            (row,) = await gateway.rows()
            assert (row.channel, row.in_reply_to) == ("second", 1)
        async with running(config, clock, registered_url) as gateway:

            async def forgotten() -> bool:
                return await gateway.app.store.read(marks.circuits) == {}

            await wait_for(forgotten)
        assert doctor._delivery(environment(), config, usable=True) == "first, then second"
