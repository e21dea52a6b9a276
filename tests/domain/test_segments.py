"""What goes on the wire: encoding, counting and cutting, at every boundary and against an independent calculator."""

from __future__ import annotations

import json
import random
import subprocess
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
import regex  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import segments
from bot.domain.segments import Encoding, Measure, clusters, count, encoding_of, measure, split, units

REPOSITORY = Path(__file__).parents[2]

EMOJI = "😀"
FAMILY = "👨‍👩‍👧‍👦"
CONJUNCTS = ["ক্ষ", "স্ত্র্য", "ক্ষ্ম", "ক্ষা", "র‍্যা", "অ্যা", "ন্ত্রী", "র্ধ্ব", "ড়্যা", "ড\u09bc্যা", "ক্‍ষ"]

BANGLA = "সমবায় সমিতির ব্যবস্থাপনা কমিটির মেয়াদ শেষ ৩০/০৬/২৬ (৯০ দিন)। উদ্‌যাপন র‍্যাব স্ত্র্য ক্ষ্ম "
MARKS = "কষয়ড\u09bc্্্\u200c\u200dািুঁংঃ\u09df \n\r।a"
SNIPPETS = st.one_of(
    st.text(max_size=400),
    st.text(BANGLA, max_size=400),
    st.text(MARKS, max_size=300),
    st.text(segments._GSM7_BASIC + segments._GSM7_EXTENSION, max_size=700),
    st.text("ab€\r\n[", max_size=700),
    st.text(f"কa{EMOJI}\u200d\u0301🇧🇩\ud800", max_size=300),
    st.lists(st.sampled_from([*CONJUNCTS, FAMILY, EMOJI, "a", "\r\n", " ", "ক" + "\u09bc" * 80]), max_size=80).map(
        "".join
    ),
)
# Generated texts are mostly short; what comes before them brings them to the boundaries.
TEXTS = st.builds(
    lambda before, times, text: before * times + text, st.sampled_from("aম"), st.integers(0, 320), SNIPPETS
)


def code_units(text: str) -> int:
    return sum(2 if ord(char) > 0xFFFF else 1 for char in text)


def septets(text: str) -> int:
    return sum(2 if char in segments._GSM7_EXTENSION else 1 for char in text)


def boundaries(text: str) -> set[int]:
    """Where grapheme clusters begin, and where the text ends."""
    return {found.start() for found in regex.finditer(r"\X", text)} | {len(text)}


def cuts(parts: list[str]) -> list[int]:
    at, places = 0, []
    for part in parts[:-1]:
        at += len(part)
        places.append(at)
    return places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (Encoding.GSM7, 0, 1)),
        ("a" * 160, (Encoding.GSM7, 160, 1)),
        ("a" * 161, (Encoding.GSM7, 161, 2)),
        ("a" * 306, (Encoding.GSM7, 306, 2)),
        ("a" * 307, (Encoding.GSM7, 307, 3)),
        ("a" * 158 + "€", (Encoding.GSM7, 160, 1)),
        ("a" * 159 + "€", (Encoding.GSM7, 161, 2)),
        ("€" * 80, (Encoding.GSM7, 160, 1)),
        ("€" * 81, (Encoding.GSM7, 162, 2)),
        ("ক" * 69, (Encoding.UCS2, 69, 1)),
        ("ক" * 70, (Encoding.UCS2, 70, 1)),
        ("ক" * 71, (Encoding.UCS2, 71, 2)),
        ("ক" * 134, (Encoding.UCS2, 134, 2)),
        ("ক" * 135, (Encoding.UCS2, 135, 3)),
        ("ক" * 201, (Encoding.UCS2, 201, 3)),
        ("ক" * 202, (Encoding.UCS2, 202, 4)),
        (EMOJI * 35, (Encoding.UCS2, 70, 1)),
        (EMOJI * 36, (Encoding.UCS2, 72, 2)),
        ("a" * 70 + "ক", (Encoding.UCS2, 71, 2)),
        ("{" * 69 + "ক", (Encoding.UCS2, 70, 1)),
    ],
)
def test_boundaries(text: str, expected: tuple[Encoding, int, int]) -> None:
    assert measure(text) == Measure(*expected)
    assert (encoding_of(text), units(text), count(text)) == expected
    assert len(split(text)) == expected[2]


