"""Reading typed values out of a line: registration numbers, dates, one-time codes.

A reader looks at the items that are still free and tells what it found, which items it used up, and what is wrong with it. It
changes nothing and never fails: what cannot be read is a finding with a ``problem``.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.domain.found import Found
from bot.domain.line import LABELS, Item, Kind, Line
from bot.domain.vocabulary import CUE

if TYPE_CHECKING:
    from collections.abc import Set

    from bot.domain.found import Scene

OLDEST_YEAR = 1900
SERIAL_DIGITS = 5
_CODE_DIGITS = 6
_NAME_WORDS = 3
_MOST_BETWEEN = 7

_STRONG_JOINTS = frozenset("/-\\(")
_LOOSE_JOINTS = frozenset(".:_|'#),;*")
_DATE_JOINTS = frozenset("/-.")
_LIKE_DIGITS = {"I": "1", "l": "1", "|": "1", "O": "0", "o": "0"}
_BETWEEN = frozenset({"year", "label.number", "label.date"})


def reg_nos(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """Registration numbers: ``123/2019``, ``১২৩-১৯``, ``123 (নীল) 2019``, ``২০১৯ সালের ১২৩ নং`` or a bare ``123``."""
    days = dates(line, free, scene)
    left = set(free).difference(*(day.uses for day in days))
    found: list[Found] = []
    telephones: frozenset[int] = frozenset()
    for at in line.indices(Kind.NUMBER):
        if at in left and not is_reference(line, at):
            one = _numbered(line, at, left, scene.today)
            if telephone := line.telephone(at):
                telephones |= telephone | _label_of_telephone(line, at)
                left -= telephone
            elif one is not None:
                found.append(one)
                left -= one.uses
    if telephones and not found:
        return [Found(None, telephones, problem="bad_reg_no")]
    return _with_dates(line, _without_repeats(found), days, telephones)


def dates(line: Line, free: Set[int], _scene: Scene) -> list[Found]:
    """Days typed day first (``25/10/23``, ``25-10-2023``, ``২৫ অক্টোবর ২০২৩``), as ISO dates."""
    numbers = [at for at in line.indices(Kind.NUMBER) if at in free]
    found: list[Found] = []
    last = -1
    for index, at in enumerate(numbers):
        if at <= last:
            continue
        day = _day_of_three(line, numbers[index : index + 3]) or _day_with_month_name(line, numbers[index : index + 2])
        if day is not None:
            found.append(day)
            last = max(day.uses)
    return found


def codes(line: Line, free: Set[int], _scene: Scene) -> list[Found]:
    """One-time codes of six digits, spaces and dashes inside allowed."""
    groups: list[list[int]] = []
    for at in line.indices(Kind.NUMBER):
        if at not in free or is_reference(line, at):
            continue
        if groups and all(item.text == "-" for item in line.items[groups[-1][-1] + 1 : at]):
            groups[-1].append(at)
        else:
            groups.append([at])
    found: list[Found] = []
    for group in groups:
        digits = [line.items[at].text for at in group]
        if len(group) > 1 and all(len(part) == _CODE_DIGITS for part in digits):
            found += [Found(part, frozenset({at})) for part, at in zip(digits, group, strict=True)]
        elif len(code := "".join(digits)) == _CODE_DIGITS:
            found.append(Found(code, frozenset(group), sure=False))
        else:
            found.append(Found(None, frozenset(group), problem="bad_code"))
    return found


def year_of(digits: str, today: date) -> int | None:
    """The year that two or four digits mean, if a registration can be of that year: two digits are 20yy."""
    year = int(digits) if len(digits) == 4 else 2000 + int(digits) if len(digits) == 2 else 0  # noqa: PLR2004 - lengths
    return year if OLDEST_YEAR <= year <= today.year + 1 else None


def _label_of_telephone(line: Line, at: int) -> frozenset[int]:
    """Where the word before a telephone number stands that tells what it is."""
    before = line.before(at)
    return frozenset({before}) if before is not None and "label.phone" in line.keys_at(before) else frozenset()


def is_reference(line: Line, at: int) -> bool:
    """Whether a number is that of a reference such as R4821."""
    return at > 0 and line.touching(at - 1) and line.items[at - 1].text.lower() == "r"


def _serial(typed: str) -> int | None:
    """The serial that a number is, if it can be one."""
    digits = typed.lstrip("0")
    return int(digits) if 0 < len(digits) <= SERIAL_DIGITS and len(typed) <= 2 * SERIAL_DIGITS else None


def _numbered(line: Line, at: int, free: Set[int], today: date) -> Found | None:
    """The registration number that starts at an item; None when the number counts something else (``৩ বছর``)."""
    joint = _joint(line, at)
    if at > 0 and line.touching(at - 1) and (digit := _LIKE_DIGITS.get(line.items[at - 1].text)) is not None:
        return _misread(line, at, joint, today, digit)
    if joint is not None and joint.to in free:
        if (whole := _joined(line, at, joint, today)) is not None:
            return whole
    elif _is_quantity(line, at):
        return None
    serial = _serial(line.items[at].text)
    uses = frozenset({at})
    if serial is None:
        return Found(None, uses, problem="bad_reg_no")
    return Found(str(serial), uses, sure=is_labelled(line, at))


def _misread(line: Line, at: int, joint: _Joint | None, today: date, digit: str) -> Found:
    """A number that starts with a letter which looks like a digit (``I23/2019``): asked, never run without its first digit."""
    last = at if joint is None else joint.to
    serial = _serial(digit + line.items[at].text)
    year = None if joint is None else year_of(line.items[last].text, today)
    value = serial if joint is None else f"{serial}/{year}"
    readable = serial is not None and (joint is None or year is not None)
    return Found(
        None, frozenset(range(at - 1, last + 1)), problem="bad_reg_no", repairs=(str(value),) if readable else ()
    )


@dataclass(frozen=True, slots=True)
class _Joint:
    """What stands between two numbers that may be one registration number."""

    to: int
    strong: bool
    near: bool
    name: str | None = None
    year_word: bool = False


def _joint(line: Line, at: int) -> _Joint | None:
    names: list[int] = []
    marks, words = "", False
    for index in range(at + 1, min(at + _MOST_BETWEEN, len(line.items))):
        item = line.items[index]
        if item.kind is Kind.NUMBER:
            name = line.span(names[0], names[-1]) if names else None
            strong = words or not _STRONG_JOINTS.isdisjoint(marks)
            if name is not None and not _STRONG_JOINTS.intersection(marks) and "place" not in line.keys_at(names[-1]):
                return None
            return _Joint(index, strong, strong or bool(marks), name, words)
        if item.kind is Kind.MARK:
            if item.text not in _STRONG_JOINTS and item.text not in _LOOSE_JOINTS:
                return None
            marks += item.text
        elif item.keys & _BETWEEN:
            words = words or "year" in item.keys
        elif len(names) < _NAME_WORDS and _continues_name(item, marks, after_name=names[-1:] == [index - 1]):
            names.append(index)
        else:
            return None
    return None


def _continues_name(item: Item, marks: str, *, after_name: bool) -> bool:
    """Whether a word belongs to the name between two numbers, which stands in parentheses or between dashes or strokes."""
    if after_name:
        return not item.commands
    return "place" in item.keys or (marks[-1:] in {"(", "/", "-"} and not item.keys)


def _joined(line: Line, at: int, joint: _Joint, today: date) -> Found | None:
    """One registration number made of two numbers, or None when they are two numbers."""
    first, second = line.items[at], line.items[joint.to]
    serial, year = _serial(first.text), year_of(second.text, today)
    uses = frozenset(range(at, joint.to + 1))
    along = {"district": joint.name} if joint.name else {}
    full = len(second.text) == 4  # noqa: PLR2004 - digits of a year
    if serial is not None and year is not None and (full or joint.near):
        return Found(f"{serial}/{year}", uses, along=along)
    turned = _serial(second.text), year_of(first.text, today) if len(first.text) == 4 else None  # noqa: PLR2004
    if turned[0] is not None and turned[1] is not None and joint.near:
        value = f"{turned[0]}/{turned[1]}"
        return Found(value, uses) if joint.year_word else Found(None, uses, problem="turned_around", repairs=(value,))
    if serial is not None and year is not None:
        return Found(None, uses, problem="unclear_year", repairs=(f"{serial}/{year}",))
    if joint.strong or (full and joint.near):
        return _spoilt(serial, second.text, uses)
    return None


def _spoilt(serial: int | None, year: str, uses: frozenset[int]) -> Found:
    """A number of which a part cannot be; a year of two digits that is still to come may be one of the last century."""
    if serial is None:
        return Found(None, uses, problem="bad_reg_no")
    return Found(None, uses, problem="bad_year", repairs=(f"{serial}/19{year}",) if len(year) == 2 else ())  # noqa: PLR2004


def _is_quantity(line: Line, at: int) -> bool:
    """Whether a number counts days, years or takas. দিন is both "days" and "give": after a command's word it is the latter."""
    if "unit" not in line.keys_at(line.after(at)):
        return False
    before = line.before(at)
    if before is None:
        return True
    told = line.items[before]
    asked_for = told.keys & LABELS or (told.commands and not any(key.startswith(CUE) for key in told.keys))
    return not asked_for


