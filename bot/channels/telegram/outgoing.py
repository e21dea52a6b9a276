"""What a message becomes in a chat: as many texts as it needs, or a document with a caption, and buttons below the last.

Texts go out plain, without markup: nothing in them needs escaping, and nothing in a name can become a link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup
from telegram.constants import InlineKeyboardMarkupLimit

from bot.domain.segments import head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.messages import MT

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024

SHORT_LABEL = 12
SHORT_LABELS_A_ROW = 3

Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup


def size(text: str) -> int:
    """How long Telegram says that a text is: in UTF-16 units, so that an emoji counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """The text in pieces that Telegram takes: cut at the end of a line, else between words, else between letters."""
    found = []
    rest = text.strip("\n")
    while size(rest) > longest:
        room = _cut(rest, longest)
        found.append(rest[:room].rstrip("\n"))
        rest = rest[room:].lstrip(" \n")
    return [part for part in [*found, rest] if part.strip()]


def _cut(text: str, longest: int) -> int:
    """Where to cut, so that what comes before is at most ``longest`` units."""
    width = longest
    while size(text[:width]) > longest:
        width -= max(1, (size(text[:width]) - longest) // 2)
    for mark in "\n", " ":
        # The piece may end right before the mark: it is left out.
        if (found := text.rfind(mark, 1, width + 1)) > 0 and text[:found].strip():
            return found
    return len(head(text, width)) or width


def keyboard(mt: MT) -> Keyboard | None:
    """The buttons below a message."""
    if any(mt.choices):
        return inline(mt)
    if mt.contact_label is not None:
        button = KeyboardButton(mt.contact_label, request_contact=True)
        return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    return None


def inline(mt: MT) -> InlineKeyboardMarkup:
    """The buttons of its choices; without any, what takes away those that there were."""
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(label, callback_data=f"{mt.id}:{number}") for number, label in row]
            for row in rows(mt.choices)
        ]
    )


def rows(labels: Sequence[str]) -> list[list[tuple[int, str]]]:
    """Numbered labels in rows: short ones side by side, a long one by itself. An empty one is not shown, but has its number."""
    found: list[list[tuple[int, str]]] = []
    for number, label in enumerate(labels[: InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER], start=1):
        if not label:
            continue
        row = found[-1] if found else []
        beside = row and len(row) < SHORT_LABELS_A_ROW and all(len(each) <= SHORT_LABEL for _, each in row)
        if beside and len(label) <= SHORT_LABEL:
            row.append((number, label))
        else:
            found.append([(number, label)])
    return found
