"""Whose term ends when: current terms only, the office's own subtree only, in the order of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.committee import YELLOW_FROM_DAYS, Colour, colour
from bot.domain.registry import Basis, RegistrationNo, SocietyLevel
from bot.store import offices, overview, societies, terms
from bot.store.societies import Facts, Term
from bot.store.store import do

if TYPE_CHECKING:
    from bot.store.query import Tx

TODAY = date(2026, 11, 22)
DIMLA, DOMAR = "55730012", "55730015"


@dataclass(frozen=True)
class Made:
    dimla: list[int]
    domar: int
    elsewhere: int


def _add(tx: Tx, serial: int, office_code: str, *ends: date) -> int:
    """A society whose committees ended on these days, each formed three years before."""
    office = offices.by_code(tx, office_code)
    assert office is not None
    register = offices.by_code(tx, offices.register_code(office))
    assert register is not None
    facts = Facts(office.id, None, f"সমিতি {serial}", None, SocietyLevel.PRIMARY, None, None, None)
    society = societies.add(tx, register.id, RegistrationNo(serial, 2019), facts, TODAY)
    societies.put_terms(tx, [(society, Term(Basis.ELECTED, end - timedelta(days=1095), end)) for end in ends])
    return society


def _registry(tx: Tx) -> Made:
    """Green, red with an older term, unformed, yellow on its 90th day, and one that ends today; and two neighbours."""
    far, yellow = TODAY + timedelta(days=YELLOW_FROM_DAYS + 1), TODAY + timedelta(days=YELLOW_FROM_DAYS)
    dimla = [
        _add(tx, 1, DIMLA, TODAY - timedelta(days=1000), far),
        _add(tx, 2, DIMLA, TODAY - timedelta(days=1), TODAY - timedelta(days=1200)),
        _add(tx, 3, DIMLA),
        _add(tx, 4, DIMLA, yellow),
        _add(tx, 5, DIMLA, TODAY),
    ]
    return Made(dimla, _add(tx, 6, DOMAR, TODAY), _add(tx, 7, "50810025", TODAY))


def _lineage(tx: Tx, code: str) -> str:
    office = offices.by_code(tx, code)
    assert office is not None
    return office.lineage


def test_the_current_term_of_each_society_comes_once_by_its_last_day(database_url: str) -> None:
    def work(tx: Tx) -> None:
        made = _registry(tx)
        first, second, third, fourth, fifth = made.dimla
        found = terms.ending(tx, _lineage(tx, DIMLA), None, most=50)
        assert [ending.society_id for ending in found] == [second, fifth, fourth, first]
        assert third not in {ending.society_id for ending in found}
        red = found[0]
        assert (red.registration_no, red.name_bn, red.name_en) == ("2/2019", "সমিতি 2", None)
        assert (red.office_code, red.office_bn, red.office_en) == (DIMLA, "ডিমলা", "Dimla")
        assert (red.basis, red.expires_on) == (Basis.ELECTED, TODAY - timedelta(days=1))
        assert red.formed_on == TODAY - timedelta(days=1 + 1095)

    do(database_url, work)


@pytest.mark.parametrize(("code", "count"), [(DIMLA, 2), ("5573", 3), ("55", 3), ("BD", 4), (DOMAR, 1)])
def test_until_takes_in_its_day_and_everything_before(database_url: str, code: str, count: int) -> None:
    def work(tx: Tx) -> None:
        _registry(tx)
        assert len(terms.ending(tx, _lineage(tx, code), TODAY, most=50)) == count
        assert TODAY not in {e.expires_on for e in terms.ending(tx, _lineage(tx, code), TODAY - timedelta(1), most=50)}

    do(database_url, work)


def test_pages_follow_each_other(database_url: str) -> None:
    def work(tx: Tx) -> None:
        _registry(tx)
        whole = terms.ending(tx, _lineage(tx, "BD"), None, most=50)
        pages = [terms.ending(tx, _lineage(tx, "BD"), None, most=2, skip=skip) for skip in (0, 2, 4, 6)]
        assert [ending for page in pages for ending in page] == whole
        assert [len(page) for page in pages] == [2, 2, 2, 0]
        assert [e.expires_on for e in whole] == sorted(e.expires_on for e in whole if e.expires_on)

    do(database_url, work)


def test_a_society_without_a_term_is_unformed(database_url: str) -> None:
    def work(tx: Tx) -> None:
        made = _registry(tx)
        (found,) = terms.unformed(tx, _lineage(tx, "BD"), most=50)
        assert (found.society_id, found.basis, found.formed_on, found.expires_on) == (made.dimla[2], None, None, None)
        assert terms.unformed(tx, _lineage(tx, DOMAR), most=50) == []

    do(database_url, work)


def test_the_counts_are_those_of_the_colours(database_url: str) -> None:
    def work(tx: Tx) -> None:
        _registry(tx)
        assert terms.ending_counts(tx, _lineage(tx, DIMLA), TODAY) == terms.Counts(green=1, yellow=2, red=1, unformed=1)
        assert terms.ending_counts(tx, _lineage(tx, "BD"), TODAY) == overview.colours(tx, TODAY)
        assert terms.ending_counts(tx, _lineage(tx, "20"), TODAY).total == 0
        assert terms.ending_counts_by_office(tx, _lineage(tx, "55"), TODAY) == {
            DIMLA: terms.Counts(green=1, yellow=2, red=1, unformed=1),
            DOMAR: terms.Counts(yellow=1),
        }
        for code in (DIMLA, "5573", "BD"):
            line = _lineage(tx, code)
            seen = [colour(e.expires_on, TODAY) for e in terms.ending(tx, line, None, most=50) if e.expires_on]
            counts = terms.ending_counts(tx, line, TODAY)
            assert [seen.count(each) for each in Colour] == [counts.green, counts.yellow, counts.red]

    do(database_url, work)
