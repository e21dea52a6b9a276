"""No committee lapses unwarned for want of a second look: corrections, undone events, full days, clocks that ran ahead, changed people."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Date, bindparam, delete, insert, update

from bot.config import Config
from bot.registry.importing import within
from bot.registry.officers import import_officer_rows
from bot.scheduler.jobs.digests import DIGESTS
from bot.scheduler.jobs.reminders import REMINDERS
from bot.store import about, outbox
from bot.store.query import Query, Tx
from bot.store.schema import agms, appointments, audits, committee_terms
from tests.conftest import NOW
from tests.scheduler.test_reminders_leave import UCO, at, leave, queue, telling
from tests.scheduler.world import ENDS, World

if TYPE_CHECKING:
    from bot.store.about import Subject
    from bot.store.outbox import Row

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
_CORRECT: Query[int] = Query(
    update(committee_terms)
    .where(committee_terms.c.society_id == 1)
    .values(
        expires_on=bindparam("ends", type_=Date), recorded_on=bindparam("told", type_=Date), known_on=date(2026, 1, 1)
    )
)
_ALL_END: Query[int] = Query(
    update(committee_terms)
    .where(committee_terms.c.society_id > 1, committee_terms.c.formed_on < bindparam("ends", type_=Date))
    .values(expires_on=bindparam("ends", type_=Date))
)
_VACATE: Query[int] = Query(
    update(appointments)
    .where(appointments.c.society_id == 1, appointments.c.role == "secretary")
    .values(ended_on=bindparam("on", type_=Date))
)
_NO_OFFICERS: Query[int] = Query(delete(appointments).where(appointments.c.office_id.is_not(None)))
_AUDIT: Query[int] = Query(insert(audits).values(society_id=1, year="2026-27", held_on=bindparam("on", type_=Date)))
_NO_AGM: Query[int] = Query(delete(agms).where(agms.c.society_id == 1))


async def ends(world: World, days_left: int) -> None:
    """The term of the first society ends so many days from today, as the register has it."""
    last = TODAY + timedelta(days=days_left)
    await world.store.write(partial(Tx.run, query=ENDS, society=1, ends=last, told=TODAY))


def appoint(tx: Tx, local: str) -> None:
    """Bring in the upazila officer."""
    cells = (["name", "role", "office_code", "phone", "language"], ["করিম মিয়া", "uco", "55730012", local, "bn"])
    report = import_officer_rows(within(tx), (row for row in enumerate(cells, start=1)), today=TODAY)
    assert report.accepted == 1


async def milestones(world: World, *, society: int = 1) -> Counter[tuple[str, date]]:
    """What the people of a society are reminded of, and on which day it leaves; each person once."""
    number = await world.number_of(society)
    bearers = {person for of, person in await world.bearers() if of == society}
    mine = [one for one in await world.reminders() if one.registration_no == number and one.person_id in bearers]
    return Counter((one.milestone, one.send_on) for one in mine if one.state == "made")


async def sent(world: World) -> list[tuple[Row, list[Subject]]]:
    """Every message out, and what it is about."""
    rows, subjects = await world.store.read(lambda tx: (outbox.rows(tx), about.subjects(tx)))
    return [(row, subjects.get(row.id, [])) for row in rows]


async def test_a_full_day_does_not_push_a_last_day_behind_it(demo_url: str) -> None:
    few = Config.model_validate({"reminders": {"societies_per_office": 2}})
    async with await World.open(demo_url, few) as world:
        await ends(world, 1)
        await world.store.write(partial(Tx.run, query=_ALL_END, ends=TODAY + timedelta(days=90)))
        await world.run(REMINDERS, TODAY)
        await world.run(REMINDERS, TOMORROW)
        assert (await milestones(world))["0", TOMORROW] == 2
        days = Counter(one.send_on for one in await world.reminders() if one.milestone == "90")
    # And those that do wait are not put behind their next milestone.
    assert len(days) > 3
    assert max(days) < TODAY + timedelta(days=15)


async def test_undoing_an_election_makes_up_for_what_it_kept_silent(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await ends(world, 3)
        await world.run(REMINDERS, TODAY)
        number = await world.number_of(1)
    await leave(demo_url, at(TODAY, 12), f"election {number} {TODAY:%d/%m/%Y}")
    async with await World.open(demo_url) as world:
        world.state[REMINDERS.name] = {"seen_until": TODAY.isoformat()}
        for ahead in range(1, 6):
            await world.run(REMINDERS, TODAY + timedelta(days=ahead))
        assert not [one for one in await milestones(world) if one[0] in {"0", "expired"}]
    left = await leave(demo_url, at(TODAY + timedelta(days=5), 12), "undo")
    texts = [one.row.text for one in telling(left, number)]
    assert len(texts) == 2
    assert all("উত্তীর্ণ" in text for text in texts)


async def test_an_officers_digest_that_an_undone_election_cancelled_is_made_again(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await ends(world, 7)
        await world.store.write(partial(Tx.run, query=_ALL_END, ends=TODAY + timedelta(days=400)))
        await world.run(REMINDERS, TODAY, hour=22)
        await world.run(DIGESTS, TODAY, hour=22)
        number = await world.number_of(1)
    left = await leave(demo_url, at(TODAY, 23), f"election {number} {TODAY:%d/%m/%Y}", "undo")
    assert ("digest", UCO, "cancelled") in [(one.row.message_class, one.row.to, one.state) for one in left]
    async with await World.open(demo_url) as world:
        await world.run(DIGESTS, TOMORROW)
    told = telling(await leave(demo_url, at(TOMORROW, 12)), number, of="digest")
    assert [(one.state, one.row.to) for one in told] == [("delivered", UCO)]


async def test_a_term_recorded_undone_and_recorded_again_is_reminded_of(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        number = await world.number_of(1)
        await world.run(REMINDERS, TODAY)
    # An interim committee serves 120 days: formed 30 days ago, it has 90 left.
    formed = f"interim {number} {TODAY - timedelta(days=30):%d/%m/%Y}"
    await leave(demo_url, at(TODAY, 11), formed)
    async with await World.open(demo_url) as world:
        world.state[REMINDERS.name] = {"seen_until": TODAY.isoformat()}
        await world.run(REMINDERS, TODAY, hour=22)
    await leave(demo_url, at(TODAY, 22, 30), "undo", formed)
    async with await World.open(demo_url) as world:
        world.state[REMINDERS.name] = {"seen_until": TODAY.isoformat()}
        await world.run(REMINDERS, TOMORROW)
    left = telling(await leave(demo_url, at(TOMORROW, 12)), number)
    assert [one.state for one in left if one.state != "cancelled"] == ["delivered", "delivered"]


async def test_an_end_corrected_to_and_fro_is_reminded_of(demo_url: str) -> None:
    number = await queue(demo_url, 60)
    right, wrong = TODAY + timedelta(days=60), TODAY + timedelta(days=600)
    async with await World.open(demo_url) as world:
        await world.store.write(partial(Tx.run, query=_CORRECT, ends=wrong, told=TOMORROW))
    assert {one.state for one in telling(await leave(demo_url, at(TOMORROW, 9)), number)} == {"cancelled"}
    async with await World.open(demo_url) as world:
        world.state[REMINDERS.name] = {"seen_until": TODAY.isoformat()}
        await world.store.write(partial(Tx.run, query=_CORRECT, ends=right, told=TOMORROW))
        await world.run(REMINDERS, TOMORROW)
    left = telling(await leave(demo_url, at(TOMORROW, 12)), number)
    assert Counter(one.state for one in left)["delivered"] == 2


async def test_an_end_corrected_into_the_past_is_told(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await ends(world, 400)
        await world.run(REMINDERS, TODAY)
        over = TODAY - timedelta(days=3)
        await world.store.write(partial(Tx.run, query=_CORRECT, ends=over, told=TOMORROW))
        await world.run(REMINDERS, TOMORROW)
        assert [name for name, _ in await milestones(world)] == ["expired"]


async def test_what_a_clock_that_ran_ahead_made_does_not_silence_the_real_days(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await ends(world, 11)
        await world.run(REMINDERS, TODAY)
        await world.run(REMINDERS, TODAY + timedelta(days=19))
        for ahead in range(1, 13):
            await world.run(REMINDERS, TODAY + timedelta(days=ahead))
        got = await milestones(world)
    assert [name for name, _ in sorted(got, key=lambda one: one[1])] == ["7", "0", "expired"]
    assert set(got.values()) == {2}


async def test_an_officer_who_is_put_on_record_later_is_not_told_twice(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        await world.store.write(partial(Tx.run, query=_NO_OFFICERS))
        await ends(world, 60)
        await world.run(REMINDERS, TODAY)
        await world.run(DIGESTS, TODAY, hour=11)
        local = UCO.replace("+88", "")
        await world.store.write(partial(appoint, local=local))
        await world.run(REMINDERS, TOMORROW)
        await world.run(DIGESTS, TOMORROW, hour=11)
        number = await world.number_of(1)
        told = [
            row
            for row, subjects in await sent(world)
            if row.message_class == "digest" and row.to == UCO and number in [one.registration_no for one in subjects]
        ]
    assert len(told) == 1
    assert "লাল মোট ০" not in told[0].text


async def test_a_year_of_ticks_without_delivery_keeps_every_item(demo_url: str) -> None:
    days = [TODAY + timedelta(days=ahead) for ahead in range(120)]
    async with await World.open(demo_url) as world:
        for day in days:
            await world.run(REMINDERS, day)
            await world.run(DIGESTS, day, hour=11)
        expected = {one[:2] for one in await world.expected(days, (90, 75, 60, 30, 7, 0, -1))}
        messages = await sent(world)
    in_digests = Counter(
        (one.registration_no, one.milestone)
        for row, found in messages
        if row.message_class == "digest"
        for one in found
    )
    reminded = {
        (one.registration_no, one.milestone)
        for row, found in messages
        if row.message_class == "reminder"
        for one in found
    }
    assert set(in_digests) == reminded == expected
    assert set(in_digests.values()) == {1}
    assert {row.state for row, _ in messages} == {"queued"}


async def test_digests_that_wait_leave_as_one(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        for ahead in range(20):
            await world.run(REMINDERS, TODAY + timedelta(days=ahead))
            await world.run(DIGESTS, TODAY + timedelta(days=ahead), hour=11)
    left = await leave(demo_url, at(TODAY + timedelta(days=19), 12))
    to_uco = [one for one in left if one.row.message_class == "digest" and one.row.to == UCO]
    assert [one.state for one in to_uco if one.state != "cancelled"] == ["delivered"]
    assert len(to_uco) > 3


async def test_an_evenings_last_day_and_the_next_mornings_end_are_one_message(demo_url: str) -> None:
    number = await queue(demo_url, 0)
    first = telling(await leave(demo_url, at(TOMORROW, 8, 1)), number)
    async with await World.open(demo_url) as world:
        world.state[REMINDERS.name] = {"seen_until": TODAY.isoformat()}
        await world.run(REMINDERS, TOMORROW, hour=9)
    both = telling(await leave(demo_url, at(TOMORROW, 12)), number)
    assert len(first) == len(both) == 2


async def test_whoever_does_not_serve_any_more_hears_nothing(demo_url: str) -> None:
    number = await queue(demo_url, 30)
    async with await World.open(demo_url) as world:
        await world.store.write(partial(Tx.run, query=_VACATE, on=TODAY))
    left = telling(await leave(demo_url, at(TOMORROW, 9)), number)
    assert sorted(one.state for one in left) == ["cancelled", "delivered"]


async def test_an_undone_meeting_is_reminded_of_again(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        held = TODAY - timedelta(days=28)
        await world.store.write(partial(Tx.run, query=_AUDIT, on=held))
        await world.store.write(partial(Tx.run, query=_NO_AGM))
        await world.run(REMINDERS, TODAY)
        number = await world.number_of(1)
    await leave(demo_url, at(TODAY, 12), f"agm {number} {TODAY:%d/%m/%Y}")
    async with await World.open(demo_url) as world:
        world.state[REMINDERS.name] = {"seen_until": TODAY.isoformat()}
        for ahead in range(1, 5):
            await world.run(REMINDERS, TODAY + timedelta(days=ahead))
    left = await leave(demo_url, at(TODAY + timedelta(days=5), 12), "undo")
    assert [one.state for one in telling(left, number, of="notice")] == ["delivered", "delivered"]
