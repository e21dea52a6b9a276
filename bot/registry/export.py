"""``barta export societies|officers``: the registry as files that import takes back without a change.

Each society has one row with its latest term, general meeting and audit and with who serves now; older history stays in the
database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.registry.sheets import new_sheet
from bot.registry.words import columns, header, in_bangla
from bot.store import people, societies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from bot.registry.words import HeaderLanguage, Subject, Table
    from bot.store.people import Officer
    from bot.store.query import Tx
    from bot.store.societies import Record

    Cells = Sequence[str | date | None]
    Words = Callable[[Subject, str], str]

_HOME = "+880"


def export_societies(tx: Tx, path: Path, headers: HeaderLanguage = "en") -> int:
    """Write every society, one district at a time; returns how many.

    Args:
        tx: a transaction that may be read-only.
        path: the .csv or .xlsx file to write.
        headers: the language of the headers and of the words for level, category and basis.

    Raises:
        InvalidValue: the name ends in neither .csv nor .xlsx.
    """
    written = 0
    with new_sheet(path) as sheet:
        sheet.write(_headers("societies", headers))
        for register_id in societies.registers(tx):
            for record in societies.of_register(tx, register_id):
                sheet.write(_society(record, _words(headers)))
                written += 1
    return written


def export_officers(tx: Tx, path: Path, headers: HeaderLanguage = "en") -> int:
    """Write everybody who holds an office now, once for each office; arguments and errors as for the societies."""
    with new_sheet(path) as sheet:
        sheet.write(_headers("officers", headers))
        serving = people.officers(tx)
        for officer in serving:
            sheet.write(_officer(officer, _words(headers)))
    return len(serving)


def _headers(table: Table, language: HeaderLanguage) -> list[str]:
    return [header(table, column, language) for column in columns(table)]


def _words(language: HeaderLanguage) -> Words:
    return in_bangla if language == "bn" else lambda _, word: word


def _society(record: Record, words: Words) -> Cells:
    """A row in the order of the columns."""
    facts, term, agm, audit = record.facts, record.term, record.agm, record.audit
    president, secretary = record.president, record.secretary
    return (
        record.registration_no,
        facts.registered_on,
        facts.name_bn,
        facts.name_en,
        words("level", facts.level),
        words("category", facts.category) if facts.category else None,
        record.office_code,
        facts.address,
        *((words("basis", term.basis), term.formed_on, term.expires_on) if term else (None, None, None)),
        *((agm.year, agm.held_on) if agm else (None, None)),
        *((audit.year, audit.held_on) if audit else (None, None)),
        *((president.name, _local(president.msisdn)) if president else (None, None)),
        *((secretary.name, _local(secretary.msisdn)) if secretary else (None, None)),
        _local(facts.officer_msisdn),
        record.confirmed_on,
    )


def _officer(officer: Officer, words: Words) -> Cells:
    """A row in the order of the columns."""
    return (
        officer.name,
        words("role", officer.role),
        officer.office_code,
        _local(officer.msisdn),
        words("language", officer.language) if officer.language else None,
    )


def _local(msisdn: str | None) -> str | None:
    """A number as it is written at home, 01…; foreign ones with their country code."""
    return f"0{msisdn.removeprefix(_HOME)}" if msisdn and msisdn.startswith(_HOME) else msisdn
