"""A return filed question by question: which question is next, and what an answer to it means. Pure; the store is elsewhere.

Numbers are answers here, not choices. What was asked last decides what a text can be: one figure, several in the order of the questions,
figures with their labels, a label alone whose figure is to be changed, or a word such as ``back``. What is none of these may be a command
of its own; else a short hint is said and nothing is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from rapidfuzz.distance import OSA

from bot.domain import answers
from bot.domain.answers import Figures, Hint
from bot.domain.forms import Kind
from bot.domain.text import normalise
from bot.domain.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from bot.domain.checking import Carried
    from bot.domain.figures import Value
    from bot.domain.forms import Form, Indicator

_MARKS = " .,;:!?।'\"()-"
_NO_YEAR = re.compile("[0-9]{1,2} ?[-/.] ?[0-9]{1,2}")
_NEAR_FROM = 4
"""Letters that a word needs to be taken for one that differs in one letter."""


class Wish(StrEnum):
    """What somebody wants who types no figure."""

    BACK = "back"
    SKIP = "skip"
    CANCEL = "cancel"
    AGAIN = "again"
    NONE = "none"
    YES = "yes"
    NO = "no"


_LISTS: Mapping[str, Wish] = {
    "guide.back": Wish.BACK,
    "guide.skip": Wish.SKIP,
    "guide.cancel": Wish.CANCEL,
    "command.cancel": Wish.CANCEL,
    "guide.again": Wish.AGAIN,
    "command.resume": Wish.AGAIN,
    "guide.none": Wish.NONE,
    "guide.file": Wish.YES,
    "command.yes": Wish.YES,
    "cue.yes": Wish.YES,
    "command.no": Wish.NO,
}
"""The lists of the catalogue of typed words that are looked at here; of a word that stands in two, the upper one counts."""


@dataclass(frozen=True)
class Words:
    """The words people type.

    Attributes:
        wishes: phrase → what is wanted.
        idle: what says nothing beside a figure.
    """

    wishes: Mapping[str, Wish]
    idle: frozenset[str]

    @classmethod
    def of(cls, catalogues: Iterable[Mapping[str, str]]) -> Words:
        """From the catalogues of typed words."""
        wishes: dict[str, Wish] = {}
        idle: set[str] = set()
        read = list(catalogues)
        for key, wish in _LISTS.items():
            for catalogue in read:
                wishes |= {word: wish for word in words_of(catalogue.get(key, "")) if word not in wishes}
        for catalogue in read:
            idle.update(*(words_of(catalogue.get(key, "")) for key in ("unit", "filler", "filler.return")))
            # ``৫ হাজার`` is not five.
            idle -= {
                word for key in ("thousand", "lakh", "crore") for word in words_of(catalogue.get(f"unit.{key}", ""))
            }
        return cls(wishes, frozenset(idle) - wishes.keys())

    def wish(self, text: str) -> Wish | None:
        """What exactly this text asks for."""
        return self.wishes.get(_bare(text))

    def near_wish(self, text: str) -> Wish | None:
        """What a misspelt word asks for, where only one thing can be meant."""
        typed = _bare(text)
        if len(typed) < _NEAR_FROM:
            return None
        near = {
            wish
            for word, wish in self.wishes.items()
            if len(word) >= _NEAR_FROM and OSA.distance(typed, word, score_cutoff=1) <= 1
        }
        return near.pop() if len(near) == 1 else None


def _bare(text: str) -> str:
    return normalise(text).casefold().strip(_MARKS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sender was asked last.

    Attributes:
        name: for the figure of which indicator; None where everything was shown, to be confirmed.
        rest: the indicators whose questions follow.
        listed: those whose figures were shown with a number, which begins at 2: 1 files.
        skipped: those he left out.
        missed: how many answers in a row were none.
    """

    name: str | None
    rest: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    missed: int = 0

    @classmethod
    def load(cls, plain: Mapping[str, Any]) -> Asked:
        """As a dialogue keeps it."""
        lists = {key: tuple(plain.get(key, ())) for key in ("rest", "listed", "skipped")}
        return cls(plain.get("name"), **lists, missed=plain.get("missed", 0))

    def plain(self) -> dict[str, Any]:
        """As plain JSON values."""
        lists = {key: list(getattr(self, key)) for key in ("rest", "listed", "skipped")}
        return {"name": self.name, "missed": self.missed, **lists}


@dataclass(frozen=True, slots=True)
class Change:
    """One figure is to be given anew."""

    name: str


Said: TypeAlias = "Figures | Change | Wish | Hint"


def understood(
    form: Form, asked: Asked, text: str, choice: int | None, today: date, words: Words, *, commanding: bool
) -> Said | None:
    """What a text says to the question that was asked; None where nothing that belongs here is known in it.

    Args:
        form: what is filed.
        asked: the question.
        text: as typed.
        choice: the number, where the text is nothing but a number.
        today: the day on which it came.
        words: the words people type.
        commanding: whether the text is a command by itself; then it is an answer only where it surely is one.
    """
    wish = words.wish(text)
    if wish is not None:
        return _wished(form, asked, wish)
    if asked.name is None and choice is not None:
        return _chosen(asked, choice)
    labels = answers.Labels.of(form)
    found = answers.read(labels, asked.name, asked.rest, text, today, words.idle, guess=not commanding)
    if found is not None:
        return found
    if asked.name is not None and form.by_name[asked.name].kind is Kind.DATE and _NO_YEAR.fullmatch(normalise(text)):
        return Hint.DATE  # a day without its year, and no society of 2010
    if commanding:
        return None
    if (label := labels.alone(text, words.idle)) is not None:
        return Change(label)
    near = words.near_wish(text)
    return None if near is None else _wished(form, asked, near)


def _wished(form: Form, asked: Asked, wish: Wish) -> Said:
    """A word where it makes sense: a yes files only what was shown whole."""
    if asked.name is None:
        if wish in {Wish.NONE, Wish.SKIP}:
            return Hint.CHOICE
        return Wish.CANCEL if wish is Wish.NO else wish
    if wish is Wish.NONE:
        return Wish.SKIP if form.by_name[asked.name].kind is Kind.DATE else Figures({asked.name: 0})
    if wish in {Wish.YES, Wish.NO}:
        return Hint.DATE if form.by_name[asked.name].kind is Kind.DATE else Hint.NUMBER
    return wish


def _chosen(asked: Asked, choice: int) -> Said:
    if choice == 1:
        return Wish.YES
    at = choice - 2
    return Change(asked.listed[at]) if 0 <= at < len(asked.listed) else Hint.CHOICE


def questions(form: Form, given: Mapping[str, Value], carried: Carried) -> list[Indicator]:
    """What is asked, in the form's order: not the openings that are known."""
    return [
        each for each in form.asked if each.carried is None or each.name not in carried.values or each.name in given
    ]


def open_ones(asked: Iterable[Indicator], given: Mapping[str, Value], skipped: Sequence[str]) -> list[str]:
    """The questions without an answer, in order."""
    return [each.name for each in asked if each.name not in given and each.name not in skipped]


def may_skip(indicator: Indicator, given: Mapping[str, Value], carried: Carried) -> bool:
    """Whether a question can be passed over: there is a figure already, or none is needed."""
    return indicator.name in given or indicator.name in carried.values or indicator.optional


def before(asked: Sequence[Indicator], name: str | None) -> str | None:
    """The question before one, or the last one where everything was shown; None where there is none."""
    names = [each.name for each in asked]
    at = names.index(name) if name in names else len(names)
    return names[at - 1] if at > 0 else None
