"""How long a committee serves where a list does not say, by level and category; and since when a term is known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.sections import LawSettings, TermSettings
from tests.registry.conftest import TODAY, society

if TYPE_CHECKING:
    from tests.registry.conftest import Registry

OPEN = {"committee_expires_on": ""}
LAW = LawSettings(
    terms=(
        TermSettings(level="central", elected_years=4),
        TermSettings(category="fisheries", interim_days=90),
        TermSettings(level="central", category="fisheries", elected_years=5),
    )
)
_TERMS = "SELECT expires_on, recorded_on FROM committee_terms ORDER BY formed_on"


def terms(registry: Registry) -> list[tuple[str, str]]:
    return [(str(ends), str(known)) for ends, known in registry.table(_TERMS)]


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({"category": "milk"}, "2027-01-17"),
        ({"level": "central", "category": "milk"}, "2028-01-17"),
        ({"level": "central"}, "2029-01-17"),
        ({"committee_basis": "interim"}, "2024-04-16"),
        ({"level": "central", "committee_basis": "first"}, "2026-01-17"),
    ],
)
def test_the_end_by_level_and_category(registry: Registry, changes: dict[str, str], ends: str) -> None:
    assert registry.take(society(**OPEN, **changes), law=LAW).accepted == 1
    assert [end for end, _ in terms(registry)] == [ends]
    # What is on record stays, whatever the law has become.
    assert registry.take(society(**OPEN, **changes)).unchanged == 1
    assert [end for end, _ in terms(registry)] == [ends]


def test_the_end_as_given_counts(registry: Registry) -> None:
    registry.take(society(level="central"), law=LAW)
    assert [end for end, _ in terms(registry)] == ["2027-01-17"]


def test_a_term_is_known_since_its_end_is(registry: Registry) -> None:
    first = TODAY.isoformat()
    registry.take(society())
    assert terms(registry) == [("2027-01-17", first)]
    later = TODAY + timedelta(days=3)
    assert registry.take(society(), today=later).unchanged == 1
    assert terms(registry) == [("2027-01-17", first)]
    registry.take(society(committee_basis="first"), today=later)
    assert terms(registry) == [("2027-01-17", first)]
    registry.take(society(committee_expires_on="2027-01-16"), today=later)
    assert terms(registry) == [("2027-01-16", later.isoformat())]
    new = {"committee_formed_on": "2026-11-22", "committee_expires_on": "", "committee_basis": "interim"}
    registry.take(society(**new), today=date(2026, 11, 25))
    assert terms(registry) == [("2027-01-16", later.isoformat()), ("2027-03-22", "2026-11-25")]
