"""A migrated database with every office in it, and files to import."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from bot.registry.societies import import_societies
from bot.store.engine import engine_for
from bot.store.store import do

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.registry.report import ImportReport
    from bot.store.query import Tx

    T = TypeVar("T")

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 6, tzinfo=UTC)

ROW = {
    "registration_no": "123/2019",
    "registration_date": "2019-03-05",
    "name_bn": "ডিমলা একতা সমবায় সমিতি লিঃ",
    "name_en": "Dimla Ekota Co-operative Society Ltd.",
    "level": "primary",
    "category": "fisheries",
    "office_code": "55730012",
    "address": "ডিমলা, নীলফামারী",
    "committee_basis": "elected",
    "committee_formed_on": "2024-01-17",
    "committee_expires_on": "2027-01-17",
    "last_agm_year": "2024-25",
    "last_agm_date": "2025-09-27",
    "last_audit_year": "2025-26",
    "last_audit_date": "2026-02-20",
    "president_name": "রহিমা ইসলাম",
    "president_phone": "01700100001",
    "secretary_name": "নূর আলী",
    "secretary_phone": "01700100002",
    "officer_phone": "01700099900",
}


class Registry:
    """A database and what the tests do with it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder

    def run(self, work: Callable[[Tx], T]) -> T:
        return do(self.url, work)

    def file(self, *rows: dict[str, Any], name: str = "in.csv", encoding: str = "utf-8", delimiter: str = ",") -> Path:
        """A CSV file with these rows, headers from the first."""
        path = self.folder / name
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return path

    def workbook(self, *rows: list[Any], name: str = "in.xlsx") -> Path:
        """An Excel workbook with these rows of cells."""
        from openpyxl import Workbook

        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(row)
        path = self.folder / name
        book.save(path)
        return path

    def take(self, *rows: dict[str, Any], today: date = TODAY, **options: Any) -> ImportReport:
        """Import these rows as a CSV file."""
        return import_societies(self.run, self.file(*rows), today=today, **options)

    def table(self, sql: str) -> list[tuple[Any, ...]]:
        """What a plain statement finds."""
        from sqlalchemy import create_engine, text
        from sqlalchemy.pool import NullPool

        engine = create_engine(engine_for(self.url).sqlalchemy_url, poolclass=NullPool)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(sql))]
        engine.dispose()
        return found


def society(**changes: Any) -> dict[str, Any]:
    """The usual row with some cells changed."""
    return {**ROW, **changes}


@pytest.fixture
def registry_url(database_url: str) -> str:
    return database_url


@pytest.fixture
def registry(registry_url: str, tmp_path: Path) -> Registry:
    return Registry(registry_url, tmp_path)
