"""Which place a typed name means: exact, begun, or misspelt.

People write a district as নীলফামারী, নীল, nil, Nilphamari or নিলফামারি, and use spellings that were official until
2018 (Comilla, Jessore). An index is built once from the table of offices and then answers without a query. What is not
near anything finds nothing, and what is near to several finds them all: a wrong district is worse than a question.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.phonetics import sound
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bot.domain.offices import Office

CUTOFF: Final = 0.75
"""Least share of letters that must agree for a misspelling: two slips in a name of eight letters, one in five."""

_MARGIN: Final = 0.1  # as near as the nearest, as far as a person would say
_SHORTEST_BEGINNING: Final = 2
_SHORTEST_MISSPELLING: Final = 5
_LONGEST_TYPED: Final = 40

KIND_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "district": ("জেলা", "জিলা", "জেলার", "zila", "zilla", "jela", "jila", "district", "dist"),
    "upazila": ("উপজেলা", "উপজেলার", "upazila", "upozila"),
    "thana": ("থানা", "থানার", "thana"),
    "division": ("বিভাগ", "বিভাগের", "division", "bibhag"),
}
"""Level → what may stand beside the name of a place to say which kind it is."""

_KIND_WORDS: Final = tuple(word for words in KIND_WORDS.values() for word in words)

OTHER_SPELLINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "10": ("Barisal",),
    "20": ("Chittagong", "ctg"),
    "45": ("Maimansingh",),
    "1006": ("Barisal",),
    "1042": ("Jhalakathi", "ঝালকাটি"),
    "2012": ("B. Baria", "Brahman Baria", "বি. বাড়িয়া", "বিবাড়িয়া"),
    "2015": ("Chittagong", "ctg", "চট্রগ্রাম", "চিটাগাং"),
    "2019": ("Comilla", "Kumilla"),
    "2022": ("Coxbazar", "Kaksbazar", "কক্স বাজার"),
    "2046": ("Khagrachari",),
    "2051": ("Laxmipur", "Lakhipur", "লক্ষীপুর"),
    "2084": ("রাঙামাটি",),
    "3026": ("Dacca",),
    "3067": ("N. Ganj",),
    "4041": ("Jessore",),
    "4044": ("Jhenidah", "ঝিনাইদা"),
    "4561": ("Maimansingh", "ময়মনসিং"),
    "5010": ("Bogra",),
    "5064": ("Nogaon", "নওগা"),
    "5070": ("Chapai Nawabganj", "Nawabganj", "নবাবগঞ্জ"),
    "5594": ("ঠাকুরগাও",),
    "6058": ("Maulvi Bazar", "Moulovi Bazar"),
}
"""Office code → spellings that are in use besides its names, old official ones first."""

_NUKTA = "\u09bc"


def _fold(word: str) -> str:
    """Letters and vowel signs only, in lower case; without the nukta, so that য় and its common slip য are one."""
    kept = (char for char in unicodedata.normalize("NFC", word.casefold()) if unicodedata.category(char)[0] in "LM")
    return "".join(kept).replace(_NUKTA, "")


class _Names(defaultdict[str, list[int]]):
    """Folded name or sound → the numbers of the places."""

    def __init__(self) -> None:
        super().__init__(list)


class PlaceIndex:
    """Places by name; immutable once made.

    Args:
        places: what can be found, in the order in which several are to be named.
        others: further spellings by office code.
        parts: offices within the places, such as upazilas in districts. Their names find the place that they lie in, where no
            place has that name itself; and a misspelt one does not pass for a place that happens to sound like it.
    """

    __slots__ = ("_parts", "_places", "_sounds", "_spelt")

    def __init__(
        self,
        places: Iterable[Office],
        others: Mapping[str, tuple[str, ...]] = OTHER_SPELLINGS,
        parts: Iterable[Office] = (),
    ) -> None:
        self._places = tuple(places)
        self._spelt, self._sounds = _Names(), _Names()
        for number, place in enumerate(self._places):
            for name in (place.name_bn, place.name_en, *others.get(place.code, ())):
                self._learn(name, number, self._spelt, self._sounds)
        self._parts = _Names()
        for part in parts:
            for number, place in enumerate(self._places):
                if place.covers(part):
                    for name in (part.name_bn, part.name_en):
                        self._learn(name, number, self._parts, self._parts)

    @staticmethod
    def _learn(name: str, number: int, spelt: _Names, sounds: _Names) -> None:
        folded = _fold(normalise(name))
        for names, key in ((spelt, folded), (sounds, sound(folded))):
            if number not in names[key]:
                names[key].append(number)

    def find(self, typed: str) -> tuple[Office, ...]:
        """The places that ``typed`` may mean.

        The first of these that finds anything decides: the same name, a name that sounds the same, the name of a part, a name
        that begins so, a name that is near.

        Returns:
            One place when it is sure, several when it is ambiguous, none when nothing is near.
        """
        return self._first(typed, (self._same, self._part, self._begun, self._near))

    def named(self, typed: str) -> tuple[Office, ...]:
        """The places that have this very name, or one that sounds the same; nothing that is merely near."""
        return self._first(typed, (self._same,))

    def _first(self, typed: str, looks: Iterable[Callable[[str], set[int]]]) -> tuple[Office, ...]:
        keys = _keys(typed)
        for look in looks:
            for key in keys:
                found = look(key)
                if found:
                    return tuple(self._places[number] for number in sorted(found))
        return ()

    def _same(self, key: str) -> set[int]:
        return set(self._spelt.get(key) or self._sounds.get(sound(key)) or ())

    def _part(self, key: str) -> set[int]:
        return set(self._parts.get(key) or self._parts.get(sound(key)) or ())

    def _begun(self, key: str) -> set[int]:
        if len(key) < _SHORTEST_BEGINNING:
            return set()
        return _beginning(self._spelt, key) or _beginning(self._sounds, sound(key))

    def _near(self, key: str) -> set[int]:
        heard = sound(key)
        if len(heard) < _SHORTEST_MISSPELLING:
            return set()
        known = [*self._sounds, *self._parts]
        near = process.extract(heard, known, scorer=OSA.normalized_similarity, score_cutoff=CUTOFF, limit=None)
        best = max((score for _, score, _ in near), default=0.0)
        names = (name for name, score, _ in near if score >= best - _MARGIN)
        return {number for name in names for number in (*self._sounds.get(name, ()), *self._parts.get(name, ()))}


def _beginning(names: Mapping[str, list[int]], begun: str) -> set[int]:
    return (
        {number for name, numbers in names.items() if name.startswith(begun) for number in numbers} if begun else set()
    )


def _keys(typed: str) -> list[str]:
    """What to look for: all that was typed, then the same without the word for district or upazila."""
    if len(typed) > _LONGEST_TYPED:
        return []
    words = [_fold(word) for word in re.split(r"[\s,।]+", normalise(typed))]
    keys: Iterator[str] = ("".join(chosen) for chosen in (words, [word for word in words if word not in _FOLDED_KINDS]))
    return [key for key in dict.fromkeys(keys) if key]


_FOLDED_KINDS: Final = frozenset(_fold(word) for word in _KIND_WORDS)
