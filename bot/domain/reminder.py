"""Reading a reminder that an officer sends: ``remind 12/2023 agm: কাল বেলা ১১টায় অফিসে আসুন``.

What follows the colon is his own text, kept as typed, whatever words and numbers it has; what stands before it is read as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.topics import worded
from bot.domain.vocabulary import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Set
    from typing import TypeAlias

    from bot.domain.found import Scene
    from bot.domain.line import Line

    Reader: TypeAlias = Callable[[Line, Set[int], Scene], list[Found]]

TEXTS = "about.text"
TOPICS = {
    TEXTS: "text",
    "command.agm": "agm",
    "cue.agm": "agm",
    "command.audit": "audit",
    "command.dividend": "dividend",
    "about.term": "term",
    "cue.status": "term",
}
WORDS = frozenset({TEXTS, "command.agm", "command.audit", "command.dividend", "about.term"})
_TOPICS = worded(TOPICS)
_VISARGA = "ঃ"


def lacking(args: Mapping[str, Any]) -> str | None:
    """The reason to ask with when it is not said whom to remind; the texts themselves belong to no society."""
    return None if "reg_no" in args or args.get("topic") == TOPICS[TEXTS] else "missing_reg_no"


def topics(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """What the reminder is about; of which kind the texts are that he wants to see says nothing more here."""
    found = _TOPICS(line, free, scene)
    if found and found[0].value == TOPICS[TEXTS]:
        return [Found(found[0].value, frozenset().union(*(one.uses for one in found)))]
    return found


def before_text(read: Reader) -> Reader:
    """A reader that looks only at what stands before the free text."""

    def reader(line: Line, free: Set[int], scene: Scene) -> list[Found]:
        colon = _colon(line, scene)
        return read(line, free if colon is None else {at for at in free if at < colon}, scene)

    return reader


def texts(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The text behind the colon, in the sender's spelling."""
    colon = _colon(line, scene)
    if colon is None:
        return []
    uses = frozenset(at for at in free if at > colon)
    return [Found(line.as_typed(colon + 1, len(line.items) - 1), uses, sure=False)]


def _colon(line: Line, scene: Scene) -> int | None:
    """Where the colon stands that the text follows: not that of a label, of a time or right behind the command's word."""
    head, told = COMMAND + scene.command, False
    whole = False
    for at, item in enumerate(line.items[:-1]):
        told = told or head in item.keys
        whole = whole or item.kind is Kind.NUMBER or TEXTS in item.keys
        if item.text == ":" and told and at and (whole or not _begins_with_number(line, at + 1)) and _ends(line, at):
            return at
    return None


def _begins_with_number(line: Line, at: int) -> bool:
    """Whether what follows is still the society's number, not a text."""
    item = line.items[at]
    return item.kind is Kind.NUMBER or "label.reg_no" in item.keys


def _ends(line: Line, at: int) -> bool:
    """Whether a colon ends what was said before it."""
    before, behind = line.items[at - 1], line.items[at + 1]
    if any(key.startswith("label.") for key in before.keys) or line.as_typed(at - 1, at - 1).endswith(_VISARGA):
        return False
    return not (
        before.kind is Kind.NUMBER and behind.kind is Kind.NUMBER and line.touching(at - 1) and line.touching(at)
    )
