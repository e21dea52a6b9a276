"""How people misspell: one slip in a word, chosen by chance but the same each time; None where a word has no place for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Spoil = Callable[[str, random.Random], str | None]

_LETTERS = "কখগঘচছজটডতদনপফবভমযরলশসহ"
_ALIKE = ("শষস", "নণ", "জয", "তৎ", "রড়", "কখ", "গঘ", "বভ", "দধ", "তথ", "টঠ", "পফ", "চছ")
_VOWELS = ("িী", "ুূ", "েৈ", "োৌ", "ইঈ", "উঊ")
_LATIN = "abcdefghijklmnoprstu"
_SHORTEST = 4


def _letters_at(word: str, among: str) -> list[int]:
    return [at for at in range(1, len(word)) if word[at] in among] if len(word) >= _SHORTEST else []


def _drop(among: str) -> Spoil:
    def spoil(word: str, chance: random.Random) -> str | None:
        places = _letters_at(word, among)
        at = chance.choice(places) if places else 0
        return word[:at] + word[at + 1 :] if at else None

    return spoil


def _replace(among: str) -> Spoil:
    def spoil(word: str, chance: random.Random) -> str | None:
        places = _letters_at(word, among)
        at = chance.choice(places) if places else 0
        return word[:at] + chance.choice(among.replace(word[at], "")) + word[at + 1 :] if at else None

    return spoil


def _swap(word: str, chance: random.Random) -> str | None:
    places = [at for at in range(1, len(word) - 1) if word[at] != word[at + 1]] if len(word) >= _SHORTEST else []
    at = chance.choice(places) if places else 0
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :] if at else None


def _mix_up(groups: tuple[str, ...]) -> Spoil:
    def spoil(word: str, chance: random.Random) -> str | None:
        places = [(at, group) for at, letter in enumerate(word) for group in groups if letter in group]
        if not places:
            return None
        at, group = chance.choice(places)
        return word[:at] + chance.choice(group.replace(word[at], "")) + word[at + 1 :]

    return spoil


def _without(mark: str) -> Spoil:
    return lambda word, _: word.replace(mark, "") if mark in word else None


def _as_heard(word: str, chance: random.Random) -> str | None:
    """Two of the ways in which Bangla is written in Latin letters."""
    ways = [
        ("a", "o"),
        ("sh", "s"),
        ("s", "sh"),
        ("i", "ee"),
        ("j", "z"),
        ("u", "oo"),
        ("v", "bh"),
        ("kh", "k"),
        ("y", "i"),
    ]
    fitting = [way for way in ways if way[0] in word]
    if not fitting:
        return None
    for old, new in chance.sample(fitting, min(2, len(fitting))):
        word = word.replace(old, new)
    return word


WAYS: dict[str, Spoil] = {
    "a letter left out": _drop(_LETTERS),
    "a letter changed": _replace(_LETTERS),
    "two letters swapped": _swap,
    "sound-alikes (শ স, ন ণ, জ য …)": _mix_up(_ALIKE),
    "vowels (ি ী, ু ূ …)": _mix_up(_VOWELS),
    "হসন্ত left out": _without("্"),
}
BANGLISH: dict[str, Spoil] = {
    "Banglish as heard": _as_heard,
    "Latin letter left out": _drop(_LATIN),
    "Latin letter changed": _replace(_LATIN),
}
