"""Which district a typed name means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.offices import Level, Office
from bot.domain.places import OTHER_SPELLINGS, PlaceIndex
from bot.registry.areas import areas

OFFICES = [Office(number, area.code, area.level, "", area.name_bn, area.name_en) for number, area in enumerate(areas())]
DISTRICTS = [office for office in OFFICES if office.level is Level.DISTRICT]
INDEX = PlaceIndex(DISTRICTS)


def names(typed: str) -> list[str]:
    return [office.name_en for office in INDEX.find(typed)]


@pytest.mark.parametrize("district", DISTRICTS, ids=lambda office: office.name_en)
def test_every_spelling_on_record_finds_its_district_alone(district: Office) -> None:
    for name in (district.name_bn, district.name_en, *OTHER_SPELLINGS.get(district.code, ())):
        for typed in (name, name.upper(), f" {name}. ", f"{name} জেলা", f"{name} district"):
            assert INDEX.find(typed) == (district,), typed


@pytest.mark.parametrize(
    ("typed", "district"),
    [
        ("নীল", "Nilphamari"),
        ("nil", "Nilphamari"),
        ("নিলফামারি", "Nilphamari"),
        ("নীলফামারীর", "Nilphamari"),
        ("nilfamary", "Nilphamari"),
        ("coxs bazar", "Cox's Bazar"),
        ("cox", "Cox's Bazar"),
        ("Comilla", "Cumilla"),
        ("komilla", "Cumilla"),
        ("Chittagong", "Chattogram"),
        ("Barisal", "Barishal"),
        ("jessor", "Jashore"),
        ("Bogra", "Bogura"),
        ("লক্ষীপুর", "Lakshmipur"),
        ("নারায়নগঞ্জ", "Narayanganj"),
        ("মুন্সীগঞ্জ", "Munshiganj"),
        ("gopalgonj", "Gopalganj"),
        ("টাংগাইল", "Tangail"),
        ("ঢাকায়", "Dhaka"),
        ("b.baria", "Brahmanbaria"),
        ("chapai", "Chapainababganj"),
        ("ময়মনসিংহ", "Mymensingh"),
        ("মায়মনসিং", "Mymensingh"),
    ],
)
def test_a_beginning_or_a_misspelling_finds_it(typed: str, district: str) -> None:
    assert names(typed) == [district]


def test_what_is_ambiguous_finds_several() -> None:
    assert names("raj") == ["Rajbari", "Rajshahi"]
    assert set(names("মেরপুর")) <= {"Meherpur", "Sherpur"}


@pytest.mark.parametrize(
    "typed", ["", " ", "জেলা", "x", "xyz", "hello", "গঞ্জ", "bazar", "১২৩", "ক" * 41, "\u200d", "somiti"]
)
def test_what_is_near_to_nothing_finds_nothing(typed: str) -> None:
    assert names(typed) == []


@given(st.sampled_from(DISTRICTS), st.data())
def test_one_dropped_letter_of_a_long_name_is_forgiven(district: Office, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from([name for name in (district.name_bn, district.name_en) if len(name) > 7] or ["Nilphamari"])
    )
    place = data.draw(st.integers(1, len(name) - 1))
    expected = district if name in {district.name_bn, district.name_en} else INDEX.find(name)[0]
    assert expected in INDEX.find(name[:place] + name[place + 1 :])


@given(st.text(max_size=50))
def test_any_text_may_be_asked(typed: str) -> None:
    assert set(INDEX.find(typed)) <= set(DISTRICTS)


def test_names_that_upazilas_share_find_all_of_them() -> None:
    found = PlaceIndex([office for office in OFFICES if office.level is Level.UPAZILA]).find("kaliganj")
    assert len(found) == 4
