"""What the registry of societies knows, and the registration number that people type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.domain.errors import InvalidValue

if TYPE_CHECKING:
    from datetime import date


_SHAPE = re.compile(r"(\d{1,5})(?:/(\d{4}))?")


class SocietyLevel(StrEnum):
    """Primary, central, national: the three levels of the Act."""

    PRIMARY = "primary"
    CENTRAL = "central"
    NATIONAL = "national"


class Basis(StrEnum):
    """How a managing committee came to be."""

    ELECTED = "elected"
    FIRST = "first"
    INTERIM = "interim"


@dataclass(frozen=True, slots=True)
class RegistrationNo:
    """A registration number: a serial and, where known, the year. Unique within its district only."""

    serial: int
    year: int | None = None

    @classmethod
    def parse(cls, text: str) -> RegistrationNo:
        """Read the canonical form ``123/2019`` or ``123``.

        Raises:
            InvalidValue: anything else.
        """
        found = _SHAPE.fullmatch(text)
        if found is None or int(found[1]) == 0:
            message = "a registration number looks like 123/2019"
            raise InvalidValue(message)
        return cls(int(found[1]), int(found[2]) if found[2] else None)

    def __str__(self) -> str:
        return str(self.serial) if self.year is None else f"{self.serial}/{self.year}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A society as the status answer needs it: who it is, its committee, its last AGM and audit.

    Attributes:
        id: ours.
        registration_no: ``123/2019``.
        name_bn, name_en: full names.
        district_bn, district_en: the place of the register that the number belongs to.
        lineage: of the office that looks after it.
        expires_on: last day of the latest committee's term, if one is recorded.
        agm_year, audit_year: the latest co-operative year with one on record.
    """

    id: int
    registration_no: str
    name_bn: str
    name_en: str | None
    district_bn: str
    district_en: str
    lineage: str
    expires_on: date | None
    agm_year: str | None
    audit_year: str | None

    def names(self) -> dict[str, Any]:
        """What a line about the society is filled with: its number, its name and its district, in both languages."""
        return {
            "r": self.registration_no,
            "name": {"bn": self.name_bn, "en": self.name_en},
            "place": {"bn": self.district_bn, "en": self.district_en},
        }
