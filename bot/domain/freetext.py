"""Reading what somebody looks for: the free text beside a word such as ``find``, and the name in a question about a society."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.names import NAMES
from bot.domain.vocabulary import COMMAND, FILLER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Set

    from bot.domain.found import Scene
    from bot.domain.line import Item, Line

_MOST_WORDS = 12
_MOST_NAMED = 8
_POLITE_LETTERS = 3
"""Letters from which a filler at either end of free text is taken off: shorter ones are names as well (দে, ই)."""
_TOLD = ("topic.", "role.", "place", "month.", "more", "period.", "by.")
"""Keys of words that are a command's in their place and part of a name elsewhere (``নতুন আলো``)."""
_PLACE_LABELS = frozenset({"label.upazila", "label.district", "label.division"})
_NEUTRAL = frozenset({"society", *_PLACE_LABELS})


def nothing(_line: Line, _free: Set[int], _scene: Scene) -> list[Found]:
    """Nothing: the argument is only ever given by who decides."""
    return []


def queries(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """What is looked for: everything but the command's words and the courtesies around it, in the sender's spelling.

    In a sentence that merely has the command's word in it nothing is looked for: the word must lead, or end the line after a name
    (``ডিমলা মৎস্যজীবী সমিতি খুঁজুন``).
    """
    head = COMMAND + scene.command
    heads = [at for at in free if head in line.items[at].keys]
    # Marks inside belong to the text, as in ``মৎস্য-জীবী``.
    parts = [part for part in _between(line, free, heads) if any(_says(line.items[at]) for at in part)]
    taken = [at for part in parts for at in part if line.items[at].kind is not Kind.MARK]
    words = [line.items[at] for at in taken]
    if not heads or not taken or len(words) > _MOST_WORDS or any("negation" in item.keys for item in words):
        return []
    if taken[0] < min(heads) and (taken[-1] > min(heads) or not _is_asked_for(words)):
        return []
    text = " ".join(line.as_typed(part[0], part[-1]) for part in parts)
    return [Found(text, frozenset(taken), sure=False)]


def name_left(line: Line, left: Sequence[int]) -> str | None:
    """The society's name that is left over in a question about it; None when only a place is, or what is no name.

    Args:
        line: the line.
        left: where the words stand that nothing explains.
    """
    if not 0 < len(left) <= _MOST_NAMED or not all(may_be_named(line.items[at]) for at in left):
        return None
    groups: list[list[int]] = []
    for at in left:
        if groups and all(_joins(line.items[between]) for between in range(groups[-1][-1] + 1, at)):
            groups[-1].append(at)
        else:
            groups.append([at])
    # A place alone names no society, nor does ``নতুন`` in ``নতুন কমিটির মেয়াদ``.
    if all(line.items[at].keys or _is_place(line, at) for at in left):
        return None
    return " ".join(line.as_typed(group[0], _with_kind(line, group[-1])) for group in groups)


def may_be_named(item: Item) -> bool:
    """Whether a word may be part of a name: it is not known, or known as what names are made of."""
    if not item.keys or item.keys & NAMES:
        return True
    if "label.phone" in item.keys:
        return False
    return any(key.startswith(_TOLD) for key in item.keys) and not any(key.startswith(COMMAND) for key in item.keys)


def trimmed(line: Line, run: Sequence[int], own: Iterable[str] = ()) -> list[int]:
    """A run of words without the courtesies, and without these other keys' words, at its ends."""
    idle = frozenset(own)
    first, last = 0, len(run)
    while first < last and _is_idle(line.items[run[first]], idle):
        first += 1
    while last > first and _is_idle(line.items[run[last - 1]], idle):
        last -= 1
    return list(run[first:last])


def _is_idle(item: Item, idle: Set[str]) -> bool:
    if item.kind is Kind.MARK or item.keys & idle:
        return True
    return "filler" in item.keys and len(item.text) >= _POLITE_LETTERS


def _between(line: Line, free: Set[int], heads: Sequence[int]) -> list[list[int]]:
    """The runs of the line between the command's own words, without courtesies."""
    edges = [-1, *sorted(heads), len(line.items)]
    runs = (
        [at for at in range(left + 1, right) if at in free or line.items[at].kind is Kind.MARK]
        for left, right in pairwise(edges)
    )
    return [run for each in runs if (run := trimmed(line, each, (FILLER + "find",)))]


def _says(item: Item) -> bool:
    """Whether a word narrows a search: ``সমিতি`` alone does not, nor does a number alone."""
    return item.kind is Kind.WORD and not item.keys & _NEUTRAL


def _is_asked_for(words: Sequence[Item]) -> bool:
    """Whether the words before a command's word are a name rather than a sentence."""
    plain = [item for item in words if item.kind is Kind.WORD and not item.keys & _NEUTRAL]
    return any(not item.keys or item.keys & NAMES for item in plain) and not any(
        ("ordinary" in item.keys and not may_be_named(item)) or item.commands for item in plain
    )


def _joins(item: Item) -> bool:
    return item.kind is Kind.MARK or bool(item.keys & _NEUTRAL)


def _is_place(line: Line, at: int) -> bool:
    return bool(line.keys_at(line.after(at)) & _PLACE_LABELS)


def _with_kind(line: Line, at: int) -> int:
    """Where a name ends with the word for its kind, which belongs to it where no sentence uses it (``সবুজ সংঘ``)."""
    last = at
    while last + 1 < len(line.items) and "society" in line.items[last + 1].keys:
        if any(key.startswith(FILLER) for key in line.items[last + 1].keys):
            break
        last += 1
    return last
