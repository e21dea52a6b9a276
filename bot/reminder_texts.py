"""The reminders themselves: what is sent to a society's office-bearers, and which of it an office may say in its own words.

Each says what the law asks for at that point. It is chosen on the day that it leaves: a reminder that waits for the morning says the
morning's days left. The same text serves president and secretary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.milestones import ReminderKind
from bot.domain.text import precomposed
from bot.domain.wording import MESSAGE_WIDTH, Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

_REG = {"r": Slot.REG_NO}

TERM = Wording("reminder.term", 1, _REG, staged=True, own=True)
AGM = Wording("reminder.agm", 1, _REG, turns=True, own=True)
AUDIT = Wording("reminder.audit", 1, {**_REG, "y": Slot.YEAR}, turns=True, own=True)
DIVIDEND = Wording("reminder.dividend", 1, _REG, turns=True, own=True)
FREE = Wording("reminder.free", 3, {**_REG, "text": Slot.MESSAGE})

TEXTS = (TERM, AGM, AUDIT, DIVIDEND, FREE)

WORDINGS: Mapping[ReminderKind, Wording] = {
    ReminderKind.TERM: TERM,
    ReminderKind.AGM: AGM,
    ReminderKind.AUDIT: AUDIT,
    ReminderKind.DIVIDEND: DIVIDEND,
}
"""What is reminded of → its text."""

EDITABLE: Mapping[str, Wording] = {key: wording for wording in TEXTS if wording.own for key in wording.entries()}
"""Key in the catalogue, such as ``reminder.term.notice`` → the text it belongs to; an area may have each in words of its own."""


def too_long(message: str) -> int:
    """By how many characters a message that an officer writes himself exceeds what ``reminder.free`` has room for."""
    units = len(precomposed(message).encode("utf-16-le", "surrogatepass")) // 2  # an emoji weighs two
    return max(units - MESSAGE_WIDTH, 0)
