"""An export is what an import takes back without a change, and no spreadsheet runs what stands in it."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo import load
from bot.domain.errors import InvalidValue
from bot.registry.export import export_officers, export_societies
from bot.registry.officers import import_officers
from bot.registry.rows import tidy
from bot.registry.sheets import guarded, new_sheet, rows_of, unguarded
from bot.registry.societies import import_societies
from bot.registry.words import columns, fold, fold_header, headers, in_bangla, meanings
from tests.registry.conftest import ROW, TODAY, Registry, society

if TYPE_CHECKING:
    from pathlib import Path

KINDS = [(kind, language) for kind in ("csv", "xlsx") for language in ("en", "bn")]


def cells(path: Path) -> list[list[str]]:
    return [[str(cell or "") for cell in row] for _, row in rows_of(path)]


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_taking_an_export_back_changes_nothing(registry: Registry, kind: str, language: Literal["bn", "en"]) -> None:
    registry.run(lambda tx: load(tx, TODAY))
    societies, officers = registry.folder / f"societies.{kind}", registry.folder / f"officers.{kind}"
    assert registry.run(lambda tx: export_societies(tx, societies, language)) == 223
    assert registry.run(lambda tx: export_officers(tx, officers, language)) == 9
    later = date(2027, 1, 5)
    assert import_societies(registry.run, societies, today=later).as_json() == {
        "accepted": 0,
        "unchanged": 223,
        "refused": [],
    }
    assert import_officers(registry.run, officers, today=later).as_json() == {
        "accepted": 0,
        "unchanged": 9,
        "refused": [],
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_fills_an_empty_database_to_the_same_export(
    registry: Registry, template: Path, tmp_path: Path, kind: str
) -> None:
    registry.run(lambda tx: load(tx, TODAY))
    odd = society(
        registration_no="9/2019",
        name_bn="=১+১",
        address="'@home",
        category="-",
        president_name="+",
        secretary_name="''=x",
    )
    registry.take(odd, society(registration_no="8/2019", president_phone="+447400123456"))
    first, second = tmp_path / f"first.{kind}", tmp_path / f"second.{kind}"
    registry.run(lambda tx: export_societies(tx, first))
    copy = tmp_path / "copy.db"
    copy.write_bytes(template.read_bytes())
    other = Registry(f"sqlite:///{copy}", tmp_path)
    assert import_societies(other.run, first, today=TODAY).accepted == 225
    other.run(lambda tx: export_societies(tx, second))
    assert cells(first) == cells(second)
    assert "+447400123456" in str(cells(second))


def test_the_export_of_an_import_is_the_imported_file(registry: Registry) -> None:
    rows = [society(registration_no=f"{number}/2019") for number in (1, 2)]
    registry.take(*rows)
    path = registry.folder / "out.csv"
    registry.run(lambda tx: export_societies(tx, path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == [{**row, "confirmed_on": TODAY.isoformat()} for row in rows]


def test_no_cell_begins_like_a_formula(registry: Registry) -> None:
    registry.take(society(name_bn='=HYPERLINK("http://x")', address="@SUM(A1)", president_name="-রহিমা"))
    path = registry.folder / "out.csv"
    registry.run(lambda tx: export_societies(tx, path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_excel_knows_an_exported_csv_for_utf_8(registry: Registry) -> None:
    path = registry.folder / "out.csv"
    registry.run(lambda tx: export_officers(tx, path))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_an_export_of_another_kind_is_refused(registry: Registry) -> None:
    with pytest.raises(InvalidValue, match="An export is"):
        registry.run(lambda tx: export_officers(tx, registry.folder / "out.pdf"))


@given(st.text())
def test_guarding_a_text_can_always_be_undone(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text())
def test_tidying_is_idempotent_and_fits_a_workbook(text: str) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    assert tidy(tidy(text)) == tidy(text)
    assert not ILLEGAL_CHARACTERS_RE.search(tidy(text))


@given(st.lists(st.text(max_size=12).map(tidy), min_size=1, max_size=4).filter(any))
def test_any_tidy_text_survives_a_csv_file(tmp_path_factory: pytest.TempPathFactory, row: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with new_sheet(path) as sheet:
        sheet.write([*columns("officers")])
        sheet.write([*row, "end"])
    assert [list(found) for _, found in rows_of(path)][1] == [*row, "end"]


@pytest.mark.parametrize("subject", ["level", "basis", "language", "role", "category"])
def test_every_word_has_one_meaning_and_comes_back_from_bangla(subject: Any) -> None:
    for meaning in set(meanings(subject).values()):
        assert meanings(subject)[fold(in_bangla(subject, meaning))] == meaning


@pytest.mark.parametrize("table", ["societies", "officers"])
def test_no_header_means_two_columns(table: Any) -> None:
    from bot.registry.words import _words

    for column, words in _words()[table].items():
        for word in (column, *words["bn"], *words["en"]):
            assert headers(table)[fold_header(word)] == column, word
    assert set(headers(table).values()) == set(columns(table))
    assert table != "societies" or columns(table) == (*ROW, "confirmed_on")
