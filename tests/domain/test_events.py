"""Which co-operative year an event is about: as the registry pairs years and days."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources

import pytest

from bot.domain.events import EventKind, concerned_year

MEETING = ("2024-25", date(2025, 9, 27))


@pytest.mark.parametrize(
    ("kind", "on", "meeting", "year"),
    [
        (EventKind.AUDIT, date(2026, 2, 20), None, "2025-26"),
        (EventKind.AUDIT, date(2026, 6, 30), None, "2025-26"),
        (EventKind.AUDIT, date(2026, 7, 1), None, "2026-27"),
        (EventKind.AGM, date(2025, 9, 27), None, "2024-25"),
        (EventKind.AGM, date(2026, 6, 30), None, "2024-25"),
        (EventKind.AGM, date(2026, 7, 1), None, "2025-26"),
        (EventKind.AGM, date(2024, 6, 30), None, "2022-23"),  # of a leap year
        (EventKind.DIVIDEND, date(2025, 11, 20), None, "2024-25"),
        (EventKind.DIVIDEND, date(2025, 11, 20), MEETING, "2024-25"),
        (EventKind.DIVIDEND, date(2026, 8, 1), None, "2025-26"),
        (EventKind.DIVIDEND, date(2026, 8, 1), MEETING, "2024-25"),  # late, but of the meeting it follows
        (EventKind.DIVIDEND, date(2026, 9, 27), MEETING, "2024-25"),
        (EventKind.DIVIDEND, date(2026, 9, 28), MEETING, "2025-26"),
        (EventKind.DIVIDEND, date(2025, 9, 26), MEETING, "2024-25"),
    ],
)
def test_the_year(kind: EventKind, on: date, meeting: tuple[str, date] | None, year: str) -> None:
    assert concerned_year(kind, on, meeting) == year


def test_as_the_demonstration_pairs_them() -> None:
    text = (resources.files("bot.demo") / "societies.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) > 200
    for row in rows:
        for kind in (EventKind.AGM, EventKind.AUDIT):
            if day := row[f"last_{kind}_date"]:
                assert concerned_year(kind, date.fromisoformat(day)) == row[f"last_{kind}_year"]
