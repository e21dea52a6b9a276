"""Tables in files: rows out of and into CSV and Excel workbooks, as they come, never a whole file at once.

CSV is read as UTF-8 (or UTF-16, when its byte order mark says so) with comma, semicolon or tab, whichever its header uses, and
written as UTF-8 with the mark by which Excel knows it. A cell that begins like a formula is written with an apostrophe before it,
which reading takes away again, so that no text of a registry ever runs in a spreadsheet.
"""

from __future__ import annotations

import csv
import warnings
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol
from zipfile import BadZipFile

from bot.domain.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

Cell = str | int | float | date | datetime | None
"""What stands in a cell; a CSV file has texts only."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MAYBE_FORMULA = frozenset(("'", *_FORMULA_STARTS))
_DELIMITERS = ",;\t"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Sheet(Protocol):
    """A table being written."""

    def write(self, row: Sequence[str | date | None]) -> None:
        """Add a row."""
        ...


def rows_of(path: Path) -> Generator[tuple[int, Sequence[Cell]]]:
    """The rows of a file with the line each starts on, the first line being 1; empty rows are left out.

    Raises:
        InvalidValue: there is no such file, or it is neither CSV nor an Excel workbook.
    """
    if not path.is_file():
        raise InvalidValue(f"There is no file {path.name}.")
    match path.suffix.lower():
        case ".xlsx":
            rows = _rows_of_workbook(path)
        case ".csv" | ".tsv" | ".txt":
            rows = _rows_of_csv(path)
        case _:
            raise InvalidValue("Give a .csv or an .xlsx file; a spreadsheet can save as either.")
    for line, row in rows:
        if any(cell is not None and cell != "" for cell in row):
            yield line, row


def lines_of(path: Path) -> int | None:
    """How many lines a CSV file has, which is about how many rows; None for a workbook."""
    if path.suffix.lower() == ".xlsx":
        return None
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))


def _rows_of_csv(path: Path) -> Generator[tuple[int, Sequence[Cell]]]:
    with path.open("rb") as file:
        encoding = "utf-16" if file.read(2) in _UTF_16_MARKS else "utf-8-sig"
    line = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            header = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(_DELIMITERS, key=header.count))
            for row in reader:
                # A quoted cell may hold line breaks: the row starts where the one before it ended.
                yield line + 1, [unguarded(cell) if cell[:1] == "'" else cell for cell in row]
                line = reader.line_num
    except UnicodeDecodeError:
        raise InvalidValue("The file is not in UTF-8. In Excel, save it as 'CSV UTF-8', or as .xlsx.") from None
    except csv.Error:
        raise InvalidValue(
            f"The file cannot be read from line {line + 1} on: look for a quotation mark that is not closed."
        ) from None


def _rows_of_workbook(path: Path) -> Generator[tuple[int, Sequence[Cell]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, and only workbooks need it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about decorations of the workbook that do not matter here
            book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError):
        raise InvalidValue("The file is not an Excel workbook, although its name ends in .xlsx.") from None
    try:
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size, and the rows would be cut to it
        for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, [unguarded(cell) if isinstance(cell, str) else cell for cell in row]
    finally:
        book.close()


@contextmanager
def new_sheet(path: Path) -> Iterator[Sheet]:
    """Open a table to write, of the kind that the file's name asks for.

    Raises:
        InvalidValue: the name ends in neither .csv nor .xlsx.
    """
    match path.suffix.lower():
        case ".csv":
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                yield _CsvSheet(csv.writer(file))
        case ".xlsx":
            sheet = _WorkbookSheet()
            yield sheet
            sheet.save(path)
        case _:
            raise InvalidValue("An export is a .csv or an .xlsx file.")


class _CsvSheet:
    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, row: Sequence[str | date | None]) -> None:
        self._writer.writerow([cell.isoformat() if isinstance(cell, date) else guarded(cell or "") for cell in row])


class _WorkbookSheet:
    """Rows go to a temporary file of openpyxl as they come."""

    def __init__(self) -> None:
        from openpyxl import Workbook  # noqa: PLC0415 - as above
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet()
        self._cell = WriteOnlyCell

    def write(self, row: Sequence[str | date | None]) -> None:
        self._sheet.append([None if cell is None or cell == "" else self._formatted(cell) for cell in row])

    def _formatted(self, value: str | date) -> Any:
        """Dates as dates; texts marked as texts, or Excel makes 1 January of 1/2023 when the cell is next touched."""
        shown: Any = value if isinstance(value, date) else guarded(value)
        cell: Any = self._cell(self._sheet, shown)
        cell.number_format = "yyyy-mm-dd" if isinstance(value, date) else "@"
        return cell

    def save(self, path: Path) -> None:
        self._book.save(path)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; ``unguarded`` gives it back as it was."""
    return f"'{text}" if text[:1] in _MAYBE_FORMULA and text.lstrip("'").startswith(_FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    """A text without the apostrophe that ``guarded`` put before it."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_STARTS) else text
