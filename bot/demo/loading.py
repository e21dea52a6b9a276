"""Loading the demonstration: the registry files of this folder, moved in time so that they are as of today."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from importlib import resources
from typing import TYPE_CHECKING

from bot.domain.errors import InvalidValue
from bot.domain.period import cooperative_year
from bot.registry.areas import load_offices
from bot.registry.importing import within
from bot.registry.officers import import_officer_rows
from bot.registry.societies import import_society_rows
from bot.store import search_index, societies
from bot.store.marks import DEMO, is_demo, put_mark

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from bot.store.query import Tx

REFERENCE_DAY = date(2026, 11, 21)
"""The day as of which the files are written."""

SOCIETY_FILES = ("societies.csv", "further_societies.csv")
OFFICER_FILE = "officers.csv"

LONGEST_UNSEEN = 500
"""Days since the entry that was confirmed longest ago."""

ALL_AT_ONCE = 1000
"""Societies indexed for the search in one go: nobody else waits for a demonstration that is being loaded."""

_COMMITTEE = ("committee_formed_on", "committee_expires_on")
_YEARLY = (("last_agm_year", "last_agm_date"), ("last_audit_year", "last_audit_date"))


def load(tx: Tx, today: date) -> bool:
    """Fill an empty database with the demonstration, once.

    Args:
        tx: the open transaction.
        today: the day that takes the place of ``REFERENCE_DAY``, local time.

    Returns:
        Whether anything was loaded; False when the demonstration is there already.

    Raises:
        InvalidValue: the database holds a real registry, which must not be mixed with the demonstration.
    """
    if is_demo(tx):
        return False
    if societies.count(tx):
        raise InvalidValue("The database holds a registry already: give the demonstration a database of its own.")
    load_offices(tx)
    run = within(tx)
    reports = [import_society_rows(run, _society_rows(name, today), today=today) for name in SOCIETY_FILES]
    reports.append(import_officer_rows(run, _rows(OFFICER_FILE), today=today))
    for report in reports:
        if report.refused:
            first = report.refused[0]
            raise InvalidValue(f"The demonstration is broken on line {first.line}, {first.column}: {first.reason}")
    put_mark(tx, DEMO, today.isoformat())
    while search_index.refresh(tx, most=ALL_AT_ONCE):
        pass
    return True


def _rows(name: str) -> Generator[tuple[int, list[str]]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    yield from enumerate(csv.reader(text.splitlines()), start=1)


def _society_rows(name: str, today: date) -> Generator[tuple[int, list[str]]]:
    rows = _rows(name)
    line, header = next(rows)
    yield line, [*header, "confirmed_on"]
    for line, cells in rows:
        row = moved(dict(zip(header, cells, strict=True)), today - REFERENCE_DAY)
        # Some entries have not been looked at for long, as in any register.
        confirmed_on = today - timedelta(days=line * 37 % LONGEST_UNSEEN)
        yield line, [*row.values(), confirmed_on.isoformat()]


def moved(row: Mapping[str, str], by: timedelta) -> dict[str, str]:
    """A society's row moved in time.

    What is said of committee, meeting and audit moves by whole days, and a co-operative year by as many years as its date
    changes years. The registration stays with its number, which says its year, unless the committee would then be older
    than the society.
    """
    new = dict(row)
    for column in _COMMITTEE:
        if row[column]:
            new[column] = (date.fromisoformat(row[column]) + by).isoformat()
    for year, day in _YEARLY:
        before = date.fromisoformat(row[day]) if row[day] else REFERENCE_DAY
        after = before + by
        if row[day]:
            new[day] = after.isoformat()
        if row[year]:
            years = int(cooperative_year(after)[:4]) - int(cooperative_year(before)[:4])
            new[year] = cooperative_year(date(int(row[year][:4]) + years, 7, 1))
    if new["committee_formed_on"] and new["committee_formed_on"] < new["registration_date"]:
        new["registration_date"] = (date.fromisoformat(row["registration_date"]) + by).isoformat()
    return new
