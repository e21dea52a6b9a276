"""The offices that every database begins with."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, update

from bot.domain.offices import Level
from bot.registry.areas import areas, load_offices
from bot.store import offices
from bot.store.query import Query
from bot.store.schema import offices as table

if TYPE_CHECKING:
    from tests.registry.conftest import Registry


def test_the_country_has_its_offices(registry: Registry) -> None:
    found = registry.run(offices.all_offices)
    assert Counter(office.level for office in found) == {
        Level.NATION: 1, Level.DIVISION: 8, Level.DISTRICT: 64, Level.UPAZILA: 495
    }  # fmt: skip
    assert {office.name_bn for office in found if office.level is Level.DIVISION} == set(
        "বরিশাল চট্টগ্রাম ঢাকা খুলনা ময়মনসিংহ রাজশাহী রংপুর সিলেট".replace("য়", "য়").split()
    )
    dimla = registry.run(lambda tx: offices.by_code(tx, "55730012"))
    assert dimla is not None
    assert (dimla.lineage, dimla.name_bn, dimla.name_en) == ("BD/55/5573/55730012/", "ডিমলা", "Dimla")


def test_each_area_stands_after_the_one_above_it() -> None:
    seen: set[str | None] = {None}
    for area in areas():
        assert area.parent_code in seen
        seen.add(area.code)


def test_loading_again_adds_what_is_missing_and_keeps_what_was_edited(registry: Registry) -> None:
    rename: Query[int] = Query(
        update(table).where(table.c.code == bindparam("which")).values(name_bn=bindparam("name"))
    )
    remove: Query[int] = Query(delete(table).where(table.c.code == bindparam("code")))
    registry.run(lambda tx: tx.run(rename, which="5573", name="নীলফামারি"))
    registry.run(lambda tx: tx.run(remove, code="55730012"))
    registry.run(lambda tx: offices.add_office(tx, "3026-01", Level.THANA, "3026", name_bn="মিরপুর", name_en="Mirpur"))
    assert registry.run(load_offices) == 1
    found = offices.by_codes(registry.run(offices.all_offices))
    assert len(found) == 569
    assert found["5573"].name_bn == "নীলফামারি"
