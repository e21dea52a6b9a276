"""Forgets what nobody needs any more: old tickets, dialogues that nobody goes on with, parts of messages, the log of very old runs.

So it does with messages to many that were never confirmed; those that waited for a second officer in vain it calls off.
It reads beside the writer and deletes in works of some milliseconds. What came in, what went out, receipts and the audit log stay.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bot.scheduler.job import Job
from bot.sections import JobSettings
from bot.store import broadcast_drafts, clearing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.scheduler.job import Run
    from bot.store.query import Tx

K = TypeVar("K")

AT_ONCE = 500
"""Rows deleted in one work."""

TICKET_DAYS = 30
"""A code, link or request is kept so long after it was used or expired: an old button can still say what became of it."""

DIALOGUE_DAYS = 1
DRAFT_DAYS = 1
PART_DAYS = 3
RUN_DAYS = 400
KEPT_RUNS = 50
"""The newest runs of a job stay, however old."""


async def _forget(run: Run) -> None:
    closed, expired, ended = (run.now - timedelta(days=days) for days in (TICKET_DAYS, DIALOGUE_DAYS, RUN_DAYS))
    run.detail["tickets"] = await _some(
        run,
        partial(clearing.old_tickets, before=closed, most=AT_ONCE),
        partial(clearing.forget_tickets, before=closed),
    )
    run.detail["dialogues"] = await _some(
        run,
        partial(clearing.old_dialogues, before=expired, most=AT_ONCE),
        partial(clearing.forget_dialogues, before=expired),
    )
    # Parts are dated by the running clock, as everything that is about connections and retries.
    joined = datetime.now(UTC) - timedelta(days=PART_DAYS)
    run.detail["parts"] = await _some(
        run, partial(clearing.old_parts, before=joined, most=AT_ONCE), clearing.forget_parts
    )
    asked = run.now - timedelta(days=DRAFT_DAYS)
    run.detail["drafts"] = await _some(
        run, partial(broadcast_drafts.old, before=asked, most=AT_ONCE), broadcast_drafts.forget
    )
    run.detail["undecided"] = await _some(
        run, partial(broadcast_drafts.undecided, before=run.now, most=AT_ONCE), broadcast_drafts.cancel
    )
    run.detail["runs"] = 0
    for job in JobSettings.model_fields:
        old = partial(clearing.old_runs, job=job, before=ended, kept=KEPT_RUNS, most=AT_ONCE)
        run.detail["runs"] += await _some(run, old, clearing.forget_runs)


async def _some(run: Run, old: Callable[[Tx], list[K]], forget: Callable[[Tx, list[K]], int]) -> int:
    """Find and delete until nothing is found; returns how many rows went."""
    gone = 0
    while ids := await run.store.read(old, slow=True):
        deleted = await run.store.write(lambda tx, ids=ids: forget(tx, ids))  # type: ignore[misc]
        gone += deleted
        if len(ids) < AT_ONCE or not deleted:
            break
    return gone


JOB = Job("cleanup", _forget, sends=False)
