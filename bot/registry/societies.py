"""``barta import societies``: the society list of a district or of the country.

An empty cell says nothing: what is on record stays. A society is known by its number within the register of its
office's district. What a row says of the committee, the general meeting and the audit adds to the history or corrects
the entry of the same day or year; a president or secretary of another name begins an appointment and ends the one
before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.access import Role
from bot.domain.law import TermLaw
from bot.domain.registry import SocietyLevel
from bot.registry.importing import Plan, bring_in
from bot.registry.sheets import rows_of
from bot.registry.society_rows import REQUIRED, Entry, SocietyRows
from bot.store import offices, people, societies
from bot.store.people import Appointment
from bot.store.societies import Facts, Record, Term, Yearly

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import date
    from pathlib import Path

    from bot.registry.importing import Run
    from bot.registry.report import ImportReport
    from bot.registry.sheets import Cell
    from bot.registry.society_rows import Member, TermGiven
    from bot.store.query import Tx
    from bot.store.societies import Bearer

LAW = TermLaw()

NOTHING = Record(
    id=0,
    registration_no="",
    office_code="",
    facts=Facts(0, None, "", None, SocietyLevel.PRIMARY, None, None, None),
    term=None,
    agm=None,
    audit=None,
    president=None,
    secretary=None,
)
"""What is on record of a society that is not on record."""


class Seat(NamedTuple):
    """An office in a society."""

    society_id: int
    role: Role


def import_societies(
    run: Run,
    path: Path,
    *,
    dry_run: bool = False,
    partial: bool = False,
    today: date,
    law: TermLaw = LAW,
) -> ImportReport:
    """Bring in a society list from a CSV file or an Excel workbook.

    Args:
        run: runs works in transactions, see ``bot.registry.importing``.
        path: the file.
        dry_run: say what would happen, write nothing.
        partial: take the rows that are in order even when others are refused.
        today: the day of the import, local time: new appointments begin and old ones end on it.
        law: how long a committee serves where the file does not say.

    Raises:
        InvalidValue: the file cannot be read at all.
    """
    return import_society_rows(run, rows_of(path), dry_run=dry_run, partial=partial, today=today, law=law)


def import_society_rows(
    run: Run,
    rows: Generator[tuple[int, Sequence[Cell]]],
    *,
    dry_run: bool = False,
    partial: bool = False,
    today: date,
    law: TermLaw = LAW,
) -> ImportReport:
    """``import_societies`` from rows with their line numbers, header first."""
    known = run(offices.all_offices)

    def apply(tx: Tx, entries: Sequence[Entry], write: bool) -> int:
        batch = _Batch(tx, today, law, write=write)
        changed = sum([batch.take(entry) for entry in entries])
        batch.write_history()
        return changed

    plan = Plan("societies", REQUIRED, SocietyRows(offices.by_codes(known)).check, apply)
    return bring_in(run, rows, plan, dry_run=dry_run, partially=partial, today=today)


class _Batch:
    """Compares entries with the store and writes what differs; history is collected and written at the end."""

    def __init__(self, tx: Tx, today: date, law: TermLaw, *, write: bool) -> None:
        self._tx = tx
        self._today = today
        self._law = law
        self._write = write
        self._terms: list[tuple[int, Term]] = []
        self._agms: list[tuple[int, Yearly]] = []
        self._audits: list[tuple[int, Yearly]] = []
        self._ended: list[int] = []
        self._begun: list[Appointment] = []

    def take(self, entry: Entry) -> bool:
        """Whether the entry is new or says something new."""
        old = societies.record(
            self._tx,
            entry.register_id,
            entry.number,
            formed_on=entry.term.formed_on if entry.term else None,
            agm_year=entry.agm.year if entry.agm else None,
            audit_year=entry.audit.year if entry.audit else None,
        )
        old = old or NOTHING
        now = replace(
            old,
            facts=_facts(entry, old.facts),
            term=_term(entry.term, old.term, self._law),
            agm=_yearly(entry.agm, old.agm),
            audit=_yearly(entry.audit, old.audit),
        )
        seats = (Role.PRESIDENT, entry.president, old.president), (Role.SECRETARY, entry.secretary, old.secretary)
        moves = [(role, named, serving) for role, named, serving in seats if named and _is_news(named, serving)]
        if now == old and not moves:
            return False
        if self._write:
            society_id = self._keep(entry, old, now)
            for role, named, serving in moves:
                self._seat(Seat(society_id, role), named, serving, entry.term)
        return True

    def _keep(self, entry: Entry, old: Record, now: Record) -> int:
        """Write the society's own row; keep what is new of its history for later. Returns the society's id."""
        if old is NOTHING:
            society_id = societies.add(self._tx, entry.register_id, entry.number, now.facts, self._today)
        else:
            society_id = old.id
            societies.change(self._tx, society_id, now.facts, self._today)
        if now.term and now.term != old.term:
            self._terms.append((society_id, now.term))
        if now.agm and now.agm != old.agm:
            self._agms.append((society_id, now.agm))
        if now.audit and now.audit != old.audit:
            self._audits.append((society_id, now.audit))
        return society_id

    def _seat(self, seat: Seat, named: Member, serving: Bearer | None, term: TermGiven | None) -> None:
        """Begin an appointment. The same name under a new number goes on with the old one."""
        person = people.person(self._tx, named.name, named.msisdn)
        if serving and serving.name == named.name:
            people.repoint(self._tx, serving.appointment_id, person)
            return
        start = self._today
        if serving:
            self._ended.append(serving.appointment_id)
        elif term:  # the first one on record has served since the committee was formed
            start = min(term.formed_on, start)
        self._begun.append(Appointment(person, seat.role, start, society_id=seat.society_id))

    def write_history(self) -> None:
        """Write what was kept: ends before beginnings, because a seat has one holder at a time."""
        societies.put_terms(self._tx, self._terms)
        societies.put_agms(self._tx, self._agms)
        societies.put_audits(self._tx, self._audits)
        people.end(self._tx, self._ended, self._today)
        people.appoint(self._tx, self._begun)


def _facts(entry: Entry, old: Facts) -> Facts:
    """The society's own row: what the entry says, else what is on record."""
    return Facts(
        office_id=entry.office_id,
        registered_on=entry.registered_on or old.registered_on,
        name_bn=entry.name_bn or old.name_bn or entry.name_en or "",
        name_en=entry.name_en or old.name_en,
        level=entry.level or old.level,
        category=entry.category or old.category,
        address=entry.address or old.address,
        officer_msisdn=entry.officer_msisdn or old.officer_msisdn,
    )


def _term(given: TermGiven | None, old: Term | None, law: TermLaw) -> Term | None:
    """The term of the committee formed on the given day: its end as given, else as on record, else by law."""
    if given is None:
        return old
    if given.expires_on:
        return Term(given.basis, given.formed_on, given.expires_on)
    if old:
        return Term(given.basis, given.formed_on, old.expires_on)
    return Term(given.basis, given.formed_on, law.expires_on(given.basis, given.formed_on))


def _yearly(given: Yearly | None, old: Yearly | None) -> Yearly | None:
    if given is None or given.held_on or old is None:
        return given or old
    return old


def _is_news(named: Member, serving: Bearer | None) -> bool:
    """Whether a row names another office-bearer than the one on record, or another number of his."""
    if serving is None or named.name != serving.name:
        return True
    return named.msisdn is not None and named.msisdn != serving.msisdn
