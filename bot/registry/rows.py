"""One row of a registry file: its cells by column, read as what they must be, with every problem noted."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

from bot.domain.errors import InvalidMsisdn, InvalidValue
from bot.domain.msisdn import Msisdn
from bot.domain.offices import NATION_CODE
from bot.domain.period import parse_cooperative_year, parse_date
from bot.registry.report import Refusal, shown
from bot.registry.words import fold, fold_header, headers, meanings, passed_over

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from enum import StrEnum

    from bot.registry.sheets import Cell
    from bot.registry.words import Subject, Table

Word = TypeVar("Word", bound="StrEnum")

LONGEST_TEXT = 300
"""Characters in one cell; more is two rows run together by a quotation mark."""

LONGEST_HEADER = 40
"""Characters of an unknown header that a report repeats."""

UNKNOWN = "?"
NAMELESS = ""

MOST_YEARS_AHEAD = 10
"""A later date is a two-digit year of the last century, read as one of this."""

_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")  # nor may they stand in a workbook
# Printable ASCII and Bangla; what composing changes of that is ো and ৌ written as two marks, and a dot after a hasanta.
_KEPT = re.compile("[ -~\u0964\u0965\u0980-\u09db\u09de\u09e0-\u09fd]+")
_O, _AU, _LATE_DOT = "\u09c7\u09be", "\u09c7\u09d7", "\u09cd\u09bc"
_ISO = re.compile("[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})


def tidy(text: str) -> str:
    """A text as the registry keeps it: composed letters, single spaces, no marks without a shape.

    Joiners stay: in Bangla they decide how a conjunct looks.
    """
    if _is_tidy(text):
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = _CONTROL.sub(" ", _UNSEEN.sub("", text))
    return " ".join(text.split())


def _is_tidy(text: str) -> bool:
    """Whether a text is surely tidy, as nearly every one is: asking costs a quarter of making it so."""
    if text.isascii():
        kept = text.isprintable()
    else:
        kept = _KEPT.fullmatch(text) is not None and not (_O in text or _AU in text or _LATE_DOT in text)
    return kept and "  " not in text and text[:1] != " " and text[-1:] != " "


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without the ``.0`` that spreadsheets give them, dates in ISO form."""
    match cell:
        case None:
            return ""
        case str():
            return tidy(cell)
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)


class Header:
    """Which column stands where.

    Args:
        table: the kind of file.
        line: the line the header stands on, 1 as a rule.
        cells: the cells of that line.
        required: for each need, the columns one of which must be there.

    Attributes:
        places: position → column.
        columns: for each position its column; ``UNKNOWN`` under a header that means none, ``NAMELESS`` where there is no header.
        refused: every problem with the header.
        complete: whether everything required is there, so that rows can be read at all.
    """

    def __init__(self, table: Table, line: int, cells: Sequence[Cell], required: Sequence[tuple[str, ...]]) -> None:
        self.places: dict[int, str] = {}
        written = [text_of(cell) for cell in cells]
        self.refused: list[Refusal] = []
        known = headers(table)
        for place, name in enumerate(written):
            column = known.get(fold_header(name))
            if column is None:
                if name and fold_header(name) not in passed_over():
                    reason = f"There is no column {shown(name)}: remove it, or name it as an export does."
                    self.refused.append(Refusal(line, name[:LONGEST_HEADER], reason))
            elif column in self.places.values():
                self.refused.append(Refusal(line, column, "This column is there twice: remove one of the two."))
            else:
                self.places[place] = column
        missing = [either for either in required if not set(either) & set(self.places.values())]
        for either in missing:
            reason = f"The column {' or '.join(either)} is missing: add it to the first line."
            self.refused.append(Refusal(line, either[0], reason))
        self.complete = not missing
        self.columns = tuple(
            self.places.get(place, UNKNOWN if name else NAMELESS) for place, name in enumerate(written)
        )