def test_an_extension_character_is_not_split() -> None:
    parts = split("a" * 152 + "€" + "b" * 20)
    assert parts == ["a" * 152, "€" + "b" * 20]


def test_the_part_after_an_extension_character_counts_both_its_septets() -> None:
    assert split("a" * 152 + "€" + "b" * 152) == ["a" * 152, "€" + "b" * 151, "b"]


def test_153_units_with_an_extension_character_fill_a_part() -> None:
    assert split("a" * 151 + "€" + "b" * 20) == ["a" * 151 + "€", "b" * 20]


@pytest.mark.parametrize("char", segments._GSM7_EXTENSION)
def test_extension_characters_take_two_septets(char: str) -> None:
    assert measure(char) == (Encoding.GSM7, 2, 1)


def test_the_alphabet_is_the_one_of_ts_23_038() -> None:
    assert len(segments._GSM7_BASIC) == len(set(segments._GSM7_BASIC)) == 127  # 128 places, less the escape
    assert len(segments._GSM7_EXTENSION) == 10
    for code in range(ord(" "), ord("~") + 1):
        # The printable ASCII that has its own place in the table has its own code; the rest is elsewhere, or absent.
        if chr(code) not in "$@_`" + segments._GSM7_EXTENSION:
            place = segments._GSM7_BASIC.index(chr(code))
            assert place + (place > 0x1A) == code


@pytest.mark.parametrize(
    "char", ["`", "ç", "\t", "\x1b", "\x00", "’", "—", "…", "₹", "৳", "।", "á", "\u00a0", "\u200b"]
)
def test_characters_that_turn_a_text_into_ucs2(char: str) -> None:
    assert encoding_of(f"abc{char}") is Encoding.UCS2


def test_a_surrogate_pair_is_not_split() -> None:
    assert split("ক" * 66 + EMOJI + "ক" * 10) == ["ক" * 66, EMOJI + "ক" * 10]


def test_an_emoji_of_many_parts_is_not_split() -> None:
    assert split("ক" * 60 + FAMILY + "ক" * 10) == ["ক" * 60, FAMILY + "ক" * 10]


@pytest.mark.parametrize("conjunct", CONJUNCTS)
@pytest.mark.parametrize("over", range(1, 4))
def test_a_conjunct_is_not_split(conjunct: str, over: int) -> None:
    before, after = "ম" * (67 - len(conjunct) + min(over, len(conjunct) - 1)), "ম" * 20
    assert split(before + conjunct + after) == [before, conjunct + after]


@pytest.mark.parametrize("conjunct", CONJUNCTS)
def test_conjuncts_are_one_cluster_for_the_library_too(conjunct: str) -> None:
    assert clusters(f"ম{conjunct}ম") == ["ম", conjunct, "ম"]


def test_a_vowel_sign_stays_with_its_letter() -> None:
    assert split("ম" * 66 + "কি" + "ম" * 20) == ["ম" * 66, "কি" + "ম" * 20]


def test_a_visible_virama_ends_a_cluster() -> None:
    assert split("ম" * 64 + "দ্\u200cয" + "ম" * 20) == ["ম" * 64 + "দ্\u200c", "য" + "ম" * 20]


def test_a_cluster_longer_than_a_part_loses_nothing() -> None:
    text = "abc" + "ক" + "\u09bc" * 200 + "ম"
    assert [len(part) for part in split(text)] == [67, 67, 67, 4]
    assert "".join(split(text)) == text


def test_a_carriage_return_stays_with_its_line_feed() -> None:
    assert split("a" * 152 + "\r\n" + "b" * 10) == ["a" * 152, "\r\n" + "b" * 10]


def test_a_text_that_ends_in_a_virama_loses_nothing() -> None:
    text = "ম" * 70 + "সন্"
    assert "".join(split(text)) == text


@given(TEXTS)
def test_parts_join_to_the_text(text: str) -> None:
    assert "".join(split(text)) == text


