"""Reminders of returns: each once, only while it is open, and never for what nobody owes."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import select

from bot.clock import DHAKA
from bot.config import Config
from bot.demo import load as load_demo
from bot.domain.access import Role
from bot.domain.messages import MessageClass
from bot.domain.replies import load
from bot.scheduler.jobs.returns import RETURNS
from bot.sections import ReminderSettings, ReturnSettings
from bot.store import offices, people, senders, store
from bot.store.people import Appointment
from bot.store.query import Query
from bot.store.schema import outbox as outbox_table
from tests import filed
from tests.conftest import NOW
from tests.handlers.talking import DIMLA, DOMAR, PRESIDENT, SECRETARY, UCO, UCO_OF_DOMAR
from tests.scheduler.test_reminders_leave import at, leave
from tests.scheduler.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.query import Tx

TODAY = NOW.date()
DUE_ON = date(2026, 12, 6)
"""Of November's returns: the 5th is a Saturday."""

UCOS = 6
MONTHLY = ["AGM", "AUD", "CDF", "SOC"]


class Killed(Exception):  # noqa: N818 - named for the event
    """In the middle of a run."""


class Letter(NamedTuple):
    to: str
    text: str
    state: str
    made_on: date
    not_before_at: datetime | None
    expires_at: datetime
    named: tuple[tuple[str, str], ...]
    """Form and period of each return."""


def _letter(to: str, text: str, content: str, state: str, at: datetime, *rest: datetime) -> Letter:
    named = tuple((each["form"], each["period"]) for each in load(content).params["of"])
    return Letter(to, text, state, at.astimezone(DHAKA).date(), rest[0], rest[1], named)


_LETTERS = Query(
    select(
        *(outbox_table.c.recipient, outbox_table.c.text, outbox_table.c.content, outbox_table.c.state),
        *(outbox_table.c.created_at, outbox_table.c.not_before_at, outbox_table.c.expires_at),
    )
    .where(outbox_table.c.message_class == "due")
    .order_by(outbox_table.c.id),
    _letter,
)


async def letters(world: World) -> list[Letter]:
    return await world.store.read(lambda tx: tx.all(_LETTERS))


async def days(world: World, first: date, count: int) -> None:
    for ahead in range(count):
        await world.run(RETURNS, first + timedelta(days=ahead))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), DHAKA)


async def test_a_month_is_reminded_of_before_and_after_it_is_due(database_url: str) -> None:
    store.do(database_url, lambda tx: load_demo(tx, TODAY))
    async with await World.open(database_url) as world:
        await days(world, TODAY, 40)
        got = [each for each in await letters(world) if each.to == UCO]
    assert [(each.made_on - DUE_ON).days for each in got] == [-3, 0, 1, 7, 15]
    assert {each.named for each in got} == {tuple((form, "2026-11") for form in MONTHLY)}
    assert got[0].text == "ডিমলা: রিটার্ন AGM, AUD, CDF, SOC (নভে/২৬), শেষ তারিখ ০৬/১২/২৬।"
    assert "আজ শেষ দিন" in got[1].text
    assert "(নভে/২৬) ১ দিন" in got[2].text
    # None is worth sending when the next one leaves.
    assert all(each.expires_at < noon(later.made_on) for each, later in pairwise(got))


