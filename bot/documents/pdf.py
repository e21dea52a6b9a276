"""A document as PDF: its paper becomes JSON, which ``typesetter`` sets by ``paper.typ`` in a process of its own.

Typst shapes Bangla, repeats headers, and writes the same bytes for the same input. Any thread may call.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex  # type: ignore[import-untyped]  # the package has no type information

from bot.documents import typesetter
from bot.documents.paper import BothDates, Days, Pair, Phone, Sign, Tick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.documents.paper import Column, Paper, Summary, Value
    from bot.documents.writing import Writing

LONGEST_SECONDS = 300
"""A typesetter that takes longer is ended."""

_LONGEST_WORD = 24
_LONG = regex.compile(rf"[^\s\u200b]{{{_LONGEST_WORD + 1},}}")
_PIECE = regex.compile(rf"\X{{{_LONGEST_WORD // 2}}}(?=\X)")


def pdf(paper: Paper, writing: Writing, made_on: date) -> bytes:
    """The document, as of the midnight of a day."""
    moment = datetime.combine(made_on, time(), UTC)
    made = subprocess.run(  # noqa: S603 - our own program, which gets data by its standard input only
        [sys.executable, "-I", typesetter.__file__, str(int(moment.timestamp()))],
        input=as_json(paper, writing).encode(),
        capture_output=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    if made.returncode != 0:
        message = f"the typesetter ended with {made.returncode}: {made.stderr.decode(errors='replace')[-500:]}"
        raise RuntimeError(message)
    return made.stdout


def as_json(paper: Paper, writing: Writing) -> str:
    """The paper as the template takes it: every value written out in its language."""
    return json.dumps(_plain(paper, writing), ensure_ascii=False)


def _plain(paper: Paper, writing: Writing) -> dict[str, Any]:
    columns = [column for column in paper.columns if column.where != "workbook"]
    return {
        "language": str(writing.language),
        "digits": [writing.figures(digit) for digit in "0123456789"],
        "maker": writing.text("maker"),
        "page": writing.text("page"),
        "title": paper.title,
        "office": paper.office,
        "above": paper.above,
        "made": paper.made,
        "scope": paper.scope,
        "notes": paper.notes,
        "demo": paper.demo,
        "empty": paper.empty,
        "totals": [
            {
                "name": total.name,
                "why": total.why,
                "count": writing.number(total.count),
                "sign": None if total.sign is None else _sign(total.sign),
            }
            for total in paper.totals
        ],
        "summary": None if paper.summary is None else _summary(paper.summary, writing),
        "columns": [{"title": column.title, "width": column.width, "align": column.align} for column in columns],
        "sections": [
            {"title": section.title, "rows": [_row(columns, row, writing) for row in section.rows]}
            for section in paper.filled()
        ],
    }


def _summary(summary: Summary, writing: Writing) -> dict[str, Any]:
    def line(cells: tuple[str | int, ...]) -> list[str]:
        return [writing.number(cell) if isinstance(cell, int) else cell for cell in cells]

    return {"header": summary.header, "rows": [line(row) for row in summary.rows], "sums": line(summary.sums)}


def _row(columns: list[Column], row: Any, writing: Writing) -> list[Any]:
    return [_shown(column.value(row), writing) for column in columns]


def _shown(value: Value, writing: Writing) -> Any:
    """A value as the template takes it: a text, or a few texts under the names that say how they are set."""
    return "" if value is None else _SHOWN[type(value)](value, writing)


def _sign(sign: Sign) -> str:
    return "unformed" if sign.colour is None else str(sign.colour)


def days(left: int, writing: Writing) -> str:
    """``৪৫ দিন``, ``আজ শেষ দিন`` or ``১২ দিন পার``."""
    if left == 0:
        return writing.text("days.last")
    return writing.text("days.left" if left > 0 else "days.past", n=abs(left))


@lru_cache(maxsize=4096)
def breakable(text: str) -> str:
    """A text whose words can be broken where no cell could hold them; what is shorter stays as it is."""
    if len(text) <= _LONGEST_WORD:
        return text
    broken: str = _LONG.sub(lambda word: _PIECE.sub(lambda piece: piece[0] + "\u200b", word[0]), text)
    return broken


_SHOWN: Mapping[type, Callable[[Any, Writing], Any]] = {
    str: lambda value, _: breakable(value),
    int: lambda value, writing: writing.number(value),
    date: lambda value, writing: writing.day(value),
    Sign: lambda value, _: {"sign": _sign(value), "tone": _sign(value)},
    Days: lambda value, writing: {"days": days(value.left, writing), "tone": str(value.colour)},
    BothDates: lambda value, writing: {"above": writing.day(value.day), "below": writing.bangla_day(value.day)},
    Tick: lambda value, writing: {"tick": writing.day(value.day), "next": value.next},
    Pair: lambda value, _: {"name": breakable(value.above), "second": breakable(value.below)},
    Phone: lambda value, writing: {"name": breakable(value.name), "second": writing.phone(value.msisdn)},
}
