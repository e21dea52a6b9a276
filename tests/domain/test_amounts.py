"""Reading one amount as it is typed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.amounts import amount, is_grouped
from bot.domain.text import bangla_digits


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("০", 0),
        ("05", 5),
        ("১৩৯০", 1390),
        ("১২,৩৪,৫৬৭", 1234567),
        ("1,234,567", 1234567),
        ("1,00,00,000", 10000000),
        ("১2৩", 123),
        ("82.41", Decimal("82.41")),
        ("৮২.৪১%", Decimal("82.41")),
        ("500000.00", 500000),
        ("1,234.50", Decimal("1234.5")),
        ("৫০০/-", 500),
        ("500/=", 500),
        ("৳ ৫০০", 500),
        (" 5. ", 5),
    ],
)
def test_an_amount_is_read(text: str, value: int | Decimal) -> None:
    assert amount(text) == value
    assert type(amount(text)) is type(value)


@pytest.mark.parametrize(
    "text", ["", "-5", "5,2", "12,34", "1,2345", "5 2", "five", "5a", "1.2.3", ".5", "5/2", "১৩৯০ টাকা", "9" * 19, ","]
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amount(text) is None


def _in_lakhs(number: int) -> str:
    head, tail = str(number)[:-3], str(number)[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*groups, tail])


@given(st.integers(0, 10**14), st.booleans())
def test_commas_and_digits_change_nothing(number: int, bangla: bool) -> None:
    for typed in (str(number), f"{number:,}", _in_lakhs(number)):
        assert amount(bangla_digits(typed) if bangla else typed) == number
    assert is_grouped(_in_lakhs(number)) == (number >= 1000)


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    read = amount(text)
    assert read is None or read >= 0
