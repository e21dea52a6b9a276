"""What an import tells: how many rows were taken, and every problem with its line, its column and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_LONGEST_SHOWN = 24
_FEWEST_DIGITS_OF_A_PHONE = 9


@dataclass(frozen=True, slots=True)
class Refusal:
    """One problem in a file.

    Attributes:
        line: the line in the file where the row starts; the header is line 1.
        column: the column's name as in the samples, or the header as written when it is not known.
        reason: one sentence that says how to write it right; never contains a telephone number.
    """

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of an import.

    Attributes:
        accepted: rows that were new or changed something (or would have, in a dry run).
        unchanged: rows that said what is on record already.
        refused: every problem, by line. Unless the import was partial, one problem means that nothing was written.
    """

    accepted: int
    unchanged: int
    refused: tuple[Refusal, ...]

    def as_json(self) -> dict[str, Any]:
        """The report in its public shape."""
        return {
            "accepted": self.accepted,
            "unchanged": self.unchanged,
            "refused": [{"line": one.line, "column": one.column, "reason": one.reason} for one in self.refused],
        }


def shown(text: str) -> str:
    """A piece of a file as a sentence may show it: short, and nothing that could be a telephone number."""
    if sum(char.isdigit() for char in text) >= _FEWEST_DIGITS_OF_A_PHONE:
        return "this value"
    return f"'{text}'" if len(text) <= _LONGEST_SHOWN else f"'{text[: _LONGEST_SHOWN - 1]}…'"
