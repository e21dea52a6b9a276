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

_IGNORED = re.compile(r"[\s._:()\[\]'\"-]+")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The form in which headers and words are compared: no case, spaces, dots, dashes, underscores, brackets or colons."""
    return _IGNORED.sub("", normalise(text).casefold())


@cache
def columns(table: Table) -> tuple[str, ...]:
    """The columns of a table in the order of the samples."""
    return tuple(_words()[table])


@cache
def headers(table: Table) -> Mapping[str, str]:
    """Folded header → column."""
    return {
        fold(header): column
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


def in_bangla(subject: Subject, meaning: str) -> str:
    """The Bangla word for a meaning; the text itself when it is not one of the known meanings."""
    words = _words()["words"][subject].get(meaning)
    return str(words[0]) if words else meaning


@cache
def _words() -> Any:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
