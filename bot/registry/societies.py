"""``barta import societies``: the society list of a district or of the country.

An empty cell says nothing: what is on record stays. A society is known by its number within the register of its
office's district. What a row says of the committee, the general meeting and the audit adds to the history or corrects
the entry of the same day or year; a president or secretary of another name begins an appointment and ends the one
before, and a dash or a word such as শূন্য in place of the name ends it only.

An import is the office saying that its list is right, so that every row confirms what it repeats, on the day of the
import. A file with a column for the day of the last confirmation, as an export has it, speaks for itself: the day
given counts, and an empty cell confirms nothing. A confirmation never goes back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from bot import reminding
from bot.domain.access import Role
from bot.domain.registry import SocietyLevel
from bot.registry.importing import UNWATCHED, Plan, bring_in
from bot.registry.sheets import rows_of
from bot.registry.society_rows import REQUIRED, Entry, SocietyRows
from bot.sections import LawSettings
from bot.store import offices, people, societies, society_lists
from bot.store.people import Appointment
from bot.store.societies import Facts, Record, Term, Yearly
from bot.store.society_lists import New, Wanted

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from bot.registry.importing import Run, Watch
    from bot.registry.report import ImportReport
    from bot.registry.sheets import Cell
    from bot.registry.society_rows import Member, TermGiven
    from bot.store.query import Tx
    from bot.store.societies import Bearer

T = TypeVar("T")

LAW = LawSettings()

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
    confirmed_on=None,
)
"""What is on record of a society that is not on record."""


class Move(NamedTuple):
    """Somebody named for a post, by the entry at a place, and who has served in it so far."""

    at: int
    role: Role
    named: Member
    serving: Bearer | None


def import_societies(
    run: Run,
    path: Path,
    *,
    dry_run: bool = False,
    partial: bool = False,
    today: date,
    law: LawSettings = LAW,
    watch: Watch = UNWATCHED,
) -> ImportReport:
    """Bring in a society list from a CSV file or an Excel workbook.

    Args:
        run: runs works in transactions, see ``bot.registry.importing``.
        path: the file.
        dry_run: say what would happen, write nothing.
        partial: take the rows that are in order even when others are refused.
        today: the day of the import, local time: new appointments begin and old ones end on it.
        law: how long a committee serves, by level and category, where the file does not say.
        watch: hears how far it is.

    Raises:
        InvalidValue: the file cannot be read at all.
    """
    return import_society_rows(run, rows_of(path), dry_run=dry_run, partial=partial, today=today, law=law, watch=watch)


def import_society_rows(
    run: Run,
    rows: Generator[tuple[int, Sequence[Cell]]],
    *,
    dry_run: bool = False,
    partial: bool = False,
    today: date,
    law: LawSettings = LAW,
    watch: Watch = UNWATCHED,
) -> ImportReport:
    """``import_societies`` from rows with their line numbers, header first."""
    known = run(offices.all_offices)

    def apply(tx: Tx, entries: Sequence[Entry], write: bool) -> int:
        batch = _Batch(tx, entries, today, law)
        changed = batch.compare()
        if write:
            batch.write()
        return changed

    plan = Plan("societies", REQUIRED, SocietyRows(offices.by_codes(known), today).check, apply)
    return bring_in(run, rows, plan, dry_run=dry_run, partially=partial, today=today, watch=watch)


class _Batch:
    """Compares entries with the store, and then writes what differs: a few statements for all of them together."""

    def __init__(self, tx: Tx, entries: Sequence[Entry], today: date, law: LawSettings) -> None:
        self._tx = tx
        self._entries = entries
        self._today = today
        self._law = law
        self._ids: list[int] = []
        # What is to be written, each with the place of its entry in the batch.
        self._new: list[tuple[int, Facts]] = []
        self._changed: list[tuple[int, Facts]] = []
        self._confirmed: list[tuple[int, date]] = []
        self._terms: list[tuple[int, Term]] = []
        self._agms: list[tuple[int, Yearly]] = []
        self._audits: list[tuple[int, Yearly]] = []
        self._moves: list[Move] = []
        self._ended: list[int] = []

    def compare(self) -> int:
        """How many entries are new or say something new."""
        wanted = [
            Wanted(
                entry.register_id,
                entry.registration_no,
                entry.term.formed_on if entry.term else None,
                entry.agm.year if entry.agm else None,
                entry.audit.year if entry.audit else None,
            )
            for entry in self._entries
        ]
        on_record = society_lists.records(self._tx, wanted)
        return sum(
            [
                self._differs(at, entry, old)
                for at, (entry, old) in enumerate(zip(self._entries, on_record, strict=True))
            ]
        )

    def _differs(self, at: int, entry: Entry, old: Record | None) -> bool:
        """Whether the entry at a place says something new; notes what."""
        before = old or NOTHING
        self._ids.append(before.id)
        facts = _facts(entry, before.facts)
        if old is None:
            self._new.append((at, facts))
        else:
            if facts != old.facts:
                self._changed.append((at, facts))
            if entry.confirmed_on and (old.confirmed_on is None or old.confirmed_on < entry.confirmed_on):
                self._confirmed.append((at, entry.confirmed_on))
        history = self._notes_history(at, entry, before, facts)
        seats = self._moves_into(at, Role.PRESIDENT, entry.president, before.president)
        seats |= self._moves_into(at, Role.SECRETARY, entry.secretary, before.secretary)
        return old is None or facts != old.facts or history or seats

    def _notes_history(self, at: int, entry: Entry, old: Record, facts: Facts) -> bool:
        term = _term(entry.term, old.term, facts, self._law)
        agm, audit = _yearly(entry.agm, old.agm), _yearly(entry.audit, old.audit)
        if term and term != old.term:
            self._terms.append((at, term))
        if agm and agm != old.agm:
            self._agms.append((at, agm))
        if audit and audit != old.audit:
            self._audits.append((at, audit))
        return (term, agm, audit) != (old.term, old.agm, old.audit)

    def _moves_into(self, at: int, role: Role, named: Member | None, serving: Bearer | None) -> bool:
        if named is None or not _is_news(named, serving):
            return False
        if named.name:
            self._moves.append(Move(at, role, named, serving))
        if serving and serving.name != named.name:
            self._ended.append(serving.appointment_id)
        return True

    def write(self) -> None:
        """Write what was noted; ends before beginnings, because a seat has one holder at a time."""
        new = [self._as_new(self._entries[at], facts) for at, facts in self._new]
        for (at, _), society_id in zip(self._new, society_lists.add(self._tx, new), strict=True):
            self._ids[at] = society_id
        society_lists.change(self._tx, self._of_societies(self._changed))
        society_lists.confirm(self._tx, self._of_societies(self._confirmed))
        societies.put_terms(self._tx, self._of_societies(self._terms), self._today)
        self._take_back()
        societies.put_agms(self._tx, self._of_societies(self._agms))
        societies.put_audits(self._tx, self._of_societies(self._audits))
        people.end(self._tx, self._ended, self._today)
        self._seat()

    def _take_back(self) -> None:
        """What is still queued about the terms of before does not leave."""
        added = {at for at, _ in self._new}
        known = [self._ids[at] for at, _ in self._terms if at not in added]
        if known:
            reminding.cancel_outdated(self._tx, known, datetime.now(UTC), self._today)

    @staticmethod
    def _as_new(entry: Entry, facts: Facts) -> New:
        return New(entry.register_id, entry.registration_no, entry.serial, entry.year, facts, entry.confirmed_on)

    def _of_societies(self, noted: Iterable[tuple[int, T]]) -> Iterator[tuple[int, T]]:
        return ((self._ids[at], what) for at, what in noted)

    def _seat(self) -> None:
        """Begin appointments. The same name under a new number goes on with the old one."""
        persons = people.persons(self._tx, [(move.named.name, move.named.msisdn) for move in self._moves])
        begun = []
        for (at, role, named, serving), person in zip(self._moves, persons, strict=True):
            if serving and serving.name == named.name:
                people.repoint(self._tx, serving.appointment_id, person)
                continue
            start, term = self._today, self._entries[at].term
            if term and not serving:  # the first one on record has served since the committee was formed
                start = min(term.formed_on, start)
            begun.append(Appointment(person, role, start, society_id=self._ids[at]))
        people.appoint(self._tx, begun)


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


def _term(given: TermGiven | None, old: Term | None, facts: Facts, law: LawSettings) -> Term | None:
    """The term of the committee formed on the given day: its end as given, else as on record, else by the law for such a society."""
    if given is None:
        return old
    if given.expires_on:
        return Term(given.basis, given.formed_on, given.expires_on)
    if old:
        return Term(given.basis, given.formed_on, old.expires_on)
    ends = law.term_law(facts.level, facts.category).expires_on(given.basis, given.formed_on)
    return Term(given.basis, given.formed_on, ends)


def _yearly(given: Yearly | None, old: Yearly | None) -> Yearly | None:
    if given is None or given.held_on or old is None:
        return given or old
    return old


def _is_news(named: Member, serving: Bearer | None) -> bool:
    """Whether a row names another office-bearer than the one on record, or another number of his, or a new vacancy."""
    if serving is None:
        return named.name != ""
    if named.name != serving.name:
        return True
    return named.msisdn is not None and named.msisdn != serving.msisdn
