"""Dates and co-operative years as people type them.

Dates are read day first, the way they are written in Bangladesh, in either script; a year first only where it has four
digits. Nothing is guessed: a number of days from a spreadsheet, a date without its year or with the month first is
refused, because what is read wrong here is a reminder on the wrong day.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, timedelta
from typing import Final

from bot.domain.errors import InvalidValue

FIRST_MONTH: Final = 7
"""The co-operative year runs from 1 July to 30 June."""

EARLIEST_YEAR: Final = 1900
"""The first law on co-operatives is of 1904. Also keeps out years of the Bangla calendar, such as 1430."""
LATEST_YEAR: Final = 2099
"""The last year that two digits can mean."""

_MONTHS_IN_YEAR = 12
_CENTURY = 100
_TWO_DIGIT_YEARS_FROM = 2000
_SHORT_DIGITS = 2
_FULL_YEAR_DIGITS = 4
_LONGEST_TYPED = 64

_DIGITS = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")
_NUKTA = "\u09bc"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_MIDNIGHT = re.compile(r"[t ]00:00(?::00(?:\.0+)?)?$")  # how spreadsheets export a date
_NUMBER = re.compile("[0-9]+")
_TOKEN = re.compile(r"[0-9]+|[^0-9\s/.,\-\u2010-\u2015\u2212।()']+")
_PLAIN = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4}|[0-9]{2})")
_YEARS = re.compile(r"([0-9]{2}|[0-9]{4})\s*[-/\u2010-\u2015\u2212]\s*([0-9]{2}|[0-9]{4})")

_HOW_TO_WRITE = "Write a date with the day first, like 25/10/2023 or 25 October 2023."


def _ascii_digits(text: str) -> str:
    return text.translate(_DIGITS)


def _plain(text: str) -> str:
    """``text`` as it is matched: ASCII digits, lower case, single spaces, nothing invisible, and no nukta.

    Without the nukta both Unicode forms of য় are one, and so is the common slip য.
    """
    visible = _INVISIBLE.sub("", _ascii_digits(unicodedata.normalize("NFC", text)))
    return " ".join(visible.replace(_NUKTA, "").lower().split())


# Several spellings are in use for most months; official letters prefer the short vowel at the end.
_MONTHS: Final = {
    _plain(spelling): month
    for month, spellings in enumerate(
        (
            "january jan জানুয়ারি জানুয়ারী জানুআরি জানুআরী জানু জান",
            "february feb ফেব্রুয়ারি ফেব্রুয়ারী ফেব্রুআরি ফেব্রুআরী ফেব্রু ফেব",
            "march mar মার্চ",
            "april apr এপ্রিল এপ্রীল",
            "may মে",
            "june jun জুন",
            "july jul জুলাই জুলায়",
            "august aug আগস্ট আগষ্ট অগাস্ট অগাষ্ট অগস্ট",
            "september sept sep সেপ্টেম্বর সেপ্টেম্বার সেপ্টে সেপ্ট সেপ",
            "october oct অক্টোবর অক্টোবার অক্টবর অক্টো",
            "november nov নভেম্বর নভেম্বার নবেম্বর নভে",
            "december dec ডিসেম্বর ডিসেম্বার ডিসে",
        ),
        start=1,
    )
    for spelling in spellings.split()
}
_DAYS_FROM_TODAY: Final = {
    _plain(word): days
    for days, words in ((-1, "yesterday গতকাল"), (0, "today আজ আজকে"), (1, "tomorrow আগামীকাল আগামিকাল"))
    for word in words.split()
}
# Endings of a day's number, and the words by which letters say that the date is of the common calendar.
_ORDINALS = "st nd rd th of লা রা ঠা ই শে এ তারিখ"
_ERAS = "ad ce সাল ইং ইংরেজি ইংরেজী খ্রি খ্রিঃ খ্রী খ্রীঃ খ্রিষ্টাব্দ খ্রিস্টাব্দ খ্রীষ্টাব্দ খ্রীস্টাব্দ"
_SILENT: Final = frozenset(_plain(word) for words in (_ORDINALS, _ERAS) for word in words.split())


def cooperative_year(on: date, first_month: int = FIRST_MONTH) -> str:
    """The co-operative year that a day belongs to, named after the two years that it touches: ``2024-25``.

    Args:
        on: the day.
        first_month: the month that the year begins with, 1 to 12; 7 by law.
    """
    starts = on.year if on.month >= first_month else on.year - 1
    return _year_name(starts)


def parse_cooperative_year(text: str) -> str:
    """Reads a co-operative year: ``2024-25``, ``2024-2025``, ``২০২৪/২৫`` or ``24-25``; two digits are 20yy.

    Returns:
        The year's name as ``cooperative_year`` writes it, e.g. ``2024-25``.

    Raises:
        InvalidValue: not two years, two that do not follow each other, or years of another calendar.
    """
    typed = _YEARS.fullmatch(_plain(text)) if len(text) <= _LONGEST_TYPED else None
    if typed is None:
        raise InvalidValue("Write a co-operative year as two years, like 2024-25.")
    starts, ends = _full_year(typed[1]), int(typed[2])
    follows = starts + 1
    if ends != (follows if len(typed[2]) == _FULL_YEAR_DIGITS else follows % _CENTURY):
        raise InvalidValue("A co-operative year is two years that follow each other, like 2024-25.")
    return _year_name(starts)


def parse_date(text: str, today: date) -> date:
    """Reads a date as typed: day first, in digits or with the month's name, in Bangla or English.

    ``25/10/2023``, ``25-10-23``, ``২৫ অক্টোবর ২০২৩``, ``25th October 2023``, ``Oct 25 2023`` and ``2023-10-25`` are the
    same day. A two-digit year is 20yy. ``today``, ``yesterday``, ``tomorrow`` and আজ, গতকাল, আগামীকাল are understood;
    কাল, which is either neighbour of today, is not.

    Args:
        text: the date.
        today: the day on which it was typed, local time of the sender.

    Raises:
        InvalidValue: not a date, or one that no calendar has.
    """
    if len(text) > _LONGEST_TYPED:
        raise InvalidValue(_HOW_TO_WRITE)
    plain = _plain(text)
    usual = _PLAIN.fullmatch(plain)
    if usual is not None:
        return _date(usual[3], int(usual[2]), usual[1])
    if plain in _DAYS_FROM_TODAY:
        return today + timedelta(days=_DAYS_FROM_TODAY[plain])
    tokens = [token for token in _TOKEN.findall(_MIDNIGHT.sub("", plain)) if token not in _SILENT]
    return _date_of(tokens)


def _date_of(tokens: list[str]) -> date:
    """The date that three words or numbers make: day, month and year in one of the orders that leave no doubt."""
    match tokens:
        case [year, month, day] if _is_year(year) and _is_short(day):
            return _date(year, _month(month), day)
        case [day, month, year] if _is_short(day) and _is_short_or_year(year):
            return _date(year, _month(month), day)
        case [month, day, year] if month in _MONTHS and _is_short(day) and _is_short_or_year(year):
            return _date(year, _MONTHS[month], day)
        case [first, second] if first in _MONTHS or second in _MONTHS or (_is_short(first) and _is_short(second)):
            raise InvalidValue("The date has no year: write it too, like 25/10/2023.")
        case _:
            raise InvalidValue(_HOW_TO_WRITE)


def _month(token: str) -> int:
    if _is_short(token):
        return int(token)
    if token in _MONTHS:
        return _MONTHS[token]
    raise InvalidValue(_HOW_TO_WRITE)


def _date(year_digits: str, month: int, day_digits: str) -> date:
    year, day = _full_year(year_digits), int(day_digits)
    if not 1 <= month <= _MONTHS_IN_YEAR:
        raise InvalidValue(f"There is no month {month}. {_HOW_TO_WRITE}")
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise InvalidValue(f"There is no day {day} in a month of {days} days. {_HOW_TO_WRITE}")
    return date(year, month, day)


def _is_short(token: str) -> bool:
    return _NUMBER.fullmatch(token) is not None and len(token) <= _SHORT_DIGITS


def _is_year(token: str) -> bool:
    return _NUMBER.fullmatch(token) is not None and len(token) == _FULL_YEAR_DIGITS


def _is_short_or_year(token: str) -> bool:
    return _NUMBER.fullmatch(token) is not None and len(token) in {_SHORT_DIGITS, _FULL_YEAR_DIGITS}


def _full_year(digits: str) -> int:
    year = int(digits) if len(digits) == _FULL_YEAR_DIGITS else _TWO_DIGIT_YEARS_FROM + int(digits)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise InvalidValue(f"A year is between {EARLIEST_YEAR} and {LATEST_YEAR}.")
    return year


def _year_name(starts: int) -> str:
    return f"{starts:04d}-{(starts + 1) % _CENTURY:02d}"
