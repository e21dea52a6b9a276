"""Every reason for which a row is refused, with its line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.registry.report import shown
from bot.registry.societies import import_societies
from tests.registry.conftest import ROW, TODAY, society

if TYPE_CHECKING:
    from tests.registry.conftest import Registry


@pytest.fixture
def registry_url(sqlite_url: str) -> str:
    """Nothing is written here, so one engine will do."""
    return sqlite_url


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("registration_no", {"registration_no": ""}, "empty"),
    ("registration_no", {"registration_no": "123"}, "like 123/2019"),
    ("registration_no", {"registration_no": "123456/2019"}, "like 123/2019"),
    ("registration_no", {"registration_no": "123/19"}, "like 123/2019"),
    ("registration_no", {"registration_no": "0/2019"}, "counts from 1"),
    ("registration_no", {"registration_no": "12/1426"}, "1904 or later"),
    ("registration_no", {"registration_no": "Jan-23"}, "made a date"),
    ("registration_date", {"registration_date": "05/13/2019"}, "no month 13"),
    ("registration_date", {"registration_date": "২৯/০২/২০২৩"}, "no day 29"),
    ("registration_date", {"registration_date": "2019"}, "day first"),
    ("registration_date", {"registration_date": "22/07/98"}, "four digits"),
    ("name_bn", {"name_bn": "", "name_en": ""}, "no name"),
    ("name_bn", {"name_bn": "ক" * 301}, "stray quotation mark"),
    ("address", {"address": "#REF!"}, "error of the spreadsheet"),
    ("level", {"level": "middle"}, "primary, central, national"),
    ("office_code", {"office_code": ""}, "empty"),
    ("office_code", {"office_code": "99990001"}, "no office '99990001'"),
    ("committee_basis", {"committee_basis": "inherited"}, "elected, first, interim"),
    ("committee_basis", {"committee_basis": ""}, "how the committee came to be"),
    ("committee_formed_on", {"committee_formed_on": ""}, "day on which the committee was formed"),
    ("committee_formed_on", {"committee_formed_on": "2018-01-01"}, "before the society's registration"),
    ("committee_expires_on", {"committee_expires_on": "2023-01-01"}, "ends before it begins"),
    ("committee_expires_on", {"committee_expires_on": "soon"}, "day first"),
    ("last_agm_year", {"last_agm_year": "2024"}, "like 2024-25"),
    ("last_agm_year", {"last_agm_year": "2024-26"}, "follow each other"),
    ("last_agm_year", {"last_agm_year": ""}, "year that the date is about"),
    ("last_agm_date", {"last_agm_date": "2024-06-30"}, "before the co-operative year 2024-25"),
    ("last_audit_date", {"last_audit_date": "31/31/31"}, "no month 31"),
    ("president_name", {"president_name": ""}, "whose telephone number"),
    ("president_phone", {"president_phone": "0170010000"}, "too few digits"),
    ("president_phone", {"president_phone": "1.70010E+09"}, "rounded"),
    ("secretary_phone", {"secretary_phone": "01700100001, 01700100002"}, ""),
    ("officer_phone", {"officer_phone": "নাই"}, "digits only"),
]


@pytest.mark.parametrize(("column", "cells", "reason"), WRONG)
def test_a_wrong_cell_is_named_with_the_way_to_write_it(
    registry: Registry, column: str, cells: dict[str, Any], reason: str
) -> None:
    refused = registry.take(society(registration_no="1/2019"), society(**cells)).refused
    assert [(refusal.line, refusal.column) for refusal in refused] == [(3, column)]
    assert reason in refused[0].reason
    assert refused[0].reason[0].isupper()
    assert refused[0].reason.endswith(".")


def test_every_problem_of_a_row_is_told(registry: Registry) -> None:
    refused = registry.take(society(registration_no="x", level="y", president_phone="z", office_code="w")).refused
    assert sorted(refusal.column for refusal in refused) == [
        "level",
        "office_code",
        "president_phone",
        "registration_no",
    ]


def test_the_same_society_twice_names_the_first_line(registry: Registry) -> None:
    again = society(
        registration_no="0123-2019", office_code="55730015"
    )  # another upazila, the same district's register
    refused = registry.take(society(), society(office_code="55850042"), again).refused
    assert [(refusal.line, refusal.column) for refusal in refused] == [(4, "registration_no")]
    assert "line 2" in refused[0].reason


def test_the_line_is_the_one_where_the_row_starts_in_the_file(registry: Registry) -> None:
    rows = [society(registration_no="1/2019", address="প্রথম\nদ্বিতীয়\nতৃতীয়"), society(registration_no="x")]
    assert [refusal.line for refusal in registry.take(*rows).refused] == [5]


def test_empty_lines_count_but_are_not_rows(registry: Registry) -> None:
    path = registry.file(society(registration_no="1/2019"), society(registration_no="x"))
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([lines[0], "", *lines[1:2], ",,,", *lines[2:]]), encoding="utf-8")
    assert [refusal.line for refusal in import_societies(registry.run, path, today=TODAY).refused] == [5]


def test_lines_of_a_workbook_are_its_rows(registry: Registry) -> None:
    path = registry.workbook(list(ROW), [], list(society(registration_no="x").values()))
    assert [refusal.line for refusal in import_societies(registry.run, path, today=TODAY).refused] == [3]


def test_a_row_with_too_many_cells_is_refused(registry: Registry) -> None:
    path = registry.file(society())
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n").rstrip("\r") + ",more\n", encoding="utf-8")
    refused = import_societies(registry.run, path, today=TODAY).refused
    assert [refusal.line for refusal in refused] == [2]
    assert "no header above it" in refused[0].reason


def test_a_missing_column_is_one_entry_and_no_row_is_judged(registry: Registry) -> None:
    rows = [{"registration_no": "x", "name_bn": "ক"}] * 3
    assert [(one.line, one.column) for one in registry.take(*rows, partial=True).refused] == [(1, "office_code")]
    assert [one.column for one in registry.take({"address": "ক"}).refused] == [
        "registration_no",
        "name_bn",
        "office_code",
    ]


def test_an_unknown_or_doubled_column_is_told(registry: Registry) -> None:
    report = registry.take({**society(), "অজানা কলাম": "ভালো", "সমিতির নাম": "আবার"})
    assert [(one.line, one.column) for one in report.refused] == [(1, "অজানা কলাম"), (1, "name_bn")]
    assert registry.take({**society(), "অজানা কলাম": "ভালো"}, partial=True).accepted == 1


def test_an_empty_file_is_refused_on_line_one(registry: Registry) -> None:
    path = registry.folder / "empty.csv"
    path.touch()
    assert [refusal.line for refusal in import_societies(registry.run, path, today=TODAY).refused] == [1]


@pytest.mark.parametrize("phone", ["01700100001x", "০১৭০০১০০০০১ক", "x 01700100001", "0170010000112"])
def test_no_reason_holds_a_telephone_number(registry: Registry, phone: str) -> None:
    refused = registry.take(*[society(**{column: phone}) for column in ROW]).refused
    assert {refusal.column for refusal in refused} > {"level", "office_code", "committee_formed_on", "president_phone"}
    assert not [refusal for refusal in refused if "10000" in refusal.reason or "১০০০০" in refusal.reason]


def test_what_is_shown_of_a_cell_is_short() -> None:
    assert shown("abc") == "'abc'"
    assert shown("ক" * 50) == "'" + "ক" * 23 + "…'"
    assert shown("+880 1700-100001") == "this value"
