"""Reading whether somebody comes to a meeting: ``1``, ``২ জি``, ``আসব``, ``আসতে পারব না, ছুটিতে আছি``, ``unable to attend``.

A refusal counts wherever it stands in a short sentence. A promise counts only where nothing in the sentence denies or asks, because
``আসব কি না জানি না`` promises nothing. What is not read stays what it is: somebody's own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.text import normalise
from bot.domain.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COMING, NOT_COMING = "1", "2"
"""The answers to the notice of a meeting, as they are typed and kept."""

_MOST_WORDS = 15
"""Words up to which a sentence is looked at: a longer one says more than that."""

_WORD = re.compile("(?:[^\\W_]|['\u0300-\u036f\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3\u09fe])+|\\?")


@dataclass(frozen=True)
class AnswerWords:
    """The words people answer with.

    Attributes:
        coming, not_coming: phrases, each as its words.
        doubt: words that deny or ask.
        idle: what is only polite.
    """

    coming: frozenset[tuple[str, ...]]
    not_coming: frozenset[tuple[str, ...]]
    doubt: frozenset[str]
    idle: frozenset[str]

    @classmethod
    def of(cls, catalogues: Iterable[Mapping[str, str]]) -> AnswerWords:
        """From the catalogues of typed words."""
        read = list(catalogues)

        def listed(*keys: str) -> list[str]:
            return [word for key in keys for each in read for word in words_of(each.get(key, ""))]

        return cls(
            frozenset(tuple(_words(each)) for each in listed("answer.coming")),
            frozenset(tuple(_words(each)) for each in listed("answer.not_coming")),
            frozenset({"?", *listed("negation", "question", "command.no")}),
            frozenset(listed("filler")),
        )

    def read(self, text: str) -> str | None:
        """``COMING`` or ``NOT_COMING``; None where a text says neither, or both."""
        words = _words(normalise(text).lower())
        if not words or len(words) > _MOST_WORDS:
            return None
        bare = [word for word in words if word not in self.idle]
        if bare in ([COMING], [NOT_COMING]):
            return bare[0]
        if _any_in(self.not_coming, words):
            return NOT_COMING
        return COMING if _any_in(self.coming, words) and self.doubt.isdisjoint(words) else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _any_in(phrases: frozenset[tuple[str, ...]], words: Sequence[str]) -> bool:
    longest = max(map(len, phrases), default=0)
    return any(
        tuple(words[at : at + count]) in phrases
        for count in range(1, longest + 1)
        for at in range(len(words) - count + 1)
    )
