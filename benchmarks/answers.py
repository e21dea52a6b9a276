"""Durable answers per second, as a share of a bare aiohttp echo and of one SQLAlchemy transaction per message.

wrk with 64 connections sends messages in as Kannel would, each new; a request counts when its answer is durable (synchronous=FULL) and
sent back in the response. The three servers take turns, several rounds, and the median of the rounds counts, because the machine
is noisy and only ratios within one run mean anything.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROUNDS = 5
SECONDS = 4
CONNECTIONS = 64
HERE = Path(__file__).parent

CONFIG = """
[gateway]
answers_per_sender = 1000000
[channels.kannel]
kind = "kannel"
username = "bench"
password = "$BENCH_SECRET"
secret = "$BENCH_SECRET"
reply = "{reply}"
send_url = "http://127.0.0.1:9/"
"""


def main() -> None:
    """Run the rounds and print the figures."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        rates: dict[str, list[float]] = {"echo": [], "gateway": [], "one by one": []}
        fsyncs: list[float] = []
        for number in range(ROUNDS):
            rates["echo"].append(_round(base, f"e{number}", ["-m", "benchmarks.echo"])[0])
            rate, metrics = _round(base, f"g{number}", ["-m", "bot", "run", "--port"])
            rates["gateway"].append(rate)
            works, commits = _metric(metrics, "barta_writer_works"), _metric(metrics, "barta_writer_commits")
            fsyncs.append(works / commits)
            rates["one by one"].append(_round(base, f"o{number}", ["-m", "benchmarks.one_by_one"])[0])
    middle = {name: statistics.median(values) for name, values in rates.items()}
    print(f"durable answers, share of a bare echo:        {middle['gateway'] / middle['echo']:6.1%}")
    print(f"durable answers, times one tx per message:    {middle['gateway'] / middle['one by one']:6.1f}")
    print(f"answers per fsync:                            {statistics.median(fsyncs):6.1f}")
    print("illustration, median of", ROUNDS, "rounds of", SECONDS, "s:", {k: f"{v:,.0f}/s" for k, v in middle.items()})


def _round(base: Path, name: str, arguments: list[str]) -> tuple[float, str]:
    """One server under load: answers per second, and its metrics."""
    port = _free_port()
    folder = base / name
    folder.mkdir()
    env = {**os.environ, **_environment(folder)}
    if "echo" not in arguments[1]:
        subprocess.run([sys.executable, "-m", "bot", "init"], env=env, check=True, capture_output=True)
        subprocess.run([sys.executable, "-m", "benchmarks.registry"], env=env, check=True, capture_output=True)
    server = subprocess.Popen([sys.executable, *arguments, str(port)], env=env, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        rate = _load(port, name)
        metrics = _get(f"http://127.0.0.1:{port}/metrics") if name.startswith("g") else ""
    finally:
        server.terminate()
        server.wait(30)
    if name.startswith("g"):
        _prove(folder / "bench.db")
    shutil.rmtree(folder)
    return rate, metrics


def _environment(folder: Path) -> dict[str, str]:
    (folder / "barta.toml").write_text(CONFIG.format(reply="body"), encoding="utf-8")
    return {
        "BARTA_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}",
        "BARTA_CONFIG": str(folder / "barta.toml"),
        "BENCH_SECRET": "bench",
    }


def _load(port: int, name: str) -> float:
    command = [
        "wrk",
        "-t2",
        f"-c{CONNECTIONS}",
        f"-d{SECONDS}s",
        "-s",
        str(HERE / "mo.lua"),
        f"http://127.0.0.1:{port}",
    ]
    done = subprocess.run([*command, "--", name], check=True, capture_output=True, text=True)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(done.stdout)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if found is None:
        sys.exit(done.stdout)
    return float(found[1])


def _prove(path: Path) -> None:
    """Every message in has exactly one answer: a rate that loses messages, or counts repetitions, is no rate."""
    with sqlite3.connect(path) as database:
        (inbox,) = database.execute("SELECT count(*) FROM inbox").fetchone()
        (right,) = database.execute(
            "SELECT count(*) FROM inbox WHERE outcome = 'replied'"
            " AND (SELECT count(*) FROM outbox WHERE in_reply_to = inbox.id) = 1"
        ).fetchone()
    if inbox == 0 or inbox != right:
        sys.exit(f"{inbox} messages, {right} with exactly one answer")


def _metric(text: str, name: str) -> float:
    found = re.search(rf"^{name} ([\d.e+]+)$", text, re.MULTILINE)
    return float(found[1]) if found else float("nan")


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:
        return str(response.read().decode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("the server did not start")
