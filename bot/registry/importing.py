"""How any registry file is brought in: check every row first, then write in batches.

The file is read once. Rows that are in order wait in a temporary file on disk, so that a file of any length takes the
same memory, and nothing is written before the whole file is known to be in order: all or nothing, unless a partial
import is asked for. The database is not kept waiting while the file is read. Up to ``ROWS_AT_ONCE`` rows are written in
one transaction; more go in many short ones, so that the list of a whole country does not keep the gateway from its
messages: every row is whole in itself, and importing the same file again completes what a crash left undone. A mark in
the database says that it did (``unfinished``).
"""

from __future__ import annotations

import pickle
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

from bot.registry.report import ImportReport, Refusal
from bot.registry.rows import Header, Row
from bot.store.marks import IMPORT, mark, put_mark, remove_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import date

    from bot.registry.sheets import Cell
    from bot.registry.words import Table
    from bot.store.query import Tx

T = TypeVar("T")
Entry = TypeVar("Entry")

ROWS_PER_BATCH = 100
"""Rows that wait on disk together: the least that one transaction writes."""

HELD = 0.05
"""Seconds that a transaction of a long import is to take, which is what the gateway may have to wait."""

MOST_BATCHES = 20
"""Batches in one transaction at most, however fast the machine: bounds the memory, and a sudden slowness."""

ROWS_AT_ONCE = 10_000
"""A file of no more rows, which is a district with room to spare, is written in one transaction: all of it or none."""


class Run(Protocol):
    """Runs a work in a transaction and commits it: ``partial(in_transaction, connection)`` for the command line.

    ``within(tx)`` makes one that runs everything in a transaction that is open already.
    """

    def __call__(self, work: Callable[[Tx], T], /) -> T:
        """Run ``work``."""
        ...


def within(tx: Tx) -> Run:
    """Run every batch in one open transaction: all of it is committed, or none, whatever happens."""

    def run(work: Callable[[Tx], T], /) -> T:
        return work(tx)

    return run


class Watch(Protocol):
    """Hears how far an import is."""

    def begin(self, part: Literal["checking", "writing"], rows: int | None) -> None:
        """A part begins; ``rows`` is how many it will go through, where that is known."""
        ...

    def step(self, rows: int) -> None:
        """So many rows more are done."""
        ...


class _Unwatched:
    def begin(self, part: Literal["checking", "writing"], rows: int | None) -> None: ...

    def step(self, rows: int) -> None: ...


UNWATCHED: Watch = _Unwatched()


@dataclass(frozen=True, slots=True)
class Plan(Generic[Entry]):
    """What is particular to one kind of file.

    Attributes:
        table: which words its headers are.
        required: for each need, the columns one of which must be there.
        check: reads a row; None when it noted a problem.
        apply: compares a batch with the store and, unless it is a dry run, writes it; returns how many rows were new or
            changed.
        at_once: whether all rows must come in one batch, because they are judged together.
    """

    table: Table
    required: Sequence[tuple[str, ...]]
    check: Callable[[Row], Entry | None]
    apply: Callable[[Tx, Sequence[Entry], bool], int]
    at_once: bool = False


def bring_in(
    run: Run,
    rows: Generator[tuple[int, Sequence[Cell]]],
    plan: Plan[Entry],
    *,
    dry_run: bool,
    partially: bool,
    today: date,
    watch: Watch = UNWATCHED,
) -> ImportReport:
    """Bring in the rows of a file, header first.

    Args:
        run: runs works in transactions.
        rows: the rows with their lines.
        plan: what is particular to this kind of file.
        dry_run: say what would happen, write nothing.
        partially: take the rows that are in order even when others are refused.
        today: the day of the import, local time.
        watch: hears how far it is.
    """
    with tempfile.TemporaryFile() as waiting:
        with closing(rows):
            batches, taken, refused = _check(rows, plan, waiting, today, watch)
        if refused and not partially:
            return ImportReport(0, 0, tuple(refused))
        waiting.seek(0)
        watch.begin("writing", taken)
        writing = _Writing(run, plan, waiting, watch, write=not dry_run)
        changed = writing.at_once(batches) if taken <= ROWS_AT_ONCE else writing.in_turns(batches, taken)
    return ImportReport(changed, taken - changed, tuple(refused))


def _check(
    rows: Generator[tuple[int, Sequence[Cell]]], plan: Plan[Entry], waiting: IO[bytes], today: date, watch: Watch
) -> tuple[int, int, list[Refusal]]:
    """Check every row; leaves those in order in ``waiting``. Returns batches, rows in them, and the problems."""
    first = next(rows, None)
    if first is None:
        return 0, 0, [Refusal(1, "", "The file is empty: the first line names the columns.")]
    header = Header(plan.table, *first, plan.required)
    refused = header.refused
    if not header.complete:
        return 0, 0, refused
    watch.begin("checking", None)
    batch: list[Entry] = []
    batches = taken = 0
    for line, cells in rows:
        row = Row(header, line, cells, today)
        entry = plan.check(row)
        refused += row.refused
        if entry is None or row.refused:
            continue
        batch.append(entry)
        taken += 1
        if len(batch) == ROWS_PER_BATCH and not plan.at_once:
            watch.step(len(batch))
            pickle.dump(batch, waiting)
            batches += 1
            batch = []
    if batch:
        pickle.dump(batch, waiting)
        batches += 1
    return batches, taken, refused


class _Writing(Generic[Entry]):
    """Applies the batches that wait in a file."""

    def __init__(self, run: Run, plan: Plan[Entry], waiting: IO[bytes], watch: Watch, *, write: bool) -> None:
        self._run = run
        self._plan = plan
        self._waiting = waiting
        self._watch = watch
        self._write = write
        self._taken = 0.0

    def at_once(self, batches: int) -> int:
        """All of them in one transaction; returns how many rows were new or changed."""
        changed, rows = self._run(self._applying(batches, None)) if batches else (0, 0)
        self._watch.step(rows)
        return changed

    def in_turns(self, batches: int, rows: int) -> int:
        """As many in each transaction as go into the time that others may have to wait."""
        changed = done = 0
        each = 1
        while batches:
            each = min(each, batches)
            batches -= each
            more, written = self._run(self._applying(each, (done, rows)))
            changed, done = changed + more, done + written
            self._watch.step(written)
            each = max(1, min(round(each * HELD / max(self._taken, 0.001)), 2 * each, MOST_BATCHES))
        return changed

    def _applying(self, batches: int, progress: tuple[int, int] | None) -> Callable[[Tx], tuple[int, int]]:
        """The work that applies the next batches. It may be run again from its start, as works may be."""
        start = self._waiting.tell()

        def work(tx: Tx) -> tuple[int, int]:
            began = time.monotonic()
            self._waiting.seek(start)
            entries: list[Entry] = []
            for _ in range(batches):
                # The bytes were written by ourselves a moment ago, to a file without a name.
                entries += pickle.load(self._waiting)  # noqa: S301
            changed = self._plan.apply(tx, entries, self._write)
            if progress and self._write:
                _note(tx, progress[0] + len(entries), progress[1])
            self._taken = time.monotonic() - began
            return changed, len(entries)

        return work


def _note(tx: Tx, done: int, rows: int) -> None:
    if done < rows:
        put_mark(tx, IMPORT, f"{done}/{rows}")
    else:
        remove_mark(tx, IMPORT)


def unfinished(tx: Tx) -> tuple[int, int] | None:
    """How many rows of how many an earlier import had written when it stopped, if it did not come to its end."""
    noted = mark(tx, IMPORT)
    if noted is None:
        return None
    done, rows = noted.split("/")
    return int(done), int(rows)
