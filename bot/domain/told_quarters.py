"""Reading a quarter of the co-operative year: by its number (``Q2 23-24``, ``২য় ত্রৈমাসিক ২০২৩-২৪``) or by its months (``oct-dec 23``)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from bot.domain.found import Found
from bot.domain.period_pieces import OLDEST, RECENT, SHORT, UNCLEAR, first_of, last_begun, last_month, year_name
from bot.domain.periods import Every, Period

if TYPE_CHECKING:
    from bot.domain.period_pieces import Piece

ORDINALS: Final = {"period.first": 1, "period.second": 2, "period.third": 3, "period.fourth": 4}
_QUARTERS = 4


def with_years(piece: Piece) -> Found:
    """A quarter with its co-operative year."""
    nth, years = _nth(piece)
    year = piece.cooperative_year(years)
    return piece.broken() if year is None or nth is None else Found(f"{year}/Q{nth}", piece.uses)


def with_one_year(piece: Piece) -> Found | None:
    """A quarter with one year: of which co-operative year it is, is asked."""
    nth, years = _nth(piece)
    year = piece.year(years[0]) if len(years) == 1 else None
    if year is None or (len(piece.text(years[0])) == SHORT and abs(year - piece.today.year) > RECENT):
        return None
    if nth is None:
        return piece.broken()
    return piece.broken(UNCLEAR, *(f"{year_name(begins)}/Q{nth}" for begins in (year, year - 1)))


def alone(piece: Piece) -> Found:
    """A quarter without its year: the last one that has begun."""
    nth, _ = _nth(piece)
    if nth is None:
        return piece.broken()
    return Found(last_begun(Every.QUARTER, piece.today, nth).name, piece.uses, sure=False)


def _nth(piece: Piece) -> tuple[int | None, list[int]]:
    """Which quarter it is, and where the other numbers stand."""
    numbers, letters = piece.numbers, piece.letters
    for word in piece.all("F"):
        return next(nth for key, nth in ORDINALS.items() if key in piece.line.items[word].keys), numbers
    (quarter, *_) = piece.all("Q")
    behind = [at for at in numbers if at > quarter and not set(letters[quarter + 1 : at]) - set("-:.")]
    before = [at for at in numbers if at < quarter and not set(letters[at + 1 : quarter]) - set("O-")]
    ordinal = bool(before) and letters[before[-1] + 1] == "O"
    own = before[-1] if before and (ordinal or not behind) else behind[0]
    count = int(piece.text(own)) if len(piece.text(own)) == 1 else 0
    return (count if 1 <= count <= _QUARTERS else None), [at for at in numbers if at != own]


def by_months(piece: Piece) -> Found | None:
    """A quarter by its first and last month, or a co-operative year by them."""
    first, last = piece.all("M")
    starts, ends = piece.month(first), piece.month(last)
    year, uses = _year_behind(piece, last)
    if piece.numbers and piece.numbers[0] < last and (piece.year(piece.numbers[0]) is None or year is None):
        return None
    uses |= frozenset(range(first, last + 1))
    whole = next((every for every in (Every.QUARTER, Every.YEAR) if _is_whole(starts, ends, every)), None)
    if whole is None:
        return Found(None, uses, problem=piece.broken().problem)
    if year is None:
        return Found(Period.of(whole, last_month(starts, piece.today).starts_on).name, uses, sure=False)
    begins = year if isinstance(year, str) else year - (starts > ends)
    return Found(Period.of(whole, first_of(begins, starts)).name, uses)


def _is_whole(starts: int, ends: int, every: Every) -> bool:
    first = Period.of(every, date(OLDEST, starts, 1))
    return first.starts_on.month == starts and first.ends_on.month == ends


def _year_behind(piece: Piece, last: int) -> tuple[int | str | None, frozenset[int]]:
    """The year behind the last month, a co-operative one by its name, and the items it takes."""
    behind = [at for at in piece.numbers if at > last]
    if (whole := piece.cooperative_year(behind)) is not None:
        return whole, frozenset(range(last, behind[-1] + 1))
    if behind and (single := piece.year(behind[0])) is not None:
        return single, frozenset(range(last, behind[0] + 1))
    return None, frozenset()
