"""Offices and people as somebody types them: which office below him he means, where its name ends and a person's begins.

A typed name means an office in the sender's own area; a like name elsewhere is told apart from one that nobody knows, because three
upazilas of the country are called কালীগঞ্জ. What is merely near to a name counts only where no name fits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.domain.offices import Level
from bot.domain.phonetics import sound
from bot.domain.places import OTHER_SPELLINGS, PlaceIndex
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.domain.offices import Office

LONGEST_NAME = 60
"""Characters of a person's name."""

_SEAT_BN, _SEAT_EN = "সদর", "Sadar"
_EDGES = " \t,;:-–।\"'"
_LETTER = re.compile(r"[^\W\d_]")
_JOINERS = "\u200c\u200d"
"""They decide how a conjunct looks."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a typed office means.

    Attributes:
        offices: those in the sender's area; several where it is ambiguous.
        outside: one of this very name that lies elsewhere, where none here fits.
        rest: what was typed beside the office, such as a person's name.
    """

    offices: tuple[Office, ...] = ()
    outside: Office | None = None
    rest: str = ""


class Area:
    """The offices that a sender may dispose of.

    Args:
        below: those offices.
        every: all offices, so that a name elsewhere is known.
    """

    def __init__(self, below: Sequence[Office], every: Iterable[Office]) -> None:
        self._below = below
        self._every = tuple(every)
        self._index = _index(below)

    @cached_property
    def _peers(self) -> PlaceIndex:
        """All offices of the kinds that are below."""
        levels = {office.level for office in self._below}
        return PlaceIndex(office for office in self._every if office.level in levels)

    @cached_property
    def _districts(self) -> PlaceIndex:
        return PlaceIndex(office for office in self._every if office.level is Level.DISTRICT)

    def find(self, typed: str) -> Sought:
        """The office that is meant by all of ``typed``; where none is, by a part of it."""
        whole = self._whole(typed)
        if whole.offices or whole.outside:
            return whole
        for part, rest in _splits(typed):
            found = self._by_code(part).offices or self._index.named(part)
            if found:
                return self._narrowed(found, rest)
        near = self._index.find(typed)
        if near:
            return Sought(near)
        for part, rest in _splits(typed):
            elsewhere = self._elsewhere(part)
            found = () if elsewhere else self._index.find(part)
            if found or elsewhere:
                return Sought(found, elsewhere, rest)
        return Sought(rest=typed)

    def _whole(self, typed: str) -> Sought:
        coded = self._by_code(typed)
        if coded.offices or coded.outside:
            return coded
        named = self._index.named(typed)
        return Sought(named) if named else Sought(outside=self._elsewhere(typed))

    def _by_code(self, typed: str) -> Sought:
        code = normalise(typed).upper().replace(" ", "")
        office = next((each for each in self._every if each.code == code), None)
        if office is None:
            return Sought()
        return Sought((office,)) if office in self._below else Sought(outside=office)

    def _elsewhere(self, typed: str) -> Office | None:
        """An office of this very name, of the same kind, that is not below."""
        return next(iter(self._peers.named(typed)), None)

    def _narrowed(self, found: tuple[Office, ...], rest: str) -> Sought:
        """Of several, those in the district that was named beside them: ``কালীগঞ্জ গাজীপুর``."""
        if len(found) > 1:
            districts = self._districts.named(rest)
            within = tuple(each for each in found if any(district.covers(each) for district in districts))
            if within:
                return Sought(within)
        return Sought(found, rest=rest)


def _index(offices: Sequence[Office]) -> PlaceIndex:
    """By name; ``সদর`` alone is the office at the district's seat."""
    seats = {
        office.code: (*OTHER_SPELLINGS.get(office.code, ()), _SEAT_BN, _SEAT_EN)
        for office in offices
        if office.name_bn.endswith(f" {_SEAT_BN}")
    }
    return PlaceIndex(offices, {**OTHER_SPELLINGS, **seats})


def _splits(typed: str) -> Iterator[tuple[str, str]]:
    """An office and the rest, either of which may come first; the longest office first."""
    words = typed.split()
    for size in range(len(words) - 1, 0, -1):
        yield _trimmed(words[:size]), _trimmed(words[size:])
        yield _trimmed(words[-size:]), _trimmed(words[:-size])


def _trimmed(words: Sequence[str]) -> str:
    return " ".join(words).strip(_EDGES)


def person_name(typed: str) -> str | None:
    """A person's name as it is kept; None where it cannot be one."""
    composed = unicodedata.normalize("NFC", typed)
    shown = "".join(char if char in _JOINERS or char.isprintable() else " " for char in composed)
    name = " ".join(shown.split()).strip(_EDGES)
    return name if _LETTER.search(name) and len(name) <= LONGEST_NAME else None


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, but for how their letters are stored."""
    return normalise(one).casefold() == normalise(other).casefold()


def like_name(one: str, other: str) -> bool:
    """Whether two names are two spellings of one: they sound the same, or one has a title more."""
    heard, other_heard = ({sound(word) for word in normalise(name).split()} for name in (one, other))
    return heard <= other_heard or other_heard <= heard
