"""Reading how many days ahead somebody wants to look: ``30``, ``৬০ দিন``, ``3 months``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.found import Found
from bot.domain.line import Kind

if TYPE_CHECKING:
    from collections.abc import Set

    from bot.domain.found import Scene
    from bot.domain.line import Line

MOST_DAYS = 3650
_EXAMPLE = 90
_YEARS = range(1950, 2100)
"""Numbers of four digits that are a calendar's year rather than a count of days."""
_UNITS = {"unit.week": 7, "unit.month": 30, "unit.year": 365}
_PAIR = 2
KEYS = frozenset({"unit", *_UNITS})


def days(line: Line, free: Set[int], _scene: Scene) -> list[Found]:
    """The days that a number counts. A registration number, a date or a year is asked back, as is what is too far."""
    numbers = [at for at in line.indices(Kind.NUMBER) if at in free]
    if len(numbers) >= _PAIR and any(line.after(at) == at + 2 for at in numbers[:-1]):  # ``123/2019``, ``30-60``
        return [Found(None, frozenset(numbers), problem="bad_days", repairs=(_EXAMPLE,))]
    return [_counted(line, at) for at in numbers]


def _counted(line: Line, at: int) -> Found:
    following = line.after(at)
    unit = next((factor for key, factor in _UNITS.items() if key in line.keys_at(following)), None)
    uses = frozenset({at})
    count = int(line.items[at].text[:MOST_DAYS])
    if count * (unit or 1) > MOST_DAYS or (count in _YEARS and "unit" not in line.keys_at(following)):
        return Found(None, uses, problem="bad_days", repairs=(_EXAMPLE,))
    return Found(count * (unit or 1), uses)
