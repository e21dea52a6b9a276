"""Reading which form a return is about: ``SOC``, ``অডিট``, ``d-nothi``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain import told_periods
from bot.domain.form_words import words_in
from bot.domain.found import Found
from bot.domain.line import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from bot.domain.found import Scene
    from bot.domain.line import Line

_INSIDE = frozenset("_-.'")
"""Marks inside a name (``dak_note``, ``d-nothi``)."""


def forms(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The forms that are named. A name that stands between figures, or that only begins a label, is none."""
    dated = {at for one in told_periods.periods(line, free, scene) for at in one.uses}
    figures = [at for at in line.indices(Kind.NUMBER) if at in free and at not in dated]
    between = range(figures[0], figures[-1]) if figures else range(0)
    found: list[Found] = []
    beginning: list[Found] = []  # of a label as well: ``nothi percent`` is one of another form
    last = -1
    for at in sorted(free - dated):
        if at <= last or at in between or line.items[at].kind is not Kind.WORD:
            continue
        run = run_from(line, at, free, scene.forms.longest)
        words = words_at(line, run)
        named, label = scene.forms.code(words), scene.forms.label(words, guess=False)
        if named is None:
            last = at if label is None else max(covering(line, run, label.words))  # ``share in d-nothi`` names no form
            continue
        count, codes = named
        uses = covering(line, run, count)
        last = max(uses)
        if label is None or label.words <= count:
            found += [Found(code, uses) for code in sorted(codes)]
        elif (rest := scene.forms.label(words[count:], guess=False)) is not None and codes & rest.names.keys():
            beginning += [Found(code, uses) for code in sorted(codes & rest.names.keys())]
    return found or beginning


def run_from(line: Line, at: int, free: Set[int], longest: int) -> list[int]:
    """Where the words stand that may be one name with the word at ``at``."""
    run = [at]
    for place in range(at + 1, min(at + 2 * longest, len(line.items))):
        item = line.items[place]
        if item.kind is Kind.WORD and place in free:
            run.append(place)
        elif item.kind is not Kind.MARK or item.text not in _INSIDE:
            break
    return run


def words_at(line: Line, run: Sequence[int]) -> list[str]:
    """The words of some items, each by itself."""
    return [word for at in run for word in words_in(line.items[at].text)]


def covering(line: Line, run: Sequence[int], count: int) -> frozenset[int]:
    """The items that the first words of a run stand in."""
    uses: list[int] = []
    for at in run:
        if count <= 0:
            break
        uses.append(at)
        count -= len(words_in(line.items[at].text))
    return frozenset(uses)