@given(TEXTS)
def test_count_and_measure_agree_with_split(text: str) -> None:
    encoding, length, parts = measure(text)
    assert (encoding, length) == (encoding_of(text), units(text))
    assert length == (septets(text) if encoding is Encoding.GSM7 else code_units(text))
    assert parts == count(text) == len(split(text))


@given(TEXTS)
def test_every_part_fits_and_none_is_empty(text: str) -> None:
    parts = split(text)
    width, alone, part = (septets, 160, 153) if encoding_of(text) is Encoding.GSM7 else (code_units, 70, 67)
    assert all(parts) or parts == [""]
    assert max(map(width, parts)) <= (alone if len(parts) == 1 else part)
    assert (len(parts) == 1) == (width(text) <= alone)


@given(TEXTS)
def test_cuts_fall_between_clusters(text: str) -> None:
    starts = boundaries(text)
    for cut in cuts(split(text)):
        if cut not in starts:
            begin, end = max(s for s in starts if s < cut), min(s for s in starts if s > cut)
            assert code_units(text[begin:end]) > 67  # only what does not fit a part is cut inside


@given(TEXTS)
def test_no_two_neighbouring_parts_would_fit_one(text: str) -> None:
    parts = split(text)
    width, limit = (septets, 153) if encoding_of(text) is Encoding.GSM7 else (code_units, 67)
    assert all(width(one + other) > limit for one, other in pairwise(parts))


def test_no_order_of_marks_and_joiners_at_the_boundary_misleads_the_quick_way() -> None:
    for letters in product("ক্\u200d\u200cা\u09bca", repeat=4):
        middle = "".join(letters)
        for before in (64, 65, 66):
            text = "ম" * before + middle + "ম" * 10
            assert set(cuts(split(text))) <= boundaries(text), ascii(text)


def oracle(texts: list[str]) -> list[dict[str, Any]]:
    """What ``sms-segments-calculator`` says about each text."""
    done = subprocess.run(
        ["node", "tests/peers/smsc/segments.js"],
        cwd=REPOSITORY,
        input="".join(f"{json.dumps(text)}\n" for text in texts),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(texts)
    return answers


def sample(pieces: list[str], *, longest: int, seed: int, texts: int = 300) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(pieces, k=chance.randint(0, longest))) for _ in range(texts)]


@pytest.mark.peer
@pytest.mark.parametrize(
    ("pieces", "longest"),
    [
        (list(segments._GSM7_BASIC.replace("\r", "")), 500),
        (list("abc" + segments._GSM7_EXTENSION), 320),
        (list("abcdefgh`ç।"), 320),
        (["ক", "মি", "তো", "য\u09bc", "ৎ", "চাঁ", "দুঃ", " ", "।", "৯", "a"], 160),
        (["ক", "মি", EMOJI, "🇧🇩", "a", "é", "e\u0301", "{"], 120),
        (list("`~€\u2019\u2014\u2026\u09f3 abc"), 220),
    ],
)
def test_the_oracle_agrees_where_no_conjunct_is_involved(pieces: list[str], longest: int) -> None:
    texts = sample(pieces, longest=longest, seed=longest)
    ours = [{"encoding": encoding_of(text).value, "segments": count(text)} for text in texts]
    theirs = [{key: answer[key] for key in ("encoding", "segments")} for answer in oracle(texts)]
    differing = [(text, *both) for text, *both in zip(texts, ours, theirs, strict=True) if both[0] != both[1]]
    assert differing == []


@pytest.mark.peer
def test_the_oracle_cuts_conjuncts_and_so_never_counts_more() -> None:
    # It knows the clusters of Unicode 10, which had no rule for conjuncts, and it takes \r\n apart.
    texts = sample([*CONJUNCTS, "ক", "মি", " ", "\r\n"], longest=60, seed=1)
    texts.append("ম" * 65 + "ক্ষ" + "ম" * 66)  # 134 units: two parts by units, three when the conjunct stays whole
    theirs = oracle(texts)
    assert [answer["encoding"] for answer in theirs] == [encoding_of(text).value for text in texts]
    more = [count(text) - answer["segments"] for text, answer in zip(texts, theirs, strict=True)]
    assert min(more) == 0
    assert max(more) == more[-1] == 1
