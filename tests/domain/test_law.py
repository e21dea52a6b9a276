"""How long a committee serves where nothing else is said."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.law import TermLaw
from bot.domain.registry import Basis


@pytest.mark.parametrize(
    ("basis", "formed_on", "expires_on"),
    [
        (Basis.FIRST, date(2024, 1, 17), date(2026, 1, 17)),
        (Basis.ELECTED, date(2024, 1, 17), date(2027, 1, 17)),
        (Basis.ELECTED, date(2024, 2, 29), date(2027, 2, 28)),
        (Basis.INTERIM, date(2026, 7, 26), date(2026, 11, 23)),
    ],
)
def test_the_term_by_its_basis(basis: Basis, formed_on: date, expires_on: date) -> None:
    assert TermLaw().expires_on(basis, formed_on) == expires_on


def test_the_law_is_configuration() -> None:
    assert TermLaw(elected_years=4).expires_on(Basis.ELECTED, date(2024, 1, 1)) == date(2028, 1, 1)
