"""Reading the period of a return: ``12/23``, ``ডিসেম্বর ২০২৩``, ``Q2 23-24``, ``oct-dec 23``, ``২০২৩-২৪``, ``গত মাস``.

The line is written as one letter for each of its items (a number is ``n``, a month's name ``M``, a word for a quarter ``Q``), so that
what a period looks like is a pattern of letters. ``12/23`` is a month; two years that follow each other (``23-24``) are a year.
A period that may be meant but is not told so is a problem, with the period as its repair.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.domain import told_quarters, values
from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.period_pieces import BAD, FULL, MONTH, RECENT, SHORT, UNCLEAR, Piece, first_of, last_month
from bot.domain.periods import Every, Period
from bot.domain.told_quarters import ORDINALS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set
    from datetime import date

    from bot.domain.found import Scene
    from bot.domain.line import Line

QUARTER, THIS, LAST, YEAR = "period.quarter", "period.this", "period.last", "period.year"
KEYS = frozenset({QUARTER, THIS, LAST, YEAR, "year", "unit.month", "unit.year", *ORDINALS})
_MONTHS = 12
_GROUP = 3
"""Digits between two commas of a number."""

_LETTERS: Final = {
    QUARTER: "Q",
    LAST: "P",
    THIS: "T",
    **dict.fromkeys(ORDINALS, "F"),
    YEAR: "A",
    "unit.month": "m",
    "unit.year": "y",
    "period.to": "t",
    "year": "A",
    "filler": "f",
}
_YEARS = "n[-_/]n"
_NTH = "Q[-:.]?n|nO-?Q|n-?Q(?![-:.]?n)|FQ"
_SIDE = "[-_/,.'Ayfm]*"


def periods(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The periods, by their names; one that cannot be, or is not clear, is a problem."""
    days = _days(line, free, scene)
    left = set(free).difference(*(day.uses for day in days))
    letters = "".join(_letter(line, at, left) for at in range(len(line.items)))
    found: list[Found] = []
    broken: list[Found] = []
    at = 0
    while at < len(letters):
        one, at = _from(line, letters, at, scene.today)
        if one is not None:
            (broken if one.problem == BAD else found).append(one)
    if len(found) == 2 and (whole := _of_year(*found)) is not None:  # noqa: PLR2004 - a part and its year
        return [whole]
    # What looks like a broken period beside a good one are figures (``5-2``), which is for their reader to say.
    return found or broken[:1] or _day_instead(days) or _spaced(Piece(line, letters, range(len(letters)), scene.today))


def _of_year(first: Found, second: Found) -> Found | None:
    """A quarter or a month, told without its year, of the co-operative year that stands apart from it (``Q2 nothi 23-24``)."""
    part, year = (first, second) if not first.sure else (second, first)
    if part.sure or part.value is None or not year.sure or year.value is None:
        return None
    told = Period.named(year.value, (Every.YEAR,))
    if told is None or Period.named(year.value, (Every.MONTH,)) is not None:
        return None
    period = Period.parse(part.value)
    day = first_of(told.name, period.starts_on.month)
    return Found(Period.of(period.every, day).name, part.uses | year.uses)


def written(value: str) -> str:
    """A period as people write it: ``12/2023``, ``Q2 2023-24``, ``2023-24``."""
    years, _, quarter = value.partition("/")
    if quarter:
        return f"{quarter} {years}"
    year, second = value.split("-")
    return f"{second}/{year}" if 1 <= int(second) <= _MONTHS else value


