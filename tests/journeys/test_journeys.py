"""Plays every conversation in this folder against the whole gateway, and compares every answer to the letter.

A journey is a text file: ``#`` begins a comment, ``@ number`` says who is texting, ``>`` is what he sends and ``<`` what comes back (more
lines of the same message are indented), ``< -`` is no answer, ``+ 11 minutes`` lets time pass. ``[2]`` behind an answer is its number of
segments. The registry is the demo's, on 21 November 2026 at 10:00 in Dhaka.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.messages import MO
from bot.domain.text import precomposed
from bot.store import outbox
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent
NOTHING = "-"


@dataclass
class Exchange:
    """One text, and what must come back."""

    line: int
    after: timedelta
    sender: str
    text: str
    answers: list[str] = field(default_factory=list)


def read(path: Path) -> Iterator[Exchange]:
    """The exchanges of a journey."""
    sender, passed = "", timedelta()
    current: Exchange | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        mark, _, rest = line.partition(" ")
        if mark == "@":
            sender = rest.split("#")[0].strip()
        elif mark == "+":
            count, unit = rest.split()
            passed += timedelta(**{unit: int(count)})
        elif mark == ">":
            if current is not None:
                yield current
            current = Exchange(number, passed, sender, rest)
        elif mark == "<":
            assert current is not None, f"{path.name}:{number}: an answer before any text"
            current.answers.append(rest)
        elif line.startswith("  ") and current is not None:
            current.answers[-1] += "\n" + line.strip()
        else:
            assert not line or mark.startswith("#"), f"{path.name}:{number}: not understood"
    if current is not None:
        yield current


JOURNEYS = sorted(FOLDER.glob("*.txt"))


def test_there_are_journeys() -> None:
    assert {path.stem for path in JOURNEYS} >= {"president", "officer"}


@pytest.mark.parametrize("path", JOURNEYS, ids=[path.stem for path in JOURNEYS])
async def test_journey(path: Path, demo_url: str) -> None:
    for number, exchange in enumerate(read(path)):
        async with App(Config(), Clock(NOW + exchange.after), demo_url) as app:
            mo = MO("simulator", f"{path.stem}-{number}", exchange.sender, "16123", exchange.text)
            answer = await app.receiver.receive(mo)
            rows = await app.store.read(partial(outbox.answers_to, inbox_id=answer.inbox_id))
        said = [f"{row.text} [{row.segments}]" for row in rows] or [NOTHING]
        expected = [_with_segments(text) for text in exchange.answers]
        assert said == expected, f"{path.name}:{exchange.line}: {exchange.text}"


def _with_segments(text: str) -> str:
    """One segment goes without saying."""
    text = precomposed(text)
    return text if text == NOTHING or re.search(r"\[\d+\]$", text) else f"{text} [1]"
