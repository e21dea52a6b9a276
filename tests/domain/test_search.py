"""Names as words to search by: one key however a word is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ranking import Match, clear, in_order
from bot.domain.search import asked, beginnings, bones, key, keys, near, spellings, words

WRITTEN = st.text(st.one_of(st.characters(min_codepoint=0x0980, max_codepoint=0x09FF), st.characters()), max_size=60)
BANGLA = st.text(st.sampled_from("অআইউএওকখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহৎংািীুূেোৌ্"), min_size=3, max_size=14)
ONSETS = "b bh c ch chh d dh f g gh h j jh k kh ksh l m n ng nj p ph pr r s sh sw t th v y ky z".split()  # noqa: SIM905 - shorter
LATIN = st.lists(
    st.tuples(st.sampled_from(ONSETS), st.sampled_from(("a", "o", "i", "e", "u", "oo", "ow"))), min_size=2, max_size=5
).map(lambda syllables: "".join(onset + vowel for onset, vowel in syllables))


@pytest.mark.parametrize(
    "alike",
    [
        "মৎস্যজীবী মৎসজীবি matsyajibi motshojibi motsojibi",
        "নবজাগরণ নবজাগরন Nabajagaran nobojagoron",
        "সূর্যমুখী সুর্যমুখি Surjomukhi surjomukhee",
        "লক্ষ্মীপুর Lakshmipur Laxmipur",
        "রাঙ্গামাটি রাংগামাটি Rangamati",
        "চৌধুরী chowdhury choudhuri",
        "স্বনির্ভর সনির্ভর Swanirvar shonirbhor",
        "উদয়ন udayan udoyon",
        "কুষ্টিয়া কুস্টিয়া Kushtia kustiya",
        "কল্যাণ কল্যান কল্লান Kalyan",
        "মহিলা mohila mahila",
    ],
)
def test_what_sounds_alike_has_one_key(alike: str) -> None:
    assert len({key(spelling) for spelling in spellings(alike)}) == 1


def test_what_every_name_has_is_no_word_of_it() -> None:
    assert [word.spelling for word in words("ডিমলা মৎস্যজীবী সমবায় সমিতি লিঃ")] == ["ডিমলা", "মৎস্যজীবী"]
    assert [word.spelling for word in words("Dimla Fishermen's Co-operative Society Ltd.")] == ["dimla", "fishermen"]
    assert words("সমবায় সমিতি লিমিটেড") == ()


def test_each_word_is_asked_once_and_no_kind_of_area() -> None:
    assert [word.spelling for word in asked("ডিমলা উপজেলার যুব ডিমলা")] == ["ডিমলা", "যুব"]
    assert [word.spelling for word in asked("জেলা")] == ["জেলা"]
    assert len(asked(" ".join(f"a{number}" for number in range(1000)))) <= 8


@given(WRITTEN)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = list(spellings(text))
    assert list(spellings(" ".join(once))) == once


@given(WRITTEN)
def test_any_text_has_short_keys(text: str) -> None:
    for made in keys([text, None]):
        assert made.isascii()
        assert made
        assert (0, bones(made)) in near(bones(made))


@given(WRITTEN)
def test_composed_and_decomposed_letters_and_joiners_are_the_same(text: str) -> None:
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}
    forms.add("\u200d".join(text))
    forms.add("\u200c".join(text))
    assert len({keys([form]) for form in forms if not unicodedata.normalize("NFC", text)[:1].isspace()}) <= 1


@given(st.one_of(BANGLA, LATIN), st.data())
def test_a_beginning_has_the_beginning_of_the_key(word: str, data: st.DataObject) -> None:
    """Cut between letters, not inside a cluster, of which half may be another sound."""
    for spelling in list(spellings(word))[:1]:
        at = data.draw(st.integers(1, len(spelling)))
        if spelling[at - 1 : at] == "্" or spelling[at : at + 1] == "্":
            continue
        assert any(key(spelling).startswith(begin) for begin in beginnings(spelling[:at])), (spelling, spelling[:at])


def test_the_nearest_comes_first_of_likes_but_not_before_what_is_written_as_asked() -> None:
    far, close, vague = Match(1, 0.95, 0), Match(2, 0.95, 3), Match(3, 0.7, 3)
    assert in_order([vague, far, close]) == [close, far, vague]


def test_a_text_names_a_society_when_no_other_comes_near() -> None:
    assert clear([Match(1, 0.95), Match(2, 0.7)]) == 1
    assert clear([Match(1, 0.95), Match(2, 0.93)]) is None
    assert clear([Match(1, 0.95, written=0.97), Match(2, 0.93, written=0.6)]) == 1
    assert clear([Match(1, 0.95, 0), Match(2, 0.95, 2), Match(3, 0.94, 0)]) == 2
    assert clear([Match(1, 0.95, 0, written=1.0), Match(2, 0.93, 3, written=0.6)]) is None
    assert clear([Match(1, 0.7)]) is None
    assert clear([]) is None
