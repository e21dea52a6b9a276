"""A line as it was typed, cut into words, numbers and marks, each word with what it may mean.

Words in a row that mean something together (``কত দিন``, ``reg no``) are one item. Nothing is decided here: an item keeps every
meaning it may have, and the command that is tried decides which of them counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from bot.domain.text import rest_as_typed, spelt_as
from bot.domain.vocabulary import APART, COMMAND, How, owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.messages import Language
    from bot.domain.vocabulary import Match, Vocabulary

_LETTER = "(?:[^\\W\\d_]|[\u0300-\u036f\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3\u09fe])"
_TOKEN = re.compile(rf"(?P<word>{_LETTER}+(?:'{_LETTER}+)*)|(?P<number>[0-9]+)|(?P<mark>[^\s])")
_SOFT_MARKS = frozenset(".:-_,/ঃ")
"""Marks that may stand between the words of one phrase (``reg. no.``)."""

_TELEPHONE = re.compile(r"(?:(?:00)?88)?01[3-9]\d{8}")
_TELEPHONE_DIGITS = 11

LABELS = frozenset({"label.reg_no", "label.number"})


class Kind(IntEnum):
    """What an item is made of."""

    WORD = 0
    NUMBER = 1
    MARK = 2


@dataclass(slots=True)
class Item:
    """One phrase, number or mark of a line.

    Attributes:
        kind: what it is made of.
        text: as it stands in the normalised line.
        start: where it starts there.
        end: where it ends there.
        keys: the catalogue keys of what it may mean; empty for an unknown word.
        how: how surely it was recognised.
        languages: the languages whose catalogues have it.
        words: how many words it is.
    """

    kind: Kind
    text: str
    start: int
    end: int
    keys: frozenset[str] = frozenset()
    how: How = How.EXACT
    languages: frozenset[Language] = frozenset()
    words: int = 1

    @property
    def commands(self) -> set[str]:
        """The commands that it may be a word of."""
        return {name for key in self.keys if (name := owner(key)) is not None}


@dataclass(frozen=True, slots=True)
class Line:
    """The items of a normalised text, in their order, and the text as it was typed."""

    text: str
    items: tuple[Item, ...]
    typed: str = ""

    def span(self, first: int, last: int) -> str:
        """What was typed from one item to another, both included."""
        return self.text[self.items[first].start : self.items[last].end]

    def as_typed(self, first: int, last: int) -> str:
        """The same in the sender's own spelling, as names and other free text are kept."""
        return spelt_as(self.typed, self.text, self.items[first].start, self.items[last].end)

    def rest_as_typed(self, first: int) -> str:
        """Everything from one item on, with its line breaks and its gaps."""
        rest = self.text[self.items[first].start :]
        return rest_as_typed(self.typed, rest) or spelt_as(
            self.typed, self.text, len(self.text) - len(rest), len(self.text)
        )

    def touching(self, left: int) -> bool:
        """Whether nothing stands between an item and the next one."""
        return self.items[left].end == self.items[left + 1].start

    def before(self, at: int) -> int | None:
        """Where the item before stands, marks left out."""
        return next((left for left in range(at - 1, -1, -1) if self.items[left].kind is not Kind.MARK), None)

    def after(self, at: int) -> int | None:
        """Where the item after stands, marks left out."""
        return next(
            (right for right in range(at + 1, len(self.items)) if self.items[right].kind is not Kind.MARK), None
        )

    def keys_at(self, at: int | None) -> frozenset[str]:
        """The keys of an item; none where there is no item."""
        return frozenset() if at is None else self.items[at].keys

    def telephone(self, at: int) -> frozenset[int]:
        """The items of the mobile number that starts at one; none when none does."""
        last, digits = at, self.items[at].text
        while len(digits) < _TELEPHONE_DIGITS and last + 1 < len(self.items) and self.touching(last):
            last += 1
            digits += self.items[last].text.replace("-", "")
        whole = last + 1 == len(self.items) or self.items[last + 1].kind is not Kind.NUMBER or not self.touching(last)
        return frozenset(range(at, last + 1)) if whole and _TELEPHONE.fullmatch(digits) else frozenset()

    def indices(self, kind: Kind) -> list[int]:
        """Where the items of one kind stand."""
        return [at for at, item in enumerate(self.items) if item.kind is kind]


def cut(text: str, vocabulary: Vocabulary, typed: str = "") -> Line:
    """The line that a normalised text is.

    Args:
        text: normalised.
        vocabulary: the words of every language.
        typed: the text as it was typed, of which ``text`` is the end.
    """
    tokens = [
        part
        for found in _TOKEN.finditer(text)
        for part in _unglued(
            Item(_KINDS[found.lastgroup or "mark"], found[0], found.start(), found.end()), text, vocabulary
        )
    ]
    lowered = [token.text.lower() for token in tokens]
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind is Kind.WORD:
            run = _phrase_from(tokens, at)
            if found := vocabulary.match([lowered[index] for index in run]):
                last = run[found.words - 1]
                items.append(_recognised(token, tokens[last], text, found))
                at = last + 1
                continue
        items.append(token)
        at += 1
    return Line(text, tuple(items), typed)


def recognise(line: Line, matches: Iterable[tuple[int, Match]]) -> Line:
    """The same line with some unknown words taken for what they are near."""
    items = list(line.items)
    for at, found in matches:
        items[at] = _recognised(items[at], items[at], line.text, found)
    return Line(line.text, tuple(items), line.typed)


_VISARGA = "ঃ"
_GLUED = ("label.", COMMAND, APART)
"""Keys of the words to which the next one may be glued by a visarga."""


def _unglued(token: Item, text: str, vocabulary: Vocabulary) -> tuple[Item, ...]:
    """A label and what follows it as two items where a visarga serves as the colon between them (``জেলাঃনীলফামারী``)."""
    middle = token.start + token.text.find(_VISARGA)
    if middle < token.start or middle + 1 >= token.end or vocabulary.exact(token.text) is not None:
        return (token,)
    label = vocabulary.exact(text[token.start : middle])
    if label is None or not any(key.startswith(_GLUED) for key in label.keys):
        return (token,)
    return (
        Item(Kind.WORD, text[token.start : middle], token.start, middle),
        Item(Kind.MARK, _VISARGA, middle, middle + 1),
        Item(Kind.WORD, text[middle + 1 : token.end], middle + 1, token.end),
    )


_KINDS = {"word": Kind.WORD, "number": Kind.NUMBER, "mark": Kind.MARK}
_LONGEST_PHRASE = 6


def _phrase_from(tokens: Sequence[Item], at: int) -> list[int]:
    """Where the words stand that could be one phrase with the word at ``at``."""
    run = [at]
    for index in range(at + 1, min(at + 2 * _LONGEST_PHRASE, len(tokens))):
        token = tokens[index]
        if token.kind is Kind.WORD:
            run.append(index)
        elif token.kind is Kind.NUMBER or token.text not in _SOFT_MARKS:
            break
    return run


def _recognised(first: Item, last: Item, text: str, found: Match) -> Item:
    return Item(
        Kind.WORD,
        text[first.start : last.end],
        first.start,
        last.end,
        found.keys,
        found.how,
        found.languages,
        found.words,
    )
