"""``barta rollup``: its formats, where figures come from, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.store.store import do
from tests.conftest import NOW
from tests.documents.test_rollup import IN_TIME, file
from tests.handlers.talking import DIMLA, DOMAR

ROOT = Path(__file__).parent.parent


def barta(url: str, *arguments: str, text: bool = True) -> subprocess.CompletedProcess[Any]:
    env = {**os.environ, "BARTA_DATABASE_URL": url, "BARTA_NOW": "2026-11-21T10:00", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "rollup", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=text, check=False, timeout=60)


@pytest.fixture
def url(demo_url: str) -> str:
    do(demo_url, partial(file, code=DIMLA, form="SOC", period="2026-09", opening=1390, new=5, cancelled=2))
    do(demo_url, partial(file, code=DIMLA, form="SOC", period="2026-10", at=IN_TIME, new=7, cancelled=0))
    do(demo_url, partial(file, code=DOMAR, form="SOC", period="2026-10", at=NOW, opening=10, new=1, cancelled=0))
    do(demo_url, partial(file, code=DIMLA, form="AUD", period="2026-10", target=8, done=2))
    return demo_url


def test_the_json(url: str) -> None:
    done = barta(url, "SOC", "2026-10", "--office", "5573", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert list(told) == ["form", "period", "office", "rows", "total"]
    assert (told["form"], told["period"], told["office"]) == ("SOC", "2026-10", "5573")
    assert told["rows"][0] == {
        "office": DIMLA,
        "filed": 1,
        "expected": 1,
        "on_time": 1,
        "values": {
            "opening": {"this": 1393, "previous": 1390, "cumulative": 1390},
            "new": {"this": 7, "previous": 5, "cumulative": 12},
            "cancelled": {"this": 0, "previous": 2, "cumulative": 2},
            "closing": {"this": 1400, "previous": 1393, "cumulative": 1400},
        },
    }
    assert len(told["rows"]) == 6
    total = told["total"]
    assert [total[name] for name in ("office", "filed", "expected", "on_time")] == ["5573", 2, 6, 1]
    assert total["values"]["closing"]["this"] == 1411


def test_a_ratio_has_decimals_and_is_null_where_there_is_none(url: str) -> None:
    told = json.loads(barta(url, "aud", "10/26", "--office", "5573", "--format", "json").stdout)
    ratios = [row["values"]["percent"]["this"] for row in told["rows"]]
    assert ratios == [25.0, None, None, None, None, None]
    assert [type(ratios[0]), told["total"]["values"]["percent"]] == [
        float,
        {"this": 25.0, "previous": None, "cumulative": 25.0},
    ]


@pytest.mark.parametrize("period", ["10/26", "অক্টোবর ২০২৬"])
def test_a_period_as_people_write_it(url: str, period: str) -> None:
    assert json.loads(barta(url, "SOC", period, "--format", "json").stdout)["period"] == "2026-10"


def test_the_levels(url: str) -> None:
    for by, rows in ((None, 8), ("division", 8), ("district", 64), ("upazila", 495)):
        told = json.loads(barta(url, "SOC", "2026-10", "--format", "json", *(("--by", by) if by else ())).stdout)
        assert (len(told["rows"]), told["office"], told["total"]["filed"]) == (rows, "BD", 2)


def test_the_table_and_the_csv_have_the_same_figures(url: str) -> None:
    text = barta(url, "SOC", "2026-10", "--office", "5573").stdout
    assert text.splitlines()[0] == "Number of societies (SOC), 2026-10, Nilphamari"
    assert text.splitlines()[-1].split() == ["TOTAL", "2/6", "1", "1,403", "8", "5", "13", "0", "2", "2", "1,411"]
    rows = list(csv.DictReader(io.StringIO(barta(url, "SOC", "2026-10", "--office", "5573", "--format", "csv").stdout)))
    assert (rows[0]["office"], rows[0]["new_cumulative"], rows[-1]["closing_this"]) == (DIMLA, "12", "1411")
    assert len(rows) == 7


def test_files(url: str, tmp_path: Path) -> None:
    path = tmp_path / "soc.xlsx"
    done = barta(url, "SOC", "2026-10", "--office", "5573", "--format", "xlsx", "--output", str(path))
    assert (done.returncode, done.stdout) == (0, "")
    sheet = load_workbook(path).worksheets[0]
    assert sheet.cell(sheet.max_row, sheet.max_column).value == 1411
    assert barta(url, "SOC", "2026-10", "--format", "pdf", text=False).stdout.startswith(b"%PDF")


def test_where_a_figure_comes_from(url: str) -> None:
    text = barta(url, "SOC", "2026-10", "--office", "5573", "--explain", "closing").stdout
    lines = [line.strip() for line in text.splitlines()]
    assert lines[:4] == [
        "Closing (closing), SOC, 2026-10",
        "Nilphamari (5573): 1,411, filed 2/6",
        f"Dimla ({DIMLA}): 1,400, filed 1/1",
        "R2: 1,400, filed 03/11/2026 10:00",
    ]
    assert lines[4:6] == ["version 1, R2, 03/11/2026 10:00: new 7, cancelled 0", "carried from 2026-09, R1"]
    tree = json.loads(barta(url, "SOC", "2026-10", "--office", "5573", "--format", "json", "--explain").stdout)
    assert set(tree["values"]) == {"new", "cancelled", "closing"}
    assert sum(each["values"]["closing"] for each in tree["below"]) == tree["values"]["closing"] == 1411
    (one,) = tree["below"][0]["returns"]
    assert (one["reference"], one["values"]["closing"], one["versions"][0]["message"]) == ("R2", 1400, "R2")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["NONE", "2026-10"], 2, "there are AGM, AUD"),
        (["SOC", "2026-27"], 2, "no month of SOC"),
        (["SOC", "someday"], 2, "write 2023-12"),
        (["SOC", "2026-10", "--by", "village"], 2, "--by"),
        (["SOC", "2026-10", "--explain", "nothing"], 2, "opening, new, cancelled, closing"),
        (["SOC", "2026-10", "--format", "csv", "--explain"], 2, "table or json"),
        (["SOC", "2026-10", "--office", "999"], 1, "no office with the code 999"),
        (["SOC"], 2, "PERIOD"),
    ],
)
def test_what_cannot_be_is_refused(url: str, arguments: list[str], code: int, said: str) -> None:
    done = barta(url, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
