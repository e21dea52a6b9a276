"""On which line of a TOML file something stands."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.form import OURS
from bot.toml_lines import NotToml, read

TANGLED = '''\
# [not] = "a table"
"quoted key" = 1
a.b."c.d" = [ # not ] yet
  1, [2,
  3],  # [[four]]
  { x = "}", y = [5,
6] },
]
text = """
[[no]]
key = 1 \\""" ""
"""""
literal = \'\'\'
[no] # "
\'\'\'
escaped = "\\" # [no]"
path = 'C:\\'
when = 1979-05-27 07:32:00.5
[table] # [other]
k = -1.5e3
[ table . "sub table" ]
k = true
[[many]]
[[many.more]]
k = 1
[[many.more]]
k = 2
[many.more.deep]
k = 3
[[many]]
[many.one]
k = {}
[[many.more]]
k = []
'''
WHERE = {
    ("quoted key",): 2,
    ("a", "b", "c.d"): 3,
    ("a", "b", "c.d", 0): 4,
    ("a", "b", "c.d", 1, 1): 5,
    ("a", "b", "c.d", 2, "x"): 6,
    ("a", "b", "c.d", 2, "y", 1): 7,
    ("text",): 9,
    ("literal",): 13,
    ("escaped",): 16,
    ("path",): 17,
    ("when",): 18,
    ("table",): 19,
    ("table", "k"): 20,
    ("table", "sub table"): 21,
    ("table", "sub table", "k"): 22,
    ("many",): 23,
    ("many", 0): 23,
    ("many", 0, "more", 0, "k"): 25,
    ("many", 0, "more", 1): 26,
    ("many", 0, "more", 1, "deep", "k"): 29,
    ("many", 1): 30,
    ("many", 1, "one", "k"): 32,
    ("many", 1, "more", 0, "k"): 34,
    ("many", 1, "more", 0, "no such key"): 33,
    ("nowhere",): 1,
}


@pytest.mark.parametrize("path", WHERE, ids=str)
def test_the_line_of_a_value(path: tuple[str | int, ...]) -> None:
    _, lines = read(TANGLED.encode())
    assert lines.of(path) == WHERE[path]


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every table, key and element that a reader of TOML finds."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path, *(found for key, each in inner for found in paths(each, (*path, key)))}


@pytest.mark.parametrize("text", [TANGLED, *(path.read_text(encoding="utf-8") for path in sorted(OURS.glob("*.toml")))])
def test_a_line_is_known_for_everything_that_a_file_says_and_nothing_else(text: str) -> None:
    content, lines = read(text.encode())
    assert set(lines._lines) | {()} == paths(content)


SIGNS = ['"', "'", '"""', "'''", "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "#", "\n", "a", "b", "\\", " ", "১"]
LINES = ["k = 1\n", "[t]\n", "[[u]]\n", 'k = """x"""\n', "m = [1, 2]\n", "n = {p = 1}\n"]


@given(st.lists(st.sampled_from([*SIGNS, *LINES]), max_size=25).map("".join))
def test_whatever_is_toml_has_its_lines(text: str) -> None:
    try:
        expected = paths(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        with pytest.raises(NotToml) as raised:
            read(text.encode())
        assert 1 <= raised.value.line <= text.count("\n") + 1
    else:
        _, lines = read(text.encode())
        assert set(lines._lines) | {()} == expected
        assert all(1 <= line <= text.count("\n") + 1 for line in lines._lines.values())