def _days(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The days in the line, of which none is a period: neither ``Q2/23-24`` nor the end of ``nov 23 dec 23`` is one."""
    quarters = {at for at in line.indices(Kind.NUMBER) if QUARTER in line.keys_at(line.before(at))}
    return [day for day in values.dates(line, set(free) - quarters, scene) if not _is_cut(line, min(day.uses))]


def _is_cut(line: Line, at: int) -> bool:
    """Whether what looks like a day begins with the year of a month before it (``nov 23 dec 23``, ``12/23 dec 23``)."""
    before = line.before(at)
    if before is None:
        return False
    if any(key.startswith(MONTH) for key in line.items[before].keys):
        return True
    return line.items[before].kind is Kind.NUMBER and before == at - 2 and line.touching(at - 1)


def _from(line: Line, letters: str, at: int, today: date) -> tuple[Found | None, int]:
    """The period that starts at an item, and where to go on."""
    for pattern, read in _PATTERNS if letters[at] in "nMQFPT" else ():
        match = pattern.match(letters, at)
        found = None if match is None else read(Piece(line, letters, range(at, match.end()), today))
        if found is not None:
            return found, max(found.uses) + 1
    return None, at + 1


def _letter(line: Line, at: int, free: Set[int]) -> str:
    item = line.items[at]
    if item.kind is Kind.MARK:
        return _dash(line, at) if item.text == "-" else item.text
    if at not in free or values.is_reference(line, at) or values.is_labelled(line, at):
        return "x"
    if item.kind is Kind.NUMBER:
        return "x" if line.telephone(at) else "n"
    if any(key.startswith(MONTH) for key in item.keys):
        return "M"
    if "ordinal" in item.keys and at > 0 and line.items[at - 1].kind is Kind.NUMBER and line.touching(at - 1):
        return "O"
    return next((letter for key, letter in _LETTERS.items() if key in item.keys), "x")


def _dash(line: Line, at: int) -> str:
    """A dash joins numbers; with a gap on both sides it may, and with one before it alone it is a minus (``12/23 -5``)."""
    if not 0 < at < len(line.items) - 1 or line.touching(at - 1):
        return "-"
    if not line.touching(at):
        return "_"
    numbers = line.items[at - 1].kind is Kind.NUMBER and line.items[at + 1].kind is Kind.NUMBER
    return "~" if numbers else "-"


def _month(piece: Piece) -> Found | None:
    """A month by its name, with its year, or with its co-operative year (``dec 2023-24``)."""
    month, (at, *more) = piece.span[0], piece.numbers
    between = piece.letters[month + 1 : at]
    if more and (whole := piece.cooperative_year([at, *more])) is not None:
        return Found(f"{first_of(whole, piece.month(month)):%Y-%m}", piece.uses)
    uses = frozenset(range(month, at + 1))
    year, joined = None if _is_grouped(piece, at) else piece.year(at), not set("-/'A").isdisjoint(between)
    if year is None:
        return Found(None, uses, problem=BAD) if joined and len(piece.text(at)) <= FULL else None
    name = f"{year}-{piece.month(month):02}"
    told = len(piece.text(at)) == FULL or joined or piece.letters.count("n") == 1
    if not told and year > piece.today.year + RECENT:
        return None  # ``dec 45 2`` counts something
    if ":" in between or not (told or piece.today.year - RECENT <= year <= piece.today.year + 1):
        return Found(None, uses, problem=UNCLEAR, repairs=(name,))
    return Found(name, uses)


def _is_grouped(piece: Piece, at: int) -> bool:
    """Whether a number goes on behind a comma (``dec 12,345``)."""
    glued = piece.letters[at + 1 : at + 3] == ",n" and piece.line.touching(at) and piece.line.touching(at + 1)
    return glued and len(piece.text(at + 2)) == _GROUP


def _turned_month(piece: Piece) -> Found | None:
    """A month behind its whole year: ``২০২৩ সালের ডিসেম্বর``."""
    (at,) = piece.numbers
    year = piece.year(at) if len(piece.text(at)) == FULL else None
    return None if year is None else Found(f"{year}-{piece.month(piece.span[-1]):02}", piece.uses)


def _month_alone(piece: Piece) -> Found:
    """A month without its year: the last one that has begun."""
    return Found(last_month(piece.month(piece.span[0]), piece.today).name, piece.uses, sure=False)


def _relative(piece: Piece) -> Found | None:
    """``এ মাস``, ``গত মাস``, ``last quarter``."""
    first, last = piece.span[0], piece.span[-1]
    every = {"m": Every.MONTH, "Q": Every.QUARTER}.get(piece.letters[last], Every.YEAR)
    if every is Every.YEAR and not piece.line.keys_at(last) & {"unit.year", YEAR}:
        return None
    period = Period.of(every, piece.today)
    return Found((period.previous() if piece.letters[first] == "P" else period).name, piece.uses)


def _figures(piece: Piece) -> Found | None:
    """Two numbers with a mark between: a month, or a co-operative year."""
    numbers = piece.numbers
    if len(numbers) != 2:  # noqa: PLR2004 - a month and a year
        return piece.broken()
    first, last = numbers
    point = "." in piece.letters[first:last]
    if point and _is_fraction(piece, first, last):
        return None
    year, month = (first, last) if len(piece.text(first)) == FULL else (last, first)
    name = _month_name(piece, year, month)
    if name is not None:
        doubtful = point and len(piece.text(year)) == SHORT
        return piece.broken(BAD, name) if doubtful else Found(name, piece.uses)
    whole = None if point else piece.cooperative_year(numbers)
    return piece.broken() if whole is None else Found(whole, piece.uses)


def _month_name(piece: Piece, year: int, month: int) -> str | None:
    of = piece.year(year)
    fits = of is not None and len(piece.text(month)) <= SHORT and 1 <= int(piece.text(month)) <= _MONTHS
    return f"{of}-{int(piece.text(month)):02}" if fits else None


def _is_fraction(piece: Piece, first: int, last: int) -> bool:
    """Whether a point between two numbers is that of a number with decimals."""
    lengths = len(piece.text(first)) <= SHORT and len(piece.text(last)) in {SHORT, FULL}
    glued = all(piece.line.touching(at) for at in range(first, last))
    return not (lengths and glued) or piece.letters[max(first - 1, 0)] == ","


def _day_instead(days: Sequence[Found]) -> list[Found]:
    """A day where a period should be: the period may be its month."""
    months = dict.fromkeys(str(day.value)[:7] for day in days)
    uses = frozenset().union(*(day.uses for day in days))
    return [Found(None, uses, problem=BAD, repairs=tuple(months))] if len(months) == 1 else []


def _spaced(piece: Piece) -> list[Found]:
    """A month and a year with nothing between, as the first numbers of the line: asked (``12 2023 5 2``)."""
    first = piece.letters.find("nn")
    if first < 0 or first != piece.letters.find("n"):
        return []
    name = _month_name(piece, first + 1, first)
    return [Found(None, frozenset({first, first + 1}), problem="missing_period", repairs=(name,))] if name else []


_READERS: Mapping[str, Callable[[Piece], Found | None]] = {
    rf"(?:{_YEARS}{_SIDE}(?:{_NTH})|(?:{_NTH}){_SIDE}{_YEARS})": told_quarters.with_years,
    rf"(?:(?:{_NTH}){_SIDE}n|n{_SIDE}(?:FQ|Qn))": told_quarters.with_one_year,
    _NTH: told_quarters.alone,
    rf"M{_SIDE}n?f*[-_t]f*M(?:{_SIDE}(?:{_YEARS}|n))?": told_quarters.by_months,
    rf"M:?{_SIDE}(?:{_YEARS}|n)": _month,
    r"n[-_/,Ayf]*M": _turned_month,
    "M": _month_alone,
    r"[PT]f*[mqyQA]": _relative,
    r"n(?:[-/\\.]n)+|n_n(?!_)": _figures,
}
_PATTERNS = tuple((re.compile(pattern), read) for pattern, read in _READERS.items())
