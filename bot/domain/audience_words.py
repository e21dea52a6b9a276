"""The words that say whom a message goes to, and what they have said so far.

They stand under ``send.X`` in the catalogue and are looked up by themselves: elsewhere ``সবুজ`` and ``মহিলা`` are names of societies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.domain.freetext import may_be_named
from bot.domain.line import Item, Kind, Line
from bot.domain.vocabulary import APART, COMMAND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.domain.form_words import FormWords
    from bot.domain.told_meeting import Meeting

HEAD: Final = COMMAND + "send"
GROUPS: Final = {f"{APART}{name}": name for name in ("uco", "dco", "jr", "president", "secretary", "bearers")}
OF_SOCIETIES: Final = frozenset({"president", "secretary", "bearers"})
COLOURS: Final = {
    APART + "red": "red",
    APART + "yellow": "yellow",
    APART + "green": "green",
    APART + "expired": "red",
}
LEVELS: Final = {f"{APART}{name}": name for name in ("primary", "central", "national")}
EXPIRED: Final = APART + "expired"
EVERY, URGENT, SOME, SOCIETY = (APART + name for name in ("all", "urgent", "some", "society"))
CATEGORY, LABEL, UNFILED = (APART + name for name in ("category", "label", "unfiled"))
SAID: Final = frozenset({EVERY, URGENT, CATEGORY, *GROUPS, *COLOURS, *LEVELS})
"""Keys of the words that each say something about the audience."""
AND, ENDING, SAYING, TITLE = (APART + name for name in ("and", "ending", "saying", "title"))
_PLACE: Final = frozenset({"place", "place.centre", "office", "label.upazila", "label.district", "label.division"})
_PERSON: Final = frozenset({"introduces", "label.name"})
_CODES: Final = frozenset({2, 4, 8})
"""Digits of an office's code."""
SHARED = ("month.", "period.", "label.", "day.ordinal", "ordinal", "year", "unit.month", "unit.year", "office", "place")
SHARED_KEYS = (HEAD, "filler", "introduces", "division", "weekday", *SHARED)
"""Begin the keys of the other words that are looked up here."""


@dataclass(frozen=True, slots=True)
class Words:
    """A line cut by the words for audiences, beside the same line as every other command has it.

    Attributes:
        line: cut by these words.
        other: for each of its items: what stands there in the line as the other commands have it.
        today: for telling which periods and days can be meant.
        forms: the words of the return forms.
    """

    line: Line
    other: tuple[tuple[Item, ...], ...]
    today: date
    forms: FormWords

    @classmethod
    def of(cls, line: Line, main: Line, today: date, forms: FormWords) -> Words:
        """Two cuts of the same line brought together."""
        end = line.items[-1].end if line.items else 0
        begun = [each for each in main.items if each.start < end]
        other = tuple(
            tuple(each for each in begun if each.start < item.end and item.start < each.end) for item in line.items
        )
        return cls(line, other, today, forms)

    def keys(self, at: int) -> frozenset[str]:
        """The keys of an item; none beyond the end."""
        return self.line.items[at].keys if 0 <= at < len(self.line.items) else frozenset()

    def text(self, at: int) -> str:
        """An item as it stands in the line; nothing beyond the end."""
        return self.line.items[at].text if at < len(self.line.items) else ""

    def value(self, at: int, values: Mapping[str, str]) -> str | None:
        """Which of some values an item is the word for."""
        return next((value for key, value in values.items() if key in self.keys(at)), None)

    def may_name(self, at: int) -> bool:
        """Whether an item may be part of an office's or a person's name, or an office's code."""
        item = self.line.items[at]
        if item.kind is Kind.NUMBER:
            return len(item.text) in _CODES and "/" not in {self.line.items[max(at - 1, 0)].text, self.text(at + 1)}
        return bool(item.keys & (_PLACE | _PERSON)) or all(
            each.keys <= {"ordinary"} or may_be_named(each) for each in self.other[at]
        )

    def is_name(self, run: Sequence[int]) -> bool:
        """Whether words that may each be part of a name are one: not those alone that mean something else (``send money: …``)."""
        return any(self.keys(at) & (_PLACE | _PERSON) or all(not each.keys for each in self.other[at]) for at in run)


@dataclass(slots=True)
class Told:
    """What is said about whom a message goes to.

    Attributes:
        args: the arguments that were read, in their order.
        groups: each group that is named, and where.
        names: where words stand that are names, those together that belong together.
        begins: where the message begins, if that is not behind the colon.
        strong: whether the words can hardly be meant otherwise.
        problem: why it cannot be sent so, a short stable key.
        meeting: the meeting that it calls to.
    """

    args: dict[str, object] = field(default_factory=dict)
    groups: dict[str, list[int]] = field(default_factory=dict)
    names: list[list[int]] = field(default_factory=list)
    begins: int | None = None
    strong: bool = False
    problem: str | None = None
    meeting: Meeting | None = None

    def put(self, name: str, value: object) -> None:
        """Keep an argument; two different ones are a problem."""
        if self.args.setdefault(name, value) != value:
            self.problem = self.problem or "two_audiences"

    def note(self, words: Words, at: int) -> bool:
        """Keep what one item says, if it says anything about the audience."""
        keys = words.keys(at)
        if EVERY in keys:
            self.args["all"] = True
        elif (group := words.value(at, GROUPS)) is not None:
            self.groups.setdefault(group, []).append(at)
        elif URGENT in keys:
            self.args["urgent"] = True
        elif (colour := words.value(at, COLOURS)) is not None:
            self.put("colour", colour)
        elif (level := words.value(at, LEVELS)) is not None:
            self.put("level", level)
        elif CATEGORY in keys:
            self.put("category", words.line.as_typed(at, at))
        else:
            return False
        return True

    @property
    def narrowed(self) -> bool:
        """Whether it says which of the people of a group are meant."""
        return not self.args.keys().isdisjoint({"colour", "level", "category", "form"})

    def grouped(self) -> None:
        """Settle which group is meant: president and secretary are the bearers, any other two are asked about."""
        named = set(self.groups)
        if named and named <= OF_SOCIETIES:
            self.args["audience"] = named.pop() if len(named) == 1 else "bearers"
        elif len(named) == 1:
            self.args["audience"] = named.pop()
        elif named:
            self.problem = self.problem or "two_audiences"


def is_abbreviated(words: Words, at: int) -> bool:
    """Whether a colon is the mark of an abbreviation before a name: ``মোঃ করিম``."""
    return words.text(at) == ":" and at > 0 and "introduces" in words.keys(at - 1) and at + 1 < len(words.line.items)


def kind_of_name(words: Words, run: Sequence[int]) -> str:
    """Whether a name is an office's, or may be a person's as well: a single word, a code, a place or its label is an office."""
    keys = frozenset().union(*(words.keys(at) for at in run))
    if keys & _PERSON:
        return "name"
    return (
        "office" if keys & _PLACE or len([at for at in run if words.line.items[at].kind is Kind.WORD]) <= 1 else "name"
    )
