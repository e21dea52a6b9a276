"""Reading a meeting that people are called to: ``MEETING 25/11/26 10:30, জেলা সমবায় কার্যালয়``.

A day to come makes it a meeting; what is left is its place. A word that says that it does not take place (``স্থগিত``, ``cancelled``)
makes it no meeting but a message about one. Which half of the day is meant is never guessed: ``৩টায়`` is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from bot.domain import told_times
from bot.domain.line import Kind
from bot.domain.vocabulary import APART

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.audience_words import Words

MEETING: Final = APART + "meeting"
_RELATIVE: Final = {APART + "today": 0, APART + "tomorrow": 1, APART + "next": 2}
LABELS: Final = frozenset({"label.date", APART + "time", APART + "where", APART + "agenda"})
AGENDA: Final = APART + "agenda"
_SKIPPED: Final = LABELS | {APART + "held", APART + "at", "weekday", "year", "day.ordinal", "label.number"}
_BESIDE: Final = _SKIPPED | {APART + "idle", "filler"}
_MONTH = "month."
_JOINTS = frozenset("/-.\\")
_PARTS, _SHORT, _FULL = 3, 2, 4
_AHEAD = timedelta(days=366)
_MOST_UNMARKED = 6
"""Words of a place that no colon ends."""
_AGAINST = frozenset({"negation", "cue.stop"})
_ENDED = frozenset({"cancel", "pause", "stop", "undo", "reject", "resume"})


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it was told.

    Attributes:
        args: its day, time and place, as far as they were told.
        problem: what is wrong with it, a short stable key.
        at: the items that are wrong.
        repairs: what may be written there instead.
    """

    args: dict[str, str]
    problem: str | None = None
    at: tuple[int, int] = (0, 0)
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Day:
    uses: frozenset[int]
    on: date | None
    problem: str | None = None
    repairs: tuple[str, ...] = ()


def meeting(words: Words, span: Sequence[int], *, agenda: bool) -> Meeting | None:
    """The meeting that some items tell of; None when they tell of none.

    Args:
        words: the line.
        span: the items behind the word for a meeting.
        agenda: whether a colon follows, so that nothing else can be meant.
    """
    if any(_is_against(words, at) for at in span):
        return None
    days = [*_days(words, span)] or ([*_relative(words, span)] if agenda else [])
    if not days:
        return None
    used = frozenset().union(*(day.uses for day in days))
    times = [*told_times.times(words, [at for at in span if at not in used])]
    used = used.union(*(one.uses for one in times))
    runs = _places(words, [at for at in span if at not in used], used)
    if not agenda and not _is_plain(words, span, used, runs):
        return None
    broken = _broken(days, times)
    if broken is not None:
        return broken
    args = {"date": str(days[0].on)} | ({"time": times[0].at} if times else {})
    if runs:
        args["place"] = ", ".join(words.line.as_typed(run[0], run[-1]) for run in runs)
    return Meeting(args)


def _broken(days: Sequence[_Day], times: Sequence[told_times.Time]) -> Meeting | None:
    """What is wrong with the day or the time."""
    for day in days:
        if day.problem is not None:
            return Meeting({}, day.problem, (min(day.uses), max(day.uses)), day.repairs)
    if len({day.on for day in days}) > 1:
        return Meeting({}, "two_dates")
    if len({one.at for one in times}) > 1:
        return Meeting({}, "two_times")
    for one in times:
        if one.problem is not None:
            return Meeting({}, one.problem, (min(one.uses), max(one.uses)), one.repairs)
    return None


def _is_against(words: Words, at: int) -> bool:
    """Whether a word says that the meeting does not take place."""
    return any(each.keys & _AGAINST or each.commands & _ENDED for each in words.other[at])


def _is_plain(words: Words, span: Sequence[int], used: frozenset[int], runs: Sequence[Sequence[int]]) -> bool:
    """Whether a line without a colon tells of a meeting and nothing else: its day comes first, and its place is short."""
    first = next((at for at in span if not words.keys(at) & _BESIDE and words.line.items[at].kind is not Kind.MARK), -1)
    places = [at for run in runs for at in run]
    items = [words.line.items[at] for at in places]
    return (
        first in used
        and len(runs) <= 1
        and sum(item.words for item in items if item.kind is not Kind.MARK) <= _MOST_UNMARKED
        and not any(item.text in {".", "?", "!", ":"} for item in items)
    )


def _places(words: Words, left: Sequence[int], used: frozenset[int]) -> list[list[int]]:
    """What is left beside the day and the time, in runs, without what says nothing at their ends."""
    runs: list[list[int]] = []
    for at in left:
        if runs and at == runs[-1][-1] + 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    kept = []
    for run in runs:
        first, last = 0, len(run)
        while first < last and _says_nothing(words, run[first]):
            first += 1
        while last > first and _says_nothing(words, run[last - 1]):
            last -= 1
        if first < last:
            kept.append(run[first:last])
    return kept


