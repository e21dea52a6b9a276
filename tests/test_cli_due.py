"""``barta due``: who has not filed, as a table and as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bot.store import store
from tests import filed
from tests.conftest import NOW

ROOT = Path(__file__).parent.parent
AT = "2026-11-21T10:00"


def barta(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "BARTA_DATABASE_URL": url, "BARTA_NOW": AT, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


def due(url: str, *arguments: str) -> list[dict[str, Any]]:
    done = barta(url, "due", *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_offices(demo_url: str) -> None:
    found = due(demo_url, "SOC", "2026-10", "--office", "5573")
    assert found[0] == {
        "office": "55730012",
        "form": "SOC",
        "period": "2026-10",
        "due_on": "2026-11-05",
        "days_over": 16,
    }
    assert len(found) == 6
    store.do(demo_url, partial(filed.by_office, code="55730012", form="SOC", period="2026-10", at=NOW))
    assert [each["office"] for each in due(demo_url, "SOC", "2026-10", "--office", "5573")] == [
        each["office"] for each in found[1:]
    ]
    assert len(due(demo_url, "soc", "2026-10")) == 494
    assert due(demo_url, "SOC", "2026-10", "--office", "55730012") == []
    assert due(demo_url, "SOC", "2026-11", "--office", "5573")[0]["days_over"] == -15


def test_societies(demo_url: str) -> None:
    before = due(demo_url, "MEM", "2025-26", "--office", "55730012")
    assert before[0] == {
        "society": "1/2023",
        "area": "55730012",
        "form": "MEM",
        "period": "2025-26",
        "due_on": "2026-07-30",
        "days_over": 114,
    }
    store.do(demo_url, partial(filed.by_society, society_id=1, form="MEM", period="2025-26", at=NOW))
    assert due(demo_url, "MEM", "2025-26", "--office", "55730012") == before[1:]
    assert len(due(demo_url, "MEM", "2026-27/Q1", "--office", "55730012")) == len(before)


def test_for_people(demo_url: str) -> None:
    done = barta(demo_url, "due", "NOTHI", "2026-27/Q1", "--office", "5573")
    assert len(done.stdout.splitlines()) == 6
    assert "ডিমলা" in done.stdout
    assert "6 have not filed NOTHI for 2026-27/Q1, due on 11/10/2026: 41 days over." in done.stderr


def test_what_there_is_not(demo_url: str) -> None:
    for arguments, code in (
        (("XYZ", "2026-10"), 2),
        (("SOC", "2026-27"), 2),
        (("SOC", "soon"), 2),
        (("SOC", "2026-10", "--office", "99"), 1),
        (("SOC",), 2),
    ):
        done = barta(demo_url, "due", *arguments)
        assert (done.returncode, done.stdout) == (code, ""), arguments
        assert done.stderr
