"""A document as an Excel workbook: one flat table to sort and filter, set up to be printed, and a sheet with the totals.

Rows go to openpyxl's temporary file as they come, so that the size of the country costs no memory. Every cell is of a named style,
which is several times faster than styling each. A text stays a text whatever it begins with: it is written with its type, and
marked so that editing the cell does not make a formula of it. The same input gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from bot.documents.paper import BothDates, Days, Nothing, Pair, Phone, Share, Sign, Tick
from bot.domain.messages import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from bot.documents.paper import Column, Paper, Value
    from bot.documents.writing import Writing

    _Content = str | int | Decimal | date | None

FONT = "Nirmala UI"
"""The Bangla font that Windows has had since version 8."""

SIGNS = {"red": "✕", "yellow": "▲", "green": "○", "unformed": "◇"}
FILLS = {"red": "F9D3CF", "yellow": "FDEEB4", "green": "D9EFDC", "unformed": "ECEEED"}

_BENGALI = "[$-5000845]"
"""Number format: digits of the Bengali script; a program that does not know it shows the usual ones."""

_A4 = 9  # as the file format numbers paper
_ABOVE = 5
"""Lines above the header of the table: title, office, day, totals, scope."""


def workbook(paper: Paper, writing: Writing, made_on: date) -> bytes:
    """The document, as of a day."""
    book = Workbook(write_only=True)
    book.properties.creator = writing.text("maker")
    book.properties.title = f"{paper.title}, {paper.office}"
    book.properties.created = book.properties.modified = datetime.combine(made_on, datetime.min.time())
    for style in _styles(writing.language):
        book.add_named_style(style)
    for title, part in _parted(paper):
        _table(_Sheet(book, title), part, writing)
    _totals(_Sheet(book, writing.text("totals")), paper, writing)
    out = io.BytesIO()
    with _Dated(out, made_on) as archive:
        ExcelWriter(book, archive).save()
    return out.getvalue()


def _parted(paper: Paper) -> Iterator[tuple[str, Paper]]:
    """The tables, with the names of their sheets."""
    if not paper.apart:
        yield paper.title, paper
        return
    for section in paper.sections:
        yield section.title, replace(paper, sections=(section,))


def _styles(language: Language) -> Iterator[NamedStyle]:
    """Every look a cell may have."""
    digits = _BENGALI if language is Language.BN else ""
    side = Side(style="thin", color="B0B6B3")
    border = Border(side, side, side, side)
    plain, bold = Font(name=FONT, size=10), Font(name=FONT, size=10, bold=True)
    wrapped, centred, right = (
        Alignment(vertical="center", wrap_text=True),
        Alignment("center", vertical="center", wrap_text=True),
        Alignment("right", vertical="center"),
    )
    yield NamedStyle("barta title", Font(name=FONT, size=16, bold=True, color="006A4E"), number_format="@")
    yield NamedStyle("barta line", plain, number_format="@")
    head = PatternFill("solid", "E3EAE7")
    yield NamedStyle("barta header", bold, head, border, centred, number_format="@")
    yield NamedStyle("barta text", plain, border=border, alignment=wrapped, number_format="@")
    for name, font in (("", plain), (" next", bold), (" sum", bold)):
        yield NamedStyle(f"barta day{name}", font, None, border, centred, f"{digits}dd/mm/yyyy")
        yield NamedStyle(f"barta number{name}", font, None, border, centred, f"{digits}#,##0")
        yield NamedStyle(f"barta number{name} right", font, None, border, right, f"{digits}#,##0")
        yield NamedStyle(f"barta percent{name} right", font, None, border, right, f"{digits}0.00")
    for tone, colour in FILLS.items():
        fill = PatternFill("solid", colour)
        yield NamedStyle(f"barta {tone}", bold, fill, border, centred, "@")
        yield NamedStyle(f"barta days {tone}", bold, fill, border, centred, f"{digits}0")


class _Sheet:
    """A sheet that is written from the top down."""

    def __init__(self, book: Workbook, title: str) -> None:
        self.page: WriteOnlyWorksheet = book.create_sheet(title[:31])
        self.rows = 0

    def write(self, cells: Sequence[tuple[_Content, str]]) -> None:
        """Add a row of values with their styles."""
        self.page.append([self._cell(value, style) for value, style in cells])
        self.rows += 1

    def _cell(self, value: _Content, style: str) -> Any:
        content: Any = value
        cell: Any = WriteOnlyCell(self.page, content)
        cell.style = f"barta {style}"
        if isinstance(value, str):
            cell.data_type = "s"
            cell.quotePrefix = value.startswith(_FORMULA_STARTS)
        return cell

    def set_up(self, page: str, *, repeat: int | None = None) -> None:
        """How it is printed: landscape A4, as wide as the paper, its header and number on every page."""
        sheet: Any = self.page
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.oddFooter.right.text = page.replace("{n}", "&P").replace("{of}", "&N")
        if repeat is not None:
            sheet.print_title_rows = f"{repeat}:{repeat}"


_FORMULA_STARTS = ("=", "+", "-", "@", "'")


def _table(sheet: _Sheet, paper: Paper, writing: Writing) -> None:
    columns = [column for column in paper.columns if column.where != "paper"]
    page: Any = sheet.page
    for number, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.chars
    header = _ABOVE + 1
    page.freeze_panes = f"A{header + 1}"
    sheet.set_up(writing.text("page"), repeat=header)
    sheet.write([(paper.title, "title")])
    sheet.write([(", ".join(each for each in (paper.office, paper.above, paper.demo) if each), "line")])
    sheet.write([("; ".join(paper.made), "line")])
    totals = "   ".join(
        f"{_mark(total.sign)}{total.name}: {writing.number(total.count) if isinstance(total.count, int) else total.count}"
        for total in paper.totals
    )
    sheet.write([(totals, "line")])
    sheet.write([(paper.scope, "line")])
    sheet.write([(_title(column), "header") for column in columns])
    for section in paper.filled():
        for row in section.rows:
            sheet.write([_written(column, row, writing) for column in columns])
    page.auto_filter.ref = f"A{header}:{get_column_letter(len(columns))}{max(sheet.rows, header + 1)}"
    if paper.last is not None:  # below what is sorted and filtered
        written = (_written(column, paper.last, writing) for column in columns)
        sheet.write([(value, _SUMS.get(style, style)) for value, style in written])


def _title(column: Column) -> str:
    """A workbook has one line of headers: what is to be sorted by has one name."""
    title = column.title.replace("\n", " ")
    return f"{column.group}: {title}" if column.group and column.title else column.group or title


_SUMS: Mapping[str, str] = {
    "text": "header",
    "number": "number sum",
    "number right": "number sum right",
    "percent right": "percent sum right",
}
"""The looks of a row of sums."""


def _totals(sheet: _Sheet, paper: Paper, writing: Writing) -> None:
    """The totals as numbers, then the summary, then what there is to know about the table."""
    page: Any = sheet.page
    page.column_dimensions["A"].width = 34
    for letter in "BCDEF":
        page.column_dimensions[letter].width = 16
    sheet.set_up(writing.text("page"))
    sheet.write([(paper.title, "title")])
    sheet.write([(paper.office, "line")])
    for total in paper.totals:
        style = "header" if total.sign is None else _tone(total.sign)
        number = "header" if isinstance(total.count, str) else "number sum" if total.sign is None else f"days {style}"
        sheet.write([(_mark(total.sign) + total.name, style), (total.count, number), (total.why, "line")])
    if paper.summary is not None:
        sheet.write([])
        sheet.write([(each, "header") for each in paper.summary.header])
        for row in paper.summary.rows:
            sheet.write([(each, "number" if isinstance(each, int) else "text") for each in row])
        sheet.write([(each, "number sum" if isinstance(each, int) else "header") for each in paper.summary.sums])
    sheet.write([])
    for note in paper.notes:
        sheet.write([(note, "line")])


def _mark(sign: Sign | None) -> str:
    return "" if sign is None else f"{SIGNS[_tone(sign)]} "


def _tone(sign: Sign) -> str:
    return "unformed" if sign.colour is None else str(sign.colour)


def _written(column: Column, row: Any, writing: Writing) -> tuple[_Content, str]:
    """A cell's content and style."""
    value: Value = column.value(row)
    content, style = (None, "text") if value is None else _WRITTEN[type(value)](value, writing)
    return content, f"{style} right" if column.align == "right" and style in {"number", "percent"} else style


