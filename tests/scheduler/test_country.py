"""Reminders over the whole country: none twice, none missed, whatever the days on which nothing ran.

``make test`` runs the country's 190,000 societies for some days, and a tenth of them for 90; ``make faults`` runs 90 days over all of
them (BARTA_COUNTRY_DAYS). What should have come of it is worked out by one statement of its own, from the registry and the list of
days on which the job ran, and compared row by row.
"""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest

from benchmarks.country import Country, fill
from benchmarks.registry_rows import COUNTRY
from bot.clock import DHAKA
from bot.config import Config
from bot.scheduler.jobs.digests import DIGESTS
from bot.scheduler.jobs.reminders import REMINDERS
from tests.conftest import NOW
from tests.scheduler.world import World

DAYS = int(os.environ.get("BARTA_COUNTRY_DAYS", "7"))
SEED = int(os.environ.get("BARTA_SEED", "20261121"))
TODAY = NOW.astimezone(DHAKA).date()
BEFORE = TODAY - timedelta(days=1)
QUARTER = 90

_STEPS = """
    steps (kind, days, name) AS (VALUES
        ('term', 90, '90'), ('term', 75, '75'), ('term', 60, '60'), ('term', 30, '30'), ('term', 7, '7'), ('term', 0, '0'),
        ('term', -1, 'expired'), ('agm', 30, '30'), ('agm', 7, '7'), ('audit', 60, '60'), ('audit', 15, '15'), ('dividend', 30, '30')
    )
"""
_LAST_DAYS = """
    last_days (kind, society_id, occasion, last_day) AS (
        SELECT 'term', society_id, id || '@' || expires_on, expires_on FROM committee_terms AS term
        WHERE formed_on = (SELECT max(formed_on) FROM committee_terms AS any_term WHERE any_term.society_id = term.society_id)
        UNION ALL
        SELECT 'agm', society_id, year, date(held_on, '+60 days') FROM audits
        WHERE society_id NOT IN (SELECT society_id FROM agms)
        UNION ALL
        SELECT 'dividend', society_id, year, date(held_on, '+60 days') FROM agms
        WHERE society_id NOT IN (SELECT society_id FROM dividends)
        UNION ALL
        SELECT 'audit', id, '2026-27', '2027-03-31' FROM societies WHERE id NOT IN (SELECT society_id FROM audits WHERE year = '2026-27')
    )
"""
# Of what falls between two runs, the latest milestone is made on the day of the second; what is overdue but a term is not caught up with.
_DUE = f"""
    CREATE TEMP TABLE due AS
    WITH {_STEPS}, {_LAST_DAYS}, falling AS (
        SELECT kind, society_id, occasion, name, days, last_day, date(last_day, -days || ' days') AS falls_on
        FROM last_days JOIN steps USING (kind)
        WHERE last_day BETWEEN date(:since, '-1 days') AND date(:until, '+90 days')
    ), seen AS (
        SELECT *, (SELECT min(day) FROM runs WHERE day >= falls_on) AS run FROM falling WHERE falls_on BETWEEN :since AND :until
    )
    SELECT kind, society_id, occasion, name, run,
        row_number() OVER (PARTITION BY kind, society_id, occasion, run ORDER BY days) = 1 AS latest
    FROM seen WHERE kind = 'term' OR last_day >= run
"""
# Who cannot be reached is looked at again on later days: of him it is only asked that he is named once.
_TO_BEARERS = """
    SELECT kind, society_id, occasion, due.name, person_id, CASE WHEN msisdn IS NOT NULL THEN run END,
        CASE WHEN msisdn IS NULL THEN 'withheld' WHEN latest THEN 'made' ELSE 'superseded' END
    FROM due JOIN appointments USING (society_id) JOIN people ON people.id = person_id
    WHERE ended_on IS NULL
"""
_GOT = """
    SELECT kind, society_id, occasion, milestone, person_id, CASE WHEN msisdn IS NOT NULL THEN substr(made_at, 1, 10) END,
        CASE WHEN msisdn IS NULL AND state = 'superseded' THEN 'withheld' ELSE state END
    FROM intents JOIN people ON people.id = person_id
    WHERE {} (SELECT 1 FROM appointments WHERE person_id = intents.person_id AND society_id = intents.society_id)
"""
_FLAWS = {
    "missed": f"{_TO_BEARERS} EXCEPT {_GOT.format('EXISTS')}",
    "unwanted": f"{_GOT.format('EXISTS')} EXCEPT {_TO_BEARERS}",
    "twice": "SELECT kind, society_id, occasion, milestone, person_id FROM intents GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1",
    # An officer beside the office-bearers, and one only.
    "officers missed": "SELECT society_id, occasion, name, run FROM due WHERE kind = 'term' EXCEPT"
    " SELECT society_id, occasion, milestone, made FROM (SELECT *, substr(made_at, 1, 10) AS made FROM intents"
    " WHERE NOT EXISTS (SELECT 1 FROM appointments WHERE person_id = intents.person_id AND society_id = intents.society_id))",
    "officers twice": f"SELECT society_id, occasion, milestone FROM ({_GOT.format('NOT EXISTS')})"
    " GROUP BY kind, society_id, occasion, milestone HAVING count(*) > 1",
    "made without a message": "SELECT id FROM intents WHERE state = 'made' AND outbox_id IS NULL",
    "to a wrong number": """
        SELECT intents.id FROM intents JOIN people ON people.id = person_id JOIN outbox ON outbox.id = outbox_id
        WHERE outbox."to" <> people.msisdn
    """,
    "a message twice": """
        SELECT count(DISTINCT outbox_id) FROM intents JOIN outbox ON outbox.id = outbox_id WHERE outbox.class <> 'digest'
        GROUP BY kind, society_id, occasion, milestone, outbox."to" HAVING count(DISTINCT outbox_id) > 1
    """,
    "a message for nobody": """
        SELECT id FROM outbox WHERE class IN ('reminder', 'notice')
        EXCEPT SELECT outbox_id FROM intents
    """,
}


