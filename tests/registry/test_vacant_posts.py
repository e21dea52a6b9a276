"""A post that is vacant can be imported, and a cell that says nothing still says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.registry.conftest import society

if TYPE_CHECKING:
    from tests.registry.conftest import Registry

SERVING = "SELECT a.role, p.name FROM appointments a JOIN people p ON p.id = a.person_id WHERE a.ended_on IS NULL ORDER BY a.id"


def vacant(word: str) -> dict[str, Any]:
    return society(president_name=word, president_phone="")


@pytest.mark.parametrize("word", ["-", "—", " - ", "শূন্য", "(শূন্য)", "পদ শূন্য", "Vacant", "নেই"])
def test_a_word_or_a_dash_ends_the_appointment(registry: Registry, word: str) -> None:
    registry.take(society())
    assert registry.take(vacant(word)).accepted == 1
    assert registry.table(SERVING) == [("secretary", "নূর আলী")]
    assert registry.table("SELECT count(*) FROM appointments WHERE ended_on IS NOT NULL") == [(1,)]
    assert registry.take(vacant(word)).unchanged == 1


def test_a_new_society_may_have_a_vacant_post(registry: Registry) -> None:
    assert registry.take(vacant("শূন্য")).accepted == 1
    assert registry.table(SERVING) == [("secretary", "নূর আলী")]


def test_an_empty_cell_ends_nothing(registry: Registry) -> None:
    registry.take(society())
    assert registry.take(vacant("")).unchanged == 1
    assert len(registry.table(SERVING)) == 2


def test_a_vacant_post_has_no_telephone(registry: Registry) -> None:
    report = registry.take(society(president_name="শূন্য"))
    assert [one.column for one in report.refused] == ["president_name"]


def test_after_a_vacancy_somebody_is_appointed_from_the_day_of_the_import(registry: Registry) -> None:
    registry.take(society())
    registry.take(vacant("-"))
    assert registry.take(society(president_name="করিম মিয়া")).accepted == 1
    assert registry.table(SERVING) == [("secretary", "নূর আলী"), ("president", "করিম মিয়া")]
