"""The gaps in a text that an officer has written, such as ``{নম্বর}``: read into the plain names that are stored, ``{r}``.

Only a bare name that is on the list is a gap. Whatever else a brace may mean to a program (an attribute, a format, a doubled brace) is
refused, so that what is stored can be filled in without surprises.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.text import precomposed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NUMBER = "r"
"""The gap that as a rule must be there: who gets several of these must see which society each is about."""

_GAP = re.compile(r"\{([^{}]*)\}")
_BARE = re.compile(r"\{([a-z]+)\}")
_BRACE = re.compile("[{}]")
# Keyboards leave them behind; each would cost a unit, and an English text half of its room. Not the joiners, which are spelling.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_UNSENDABLE = frozenset({"Cc", "Cs", "Co", "Cn"})


class Kind(StrEnum):
    """What is wrong with a text."""

    EMPTY = "empty"
    NO_NUMBER = "no_number"
    BRACES = "braces"
    UNKNOWN_GAP = "unknown_gap"
    CONTROL = "control"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a text cannot be used.

    Attributes:
        kind: what is wrong.
        gap: the name that is no gap's.
        excess: by how many characters it is too long in the longest case.
        most: how many there may be.
        letter: what makes an English text count as a Bangla one.
    """

    kind: Kind
    gap: str = ""
    excess: int = 0
    most: int = 0
    letter: str | None = None


def read(
    typed: str, names: Mapping[str, str], allowed: Collection[str], *, needs: str | None = NUMBER, lines: bool = False
) -> str | Flaw:
    """A text as it is stored, or what is wrong with it.

    Args:
        typed: as the officer wrote it.
        names: how gaps may be called (in the form of ``folded``) → their plain names.
        allowed: the plain names of those that this text has.
        needs: the one that must be there; None where none must.
        lines: keep its lines apart.
    """
    text = "\n".join(filter(None, map(tidy, typed.splitlines()))) if lines else tidy(typed)
    if any(unicodedata.category(char) in _UNSENDABLE for char in text if char != "\n"):
        return Flaw(Kind.CONTROL)
    rest = _GAP.sub("", text)
    if _BRACE.search(rest):
        return Flaw(Kind.BRACES)
    for typed_name in _GAP.findall(text):
        if names.get(folded(typed_name)) not in allowed:
            return Flaw(Kind.UNKNOWN_GAP, gap=typed_name.strip())
    if not any(char.isalpha() for char in rest):
        return Flaw(Kind.EMPTY)
    stored = _GAP.sub(lambda gap: f"{{{names[folded(gap[1])]}}}", text)
    return stored if needs is None or f"{{{needs}}}" in stored else Flaw(Kind.NO_NUMBER)


def is_sound(stored: str, allowed: Collection[str]) -> bool:
    """Whether a stored text can be filled in: every brace of it belongs to the bare name of a gap that is there."""
    return _BRACE.search(_BARE.sub("", stored)) is None and set(allowed).issuperset(_BARE.findall(stored))


def shown(stored: str, names: Mapping[str, str]) -> str:
    """A stored text with its gaps as a reader writes them.

    Args:
        stored: with plain names.
        names: plain name → the reader's.
    """
    return _BARE.sub(lambda gap: f"{{{names.get(gap[1], gap[1])}}}", stored)


def tidy(typed: str) -> str:
    """A text in one line, composed as it is sent, without what nobody sees."""
    return precomposed(" ".join(_INVISIBLE.sub("", typed).split()))


def folded(name: str) -> str:
    """A gap's name as it is compared."""
    return precomposed(" ".join(name.split())).casefold()
