"""Whom the simulator can text as: one person of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.access import Role
from bot.domain.registry import RegistrationNo
from bot.domain.text import bangla_digits
from bot.store import offices, societies
from bot.store.people import officers

if TYPE_CHECKING:
    from bot.store.query import Tx

OFFICES = ("55730012", "55730085", "5573", "55", "BD")
"""Offices whose officers are on the list."""

SOCIETIES = (
    ("5573", "4/2025"),  # green
    ("5573", "1/2023"),  # yellow
    ("5573", "107/1998"),  # yellow, seven days left
    ("5573", "3/2011"),  # red
    ("5573", "14/2000"),  # its president serves a second society
    ("5573", "302/2016"),  # no committee on record
    ("5585", "7/2009"),  # the number exists in three districts
)
"""Register and number of the societies whose presidents are on the list."""

STRANGER = "+8801700097001"
"""A number that nobody in the registry uses."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to text as.

    Attributes:
        name: the name.
        role: the post; ``PUBLIC`` for a member of the public.
        msisdn: the number to text from.
        place_bn, place_en: the office, or the society with its number; empty for a member of the public.
    """

    name: str
    role: Role
    msisdn: str
    place_bn: str
    place_en: str


def people(tx: Tx) -> list[DemoPerson]:
    """The officers, the presidents and the stranger, in the order to show them."""
    return [*_officers(tx), *_presidents(tx), DemoPerson("সাধারণ নাগরিক", Role.PUBLIC, STRANGER, "", "")]


def _officers(tx: Tx) -> list[DemoPerson]:
    serving = {officer.office_code: officer for officer in officers(tx) if officer.role is not Role.INSPECTOR}
    found = []
    for code in OFFICES:
        office, officer = offices.by_code(tx, code), serving.get(code)
        if office and officer and officer.msisdn:
            found.append(DemoPerson(officer.name, officer.role, officer.msisdn, office.name_bn, office.name_en))
    return found


def _presidents(tx: Tx) -> list[DemoPerson]:
    found = []
    for code, number in SOCIETIES:
        register = offices.by_code(tx, code)
        society = societies.record(tx, register.id, RegistrationNo.parse(number)) if register else None
        president = society.president if society else None
        if society and president and president.msisdn:
            place_bn = f"{bangla_digits(number)} {society.facts.name_bn}"
            place_en = f"{number} {society.facts.name_en or society.facts.name_bn}"
            found.append(DemoPerson(president.name, Role.PRESIDENT, president.msisdn, place_bn, place_en))
    return found
