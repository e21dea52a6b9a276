"""Reading the reference of an entry (``R4821``, ``আর ৪৮২১``, ``ref 4821``) and what is said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.found import Found
from bot.domain.freetext import trimmed
from bot.domain.line import Kind
from bot.domain.vocabulary import COMMAND, CUE

if TYPE_CHECKING:
    from collections.abc import Set

    from bot.domain.found import Scene
    from bot.domain.line import Line

LABEL = "label.ref"
KEYS = frozenset({LABEL})
_MOST_DIGITS = 9
_JOINTS = frozenset("/-\\")


def refs(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The references; a number without its R is one beside the command's own word only, and behind the reference none is."""
    heads = any(COMMAND + scene.command in item.keys for item in line.items)
    found: list[Found] = []
    for at in line.indices(Kind.NUMBER):
        label = _label(line, at)
        if at not in free or (label is None and (not heads or found)):
            continue
        uses = frozenset(range(_begin(line, at) if label is None else label, at + 1))
        digits = line.items[at].text.lstrip("0")
        if not 0 < len(digits) <= _MOST_DIGITS or (label is None and _is_joined(line, at)):
            return [Found(None, uses, problem="bad_ref")]
        found.append(Found(f"R{digits}", uses))
    return found


def refs_beside_figures(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The references in a line with other numbers: those with their R, or else the number right behind the command's word."""
    numbers = [at for at in line.indices(Kind.NUMBER) if at in free]
    told = {at for at in numbers if _label(line, at) is not None}
    behind = {at for at in numbers if COMMAND + scene.command in line.keys_at(line.before(_begin(line, at)))}
    others = set(numbers) - (told or behind)
    return refs(line, set(free) - others, scene)


def reasons(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """What is said behind the reference and the command's word, in the sender's spelling."""
    told = {COMMAND + scene.command, CUE + scene.command}
    numbers = (at for at in line.indices(Kind.NUMBER) if at not in free)
    begins = max(min(numbers, default=-1), next((at for at, item in enumerate(line.items) if item.keys & told), -1))
    said = trimmed(line, range(begins + 1, len(line.items))) if "ref" in scene.args else []
    if not any(at in free and line.items[at].kind is not Kind.MARK for at in said):
        return []
    behind = range(said[0], len(line.items))  # the courtesies before it are not part of it
    if all(line.items[at].kind is not Kind.WORD for at in behind):
        return [Found(None, frozenset(behind), problem="two_refs")]  # ``reject 77 78``
    return [Found(line.as_typed(behind[0], behind[-1]), frozenset(behind), sure=False)]


def _begin(line: Line, at: int) -> int:
    """Where a number begins, its ``নং`` or ``no`` included."""
    before = line.before(at)
    return before if before is not None and "label.number" in line.keys_at(before) else at


def _label(line: Line, at: int) -> int | None:
    """Where the R or the word for a reference stands that a number belongs to."""
    before = line.before(at)
    if before is not None and "label.number" in line.keys_at(before) and LABEL not in line.keys_at(before):
        before = line.before(before)
    return before if before is not None and LABEL in line.keys_at(before) else None


def _is_joined(line: Line, at: int) -> bool:
    """Whether a number is part of a registration number or a date."""
    return any(
        0 <= other < len(line.items)
        and line.items[other].kind is Kind.NUMBER
        and line.items[(at + other) // 2].text in _JOINTS
        for other in (at - 2, at + 2)
    )
