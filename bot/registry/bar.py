"""The progress bar of an import, for a person at a terminal."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Any, Literal, Self

import click

from bot.registry.sheets import lines_of

if TYPE_CHECKING:
    from pathlib import Path

LABELS = {"checking": "Checking rows", "writing": "Writing rows"}


class Bar:
    """Shows the part that an import is in, how many rows of it are done, and about how long it still takes.

    Args:
        path: the file that is brought in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bar: Any = None

    def begin(self, part: Literal["checking", "writing"], rows: int | None) -> None:
        """Begin a new bar. How many rows a workbook has is known at its end only."""
        self._close()
        length = lines_of(self._path) if rows is None else rows
        steps = itertools.count() if length is None else None
        self._bar = click.progressbar(steps, length, label=LABELS[part], show_pos=True, file=sys.stderr)
        self._bar.__enter__()

    def step(self, rows: int) -> None:
        """Go on."""
        if self._bar is not None:
            self._bar.update(rows)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
