"""Normal forms: what looks the same is the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import (
    bangla_digits,
    has_bangla,
    latin_digits,
    normalise,
    precomposed,
    rest_as_typed,
    spelt_as,
)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  STATUS\t123/2019\r\n", "STATUS 123/2019"),
        ("অবস্থা ১২৩/২০১৯", "অবস্থা 123/2019"),
        ("1২3/20১৯", "123/2019"),
        ("١٢٣/२०१९", "123/2019"),
        ("１２３／２０１９", "123/2019"),  # fullwidth
        ("𝟏𝟐𝟑", "123"),  # styled digits
        ("123\u00a0/\u00a02019", "123 / 2019"),  # no-break spaces
        ("১২৩।২০১৯", "123.2019"),
        ("শেষ॥", "শেষ."),
        ("রেজিঃ নং-১২৩", "রেজি: নং-123"),
        ("দুঃখিত", "দুঃখিত"),  # the visarga is a letter here
        ("সাহায্\u200dয", "সাহায্য"),
        ("হাঁ\u200c ১", "হাঁ 1"),
        ("\ufeff\u200fSTOP\u200e", "STOP"),
        ("২০১৯–২০২০", "2019-2020"),
        ("Cox’s Bazar", "Cox's Bazar"),
        ("মে\u09dfাদ", "মে\u09af\u09bcাদ"),
        ("কে\u09be", "কো"),  # the vowel sign typed as its two halves
        ("অাপনি", "আপনি"),
        ("", ""),
    ],
)
def test_one_form_for_what_looks_the_same(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(alphabet="কঅয়়ািঃ্ঁ\u200c\u200d০৯ ।:ে\u09d7\u09be"))
def test_normalising_bangla_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text())
def test_every_form_of_a_text_has_one_normal_form(text: str) -> None:
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))
    assert normalise(precomposed(text)) == normalise(unicodedata.normalize("NFC", text))


def test_the_form_to_send_has_one_character_for_each_letter() -> None:
    apart = unicodedata.normalize("NFD", "মেয়াদ আষাঢ় পাড়া")
    assert precomposed(apart) == "মে\u09dfাদ আষা\u09dd পা\u09dcা"
    assert precomposed(precomposed(apart)) == precomposed(apart)


@given(st.text())
def test_the_form_to_send_is_the_same_text(text: str) -> None:
    assert unicodedata.normalize("NFC", precomposed(text)) == unicodedata.normalize("NFC", text)


@given(st.integers(min_value=0).map(str))
def test_digits_go_there_and_back(digits: str) -> None:
    assert latin_digits(bangla_digits(digits)) == digits


def test_digits_alone_are_rewritten() -> None:
    assert bangla_digits("R4821 নতুন 6") == "R৪৮২১ নতুন ৬"
    assert latin_digits("১২৩/২০১৯ মেয়াদ") == "123/2019 মেয়াদ"


def test_bangla_is_seen() -> None:
    assert has_bangla("abc ১")
    assert not has_bangla("abc ।")


@pytest.mark.parametrize(
    ("typed", "piece", "spelt"),
    [
        ("COOP find আ\u09dfশা লিঃ", "আ\u09af\u09bcশা লি", "আ\u09dfশা লিঃ"),
        ("find মোঃ  করিম,", "মো: করিম", "মোঃ করিম"),
        ("find (আ\u09dfশা)", "আ\u09af\u09bcশা", "আ\u09dfশা"),
        ("find ৫ নং", "5 নং", "৫ নং"),
        ("find:Dimla", "Dimla", "Dimla"),
        ("find র\u200d্যাব", "র্যাব", "র\u200d্যাব"),
    ],
)
def test_a_piece_in_its_own_spelling(typed: str, piece: str, spelt: str) -> None:
    plain = normalise(typed)
    start = plain.index(piece)
    assert spelt_as(typed, plain, start, start + len(piece)) == spelt
    assert spelt_as("", plain, start, start + len(piece)) == precomposed(piece)


@given(st.text(), st.data())
def test_every_piece_has_a_spelling_that_means_the_same(typed: str, data: st.DataObject) -> None:
    plain = normalise(typed)
    words = plain.split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    start = sum(len(word) + 1 for word in words[:first])
    spelt = spelt_as(typed, plain, start, start + len(words[first]))
    assert normalise(spelt) == normalise(words[first])


@pytest.mark.parametrize(
    ("typed", "begins", "rest"),
    [
        ("ক: এক\n\n দুই ", "এক", "এক\n\n দুই"),
        ("uco:come\tnow", "come", "come\tnow"),
        ("\u200cক\u200c: \u200b ❤️ ১২", "❤", "❤️ ১২"),
        ("a b c", "a", "a b c"),
        ("ক:আ\u09dfশা", "আ", "আ\u09dfশা"),
    ],
)
def test_the_end_of_a_text_keeps_its_breaks(typed: str, begins: str, rest: str) -> None:
    plain = normalise(typed)
    assert rest_as_typed(typed, plain[plain.index(begins) :]) == rest


@given(st.text(), st.integers(0, 20))
def test_the_end_of_a_text_is_the_end_that_was_asked_for(typed: str, start: int) -> None:
    rest = normalise(typed)[start:].strip()
    found = rest_as_typed(typed, rest)
    assert found is None or (normalise(found) == rest and found in typed)
