"""The registry of a whole country brought in: how fast, in how much memory, and what a gateway beside it still answers.

190,000 constructed rows are imported into an empty database; then into one whose gateway is kept busy by wrk with 64 connections, as in
``answers``. Windows of the same length before, during and after the import are compared, and their medians give the share: the
machine is noisy, and only ratios within one run mean anything. The file is checked first, which takes a processor, and written then,
which takes the database; some windows of each are measured, with nobody else there in between, and then the import is stopped: on two
processors that a gateway and wrk want as well, the rest would take minutes and show nothing more. ``BENCH_ROWS`` sets another number
of rows, at least 10,001.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from benchmarks.answers import CONNECTIONS, HERE, _environment, _free_port, _wait
from benchmarks.registry_rows import COUNTRY, write

SECONDS = 4
QUIET_WINDOWS = 3
"""Windows before the import, and as many after it."""

WINDOWS = {"checking": 5, "writing": 8}
"""Windows during each part of the import."""

LONGEST = 120
"""Seconds until the import must have begun to write."""


class Import(NamedTuple):
    """One import: how many rows it wrote, and what it used."""

    rows: int
    seconds: float
    peak_megabytes: float

    @property
    def rate(self) -> float:
        """Rows per second, from the start of the program to its end."""
        return self.rows / self.seconds


def main() -> None:
    """Run both imports and print the figures."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    rows = int(os.environ.get("BENCH_ROWS", COUNTRY))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        file = base / "country.csv"
        write(file, rows)
        alone = _alone(base / "alone", file)
        rates, written = _beside(base / "beside", file)
    middle = {name: statistics.median(values) for name, values in rates.items()}
    for part in WINDOWS:
        print(f"inbound answers while an import is {part}, share of without: {middle[part] / middle['without']:6.1%}")
    print(f"rows imported per second, alone, all in all:    {alone.rate:6,.0f}")
    print(f"rows written per second, beside a busy gateway: {written:6,.0f}")
    print(f"peak memory of the import, MB:                  {alone.peak_megabytes:6.0f}")
    print(
        f"illustration, medians of windows of {SECONDS} s:", {name: f"{rate:,.0f}/s" for name, rate in middle.items()}
    )


def _alone(folder: Path, file: Path) -> Import:
    env = _prepared(folder)
    began = time.monotonic()
    return _finished(_importing(env, file), began, folder)


def _beside(folder: Path, file: Path) -> tuple[dict[str, list[float]], float]:
    """Answers per second without an import and during each part of one, and how many rows it wrote per second."""
    env = _prepared(folder)
    subprocess.run([sys.executable, "-m", "benchmarks.registry"], env=env, check=True, capture_output=True)
    port = _free_port()
    gateway = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--port", str(port)], env=env, stderr=subprocess.DEVNULL
    )
    database = folder / "bench.db"
    try:
        _wait(port)
        rates = {"without": [_window(port, f"before{number}") for number in range(QUIET_WINDOWS)]}
        importing = _importing(env, file)
        rates["checking"] = [_window(port, f"checking{number}") for number in range(WINDOWS["checking"])]
        began, before = _wait_until_it_writes(database), _societies(database)
        rates["writing"] = [_window(port, f"writing{number}") for number in range(WINDOWS["writing"])]
        written = (_societies(database) - before) / (time.monotonic() - began)
        importing.kill()
        importing.wait()
        rates["without"] += [_window(port, f"after{number}") for number in range(QUIET_WINDOWS)]
    finally:
        gateway.terminate()
        gateway.wait(30)
    _prove(database)
    return rates, written


def _wait_until_it_writes(path: Path) -> float:
    """The moment at which an import in many transactions has begun to write."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        if _ask(path, "SELECT count(*) FROM marks WHERE name = 'import'"):
            return time.monotonic()
        time.sleep(0.2)
    sys.exit("the import did not begin to write")


def _societies(path: Path) -> int:
    return _ask(path, "SELECT count(*) FROM societies")


def _ask(path: Path, question: str) -> int:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        return int(database.execute(question).fetchone()[0])


def _prove(path: Path) -> None:
    """Every message in has exactly one answer: a rate that loses messages is no rate."""
    inbox = _ask(path, "SELECT count(*) FROM inbox")
    answered = _ask(
        path, "SELECT count(*) FROM (SELECT 1 FROM outbox GROUP BY in_reply_to HAVING count(*) = 1 AND in_reply_to > 0)"
    )
    if inbox == 0 or inbox != answered:
        sys.exit(f"{inbox} messages, {answered} with exactly one answer")


def _prepared(folder: Path) -> dict[str, str]:
    folder.mkdir()
    env = {**os.environ, **_environment(folder)}
    subprocess.run([sys.executable, "-m", "bot", "init"], env=env, check=True, capture_output=True)
    return env


def _importing(env: dict[str, str], file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bot", "import", "societies", str(file), "--json"]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)


def _finished(importing: subprocess.Popen[bytes], began: float, folder: Path) -> Import:
    """Wait for it; what it used is known of this process alone."""
    _, status, used = os.wait4(importing.pid, 0)
    seconds = time.monotonic() - began
    importing.returncode = os.waitstatus_to_exitcode(status)
    if importing.returncode:
        sys.exit(f"the import ended with {importing.returncode}")
    return Import(_societies(folder / "bench.db"), seconds, used.ru_maxrss / 1024)


def _window(port: int, name: str) -> float:
    """Answers per second."""
    options = ["-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "10s", "-s", str(HERE / "mo.lua")]
    command = ["wrk", *options, f"http://127.0.0.1:{port}", "--", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if found is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(done.stdout)
    return float(found[1])


if __name__ == "__main__":
    main()
