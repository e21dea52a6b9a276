"""The words of the return forms: what people call a form and its figures.

They come with the forms, not with the catalogues, and count only inside the commands that are about returns: ``new``, ``due`` and
``audit`` mean something else in other lines. A word is recognised by its spelling, its sound, without its ending, broken off, or
misspelt in a letter, the surest of these first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import OSA

from bot.domain.forms import FiledBy, Forms, Kind, Unit
from bot.domain.periods import Period
from bot.domain.phonetics import sound
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.domain.forms import Indicator
    from bot.domain.periods import Every

_WORDS = re.compile("(?:[^\\W\\d_]|[\u0300-\u036f\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3\u09fe])+")
_SOUNDS_FROM, _STEM_FROM, _BEGINS_FROM, _NEAR_FROM, _LONG = 4, 3, 3, 5, 9
"""Letters that a word needs to be matched by sound, without its ending, broken off, by nearness; by nearness in two letters."""
_MOST_GUESSED = 3
"""Words of a label that may be misspelt."""


class Sureness(IntEnum):
    """How surely a label was recognised; smaller is surer."""

    NAME = 0  # the indicator's name or label itself
    WORD = 1  # another word for it
    SOUND = 2  # it sounds so, or is so without its ending
    BEGUN = 3
    NEAR = 4


@dataclass(frozen=True, slots=True)
class Label:
    """What a label may mean.

    Attributes:
        words: how many words it is.
        names: by form: the indicators, and how surely.
    """

    words: int
    names: Mapping[str, tuple[Sureness, frozenset[str]]]

    def narrowed(self, other: Label) -> Label | None:
        """What it means together with another label beside it; None where nothing is meant by both."""
        both = {
            code: (min(sureness, other.names[code][0]), names)
            for code, (sureness, own) in self.names.items()
            if code in other.names and (names := own & other.names[code][1])
        }
        return Label(self.words + other.words, both) if both else None


def words_in(text: str) -> list[str]:
    """The words of a text as they are compared: without marks, digits and capitals."""
    return _WORDS.findall(normalise(text).lower())


class FormWords:
    """Every word of every form, ready to be looked up.

    Args:
        forms: the forms.
        endings: what a word may carry behind it.
    """

    def __init__(self, forms: Forms, endings: Iterable[str] = ()) -> None:
        self._endings = tuple(sorted(endings, key=len, reverse=True))
        self._indicators: dict[str, dict[str, Indicator]] = {}
        self._codes: defaultdict[str, set[str]] = defaultdict(set)
        self._labels: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._titles: set[tuple[str, str, str]] = set()
        self._every: dict[str, tuple[Every, ...]] = {}
        self._filed_by: dict[str, FiledBy] = {}
        for form in sorted(forms.versions, key=lambda each: each.version):
            for called in (form.code, *form.title.values(), *form.words):
                self._codes[" ".join(words_in(called))].add(form.code)
            own = self._indicators.setdefault(form.code, {})
            for indicator in form.indicators:
                own[indicator.name] = indicator
                titles = {" ".join(words_in(each)) for each in (_spaced(indicator.name), *indicator.label.values())}
                self._titles |= {(title, form.code, indicator.name) for title in titles}
                for called in (*titles, *(" ".join(words_in(each)) for each in indicator.words)):
                    self._labels[called][form.code].add(indicator.name)
            self._every[form.code] = form.every
            self._filed_by[form.code] = form.filed_by
        self._codes.pop("", None)
        self._labels.pop("", None)
        self._longest = max((phrase.count(" ") + 1 for phrase in (*self._labels, *self._codes)), default=0)

    @property
    def longest(self) -> int:
        """How many words the longest name has."""
        return self._longest

    @property
    def codes(self) -> frozenset[str]:
        """What the forms are called in every language, in lower case."""
        return frozenset(code.lower() for code in self._indicators)

    def code(self, words: Sequence[str]) -> tuple[int, frozenset[str]] | None:
        """The forms that the longest run of words at the start names, and how many words that takes; None where none does.

        What only sounds like a form's name is none where it is a label: ``note`` sounds like ``nothi``.
        """
        for count in range(min(self._longest, len(words)), 0, -1):
            phrase = " ".join(words[:count])
            if found := self._codes.get(phrase):
                return count, frozenset(found)
            if phrase in self._labels:
                continue
            for spelt in self._spellings(phrase)[1:]:
                if found := self._codes.get(spelt):
                    return count, frozenset(found)
            if len(phrase) >= _SOUNDS_FROM and (found := self._codes_by_sound.get(_heard(phrase))):
                return count, frozenset(found)
        return None

    def label(self, words: Sequence[str], *, guess: bool) -> Label | None:
        """What the words at the start label; the longest run that is surely a label, else one that may be.

        Args:
            words: in lower case.
            guess: whether a word that is broken off or misspelt may be one.
        """
        for count in range(min(self._longest, len(words)), 0, -1):
            if found := self._sure(" ".join(words[:count])):
                return Label(count, found)
        for count in range(min(_MOST_GUESSED, self._longest, len(words)), 0, -1) if guess else ():
            if found := self._guessed(" ".join(words[:count])):
                return Label(count, found)
        return None

    def indicator(self, code: str, name: str) -> Indicator | None:
        """An indicator of a form."""
        return self._indicators.get(code, {}).get(name)

    def takes_dates(self, code: str) -> bool:
        """Whether figures of a form are days."""
        return any(each.kind is Kind.DATE for each in self._indicators.get(code, {}).values())

    def takes_fractions(self, code: str | None) -> bool:
        """Whether any figure of a form may have decimals: a percentage may."""
        return any(map(_is_percentage, self._indicators.get(code or "", {}).values()))

    def takes(self, code: str, name: str, value: Any) -> bool:
        """Whether a figure is of the kind of an indicator: a day, a number, a number with decimals."""
        indicator = self.indicator(code, name)
        if indicator is None:
            return False
        if isinstance(value, str) or indicator.kind is Kind.DATE:
            return isinstance(value, str) and indicator.kind is Kind.DATE
        return isinstance(value, int) or _is_percentage(indicator)

    def filed_by(self, code: str) -> FiledBy | None:
        """Who files a form."""
        return self._filed_by.get(code)

    def has_period(self, code: str, period: str) -> bool:
        """Whether a form has periods as long as a named one."""
        return Period.named(period, self._every.get(code, ())) is not None

    def written(self, name: str, args: Mapping[str, Any], *, bangla_letters: bool) -> str:
        """How an indicator is called in a line: its Bangla label, or its name with spaces."""
        codes = (args["form"],) if "form" in args else tuple(self._indicators)
        found = next((each for code in codes if (each := self.indicator(code, name))), None)
        if found is None or not bangla_letters:
            return _spaced(name)
        return found.label.get("bn", _spaced(name))

    @cached_property
    def _codes_by_sound(self) -> Mapping[str, set[str]]:
        return {_heard(phrase): codes for phrase, codes in self._codes.items() if len(phrase) >= _SOUNDS_FROM}

    @cached_property
    def _heard_labels(self) -> Mapping[str, list[str]]:
        heard: defaultdict[str, list[str]] = defaultdict(list)
        for phrase in self._labels:
            heard[_heard(phrase)].append(phrase)
        return heard

    def _sure(self, phrase: str) -> dict[str, tuple[Sureness, frozenset[str]]]:
        found: dict[str, tuple[Sureness, frozenset[str]]] = {}
        for code, names in self._labels.get(phrase, {}).items():
            titled = frozenset(name for name in names if (phrase, code, name) in self._titles)
            found[code] = (Sureness.NAME, titled) if titled else (Sureness.WORD, frozenset(names))
        spellings = self._spellings(phrase)
        self._collect(found, Sureness.SOUND, spellings[1:])
        for spelt in spellings:
            if len(spelt) >= _SOUNDS_FROM:
                self._collect(found, Sureness.SOUND, self._heard_labels.get(_heard(spelt), ()))
        return found

    def _guessed(self, phrase: str) -> dict[str, tuple[Sureness, frozenset[str]]]:
        found: dict[str, tuple[Sureness, frozenset[str]]] = {}
        if len(phrase) >= _BEGINS_FROM:
            self._collect(found, Sureness.BEGUN, self._beginning(phrase))
        heard = _heard(phrase)
        if len(phrase) >= _NEAR_FROM and len(heard) >= _NEAR_FROM - 1:
            most = 1 if len(heard) < _LONG else 2
            off: dict[str, int] = {}
            for length in range(len(heard) - most, len(heard) + most + 1):
                for said, known in self._by_length.get(length, ()):
                    if (wrong := OSA.distance(heard, said, score_cutoff=most)) <= most:
                        off[known] = min(wrong, off.get(known, wrong))
            nearest = min(off.values(), default=most)
            self._collect(found, Sureness.NEAR, [known for known, wrong in off.items() if wrong == nearest])
        return found

    def _beginning(self, phrase: str) -> list[str]:
        """The labels that begin so."""
        first = bisect_left(self._sorted, phrase)
        return list(takewhile(lambda known: known.startswith(phrase), self._sorted[first:]))

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._labels)

    @cached_property
    def _by_length(self) -> Mapping[int, list[tuple[str, str]]]:
        """Each label as it sounds and as it is written, by the length of its sound."""
        table: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        for phrase in self._labels:
            if len(phrase) >= _NEAR_FROM - 1:
                heard = _heard(phrase)
                table[len(heard)].append((heard, phrase))
        return table

    def _collect(
        self, found: dict[str, tuple[Sureness, frozenset[str]]], sureness: Sureness, phrases: Iterable[str]
    ) -> None:
        """What these phrases mean, for the forms for which nothing surer is known."""
        names: defaultdict[str, set[str]] = defaultdict(set)
        for phrase in phrases:
            for code, own in self._labels.get(phrase, {}).items():
                names[code] |= own
        for code, own in names.items():
            found.setdefault(code, (sureness, frozenset(own)))

    def _spellings(self, phrase: str) -> list[str]:
        """A phrase as it is, and without each ending that it may carry."""
        stems = (
            phrase[: -len(ending)]
            for ending in self._endings
            if phrase.endswith(ending) and len(phrase) - len(ending) >= _STEM_FROM
        )
        return [phrase, *stems]


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _is_percentage(indicator: Indicator) -> bool:
    return indicator.unit is Unit.PERCENT or indicator.kind is Kind.RATIO


@lru_cache(maxsize=4096)
def _heard(phrase: str) -> str:
    return " ".join(map(sound, phrase.split(" ")))


NO_FORMS = FormWords(Forms())
