"""The tree of offices and who covers whom.

An office is its own thing with a level, a parent and a code, not the same as an area: metropolitan thana offices sit under a
district beside the upazilas. Codes are the area code without its letters (upazila ``55730012``, district ``5573``, division
``55``, nation ``BD``); its lineage is the codes from the nation down, so that jurisdiction is one comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NATION_CODE = "BD"


class Level(StrEnum):
    """How high an office stands."""

    NATION = "nation"
    DIVISION = "division"
    DISTRICT = "district"
    UPAZILA = "upazila"
    THANA = "thana"

    @property
    def is_local(self) -> bool:
        """Whether the office looks after societies face to face: upazila or metropolitan thana."""
        return self in {Level.UPAZILA, Level.THANA}


@dataclass(frozen=True, slots=True)
class Office:
    """One office.

    Attributes:
        id: ours.
        code: the public code.
        level: how high it stands.
        lineage: ``BD/55/5573/55730012/``.
        name_bn, name_en: the place's name, without the word for office.
    """

    id: int
    code: str
    level: Level
    lineage: str
    name_bn: str
    name_en: str

    def covers(self, other: Office) -> bool:
        """Whether ``other`` is this office or lies under it."""
        return other.lineage.startswith(self.lineage)


def lineage(parent: str, code: str) -> str:
    """The lineage of an office under ``parent`` (empty for the nation)."""
    return f"{parent}{code}/"


DISTRICT_DEPTH = 3
"""Codes in a district's lineage: nation, division, district."""


def home(lineage: str) -> str:
    """The lineage of the district that an office lies in; of the office itself, where it is above districts."""
    return "/".join(lineage.split("/")[:DISTRICT_DEPTH]).rstrip("/") + "/"


def topmost(lineages: Iterable[str]) -> list[str]:
    """Of some offices those that are not below another one of them."""
    known = sorted(set(lineages))
    return [each for each in known if not any(each != other and each.startswith(other) for other in known)]
