"""Reading the answer to a question for a figure: one figure, several in order, or figures with their labels.

``5``, ``৫টি``, ``১,৩৯০``, ``5 2``, ``নতুন ৫ বাতিল ২``, ``new=5``; where a day is asked, a date. What could be read in two ways is not read:
``1 390`` may be two figures or one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.domain.amounts import amount, is_grouped
from bot.domain.errors import InvalidValue
from bot.domain.form_words import FormWords, words_in
from bot.domain.forms import Forms, Kind, Unit
from bot.domain.period import parse_date
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from bot.domain.figures import Value
    from bot.domain.forms import Form, Indicator


class Hint(StrEnum):
    """Why a text is no answer; each has a short text of its own."""

    NUMBER = "number"
    DATE = "date"
    WHOLE = "whole"  # decimals where things are counted
    TOO_MANY = "too_many"
    JOINED = "joined"  # one figure with gaps, or several
    LABEL = "label"  # a label that may mean several figures, or one that was given twice
    COMPUTED = "computed"
    NEEDED = "needed"
    FIRST = "first"
    CHOICE = "choice"
    NOTHING = "nothing"
    CHANGED = "changed"
    FUTURE = "future"


@dataclass(frozen=True)
class Figures:
    """Figures, by indicator."""

    values: Mapping[str, Value]


class _UnreadableError(Exception):
    """What was typed is an answer, but not one that can be taken."""

    def __init__(self, hint: Hint) -> None:
        super().__init__(hint)
        self.hint = hint


_PIECE = re.compile(
    r"(?P<day>[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4})"
    r"|(?P<number>[0-9](?:[0-9,.]*[0-9])?)(?:/[-=])?"
    "|(?P<word>(?:[^\\W\\d_]|[\u0300-\u036f\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3\u09fe])+)"
    r"|(?P<mark>\S)"
)
_IDLE_MARKS = frozenset("=:;,.&+()'\"%৳_-")


@dataclass(frozen=True, slots=True)
class Labels:
    """How people call the figures of one form."""

    form: Form
    words: FormWords

    @classmethod
    def of(cls, form: Form) -> Labels:
        """Those of a form, worked out once."""
        return _labels(form)

    def alone(self, text: str, idle: Set[str]) -> str | None:
        """The figure that a text names, if it does nothing else."""
        words = [word for word in words_in(text) if word not in idle] or words_in(text)
        if not words or any(char.isdigit() for char in text):
            return None
        found = self.words.label(words, guess=False)
        if found is None or found.words < len(words):
            return None
        names = found.names[self.form.code][1]
        return next(iter(names)) if len(names) == 1 else None


@lru_cache(maxsize=64)
def _labels(form: Form) -> Labels:
    return Labels(form, FormWords(Forms([form])))


def read(
    labels: Labels, asked: str | None, rest: Sequence[str], text: str, today: date, idle: Set[str], *, guess: bool
) -> Figures | Hint | None:
    """The figures in a text; a hint where it has some that cannot be taken; None where it has none that belong to the form.

    Args:
        labels: of the form.
        asked: the indicator whose figure was asked for, if one was.
        rest: those that would be asked for next.
        text: as typed.
        today: the day on which it came.
        idle: words that say nothing beside a figure.
        guess: whether a label may be broken off or misspelt.
    """
    plain = normalise(text).lower()
    try:
        values = _single(labels.form, asked, plain, today, idle)
        if values is None:
            values = _several(labels, asked, rest, plain, today, idle, guess=guess)
        fitting = {name: _fit(labels.form.by_name[name], value) for name, value in (values or {}).items()}
    except _UnreadableError as error:
        return error.hint
    return Figures(fitting) if fitting else None


def _single(form: Form, asked: str | None, text: str, today: date, idle: Set[str]) -> dict[str, Value] | None:
    """The one figure that was asked for, and nothing else."""
    if asked is None:
        return None
    is_day = form.by_name[asked].kind is Kind.DATE
    value: Value | None = _day(text, today) if is_day else amount(_without_unit(text, idle))
    return None if value is None else {asked: value}


def _without_unit(text: str, idle: Set[str]) -> str:
    """``৫টি`` and ``5 taka`` without what is counted."""
    found = re.fullmatch(r"(?P<figure>.*[0-9][/=-]*)\s*(?P<words>[^0-9]+)", text)
    if found is None:
        return text
    words = words_in(found["words"])
    return found["figure"] if words and all(word in idle for word in words) else text


def _day(text: str, today: date) -> date | None:
    """A day on which something took place, so that it is none to come."""
    try:
        day = parse_date(text, today)
    except InvalidValue:
        return None
    if day > today:
        raise _UnreadableError(Hint.FUTURE)
    return day


@dataclass(frozen=True, slots=True)
class _Piece:
    """A figure, or the words of a label."""

    values: tuple[Value, ...] = ()
    words: tuple[str, ...] = ()


def _several(
    labels: Labels, asked: str | None, rest: Sequence[str], text: str, today: date, idle: Set[str], *, guess: bool
) -> dict[str, Value] | None:
    pieces = _pieces(labels.form, text, today)
    if pieces is None or not any(piece.values for piece in pieces):
        return None
    said: list[str | Value] = []
    for piece in pieces:
        names = _names(labels, piece.words, idle, guess=guess)
        if names is None:
            return None
        said += [*names, *piece.values]
    if any(isinstance(one, str) for one in said):
        return _labelled(said)
    return _in_order(labels.form, asked, rest, [one for one in said if not isinstance(one, str)])


def _pieces(form: Form, text: str, today: date) -> list[_Piece] | None:
    """The text in pieces; None where something is no part of an answer, such as ``123/2019`` or a minus."""
    days = any(each.kind is Kind.DATE for each in form.asked)
    pieces: list[_Piece] = []
    last_end = 0
    for found in _PIECE.finditer(text):
        kind = found.lastgroup
        if kind == "mark":
            if found["mark"] not in _IDLE_MARKS or _is_minus(text, found.start()):
                return None
        elif kind == "word":
            words = tuple(words_in(found["word"]))
            if pieces and pieces[-1].words:
                pieces[-1] = _Piece(words=pieces[-1].words + words)
            else:
                pieces.append(_Piece(words=words))
        elif kind == "day":
            day = _day(found["day"], today) if days else None
            if day is None:
                return None
            pieces.append(_Piece((day,)))
        else:
            numbers = tuple(_numbers(found["number"]))
            gap = text[last_end : found.start()]
            if pieces and pieces[-1].values and gap.isspace() and _is_one(text[:last_end], found["number"]):
                raise _UnreadableError(Hint.JOINED)
            pieces.append(_Piece(numbers))
        last_end = found.end()
    return pieces


def _is_minus(text: str, at: int) -> bool:
    """Whether a dash is a minus: a figure follows at once, and no label stands right before it."""
    follows = text[at + 1 : at + 2].isdigit()
    return text[at] == "-" and follows and (at == 0 or not text[at - 1].isalpha())


def _is_one(before: str, number: str) -> bool:
    """Whether two numbers side by side may be one that was grouped with a gap: ``1 390``."""
    found = re.search(r"[0-9]+$", before)
    return found is not None and is_grouped(f"{found[0]},{number}")


def _numbers(typed: str) -> Iterator[int | Decimal]:
    """One figure, or those that commas part."""
    whole = amount(typed)
    if whole is not None:
        yield whole
        return
    parts = typed.split(",")
    if any(is_grouped(",".join(parts[at : at + 2])) for at in range(len(parts) - 1)):
        raise _UnreadableError(Hint.JOINED)
    for part in parts:
        value = amount(part)
        if value is None:
            raise _UnreadableError(Hint.NUMBER)
        yield value


def _names(labels: Labels, words: Sequence[str], idle: Set[str], *, guess: bool) -> list[str] | None:
    """The indicators that words in a row name, passing over words that say nothing; None where another word stands there."""
    code, found, at = labels.form.code, list[str](), 0
    while at < len(words):
        label = labels.words.label(words[at:], guess=guess and words[at] not in idle)
        if label is None and words[at] not in idle:
            return None
        if label is None:
            at += 1
            continue
        at += label.words
        names = label.names[code][1]
        if len(names) > 1:
            raise _UnreadableError(Hint.LABEL)
        found += [name for name in names if found[-1:] != [name]]
    return found


def _in_order(form: Form, asked: str | None, rest: Sequence[str], values: Sequence[Value]) -> dict[str, Value]:
    """Figures without labels: from the question on, those that are still open; or with the totals between them."""
    if asked is None:
        raise _UnreadableError(Hint.LABEL)
    names = [asked, *(name for name in rest if name != asked)]
    if len(values) <= len(names):
        return dict(zip(names, values, strict=False))
    from_here = form.indicators[[each.name for each in form.indicators].index(asked) :]
    whole = [each.name for each in from_here if each.name in names or each.kind is Kind.COMPUTED]
    if len(values) == len(whole):
        return dict(zip(whole, values, strict=True))
    raise _UnreadableError(Hint.TOO_MANY)


def _labelled(said: Sequence[str | Value]) -> dict[str, Value]:
    """Each label with its figure: labels stand before all figures, or behind all of them."""
    labels, figures = said[::2], said[1::2]
    if not isinstance(said[0], str):
        labels, figures = figures, labels
    values: dict[str, Value] = {}
    if len(labels) != len(figures):
        raise _UnreadableError(Hint.LABEL)
    for name, value in zip(labels, figures, strict=True):
        if not isinstance(name, str) or isinstance(value, str) or values.setdefault(name, value) != value:
            raise _UnreadableError(Hint.LABEL)
    return values


def _fit(indicator: Indicator, value: Value) -> Value:
    """A figure of the indicator's kind."""
    if (indicator.kind is Kind.DATE) is not isinstance(value, date):
        raise _UnreadableError(Hint.DATE if indicator.kind is Kind.DATE else Hint.NUMBER)
    percent = indicator.unit is Unit.PERCENT or indicator.kind is Kind.RATIO
    if isinstance(value, Decimal) and not percent and value != value.to_integral_value():
        raise _UnreadableError(Hint.WHOLE)
    return value
