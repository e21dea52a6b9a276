"""Offices: the tree as it is stored, look-ups, and the adding of further offices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.domain.errors import InvalidValue
from bot.domain.offices import NATION_CODE, Level, Office, lineage
from bot.domain.places import PlaceIndex
from bot.store.query import Query, insert_once
from bot.store.schema import offices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from sqlalchemy import Select

    from bot.store.query import Tx

_PARENT_LEVEL: Mapping[Level, Level] = {
    Level.DIVISION: Level.NATION,
    Level.DISTRICT: Level.DIVISION,
    Level.UPAZILA: Level.DISTRICT,
    Level.THANA: Level.DISTRICT,
}
_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{0,15}")


def _office(identity: int, code: str, level: str, *rest: str) -> Office:
    return Office(identity, code, Level(level), *rest)


def _offices() -> Select[Any]:
    table = offices.c
    return select(table.id, table.code, table.level, table.lineage, table.name_bn, table.name_en)


_ALL = Query(_offices().order_by(offices.c.lineage), _office)
_BY_CODE = Query(_offices().where(offices.c.code == bindparam("code")), _office)
_BY_ID = Query(_offices().where(offices.c.id == bindparam("office_id")), _office)
_OF_LEVEL = Query(_offices().where(offices.c.level == bindparam("level")).order_by(offices.c.lineage), _office)
_CHILDREN = Query(_offices().where(offices.c.parent_id == bindparam("parent_id")).order_by(offices.c.lineage), _office)
_INSERT = insert_once(
    offices, "code", "level", "parent_id", "lineage", "name_bn", "name_en", unique=["code"], returning="id"
)


def all_offices(tx: Tx, level: Level | None = None) -> list[Office]:
    """Every office, or those of one level, in the order of the tree."""
    return tx.all(_ALL) if level is None else tx.all(_OF_LEVEL, level=level.value)


def by_code(tx: Tx, code: str) -> Office | None:
    """The office with a public code, or None."""
    return tx.first(_BY_CODE, code=code)


def by_id(tx: Tx, office_id: int) -> Office:
    """The office with our id, which must be there."""
    return tx.one(_BY_ID, office_id=office_id)


def children(tx: Tx, office: Office) -> list[Office]:
    """The offices right under one."""
    return tx.all(_CHILDREN, parent_id=office.id)


def insert(tx: Tx, code: str, level: Level, parent: Office | None, *, name_bn: str, name_en: str) -> Office | None:
    """Write an office as given; None when its code is taken. ``add_office`` is the same with checks."""
    line = lineage(parent.lineage if parent else "", code)
    names = {"name_bn": name_bn, "name_en": name_en}
    identity = tx.first(
        _INSERT, code=code, level=level.value, parent_id=parent.id if parent else None, lineage=line, **names
    )
    return None if identity is None else Office(identity, code, level, line, **names)


def add_office(tx: Tx, code: str, level: Level, parent_code: str, *, name_bn: str, name_en: str) -> Office:
    """Add an office that the list of areas does not know, such as a metropolitan thana under its district.

    Args:
        tx: the open transaction.
        code: its public code; digits, capital letters and dashes, at most 16.
        level: how high it stands; not the nation, of which there is one.
        parent_code: the office right above it.
        name_bn: the place's name in Bangla, without the word for office.
        name_en: likewise in English.

    Raises:
        InvalidValue: one sentence that says what to do instead.
    """
    if _CODE.fullmatch(code) is None:
        raise InvalidValue("an office code has 1 to 16 digits, capital letters or dashes, such as 3026-MIRPUR")
    names = [" ".join(name.split()) for name in (name_bn, name_en)]
    if not all(names):
        raise InvalidValue("an office needs a Bangla name and an English name")
    if level not in _PARENT_LEVEL:
        raise InvalidValue("there is one national office already; add a division, district, upazila or thana")
    parent = by_code(tx, parent_code)
    if parent is None:
        raise InvalidValue(f"there is no office with the code {parent_code[:16]} to stand above the new one")
    if parent.level is not _PARENT_LEVEL[level]:
        above = _PARENT_LEVEL[level]
        raise InvalidValue(f"the office above a {level} is a {above}, but {parent.code} is a {parent.level}")
    added = insert(tx, code, level, parent, name_bn=names[0], name_en=names[1])
    if added is None:
        raise InvalidValue(f"the code {code} belongs to another office already")
    return added


def register_code(office: Office) -> str:
    """The code of the office whose register the numbers of an office's societies belong to.

    Numbers are unique within a district; the few societies registered higher up are in the register of that office.
    """
    codes = office.lineage.rstrip("/").split("/")
    return codes[min(len(codes), _DISTRICT_DEPTH) - 1]


_DISTRICT_DEPTH = 3  # nation, division, district


def district_index(tx: Tx) -> PlaceIndex:
    """The districts by their names and their upazilas', to be read once and kept: resolving a typed district then needs no query."""
    upazilas = [office for office in all_offices(tx) if office.level.is_local]
    return PlaceIndex(all_offices(tx, Level.DISTRICT), parts=upazilas)


def find_by_name(tx: Tx, name: str, level: Level | None = None) -> list[Office]:
    """The offices that a typed place may mean; several when it is ambiguous, none when nothing is near."""
    return list(PlaceIndex(all_offices(tx, level)).find(name))


def by_codes(found: Iterable[Office]) -> dict[str, Office]:
    """Offices under their codes."""
    return {office.code: office for office in found}


def nation(tx: Tx) -> Office:
    """The national office, which ``barta init`` made."""
    return tx.one(_BY_CODE, code=NATION_CODE)
