"""On which line of a TOML file a value stands: what the standard library's reader does not tell.

``read`` gives what a file says and where it says it. The reader of the standard library decides what is TOML; the scanner here walks
through what it accepted once more and notes the line of every table, key and element of an array. It looks at the text as tokens, so
that a ``#``, a bracket or what looks like a table inside a string is not taken for one.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the top of a file: ``("indicators", 2, "kind")``."""

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*|\n|[ \t]+|[\[\]{}=,.]"
    r"|[^\s\[\]{}=,.\"'\#]+",
    re.DOTALL,
)
_WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_END: Final = ""


class NotToml(ValueError):  # noqa: N818 - named for what the file is
    """A file is not TOML.

    Attributes:
        line: where, from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def read(content: bytes) -> tuple[dict[str, Any], Lines]:
    """What a file says, numbers with a decimal point exactly, and where.

    Raises:
        NotToml: it cannot be read; says on which line.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotToml("is not a text in UTF-8: save it as UTF-8", line) from error
    try:
        return tomllib.loads(text, parse_float=Decimal), Lines(_Scanner(text).lines)
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.search(str(error))
        line = int(where[1]) if where and where[1] else text.rstrip("\n").count("\n") + 1
        raise NotToml(f"is not TOML: {_WHERE.sub('', str(error))}", line) from error
    except RecursionError as error:
        raise NotToml("is not TOML that can be read: brackets within brackets too many times", 1) from error


class Lines:
    """The lines of a file's values.

    Args:
        lines: by path.
    """

    def __init__(self, lines: Mapping[Path, int]) -> None:
        self._lines = lines

    def of(self, path: Path) -> int:
        """The line of a value, or, where the file does not have it, of the table in which it would stand."""
        while path:
            if (found := self._lines.get(path)) is not None:
                return found
            path = path[:-1]
        return 1


class _Scanner:
    """One walk through a text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tokens: list[tuple[str, int]] = []
        line = 1
        for found in _TOKEN.finditer(text):
            sign = found[0]
            if sign == "\n" or not (sign.startswith("#") or sign.isspace()):
                self._tokens.append((sign, line))
            line += sign.count("\n")
        self._tokens.append((_END, line))
        self._at = 0
        self._arrays: dict[Path, int] = {}
        self._document()

    @property
    def _sign(self) -> str:
        return self._tokens[self._at][0]

    def _note(self, path: Path, first: int) -> None:
        """Note the line of a path and of the tables it implies, each where it is named first."""
        line = self._tokens[self._at][1]
        for length in range(first + 1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _document(self) -> None:
        table: Path = ()
        while self._sign is not _END:
            if self._sign == "\n":
                self._at += 1
            elif self._sign == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        """``[a.b]`` or ``[[a.b]]``: the path of the table that begins here."""
        self._at += 1
        many = self._sign == "["
        self._at += many
        path: Path = ()
        keys = self._keys()
        for key in keys[:-1]:
            path = self._latest((*path, key))
        path = (*path, keys[-1])
        self._note(path, 0)
        if many:
            self._arrays[path] = self._arrays.get(path, -1) + 1
            path = self._latest(path)
            self._note(path, 0)
        self._at += 1 + many
        return path

    def _latest(self, path: Path) -> Path:
        """Where a path is an array of tables: its latest one."""
        return (*path, self._arrays[path]) if path in self._arrays else path

    def _keys(self) -> list[str]:
        """``a."b c".d``; stops at what follows."""
        keys = [self._key()]
        while self._sign == ".":
            self._at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        sign = self._sign
        self._at += 1
        return str(tomllib.loads(f"key = {sign}")["key"]) if sign[0] in "\"'" else sign

    def _pair(self, table: Path) -> None:
        start = self._at
        path = (*table, *self._keys())
        after, self._at = self._at, start
        self._note(path, len(table))
        self._at = after + 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._sign == "[":
            self._array(path)
        elif self._sign == "{":
            self._inline(path)
        else:
            while self._sign not in {",", "]", "}", "\n", _END}:
                self._at += 1

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._sign != "]":
            if self._sign in {",", "\n"}:
                self._at += 1
                continue
            self._note((*path, index), len(path))
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while self._sign != "}":
            if self._sign in {",", "\n"}:
                self._at += 1
            else:
                self._pair(path)
        self._at += 1
