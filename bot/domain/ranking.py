"""How well a society's words answer what was asked, and which society a text clearly names.

The score of a text is the share of its words that the society has, each counted by how rare it is and how near the society's
word comes to it: the same word is 1, a beginning up to 0.96, other vowels somewhat less, another letter 0.5 to 0.8; the name of the
place that the society belongs to, where its own name is silent about it, 0.85. Nearness to the sender is no part of the score. It
counts when matches are put in order, for about as much as the difference between a word and its beginning: of likes the nearest
comes first, but what is spelt as asked and lies far away comes before what looks a little like it next door.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nsmallest
from math import log10
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import OSA

from bot.domain.search import beginnings, bones, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.search import Word

GOOD: Final = 0.85
"""From here on a text and a name agree in every word that tells."""

FLOOR: Final = 0.55
"""Below this a match is chance."""

SURE: Final = 0.8
"""A word that comes this near is what was meant, or its beginning."""

_TAIL: Final = 0.3  # as much less than the best as is still worth showing
_LEAST_ALIKE: Final = 0.66
_SAME_BONES: Final = 0.4  # with fewer letters alike it is not worth working out the bones
_PLACE: Final = 0.85
_NEAR: Final = 0.05  # for each level of the tree that a society shares with the sender
_CLEAR: Final = 0.12
_PER_OFFICE: Final = 350  # societies, about
EXACT: Final = 0.9
"""So much of a name is written when all its words are, in whatever spelling."""

_OWN_DISTRICT: Final = 2


@dataclass(slots=True)
class Term:
    """A word asked for, and what it may mean.

    Attributes:
        word: as asked.
        ids: how near each word of the index comes to it.
        places: how well each office's place answers to it.
        societies: about how many societies have one of the words.
        begins: how the keys begin of words that it is the beginning of.
        bones: of its key.
        translated: those of the words that only mean the same; no place is called by a translation.
    """

    word: Word
    ids: dict[int, float] = field(default_factory=dict)
    places: dict[int, float] = field(default_factory=dict)
    societies: int = 0
    translated: set[int] = field(default_factory=set)
    begins: frozenset[str] = field(init=False)
    bones: str = field(init=False)

    def __post_init__(self) -> None:
        self.begins = beginnings(self.word.spelling)
        self.bones = bones(self.word.key)

    def learn(self, word_id: int, alike: float, societies: int) -> None:
        """Take a word of the index as one that may be meant."""
        if alike > 0:
            if word_id not in self.ids:
                self.societies += societies
            self.ids[word_id] = max(alike, self.ids.get(word_id, 0.0))

    def sure(self, least: float = SURE) -> list[int]:
        """The words of the index that surely are what was meant, or begin so; the nearest first."""
        return sorted((word for word, alike in self.ids.items() if alike >= least), key=lambda word: -self.ids[word])

    @property
    def reach(self) -> int:
        """About how many societies it leads to."""
        return self.societies + _PER_OFFICE * len(self.places)

    @property
    def weight(self) -> float:
        """How much the word tells: a rare one much, one that thousands have little."""
        return 1 / (1 + 0.5 * log10(1 + self.reach))


class Scale:
    """Scores societies for what was asked: made once for a query, then used for each of a thousand societies."""

    def __init__(self, terms: Sequence[Term]) -> None:
        whole = sum(term.weight for term in terms) or 1.0
        self._means: dict[int, list[tuple[int, float]]] = {}
        self._places: dict[int, list[tuple[int, float]]] = {}
        for number, term in enumerate(terms):
            share = term.weight / whole
            for word, alike in term.ids.items():
                self._means.setdefault(word, []).append((number, share * alike))
            for office, alike in term.places.items():
                self._places.setdefault(office, []).append((number, share * alike * _PLACE))

    def score(self, has: Iterable[int], office_id: int) -> float:
        """How well a society answers by its words and its office, 0 to 1."""
        best = dict(self._places.get(office_id, ()))
        for word in has:
            for number, worth in self._means.get(word, ()):
                if worth > best.get(number, 0.0):
                    best[number] = worth
        return sum(best.values())


@dataclass(frozen=True, slots=True)
class Match:
    """A society that a text may mean.

    Attributes:
        society_id: ours.
        score: how well its name and place answer to the text, 0 to 1.
        closeness: how many levels of the tree of offices it shares with the sender's nearest post: 3 his upazila, 2 his district,
            1 his division, 0 further away or no post.
        written: how much of one of its names the text writes, 0 to 1; ``EXACT`` and more is all of it.
    """

    society_id: int
    score: float
    closeness: int = 0
    written: float = 0.0

    @property
    def rank(self) -> float:
        """What matches are ordered by."""
        return self.score + _NEAR * self.closeness


def alike(term: Term, key: str, least: float = 0.0) -> float:
    """How near a word of the index comes to a word asked for, by their keys; 0 when it comes less near than ``least``."""
    asked = term.word.key
    if asked == key:
        return 1.0
    for begin in term.begins:
        if key.startswith(begin):
            return 0.96 - 0.16 * (1 - len(begin) / len(key))
    share = OSA.normalized_similarity(asked, key)
    worth = 0.9 * share if share >= _LEAST_ALIKE else 0.0
    if share >= _SAME_BONES and term.bones == bones(key):
        worth = 0.55 + 0.38 * share
    return worth if worth >= least else 0.0


class Writing:
    """What was written, to hold names against."""

    def __init__(self, asked: Iterable[Word]) -> None:
        self._keys = {word.key for word in asked}
        self._spellings = {word.spelling for word in asked}

    def share(self, names: Iterable[str | None]) -> float:
        """How much of one of a society's names was written, 0 to 1: its words, and for a tenth their spelling."""
        return max((self._share(words(name)) for name in names if name), default=0.0)

    def _share(self, name: Sequence[Word]) -> float:
        same = sum(word.key in self._keys for word in name)
        spelt = sum(word.spelling in self._spellings for word in name) if same else 0
        return (EXACT * same + (1 - EXACT) * spelt) / len(name) if name else 0.0


def first_by_rank(scored: Iterable[tuple[float, int, int]], most: int) -> list[tuple[float, int, int]]:
    """The first of (score, closeness, society), those left out that are much worse than the best."""
    every = list(scored)
    least = max(FLOOR, max(every, default=(0.0,))[0] - _TAIL)
    return nsmallest(
        most, (row for row in every if row[0] >= least), key=lambda row: (-row[0] - _NEAR * row[1], row[2])
    )


def in_order(matches: Iterable[Match]) -> list[Match]:
    """Best first."""
    return sorted(matches, key=lambda match: (-match.rank, -match.score, match.society_id))


def clear(matches: Sequence[Match]) -> int | None:
    """The one society that a text clearly names; None when it may be another, or there is none.

    It agrees in every word, and no other comes near, or only its name is written in full; of several alike, the only one in the sender's
    own district, as with registration numbers. Where one further away has the name in full, and one of the district the same words
    with others, either may be meant.
    """
    best = max((match.score for match in matches), default=0.0)
    if best < GOOD:
        return None
    rivals = [match for match in matches if match.score > best - _CLEAR]
    own = [match for match in rivals if match.closeness >= _OWN_DISTRICT] or rivals
    found = [match for match in own if match.written >= EXACT]
    if not found and not any(match.written >= EXACT for match in rivals):
        found = own
    return found[0].society_id if len(found) == 1 else None
