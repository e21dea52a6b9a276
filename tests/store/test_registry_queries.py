"""Offices, people and societies as the store answers for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.domain.access import Role
from bot.domain.errors import InvalidValue
from bot.domain.offices import Level
from bot.domain.registry import Basis, RegistrationNo, SocietyLevel
from bot.store import marks, offices, people, societies
from bot.store.people import Appointment
from bot.store.societies import Facts, Term, Yearly
from bot.store.store import do

if TYPE_CHECKING:
    from bot.store.query import Tx

DAY = date(2026, 11, 21)


def test_the_tree_can_be_walked(database_url: str) -> None:
    def work(tx: Tx) -> None:
        district = offices.by_code(tx, "5573")
        assert district is not None
        assert offices.by_id(tx, district.id) == district
        assert [office.code for office in offices.children(tx, district)] == [
            "55730012", "55730015", "55730036", "55730045", "55730064", "55730085"
        ]  # fmt: skip
        assert len(offices.all_offices(tx, Level.DISTRICT)) == 64
        assert offices.nation(tx).covers(district)
        assert offices.by_code(tx, "nowhere") is None

    do(database_url, work)


def test_a_place_is_found_by_name_within_a_level(database_url: str) -> None:
    def work(tx: Tx) -> None:
        assert [office.code for office in offices.find_by_name(tx, "rangpur")] == ["55", "5585"]
        assert [office.code for office in offices.find_by_name(tx, "রংপুর", Level.DISTRICT)] == ["5585"]
        assert [office.code for office in offices.find_by_name(tx, "দিমলা", Level.UPAZILA)] == ["55730012"]
        assert [office.code for office in offices.district_index(tx).find("নীল")] == ["5573"]

    do(database_url, work)


def test_an_office_can_be_added_under_its_district(database_url: str) -> None:
    def work(tx: Tx) -> None:
        added = offices.add_office(tx, "3026-01", Level.THANA, "3026", name_bn=" মিরপুর ", name_en="Mirpur")
        assert (added.lineage, added.name_bn) == ("BD/30/3026/3026-01/", "মিরপুর")
        assert offices.by_code(tx, "3026-01") == added
        assert offices.register_code(added) == "3026"

    do(database_url, work)


@pytest.mark.parametrize(
    ("code", "level", "parent", "name", "reason"),
    [
        ("", Level.THANA, "3026", "Mirpur", "1 to 16 digits"),
        ("a/b", Level.THANA, "3026", "Mirpur", "1 to 16 digits"),
        ("3026-01", Level.THANA, "3026", " ", "English name"),
        ("3026-01", Level.THANA, "9999", "Mirpur", "no office with the code 9999"),
        ("3026-01", Level.THANA, "30", "Mirpur", "above a thana is a district"),
        ("5573", Level.DISTRICT, "55", "Mirpur", "belongs to another office"),
        ("BD2", Level.NATION, "BD", "Mirpur", "one national office"),
    ],
)
def test_an_office_that_cannot_be_is_refused(
    database_url: str, code: str, level: Level, parent: str, name: str, reason: str
) -> None:
    with pytest.raises(InvalidValue, match=reason):
        do(database_url, lambda tx: offices.add_office(tx, code, level, parent, name_bn="মিরপুর", name_en=name))


def test_a_society_is_written_read_and_changed(database_url: str) -> None:
    number = RegistrationNo(123, 2019)

    def work(tx: Tx) -> None:
        register, office = offices.by_code(tx, "5573"), offices.by_code(tx, "55730012")
        assert register is not None
        assert office is not None
        facts = Facts(office.id, None, "ক", None, SocietyLevel.PRIMARY, None, None, None)
        assert societies.record(tx, register.id, number) is None
        society_id = societies.add(tx, register.id, number, facts, DAY)
        old, new = (
            Term(Basis.FIRST, date(2019, 1, 1), date(2021, 1, 1)),
            Term(Basis.ELECTED, date(2021, 1, 1), date(2024, 1, 1)),
        )
        societies.put_terms(tx, [(society_id, old), (society_id, new)])
        societies.put_agms(tx, [(society_id, Yearly("2023-24", None)), (society_id, Yearly("2022-23", DAY))])
        societies.put_audits(tx, [])
        person = people.person(tx, "রহিমা", "+8801700100001")
        assert people.person(tx, "রহিমা", "+8801700100001") == person
        assert people.person(tx, "রহিমা", None) != person
        people.appoint(tx, [Appointment(person, Role.PRESIDENT, DAY, society_id=society_id)])
        found = societies.record(tx, register.id, number, formed_on=old.formed_on, agm_year="2022-23")
        assert found is not None
        assert (found.facts, found.term, found.agm, found.audit) == (facts, old, Yearly("2022-23", DAY), None)
        (latest,) = societies.of_register(tx, register.id)
        assert (latest.term, latest.agm, latest.office_code) == (new, Yearly("2023-24", None), "55730012")
        assert latest.president is not None
        assert (latest.president.name, latest.president.msisdn, latest.secretary) == ("রহিমা", "+8801700100001", None)
        people.end(tx, [latest.president.appointment_id], DAY)
        assert societies.of_register(tx, register.id)[0].president is None
        assert (societies.registers(tx), societies.count(tx)) == ([register.id], 1)

    do(database_url, work)


def test_a_mark_is_set_and_changed(database_url: str) -> None:
    def work(tx: Tx) -> None:
        assert marks.mark(tx, "demo") is None
        marks.put_mark(tx, "demo", "2026-11-21")
        marks.put_mark(tx, "demo", "2026-11-22")
        assert (marks.mark(tx, "demo"), marks.is_demo(tx)) == ("2026-11-22", True)

    do(database_url, work)
