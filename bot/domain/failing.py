"""Why a message of a broadcast did not arrive, in the few kinds that its sender can do something about.

What a provider says is kept to the letter beside the message (``outbox.error``, ``receipts.detail``); here it is only sorted.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Reason(StrEnum):
    """Kinds of failure."""

    NUMBER = "number"  # the number is not in use, or the operator refuses it
    ABSENT = "absent"  # the phone was off or out of reach for too long
    BLOCKED = "blocked"  # the chat takes nothing from us
    PROVIDER = "provider"  # the provider refused or lost it for a reason of its own
    EXPIRED = "expired"  # it did not leave while it was worth sending


_KINDS = (
    (Reason.BLOCKED, re.compile(r"from the bot|no such chat|blocked")),
    (
        Reason.ABSENT,
        re.compile(r"expired|undeliv|absent|not.?deliver|delivery.?failure|time.?out|status 2\b|unreachable"),
    ),
    (
        Reason.NUMBER,
        re.compile(
            r"reject|rinvdst|inv(?:alid)?.*(?:number|dest|msisdn|to\b)|number|no route|unknown.?subs|status 16\b"
        ),
    ),
)


def reason(error: str | None) -> Reason:
    """What kind of failure a provider's word, or a channel's, stands for."""
    said = (error or "").casefold()
    return next((kind for kind, pattern in _KINDS if pattern.search(said)), Reason.PROVIDER)
