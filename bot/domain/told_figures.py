"""Reading the figures of a return: by their order (``5 2``), or by their labels (``নতুন ৫ বাতিল ২``, ``5 new 2 cancelled``).

A label and its figure may have ``=``, ``:``, a dash or a word such as ``হলো`` between; labels stand before all figures or behind all of
them. Labels that belong to one form only name that form. What can be read in two ways is asked back, and so is a figure that cannot be:
a negative one, or one with decimals that is no percentage.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.domain import told_numbers, values
from bot.domain.form_words import words_in
from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.told_labels import fitting
from bot.domain.vocabulary import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence, Set

    from bot.domain.form_words import FormWords, Label
    from bot.domain.found import Scene
    from bot.domain.line import Line
    from bot.domain.told_numbers import Told

KEYS = frozenset({"unit"})
UNCLEAR, BAD, FORMS = "unclear_values", "bad_value", "two_forms"
_MOST_ITEMS = 160
"""Items of a line up to which figures are looked for: no return has more."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A piece of the line that says a figure, a label or something else.

    Attributes:
        sign: ``N`` a figure, ``L`` a label, ``X`` another word.
        at: where it stands.
        told: of a figure: what it may be.
        label: of a label: what it may mean.
    """

    sign: str
    at: frozenset[int]
    told: Told | None = None
    label: Label | None = None


@dataclass(slots=True)
class _Pairs:
    """Figures by label, as far as they could be read."""

    numbers: list[tuple[Label, Told]] = field(default_factory=list)
    problem: str | None = None


def forms(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The forms that are named. A name that stands between figures, or that begins a longer label, is none."""
    figures = [at for at in line.indices(Kind.NUMBER) if at in free and at not in _dated(line, free, scene)]
    between = range(figures[0], figures[-1]) if figures else range(0)
    found: list[Found] = []
    last = -1
    for at in sorted(free):
        if at <= last or at in between or line.items[at].kind is not Kind.WORD:
            continue
        run = _run(line, at, free)
        words = [word for place in run for word in words_in(line.items[place].text)]
        named = scene.forms.code(words)
        if named is None or _is_label(line, scene, run, words, named[0]):
            continue
        uses = _covering(line, run, named[0])
        last = max(uses)
        found += [Found(code, uses) for code in sorted(named[1])]
    return found


def _dated(line: Line, free: Set[int], scene: Scene) -> frozenset[int]:
    from bot.domain import told_periods  # noqa: PLC0415 - placeholder

    return frozenset(at for one in told_periods.periods(line, free, scene) for at in one.uses)
