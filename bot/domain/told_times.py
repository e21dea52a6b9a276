"""Reading a time of the day: ``10:30``, ``১০.৩০টায়``, ``সকাল ১০টা``, ``11am``, ``সাড়ে ৩টা বিকাল``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.domain.line import Kind
from bot.domain.vocabulary import APART

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.audience_words import Words

_HALVES: Final = {APART + each: each for each in ("am", "noon", "pm", "night")}
_SHIFTS: Final = {APART + "half": 30, APART + "quarter": 15, APART + "less": -15}
_OCLOCK, _MINUTE, _AT = APART + "oclock", APART + "minute", APART + "at"
_NOON, _DAY = 12, 24
_LATEST_AT_NOON, _EARLIEST_UNTOLD, _LATEST_AT_NIGHT = 5, 8, 5
"""The last hour of a midday; the first that needs no word for its half of the day; the last one of a night."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time of the day.

    Attributes:
        uses: the items that it used up.
        at: the time, ``10:30``.
        problem: what is wrong with it.
        repairs: what may have been meant.
    """

    uses: frozenset[int]
    at: str
    problem: str | None = None
    repairs: tuple[str, ...] = ()


def times(words: Words, left: Sequence[int]) -> Iterator[Time]:
    """The times of the day among some items."""
    last = -1
    for at in left:
        if at > last and words.line.items[at].kind is Kind.NUMBER and (time := _at(words, at, left)) is not None:
            last = max(time.uses)
            yield time


def is_time(words: Words, at: int) -> bool:
    """Whether a number begins a time of the day."""
    return _at(words, at, range(at, len(words.line.items))) is not None


def _at(words: Words, at: int, left: Sequence[int]) -> Time | None:
    items = words.line.items
    hour, minute, last = int(items[at].text), _minutes(words, at, left), at
    if minute is not None:
        last = at + 2
    elif len(items[at].text) > 2:  # noqa: PLR2004 - digits of an hour
        return None
    first, half, shift = _before(words, at, left)
    marked = minute is not None or half is not None or shift is not None or _AT in words.keys(at - 1)
    while last + 1 in left and (keys := words.keys(last + 1)) & {_OCLOCK, *_HALVES}:
        half = half or words.value(last + 1, _HALVES)
        marked, last = True, last + 1
        if _OCLOCK in keys and minute is None and (told := _told_minutes(words, last, left)) is not None:
            minute, last = told
    if not marked:
        return None
    total = hour * 60 + (minute or 0) + (shift or 0)
    return _of(total, half, frozenset(range(first, last + 1)))


def _minutes(words: Words, at: int, left: Sequence[int]) -> int | None:
    """The minutes behind a colon or a point (``10:30``, ``১০.৩০``)."""
    items = words.line.items
    if at + 2 not in left or items[at + 1].text not in {":", ".", "ঃ"} or items[at + 2].kind is not Kind.NUMBER:
        return None
    glued = words.line.touching(at) and words.line.touching(at + 1)
    text = items[at + 2].text
    return int(text) if glued and len(text) == 2 and int(text) < 60 else None  # noqa: PLR2004 - minutes of an hour


def _told_minutes(words: Words, at: int, left: Sequence[int]) -> tuple[int, int] | None:
    """The minutes behind the hour's word (``১০টা ৩০ মিনিট``)."""
    items = words.line.items
    if at + 2 not in left or items[at + 1].kind is not Kind.NUMBER or _MINUTE not in words.keys(at + 2):
        return None
    told = int(items[at + 1].text)
    return (told, at + 2) if told < 60 else None  # noqa: PLR2004


def _before(words: Words, at: int, left: Sequence[int]) -> tuple[int, str | None, int | None]:
    """Where a time begins, with the words for its half of the day and for a quarter or half of an hour before it."""
    half: str | None = None
    shift: int | None = None
    first = at
    while first - 1 in left:
        keys = words.keys(first - 1)
        told = next((minutes for key, minutes in _SHIFTS.items() if key in keys), None)
        named = words.value(first - 1, _HALVES)
        if told is None and named is None:
            break
        shift, half, first = (told if shift is None else shift), half or named, first - 1
    return first, half, shift


def _of(total: int, half: str | None, uses: frozenset[int]) -> Time | None:
    """A time by its minutes and the half of the day; one that can be both is asked."""
    hour = total // 60
    if not 0 <= hour < _DAY:
        return None
    if half is None and 0 < hour < _EARLIEST_UNTOLD:
        return Time(uses, _written(total), "unclear_time", (_written(total + _NOON * 60),))
    if (half in {"pm", "night"} and hour < _NOON and not (half == "night" and hour < _LATEST_AT_NIGHT)) or (
        half == "noon" and hour <= _LATEST_AT_NOON
    ):
        total += _NOON * 60
    elif half in {"am", "night"} and hour == _NOON:
        total -= _NOON * 60
    return Time(uses, _written(total))


def _written(total: int) -> str:
    return f"{total // 60:02}:{total % 60:02}"