async def test_who_has_filed_hears_no_more(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await days(world, TODAY, 14)
        file = partial(filed.by_office, code=DIMLA, form="SOC", period="2026-11", at=noon(DUE_ON))
        await world.store.write(file)
        await days(world, DUE_ON, 2)
        got = await letters(world)
    mine = [each.named for each in got if each.to == UCO and each.made_on >= DUE_ON]
    assert mine == [tuple((form, "2026-11") for form in MONTHLY if form != "SOC")] * 2
    assert all(("SOC", "2026-11") in each.named for each in got if each.to == UCO_OF_DOMAR)


async def test_a_first_installation_asks_nobody_for_the_past(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        # Fifteen days after October's returns were due, and forty-two before November's are.
        run = await world.run(RETURNS, date(2026, 11, 20))
        assert not run.queued
        await days(world, date(2026, 11, 21), 10)
        assert await letters(world) == []


async def test_an_office_that_has_filed_before_is_asked_at_once(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        early = partial(filed.by_office, code=DIMLA, form="SOC", period="2026-08", at=noon(TODAY))
        await world.store.write(early)
        run = await world.run(RETURNS, date(2026, 11, 20))
        got = await letters(world)
    assert run.queued == {MessageClass.DUE: 1}
    assert [(each.to, each.named) for each in got] == [(UCO, (("SOC", "2026-10"),))]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_after_days_off_everybody_hears_once_and_of_the_latest_day(demo_url: str, seed: int) -> None:
    chance = random.Random(seed)
    async with await World.open(demo_url) as world:
        await world.run(RETURNS, TODAY)
        ran = [TODAY]
        for ahead in range(1, 120):
            if chance.random() < 0.25:
                ran.append(TODAY + timedelta(days=ahead))
                await world.run(RETURNS, ran[-1])
                assert not (await world.run(RETURNS, ran[-1], hour=12)).queued
        got = await letters(world)
    # By another way: each run names what has a day between it and the run before.
    expected: Counter[tuple[date, str, str]] = Counter()
    due = {"2026-11": DUE_ON, "2026-12": date(2027, 1, 5), "2027-01": date(2027, 2, 7), "2027-02": date(2027, 3, 7)}
    quarters = {"2026-27/Q2": date(2027, 1, 10)}
    for before, day in pairwise(ran):
        for forms, periods in ((MONTHLY, due), (["EGOV", "NOTHI", "TRACK"], quarters)):
            for period, due_on in periods.items():
                if any(before < due_on + timedelta(days=ahead) <= day for ahead in (-3, 0, 1, 7, 15)):
                    expected.update((day, form, period) for form in forms)
    mine = [each for each in got if each.to == UCO]
    assert Counter((each.made_on, *named) for each in mine for named in each.named) == expected
    assert set(Counter(each.made_on for each in mine).values()) == {1}
    assert len(got) == UCOS * len(mine)


@pytest.mark.parametrize("seed", range(5))
async def test_a_run_that_was_killed_tells_nobody_twice(
    demo_url: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr("bot.scheduler.jobs.returns.AT_ONCE", 1)

    async with await World.open(demo_url) as world:
        await world.run(RETURNS, TODAY)
        write = world.store.write
        for ahead in range(1, 60):
            left = chance.choice([0, 1, 3, 5, 99])

            async def failing(work: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Killed
                return await write(work)  # type: ignore[arg-type]

            world.store.write = failing  # type: ignore[method-assign, assignment]
            with suppress(Killed):
                await world.run(RETURNS, TODAY + timedelta(days=ahead))
            world.store.write = write  # type: ignore[method-assign]
        got = await letters(world)
    # What was told on one of the days of a return is not told again until its next one.
    for to in {each.to for each in got}:
        told = [(each.made_on, named) for each in got if each.to == to for named in each.named]
        november = [day for day, named in told if named == ("SOC", "2026-11")]
        asked = [DUE_ON + timedelta(days=ahead) for ahead in (-3, 0, 1, 7, 15)]
        spans = Counter(max(each for each in asked if each <= day) for day in november)
        assert set(spans.values()) <= {1}
        assert asked[-1] in spans


def _move(tx: Tx) -> None:
    """The head of one office heads another one too."""
    (dimla, domar) = (offices.by_code(tx, code) for code in (DIMLA, DOMAR))
    assert dimla is not None
    assert domar is not None
    (before,) = people.holders(tx, domar.id, Role.UPAZILA_OFFICER)
    people.end(tx, [before.appointment_id], TODAY)
    (head,) = people.holders(tx, dimla.id, Role.UPAZILA_OFFICER)
    people.appoint(tx, [Appointment(head.person_id, Role.UPAZILA_OFFICER, TODAY, office_id=domar.id)])


async def test_two_offices_with_one_head_are_one_message(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await world.store.write(_move)
        await days(world, TODAY, 13)
        got = await letters(world)
    (mine,) = [each for each in got if each.to == UCO]
    assert len(mine.named) == 2 * len(MONTHLY)
    assert mine.text.count("\n") == 1
    assert len(got) == UCOS - 1


async def test_at_night_it_waits_and_is_not_told_again_in_the_morning(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await days(world, TODAY, 12)
        eve = DUE_ON - timedelta(days=1)
        run = await world.run(RETURNS, eve, hour=23)
        assert run.queued == {MessageClass.DUE: UCOS}
        got = await letters(world)
        morning = datetime.combine(DUE_ON, time(8), DHAKA)
        assert {each.not_before_at for each in got} == {morning}
        assert all("আজ শেষ দিন" in each.text for each in got)
        assert not (await world.run(RETURNS, DUE_ON)).queued


async def test_what_is_filed_overnight_is_left_out_as_it_leaves(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await days(world, TODAY, 12)
        eve = DUE_ON - timedelta(days=1)
        await world.run(RETURNS, eve, hour=23)
        await world.store.write(partial(filed.by_office, code=DIMLA, form="SOC", period="2026-11", at=noon(eve)))
        for form in MONTHLY:
            await world.store.write(partial(filed.by_office, code=DOMAR, form=form, period="2026-11", at=noon(eve)))
    await leave(demo_url, at(DUE_ON, 9))
    async with await World.open(demo_url) as world:
        got = {each.to: each for each in await letters(world)}
    assert got[UCO].state == "delivered"
    assert "রিটার্ন AGM, AUD, CDF (" in got[UCO].text
    assert got[UCO_OF_DOMAR].state == "cancelled"


async def test_stop_spares_a_number(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await world.store.write(partial(senders.stop, msisdn=UCO, at=NOW))
        await days(world, TODAY, 13)
        assert UCO not in {each.to for each in await letters(world)}


def _societies(tx: Tx, ids: Iterable[int], period: str) -> None:
    for society_id in ids:
        filed.by_society(tx, society_id, "MEM", period, noon(TODAY))


async def test_societies_are_asked_for_what_they_have_filed_before(database_url: str) -> None:
    store.do(database_url, lambda tx: load_demo(tx, TODAY))
    async with await World.open(database_url) as world:
        await world.store.write(partial(_societies, ids=[1], period="2026-27/Q1"))
        await days(world, date(2027, 1, 1), 31)
        got = [each for each in await letters(world) if each.named[0][0] == "MEM"]
    assert {each.to for each in got} == {PRESIDENT, SECRETARY}
    assert {each.named for each in got} == {(("MEM", "2026-27/Q2"),)}
    assert Counter(each.made_on for each in got) == dict.fromkeys(
        (date(2027, 1, day) for day in (7, 10, 11, 17, 25)), 2
    )
    assert "১/২০২৩: রিটার্ন MEM (অক্টো-ডিসে/২৬), শেষ তারিখ ১০/০১/২৭।" in got[0].text


async def test_of_an_offices_societies_so_many_hear_in_a_day(demo_url: str) -> None:
    config = Config(
        reminders=ReminderSettings(societies_per_office=2),
        returns=ReturnSettings(due_before_days=(3,), due_after_days=()),
    )
    async with await World.open(demo_url, config) as world:
        await world.store.write(partial(_societies, ids=range(1, 6), period="2026-27/Q1"))
        assert RETURNS.preview is not None
        for day in range(1, 12):
            moment = date(2027, 1, day)
            promised = await RETURNS.preview(world.at(RETURNS, moment))
            run = await world.run(RETURNS, moment)
            assert run.queued[MessageClass.DUE] == promised["messages"]["due"]
            assert run.detail["later"] == promised["later"]
            assert not (await world.run(RETURNS, moment, hour=12)).queued
        got = [each for each in await letters(world) if each.named[0][0] == "MEM"]
    by_day: dict[date, set[str]] = {}
    for each in got:
        by_day.setdefault(each.made_on, set()).add(each.text.split(":")[0])
    assert {day: len(told) for day, told in by_day.items()} == {
        date(2027, 1, 7): 2,
        date(2027, 1, 8): 2,
        date(2027, 1, 9): 1,
    }
    assert len(set().union(*by_day.values())) == 5
    assert set(Counter((each.to, each.text) for each in got).values()) == {1}
