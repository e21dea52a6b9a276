"""The whole country files for a co-operative year by message, and every total is what another database makes of the truth."""

from __future__ import annotations

import os

import pytest

from tests.returns.country import appoint, upazilas, year_of
from tests.returns.recount import prove
from tests.returns.taking import take

SEED = int(os.environ.get("BARTA_SEED", "20250701"))


@pytest.mark.timeout(600)
async def test_every_total_of_the_country_is_what_its_officers_filed(sqlite_url: str) -> None:
    country = upazilas(sqlite_url)
    assert len(country) == 495
    appoint(sqlite_url, country)
    year = year_of(country, SEED)
    assert len(year.filed) > 0.98 * 2 * 12 * 495
    assert year.mistakes > 200
    outcomes = await take(sqlite_url, year.in_order())
    assert outcomes == {"replied": len(year.messages)}
    compared = prove(sqlite_url, year)
    assert compared > 2 * (12 * (1 + 8 + 64) + 3 * 490), f"seed {SEED}"
