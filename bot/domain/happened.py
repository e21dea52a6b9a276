"""Reading when something took place, and for which society: ``agm 123/2019 25/10/2023``, ``নির্বাচন হয়েছে ২৫শে অক্টোবর``.

A registration number and a day are both numbers with strokes between, so that both are read here together. What has three parts is a
day, what has a year of four digits is not one (``12/2023``), and two small numbers (``25/10``) are a day of the last months
unless a whole day stands beside them or a label says otherwise. A bare number is a registration number only beside the command's word.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.domain import dating, names, pending, values
from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.vocabulary import COMMAND, CUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set
    from typing import Any

    from bot.domain.found import Scene
    from bot.domain.line import Line

TODAY, YESTERDAY, TOMORROW, ORDINAL, LABEL = "day.today", "day.yesterday", "day.tomorrow", "day.ordinal", "label.date"
KEYS = pending.KEYS | {TODAY, YESTERDAY, TOMORROW, ORDINAL, LABEL, "year", "weekday", "filler.event"}

_MONTH = "month."
_JOINTS = frozenset("/-.\\|")
_SHORT, _FULL = 2, 4
"""Digits of a day, a month or a short year; digits of a whole year."""
_PARTS = 3
_GLUED, _GLUED_SHORT = 8, 6
"""Digits of a day without marks, with its whole and with its short year."""
_NAME_WORDS = 3
_COUNTED = frozenset({"unit", "unit.week", "unit.month", "unit.year", "ordinal"})
"""Keys of the words behind a number that counts something (``৩ বছর``, ``25th``)."""


def lacking(args: Mapping[str, Any]) -> str | None:
    """The reason to ask with when no day is told."""
    return None if "date" in args else "missing_date"


def written(value: Any) -> str:
    """A day as people write it: ``25/10/2023``."""
    return f"{date.fromisoformat(value):%d/%m/%Y}"


def days(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The days on which it took place, as ISO dates; a day that cannot be, is still to come or is missing is a problem."""
    found = _told(line, free, scene.today)
    return pending.pending(line, free, scene, found) or found or [dating.missing(frozenset())]


