"""What is forgotten, and what never is; in small works, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from bot.domain.parts import Part
from bot.scheduler.jobs import cleanup
from bot.store import jobs as table
from bot.store import parts, senders, tickets
from bot.store.query import Query, values_of
from bot.store.schema import dialogues, job_runs
from bot.store.schema import parts as parts_table
from bot.store.schema import tickets as ticket_table
from tests.scheduler.watch import MORNING, Watch, runner

if TYPE_CHECKING:
    import pytest

    from bot.store.query import Tx

_TICKETS: Query[str] = Query(select(ticket_table.c.holder).order_by(ticket_table.c.id))
_DIALOGUES: Query[str] = Query(select(dialogues.c.msisdn).order_by(dialogues.c.msisdn))
_PARTS: Query[str] = Query(select(parts_table.c.message))
_RUNS: Query[int] = Query(select(func.count()).select_from(job_runs))
_RUN: Query[int] = Query(insert(job_runs).values(values_of("job", "at", "started_at", "outcome")))
LONG_AGO = MORNING - timedelta(days=31)


def fill(tx: Tx) -> None:
    day = timedelta(days=1)
    issue = partial(tickets.issue_token, tx, "file", content={}, now=LONG_AGO)
    issue(holder="expired long ago", until=LONG_AGO + timedelta(hours=1))
    issue(holder="expired", until=MORNING - day)
    issue(holder="good", until=MORNING + day)
    token = issue(holder="used long ago", until=MORNING + day)
    used = tickets.by_token(tx, "file", token, LONG_AGO)
    assert used is not None
    tickets.close(tx, used.id, "used", LONG_AGO)
    senders.keep_dialogue(tx, "+8801700099901", "choose", {}, MORNING - 2 * day)
    senders.keep_dialogue(tx, "+8801700099902", "choose", {}, MORNING - timedelta(hours=1))
    senders.keep_dialogue(tx, "+8801700099903", "choose", {}, MORNING + timedelta(minutes=5))
    for name, age in (("new", 2), ("old", 4)):
        at = datetime.now(UTC) - timedelta(days=age)
        parts.take(tx, Part("smpp", "session", at, name, name, None, 1, 1, b"0", at))
    for number in range(60):
        at = MORNING - timedelta(days=500 - number)
        tx.run(_RUN, job="weekly", at=at, started_at=at, outcome="done")
    for number in range(60):
        at = MORNING - timedelta(days=90 - number)
        tx.run(_RUN, job="reminders", at=at, started_at=at, outcome="done")


async def test_only_what_nobody_needs_is_forgotten(database_url: str) -> None:
    async with runner(database_url, Watch()) as (ours, store):
        await store.write(fill)
        ended = await ours.run(cleanup.JOB)
        assert ended is not None
        assert ended.outcome == "done"
        assert await store.read(lambda tx: tx.all(_TICKETS)) == ["expired", "good"]
        assert await store.read(lambda tx: tx.all(_DIALOGUES)) == ["+8801700099902", "+8801700099903"]
        (run,) = await store.read(partial(table.runs, name="cleanup", most=9))
        assert run.detail == {"tickets": 2, "dialogues": 1, "parts": 1, "drafts": 0, "undecided": 0, "runs": 10}
        assert await store.read(lambda tx: tx.all(_PARTS)) == ["new"]
        assert await store.read(lambda tx: tx.one(_RUNS)) == 50 + 60 + 1


async def test_much_is_forgotten_in_small_works(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "AT_ONCE", 10)

    def much(tx: Tx) -> None:
        for number in range(95):
            tickets.mark(tx, "code", f"chat:{number}", now=LONG_AGO, inbox_id=None)

    async with runner(sqlite_url, Watch()) as (ours, store):
        await store.write(much)
        before = store.writer.counts.works
        await ours.run(cleanup.JOB)
        assert await store.read(lambda tx: tx.all(_TICKETS)) == []
        assert store.writer.counts.works - before == 10 + 2, "the works, the claim and the end"
