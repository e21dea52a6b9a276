"""Reading the numbers of a return in a line: their commas, a sign before them, a word such as ``লাখ`` behind them, days.

``5,2`` are two figures. ``1,390`` is one where it has a label or other figures stand beside it; alone it may be two, and is told
with both.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from bot.domain import values
from bot.domain.amounts import is_grouped, plain_amount
from bot.domain.line import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from bot.domain.found import Scene
    from bot.domain.line import Line

Number: TypeAlias = int | float | str
"""A figure, one with decimals as JSON has it; a day as an ISO date."""

BAD, UNCLEAR = "bad_value", "unclear_values"
SCALES: Final = {"unit.thousand": 1_000, "unit.lakh": 100_000, "unit.crore": 10_000_000}
_JOINTS = frozenset("/\\-+*")
"""Marks that make two numbers that they join something else than two figures."""
_SEPARATED = frozenset("=:")
_GROUP = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What stands in one place of a line.

    Attributes:
        at: the items.
        values: the figure, or the figures where commas part several.
        parted: the figures it is if its commas part several; None where that cannot be meant.
        problem: why it is no figure, or not surely one.
        repair: the figure that may be meant.
    """

    at: frozenset[int]
    values: tuple[Number, ...] = ()
    parted: tuple[Number, ...] | None = None
    problem: str | None = None
    repair: Number | None = None

    @property
    def whole(self) -> bool:
        """Whether no figure has decimals."""
        return not any(isinstance(value, float) for value in self.values)

    @property
    def is_day(self) -> bool:
        """Whether it is a day."""
        return any(isinstance(value, str) for value in self.values)


def days(line: Line, free: Set[int], scene: Scene) -> Mapping[int, Told]:
    """The days in a line, by where they begin."""
    return {min(one.uses): Told(one.uses, (str(one.value),)) for one in values.dates(line, free, scene)}


def told(line: Line, at: int, free: Set[int]) -> Told:
    """What the number means that begins at an item."""
    last = _end(line, at, free)
    bad = _is_joined(line, last) or _is_joined_to_used(line, at, free)
    while _is_joined(line, last):
        last += 2
    uses = frozenset(range(at, last + 1))
    if bad:
        return Told(uses, problem=BAD)
    read = _read(line.span(at, last), uses)
    if read.problem is not None or len(read.values) != 1:
        return read
    (value,) = read.values
    factor = next((SCALES[key] for key in SCALES if key in line.keys_at(line.after(last))), None)
    if factor is not None and not isinstance(value, str):
        times = Decimal(str(value)) * factor
        repair = int(times) if times == int(times) else None
        return Told(uses | {line.after(last) or last}, problem=BAD, repair=repair)
    return Told(uses, problem=BAD, repair=value) if _is_negative(line, at) else read


def _end(line: Line, at: int, free: Set[int]) -> int:
    """The last item of the figures that commas and points join without a gap."""
    last = at
    while (
        last + 2 < len(line.items)
        and line.items[last + 1].text in {",", "."}
        and line.items[last + 2].kind is Kind.NUMBER
        and last + 2 in free
        and line.touching(last)
        and line.touching(last + 1)
    ):
        last += 2
    return last


def _is_joined(line: Line, at: int) -> bool:
    if at + 2 >= len(line.items) or line.items[at + 2].kind is not Kind.NUMBER:
        return False
    mark = line.items[at + 1].text
    return mark in _JOINTS and (mark in "/\\" or (line.touching(at) and line.touching(at + 1)))


def _is_joined_to_used(line: Line, at: int, free: Set[int]) -> bool:
    """Whether a number hangs on one that says something else (``dec 2023-5``)."""
    before = at - 2
    glued = before >= 0 and line.touching(before) and line.touching(before + 1) and line.items[at - 1].text in _JOINTS
    return glued and before not in free and line.items[before].kind is Kind.NUMBER


def _is_negative(line: Line, at: int) -> bool:
    """Whether a minus stands right before a number; a dash between a label and its figure (``new-5``, ``new - 5``) is none."""
    if at == 0 or line.items[at - 1].text != "-" or not line.touching(at - 1):
        return False
    return at == 1 or not line.touching(at - 2) or line.items[at - 2].text in _SEPARATED


def _number(text: str) -> int | float | None:
    read = plain_amount(text)
    return float(read) if isinstance(read, Decimal) else read


def _read(text: str, uses: frozenset[int]) -> Told:
    whole = _number(text)
    if "," not in text:
        return Told(uses, problem=BAD) if whole is None else Told(uses, (whole,))
    parts = text.split(",")
    each = [_number(part) for part in parts]
    numbers = tuple(one for one in each if one is not None)
    parted = numbers if len(numbers) == len(parts) else None
    if whole is not None:
        once = "." in text or any(part.startswith("0") for part in parts[1:])
        return Told(uses, (whole,), parted=None if once else parted)
    if parted is None or any(is_grouped(",".join(parts[start : start + 2])) for start in range(len(parts) - 1)):
        return Told(uses, problem=BAD if parted is None else UNCLEAR)
    return Told(uses, parted)
