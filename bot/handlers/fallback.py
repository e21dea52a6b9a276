"""What is said when no command runs: asked back, not understood, not allowed, or something broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording

if TYPE_CHECKING:
    from bot.domain.grammar import Ask

_LINE = {"line": Slot.LINE}
_LINES = {"line": Slot.LINE, "other": Slot.LINE}

TEXTS = (
    Wording("unknown"),
    Wording("not_allowed"),
    Wording("not_yet"),
    Wording("broken"),
    Wording("ask.unclear"),
    Wording("ask.line", 2, _LINE),
    Wording("ask.either", 2, _LINES),
    Wording("ask.missing_language"),
    Wording("ask.missing_code"),
    Wording("ask.which_society"),
)
_SPECIAL = frozenset(text.key for text in TEXTS)


def asked_back(ask: Ask) -> Reply:
    """The question for an unclear text; where it can be repaired, the sender's own line as he should send it."""
    match ask.suggestions:
        case (line, other, *_):
            return Reply("ask.either", {"line": line, "other": other})
        case (line,):
            return Reply("ask.line", {"line": line})
        case _:
            key = f"ask.{ask.reason}"
            return Reply(key if key in _SPECIAL else "ask.unclear")
