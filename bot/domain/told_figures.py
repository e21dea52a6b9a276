"""Reading the figures of a return: by their order (``5 2``), or by their labels (``নতুন ৫ বাতিল ২``, ``5 new 2 cancelled``).

A label and its figure may have ``=``, ``:``, a dash or a word such as ``হলো`` between; labels stand before all figures or behind all of
them. Labels that belong to one form only name that form. What can be read in two ways is asked back, and so is a figure that cannot be:
a negative one, or one with decimals that is no percentage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.domain import told_numbers, values
from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.told_forms import covering, forms, run_from, words_at
from bot.domain.told_labels import BAD, UNCLEAR, Pair, labelled
from bot.domain.vocabulary import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set

    from bot.domain.form_words import Label
    from bot.domain.found import Scene
    from bot.domain.line import Item, Line
    from bot.domain.told_numbers import Told

_UNIT = "unit"
_MOST_ITEMS = 160
"""Items of a line up to which figures are looked for: no return has more."""
_LABEL_FIRST, _LABEL_LAST = re.compile("(?:LN)+"), re.compile("(?:NL)+")
_NEGATIONS = frozenset({"negation", "cue.stop"})


class _Idle(IntEnum):
    """Which of the words that say nothing by themselves (``হয়েছে``, ``percent``) count as labels."""

    OWN = 0  # those of the form that is named, and units
    NONE = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class _Said:
    """A piece of the line: a figure, a label, or (with neither) another word. ``apart``: the period or the command stands before it."""

    at: frozenset[int]
    told: Told | None = None
    label: Label | None = None
    apart: bool = False

    @property
    def sign(self) -> str:
        return "N" if self.told is not None else "X" if self.label is None else "L"


def figures(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The figures: a list as typed, or by indicator; what cannot be told apart is a problem."""
    found = _read(line, free, scene) if len(line.items) <= _MOST_ITEMS else []
    units = frozenset(at for at in free if _is_unit(line, at))
    return [replace(one, uses=one.uses | units) for one in found]


