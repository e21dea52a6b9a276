"""The words that people type, looked up by spelling, by sound, without their ending, or by nearness.

A catalogue is a mapping of key to words, the words separated by `` | ``. Keys are ``command.X`` (what starts a message), ``cue.X``
(what points to X inside a sentence), ``filler`` and ``filler.X`` (what carries no meaning, everywhere or beside X), ``ordinary`` (what
means something else) and others that the readers of values ask for. ``catalogue.language`` names the catalogue's own language.

Words stand in the catalogue alone: nothing here knows one of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from bot.domain.errors import RegistrationClash
from bot.domain.messages import Language
from bot.domain.phonetics import sound
from bot.domain.text import has_bangla, normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

COMMAND, CUE, FILLER = "command.", "cue.", "filler."
RIVAL = "rival."
GUIDE = "guide."
"""Begins the keys of words that only count while a return is filed question by question."""
ANSWER = "answer."
"""Begins the keys of words that only count as an answer to a message to many (``bot.domain.attending``)."""
APART = "send."
"""Begins the keys of words that are looked up by themselves (``Vocabulary.part``): elsewhere they mean nothing, or are names."""
LANGUAGE_KEY, SUFFIX_KEY, PLACE = "catalogue.language", "suffix", "place"

_SOUNDS_FROM = 4
"""Letters that a word needs to be matched by its sound: shorter ones sound like too many others."""

_STEM_FROM = 3
"""Letters that must be left when an ending is taken off."""

_NEAR_FROM = 4
"""Letters that a word needs to be matched by nearness."""


_SPELT_FROM = 5
"""Letters that a word needs to be matched by its letters alone, when it sounds like nothing."""

_SHORT = 6
"""Letters up to which only one may be wrong."""

_NAMES_FROM, _LONG_NAME = 5, 8
"""Letters that a name needs to be taken for a misspelt district; letters up to which only one may be wrong."""


class How(IntEnum):
    """How surely a word was recognised; smaller is surer."""

    EXACT = 0
    SOUND = 1
    STEM = 2
    NEAR = 3


@dataclass(frozen=True, slots=True)
class Match:
    """What one or more words in a row mean.

    Attributes:
        keys: the catalogue keys under which they stand.
        languages: the languages of the catalogues that have them.
        how: how they were recognised.
        words: how many words it took.
    """

    keys: frozenset[str]
    languages: frozenset[Language]
    how: How
    words: int = 1


def words_of(listed: str) -> list[str]:
    """The words of one catalogue entry, in their order, as they are compared."""
    return [word for word in (normalise(part).lower() for part in listed.split(" | ")) if word]


def owner(key: str) -> str | None:
    """The command that a key speaks for, if it speaks for one: ``command.status`` and ``lang.bn`` do, ``filler`` does not."""
    head, _, name = key.partition(".")
    if head in {"command", "cue"}:
        return name
    return "language" if head == "lang" else None


class Vocabulary:
    """Every word of every catalogue, ready to be looked up.

    Raises:
        RegistrationClash: when one word stands under two commands.
    """

    def __init__(
        self,
        entries: Iterable[tuple[str, str, Language]],
        canonical: Mapping[tuple[str, Language, bool], str],
        *,
        apart: bool = False,
    ) -> None:
        keys: defaultdict[str, set[str]] = defaultdict(set)
        languages: defaultdict[str, set[Language]] = defaultdict(set)
        suffixes: set[str] = set()
        self._entries = tuple(entries)
        for key, phrase, language in self._entries:
            if key == SUFFIX_KEY:
                suffixes.add(phrase)
            if key == SUFFIX_KEY or (key.startswith(APART) and not apart):
                continue
            spoken = _spoken(phrase)
            keys[spoken].add(key)
            languages[spoken].add(language)
        _refuse_clashes(keys)
        self._canonical = dict(canonical)
        self._suffixes = tuple(sorted(suffixes, key=len, reverse=True))
        self._exact = {
            phrase: Match(frozenset(found), frozenset(languages[phrase]), How.EXACT, phrase.count(" ") + 1)
            for phrase, found in keys.items()
        }
        self._by_sound = self._sounds()
        self._longest = self._lengths()
        self._near = self._tables(self._by_sound, _NEAR_FROM)
        self._spelt = self._tables(self._exact, _SPELT_FROM)
        self._places = [heard for heard, found in self._by_sound.items() if PLACE in found.keys and found.words == 1]
        self._longest_place = max(map(len, self._places), default=0)
        self.commands = frozenset(
            key.removeprefix(COMMAND) for found in keys.values() for key in found if key.startswith(COMMAND)
        )

    @classmethod
    def from_catalogues(cls, *catalogues: Mapping[str, str]) -> Vocabulary:
        """The vocabulary of several catalogues; the first catalogue's wording is preferred where they agree."""
        entries: list[tuple[str, str, Language]] = []
        canonical: dict[tuple[str, Language, bool], str] = {}
        for catalogue in catalogues:
            language = Language(catalogue.get(LANGUAGE_KEY, Language.BN).strip())
            for key, listed in catalogue.items():
                if not key or not listed or key == LANGUAGE_KEY or key.startswith((GUIDE, ANSWER)):
                    continue
                for part in listed.split(" | "):
                    if (phrase := normalise(part)) and key != SUFFIX_KEY:
                        canonical.setdefault((key, language, has_bangla(phrase)), phrase)
                entries.extend((key, phrase, language) for phrase in words_of(listed))
        return cls(entries, canonical)

    def part(self, keys: Collection[str]) -> Vocabulary:
        """The words that are looked up by themselves, and those under other keys that begin so."""
        begun = (APART, SUFFIX_KEY, *keys)
        return Vocabulary([each for each in self._entries if each[0].startswith(begun)], self._canonical, apart=True)

    def write(self, key: str, language: Language, *, bangla_letters: bool) -> str:
        """The word that the gateway itself writes for a key, in this language and script, or else the nearest there is."""
        for wanted in ((language, bangla_letters), (language, not bangla_letters)):
            if (word := self._canonical.get((key, *wanted))) is not None:
                return word
        return next((word for (other, _, _), word in self._canonical.items() if other == key), "")

    def exact(self, phrase: str) -> Match | None:
        """What exactly this spelling means; ``phrase`` is normalised and lower case."""
        return self._exact.get(phrase)

    @property
    def endings(self) -> tuple[str, ...]:
        """What a word may carry behind it, the longest first."""
        return self._suffixes

    def single_words(self, keys: Iterable[str]) -> list[str]:
        """Every single word that stands under one of these keys."""
        wanted = frozenset(keys)
        return [phrase for phrase, found in self._exact.items() if found.words == 1 and found.keys & wanted]

    def match(self, words: Sequence[str]) -> Match | None:
        """What the longest run of words at the start of ``words`` means: by spelling, else by sound, else without an ending."""
        longest = self._longest.get(words[0]) or self._longest.get(sound(words[0]), 0)
        for count in range(min(longest, len(words)), 1, -1):
            if found := self._exact.get(" ".join(words[:count])):
                return found
            if found := self._by_sound.get(" ".join(map(sound, words[:count]))):
                return found
        return self._exact.get(words[0]) or self._one(words[0])

    def _one(self, word: str) -> Match | None:
        if len(word) >= _SOUNDS_FROM and (found := self._by_sound.get(sound(word))):
            return found
        for suffix in self._suffixes:
            if len(word) - len(suffix) >= _STEM_FROM and word.endswith(suffix):
                stem = word[: -len(suffix)]
                if found := self._exact.get(stem) or (
                    self._by_sound.get(sound(stem)) if len(stem) >= _SOUNDS_FROM else None
                ):
                    return Match(found.keys, found.languages, How.STEM)
        return None

    def near(self, word: str, careful: Collection[str] = (), *, grace: int = 0) -> Match | None:
        """The commands' words to which an unknown word is near, or None.

        A word may be wrong in one letter from four letters on, in two from seven on (``grace`` allows more). Where another command
        is about as near, the keys of both are given, and what else was typed must decide; of a careful command that is as near
        only ``rival.X`` is given.

        Args:
            word: normalised and lower case.
            careful: commands whose short words must have their very letters, only two of them swapped.
            grace: further letters that may be wrong.
        """
        heard = sound(word)
        budget = (1 if len(heard) <= _SHORT else 2) + grace
        if len(heard) > max(self._near, default=0) + budget:
            return None
        nearest = self._one_letter_off(word, careful)
        for known, key, languages in self._candidates(heard, budget + 1) if len(heard) >= _NEAR_FROM else ():
            name = owner(key) or key
            distance = OSA.distance(heard, known, score_cutoff=budget)
            if distance > 1 and len(heard) < len(known) and known.startswith(heard):
                distance = 1  # broken off, not misspelt
            swapped = distance == 1 and sorted(heard) == sorted(known)
            refused = name in careful and not swapped and (len(known) <= _SHORT or distance > 1)
            if distance <= budget and (name not in nearest or distance < nearest[name][0]):
                nearest[name] = (distance, f"{RIVAL}{name}" if refused else key, languages)
        best = min((distance for distance, _, _ in nearest.values()), default=0)
        chosen = [(key, languages) for distance, key, languages in nearest.values() if distance == best]
        if all(key.startswith(RIVAL) for key, _ in chosen):
            return None
        languages = frozenset().union(*(languages for _, languages in chosen))
        return Match(frozenset(key for key, _ in chosen), languages, How.NEAR)

    def _one_letter_off(self, word: str, careful: Collection[str]) -> dict[str, tuple[int, str, frozenset[Language]]]:
        """The commands' long words that differ in one letter as they are written, however they sound (``meyed``, ``diidend``)."""
        near: dict[str, tuple[int, str, frozenset[Language]]] = {}
        if len(word) < _SPELT_FROM:
            return near
        for length in (len(word) - 1, len(word), len(word) + 1):
            for known, key, languages in self._spelt.get(length, ()):
                if (name := owner(key) or key) not in careful and OSA.distance(word, known, score_cutoff=1) <= 1:
                    near[name] = (1, key, languages)
        return near

    def nearly(self, word: str, key: str) -> bool:
        """Whether a word differs in no more than a letter from one that stands under a key, as it is written."""
        if len(word) < _STEM_FROM:
            return False
        return any(OSA.distance(word, known, score_cutoff=1) <= 1 for known in self.single_words([key]))

    def near_place(self, word: str, careful: Collection[str] = ()) -> Match | None:
        """The places that an unknown word is nearly the name of, or None; a word near a command is not one."""
        heard = sound(word)
        budget = 1 if len(heard) <= _LONG_NAME else 2
        if len(heard) < _NAMES_FROM or len(heard) > self._longest_place + budget:
            return None
        if any(OSA.distance(heard, known, score_cutoff=budget) <= budget for known in self._places):
            return None if self.near(word, careful) else Match(frozenset({PLACE}), frozenset(), How.NEAR)
        return None

    def _candidates(self, heard: str, reach: int) -> Iterator[tuple[str, str, frozenset[Language]]]:
        for length in range(len(heard) - reach, len(heard) + reach + 2):
            yield from self._near.get(length, ())

    def _sounds(self) -> dict[str, Match]:
        """Phrases by sound. Where two of them sound alike, what either means is possible, unless one of them is no command's."""
        grouped: defaultdict[str, list[tuple[str, Match]]] = defaultdict(list)
        for phrase, found in self._exact.items():
            if found.words > 1 or len(phrase) >= _SOUNDS_FROM:
                grouped[" ".join(map(sound, phrase.split(" ")))].append((phrase, found))
        table: dict[str, Match] = {}
        for heard, alike in grouped.items():
            keys = frozenset().union(*(found.keys for _, found in alike))
            languages = frozenset().union(*(found.languages for _, found in alike))
            commands = {key for key in keys if key.startswith(COMMAND)}
            # Two commands that sound alike are no command by sound: only their exact spelling tells them apart.
            table[heard] = Match(
                keys - commands if len(commands) > 1 else keys, languages, How.SOUND, alike[0][1].words
            )
        return table

    def _lengths(self) -> dict[str, int]:
        longest: dict[str, int] = {}
        for table in (self._exact, self._by_sound):
            for phrase, found in table.items():
                first = phrase.split(" ", 1)[0]
                longest[first] = max(longest.get(first, 1), found.words)
        return longest

    def _tables(
        self, words: Mapping[str, Match], shortest: int
    ) -> dict[int, list[tuple[str, str, frozenset[Language]]]]:
        """The single words that point to a command and mean nothing else, by their length."""
        tables: defaultdict[int, list[tuple[str, str, frozenset[Language]]]] = defaultdict(list)
        for phrase, found in words.items():
            if found.words == 1 and len(phrase) >= shortest and not found.keys & {"ordinary", PLACE}:
                for key in sorted(found.keys):
                    if owner(key) is not None:
                        tables[len(phrase)].append((phrase, key, found.languages))
        return dict(tables)


def _spoken(phrase: str) -> str:
    """A phrase without the marks inside it, as a line's words are compared; a phrase of marks alone stays as it is."""
    words = "".join(" " if char in ".:-_/," else char for char in phrase).split()
    return " ".join(words) or phrase


def _refuse_clashes(keys: Mapping[str, set[str]]) -> None:
    for phrase, found in keys.items():
        commands = sorted(key for key in found if key.startswith(COMMAND))
        if len(commands) > 1:
            raise RegistrationClash(f"the word {phrase!r} stands under two commands: {' and '.join(commands)}")
