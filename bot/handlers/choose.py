"""The answer to any list of choices: its number, a word of it or a registration number on it runs what the choice stands for.

Every reply with choices leaves this dialogue open for a quarter of an hour; on SMS the list is numbered, in a chat it has buttons, and
either way the number may be typed. The list stays open, so that "1" and then "2" answers twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.command import Turn
from bot.domain.choices import MORE, numbered, pick
from bot.domain.grammar import Call, Unknown
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Event

MOST_MISCOUNTED = 9
"""A larger number than this is not a slip in counting, but a registration number."""

TEXTS = (Wording("choose.number", 1, {"n": Slot.COUNT}),)


def step(state: Mapping[str, Any], event: Event) -> Turn | None:
    """Take the choice, say how many there are where the number is just beside them, or leave the text to the grammar."""
    choices = state["choices"]
    if isinstance(event.understanding, Call) and numbered(choices, event.text) is None:
        return None  # a command is a command, whatever stands on the list; a bare number on the list is an answer
    wants_more = isinstance(event.understanding, Unknown) and event.understanding.more
    position = pick(choices, event.choice, MORE if wants_more else event.text)
    if position is not None:
        chosen = choices[position]
        return Turn(state, calls=(Call(chosen["command"], chosen["args"], event.understanding.language),))
    if event.choice is not None and event.choice <= MOST_MISCOUNTED:
        return Turn(state, Reply("choose.number", {"n": len(choices)}))
    return None