def _read(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    said = first = _said(line, free, scene, _Idle.OWN)
    for idle in (_Idle.NONE, _Idle.ALL) if not _fits(first) else ():
        said = _said(line, free, scene, idle)
        if _fits(said):
            break
    else:
        if not _fits(said):
            return _unclear(line, first, scene)
    if not any(each.label for each in said):
        whole = _said(line, free, scene, _Idle.ALL) if said else said
        doubtful = any(each.label for each in whole) and _fits(whole)  # ``হয়েছে ৫`` may be a label with its figure
        return _unclear(line, whole, scene) if doubtful else _listed(said, scene)
    numbers = [each.told for each in said if each.told is not None]
    labels = [each.label for each in said if each.label is not None]
    uses = frozenset().union(*(each.at for each in said if each.sign != "X"))
    return [labelled([Pair(*pair) for pair in zip(labels, numbers, strict=True)], uses, scene)]


def changes(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The figures that are to be changed, always by label; a form that is named only tells which labels are meant."""
    named = forms(line, free, scene)
    codes = {one.value for one in named}
    if len(codes) > 1:
        return [Found(None, frozenset().union(*(one.uses for one in named)), problem="two_forms")]
    uses = frozenset().union(*(one.uses for one in named)) if named else frozenset()
    within = replace(scene, args={**scene.args, "form": codes.pop()}) if codes else scene
    found = [
        replace(one, uses=one.uses | uses, along={}, instead=tuple({"changes": each["values"]} for each in one.instead))
        for one in figures(line, set(free) - uses, within)
    ]
    if any(isinstance(one.value, list) for one in found):
        return [replace(one, value=None, problem="missing_changes") for one in found]
    return found


def written(value: Any, called: Callable[[str], str]) -> list[str]:
    """Figures as people write them.

    Args:
        value: a list, or numbers by indicator.
        called: how an indicator is called.
    """
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return [part for name, each in value.items() for part in (called(name), _typed(each))]


def _typed(value: Any) -> str:
    return "/".join(reversed(value.split("-"))) if isinstance(value, str) else str(value)


def _said(line: Line, free: Set[int], scene: Scene, idle: _Idle) -> list[_Said]:
    """What the line says, in its order."""
    days = told_numbers.days(line, free, scene)
    guess = any(at in free for at in line.indices(Kind.NUMBER))
    said: list[_Said] = []
    last, apart = -1, False
    for at, item in enumerate(line.items):
        if item.kind is Kind.MARK or at <= last:
            continue
        if at not in free or _is_own(item, scene):
            apart = True
            continue
        piece = (
            _number(line, at, free, days, said)
            if item.kind is Kind.NUMBER
            else _word(line, at, free, scene, idle, guess=guess)
        )
        if piece is not None:
            last = max(piece.at)
            said.append(replace(piece, apart=apart))
            apart = False
    return _merged(said)


def _is_own(item: Item, scene: Scene) -> bool:
    return COMMAND + scene.command in item.keys


def _number(line: Line, at: int, free: Set[int], days: Mapping[int, Told], said: Sequence[_Said]) -> _Said | None:
    """A figure; the number of an entry, a society or a telephone is none."""
    if (day := days.get(at)) is not None:
        return _Said(day.at, told=day)
    labelled_already = bool(said) and said[-1].label is not None and line.before(at) in said[-1].at
    if values.is_reference(line, at) or line.telephone(at):
        return None
    if values.is_labelled(line, at) and not labelled_already:
        return None
    told = told_numbers.told(line, at, free)
    return _Said(told.at, told=told)


def _word(line: Line, at: int, free: Set[int], scene: Scene, idle: _Idle, *, guess: bool) -> _Said | None:
    """A label, or a word that is none; None where it says nothing."""
    item = line.items[at]
    says_nothing = bool(item.keys & scene.explained) or _is_unit(line, at)
    if says_nothing and idle is _Idle.NONE:
        return None
    run = run_from(line, at, free, scene.forms.longest)
    label = scene.forms.label(words_at(line, run), guess=guess and not says_nothing)
    own = scene.args.get("form")
    if label is not None and says_nothing and idle is _Idle.OWN and not (_UNIT in item.keys or own in label.names):
        label = None
    if label is not None:
        return _Said(covering(line, run, label.words), label=label)
    return None if says_nothing else _Said(frozenset({at}))


def _is_unit(line: Line, at: int) -> bool:
    """Whether a word says what a number beside it counts (``৫ টি``, ``টাকা ৫০০``)."""
    beside = (line.before(at), line.after(at))
    return _UNIT in line.keys_at(at) and any(
        place is not None and line.items[place].kind is Kind.NUMBER for place in beside
    )


def _merged(said: Sequence[_Said]) -> list[_Said]:
    """Labels side by side that mean the same figure are one (``নতুন নিবন্ধন``)."""
    merged: list[_Said] = []
    for each in said:
        before = merged[-1] if merged else None
        if before is not None and before.label is not None and each.label is not None:
            both = before.label.narrowed(each.label)
            if both is not None:
                merged[-1] = _Said(before.at | each.at, label=both)
                continue
        merged.append(each)
    return merged


def _fits(said: Sequence[_Said]) -> bool:
    """Whether figures and labels belong together in one way. Another word right before a figure may be its label."""
    signs = "".join(each.sign for each in said)
    if any(first.sign == "X" and not second.apart for first, second in pairwise(said) if second.sign != "X"):
        return False
    signs = signs.strip("X")
    return not signs.strip("N") or bool(_LABEL_FIRST.fullmatch(signs) or _LABEL_LAST.fullmatch(signs))


def _unclear(line: Line, said: Sequence[_Said], scene: Scene) -> list[Found]:
    """Figures and labels that do not fit together; of a line without a figure nothing is said."""
    if not any(each.told for each in said) and "period" not in scene.args:
        return []
    beside = "period" in scene.args or "ref" in scene.args
    uses = frozenset(
        at for each in said for at in each.at if each.sign != "X" or (beside and not line.items[at].keys & _NEGATIONS)
    )
    return [Found(None, uses, problem=UNCLEAR)]


def _listed(said: Sequence[_Said], scene: Scene) -> list[Found]:
    """Figures without labels."""
    told = [each.told for each in said if each.told is not None]
    if not told:
        return []
    uses = frozenset().union(*(each.at for each in told))
    problem = next((each.problem for each in told if each.problem is not None), None)
    if problem is not None:
        repaired = [[each.repair] if each.repair is not None else [*each.values] for each in told]
        whole = all(repaired) and all(each.problem is None or each.repair is not None for each in told)
        repairs = ([value for values_ in repaired for value in values_],) if whole else ()
        return [Found(None, uses, problem=problem, repairs=repairs)]
    if len(told) == 1 and told[0].parted is not None:  # ``5,390`` alone
        return [Found(None, uses, problem=UNCLEAR, repairs=([*told[0].values], [*told[0].parted]))]
    form = scene.args.get("form")
    days = form is not None and scene.forms.takes_dates(form)
    wrong = any(each.is_day != days and (form is not None or each.is_day) for each in told)
    if wrong or not (all(each.whole for each in told) or scene.forms.takes_fractions(form)):
        return [Found(None, uses, problem=BAD)]
    return [Found([value for each in told for value in each.values], uses)]
