"""Reading the period of a return: ``12/23``, ``ডিসেম্বর ২০২৩``, ``Q2 23-24``, ``oct-dec 23``, ``২০২৩-২৪``, ``গত মাস``.

The line is written as one letter for each of its items (a number is ``n``, a month's name ``M``, a word for a quarter ``Q``), so that
what a period looks like is a pattern of letters. ``12/23`` is a month; two years that follow each other (``23-24``) are a year.
A period that may be meant but is not told so is a problem, with the period as its repair.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from bot.domain import values
from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.period import FIRST_MONTH
from bot.domain.periods import Every, Period

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from bot.domain.found import Scene
    from bot.domain.line import Line

QUARTER, THIS, LAST, YEAR = "period.quarter", "period.this", "period.last", "period.year"
ORDINALS: Final = {"period.first": 1, "period.second": 2, "period.third": 3, "period.fourth": 4}
KEYS = frozenset({QUARTER, THIS, LAST, YEAR, "year", "unit.month", "unit.year", *ORDINALS})
_BETWEEN = "period.to"
_MONTH = "month."
_MONTHS, _QUARTERS, _SHORT, _FULL = 12, 4, 2, 4
_OLDEST: Final = 2000
_RECENT: Final = 6
"""Years back that a short year behind a month's name is not doubted: ``dec 12 5 2`` may have twelve of something."""
_GROUP = 3
"""Digits between two commas of a number."""

_NONE = "bad_period"

_YEARS = "n[-/]n"
_NTH = "Q[-:.]?n|nO-?Q|n-?Q(?![-:.]?n)|FQ"
_SIDE = "[-/,.'Ayfm]*"
_PATTERNS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("quarter", rf"(?:{_YEARS}{_SIDE}(?:{_NTH})|(?:{_NTH}){_SIDE}{_YEARS})"),
        ("calendar_quarter", rf"(?:(?:{_NTH}){_SIDE}n|n{_SIDE}(?:FQ|Qn))"),
        ("quarter_alone", _NTH),
        ("range", rf"M{_SIDE}n?f*[-t]f*M(?:{_SIDE}(?:{_YEARS}|n))?"),
        ("month", rf"M:?{_SIDE}n"),
        ("turned_month", r"n[-/,Ayf]*M"),
        ("month_alone", "M"),
        ("relative", r"[PT]f*[mqyQA]"),
        ("figures", r"n(?:[-/\\.]n)+"),
    )
)


