"""Real processes: several at once, and one that is killed in the middle."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.store import jobs as table
from bot.store import store
from tests.peers.ports import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.store.jobs import JobRun

ROOT = Path(__file__).parent.parent.parent
LEASE_SECONDS = 1.0


class Worker:
    """``tests.scheduler.working``, ready to begin."""

    def __init__(self, url: str, what: str) -> None:
        command = [sys.executable, "-m", "tests.scheduler.working", url, str(LEASE_SECONDS), what]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start(database_url: str) -> Iterator[Callable[[str], Worker]]:
    workers: list[Worker] = []

    def begin(what: str) -> Worker:
        workers.append(Worker(database_url, what))
        return workers[-1]

    yield begin
    for worker in workers:
        worker.kill()


def runs(url: str) -> list[JobRun]:
    """Newest first."""
    found: list[JobRun] = store.do(url, partial(table.runs, name="reminders", most=100), read_only=True)
    return found


def test_of_four_processes_one_runs_it(database_url: str, start: Callable[[str], Worker]) -> None:
    workers = [start("end") for _ in range(4)]
    assert [worker.says() for worker in workers] == ["ready"] * 4
    for worker in workers:
        worker.go()
    said = sorted(worker.process.communicate()[0].split()[-1] for worker in workers)
    assert said == ["busy", "busy", "busy", "done"]
    assert [run.outcome for run in runs(database_url)] == ["done"]
    assert store.do(database_url, partial(table.row, name="reminders")).state == {"count": 1}


def test_a_job_whose_process_was_killed_runs_again(database_url: str, start: Callable[[str], Worker]) -> None:
    doomed = start("hang")
    assert doomed.says() == "ready"
    doomed.go()
    assert doomed.says() == "begun"
    doomed.kill()
    assert [run.outcome for run in runs(database_url)] == ["running"]

    def taken_over() -> bool:
        next_one = start("end")
        assert next_one.says() == "ready"
        next_one.go()
        return next_one.process.communicate()[0].split()[-1] == "done"

    wait_until(taken_over, 30, "the lease to lapse")
    assert [run.outcome for run in runs(database_url)] == ["done", "lapsed"]
