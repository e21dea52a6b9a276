"""Reading a reminder that an officer sends: ``remind 12/2023 agm: কাল বেলা ১১টায় অফিসে আসুন``.

What follows the colon is his own text, kept as typed, whatever words and numbers it has; what stands before it is read as ever. Where he
left the colon out, he is shown his line with it: words that are his own are never taken for a district or for what it is about.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.domain import names, values
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
_BEFORE_TEXT = frozenset(".,;:-|/।")
"""Marks with which the text may be set off instead of a colon."""


def lacking(args: Mapping[str, Any]) -> str | None:
    """The reason to ask with when it is not said whom to remind; the texts themselves belong to no society."""
    return None if "reg_no" in args or args.get("topic") == TOPICS[TEXTS] else "missing_reg_no"


def reg_nos(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The society's number: beside words of his own, only the first one or a whole one is it (``2/1998 কাল ১০টায়``)."""
    found = values.reg_nos(line, free, scene)
    own = _own_words(line, free, scene)
    if not own:
        return found
    whole = [one for one in found if one.value is None or "/" in one.value] or found[:1]
    # A telephone number among his words is used up with the society's: here it belongs to what he says.
    return [replace(one, uses=frozenset(at for at in one.uses if at < own[0]) or one.uses) for one in whole]


def districts(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The district, where it is known as one or has its label; any other word may be the officer's own."""
    known = (at for at in free if line.items[at].keys or names.is_labelled(line, at) or _is_enclosed(line, at))
    return names.districts(line, frozenset(known), scene)


def topics(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """What the reminder is about; of which kind the texts are that he wants to see says nothing more here."""
    found = _TOPICS(line, free, scene)
    if not found or found[0].value != TOPICS[TEXTS]:
        return [] if _own_words(line, free, scene) else found
    uses = frozenset().union(*(one.uses for one in found))
    # Of one society there is no list of texts: ``remind 1/2023 text: hello`` only says what the colon says.
    return [Found(None if "reg_no" in scene.args and _colon(line, scene) is not None else found[0].value, uses)]


def before_text(read: Reader) -> Reader:
    """A reader that looks only at what stands before the free text."""

    def reader(line: Line, free: Set[int], scene: Scene) -> list[Found]:
        colon = _colon(line, scene)
        return read(line, free if colon is None else {at for at in free if at < colon}, scene)

    return reader


def texts(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The text behind the colon, in the sender's spelling; without a colon, what may be one is shown behind it."""
    colon = _colon(line, scene)
    if colon is None:
        return _unmarked(line, free, scene) if "reg_no" in scene.args else []
    uses = frozenset(at for at in free if at > colon)
    return [Found(line.as_typed(colon + 1, len(line.items) - 1), uses, sure=False)]


def _unmarked(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The officer's words behind the society, which no colon marks as his text; or a colon with no words behind it."""
    if line.items[-1].text == ":":
        return [Found(None, frozenset(), problem="missing_text")]
    own = _own_words(line, free, scene)
    head = COMMAND + scene.command
    said = (at for at, item in enumerate(line.items) if item.kind is not Kind.MARK)
    begins = 1 + max((at for at in said if at not in free or head in line.items[at].keys), default=-1)
    while begins < len(line.items) and line.items[begins].text in _BEFORE_TEXT:
        begins += 1
    if not own or min(own) < begins:
        return []
    text = line.as_typed(begins, len(line.items) - 1)
    return [Found(None, frozenset(range(begins, len(line.items))), problem="unclear_words", repairs=(text,))]


def _own_words(line: Line, free: Set[int], scene: Scene) -> list[int]:
    """Where words stand that neither belong to a reminder nor are a place's name."""
    known = scene.explained | names.NAMES | {"negation", "cue.stop", COMMAND + "no"}
    return [
        at
        for at in sorted(free)
        if line.items[at].kind is Kind.WORD
        and not line.items[at].keys & known
        and not names.is_labelled(line, at)
        and not _is_enclosed(line, at)
    ]


def _is_enclosed(line: Line, at: int) -> bool:
    """Whether a word stands in parentheses, as a district does in a registration number: ``১২৩ (নীল)``."""
    return 0 < at < len(line.items) - 1 and line.items[at - 1].text == "(" and line.items[at + 1].text == ")"


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
