"""What is said back to an unclear text."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.grammar import Ask
from bot.domain.messages import Language
from bot.domain.wording import LINE_WIDTH
from bot.handlers.fallback import TEXTS, asked_back
from bot.i18n import Renderer


def _key(command: str, reason: str, *suggestions: str) -> str:
    return asked_back(Ask(command, reason, Language.EN, suggestions)).key


def test_the_line_is_shown_as_it_should_be_sent() -> None:
    assert asked_back(Ask("calendar", "bad_days", Language.EN, ("CALENDAR 90",))).params == {"line": "CALENDAR 90"}
    assert _key("contact", "missing_seat", "CONTACT a", "CONTACT b") == "ask.either"


def test_a_line_that_would_be_cut_gives_way_to_an_example() -> None:
    long = "OFFICER new dimla 01700099911 Karim Uddin"
    assert len(long) > LINE_WIDTH
    assert _key("officer", "unclear_command", long) == "ask.example.officer"
    assert _key("officer", "two_phones", long, long) == "ask.two_phones"
    assert _key("status", "unclear_words", "STATUS 123/2019 " + "x" * LINE_WIDTH) == "ask.unclear"


def test_a_reason_has_its_own_text_where_there_is_one() -> None:
    own = {text.key for text in TEXTS}
    assert _key("find", "missing_query") == "ask.missing_query"
    assert _key("find", "something") == "ask.example.find"
    assert _key("stop", "something") == "ask.unclear"
    assert {_key("officer", reason) for reason in ("missing_phone", "missing_office", "missing_name")} <= own


def test_a_day_that_is_missing_is_asked_for_with_the_sender_s_own_line() -> None:
    line = "AGM 12/2023 25/10/2025"
    for reason in ("missing_date", "impossible_date", "future_date"):
        assert _key("agm", reason, line) == f"ask.{reason}.line"
        assert _key("agm", reason) == f"ask.{reason}"
        assert asked_back(Ask("election", reason, Language.EN)).params == {"example": "election"}
    assert _key("agm", "missing_year", line) == "ask.missing_year.line"
    assert _key("agm", "two_dates", line, line) == "ask.either"
    assert _key("agm", "unclear_words", line) == "ask.line"
    for command in ("election", "interim", "agm", "audit", "dividend", "remind", "undo", "approve", "reject"):
        assert _key(command, "negated") == f"ask.example.{command}"


@pytest.mark.parametrize("command", ["election", "interim", "agm", "audit", "dividend", "undo", "approve", "reject"])
@pytest.mark.parametrize("language", list(Language))
def test_the_example_is_one_of_the_command_that_was_asked(command: str, language: Language) -> None:
    reason = "bad_ref" if command in {"undo", "approve", "reject"} else "future_date"
    renderer = Renderer(TEXTS)
    said = renderer.render(asked_back(Ask(command, reason, language)), language, date(2026, 11, 21))
    assert renderer.text(language, f"example.{command}") in said
