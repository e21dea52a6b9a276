"""Reminders over the demonstration: none twice, none missed, whatever the days on which nothing ran."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.clock import DHAKA
from bot.domain.milestones import EXPIRED
from bot.scheduler.jobs.digests import DIGESTS
from bot.scheduler.jobs.reminders import REMINDERS
from bot.store.query import Query
from bot.store.schema import outbox
from tests.conftest import NOW
from tests.scheduler.world import ENDS, World

TODAY = NOW.date()
MILESTONES = (90, 75, 60, 30, 7, 0, -1)
YEAR = [TODAY + timedelta(days=ahead) for ahead in range(366)]

_COUNT: Query[int] = Query(select(func.count()).select_from(outbox))
_LEAVING = Query(
    select(outbox.c.not_before_at, outbox.c.recipient, outbox.c.text).where(
        outbox.c.state == "queued", outbox.c.message_class == "reminder"
    ),
    lambda *row: row,
)


async def test_a_year_of_days_reminds_each_person_of_each_milestone_once(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        for day in YEAR:
            await world.run(REMINDERS, day)
            await world.run(DIGESTS, day, hour=11)
        expected = await world.expected(YEAR, MILESTONES)
        got = await world.reminders()
    bearers = {person for _, _, person, _ in expected}
    to_bearers = Counter((*one[:3], one.made_on) for one in got if one.person_id in bearers)
    assert len(expected) > 500
    assert set(to_bearers) == expected
    assert set(to_bearers.values()) == {1}
    to_officers = Counter((*one[:2], one.made_on) for one in got if one.person_id not in bearers)
    assert set(to_officers) == {(number, milestone, day) for number, milestone, _, day in expected}
    assert set(to_officers.values()) == {1}
    assert all(one.message is not None for one in got if one.state == "made")


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_days_off_the_latest_milestone_goes_out_and_the_others_are_superseded(
    demo_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    days = [YEAR[0], *(day for day in YEAR[1:] if chance.random() < 0.1)]
    async with await World.open(demo_url) as world:
        for day in days:
            await world.run(REMINDERS, day)
            if chance.random() < 0.2:
                again = await world.run(REMINDERS, day, hour=12)
                assert not again.queued
        single = await world.expected(YEAR, MILESTONES)
        got = await world.reminders()
    # By another way: of what falls between two runs, the last one is made on the day of the second.
    passed: dict[tuple[str, int, date], list[tuple[date, str]]] = defaultdict(list)
    for number, milestone, person, due in single:
        run = next((day for day in days if day >= due), None)
        if run is not None:
            passed[number, person, run].append((due, milestone))
    made, superseded = set(), set()
    for (number, person, _), found in passed.items():
        *missed, (_, last) = sorted(found)
        made.add((number, last, person))
        superseded |= {(number, milestone, person) for _, milestone in missed}
    bearers = {person for _, _, person in made}
    mine = Counter((one[:3], one.state) for one in got if one.person_id in bearers)
    assert {key for key, state in mine if state == "made"} == made
    assert {key for key, state in mine if state == "superseded"} == superseded
    assert len(superseded) > 50
    assert set(mine.values()) == {1}


async def test_a_first_import_says_nothing_of_what_had_passed(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        run = await world.run(REMINDERS, TODAY)
        got = await world.reminders()
        assert {(one[:3]) for one in got if one.milestone == EXPIRED} == set()
        assert run.queued["reminder"] < 20
        digests = await world.run(DIGESTS, TODAY, hour=11)
        again = await world.run(DIGESTS, TODAY, hour=12)
    assert digests.queued["digest"] > 1
    assert not again.queued


async def test_after_thirty_days_each_committee_gets_one_message_spread_over_the_allowed_hours(demo_url: str) -> None:
    back = TODAY + timedelta(days=30)
    async with await World.open(demo_url) as world:
        await world.run(REMINDERS, TODAY)
        before = await world.store.read(lambda tx: tx.one(_COUNT))
        assert REMINDERS.preview is not None
        promised = await REMINDERS.preview(world.at(REMINDERS, back, hour=6))
        assert await world.store.read(lambda tx: tx.one(_COUNT)) == before
        run = await world.run(REMINDERS, back, hour=6)
        got = [one for one in await world.reminders() if one.made_on == back and one.message is not None]
        leaving = await world.store.read(lambda tx: tx.all(_LEAVING))
    assert dict(run.queued) == promised["messages"]
    messages = {one.message: one.send_on.isoformat() for one in got}  # two people may share a telephone, and a message
    assert Counter(messages.values()) == Counter(promised["days"])
    assert set(Counter((one.registration_no, one.person_id) for one in got).values()) == {1}
    moments = [each.astimezone(DHAKA) for each, *_ in leaving if each is not None]
    assert len(set(moments)) > 10
    assert all(8 <= each.hour < 21 for each in moments)


async def test_a_corrected_end_is_reminded_of_anew(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        first = TODAY + timedelta(days=90)
        await world.store.write(lambda tx: tx.run(ENDS, society=1, ends=first, told=TODAY))
        await world.run(REMINDERS, TODAY)
        for ahead in range(1, 5):
            await world.run(REMINDERS, TODAY + timedelta(days=ahead))
        told, ends = TODAY + timedelta(days=5), first + timedelta(days=20)
        await world.store.write(lambda tx: tx.run(ENDS, society=1, ends=ends, told=told))
        for ahead in range(5, 40):
            await world.run(REMINDERS, TODAY + timedelta(days=ahead))
        number = await world.number_of(1)
        got = Counter((one.milestone, one.made_on) for one in await world.reminders() if one.registration_no == number)
    again = TODAY + timedelta(days=20)
    assert set(got) == {("90", TODAY), ("90", again), ("75", again + timedelta(days=15))}


async def test_what_is_recorded_after_the_days_run_is_found_the_next_day(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await world.run(REMINDERS, TODAY)
        ends = TODAY + timedelta(days=60)
        await world.store.write(lambda tx: tx.run(ENDS, society=1, ends=ends, told=TODAY))
        await world.run(REMINDERS, TODAY + timedelta(days=1))
        number = await world.number_of(1)
        got = {one.milestone for one in await world.reminders() if one.registration_no == number}
    assert got == {"60"}


async def test_a_clock_set_back_neither_doubles_nor_silences(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        for ahead in (0, 40, 2, 3, 4):
            await world.run(REMINDERS, TODAY + timedelta(days=ahead))
        got = Counter(one[:3] for one in await world.reminders())
        expected = await world.expected([TODAY + timedelta(days=ahead) for ahead in (2, 3, 4)], MILESTONES)
    assert set(got.values()) == {1}
    assert {one[:3] for one in expected} <= set(got)
