"""Telling an operator's or a robot's message from a person's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.line import Kind
from bot.domain.vocabulary import COMMAND, How

if TYPE_CHECKING:
    from bot.domain.line import Line

_DIAL_CODE = re.compile(r"\*[0-9]{2,}(?:\*[0-9]+)*#")
_COMMANDS_IN_A_LIST = 5
"""Different commands named in one message from which on it is a copy of our own help text."""
_HINTS, _HINTS_WITH_FIGURES = 3, 2


def is_from_machine(line: Line) -> bool:
    """Whether nobody sat and typed it: a word that only machines use, several that they like, or our own help text."""
    hints, figures, commands = set(), 0, set()
    for item in line.items:
        if "machine" in item.keys:
            return True
        if "machine.hint" in item.keys:
            hints.add(item.text.lower())
        elif item.kind is Kind.NUMBER:
            figures += 1
        commands |= {
            key for key in item.keys if key.startswith(COMMAND) and item.how is How.EXACT and "filler" not in item.keys
        }
    if len(commands) >= _COMMANDS_IN_A_LIST or (len(line.items) > 3 and _DIAL_CODE.search(line.text.replace(" ", ""))):  # noqa: PLR2004
        return True
    return len(hints) >= (_HINTS_WITH_FIGURES if figures > 1 else _HINTS)
