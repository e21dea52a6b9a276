"""The list of societies as the store answers for it: in order, current, and without persons unless asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.domain.access import Role
from bot.domain.registry import Basis, RegistrationNo, SocietyLevel
from bot.store import offices, people, societies
from bot.store.listing import Serving, listed, registered
from bot.store.people import Appointment
from bot.store.societies import Facts, Term, Yearly
from bot.store.store import do

if TYPE_CHECKING:
    from bot.store.query import Tx

DAY = date(2026, 11, 22)


def _add(tx: Tx, number: RegistrationNo, code: str) -> int:
    office = offices.by_code(tx, code)
    assert office is not None
    register = offices.by_code(tx, offices.register_code(office))
    assert register is not None
    facts = Facts(office.id, DAY, f"সমিতি {number}", "Society", SocietyLevel.CENTRAL, "milk", "গ্রাম", None)
    return societies.add(tx, register.id, number, facts, DAY)


def test_societies_are_listed_by_office_year_and_serial_with_what_is_current(database_url: str) -> None:
    def work(tx: Tx) -> None:
        later = _add(tx, RegistrationNo(9, 2019), "55730012")
        early = _add(tx, RegistrationNo(10, 2018), "55730012")
        other = _add(tx, RegistrationNo(1, 2000), "55730015")
        _add(tx, RegistrationNo(1, 2000), "50810025")
        old = Term(Basis.FIRST, date(2019, 1, 1), date(2021, 1, 1))
        new = Term(Basis.ELECTED, date(2021, 1, 1), date(2024, 1, 1))
        societies.put_terms(tx, [(later, new), (later, old)])
        societies.put_agms(tx, [(later, Yearly("2023-24", None)), (later, Yearly("2024-25", None))])
        societies.put_audits(tx, [(later, Yearly("2022-23", DAY))])
        ids = {name: people.person(tx, name, phone) for name, phone in (("রহিমা", "+8801700099931"), ("করিম", None))}
        people.appoint(
            tx,
            [
                Appointment(ids["রহিমা"], Role.PRESIDENT, DAY, society_id=later),
                Appointment(ids["করিম"], Role.SECRETARY, DAY, society_id=later),
            ],
        )
        district = offices.by_code(tx, "5573")
        assert district is not None
        found = listed(tx, district.lineage, most=10, bearers=True)
        assert [each.id for each in found] == [early, later, other]
        assert registered(tx, district.lineage) == 3
        whole, bare = found[1], found[0]
        assert (whole.registration_no, whole.registered_on, whole.confirmed_on) == ("9/2019", DAY, DAY)
        assert (whole.name_bn, whole.name_en, whole.level) == ("সমিতি 9/2019", "Society", SocietyLevel.CENTRAL)
        assert (whole.category, whole.address, whole.office_code) == ("milk", "গ্রাম", "55730012")
        assert (whole.basis, whole.expires_on) == (Basis.ELECTED, date(2024, 1, 1))
        assert (whole.agm_year, whole.audit_year) == ("2024-25", "2022-23")
        assert (whole.president, whole.secretary) == (Serving("রহিমা", "+8801700099931"), Serving("করিম", None))
        assert (bare.basis, bare.expires_on, bare.agm_year, bare.president, bare.secretary) == (None,) * 5
        without = listed(tx, district.lineage, most=2)
        assert [(each.id, each.president, each.secretary) for each in without] == [
            (early, None, None),
            (later, None, None),
        ]

    do(database_url, work)
