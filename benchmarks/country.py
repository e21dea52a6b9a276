"""The country's societies with their offices, terms, office-bearers and officers, written into the tables by a few statements.

For what is measured or proven about reminders, where the import is not the question: 190,000 societies in some seconds. Numbers are spread
by multiplication, so that the same count gives the same country each time. On SQLite.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.registry_rows import COUNTRY, TODAY
from bot.domain.period import FIRST_MONTH, cooperative_year


@dataclass(frozen=True, slots=True)
class Country:
    """What is written.

    Attributes:
        today: the day as of which it is dated.
        societies: how many.
        recorded_on: the day on which the terms became known; milestones before it are not ours.
        ends: the terms end over so many days, ``over`` of them past on ``today``.
        over: see ``ends``.
        unaudited: one society in so many has no audit on record.
        audited: those of the others are spread over so many days.
    """

    today: date = TODAY
    societies: int = COUNTRY
    recorded_on: date | None = None
    ends: int = 1500
    over: int = 400
    unaudited: int = 20
    audited: int = 365


_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :societies)"

_STATEMENTS = (
    """
    CREATE TEMPORARY TABLE posts AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, parent_id
    FROM offices WHERE level = 'upazila'
    """,
    "CREATE UNIQUE INDEX temp.posts_place ON posts (place)",
    # The societies of each upazila are spread over the whole list, so that each office has its share of every day.
    f"""
    INSERT INTO societies (id, register_id, office_id, registration_no, serial, year, name_bn, name_en, level, officer_msisdn)
    {_NUMBERS}
    SELECT i + 1, parent_id, id, (i / 40 + 1) || '/' || (1980 + i % 40), i / 40 + 1, 1980 + i % 40,
        'সমিতি ' || i, 'Society ' || i, 'primary', '+88017008' || printf('%05d', place)
    FROM n CROSS JOIN posts ON place = i % (SELECT count(*) FROM posts)
    """,
    # Every fortieth has none on record; every fiftieth of the others has one before it, which would end about now.
    f"""
    INSERT INTO committee_terms (society_id, basis, formed_on, expires_on, known_on, recorded_on)
    {_NUMBERS}
    SELECT i + 1, 'elected', date(:today, (i * 2654435761 % 4294967296 * :ends / 4294967296 - :over - 1095) || ' days'),
        date(:today, (i * 2654435761 % 4294967296 * :ends / 4294967296 - :over) || ' days'), :recorded_on, :recorded_on
    FROM n WHERE i % 40 <> 39
    """,
    """
    INSERT INTO committee_terms (society_id, basis, formed_on, expires_on, known_on, recorded_on)
    SELECT society_id, 'first', date(formed_on, '-730 days'), date(:today, (society_id / 50 * 37 % 400 - 100) || ' days'),
        known_on, recorded_on
    FROM committee_terms WHERE society_id % 50 = 0
    """,
    # A president and a secretary each; some have no telephone, some share one.
    f"""
    INSERT INTO people (id, name, msisdn)
    {_NUMBERS}, roles(role) AS (VALUES (0), (1))
    SELECT 2 * i + 1 + role, 'ব্যক্তি ' || i,
        CASE WHEN i % 50 = 7 AND role = 1 THEN NULL ELSE '+8801' || printf('%09d', 300000000 + i * 2 + (i % 30 > 0) * role) END
    FROM n CROSS JOIN roles
    """,
    f"""
    INSERT INTO appointments (person_id, role, society_id, started_on)
    {_NUMBERS}, roles(role) AS (VALUES (0), (1))
    SELECT 2 * i + 1 + role, CASE role WHEN 0 THEN 'president' ELSE 'secretary' END, i + 1, date(:today, '-400 days')
    FROM n CROSS JOIN roles WHERE role = 0 OR i % 60 <> 11
    """,
    # An officer heads each upazila; a few upazilas are left to the registry's number, or to the district's officer.
    """
    INSERT INTO people (id, name, msisdn)
    SELECT 2 * :societies + id, 'কর্মকর্তা ' || id, '+88017009' || printf('%05d', id)
    FROM offices WHERE level IN ('upazila', 'district') AND id % 37 <> 5
    """,
    """
    INSERT INTO appointments (person_id, role, office_id, started_on)
    SELECT 2 * :societies + id, CASE level WHEN 'upazila' THEN 'uco' ELSE 'dco' END, id, date(:today, '-400 days')
    FROM offices WHERE level IN ('upazila', 'district') AND id % 37 <> 5
    """,
    # The latest audit of each, over a year; the meetings that most of them were followed by, and the dividends of most meetings.
    f"""
    INSERT INTO audits (society_id, year, held_on)
    {_NUMBERS}, held (society_id, held_on) AS (
        SELECT i + 1, date(:today, (i * 2246822519 % 4294967296 * :audited / 4294967296 - :audited) || ' days') FROM n
        WHERE i % :unaudited <> 3
    )
    SELECT society_id, CASE WHEN held_on < :begins THEN :last_year ELSE :year END, held_on FROM held
    """,
    """
    INSERT INTO agms (society_id, year, held_on)
    SELECT society_id, year, date(held_on, '+20 days') FROM audits WHERE society_id % 12 <> 4
    """,
    """
    INSERT INTO dividends (society_id, year, held_on)
    SELECT society_id, year, date(held_on, '+20 days') FROM agms WHERE society_id % 12 <> 6
    """,
    # The search is not asked here.
    "DELETE FROM search_waiting",
    "ANALYZE",
)


def fill(url: str, country: Country) -> None:
    """Write a country into a database that holds its offices and nothing else."""
    year = cooperative_year(country.today)
    begins = date(int(year[:4]), FIRST_MONTH, 1)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        for pragma in ("synchronous = OFF", "cache_size = -262144", "temp_store = MEMORY"):
            database.execute(f"PRAGMA {pragma}")
        values = {
            "today": country.today.isoformat(),
            "societies": country.societies,
            "recorded_on": None if country.recorded_on is None else country.recorded_on.isoformat(),
            "ends": country.ends,
            "over": country.over,
            "unaudited": country.unaudited,
            "audited": country.audited,
            "year": year,
            "last_year": cooperative_year(begins - timedelta(days=1)),
            "begins": begins.isoformat(),
        }
        with database:
            for statement in _STATEMENTS:
                database.execute(statement, values)
