"""The words of registry files, in ``words.toml``: headers, levels, categories and roles in Bangla and English."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

Table = Literal["societies", "officers"]
Subject = Literal["level", "basis", "language", "role", "category"]
HeaderLanguage = Literal["bn", "en"]

_AROUND = " -–—.()[]"
_IGNORED = re.compile(r"[\s._:()\[\]'\"-]+")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The form in which headers and words are compared: no case, spaces, dots, dashes, underscores, brackets or colons."""
    return _IGNORED.sub("", normalise(text).casefold())


@lru_cache(maxsize=4096)
def fold_header(text: str) -> str:
    """The form in which headers are compared: as ``fold``, with words that mean the same as one, and without the genitive."""
    alike, endings = _alike()
    folded = []
    for word in _IGNORED.split(normalise(text).casefold()):
        bare = next(
            (word.removesuffix(ending) for ending in endings if word.endswith(ending) and len(word) > len(ending) + 1),
            word,
        )
        folded.append(alike.get(word) or alike.get(bare, bare))
    return "".join(word for word in folded if word not in endings)


@cache
def _alike() -> tuple[Mapping[str, str], tuple[str, ...]]:
    header = _words()["header"]
    same = {normalise(word): normalise(group[0]) for group in header["same"] for word in group}
    return same, tuple(normalise(ending) for ending in header["endings"])


@cache
def passed_over() -> frozenset[str]:
    """Folded headers of columns that hold nothing for the registry, such as a row number."""
    return frozenset(fold_header(header) for header in _words()["header"]["passed_over"])


@cache
def columns(table: Table) -> tuple[str, ...]:
    """The columns of a table in the order of the samples."""
    return tuple(_words()[table])


@cache
def headers(table: Table) -> Mapping[str, str]:
    """Folded header → column."""
    return {
        fold_header(header): column
        for column, written in _words()[table].items()
        for header in (column, *written["bn"], *written["en"])
    }


def header(table: Table, column: str, language: HeaderLanguage) -> str:
    """The header of a column as an export writes it."""
    return column if language == "en" else str(_words()[table][column]["bn"][0])


@cache
def meanings(subject: Subject) -> Mapping[str, str]:
    """Folded word → what it means."""
    return {fold(word): meaning for meaning, words in _words()["words"][subject].items() for word in (meaning, *words)}


@cache
def _vacant() -> frozenset[str]:
    return frozenset(["", *(normalise(word).casefold() for word in _words()["vacant"]["words"])])


def is_vacant(name: str) -> bool:
    """Whether a cell for a name says that there is nobody: a word such as শূন্য, or a dash."""
    return name.strip(_AROUND).casefold() in _vacant()


def in_bangla(subject: Subject, meaning: str) -> str:
    """The Bangla word for a meaning; the text itself when it is not one of the known meanings."""
    words = _words()["words"][subject].get(meaning)
    return str(words[0]) if words else meaning


@cache
def _words() -> Any:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