def is_labelled(line: Line, at: int) -> bool:
    """Whether a word such as রেজি stands before a number, with or without নং between."""
    before = line.before(at)
    if before is not None and "label.number" in line.keys_at(before) and "label.reg_no" not in line.keys_at(before):
        before = line.before(before)
    return "label.reg_no" in line.keys_at(before)


def _without_repeats(found: list[Found]) -> list[Found]:
    """The same number again is no second number, and ``123`` beside ``123/2019`` is the same one."""
    whole = {one.value.split("/")[0]: one.value for one in found if one.value is not None and "/" in one.value}
    return [
        Found(whole[one.value], one.uses, one.sure, along=one.along) if one.value in whole else one for one in found
    ]


def _with_dates(line: Line, found: list[Found], days: list[Found], beside: frozenset[int]) -> list[Found]:
    """The numbers in the light of the dates beside them: ``১২৩, তাং-০৫/০৩/২০১৯`` may mean 123/2019, so it is asked.

    What else stands ``beside`` them without meaning more, a telephone number under the text, is used up with the first one.
    """
    if not days and not beside:
        return found
    values = {one.value for one in found}
    if days and len(values) == 1 and (value := values.pop()) is not None and "/" not in value:
        uses = frozenset().union(*(one.uses for one in (*found, *days)))
        years = dict.fromkeys(day.value[:4] for day in days)
        return [Found(None, uses, problem="year_of_date", repairs=tuple(f"{value}/{year}" for year in years))]
    known = {one.value.split("/")[1] for one in found if one.value is not None and "/" in one.value}
    told = [day for day in days if day.value[:4] in known or _has_date_label(line, min(day.uses))]
    if found and (told or beside):
        first = found[0]
        extra = beside.union(*(day.uses for day in told))
        return [
            Found(first.value, first.uses | extra, first.sure, first.problem, first.repairs, first.along),
            *found[1:],
        ]
    return found


