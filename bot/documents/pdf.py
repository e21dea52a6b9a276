"""A document as PDF or as a picture: its paper becomes JSON, which ``typesetter`` sets by ``paper.typ`` in a process of its own.

Typst shapes Bangla, repeats headers, and writes the same bytes for the same input. Any thread may call.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import regex  # type: ignore[import-untyped]  # the package has no type information

from bot.documents import typesetter
from bot.documents.paper import BothDates, Days, Nothing, Pair, Phone, Share, Sign, Tick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.documents.paper import Column, Paper, Summary, Value
    from bot.documents.writing import Writing

LONGEST_SECONDS = 300
"""A typesetter that takes longer is ended."""

_PICTURE_DOTS = 1440
"""How wide a picture is to be: a phone's screen, and then some to look closer."""

_DENSITIES = 150, 220
"""Dots per inch: fewer cannot be read, more are only bytes."""

_LONGEST_WORD = 24
_LONG = regex.compile(rf"[^\s\u200b]{{{_LONGEST_WORD + 1},}}")
_PIECE = regex.compile(rf"\X{{{_LONGEST_WORD // 2}}}(?=\X)")


def pdf(paper: Paper, writing: Writing, made_on: date) -> bytes:
    """The document, as of the midnight of a day."""
    moment = datetime.combine(made_on, time(), UTC)
    return _set(as_json(paper, writing), "pdf", int(moment.timestamp()))


def png(paper: Paper, writing: Writing, made_on: date) -> bytes:
    """All of the document as one picture."""
    least, most = _DENSITIES
    return _set(
        as_json(paper, writing, picture=True), "png", _PICTURE_DOTS * 254 // 10 // paper.picture_mm, least, most
    )


def _set(paper: str, format_: str, *numbers: int) -> bytes:
    made = subprocess.run(  # noqa: S603 - our own program, which gets data by its standard input only
        [sys.executable, "-I", typesetter.__file__, format_, *map(str, numbers)],
        input=paper.encode(),
        capture_output=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    if made.returncode != 0:
        message = f"the typesetter ended with {made.returncode}: {made.stderr.decode(errors='replace')[-500:]}"
        raise RuntimeError(message)
    return made.stdout


def as_json(paper: Paper, writing: Writing, *, picture: bool = False) -> str:
    """The paper as the template takes it: every value written out in its language; a picture has no pages."""
    plain = _plain(paper, writing) | {"picture": paper.picture_mm if picture else None}
    return json.dumps(plain, ensure_ascii=False)


def _plain(paper: Paper, writing: Writing) -> dict[str, Any]:
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
                "count": writing.number(total.count) if isinstance(total.count, int) else total.count,
                "sign": None if total.sign is None else _sign(total.sign),
            }
            for total in paper.totals
        ],
        "summary": None if paper.summary is None else _summary(paper.summary, writing),
        "upright": paper.upright,
        "tables": [_table(paper, columns, writing) for columns in paper.blocks()],
    }


def _table(paper: Paper, columns: list[Column], writing: Writing) -> dict[str, Any]:
    grouped = any(column.group for column in columns)
    return {
        "columns": [{"title": column.title, "width": column.width, "align": column.align} for column in columns],
        "groups": _groups(columns) if grouped else [],
        "sections": [
            {"title": section.title, "rows": [_row(columns, row, writing) for row in section.rows]}
            for section in paper.filled()
        ],
        "last": None if paper.last is None else _row(columns, paper.last, writing),
    }


def _groups(columns: list[Column]) -> list[dict[str, Any]]:
    """The upper of two lines of headers: each group over its columns, and a column without one by itself."""
    found: list[dict[str, Any]] = []
    for group, members in groupby(columns, lambda column: column.group):
        span = len(list(members))
        found += [{"title": group, "span": span}] if group else [{"title": "", "span": 1}] * span
    return found


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


def _share(share: Share, writing: Writing) -> dict[str, str]:
    shown = f"{writing.number(share.count)}/{writing.number(share.of)}"
    return {"days": shown, "tone": str(share.colour or "")}


_SHOWN: Mapping[type, Callable[[Any, Writing], Any]] = {
    str: lambda value, _: breakable(value),
    int: lambda value, writing: writing.number(value),
    Decimal: lambda value, writing: writing.decimal(value),
    date: lambda value, writing: writing.day(value),
    Sign: lambda value, _: {"sign": _sign(value), "tone": _sign(value)},
    Days: lambda value, writing: {"days": days(value.left, writing), "tone": str(value.colour)},
    BothDates: lambda value, writing: {"above": writing.day(value.day), "below": writing.bangla_day(value.day)},
    Tick: lambda value, writing: {"tick": writing.day(value.day), "next": value.next},
    Pair: lambda value, _: {"name": breakable(value.above), "second": breakable(value.below)},
    Share: _share,
    Nothing: lambda *_: "–",
    Phone: lambda value, writing: {"name": breakable(value.name), "second": writing.phone(value.msisdn)},
}
