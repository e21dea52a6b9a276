"""What heads of offices are told weekly and monthly: the counts of their areas, once, in the allowed hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import select, update

from bot import escalating
from bot.clock import DHAKA
from bot.demo import load as load_demo
from bot.domain.access import Role
from bot.domain.messages import MessageClass
from bot.domain.offices import Level
from bot.domain.quiet import NEVER
from bot.domain.replies import load
from bot.escalating import Tally
from bot.scheduler.jobs.monthly import MONTHLY
from bot.scheduler.jobs.phones import PHONES
from bot.scheduler.jobs.weekly import WEEKLY
from bot.scheduler.plan import last_time
from bot.store import links, offices, people, terms
from bot.store.people import Appointment
from bot.store.query import Query
from bot.store.schema import outbox as outbox_table
from bot.store.schema import people as people_table
from tests.conftest import NOW
from tests.scheduler.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.replies import Reply
    from bot.store.query import Tx

DCO, JOINT, REGISTRAR = "+8801700099800", "+8801700099700", "+8801700099600"
UCO = "+8801700099900"
SATURDAY = date(2026, 11, 21)
SUNDAY, MONDAY = SATURDAY + timedelta(days=1), SATURDAY + timedelta(days=2)
WEEK = timedelta(days=7)


class Out(NamedTuple):
    to: str
    key: str
    text: str
    segments: int
    message_class: str
    reply: Reply
    not_before_at: datetime | None


_OUT = Query(
    select(
        outbox_table.c.recipient,
        outbox_table.c.key,
        outbox_table.c.text,
        outbox_table.c.segments,
        outbox_table.c.message_class,
        outbox_table.c.content,
        outbox_table.c.not_before_at,
    ).order_by(outbox_table.c.id),
    lambda *row: Out(*(*row[:5], load(row[5]), row[6])),
)
_WITHOUT_NUMBER: Query[int] = Query(
    update(people_table).where(people_table.c.msisdn == "+8801700099800").values(msisdn=None)
)


@pytest.fixture
async def world(demo_url: str) -> AsyncIterator[World]:
    async with await World.open(demo_url) as world:
        yield world


async def _out(world: World) -> dict[str, Out]:
    found = await world.store.read(lambda tx: tx.all(_OUT))
    assert len({each.to for each in found}) == len(found)
    return {each.to: each for each in found}


async def test_the_district_hears_once_a_week_of_its_red_societies(world: World) -> None:
    red = await world.store.read(lambda tx: terms.ending_counts(tx, "BD/55/5573/", SUNDAY).red)
    by_office = await world.store.read(lambda tx: terms.ending_counts_by_office(tx, "BD/55/5573/", SUNDAY))
    run = await world.run(WEEKLY, SUNDAY)
    assert run.queued == {MessageClass.NOTICE: 1}
    out = await _out(world)
    assert set(out) == {DCO}
    told = out[DCO]
    assert (told.reply.key, told.reply.params["red"], told.reply.params["n"]) == ("escalation.weekly", red, 0)
    assert [row.params["red"] for row in told.reply.lines] == sorted(
        (counts.red for counts in by_office.values() if counts.red), reverse=True
    )[:3]
    assert all(set(row.params["place"]) == {"bn", "en"} for row in told.reply.lines)
    assert told.segments <= 3
    assert "পঞ্জি" in told.text
    assert (told.message_class, told.not_before_at, told.reply.choices) == ("notice", None, ())
    for late in (SUNDAY, SUNDAY + timedelta(days=3), SUNDAY + timedelta(days=6)):
        assert not (await world.run(WEEKLY, late, hour=12)).queued
    assert (await world.run(WEEKLY, SUNDAY + WEEK)).queued


async def test_a_run_that_was_late_does_not_take_the_place_of_the_next(world: World) -> None:
    assert (await world.run(WEEKLY, SUNDAY + timedelta(days=1), hour=4)).queued
    assert (await world.run(WEEKLY, SUNDAY + WEEK)).queued


async def test_no_message_where_there_is_nothing(sqlite_url: str) -> None:
    async with await World.open(sqlite_url) as world:
        person = await world.store.write(lambda tx: _serves(tx, "5573", Role.DISTRICT_OFFICER))
        assert person
        for job in (WEEKLY, MONTHLY, PHONES):
            assert not (await world.run(job, SUNDAY)).queued


def _serves(tx: Tx, code: str, role: Role, msisdn: str = DCO) -> int:
    office = offices.by_code(tx, code)
    assert office is not None
    person = people.person(tx, "শিরিন ইসলাম", msisdn)
    people.appoint(tx, [Appointment(person, role, SATURDAY, office_id=office.id)])
    return person


async def test_in_the_night_it_waits_for_the_morning(world: World) -> None:
    await world.run(WEEKLY, SUNDAY, hour=22)
    assert (await _out(world))[DCO].not_before_at == datetime(2026, 11, 23, 8, 0, tzinfo=DHAKA).astimezone(UTC)


async def test_a_head_without_a_number_is_counted_above(world: World) -> None:
    await world.store.write(lambda tx: tx.run(_WITHOUT_NUMBER))
    assert not (await world.run(WEEKLY, SUNDAY)).queued
    assert (await world.run(MONTHLY, SUNDAY)).queued == {MessageClass.NOTICE: 2}
    told = (await _out(world))[JOINT].reply
    districts = await world.store.read(lambda tx: _under(tx, "55"))
    assert (told.key, told.params["v"]) == ("escalation.vacant", districts)


def _under(tx: Tx, code: str) -> int:
    office = offices.by_code(tx, code)
    assert office is not None
    return len(offices.children(tx, office))


async def test_division_and_nation_hear_monthly(world: World) -> None:
    run = await world.run(MONTHLY, SUNDAY)
    assert run.queued == {MessageClass.NOTICE: 2}
    out = await _out(world)
    assert set(out) == {JOINT, REGISTRAR}
    division, nation = out[JOINT].reply, out[REGISTRAR].reply
    red = await world.store.read(lambda tx: terms.ending_counts(tx, "BD/55/", SUNDAY).red)
    # The other districts of the demonstration have nobody.
    assert (division.params["red"], division.params["v"]) == (
        red,
        await world.store.read(lambda tx: _under(tx, "55")) - 1,
    )
    assert division.lines[0].params["place"]["en"] == "Nilphamari"
    assert nation.params["red"] >= red
    assert sum(row.params["red"] for row in nation.lines) <= nation.params["red"]
    assert "Rangpur" in {row.params["place"]["en"] for row in nation.lines}
    assert all(each.segments <= 3 for each in out.values())
    assert not (await world.run(MONTHLY, SUNDAY + timedelta(days=5))).queued
    assert (await world.run(MONTHLY, date(2026, 12, 1))).queued


async def test_who_heads_two_districts_gets_one_message(world: World) -> None:
    await world.store.write(lambda tx: _serves(tx, "5585", Role.DISTRICT_OFFICER))
    await world.run(WEEKLY, SUNDAY)
    told = (await _out(world))[DCO].reply
    counted = await world.store.read(
        lambda tx: [terms.ending_counts(tx, f"BD/55/{code}/", SUNDAY).red for code in ("5573", "5585")]
    )
    assert told.params["red"] == sum(counted)


async def test_the_worst_offices_are_named_and_all_are_counted(world: World) -> None:
    """By red societies, then by unanswered ones; what a district looks after itself stands under its own name."""
    counted = {
        "55730012": Tally(3, 0),
        "55730015": Tally(3, 4),
        "55730036": Tally(0, 9),
        "5573": Tally(5, 1),
        "55730045": Tally(),
        "50810025": Tally(99, 99),  # another district's
    }
    (report,) = await world.store.read(lambda tx: escalating.reports(tx, counted, Level.DISTRICT, SUNDAY))
    assert report.tally == Tally(11, 14)
    assert [office.code for office, _ in report.parts] == ["5573", "55730015", "55730012", "55730036"]
    said = report.reply("escalation.weekly")
    assert [(row.params["place"]["en"], row.params["red"], row.params["n"]) for row in said.lines] == [
        ("Nilphamari", 5, 1),
        ("Domar", 3, 4),
        ("Dimla", 3, 0),
    ]
    letter = escalating.weekly(report, SUNDAY, NEVER, NOW)
    assert (letter.to, letter.not_before_at, letter.expires_at) == (DCO, None, NOW + escalating.WORTH)


def _vacate(tx: Tx, lineage: str) -> list[str]:
    """Four red societies lose their secretaries; returns their numbers, the latest first."""
    over = terms.ended(tx, lineage, MONDAY, most=4)
    for each in over:
        people.end(tx, [people.bearers(tx, each.society_id)[Role.SECRETARY].appointment_id], MONDAY)
    return [each.registration_no for each in over]


async def test_the_officer_hears_whom_no_message_reaches(world: World) -> None:
    assert not (await world.run(PHONES, MONDAY - WEEK)).queued
    lost = await world.store.write(lambda tx: _vacate(tx, "BD/55/5573/55730012/"))
    run = await world.run(PHONES, MONDAY)
    assert (run.queued, run.detail["told"]) == ({MessageClass.NOTICE: 1}, 1)
    out = await _out(world)
    assert set(out) == {UCO}
    told = out[UCO]
    assert (told.reply.key, told.reply.params, told.message_class) == ("escalation.phones", {"n": len(lost)}, "notice")
    assert [row.params["r"] for row in told.reply.lines] == lost[:3]
    assert told.segments <= 3
    assert "যোগাযোগ" in told.text
    assert "পঞ্জি ফোন" in told.text
    assert not (await world.run(PHONES, MONDAY + timedelta(days=1))).queued
    assert (await world.run(PHONES, MONDAY + WEEK)).queued


async def test_a_chat_gets_a_button(world: World) -> None:
    def link(tx: Tx) -> None:
        _vacate(tx, "BD/55/5573/55730012/")
        for number, chat in ((DCO, "17"), (UCO, "18")):
            links.link(tx, "simulated_chat", chat, number, "code", datetime(2026, 1, 1, tzinfo=UTC))

    await world.store.write(link)
    await world.run(WEEKLY, SUNDAY)
    await world.run(PHONES, MONDAY)
    out = await _out(world)
    assert [(one.command, one.args) for one in out["17"].reply.choices] == [("calendar", {})]
    assert [(one.command, one.args) for one in out["18"].reply.choices] == [("phones", {})]


async def test_the_same_on_each_engine(database_url: str) -> None:
    async with await World.open(database_url) as world:
        await world.store.write(lambda tx: load_demo(tx, SATURDAY))
        await world.store.write(lambda tx: _vacate(tx, "BD/55/5573/55730012/"))
        for job, queued in ((WEEKLY, 1), (MONTHLY, 2), (PHONES, 1)):
            assert (await world.run(job, MONDAY)).queued == {MessageClass.NOTICE: queued}
            assert not (await world.run(job, MONDAY, hour=12)).queued


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 9, 30, tzinfo=DHAKA), datetime(2026, 11, 22, 9, 30, tzinfo=DHAKA)),
        (datetime(2026, 11, 22, 9, 29, 59, 900_000, tzinfo=DHAKA), datetime(2026, 11, 15, 9, 30, tzinfo=DHAKA)),
        (datetime(2026, 11, 28, 23, 0, tzinfo=DHAKA), datetime(2026, 11, 22, 9, 30, tzinfo=DHAKA)),
    ],
)
def test_the_time_of_the_plan_that_a_run_is_for(now: datetime, expected: datetime) -> None:
    assert last_time("30 9 * * 0", now.astimezone(UTC)) == expected
