"""How any registry file is brought in: check every row first, then write in batches.

The file is read once. Rows that are in order wait in a temporary file on disk, so that a file of any length takes the
same memory, and nothing is written before the whole file is known to be in order: all or nothing, unless a partial
import is asked for. The database is not kept waiting while the file is read. Up to ``ROWS_AT_ONCE`` rows are written in
one transaction; more go in batches with a transaction each, so that the list of a whole country does not keep the
gateway from its messages: every row is whole in itself, and importing the same file again completes what a crash left
undone.
"""

from __future__ import annotations

import pickle
import tempfile
from contextlib import closing
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Generic, Protocol, TypeVar

from bot.registry.report import ImportReport, Refusal
from bot.registry.rows import Header, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import date

    from bot.registry.sheets import Cell
    from bot.registry.words import Table
    from bot.store.query import Tx

T = TypeVar("T")
Entry = TypeVar("Entry")

ROWS_PER_COMMIT = 1000
"""Rows in one batch: the gateway waits for less than half a second, even on two slow cores."""

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
) -> ImportReport:
    """Bring in the rows of a file, header first.

    Args:
        run: runs works in transactions.
        rows: the rows with their lines.
        plan: what is particular to this kind of file.
        dry_run: say what would happen, write nothing.
        partially: take the rows that are in order even when others are refused.
        today: the day of the import, local time.
    """
    with tempfile.TemporaryFile() as waiting:
        with closing(rows):
            batches, taken, refused = _check(rows, plan, waiting, today)
        if refused and not partially:
            return ImportReport(0, 0, tuple(refused))
        waiting.seek(0)
        each = batches if taken <= ROWS_AT_ONCE else 1
        changed = 0
        for _ in range(0, batches, each or 1):
            changed += run(_applying(plan, waiting, each, write=not dry_run))
    return ImportReport(changed, taken - changed, tuple(refused))


def _check(
    rows: Generator[tuple[int, Sequence[Cell]]], plan: Plan[Entry], waiting: IO[bytes], today: date
) -> tuple[int, int, list[Refusal]]:
    """Check every row; leaves those in order in ``waiting``. Returns batches, rows in them, and the problems."""
    first = next(rows, None)
    if first is None:
        return 0, 0, [Refusal(1, "", "The file is empty: the first line names the columns.")]
    header = Header(plan.table, *first, plan.required)
    refused = header.refused
    if not header.complete:
        return 0, 0, refused
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
        if len(batch) == ROWS_PER_COMMIT and not plan.at_once:
            pickle.dump(batch, waiting)
            batches += 1
            batch = []
    if batch:
        pickle.dump(batch, waiting)
        batches += 1
    return batches, taken, refused


def _applying(plan: Plan[Entry], waiting: IO[bytes], batches: int, *, write: bool) -> Callable[[Tx], int]:
    """The work that applies the next batches. It may be run again from its start, as works may be."""
    start = waiting.tell()

    def work(tx: Tx) -> int:
        waiting.seek(start)
        # The bytes were written by ourselves a moment ago, to a file without a name.
        return sum([plan.apply(tx, pickle.load(waiting), write) for _ in range(batches)])  # noqa: S301

    return work
