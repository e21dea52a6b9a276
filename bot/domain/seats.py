"""Reading who can be called for a society: ``president Karim Uddin 01700100011 secretary Rahima``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain import names
from bot.domain.found import Found
from bot.domain.freetext import trimmed
from bot.domain.line import Kind
from bot.domain.phones import phones
from bot.domain.vocabulary import COMMAND, FILLER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set

    from bot.domain.found import Scene
    from bot.domain.line import Line

SEATS = {"president": "seat.president", "secretary": "seat.secretary"}
KEYS = frozenset({"label.phone", "label.number", "label.name"})
_LABELS = frozenset(SEATS.values())
_ENDS = frozenset({*_LABELS, "label.reg_no", "label.district", "label.upazila", "place"})
"""Keys of the words that end a name."""
_BETWEEN = frozenset({*KEYS, "topic.new", COMMAND + "contact"})
"""Keys of the words that may stand between a name and its number."""
_MOST_WORDS = 6


def holder(label: str) -> Callable[[Line, Set[int], Scene], list[Found]]:
    """A reader of who holds a seat: the name, the telephone number or both that follow its label.

    Args:
        label: catalogue key of the seat's words.
    """

    def read(line: Line, free: Set[int], scene: Scene) -> list[Found]:
        numbers = phones(line, free, scene)
        said = (_held(line, at, free, numbers) for at in sorted(free) if label in line.items[at].keys)
        return [one for one in said if one is not None]

    return read


def unseated(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """A telephone number of which is not said whose it is, with the seats whose it may be."""
    left = phones(line, free, scene)
    if not left:
        return []
    uses = frozenset().union(*(one.uses for one in left))
    known = [one.value for one in left if one.value is not None]
    if not known:
        return [Found(None, uses, problem="bad_phone")]
    if not SEATS.keys().isdisjoint(scene.args):
        return [Found(None, uses, problem="two_phones")]
    instead: tuple[Mapping[str, Any], ...] = tuple({seat: {"msisdn": known[0]}} for seat in SEATS)
    return [Found(None, uses, problem="missing_seat", instead=instead if len(known) == 1 else ())]


def districts(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The district beside a registration number; where people are named, only what surely is one, for it may be a person."""
    if SEATS.keys().isdisjoint(scene.args):
        return names.districts(line, free, scene)
    return [Found(line.items[at].text, frozenset({at})) for at in sorted(free) if "place" in line.items[at].keys]


def _held(line: Line, label: int, free: Set[int], numbers: Sequence[Found]) -> Found | None:
    """What follows a label, up to the next one."""
    starts = {min(one.uses): one for one in numbers}
    words: list[int] = []
    number: Found | None = None
    for at in range(label + 1, len(line.items)):
        item = line.items[at]
        if number := starts.get(at):
            break
        if item.kind is Kind.NUMBER or item.keys & _ENDS:
            break
        if item.kind is Kind.WORD and at in free and not item.keys & _BETWEEN:
            words.append(at)
    number = number or _only_one(line, numbers)
    if number is not None and number.problem is not None:
        return Found(None, number.uses, problem=number.problem)
    name = trimmed(line, words, (FILLER + "contact",))
    value = {"name": line.as_typed(name[0], name[-1])} if 0 < len(name) <= _MOST_WORDS else {}
    if number is not None:
        value["msisdn"] = number.value
    if not value:
        return None
    uses = frozenset(name) | (number.uses if number is not None else frozenset())
    return Found(value, uses, sure=False)


def _only_one(line: Line, numbers: Sequence[Found]) -> Found | None:
    """The line's telephone number, wherever it stands, when there is one number and one seat."""
    labels = sum(bool(item.keys & _LABELS) for item in line.items)
    return numbers[0] if labels == len(numbers) == 1 else None
