"""Dialogues that are nothing but "which one?": a numbered list, answered by a number, a name or a registration number on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


MORE = "more"
"""What picks the choice that brings the rest of a list, whichever of the catalogue's words for it was typed."""

_NUMBER = re.compile(r"^\W*(?P<serial>[0-9]{1,5})(?:\s*[/-]\s*(?P<year>[0-9]{4}|[0-9]{2}))?\W*$")
_SHORT = 2
"""Digits of a short year."""
_MARKS = " .,;:!?।'\"()-"

SHORTEST_NAME = 3
"""Letters of a name that must be typed: fewer are as likely yes, no, or a slip."""


def pick(options: Sequence[Mapping[str, Any]], choice: int | None, text: str) -> int | None:
    """The position of the option that was chosen, or None when the answer fits none, or several.

    Args:
        options: each with ``words``, any of which may be typed instead of its number.
        choice: the number, where one was typed.
        text: the normalised text.
    """
    if choice is not None and 1 <= choice <= len(options):
        return choice - 1
    if (position := numbered(options, text if choice is None else str(choice))) is not None or choice is not None:
        return position
    typed = _told(text)
    return None if len(typed) < SHORTEST_NAME else _only(options, lambda word: _has_word(_told(word), typed))


def numbered(options: Sequence[Mapping[str, Any]], text: str) -> int | None:
    """The position of the only option whose registration number was typed, whole or without its year; None when it is no number."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    serial, year = int(found["serial"]), found["year"]
    whole = f"{serial}/{year if len(year or '') != _SHORT else f'20{year}'}"
    return _only(options, lambda word: word == whole if year else word.split("/")[0] == str(serial))


def _only(options: Sequence[Mapping[str, Any]], fits: Callable[[str], bool]) -> int | None:
    """The position of the only option of which a word fits."""
    found = [at for at, option in enumerate(options) if any(fits(str(word)) for word in option["words"] if word)]
    return found[0] if len(found) == 1 else None


def _told(text: str) -> str:
    return normalise(text).casefold().strip(_MARKS)


def _has_word(name: str, typed: str) -> bool:
    """Whether a name, or any word in it, begins with what was typed."""
    return name.startswith(typed) or f" {typed}" in name
