"""Telling a question from a report: ``অডিট কবে`` wants to know, ``অডিট হয়েছে ২৫/১০`` wants to be written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.reading import Reading, read_as

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.domain.line import Line
    from bot.domain.shapes import CommandShape

_MARK = "?"
_OF_A_DAY = frozenset({"future_date", "missing_year", "two_dates", "impossible_date"})
"""What can only be wrong with a day that is told."""


def answered(said: Sequence[Reading], shapes: Mapping[str, CommandShape], line: Line, today: date) -> list[Reading]:
    """The readings, where a question about what a command would write is read as the command that answers it.

    A line with a day in it is left as it is: whoever asks about a day is asked back.

    Args:
        said: what the line's words point to.
        shapes: every command by its name.
        line: the line.
        today: for telling which years can be meant.
    """
    names = {reading.shape.name for reading in said}
    asks = any(item.text == _MARK or "question" in item.keys for item in line.items)
    readings = list(said)
    for told in dict.fromkeys(reading.shape.told for reading in said if reading.shape.told is not None):
        cue = shapes[told].cue
        if not (asks or told in names or any(cue in item.keys for item in line.items)):
            continue
        about = [reading for reading in readings if reading.shape.told == told and not _tells_a_day(reading)]
        beside = frozenset({"question", *(key for reading in about for key in reading.shape.explained)})
        answer = read_as(shapes[told], line, today, unnamed=True, beside=beside) if about else None
        if answer is not None:
            answer.cues += [at for reading in about for at in (*reading.heads, *reading.cues)]
            readings = [r for r in readings if r not in about and r.shape.name != told] + [answer]
    return readings


def _tells_a_day(reading: Reading) -> bool:
    return "date" in reading.args or reading.problem in _OF_A_DAY
