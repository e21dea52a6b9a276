"""What becomes of a reminder between the evening it is queued and the morning it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from bot.app import App
from bot.clock import DHAKA, Clock
from bot.config import Config
from bot.configured import SIMULATOR
from bot.domain.messages import MO
from bot.domain.milestones import IntentState
from bot.scheduler.jobs.digests import DIGESTS
from bot.scheduler.jobs.reminders import REMINDERS
from bot.store import about, outbox
from bot.store.query import Query, Tx
from bot.store.schema import people
from tests.conftest import NOW
from tests.peers.ports import wait_for
from tests.scheduler.world import ENDS, World

if TYPE_CHECKING:
    from datetime import date

    from bot.store.outbox import Row

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
UCO = "+8801700099900"
_PHONES: Query[int] = Query(update(people).where(people.c.id == bindparam("person")).values(msisdn=bindparam("msisdn")))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment in Dhaka."""
    return datetime.combine(day, time(hour, minute), DHAKA)


@dataclass(frozen=True)
class Left:
    """A message out, and the societies it is about."""

    row: Row
    societies: tuple[str, ...]

    @property
    def state(self) -> str:
        """Where it is."""
        return self.row.state


async def leave(url: str, moment: datetime, *texts: str) -> list[Left]:
    """Let a gateway run at a moment until everything that may leave has left; texts of the officer come in first."""
    async with App(Config(), Clock(moment), url, jobs=()) as app:
        for number, text in enumerate((*texts, "help")):
            await app.receiver.receive(MO(SIMULATOR, f"{moment.isoformat()}-{number}", UCO, "16123", text))

        async def done() -> bool:
            # The answer to the last text is claimed together with whatever else may leave then.
            rows = await app.store.read(outbox.rows)
            quiet = not 8 <= moment.hour < 21
            waiting = {row.message_class for row in rows if row.state in {"queued", "sending"}}
            return not (waiting & {"reply"} if quiet else waiting)

        courier = app.delivery.couriers[SIMULATOR]
        courier.start()
        try:
            await wait_for(done)
        finally:
            await courier.stop()
        rows, subjects = await app.store.read(lambda tx: (outbox.rows(tx), about.subjects(tx)))
    kept = {
        key: tuple(one.registration_no for one in found if one.state is IntentState.MADE or key not in digests)
        for digests in [{row.id for row in rows if row.message_class == "digest"}]
        for key, found in subjects.items()
    }
    return [Left(row, kept.get(row.id, ())) for row in rows]


async def queue(url: str, days_left: int, *, society: int = 1) -> str:
    """Queue the reminder of one society at ten in the evening; returns its number."""
    async with await World.open(url) as world:
        ends = TODAY + timedelta(days=days_left)
        await world.store.write(lambda tx: tx.run(ENDS, society=society, ends=ends, told=TODAY))
        await world.run(REMINDERS, TODAY, hour=22)
        await world.run(DIGESTS, TODAY, hour=22)
        return await world.number_of(society)


def telling(left: list[Left], number: str, of: str = "reminder") -> list[Left]:
    """The messages of a class that are about a society."""
    return [one for one in left if one.row.message_class == of and number in one.societies]


async def test_it_says_the_mornings_days_left(demo_url: str) -> None:
    number = await queue(demo_url, 30)
    waiting = telling(await leave(demo_url, at(TODAY, 22, 30)), number)
    assert [row.state for row in waiting] == ["queued", "queued"]
    left = telling(await leave(demo_url, at(TOMORROW, 8, 1)), number)
    assert [row.state for row in left] == ["delivered", "delivered"]
    assert all("(২৯ দিন)" in row.row.text for row in left)


async def test_on_the_last_evening_it_says_in_the_morning_that_the_term_is_over(demo_url: str) -> None:
    number = await queue(demo_url, 0)
    left = telling(await leave(demo_url, at(TOMORROW, 8, 1)), number)
    assert all("উত্তীর্ণ" in row.row.text for row in left)
    assert len(left) == 2


async def test_an_election_recorded_meanwhile_takes_it_back(demo_url: str) -> None:
    number = await queue(demo_url, 7)
    rows = await leave(demo_url, at(TODAY, 23), f"election {number} {TODAY:%d/%m/%Y}")
    assert [row.state for row in telling(rows, number)] == ["cancelled", "cancelled"]
    left = await leave(demo_url, at(TOMORROW, 9))
    assert {row.state for row in telling(left, number)} == {"cancelled"}
    assert not telling(left, number, of="digest")


async def test_undoing_the_election_reminds_again(demo_url: str) -> None:
    number = await queue(demo_url, 7)
    await leave(demo_url, at(TODAY, 23), f"election {number} {TODAY:%d/%m/%Y}", "undo")
    left = telling(await leave(demo_url, at(TOMORROW, 9)), number)
    assert [row.state for row in left] == ["delivered", "delivered"]


async def test_an_import_of_another_end_takes_it_back_when_it_leaves(demo_url: str) -> None:
    number = await queue(demo_url, 60)
    async with await World.open(demo_url) as world:
        ends = TODAY + timedelta(days=600)
        await world.store.write(lambda tx: tx.run(ENDS, society=1, ends=ends, told=TODAY))
    left = await leave(demo_url, at(TOMORROW, 9))
    assert [row.state for row in telling(left, number)] == ["cancelled", "cancelled"]


async def test_two_people_with_one_telephone_get_one_message(demo_url: str) -> None:
    async with await World.open(demo_url) as world:
        ends = TODAY + timedelta(days=60)
        await world.store.write(lambda tx: tx.run(ENDS, society=1, ends=ends, told=TODAY))
        serving = {person for society, person in await world.bearers() if society == 1}
        for person in serving:
            shared = partial(Tx.run, query=_PHONES, person=person, msisdn="+8801700099123")
            await world.store.write(shared)
        await world.run(REMINDERS, TODAY)
        number = await world.number_of(1)
        mine = [one for one in await world.reminders() if one.registration_no == number and one.person_id in serving]
    assert len(mine) == len(serving) == 2
    assert len({one.message for one in mine}) == 1