@pytest.mark.timeout(300 + DAYS * 60)
@pytest.mark.parametrize(("societies", "days"), [(COUNTRY, DAYS), (COUNTRY // 10, QUARTER)])
async def test_each_person_is_reminded_of_each_milestone_once(sqlite_url: str, societies: int, days: int) -> None:
    chance = random.Random(SEED)
    fill(sqlite_url, Country(TODAY, societies, recorded_on=BEFORE, audited=140))
    ahead = range(1, days - 1)
    ran = [TODAY, *(TODAY + timedelta(days=day) for day in ahead if chance.random() < 0.7), TODAY + timedelta(days - 1)]
    async with await World.open(sqlite_url, Config()) as world:
        for day in ran:
            await world.run(REMINDERS, day)
            if chance.random() < 0.5:
                await world.run(DIGESTS, day, hour=11)
            if chance.random() < 0.3:
                before = written(sqlite_url)
                again = await world.run(REMINDERS, day, hour=12)
                assert not again.queued
                assert written(sqlite_url) == before
        await world.run(DIGESTS, ran[-1], hour=13)
    found = flaws(sqlite_url, ran)
    assert found.pop("due") > societies * days // 300, "too little was due to prove anything"
    assert not any(found.values()), f"seed {SEED}: {found}"


def written(url: str) -> tuple[int, int]:
    """How many intents and messages there are: rows are only ever added to either."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        (intents,) = database.execute("SELECT coalesce(max(id), 0) FROM intents").fetchone()
        (messages,) = database.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()
        return intents, messages


def flaws(url: str, ran: list[date]) -> dict[str, int]:
    """How many rows are wrong in which way, and how many milestones were due."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        database.execute("PRAGMA temp_store = MEMORY")
        database.execute("CREATE TEMP TABLE runs (day TEXT PRIMARY KEY)")
        database.executemany("INSERT INTO runs VALUES (?)", [(day.isoformat(),) for day in ran])
        database.execute(_DUE, {"since": BEFORE.isoformat(), "until": ran[-1].isoformat()})
        database.execute("CREATE INDEX temp.due_society ON due (society_id)")
        found = {name: len(database.execute(query).fetchall()) for name, query in _FLAWS.items()}
        (found["due"],) = database.execute("SELECT count(*) FROM due").fetchone()
        return found
