"""Dialogues that are nothing but "which one?": a numbered list, answered by a number or by a name on the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


SHORTEST_NAME = 3
"""Letters of a name that must be typed: fewer are as likely yes, no, or a slip."""


def pick(options: Sequence[Mapping[str, Any]], choice: int | None, text: str) -> int | None:
    """The position of the option that was chosen, or None when the answer fits none, or several.

    Args:
        options: each with ``names``, any of which may be typed instead of its number.
        choice: the number, where one was typed.
        text: the normalised text.
    """
    if choice is not None:
        return choice - 1 if 1 <= choice <= len(options) else None
    word = text.casefold().strip()
    if len(word) < SHORTEST_NAME:
        return None
    fits = [
        position
        for position, option in enumerate(options)
        if any(str(name).casefold().startswith(word) for name in option["names"] if name)
    ]
    return fits[0] if len(fits) == 1 else None