class Row:
    """One row: its cells by column. Reading a cell that is wrong notes why and gives None.

    Args:
        header: which column stands where.
        line: the line the row starts on.
        cells: as the file has them.
        today: the day of the import, for a date such as আজ.
    """

    __slots__ = ("_header", "_texts", "_today", "line", "refused")
    _texts: dict[str, str]

    def __init__(self, header: Header, line: int, cells: Sequence[Cell], today: date) -> None:
        self.line = line
        self.refused: list[Refusal] = []
        self._header = header
        self._today = today
        texts = self._texts = {}
        for column, cell in zip_longest(header.columns, cells, fillvalue=""):
            if cell is not None and cell != "":
                text = tidy(cell) if isinstance(cell, str) else text_of(cell)
                if column:
                    texts[column] = text
                elif text:
                    self.refuse("", "A cell has no header above it: put a text that has commas in quotation marks.")

    def refuse(self, column: str, reason: str) -> None:
        """Note a problem."""
        self.refused.append(Refusal(self.line, column, reason))

    def text(self, column: str) -> str | None:
        """The text of a cell, or None when it is empty."""
        text = self._texts.get(column)
        if not text or (len(text) <= LONGEST_TEXT and text[0] != "#"):
            return text or None
        if len(text) > LONGEST_TEXT:
            self.refuse(column, f"The cell has more than {LONGEST_TEXT} characters: look for a stray quotation mark.")
            return None
        if text in _EXCEL_ERRORS:
            self.refuse(column, "The cell shows an error of the spreadsheet: write the value itself.")
            return None
        return text

    def blank(self, column: str) -> bool:
        """Whether a cell is empty, or its column not there."""
        return not self._texts.get(column)

    def has(self, column: str) -> bool:
        """Whether the file has this column at all."""
        return column in self._header.places.values()

    def required(self, column: str) -> str | None:
        """The text of a cell that must not be empty."""
        if self.blank(column):
            self.refuse(column, "The cell is empty: it is needed in every row.")
        return self.text(column)

    def office_code(self) -> str | None:
        """The code of an office, also as area lists print it: BD55730012."""
        code = self.required("office_code")
        return code if code is None or code == NATION_CODE else code.removeprefix(NATION_CODE)

    def day(self, column: str) -> date | None:
        """A date."""
        text = self.text(column)
        if text is None:
            return None
        found = _day(text, self._today)
        if isinstance(found, str):
            self.refuse(column, found)
            return None
        if found.year > self._today.year + MOST_YEARS_AHEAD:
            self.refuse(column, "The date lies too far ahead: write the year with four digits, like 25/10/1998.")
            return None
        return found

    def year(self, column: str) -> str | None:
        """A co-operative year, ``2024-25``."""
        text = self.text(column)
        if text is None:
            return None
        found = _year(text)
        if found is None:
            self.refuse(column, "Write a co-operative year as two years that follow each other, like 2024-25.")
        return found

    def phone(self, column: str) -> str | None:
        """A telephone number in E.164 form."""
        text = self.text(column)
        if text is None:
            return None
        try:
            return str(Msisdn.parse(text))
        except InvalidMsisdn as error:
            self.refuse(column, str(error))
            return None

    def word(self, column: str, subject: Subject, meaning: Callable[[str], Word]) -> Word | None:
        """One of the words of a subject."""
        text = self.text(column)
        if text is None:
            return None
        found = meanings(subject).get(fold(text))
        if found is None:
            allowed = ", ".join(dict.fromkeys(meanings(subject).values()))
            self.refuse(column, f"Write one of {allowed}, not {shown(text)}.")
            return None
        return meaning(found)


@lru_cache(maxsize=8192)
def _day(text: str, today: date) -> date | str:
    """The date, or why it is none."""
    try:
        if _ISO.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # no calendar has it: the other reader says so in its own words
    try:
        return parse_date(text, today)
    except InvalidValue as error:
        return str(error)


@lru_cache(maxsize=1024)
def _year(text: str) -> str | None:
    try:
        return parse_cooperative_year(text)
    except InvalidValue:
        return None
