"""The same inbox in any order, with every message once more or twice, makes the same totals.

A district on each engine, then one division; the whole country where BARTA_COUNTRY_RETURNS is ``all``.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.returns.country import appoint, upazilas, year_of
from tests.returns.recount import prove
from tests.returns.taking import take

if TYPE_CHECKING:
    from tests.returns.country import Message, Year

SEED = int(os.environ.get("BARTA_SEED", "20250702"))
DISTRICT = "5573"
UNDER = "" if os.environ.get("BARTA_COUNTRY_RETURNS") == "all" else "60"


@pytest.fixture
def year(sqlite_url: str) -> Year:
    """A year of the offices of one division, whose officers are appointed."""
    offices = upazilas(sqlite_url, UNDER)
    appoint(sqlite_url, offices)
    return year_of(offices, SEED)


async def test_the_inbox_of_a_district_on_each_engine(database_url: str) -> None:
    offices = upazilas(database_url, DISTRICT)
    appoint(database_url, offices)
    year = year_of(offices, SEED)
    messages = _shuffled(year.messages)
    assert await take(database_url, messages) == {"replied": len(messages)}
    assert prove(database_url, year) > 0, f"seed {SEED}"


@pytest.mark.timeout(900)
async def test_the_inbox_shuffled(sqlite_url: str, year: Year) -> None:
    messages = _shuffled(year.messages)
    assert await take(sqlite_url, messages) == {"replied": len(messages)}
    assert prove(sqlite_url, year) > 0, f"seed {SEED}"


@pytest.mark.timeout(900)
async def test_every_message_twice_and_some_a_third_time_under_a_new_id(sqlite_url: str, year: Year) -> None:
    again = [replace(each, id=f"{each.id}-again") for each in year.messages[::5]]
    messages = _shuffled([*year.messages, *year.messages, *again])
    outcomes = await take(sqlite_url, messages)
    assert outcomes == {"replied": len(year.messages) + len(again), "repeated": len(year.messages)}
    assert prove(sqlite_url, year) > 0, f"seed {SEED}"


def _shuffled(messages: list[Message]) -> list[Message]:
    return random.Random(SEED).sample(messages, len(messages))
