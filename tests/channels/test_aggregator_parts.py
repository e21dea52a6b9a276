"""The parts of the aggregator by themselves: paths, gaps, proofs, what was submitted a moment ago."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.aggregator import recent as recently
from bot.channels.aggregator.incoming import Request
from bot.channels.aggregator.paths import Path, said
from bot.channels.aggregator.profile import BasicProof, SecretProof
from bot.channels.aggregator.proofs import guard
from bot.channels.aggregator.recent import Recent
from bot.channels.aggregator.sending import Writer
from bot.channels.aggregator.settings import AggregatorSettings
from bot.channels.aggregator.templates import Template, filled, merged, parsed
from tests.channels.aggregator import mt, table_of

DOCUMENT = {"a": [{"b": {"c-d": 7}}, "x"], "e": None, "f": False, "সংখ্যা": "৭"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a[0].b.c-d", 7),
        ("a[1]", "x"),
        ("a[2]", None),
        ("a[0][0]", None),
        ("a.b", None),
        ("e|f", False),
        ("e | a[1]", "x"),
        ("সংখ্যা", "৭"),
        ("?id", "17"),
        ("?none|?id", "17"),
        ("?a", None),
    ],
)
def test_paths(path: str, found: Any) -> None:
    assert Path.parse(path).of(DOCUMENT, {"id": "17"}) == found


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", "a[x]", "a[-1]", "a]", "a b", "a|", "?", "?a.b", "a[0"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        Path.parse(path)


@pytest.mark.parametrize("document", [None, [], "x", 7, {"a": "x"}])
def test_a_path_in_something_else(document: Any) -> None:
    assert Path.parse("a[0].b").of(document) is None
    assert Path.parse("?a").of(document) is None


@pytest.mark.parametrize(
    ("value", "text"), [("x", "x"), (7, "7"), (True, "true"), (1.5, "1.5"), (None, None), ([], None), ({}, None)]
)
def test_what_a_value_says(value: Any, text: str | None) -> None:
    assert said(value) == text


@given(st.text())
def test_any_text_can_be_written_as_a_template(text: str) -> None:
    template = Template.parse(text.replace("{", "{{").replace("}", "}}"))
    assert list(template.gaps) == []
    assert (template.fill({}) or "") == text


@given(st.text(), st.text())
def test_what_fills_a_gap_is_not_read_again(one: str, other: str) -> None:
    template = Template.parse("{one}-{other}")
    assert template.fill({"one": one, "other": other}) == f"{one}-{other}"


def test_gaps_in_tables() -> None:
    table = parsed(
        {"n": "{n}", "s": "{n}", "deep": [{"none": "{none}", "t": "<{text}>"}, "{none}"], "true": True, "one": 1}
    )
    found = filled(table, {"n": 2, "none": None, "text": "ক"})
    assert found == {"n": 2, "s": 2, "deep": [{"t": "<ক>"}], "true": True, "one": 1}


def test_tables_laid_over_others() -> None:
    below = {"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}], "g": [1]}
    above = {"a": {"c": 3}, "d": [{"f": 4, "h": 5}], "g": [1, 2], "i": 6}
    assert merged(below, above) == {"a": {"b": 1, "c": 3}, "d": [{"e": 1, "f": 4, "h": 5}], "g": [1, 2], "i": 6}


def request(address: dict[str, str] | None = None, **headers: str) -> Request:
    return Request(
        "GET", "/", {name.replace("_", "-"): value for name, value in headers.items()}, address or {}, b"", None
    )


def test_a_word_in_a_header() -> None:
    proof = SecretProof(kind="secret", header="X-Key", value=Template.parse("{key}"))
    known = guard(proof, {"key": "সঠিক"}, "https://sms.example.org")
    assert known.knows(request(X_Key="সঠিক"))
    assert not known.knows(request(X_Key="ভুল"))
    assert not known.knows(request())
    assert not known.knows(request({"X-Key": "সঠিক"}))


def test_an_empty_word_proves_nothing() -> None:
    proof = SecretProof(kind="secret", query="key", value=Template.parse("{key}"))
    assert not guard(proof, {"key": None}, "https://sms.example.org").knows(request({"key": ""}))


@pytest.mark.parametrize(
    ("shown", "known"),
    [
        ("Basic " + b64encode("কুপ:p:w".encode()).decode(), True),
        ("basic " + b64encode("কুপ:p:w".encode()).decode(), True),
        ("Basic " + b64encode(b"coop:pw").decode(), False),
        ("Bearer " + b64encode("কুপ:p:w".encode()).decode(), False),
        ("Basic ক", False),
        ("Basic %%%", False),
        ("Basic", False),
        ("", False),
    ],
)
def test_basic(shown: str, known: bool) -> None:
    proof = BasicProof(kind="basic", user=Template.parse("{user}"), password=Template.parse("{password}"))
    guarded = guard(proof, {"user": "কুপ", "password": "p:w"}, "https://sms.example.org")
    assert guarded.knows(request(Authorization=shown)) is known


def writer(profile: str, **more: Any) -> Writer:
    settings = AggregatorSettings.model_validate(table_of(profile, **more))
    return Writer(settings.loaded, settings.values, "https://sms.example.org/dlr", "16123")


@given(st.integers(1, 2**63 - 1))
def test_our_id_comes_back(number: int) -> None:
    made = writer("infobip", id_prefix="xB")
    assert made.ours(f"xB{number}") == number
    assert f'"callbackData":"xB{number}"'.encode() in (made.written(mt("x", number)).body or b"")


@pytest.mark.parametrize(
    "ref", [None, "", "b", "7", "b-7", "b7b", "b 7", "b\u09ed", "b7\n", "b0", f"b{2**63}", "b" + "9" * 400]
)
def test_what_is_not_our_id(ref: str | None) -> None:
    assert writer("infobip").ours(ref) is None


def test_only_the_newest_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recently, "MOST", 3)
    recent = Recent()
    for number in range(5):
        recent.learn(f"m{number}", number)
    recent.learn("m3", 33)
    assert [recent.of(f"m{number}") for number in range(5)] == [None, None, 2, 33, 4]


async def test_nobody_waits_where_nothing_is_under_way() -> None:
    assert await Recent().settled(60) is False


async def test_patience_ends() -> None:
    recent = Recent()
    with recent.submitting():
        assert await recent.settled(0.01) is True


async def test_what_begins_later_is_not_waited_for() -> None:
    recent = Recent()
    with recent.submitting():
        waiting = asyncio.create_task(recent.settled(60))
        await asyncio.sleep(0)
    with recent.submitting():
        assert await waiting is True
