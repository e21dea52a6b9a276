"""A row of a society list, read and checked, before anything is compared with the store."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.period import FIRST_MONTH
from bot.domain.registry import Basis, SocietyLevel
from bot.domain.text import normalise
from bot.registry.report import shown
from bot.registry.words import fold, is_vacant, meanings
from bot.store.offices import register_code
from bot.store.societies import Yearly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.domain.offices import Office
    from bot.registry.rows import Row

REQUIRED = (("registration_no",), ("name_bn", "name_en"), ("office_code",))

FIRST_YEAR = 1904
"""The year of the first law on co-operative societies in Bengal."""
LAST_YEAR = 2099

_NUMBER = re.compile(
    r"(?:[^\d/]{0,24}?(?:নং|নম্বর|no|number)[.:\s-]*)?0*(\d{1,5})\s*(?:[-/.,:\\\s]|\([^)\d]{0,20}\))\s*(\d{4})",
    re.IGNORECASE,
)
# A society as one number, of which a set for a whole country takes half the memory that one of tuples would.
_SERIALS, _YEARS = 100_000, 10_000
_USUAL_NUMBER = re.compile("([1-9][0-9]{0,4})/(19[1-9][0-9]|20[0-9]{2})")
_FIRST_OF_MONTH = re.compile(r"(\d{4})-(\d{2})-01")
_MONTH_NAME = re.compile(r"[A-Za-z]{3,9}[ -]\d{2,4}")


class Member(NamedTuple):
    """An office-bearer as a row names him; without a name, that the post is vacant."""

    name: str
    msisdn: str | None


VACANT = Member("", None)


class TermGiven(NamedTuple):
    """A committee as a row tells of it; the last day of its term may be left to the law."""

    basis: Basis
    formed_on: date
    expires_on: date | None


class Entry(NamedTuple):
    """A row that is in order. None means that the row says nothing of it."""

    line: int
    register_id: int
    office_id: int
    registration_no: str
    serial: int
    year: int
    registered_on: date | None
    name_bn: str | None
    name_en: str | None
    level: SocietyLevel | None
    category: str | None
    address: str | None
    officer_msisdn: str | None
    term: TermGiven | None
    agm: Yearly | None
    audit: Yearly | None
    president: Member | None
    secretary: Member | None
    confirmed_on: date | None


class SocietyRows:
    """Reads the rows of one file, which must not name a society twice.

    Args:
        known: every office by its code.
        today: the day of the import.
    """

    def __init__(self, known: Mapping[str, Office], today: date) -> None:
        self._today = today
        self._offices = known
        self._registers = {code: known[register_code(office)].id for code, office in known.items()}
        self._lines: dict[int, int] = {}

    def check(self, row: Row) -> Entry | None:
        """The entry of a row, or None when it noted a problem."""
        number = _number(row)
        office = self._office(row)
        names = row.text("name_bn"), row.text("name_en")
        if row.blank("name_bn") and row.blank("name_en"):
            row.refuse("name_bn", "The society has no name: fill in name_bn or name_en.")
        registered_on = row.day("registration_date")
        term = _term(row, registered_on)
        agm = _yearly(row, "last_agm_year", "last_agm_date")
        audit = _yearly(row, "last_audit_year", "last_audit_date")
        level = row.word("level", "level", SocietyLevel)
        bearers = _member(row, "president"), _member(row, "secretary")
        officer = row.phone("officer_phone")
        category, address = _category(row), row.text("address")
        confirmed_on = self._confirmed_on(row)
        if number is None or office is None:
            return None
        register_id = self._registers[office.code]
        serial, year = number
        self._once(row, (register_id * _SERIALS + serial) * _YEARS + year)
        if row.refused:
            return None
        return Entry(
            row.line,
            register_id,
            office.id,
            f"{serial}/{year}",
            serial,
            year,
            registered_on,
            *names,
            level,
            category,
            address,
            officer,
            term,
            agm,
            audit,
            *bearers,
            confirmed_on,
        )

    def _confirmed_on(self, row: Row) -> date | None:
        """The day on which the row was last found right: as the file says, else today, as somebody imports it."""
        if not row.has("confirmed_on"):
            return self._today
        confirmed_on = row.day("confirmed_on")
        if confirmed_on and confirmed_on > self._today:
            row.refuse("confirmed_on", "This day is still to come: leave the cell empty or give the day of the check.")
        return confirmed_on

    def _office(self, row: Row) -> Office | None:
        code = row.office_code()
        if code is None:
            return None
        office = self._offices.get(code) or self._offices.get(normalise(code).upper())
        if office is None:
            row.refuse("office_code", f"There is no office {shown(code)}: use the code of an office, like 55730012.")
        return office

    def _once(self, row: Row, key: int) -> None:
        first = self._lines.setdefault(key, row.line)
        if first != row.line:
            row.refuse("registration_no", f"This society is on line {first} already: keep one of the two rows.")


def _number(row: Row) -> tuple[int, int] | None:
    """Serial and year."""
    text = row.required("registration_no")
    if text is None:
        return None
    usual = _USUAL_NUMBER.fullmatch(text)
    if usual:
        return int(usual[1]), int(usual[2])
    # A workbook's cell that held 1/2023 as typed is the first day of that month: the number can be told from it.
    as_date = _FIRST_OF_MONTH.fullmatch(text)
    found = _NUMBER.fullmatch(f"{int(as_date[2])}/{as_date[1]}" if as_date else normalise(text))
    if found is None and _MONTH_NAME.fullmatch(text):
        row.refuse("registration_no", "The spreadsheet made a date of this number: format the column as text first.")
    elif found is None:
        row.refuse("registration_no", "Write a registration number as serial and year, like 123/2019.")
    elif not FIRST_YEAR <= int(found[2]) <= LAST_YEAR:
        row.refuse("registration_no", f"The year of a registration number is {FIRST_YEAR} or later, like 123/2019.")
    else:
        if int(found[1]):
            return int(found[1]), int(found[2])
        row.refuse("registration_no", "A registration number counts from 1, like 1/2019.")
    return None


def _category(row: Row) -> str | None:
    text = row.text("category")
    return None if text is None else meanings("category").get(fold(text), text)


def _term(row: Row, registered_on: date | None) -> TermGiven | None:
    basis = row.word("committee_basis", "basis", Basis)
    formed_on, expires_on = row.day("committee_formed_on"), row.day("committee_expires_on")
    if formed_on is None:
        if (basis or expires_on) and row.blank("committee_formed_on"):
            row.refuse("committee_formed_on", "Fill in the day on which the committee was formed, like 25/10/2023.")
        return None
    if registered_on and formed_on < registered_on:
        row.refuse(
            "committee_formed_on", "The committee is formed before the society's registration: check both dates."
        )
    if expires_on and expires_on < formed_on:
        row.refuse("committee_expires_on", "The committee's term ends before it begins: check both dates.")
    if basis is None:
        if row.blank("committee_basis"):
            row.refuse("committee_basis", "Fill in how the committee came to be: elected, first or interim.")
        return None
    return TermGiven(basis, formed_on, expires_on)


def _yearly(row: Row, year_column: str, day_column: str) -> Yearly | None:
    year, held_on = row.year(year_column), row.day(day_column)
    if year is None:
        if held_on and row.blank(year_column):
            row.refuse(year_column, "Fill in the co-operative year that the date is about, like 2024-25.")
        return None
    if held_on and (held_on.year, held_on.month) < (int(year[:4]), FIRST_MONTH):
        row.refuse(day_column, f"This day lies before the co-operative year {year} begins: check both.")
    return Yearly(year, held_on)


def _member(row: Row, role: str) -> Member | None:
    name, msisdn = row.text(f"{role}_name"), row.phone(f"{role}_phone")
    if name and is_vacant(name):
        if msisdn:
            row.refuse(f"{role}_name", "Fill in whose telephone number this is, or leave it out for a vacant post.")
        return VACANT
    if name is None:
        if msisdn and row.blank(f"{role}_name"):
            row.refuse(f"{role}_name", "Fill in whose telephone number this is.")
        return None
    return Member(name, msisdn)
