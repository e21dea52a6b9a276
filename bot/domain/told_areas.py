"""Reading how a roll-up is parted (``by district``, ``জেলাওয়ারি``) and for which office it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.domain.found import Found
from bot.domain.freetext import trimmed
from bot.domain.line import Kind
from bot.domain.vocabulary import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from typing import TypeAlias

    from bot.domain.found import Scene
    from bot.domain.line import Item, Line

    Reader: TypeAlias = Callable[[Line, Set[int], Scene], list[Found]]

BY: Final = {"by.upazila": "upazila", "by.district": "district", "by.division": "division"}
_LABELS: Final = {"label.upazila": "upazila", "label.district": "district", "label.division": "division"}
_BEFORE, _BEHIND = "by.before", "by.behind"
BY_KEYS = frozenset({*_LABELS, _BEFORE, _BEHIND})
OFFICE_KEYS = frozenset({*_LABELS, "office"})
_NAMES = frozenset({"place", "place.centre"})
_CODES = frozenset({2, 4, 8})
"""Digits of an office's code."""
_MOST_WORDS = 4
_RETURN = frozenset({COMMAND + "return", "cue.return"})


def by(line: Line, free: Set[int], _scene: Scene) -> list[Found]:
    """The level by whose offices a roll-up is parted. Beside a name, ``জেলা`` belongs to the name."""
    found: list[Found] = []
    for at in sorted(free):
        item = line.items[at]
        told = next((BY[key] for key in BY if key in item.keys), None)
        labelled = next((level for key, level in _LABELS.items() if key in item.keys), None)
        if told is not None:
            found.append(Found(told, frozenset({at})))
        elif labelled is not None and (beside := _words_for_by(line, at, free)) is not None:
            found.append(Found(labelled, beside))
    return found


def _words_for_by(line: Line, at: int, free: Set[int]) -> frozenset[int] | None:
    """A label and the ``by`` or ``ভিত্তিক`` beside it, or the label alone where no name stands beside it."""
    before, after = line.before(at), line.after(at)
    if _BEFORE in line.keys_at(before):
        return frozenset({at, before if before is not None else at})
    if _BEHIND in line.keys_at(after):
        return frozenset({at, after if after is not None else at})
    beside = (place for place in (before, after) if place is not None and place in free)
    return None if any(_may_name(line.items[place]) for place in beside) else frozenset({at})


def _may_name(item: Item) -> bool:
    return item.kind is Kind.WORD and (not item.keys or not item.keys.isdisjoint(_NAMES))


def offices(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The office, as typed: the one name that is left over, with its label, or a code."""
    runs: list[list[int]] = [[]]
    for at, item in enumerate(line.items):
        if at in free and item.kind is Kind.WORD and (_may_name(item) or item.keys & OFFICE_KEYS):
            runs[-1].append(at)
        elif item.text != "-":
            runs.append([])
    named = [run for run in runs if any(_may_name(line.items[at]) for at in run)]
    words = sum(line.items[at].words for run in named for at in run)
    if not named:
        return [Found(line.items[at].text, frozenset({at})) for at in sorted(free) if _is_code(line, at, scene)]
    if len(named) > 1 or words > _MOST_WORDS:
        return []
    run = trimmed(line, named[0])
    return [Found(line.as_typed(run[0], run[-1]), frozenset(run), sure=False)]


def _is_code(line: Line, at: int, scene: Scene) -> bool:
    item = line.items[at]
    return item.kind is Kind.NUMBER and len(item.text) in _CODES and "period" in scene.args


def rolled_offices(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The office of a roll-up; without a form or a period, only a name that is surely a place's."""
    about = not scene.args.keys().isdisjoint({"form", "period"})
    known = any(at in free and item.keys & (_NAMES | OFFICE_KEYS) for at, item in enumerate(line.items))
    return offices(line, free, scene) if about or known else []


def asked_offices(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The office in a question about what is due: where the command's word leads, or a return is spoken of, or the name is a place's."""
    about = not scene.args.keys().isdisjoint({"form", "period"}) or any(item.keys & _RETURN for item in line.items)
    words = (
        item for item in line.items if item.kind is Kind.WORD and not ("filler" in item.keys and not item.commands)
    )
    if about or COMMAND + scene.command in next((item.keys for item in words), frozenset()):
        return offices(line, free, scene)
    return []
