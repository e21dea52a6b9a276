"""Deleting what nobody needs any more, a few rows at a time. What came in, what went out and who changed what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, and_, bindparam, delete, or_, select

from bot.store.query import Query
from bot.store.schema import dialogues, job_runs, parts, tickets
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.store.query import Tx

_old_ticket = or_(tickets.c.closed_at < bindparam("before"), tickets.c.expires_at < bindparam("before"))
_OLD_TICKETS: Query[int] = Query(
    select(tickets.c.id).where(_old_ticket).order_by(tickets.c.id).limit(bindparam("most"))
)
_FORGET_TICKETS: Query[int] = Query(delete(tickets).where(and_(among(tickets.c.id, "ids"), _old_ticket)))
_OLD_DIALOGUES: Query[str] = Query(
    select(dialogues.c.msisdn).where(dialogues.c.expires_at < bindparam("before")).limit(bindparam("most"))
)
# A dialogue may have been opened anew between the reading and the deleting.
_FORGET_DIALOGUES: Query[int] = Query(
    delete(dialogues).where(and_(among(dialogues.c.msisdn, "ids"), dialogues.c.expires_at < bindparam("before")))
)
_OLD_PARTS: Query[int] = Query(
    select(parts.c.id)
    .where(parts.c.received_at < bindparam("before"))
    .order_by(parts.c.received_at)
    .limit(bindparam("most"))
)
_FORGET_PARTS: Query[int] = Query(delete(parts).where(among(parts.c.id, "ids")))
_KEPT_FROM: Query[int] = Query(
    select(job_runs.c.id)
    .where(job_runs.c.job == bindparam("of"))
    .order_by(job_runs.c.id.desc())
    .limit(1)
    .offset(bindparam("kept", type_=Integer))
)
_OLD_RUNS: Query[int] = Query(
    select(job_runs.c.id)
    .where(job_runs.c.job == bindparam("of"), job_runs.c.id <= bindparam("last"), job_runs.c.at < bindparam("before"))
    .order_by(job_runs.c.id)
    .limit(bindparam("most"))
)
_FORGET_RUNS: Query[int] = Query(delete(job_runs).where(among(job_runs.c.id, "ids")))


def old_tickets(tx: Tx, *, before: datetime, most: int) -> list[int]:
    """Tickets that were closed or expired before a moment: some, the oldest first."""
    return tx.all(_OLD_TICKETS, before=before, most=most)


def forget_tickets(tx: Tx, ids: Sequence[int], *, before: datetime) -> int:
    """Delete such tickets; returns how many."""
    return tx.run(_FORGET_TICKETS, ids=ids, before=before)


def old_dialogues(tx: Tx, *, before: datetime, most: int) -> list[str]:
    """The numbers of dialogues that expired before a moment: some."""
    return tx.all(_OLD_DIALOGUES, before=before, most=most)


def forget_dialogues(tx: Tx, ids: Sequence[str], *, before: datetime) -> int:
    """Delete such dialogues; returns how many."""
    return tx.run(_FORGET_DIALOGUES, ids=ids, before=before)


def old_parts(tx: Tx, *, before: datetime, most: int) -> list[int]:
    """Parts of messages in that came before a moment: some, the oldest first."""
    return tx.all(_OLD_PARTS, before=before, most=most)


def forget_parts(tx: Tx, ids: Sequence[int]) -> int:
    """Delete such parts; returns how many."""
    return tx.run(_FORGET_PARTS, ids=ids)


def old_runs(tx: Tx, job: str, *, before: datetime, kept: int, most: int) -> list[int]:
    """Runs of a job for a time before a moment, but never the newest ``kept``: some."""
    last = tx.first(_KEPT_FROM, of=job, kept=kept)
    return [] if last is None else tx.all(_OLD_RUNS, of=job, last=last, before=before, most=most)


def forget_runs(tx: Tx, ids: Sequence[int]) -> int:
    """Delete such runs; returns how many."""
    return tx.run(_FORGET_RUNS, ids=ids)
