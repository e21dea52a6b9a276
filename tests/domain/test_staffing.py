"""Offices and people as they are typed."""

from __future__ import annotations

import pytest

from bot.domain.access import LEVELS, SEVERAL, Role, head_of
from bot.domain.bearers import Kind, Lack, Seat, changed
from bot.domain.offices import Level, Office
from bot.domain.staffing import Area, like_name, person_name, same_name

RANGPUR = Office(1, "55", Level.DIVISION, "BD/55/", "রংপুর", "Rangpur")
NILPHAMARI = Office(2, "5573", Level.DISTRICT, "BD/55/5573/", "নীলফামারী", "Nilphamari")
LALMONIRHAT = Office(3, "5552", Level.DISTRICT, "BD/55/5552/", "লালমনিরহাট", "Lalmonirhat")
DIMLA = Office(4, "55730012", Level.UPAZILA, "BD/55/5573/55730012/", "ডিমলা", "Dimla")
SADAR = Office(5, "55730064", Level.UPAZILA, "BD/55/5573/55730064/", "নীলফামারী সদর", "Nilphamari Sadar")
KALIGANJ = Office(6, "55520033", Level.UPAZILA, "BD/55/5552/55520033/", "কালীগঞ্জ", "Kaliganj")
KARIMGANJ = Office(7, "30484200", Level.UPAZILA, "BD/30/3048/30484200/", "করিমগঞ্জ", "Karimganj")
OTHER_KALIGANJ = Office(8, "30333400", Level.UPAZILA, "BD/30/3033/30333400/", "কালীগঞ্জ", "Kaliganj")
ALL = (RANGPUR, NILPHAMARI, LALMONIRHAT, DIMLA, SADAR, KALIGANJ, KARIMGANJ, OTHER_KALIGANJ)
DISTRICT = Area((DIMLA, SADAR), ALL)
NATION = Area(ALL, ALL)


@pytest.mark.parametrize(
    ("typed", "office", "rest"),
    [
        ("ডিমলা", DIMLA, ""),
        ("dimla", DIMLA, ""),
        ("ডিমলা উপজেলা", DIMLA, ""),
        ("55730012", DIMLA, ""),
        ("৫৫৭৩০০১২", DIMLA, ""),
        ("সদর", SADAR, ""),
        ("নীলফামারী", SADAR, ""),
        ("ডিমলা করিম উদ্দিন", DIMLA, "করিম উদ্দিন"),
        ("করিম উদ্দিন ডিমলা", DIMLA, "করিম উদ্দিন"),
        ("55730012 Karim", DIMLA, "Karim"),
        ("নীলফামারী সদর করিম", SADAR, "করিম"),
    ],
)
def test_an_office_in_the_district(typed: str, office: Office, rest: str) -> None:
    sought = DISTRICT.find(typed)
    assert (sought.offices, sought.outside, sought.rest) == ((office,), None, rest)


def test_an_office_elsewhere_is_told_apart_from_none() -> None:
    assert DISTRICT.find("করিমগঞ্জ").outside == KARIMGANJ
    assert DISTRICT.find("30484200").outside == KARIMGANJ
    nobody = DISTRICT.find("আটলান্টিস")
    assert (nobody.offices, nobody.outside) == ((), None)
    assert Area((), ALL).find("ডিমলা").offices == ()


def test_like_named_offices_are_told_apart_by_the_district() -> None:
    assert set(NATION.find("কালীগঞ্জ").offices) == {KALIGANJ, OTHER_KALIGANJ}
    assert NATION.find("কালীগঞ্জ লালমনিরহাট").offices == (KALIGANJ,)


@pytest.mark.parametrize("typed", ["", " ", "১২৩", "-,-", "ক" * 61])
def test_what_is_no_name(typed: str) -> None:
    assert person_name(typed) is None


def test_names() -> None:
    assert person_name(" মোঃ  করিম,\n") == "মোঃ করিম"
    assert person_name("র\u200d্যাব আলী") == "র\u200d্যাব আলী"  # the joiner decides how it looks
    assert same_name("মিয়া", "মি\u09afা\u09bc".replace("া\u09bc", "\u09bcা"))
    assert like_name("করিম উদ্দিন", "মোঃ করীম উদ্দীন")
    assert not like_name("করিম উদ্দিন", "রহিম উদ্দিন")


@pytest.mark.parametrize(
    ("typed", "msisdn", "becomes"),
    [
        (None, "1", None),
        (None, "2", Seat(Kind.NUMBER, "করিম উদ্দিন", "2")),
        ("করিম উদ্দিন", None, None),
        ("করিম উদ্দিন", "2", Seat(Kind.NUMBER, "করিম উদ্দিন", "2")),
        ("করীম উদ্দীন", None, Seat(Kind.NAME, "করীম উদ্দীন", "1")),
        ("করীম উদ্দীন", "1", Seat(Kind.NAME, "করীম উদ্দীন", "1")),
        ("করীম উদ্দীন", "2", Seat(Kind.NUMBER, "করীম উদ্দীন", "2")),
        ("রহিম মিয়া", None, Lack.PHONE),
        ("রহিম মিয়া", "1", Seat(Kind.NEW, "রহিম মিয়া", "1")),  # a household may share one phone
        ("রহিম মিয়া", "2", Seat(Kind.NEW, "রহিম মিয়া", "2")),
        ("১২", "2", Lack.NAME),
    ],
)
def test_what_becomes_of_a_seat(typed: str | None, msisdn: str | None, becomes: object) -> None:
    assert changed(("করিম উদ্দিন", "1"), typed, msisdn) == becomes


def test_an_empty_seat() -> None:
    assert changed(None, None, "2") is Lack.NAME
    assert changed(None, "রহিম", None) is Lack.PHONE
    assert changed(None, "রহিম", "2") == Seat(Kind.NEW, "রহিম", "2")


def test_every_level_has_one_head() -> None:
    for level in Level:
        assert [role for role in LEVELS if level in LEVELS[role] and role not in SEVERAL] == [head_of(level)]
    assert head_of(Level.THANA) is Role.UPAZILA_OFFICER