def _has_date_label(line: Line, at: int) -> bool:
    return "label.date" in line.keys_at(line.before(at))


def _day_of_three(line: Line, numbers: list[int]) -> Found | None:
    if len(numbers) < 3 or any(_between(line, left, right) not in _DATE_JOINTS for left, right in pairwise(numbers)):  # noqa: PLR2004
        return None
    parts = [line.items[at].text for at in numbers]
    if len(parts[0]) == 4:  # noqa: PLR2004 - digits of a year
        parts.reverse()
    return _day(parts[0], parts[1], parts[2], frozenset(range(numbers[0], numbers[-1] + 1)))


def _day_with_month_name(line: Line, numbers: list[int]) -> Found | None:
    if len(numbers) < 2:  # noqa: PLR2004 - day and year
        return None
    names = [item for item in line.items[numbers[0] + 1 : numbers[1]] if item.kind is Kind.WORD]
    months = [key for item in names for key in item.keys if key.startswith("month.")]
    if len(names) != 1 or not months:
        return None
    return _day(
        line.items[numbers[0]].text,
        months[0].removeprefix("month."),
        line.items[numbers[1]].text,
        frozenset(range(numbers[0], numbers[1] + 1)),
    )


def _between(line: Line, left: int, right: int) -> str:
    return "".join(item.text for item in line.items[left + 1 : right])


def _day(day: str, month: str, year: str, uses: frozenset[int]) -> Found | None:
    if len(day) > 2 or len(month) > 2 or len(year) not in {2, 4}:  # noqa: PLR2004 - digits of a date
        return None
    with suppress(ValueError):
        return Found(date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).isoformat(), uses)  # noqa: PLR2004
    return None
