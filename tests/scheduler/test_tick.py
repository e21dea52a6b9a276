"""``barta tick``, ``barta jobs`` and ``barta resume`` as an operator uses them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from structlog.testing import capture_logs

from bot import ticking
from bot.cli.scheduled import jobs, resume, tick
from bot.cli.serving import doctor
from bot.cli.texting import sms
from bot.clock import Clock
from bot.config import Config
from bot.scheduler.job import Job
from bot.scheduler.jobs import JOBS
from bot.store import jobs as table
from bot.store import senders, store
from bot.store.query import Query
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from click.testing import Result

    from bot.scheduler.job import Run
    from bot.store.query import Tx

NAMES = [job.name for job in JOBS]
SENDING = [job.name for job in JOBS if job.sends]
_BREAK: Query[int] = Query(
    text("CREATE TRIGGER broken BEFORE DELETE ON dialogues BEGIN SELECT RAISE(ABORT, '+8801700099900'); END")
)


COMMANDS = {command.name: command for command in (tick, jobs, resume, doctor, sms)}


@pytest.fixture
def barta(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Callable[..., Result]:
    """Runs a command on a database with offices and no societies, at a time of the test's choosing."""

    def run(name: str, *arguments: str, now: datetime = NOW) -> Result:
        monkeypatch.setenv("BARTA_DATABASE_URL", sqlite_url)
        monkeypatch.setenv("BARTA_NOW", now.isoformat())
        with capture_logs():  # the program's own log goes to stderr; here nobody has set it up
            return CliRunner().invoke(COMMANDS[name], arguments)

    return run


def as_json(done: Result) -> Any:
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_a_day_of_ticks(barta: Any) -> None:
    assert as_json(barta("tick", "--json")) == {"at": NOW.astimezone(UTC).isoformat(), "queued": {}}
    assert "Nothing was due." in barta("tick").stdout
    found = as_json(barta("jobs", "--json"))
    assert [job["name"] for job in found] == NAMES
    for job in found:
        assert set(job) == {"name", "plan", "last", "next_at", "due", "running", "held"}
        assert set(job["last"]) == {"at", "started_at", "ended_at", "outcome", "detail"}
        assert (job["last"]["at"], job["last"]["outcome"]) == (NOW.astimezone(UTC).isoformat(), "done")
        assert (job["due"], job["running"], job["held"]) == (False, False, None)
    assert "cleanup: done" in barta("tick", now=NOW + timedelta(days=1)).stdout
    assert len(as_json(barta("jobs", "--history", "cleanup", "--json"))) == 2
    assert "next 23/11/2026 03:30  waits" in barta("jobs", now=NOW + timedelta(days=1)).stdout
    assert barta("jobs", "--history", "dance").exit_code == 2


def test_a_long_silence(barta: Any) -> None:
    barta("tick")
    later = NOW + timedelta(days=100)
    told = as_json(barta("resume", "--preview", "--json", now=later))
    assert [job["name"] for job in told["jobs"]] == NAMES
    assert [job["name"] for job in told["jobs"] if job["held"]] == SENDING
    assert told["waiting"] == []
    assert "would run once" in barta("resume", "--preview", now=later).stdout
    assert as_json(barta("resume", "--json", now=later)) == {"resumed": SENDING}
    assert "No job is held." in barta("resume", now=later).stdout
    assert not any(job["held"] for job in as_json(barta("jobs", "--json", now=later)))
    assert all(job["due"] for job in as_json(barta("jobs", "--json", now=later))), "resuming runs nothing by itself"


def test_a_tick_does_not_ask(barta: Any) -> None:
    barta("tick")
    later = NOW + timedelta(days=100)
    as_json(barta("tick", "--json", now=later))
    assert as_json(barta("resume", "--preview", "--json", now=later))["jobs"] == []


def test_a_job_that_fails(barta: Any, sqlite_url: str) -> None:
    def break_it(tx: Tx) -> None:
        senders.keep_dialogue(tx, "+8801700099900", "choose", {}, NOW - timedelta(days=9))
        tx.run(_BREAK)

    store.do(sqlite_url, break_it)
    done = barta("tick", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["queued"] == {}
    assert "cleanup failed: IntegrityError at query.py:" in done.stderr
    assert "8801700099900" not in done.stderr
    (job,) = [job for job in as_json(barta("jobs", "--json")) if job["name"] == "cleanup"]
    assert (job["last"]["outcome"], job["due"]) == ("failed", True)
    assert barta("tick").exit_code == 1, "an operator does not wait for the next try"
    assert "cleanup failed" in barta("doctor").stdout


def test_a_job_that_another_process_is_at(barta: Any, sqlite_url: str) -> None:
    lease = timedelta(minutes=1)
    store.do(sqlite_url, partial(table.claim, name="cleanup", me="other", running=datetime.now(UTC), lease=lease))
    done = barta("tick", "--json")
    assert as_json(done)["queued"] == {}
    assert "cleanup: another process is at it" in done.stderr
    assert "running" in barta("jobs").stdout


def test_the_doctor_sees_a_clock_that_is_behind(barta: Any) -> None:
    barta("tick")
    assert "none came in yet" in barta("doctor").stdout
    barta("sms", "--from", "01700099900", "HELP")
    assert (
        "ok   last message: came in 0 hours 10 minutes ago" in barta("doctor", now=NOW + timedelta(minutes=10)).stdout
    )
    done = barta("doctor", now=NOW - timedelta(days=4))
    assert done.exit_code == 1
    assert "it came 4 days after now" in done.stdout
    if SENDING:
        assert f"{SENDING[0]} is held, it last ran in the future" in done.stdout


async def test_a_tick_counts_what_its_jobs_queued_and_goes_on_after_a_failure(sqlite_url: str) -> None:
    async def remind(run: Run) -> None:
        run.queued.update({"reminder": 3, "notice": 0})

    async def fail(run: Run) -> None:
        run.queued["digest"] += 1
        raise LookupError

    some = [Job("reminders", remind), Job("digests", fail), Job("weekly", remind)]
    done = await ticking.tick(Config(), Clock(NOW), sqlite_url, some)
    assert done.as_json()["queued"] == {"reminder": 6, "digest": 1}
    assert [ended.outcome for ended in done.ended] == ["done", "failed", "done"]


async def test_a_preview_says_what_a_job_says_and_runs_nothing(sqlite_url: str) -> None:
    async def run(run: Run) -> None:
        run.state["seen"] = "2026-11-21"

    async def say(run: Run) -> Mapping[str, Any]:
        return {"reminder": 3, "since": run.state.get("seen"), "on": run.today.isoformat()}

    some = [Job("reminders", run, preview=say)]
    await ticking.tick(Config(), Clock(NOW), sqlite_url, some)
    for _ in range(2):
        told = await ticking.preview(Config(), Clock(NOW + timedelta(days=30)), sqlite_url, some)
        (job,) = told.as_json()["jobs"]
        assert job["would"] == {"reminder": 3, "since": "2026-11-21", "on": "2026-12-21"}
        assert (job["missed"], job["held"]) == (30, None)
    row = store.do(sqlite_url, partial(table.row, name="reminders"), read_only=True)
    assert row.ran_until_at == NOW