def reg_nos(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The registration numbers beside the day; a co-operative year (``2024-25``) is none and stays over, so that it is asked."""
    dated = frozenset().union(*(one.uses for one in _told(line, free, scene.today)))
    years = frozenset(at for chain in _chains(line, free) if _is_cooperative_year(line, chain) for at in chain)
    left = free - dated - years
    found = values.reg_nos(line, left, scene)
    return [one for one in found if one.value is None or "/" in one.value or _is_meant(line, one.uses, left, scene)]


def _is_meant(line: Line, uses: Set[int], left: Set[int], scene: Scene) -> bool:
    """Whether a bare number is a registration number: one with its label, or one right beside the command's word."""
    at = next(at for at in sorted(uses) if line.items[at].kind is Kind.NUMBER and not line.telephone(at))
    if values.is_labelled(line, at):
        return True
    if _counts(line, at, left) or (
        len(line.items[at].text) == _FULL and values.year_of(line.items[at].text, scene.today)
    ):
        return False
    before, after = line.before(at), line.after(at)
    while before is not None and line.items[before].keys & {"label.number", ORDINAL}:
        before = line.before(before)
    while after is not None and line.items[after].keys & {"filler", ORDINAL}:
        after = line.after(after)
    return bool((line.keys_at(before) | line.keys_at(after)) & {COMMAND + scene.command, CUE + scene.command})


def _counts(line: Line, at: int, left: Set[int]) -> bool:
    """Whether a number counts or measures something: ``১০%``, ``৩ বছর``, ``25th``, ``12.5``, ``10:30``."""
    following = line.items[at + 1] if at + 1 < len(line.items) else None
    if following is None:
        return False
    if following.text == "%" or (ORDINAL in following.keys and line.touching(at)):
        return True
    if following.text in {".", ":"} and at + 2 in left and line.touching(at) and line.touching(at + 1):
        return line.items[at + 2].kind is Kind.NUMBER
    return bool(line.keys_at(line.after(at)) & _COUNTED)


def districts(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The district: a known or a labelled one, or else the unknown words right behind a number that was read."""
    beside: set[int] = set()
    for at in sorted(free):
        before = line.before(at)
        if before is None or line.items[at].keys or line.items[at].kind is not Kind.WORD:
            continue
        used = before not in free and line.items[before].kind is Kind.NUMBER
        if used or (before in beside and len(beside) < _NAME_WORDS):
            beside.add(at)
    known = {at for at in free if line.items[at].keys or names.is_labelled(line, at)}
    return names.districts(line, known | beside, scene)


def _is_cooperative_year(line: Line, chain: Sequence[int]) -> bool:
    """Whether two numbers are two years that follow each other."""
    starts, *ends = (line.items[at].text for at in chain)
    if len(starts) != _FULL or len(ends) != 1 or values.is_labelled(line, chain[0]):
        return False
    return ends[0] in {str(int(starts) + 1), f"{(int(starts) + 1) % 100:02}"}


def _told(line: Line, free: Set[int], today: date) -> list[Found]:
    chains = _chains(line, free)
    single = frozenset(chain[0] for chain in chains if len(chain) == 1)
    found = [*_named(line, free, single, today), *_in_figures(line, chains, today), *_in_words(line, free, today)]
    used = frozenset().union(*(one.uses for one in found))
    found += _spaced(line, sorted(single - used), today)
    return found or [*_glued(line, single, today)] or _in_part(line, chains, today)


def _chains(line: Line, free: Set[int]) -> list[list[int]]:
    """The numbers, those together that one mark joins (``25/10/2023``)."""
    chains: list[list[int]] = []
    for at in line.indices(Kind.NUMBER):
        if at not in free or values.is_reference(line, at) or line.telephone(at):
            continue
        joint = line.items[chains[-1][-1] + 1 : at] if chains else ()
        if len(joint) == 1 and joint[0].text in _JOINTS:
            chains[-1].append(at)
        else:
            chains.append([at])
    return chains


def _in_figures(line: Line, chains: Sequence[Sequence[int]], today: date) -> Iterator[Found]:
    """Days in figures with marks between; of more than three numbers in a row the first ones are something else."""
    for chain in chains:
        read = [
            (_is_even(line, part), part[0], day)
            for part in (chain[start : start + _PARTS] for start in range(len(chain) - _PARTS + 1))
            if (day := _of_figures(line, part, today)) is not None
        ]
        good = [one for one in read if one[2].problem != "impossible_date"]
        if good or (read and len(chain) == _PARTS):
            yield max(good or read, key=lambda one: one[:2])[2]


def _is_even(line: Line, numbers: Sequence[int]) -> bool:
    """Whether the same mark stands between all of them."""
    return len({line.items[left + 1].text for left, _ in pairwise(numbers)}) == 1


def _spaced(line: Line, single: Sequence[int], today: date) -> Iterator[Found]:
    """Days in figures with nothing between: ``25 10 2023``; a short year only where no other number stands beside it."""
    last = -1
    for start in range(len(single) - _PARTS + 1):
        part = single[start : start + _PARTS]
        if part[0] <= last or part[-1] - part[0] != _PARTS - 1:
            continue
        whole = len(line.items[part[-1]].text) == _FULL or len(single) == _PARTS
        day = _of_figures(line, part, today) if whole and len(line.items[part[0]].text) <= _SHORT else None
        if day is not None and day.problem != "impossible_date":
            last = part[-1]
            yield day


def _glued(line: Line, single: Set[int], today: date) -> Iterator[Found]:
    """Days in figures with nothing at all between: ``25102023``; with a short year (``251023``) they are shown and asked."""
    for at in sorted(single):
        text, uses = line.items[at].text, frozenset({at})
        if len(text) in {_GLUED, _GLUED_SHORT}:
            day = dating.told(int(text[:2]), int(text[2:4]), dating.full_year(text[4:]), uses, today)
            if day.problem is None and len(text) == _GLUED_SHORT:
                yield dating.missing(uses, date.fromisoformat(day.value))
            elif day.problem != "impossible_date":
                yield day


def _of_figures(line: Line, numbers: Sequence[int], today: date) -> Found | None:
    parts = [line.items[at].text for at in numbers]
    if len(parts[0]) == _FULL:
        parts.reverse()
    if len(parts[0]) > _SHORT or len(parts[1]) > _SHORT or len(parts[2]) not in {_SHORT, _FULL}:
        return dating.impossible(numbers)
    return dating.told(int(parts[0]), int(parts[1]), dating.full_year(parts[2]), dating.span(numbers), today)


def _named(line: Line, free: Set[int], single: Set[int], today: date) -> Iterator[Found]:
    """Days with the month's name: ``25 oct 2023``, ``২৫শে অক্টোবর``, ``October 25, 2023``."""
    for at in sorted(free):
        month = next((key for key in line.items[at].keys if key.startswith(_MONTH)), None)
        if month is None or line.items[at].kind is not Kind.WORD:
            continue
        before, after = _number(line, at, single, -1), _number(line, at, single, 1)
        beyond = None if after is None else _number(line, after, single, 1)
        if _is_day(line, after) and _digits(line, beyond) == _FULL and _digits(line, after) <= _SHORT:
            day, year = after, beyond
        elif _is_day(line, before):
            day, year = before, after if _digits(line, after) in {_SHORT, _FULL} else None
        elif _is_day(line, after):
            day, year = after, beyond if _digits(line, beyond) == _FULL else None
        else:
            yield dating.missing(frozenset({at} | ({after} if after and _digits(line, after) == _FULL else set())))
            continue
        uses = dating.span([place for place in (at, day, year) if place is not None])
        yield _of_month(line, day or 0, int(month.removeprefix(_MONTH)), year, uses, today)


def _of_month(line: Line, day: int, month: int, year: int | None, uses: frozenset[int], today: date) -> Found:
    number = int(line.items[day].text)
    if year is not None:
        return dating.told(number, month, dating.full_year(line.items[year].text), uses, today)
    latest = dating.latest(number, month, today)
    if latest is None:
        return dating.told(number, month, today.year, uses, today)
    return dating.without_year(latest, uses, today)


def _number(line: Line, at: int, single: Set[int], step: int) -> int | None:
    """The number next to an item, with nothing but marks and an ending such as ``শে`` or ``th`` between."""
    go = line.after if step > 0 else line.before
    place = go(at)
    while place is not None and line.items[place].keys & {ORDINAL, "year"}:
        place = go(place)
    return place if place in single else None


def _is_day(line: Line, at: int | None) -> bool:
    return at is not None and len(line.items[at].text) <= _SHORT and 1 <= int(line.items[at].text) <= dating.LAST_DAY


def _digits(line: Line, at: int | None) -> int:
    return 0 if at is None else len(line.items[at].text)


def _in_words(line: Line, free: Set[int], today: date) -> Iterator[Found]:
    """Today and yesterday; what is only announced has not taken place."""
    for at in sorted(free):
        keys, uses = line.items[at].keys, frozenset({at})
        if TODAY in keys:
            yield Found(today.isoformat(), uses)
        elif YESTERDAY in keys:
            yield Found((today - timedelta(days=1)).isoformat(), uses)
        elif TOMORROW in keys:
            yield Found(None, uses, problem="future_date")


def _in_part(line: Line, chains: Sequence[Sequence[int]], today: date) -> list[Found]:
    """Days without a year (``25/10``); two of them may be a registration number and a day."""
    pairs = [chain for chain in chains if len(chain) == _SHORT and not values.is_labelled(line, chain[0])]
    read = [(chain, day) for chain in pairs if (day := _pair(line, chain, today)) is not None]
    if not read:
        return _in_this_month(line, chains, today)
    dates = dict.fromkeys(day for _, day in read)
    uses = frozenset().union(*(dating.span(chain) for chain, _ in read))
    if len(dates) == 1:
        return [dating.without_year(date.fromisoformat(read[0][1]), uses, today)]
    instead: list[Mapping[str, Any]] = [{"date": day} for day in dates]
    if len(chains) == len(read) == 2:  # noqa: PLR2004 - a number and a day
        serial, year = (int(line.items[at].text) for at in read[0][0])
        instead.insert(0, {"reg_no": f"{serial}/{2000 + year}", "date": read[1][1]})
    return [Found(None, uses, problem="two_dates", instead=tuple(instead))]


def _pair(line: Line, chain: Sequence[int], today: date) -> str | None:
    day, month = (line.items[at].text for at in chain)
    latest = dating.latest(int(day), int(month), today) if max(len(day), len(month)) <= _SHORT else None
    return None if latest is None else latest.isoformat()


def _in_this_month(line: Line, chains: Sequence[Sequence[int]], today: date) -> list[Found]:
    """A day alone (``২৫ তারিখে``): asked, with the last such day."""
    for chain in chains:
        labelled = LABEL in line.keys_at(line.after(chain[0])) and not values.is_labelled(line, chain[0])
        if len(chain) == 1 and labelled and _is_day(line, chain[0]):
            return [dating.missing(frozenset(chain), dating.last_of_number(int(line.items[chain[0]].text), today))]
    return []