_WRITTEN: Mapping[type, Callable[[Any, Writing], tuple[_Content, str]]] = {
    str: lambda value, _: (value or None, "text"),
    int: lambda value, _: (value, "number"),
    Decimal: lambda value, _: (value, "percent"),  # a column of them is set to the right
    Share: lambda value, _: (value.count, f"days {value.colour}" if value.colour else "number"),
    date: lambda value, _: (value, "day"),
    Sign: lambda value, writing: (_mark(value) + writing.text(f"colour.{_tone(value)}"), _tone(value)),
    Days: lambda value, _: (value.left, f"days {value.colour}"),
    BothDates: lambda value, _: (value.day, "day next"),
    Tick: lambda value, _: (value.day, "day next" if value.next else "day"),
    Nothing: lambda *_: (None, "text"),
    Pair: lambda value, _: (", ".join(each for each in (value.above, value.below) if each), "text"),
    Phone: lambda value, writing: (", ".join(filter(None, (value.name, writing.phone(value.msisdn)))), "text"),
}


class _Dated(zipfile.ZipFile):
    """An archive whose members all bear the same day, so that the same document is the same file."""

    def __init__(self, file: io.BytesIO, day: date) -> None:
        super().__init__(file, "w", zipfile.ZIP_DEFLATED)
        self._moment = (day.year, day.month, day.day, 0, 0, 0)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add a member out of memory."""
        super().writestr(self._member(zinfo_or_arcname), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a file."""
        with (
            Path(filename).open("rb") as file,
            self.open(self._member(arcname or filename), "w", force_zip64=True) as member,
        ):
            while chunk := file.read(1 << 16):
                member.write(chunk)

    def _member(self, name: Any) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(str(name), self._moment)
        member.compress_type = zipfile.ZIP_DEFLATED
        return member
