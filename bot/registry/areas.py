"""The offices that every database begins with: nation, divisions, districts, upazilas, from ``areas.tsv``."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.offices import NATION_CODE, Level
from bot.store import offices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.query import Tx


class Area(NamedTuple):
    """One line of ``areas.tsv``; a parent's line comes before its children's."""

    code: str
    level: Level
    name_bn: str
    name_en: str

    @property
    def parent_code(self) -> str | None:
        """The code of the office right above: codes are built from their parents' codes."""
        match self.level:
            case Level.NATION:
                return None
            case Level.DIVISION:
                return NATION_CODE
            case Level.DISTRICT:
                return self.code[:2]
            case _:
                return self.code[:4]


def areas() -> Iterator[Area]:
    """The areas of the country, from the top down."""
    text = resources.files(__package__).joinpath("areas.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        yield Area(row["code"], Level(row["level"]), row["name_bn"], row["name_en"])


def load_offices(tx: Tx) -> int:
    """Add the offices that are missing; what is there stays as it is, names edited on the spot included.

    Returns:
        How many were added.
    """
    known = offices.by_codes(offices.all_offices(tx))
    added = 0
    for area in areas():
        if area.code in known:
            continue
        parent = known[area.parent_code] if area.parent_code else None
        office = offices.insert(tx, area.code, area.level, parent, name_bn=area.name_bn, name_en=area.name_en)
        if office is None:  # another ``barta init`` was faster
            office = offices.by_codes(offices.all_offices(tx))[area.code]
        else:
            added += 1
        known[area.code] = office
    return added
