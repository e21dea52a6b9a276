"""What in a line tells that an event has not taken place: it is planned or only begun, or only those who shall hold it are named.

``নির্বাচন ২৫ ডিসেম্বর হবে`` is a plan, ``অডিট শুরু হয়েছে`` a beginning, and ``নির্বাচন কমিটি গঠন`` comes weeks before the election.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.found import Found
from bot.domain.vocabulary import COMMAND

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from bot.domain.found import Scene
    from bot.domain.line import Line

PLANNED, BEGUN = "event.planned", "event.begun"
BODY, FORMED, WHEN = "event.body", "event.formed", "event.date"
KEYS = frozenset({PLANNED, BEGUN, "ordinal"})
_NOT_YET = frozenset({PLANNED, BEGUN})
_HELD_BY_A_BODY = COMMAND + "election"
"""The only event that has a committee of its own, and a day that is announced beforehand."""


def pending(line: Line, free: Set[int], scene: Scene, days: Sequence[Found]) -> list[Found]:
    """What keeps the days that are told from being those of the event; nothing where nothing does.

    Args:
        line: the line.
        free: the items that are not used up.
        scene: the command that is tried.
        days: the days that were read.
    """
    uses = frozenset().union(*(day.uses for day in days))
    not_yet = frozenset(at for at in free if line.items[at].keys & _NOT_YET)
    if not_yet:
        return [Found(None, uses | not_yet, problem="future_date" if days else "not_yet")]
    if scene.command != _HELD_BY_A_BODY.removeprefix(COMMAND):
        return []
    heads = [at for at in sorted(free) if _HELD_BY_A_BODY in line.items[at].keys]
    bodies = [at for at in sorted(free) if BODY in line.items[at].keys]
    formed = any(FORMED in line.items[at].keys for at in free)
    if heads and bodies and (formed or any(line.after(at) in bodies for at in heads)):
        return [Found(None, uses, problem="unclear_words")]
    if any(WHEN in line.items[at].keys for at in heads):
        told = dict.fromkeys(day.value for day in days if day.value is not None)
        return [Found(None, uses, problem="unclear_words", repairs=tuple(told))] if told else []
    return []
