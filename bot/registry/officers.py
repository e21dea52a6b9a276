"""``barta import officers``: who holds which office.

One office has one officer of a kind at a time (upazila, district, joint registrar, registrar): those whom the file does not name
any more end on the day of the import. Inspectors and additional registrars are only added. An officer may hold several offices.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from bot.domain.access import LEVELS, SEVERAL, Role
from bot.domain.messages import Language
from bot.domain.offices import Level
from bot.domain.text import normalise
from bot.registry.importing import UNWATCHED, Plan, bring_in
from bot.registry.report import shown
from bot.registry.sheets import rows_of
from bot.store import offices, people
from bot.store.people import Appointment

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from bot.domain.offices import Office
    from bot.registry.importing import Run, Watch
    from bot.registry.report import ImportReport
    from bot.registry.rows import Row
    from bot.registry.sheets import Cell
    from bot.store.people import Officer
    from bot.store.query import Tx

REQUIRED = (("name",), ("role",), ("office_code",), ("phone",))


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that is in order."""

    office_id: int
    role: Role
    name: str
    msisdn: str
    language: Language | None

    @property
    def post(self) -> tuple[int, Role]:
        """The office and the post."""
        return self.office_id, self.role


def import_officers(
    run: Run,
    path: Path,
    *,
    dry_run: bool = False,
    partial: bool = False,
    today: date,
    watch: Watch = UNWATCHED,
) -> ImportReport:
    """Bring in a list of officers; arguments as for ``import_societies``.

    Raises:
        InvalidValue: the file cannot be read at all.
    """
    return import_officer_rows(run, rows_of(path), dry_run=dry_run, partial=partial, today=today, watch=watch)


def import_officer_rows(
    run: Run,
    rows: Generator[tuple[int, Sequence[Cell]]],
    *,
    dry_run: bool = False,
    partial: bool = False,
    today: date,
    watch: Watch = UNWATCHED,
) -> ImportReport:
    """``import_officers`` from rows with their line numbers, header first."""
    known = offices.by_codes(run(offices.all_offices))

    def apply(tx: Tx, entries: Sequence[Entry], write: bool) -> int:
        posts = groupby(sorted(entries, key=lambda entry: entry.post), key=lambda entry: entry.post)
        return sum([_fill(tx, post, list(named), today, write=write) for post, named in posts])

    plan = Plan("officers", REQUIRED, OfficerRows(known).check, apply, at_once=True)
    return bring_in(run, rows, plan, dry_run=dry_run, partially=partial, today=today, watch=watch)


class OfficerRows:
    """Reads the rows of one file, which must not name the same person for the same post twice.

    Args:
        known: every office by its code.
    """

    def __init__(self, known: Mapping[str, Office]) -> None:
        self._offices = known
        self._lines: dict[tuple[int, Role, str, str], int] = {}

    def check(self, row: Row) -> Entry | None:
        """The entry of a row, or None when it noted a problem."""
        name, code = row.required("name"), row.office_code()
        phone = row.phone("phone") if row.required("phone") else None
        role = row.word("role", "role", Role) if row.required("role") else None
        language = row.word("language", "language", Language)
        office = self._offices.get(normalise(code).upper()) if code else None
        if code and office is None:
            row.refuse("office_code", f"There is no office {shown(code)}: use the code of an office, like 55730012.")
        if office and role and office.level not in LEVELS[role]:
            where = " or ".join(level for level in Level if level in LEVELS[role])
            row.refuse("role", f"This post belongs to a {where}, but office {office.code} is a {office.level}.")
        if not (name and phone and role and office) or row.refused:
            return None
        first = self._lines.setdefault((office.id, role, name, phone), row.line)
        if first != row.line:
            row.refuse("name", f"This officer is on line {first} already for this office: keep one of the two rows.")
        return Entry(office.id, role, name, phone, language)


def _fill(tx: Tx, post: tuple[int, Role], named: Sequence[Entry], today: date, *, write: bool) -> int:
    """Make the holders of a post those whom the file names; returns how many rows were new or changed."""
    wanted = {(entry.name, entry.msisdn) for entry in named}
    serving: dict[tuple[str, str | None], Officer] = {}
    leaving: list[Officer] = []
    for holder in people.holders(tx, *post):
        if (holder.name, holder.msisdn) in wanted:
            serving[holder.name, holder.msisdn] = holder
        else:
            leaving.append(holder)
    changed = 0
    for entry in named:
        current = serving.get((entry.name, entry.msisdn))
        if current and (current.language or not entry.language):
            continue
        changed += 1
        renumbered = next((one for one in leaving if one.name == entry.name), None)
        if renumbered and not current:
            leaving.remove(renumbered)
        if write:
            _install(tx, entry, current or renumbered, today)
    if write and post[1] not in SEVERAL:
        people.end(tx, [one.appointment_id for one in leaving], today)
    return changed


def _install(tx: Tx, entry: Entry, before: Officer | None, today: date) -> None:
    """Begin an appointment, or go on with the one ``before`` of the same name, which may have had another number."""
    person = people.person(tx, entry.name, entry.msisdn)
    if before is None:
        people.appoint(tx, [Appointment(person, entry.role, today, office_id=entry.office_id)])
    elif before.person_id != person:
        people.repoint(tx, before.appointment_id, person)
    if entry.language:
        people.offer_language(tx, entry.msisdn, entry.language)
