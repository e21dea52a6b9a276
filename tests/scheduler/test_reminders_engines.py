"""The same on both engines: reminders and digests are made, overtaken, taken back, renewed, merged and forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.demo import load as load_demo
from bot.scheduler.jobs.digests import DIGESTS
from bot.scheduler.jobs.reminders import REMINDERS
from bot.store import store
from tests.conftest import NOW
from tests.scheduler.test_reminders_leave import at, leave, queue, telling
from tests.scheduler.world import World

TODAY = NOW.date()


async def test_from_the_first_morning_to_an_undone_election(database_url: str) -> None:
    store.do(database_url, lambda tx: load_demo(tx, TODAY))
    number = await queue(database_url, 0)
    for_today = f"election {number} {TODAY:%d/%m/%Y}"
    rows = await leave(database_url, at(TODAY, 23), for_today, "undo")
    assert {one.state for one in telling(rows, number)} == {"queued"}
    tomorrow = TODAY + timedelta(days=1)
    left = telling(await leave(database_url, at(tomorrow, 9)), number)
    assert [one.state for one in left] == ["delivered", "delivered"]
    assert all("উত্তীর্ণ" in one.row.text for one in left)
    async with await World.open(database_url) as world:
        world.state[REMINDERS.name] = {"seen_until": (TODAY + timedelta(days=99)).isoformat()}
        for ahead in range(1, 9):
            await world.run(REMINDERS, TODAY + timedelta(days=ahead))
            await world.run(DIGESTS, TODAY + timedelta(days=ahead), hour=11)
        got = Counter(one[:3] for one in await world.reminders() if one.state == "made")
    assert set(got.values()) == {1}
    after = await leave(database_url, at(TODAY + timedelta(days=8), 12))
    # What its next milestone has overtaken was not worth sending any more.
    assert {one.state for one in after} <= {"delivered", "cancelled", "expired"}
    assert len([one for one in after if one.row.message_class == "digest" and one.state == "delivered"]) > 3
    assert len(telling(after, number)) == 2
