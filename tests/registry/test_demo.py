"""The demonstration: as of any day, once, and marked."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo import load, people
from bot.demo.loading import REFERENCE_DAY, moved
from bot.domain.access import Role
from bot.domain.committee import Colour, colour
from bot.domain.errors import InvalidValue
from bot.domain.period import cooperative_year
from bot.domain.registry import RegistrationNo
from bot.store import senders, standings
from bot.store.marks import is_demo
from tests.registry.conftest import NOON, ROW, TODAY, society

if TYPE_CHECKING:
    from bot.domain.registry import Standing
    from tests.registry.conftest import Registry

DAYS = [REFERENCE_DAY, date(2025, 3, 1), date(2028, 2, 29), date(2031, 7, 1)]


@pytest.mark.parametrize("today", DAYS)
def test_the_colours_are_the_same_whenever_it_is_shown(registry: Registry, today: date) -> None:
    assert registry.run(lambda tx: load(tx, today))
    ends = [date.fromisoformat(str(end)) for (end,) in registry.table("SELECT expires_on FROM committee_terms")]
    assert Counter(colour(end, today) for end in ends) == {Colour.GREEN: 119, Colour.YELLOW: 49, Colour.RED: 54}


def test_loading_twice_changes_nothing(registry: Registry) -> None:
    assert not registry.run(is_demo)
    assert registry.run(lambda tx: load(tx, TODAY)) is True
    before = registry.table("SELECT * FROM committee_terms")
    assert registry.run(is_demo)
    assert registry.run(lambda tx: load(tx, TODAY + timedelta(40))) is False
    assert registry.table("SELECT * FROM committee_terms") == before
    assert registry.table("SELECT value FROM marks") == [(TODAY.isoformat(),)]


def test_it_is_never_mixed_with_a_real_registry(registry: Registry) -> None:
    registry.take(society())
    with pytest.raises(InvalidValue, match="a database of its own"):
        registry.run(lambda tx: load(tx, TODAY))


def test_it_shows_what_a_demonstration_has_to_show(registry: Registry) -> None:
    registry.run(lambda tx: load(tx, TODAY))

    def numbered(number: str) -> list[Standing]:
        return registry.run(lambda tx: standings.by_number(tx, RegistrationNo.parse(number)))

    assert [len(numbered(number)) for number in ("1/2023", "7/2009")] == [1, 3]
    found = numbered("302/2016") + numbered("303/2024")
    assert [(one.expires_on is None, one.agm_year is None) for one in found] == [(True, False), (False, True)]
    posts = registry.run(lambda tx: senders.known(tx, "+8801700100131", TODAY, NOON)).posts
    assert [post.role for post in posts] == [Role.PRESIDENT, Role.PRESIDENT]


def test_there_is_somebody_of_every_kind_to_text_as(registry: Registry) -> None:
    registry.run(lambda tx: load(tx, TODAY))
    listed = registry.run(people)
    assert [person.role for person in listed[:5]] == [
        Role.UPAZILA_OFFICER, Role.UPAZILA_OFFICER, Role.DISTRICT_OFFICER, Role.JOINT_REGISTRAR, Role.REGISTRAR
    ]  # fmt: skip
    assert Counter(person.role for person in listed[5:]) == {Role.PRESIDENT: 7, Role.PUBLIC: 1}
    assert len({person.msisdn for person in listed}) == len(listed) == 13
    assert all(person.msisdn.startswith("+88017000") or person.msisdn.startswith("+88017001") for person in listed)


@given(st.integers(-4000, 4000))
def test_years_move_with_their_dates(days: int) -> None:
    new = moved({column: str(cell) for column, cell in ROW.items()}, timedelta(days))
    assert new["registration_no"] == ROW["registration_no"]
    agm, audit = date.fromisoformat(new["last_agm_date"]), date.fromisoformat(new["last_audit_date"])
    assert int(cooperative_year(agm)[:4]) - int(new["last_agm_year"][:4]) == 1
    assert cooperative_year(audit) == new["last_audit_year"]
    assert new["registration_date"] <= new["committee_formed_on"] < new["committee_expires_on"]