def periods(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The periods, by their names; one that cannot be, or is not clear, is a problem."""
    days = values.dates(line, free - _behind_quarter(line, free), scene)
    left = set(free).difference(*(day.uses for day in days))
    letters = "".join(_letter(line, at, left) for at in range(len(line.items)))
    found: list[Found] = []
    broken: list[Found] = []
    at = 0
    while at < len(letters):
        one, at = _from(line, letters, at, scene.today)
        if one is not None:
            (broken if one.value is None and one.problem == _NONE else found).append(one)
    if found:
        return found
    return broken[:1] or _day_instead(days) or _spaced(line, letters)


def written(value: str) -> str:
    """A period as people write it: ``12/2023``, ``Q2 2023-24``, ``2023-24``."""
    year, _, quarter = value.partition("/")
    if quarter:
        return f"{quarter} {year}"
    period = Period.parse(value)
    return f"{period.starts_on:%m/%Y}" if period.every is Every.MONTH else value


def _from(line: Line, letters: str, at: int, today: date) -> tuple[Found | None, int]:
    """The period that starts at an item, and where to go on."""
    if letters[at] not in "nMQFPT":
        return None, at + 1
    for name, pattern in _PATTERNS:
        if (match := pattern.match(letters, at)) is None:
            continue
        numbers = [place for place in range(at, match.end()) if letters[place] == "n"]
        read = _READERS[name](line, letters, range(at, match.end()), numbers, today)
        if read is not None:
            return read, (max(read.uses) if read.uses else match.end() - 1) + 1
    return None, at + 1


def _letter(line: Line, at: int, free: Set[int]) -> str:
    item = line.items[at]
    if item.kind is Kind.MARK:
        return _MINUS if _is_minus(line, at) else item.text
    if at not in free or values.is_reference(line, at) or values.is_labelled(line, at):
        return "x"
    if item.kind is Kind.NUMBER:
        return "x" if line.telephone(at) else "n"
    if any(key.startswith(_MONTH) for key in item.keys):
        return "M"
    following = line.items[at - 1].kind is Kind.NUMBER and line.touching(at - 1) if at else False
    if following and "ordinal" in item.keys:
        return "O"
    return next((letter for key, letter in _LETTERS.items() if key in item.keys), "x")


def _is_minus(line: Line, at: int) -> bool:
    """Whether a dash belongs to the number behind it alone (``12/23 -5``)."""
    if line.items[at].text != "-" or not 0 < at < len(line.items) - 1:
        return False
    both = line.items[at - 1].kind is Kind.NUMBER is line.items[at + 1].kind
    return both and not line.touching(at - 1) and line.touching(at)


_MINUS: Final = "~"
_LETTERS: Final = {
    QUARTER: "Q",
    LAST: "P",
    THIS: "T",
    **dict.fromkeys(ORDINALS, "F"),
    YEAR: "A",
    "unit.month": "m",
    "unit.year": "y",
    _BETWEEN: "t",
    "year": "A",
    "filler": "f",
}


def _behind_quarter(line: Line, free: Set[int]) -> set[int]:
    """The number of each quarter: with the year behind it, it would look like a day (``Q2/23-24``)."""
    return {
        at
        for at in line.indices(Kind.NUMBER)
        if at in free and ((before := line.before(at)) is not None and QUARTER in line.keys_at(before))
    }


def _calendar_year(digits: str) -> int | None:
    """The year of this century that two or four digits mean; one that is still to come is refused by who knows what is due."""
    year = int(digits) + (_OLDEST if len(digits) == _SHORT else 0) if len(digits) in {_SHORT, _FULL} else 0
    return year if _OLDEST <= year < _OLDEST + 100 else None


def _cooperative_year(line: Line, numbers: Sequence[int]) -> str | None:
    """The co-operative year that two numbers are: two years that follow each other."""
    first, second = (line.items[at].text for at in numbers)
    begins = _calendar_year(first)
    if begins is None or len(second) not in {_SHORT, _FULL} or (len(second) > len(first)):
        return None
    if int(second) % 100 != (begins + 1) % 100 or (len(second) == _FULL and int(second) != begins + 1):
        return None
    return f"{begins}-{(begins + 1) % 100:02}"


def _quarter(line: Line, letters: str, span: range, numbers: Sequence[int], today: date) -> Found | None:
    """A quarter with its co-operative year."""
    nth, years = _nth(line, letters, span, numbers)
    year = _cooperative_year(line, years) if len(years) == 2 else None  # noqa: PLR2004 - a year's two numbers
    uses = frozenset(span)
    if year is None or nth is None:
        return Found(None, uses, problem=_NONE)
    return Found(f"{year}/Q{nth}", uses)


def _nth(line: Line, letters: str, span: range, numbers: Sequence[int]) -> tuple[int | None, list[int]]:
    """Which quarter it is, and where the other numbers stand."""
    word = next((at for at in span if letters[at] == "F"), None)
    if word is not None:
        return next(nth for key, nth in ORDINALS.items() if key in line.items[word].keys), list(numbers)
    quarter = next(at for at in span if letters[at] == "Q")
    behind = [at for at in numbers if at > quarter and not set(letters[quarter + 1 : at]) - set("-:.")]
    before = [at for at in numbers if at < quarter and not set(letters[at + 1 : quarter]) - set("O-")]
    ordinal = before and letters[before[-1] + 1] == "O"
    own = before[-1] if before and (ordinal or not behind) else behind[0] if behind else None
    if own is None:
        return None, list(numbers)
    count = int(line.items[own].text) if len(line.items[own].text) == 1 else 0
    return (count if 1 <= count <= _QUARTERS else None), [at for at in numbers if at != own]


def _calendar_quarter(line: Line, letters: str, span: range, numbers: Sequence[int], today: date) -> Found | None:
    """A quarter with one year: of which co-operative year it is, is asked."""
    nth, years = _nth(line, letters, span, numbers)
    year = _calendar_year(line.items[years[0]].text) if len(years) == 1 else None
    if year is None or (len(line.items[years[0]].text) == _SHORT and abs(year - today.year) > _RECENT):
        return None
    if nth is None:
        return Found(None, frozenset(span), problem=_NONE)
    likely = tuple(f"{begins}-{(begins + 1) % 100:02}/Q{nth}" for begins in (year, year - 1))
    return Found(None, frozenset(span), problem="unclear_period", repairs=likely)


def _quarter_alone(line: Line, letters: str, span: range, numbers: Sequence[int], today: date) -> Found | None:
    """A quarter without its year: the last one that has begun."""
    nth, _ = _nth(line, letters, span, numbers)
    if nth is None:
        return Found(None, frozenset(span), problem=_NONE)
    return Found(_last(Every.QUARTER, today, nth).name, frozenset(span), sure=False)


def _last(every: Every, today: date, number: int) -> Period:
    """The last period of this number in its co-operative year that has begun."""
    period = Period.of(every, today)
    while period.number != number:
        period = period.previous()
    return period


def _month_at(line: Line, at: int) -> int:
    return int(next(key for key in line.items[at].keys if key.startswith(_MONTH)).removeprefix(_MONTH))


def _range(line: Line, letters: str, span: range, numbers: Sequence[int], today: date) -> Found | None:
    """A quarter by its first and last month, or a co-operative year by them."""
    first, last = (at for at in span if letters[at] == "M")
    behind = [at for at in numbers if at > last]
    early = [at for at in numbers if at < last]
    end, uses = _ending(line, letters, last, behind, today)
    starts, ends = _month_at(line, first), _month_at(line, last)
    if early and (_calendar_year(line.items[early[0]].text) is None or end is None):
        return None
    uses |= frozenset(range(first, last + 1))
    whole = next((every for every in (Every.QUARTER, Every.YEAR) if _is_whole(starts, ends, every)), None)
    if whole is None:
        return Found(None, uses, problem=_NONE)
    if end is None:
        found = Period.of(
            whole, _last(Every.MONTH, today, Period(date(_OLDEST, starts, 1), Every.MONTH).number).starts_on
        )
        return Found(found.name, uses, sure=False)
    begins = int(end[:4]) + (starts < FIRST_MONTH) if isinstance(end, str) else end - (starts > ends)
    return Found(Period.of(whole, date(begins, starts, 1)).name, uses)


def _is_whole(starts: int, ends: int, every: Every) -> bool:
    first = Period.of(every, date(_OLDEST, starts, 1))
    return first.starts_on.month == starts and first.ends_on.month == ends


def _ending(
    line: Line, letters: str, last: int, behind: Sequence[int], today: date
) -> tuple[int | str | None, frozenset[int]]:
    """The year behind the last month, and the items it takes; a co-operative year as its name."""
    if len(behind) == 2 and (year := _cooperative_year(line, behind)) is not None:  # noqa: PLR2004 - its two numbers
        return year, frozenset(range(last, behind[-1] + 1))
    if behind and (single := _year_behind(line, letters, behind[0])) is not None:
        return single, frozenset(range(last, behind[0] + 1))
    return None, frozenset()


def _year_behind(line: Line, letters: str, at: int) -> int | None:
    """The year that the number behind a month's name is; None where it counts something (``dec 12,345``)."""
    year = _calendar_year(line.items[at].text)
    grouped = letters[at + 1 : at + 3] == ",n" and line.touching(at) and line.touching(at + 1)
    return None if grouped and len(line.items[at + 2].text) == _GROUP else year


def _month(line: Line, letters: str, span: range, numbers: Sequence[int], today: date) -> Found | None:
    """A month by its name, with its year."""
    month, at = span[0], numbers[0]
    text, between = line.items[at].text, letters[month + 1 : at]
    year, joined = _year_behind(line, letters, at), not set("-/'A").isdisjoint(between)
    if year is None:
        return Found(None, frozenset(span), problem=_NONE) if joined and len(text) <= _FULL else None
    name = f"{year}-{_month_at(line, month):02}"
    told = len(text) == _FULL or joined or letters.count("n") == 1
    if ":" in between or not (told or today.year - _RECENT <= year <= today.year + 1):
        if not told and year > today.year + _RECENT:
            return None  # ``dec 45 2`` counts something
        return Found(None, frozenset(span), problem="unclear_period", repairs=(name,))
    return Found(name, frozenset(span))


def _turned_month(line: Line, letters: str, span: range, numbers: Sequence[int], today: date) -> Found | None:
    """A month behind its whole year: ``২০২৩ সালের ডিসেম্বর``."""
    text = line.items[numbers[0]].text
    year = _calendar_year(text) if len(text) == _FULL else None
    return None if year is None else Found(f"{year}-{_month_at(line, span[-1]):02}", frozenset(span))


def _month_alone(line: Line, _letters: str, span: range, _numbers: Sequence[int], today: date) -> Found | None:
    """A month without its year: the last one that has begun."""
    number = Period(date(_OLDEST, _month_at(line, span[0]), 1), Every.MONTH).number
    return Found(_last(Every.MONTH, today, number).name, frozenset(span), sure=False)


def _relative(line: Line, letters: str, span: range, _numbers: Sequence[int], today: date) -> Found | None:
    every = {"m": Every.MONTH, "Q": Every.QUARTER}.get(letters[span[-1]], Every.YEAR)
    if every is Every.YEAR and not line.keys_at(span[-1]) & {"unit.year", YEAR}:
        return None
    period = Period.of(every, today)
    return Found((period.previous() if letters[span[0]] == "P" else period).name, frozenset(span))


def _figures(line: Line, letters: str, span: range, numbers: Sequence[int], today: date) -> Found | None:
    """Two numbers with a mark between: a month, or a co-operative year. Others are figures, a reference or a slip."""
    uses = frozenset(span)
    marks = {letters[at] for at in span if at not in numbers}
    if len(numbers) != 2 or _is_part_of_number(line, letters, span, marks):  # noqa: PLR2004 - month and year
        return None if len(numbers) == 2 else Found(None, uses, problem=_NONE)  # noqa: PLR2004
    first, second = (line.items[at].text for at in numbers)
    if len(first) == _FULL:
        year, month = _calendar_year(first), second if len(second) <= _SHORT else ""
    else:
        year, month = _calendar_year(second), first if len(first) <= _SHORT else ""
    if year is not None and month and 1 <= int(month) <= _MONTHS:
        name = f"{year}-{int(month):02}"
        if marks == {"."} and _FULL not in {len(first), len(second)}:
            return Found(None, uses, problem=_NONE, repairs=(name,))
        return Found(name, uses)
    whole = _cooperative_year(line, numbers) if "." not in marks else None
    if whole is not None:
        return Found(whole, uses)
    return Found(None, uses, problem=_NONE)


def _is_part_of_number(line: Line, letters: str, span: range, marks: Set[str]) -> bool:
    """Whether what looks like figures with a mark between is a number with decimals, or two figures with a dash between."""
    touching = all(line.touching(at) for at in span[:-1])
    if marks == {"."}:
        first, second = line.items[span[0]].text, line.items[span[-1]].text
        return (
            not touching
            or not (1 <= len(first) <= _SHORT and len(second) in {_SHORT, _FULL})
            or "," in (letters[span[0] - 1 : span[0]])
        )
    return False


def _day_instead(days: Sequence[Found]) -> list[Found]:
    """A day where a period should be: the period may be its month."""
    months = dict.fromkeys(str(day.value)[:7] for day in days)
    if len(months) != 1:
        return []
    uses = frozenset().union(*(day.uses for day in days))
    return [Found(None, uses, problem=_NONE, repairs=tuple(months))]


def _spaced(line: Line, letters: str) -> list[Found]:
    """A month and a year with nothing between, as the first numbers of the line: asked (``12 2023 5 2``)."""
    first = letters.find("nn")
    if first < 0 or first != letters.find("n"):
        return []
    month, year = line.items[first].text, _calendar_year(line.items[first + 1].text)
    if year is None or len(month) > _SHORT or not 1 <= int(month) <= _MONTHS:
        return []
    return [Found(None, frozenset({first, first + 1}), problem="missing_period", repairs=(f"{year}-{int(month):02}",))]


_READERS: Final = {
    "quarter": _quarter,
    "calendar_quarter": _calendar_quarter,
    "quarter_alone": _quarter_alone,
    "range": _range,
    "month": _month,
    "turned_month": _turned_month,
    "month_alone": _month_alone,
    "relative": _relative,
    "figures": _figures,
}
