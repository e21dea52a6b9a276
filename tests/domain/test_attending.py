"""Whether somebody comes to a meeting, by the words of the catalogues."""

from __future__ import annotations

import pytest

from bot.domain.attending import COMING, NOT_COMING, AnswerWords
from bot.domain.messages import Language
from bot.i18n import read_catalogue

WORDS = AnswerWords.of(read_catalogue(language, "words") for language in Language)


@pytest.mark.parametrize(
    "text",
    [
        *("1", "১", "1.", "(১)", "১ জি", "1 sir", "জি ১"),
        *("আসব", "আসবো", "জি আসব স্যার", "উপস্থিত থাকব", "উপস্থিত থাকবো ইনশাআল্লাহ", "আমি যাচ্ছি", "যোগদান করব"),
        *("ashbo", "jabo sir", "uposthit thakbo", "parbo", "১ জন আসব", "আসব, তবে ১০ মিনিট পরে"),
        *("coming", "I will come", "Yes, attending", "shall be present", "I'll be there"),
    ],
)
def test_coming(text: str) -> None:
    assert WORDS.read(text) == COMING


@pytest.mark.parametrize(
    "text",
    [
        *("2", "২", "২.", "2 sir"),
        *("আসব না", "আসতে পারব না", "আসতে পারছি না", "আমার পক্ষে আসা সম্ভব নয়", "উপস্থিত থাকতে পারব না", "অপারগ"),
        *("আমি আসতে পারব না, জেলায় সভা আছে", "অসুস্থ, তাই আসতে পারব না"),
        *("asbo na", "ami parbo na sir", "jete parbo na", "parbona"),
        *("not coming", "I can't come", "unable to attend", "Sorry, will not be able to attend", "absent"),
    ],
)
def test_not_coming(text: str) -> None:
    assert WORDS.read(text) == NOT_COMING


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "3", "12", "ধন্যবাদ", "ok", "ঠিক আছে স্যার", "দেখি"),
        *("আসব কি না জানি না", "who is coming?", "কখন আসব?", "সভা কখন", "আসব নাকি পরে"),
        "কাল সকালে জেলায় যাব এবং সেখান থেকে ফিরে এসে হিসাবপত্র দেখে তারপর বিকালের দিকে আপনাকে জানাব বলে আশা করি",
    ],
)
def test_neither(text: str) -> None:
    assert WORDS.read(text) is None
