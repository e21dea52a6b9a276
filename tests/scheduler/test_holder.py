"""A holder that has ended is seen at once; a restored database does not send by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.config import Config
from bot.scheduler import holder
from bot.scheduler.jobs.cleanup import JOB as CLEANUP
from bot.scheduler.jobs.reminders import REMINDERS
from bot.scheduler.standing import RESTORED, consent, standings
from bot.store import jobs, store
from bot.store.backup import back_up, restore
from tests.conftest import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.query import Tx


def test_this_process_is_not_gone() -> None:
    assert not holder.is_gone(holder.me())


def test_a_process_that_ended_is_gone() -> None:
    child = subprocess.run(
        [sys.executable, "-c", "from bot.scheduler import holder; print(holder.me())"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert holder.is_gone(child.stdout.strip())


def test_another_process_with_its_number_is_not_it() -> None:
    machine, pid, began, own = holder.me().split(":")
    assert holder.is_gone(f"{machine}:{pid}:{int(began) + 1}:{own}")


def test_of_another_machine_nothing_is_known() -> None:
    _, _, began, own = holder.me().split(":")
    assert not holder.is_gone(f"elsewhere:999999:{began}:{own}")
    assert not holder.is_gone("something else")


def test_after_a_restore_what_sends_waits_for_the_operator(demo_url: str, tmp_path: Path) -> None:
    def ran(tx: Tx) -> None:
        for job in (REMINDERS, CLEANUP):
            jobs.claim(tx, job.name, "me", running=NOW, lease=timedelta(minutes=1))
            jobs.ran(tx, job.name, "me", at=NOW, state="{}")

    def held(tx: Tx) -> list[str | None]:
        tomorrow = NOW + timedelta(days=1)
        return [each.held for each in standings(tx, (REMINDERS, CLEANUP), Config(), tomorrow, tomorrow)]

    store.do(demo_url, ran)
    back_up(demo_url, tmp_path / "copy.db")
    assert store.do(demo_url, held) == [None, None]
    restore(demo_url, tmp_path / "copy.db")
    assert store.do(demo_url, held) == [RESTORED, None]
    store.do(demo_url, lambda tx: consent(tx, (REMINDERS, CLEANUP)))
    assert store.do(demo_url, held) == [None, None]
