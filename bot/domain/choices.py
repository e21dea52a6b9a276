"""Dialogues that are nothing but "which one?": a numbered list, answered by a number or by a name on the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


MORE = "more"
"""What picks the choice that brings the rest of a list, whichever of the catalogue's words for it was typed."""

SHORTEST_NAME = 3
"""Letters of a name that must be typed: fewer are as likely yes, no, or a slip."""


def pick(options: Sequence[Mapping[str, Any]], choice: int | None, text: str) -> int | None:
    """The position of the option that was chosen, or None when the answer fits none, or several.

    Args:
        options: each with ``words``, any of which may be typed instead of its number.
        choice: the number, where one was typed.
        text: the normalised text.
    """
    if choice is not None:
        return choice - 1 if 1 <= choice <= len(options) else None
    typed = text.casefold().strip()
    if len(typed) < SHORTEST_NAME:
        return None
    fits = [
        position
        for position, option in enumerate(options)
        if any(str(word).casefold().startswith(typed) for word in option["words"] if word)
    ]
    return fits[0] if len(fits) == 1 else None
