"""What is said when no command runs: asked back, not understood, not allowed, or something broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.replies import Reply
from bot.domain.wording import LINE_WIDTH, Slot, Wording

if TYPE_CHECKING:
    from bot.domain.grammar import Ask

_LINE = {"line": Slot.LINE}
_LINES = {"line": Slot.LINE, "other": Slot.LINE}
_WITH_EXAMPLE = tuple(
    f"ask.{reason}"
    for reason in (
        *("missing_date", "impossible_date", "future_date", "missing_ref", "two_refs", "bad_ref"),
        "missing_text",
    )
)
"""What is asked about several commands: shown with the line of the one that was meant."""

TEXTS = (
    Wording("unknown"),
    Wording("not_allowed"),
    Wording("link_first", chat=True),
    Wording("not_yet"),
    Wording("broken"),
    Wording("document.not_made", chat=True),
    Wording("ask.unclear"),
    Wording("ask.line", 2, _LINE),
    Wording("ask.either", 2, _LINES),
    Wording("ask.missing_language"),
    Wording("ask.missing_code"),
    Wording("ask.which_society"),
    *(
        Wording(f"ask.{reason}", 2)
        for reason in (
            *("missing_query", "missing_phone", "missing_office", "missing_name", "missing_change", "missing_seat"),
            *("two_phones", "two_changes", "bad_phone", "bad_code"),
            *("missing_reg_no", "missing_audience", "two_audiences", "unclear_audience", "two_offices", "missing_form"),
            *("past_date", "bad_day", "unclear_time"),
            *("missing_period", "two_periods", "bad_period", "two_forms"),
            *("unclear_values", "bad_value", "missing_changes"),
        )
    ),
    *(Wording(key, 2, {"example": Slot.EXAMPLE}) for key in _WITH_EXAMPLE),
    *(
        Wording(f"ask.{reason}.line", 2, _LINE)
        for reason in ("missing_date", "missing_year", "impossible_date", "future_date", "past_date")
    ),
    *(
        Wording(f"ask.example.{command}", 2)
        for command in (
            *("find", "calendar", "officer", "contact", "link"),
            *("election", "interim", "agm", "audit", "dividend"),
            *("remind", "undo", "approve", "reject"),
            *("return", "rollup", "due", "correct"),
            *("send", "cancel", "pause", "resume"),
        )
    ),
)
_SAME = {"not_yet": "future_date", "unclear_period": "bad_period"}
"""Reasons that are asked about with the text of another one."""
_SPECIAL = frozenset(text.key for text in TEXTS)


def asked_back(ask: Ask) -> Reply:
    """The question for an unclear text; where it can be repaired, the sender's own line as he should send it.

    A line that is too long to be shown whole is not shown: sent back, it would be another one. An example is instead.
    """
    whole = max(map(len, ask.suggestions), default=0) <= LINE_WIDTH
    match ask.suggestions if whole else ():
        case (line, other, *_):
            return Reply("ask.either", {"line": line, "other": other})
        case (line,):
            told = f"ask.{ask.reason}.line"
            return Reply(told if told in _SPECIAL else "ask.line", {"line": line})
        case _:
            keys = (f"ask.{_SAME.get(ask.reason, ask.reason)}", f"ask.example.{ask.command}")
            key = next((key for key in keys if key in _SPECIAL), "ask.unclear")
            return Reply(key, {"example": ask.command} if key in _WITH_EXAMPLE else {})
