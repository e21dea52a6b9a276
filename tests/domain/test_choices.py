"""Picking from a list by its number, by a name or by a registration number."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.choices import numbered, pick

_OPTIONS: list[dict[str, Any]] = [
    {"words": ["12/2019", "ডিমলা মৎস্যজীবী সমবায় সমিতি লিঃ", "Dimla Fishermen"]},
    {"words": ["123/2020", "আদর্শ কৃষক সমবায় সমিতি লিঃ", "Adarsha Krishak"]},
    {"words": ["1/2023", "নীলফামারী", None]},
]


@pytest.mark.parametrize(
    ("choice", "text", "position"),
    [
        (2, "2", 1),
        (1, "1", 0),
        (12, "12", 0),
        (123, "123", 1),
        (4, "4", None),
        (None, "12/2019", 0),
        (None, "12-19", 0),
        (None, " 123/2020.", 1),
        (None, "12/2020", None),
        (None, "fishermen", 0),
        (None, "Krishak", 1),
        (None, "কৃষক", 1),
        (None, "dim", 0),
        (None, "সমবায়", None),
        (None, "সমিতি", None),
        (None, "a", None),
        (None, "নীলফামারী", 2),
    ],
)
def test_what_picks_exactly_one_is_taken(choice: int | None, text: str, position: int | None) -> None:
    assert pick(_OPTIONS, choice, text) == position


def test_only_a_bare_number_is_a_registration_number_on_the_list() -> None:
    assert numbered(_OPTIONS, "12/2019") == 0
    assert numbered(_OPTIONS, "status 12/2019") is None
    assert numbered([*_OPTIONS, {"words": ["12/2019", "রংপুর"]}], "12/2019") is None