def _says_nothing(words: Words, at: int) -> bool:
    item = words.line.items[at]
    return (item.kind is Kind.MARK and item.text not in "()\"'") or bool(item.keys & _SKIPPED)


def _relative(words: Words, span: Sequence[int]) -> Iterator[_Day]:
    """Tomorrow and the day after, counted from the day on which it is sent."""
    for at in span:
        ahead = next((days for key, days in _RELATIVE.items() if key in words.keys(at)), None)
        if ahead is not None:
            yield _Day(frozenset({at}), words.today + timedelta(days=ahead))


def _days(words: Words, span: Sequence[int]) -> Iterator[_Day]:
    """The days, in figures or with the month's name; one without its year is the next such day."""
    taken: set[int] = set()
    for at in span:
        if at in taken:
            continue
        day = _named(words, at, span) if _month(words, at) else _figures(words, at, span)
        if day is not None:
            taken |= day.uses
            yield day


def _figures(words: Words, at: int, span: Sequence[int]) -> _Day | None:
    chain = [at]
    items = words.line.items
    while items[at].kind is Kind.NUMBER and chain[-1] + 2 in span and len(chain) < _PARTS:
        joint, following = items[chain[-1] + 1], items[chain[-1] + 2]
        if joint.text not in _JOINTS or following.kind is not Kind.NUMBER:
            break
        chain.append(chain[-1] + 2)
    texts = [items[place].text for place in chain]
    uses = frozenset(range(chain[0], chain[-1] + 1))
    if len(chain) == _PARTS:
        if len(texts[0]) == _FULL:
            texts.reverse()
        if max(len(texts[0]), len(texts[1])) > _SHORT or len(texts[2]) not in {_SHORT, _FULL}:
            return _Day(uses, None, "bad_day")
        return _told(int(texts[0]), int(texts[1]), int(texts[2]), uses, words.today)
    pair = len(chain) == _PARTS - 1 and items[chain[0] + 1].text in {"/", "-"}
    if pair and max(map(len, texts)) <= _SHORT:
        return _told(int(texts[0]), int(texts[1]), None, uses, words.today)
    return None


def _month(words: Words, at: int) -> int | None:
    key = next((key for key in words.keys(at) if key.startswith(_MONTH)), None)
    return None if key is None else int(key.removeprefix(_MONTH))


def _named(words: Words, at: int, span: Sequence[int]) -> _Day | None:
    month = _month(words, at)
    before, after = _beside(words, at, span, -1), _beside(words, at, span, 1)
    day = before if before is not None else after
    if month is None or day is None:
        return None
    following = after if before is not None else _beside(words, day, span, 1)
    year = following if following is not None and _is_year(words, following) else None
    uses = frozenset(range(min(at, day), max(at, day, at if year is None else year) + 1))
    number = int(words.line.items[day].text)
    return _told(number, month, None if year is None else int(words.line.items[year].text), uses, words.today)


def _beside(words: Words, at: int, span: Sequence[int], step: int) -> int | None:
    """The short number, or the year, next to an item, with nothing but a mark and an ending such as ``শে`` between."""
    place = at + step
    while place in span and (
        words.line.items[place].text in {",", "-", "/", "."} or "day.ordinal" in words.keys(place)
    ):
        place += step
    number = place in span and words.line.items[place].kind is Kind.NUMBER
    return place if number and len(words.line.items[place].text) in {1, _SHORT, _FULL} else None


def _is_year(words: Words, at: int) -> bool:
    """Whether a number behind a month is its year, and not an hour: this year's, or one of the years beside it."""
    text = words.line.items[at].text
    year = int(text) + (2000 if len(text) == _SHORT else 0)
    return len(text) > 1 and abs(year - words.today.year) <= 1 and not told_times.is_time(words, at)


def _told(day: int, month: int, year: int | None, uses: frozenset[int], today: date) -> _Day:
    """A day to come, or what is wrong with it."""
    full = None if year is None else year + (2000 if year < 100 else 0)  # noqa: PLR2004 - two digits
    on = _next(day, month, today) if full is None else _date(day, month, full)
    if on is None or on - today > _AHEAD:
        likely = _next(day, month, today) if on is not None else None
        return _Day(uses, None, "bad_day", _written(likely))
    if on < today:
        likely = _next(day, month, today)  # another year was meant, unless that is far away as well
        return _Day(uses, None, "past_date", _written(likely if likely and likely - today < _AHEAD / 2 else None))
    return _Day(uses, on)


def _written(day: date | None) -> tuple[str, ...]:
    return () if day is None else (f"{day:%d/%m/%Y}",)


def _next(day: int, month: int, today: date) -> date | None:
    """The next such day."""
    return next((on for year in (today.year, today.year + 1) if (on := _date(day, month, year)) and on >= today), None)


def _date(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
