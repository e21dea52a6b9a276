"""The table of a roll-up: its columns, its sums, its marks, as PDF, workbook and picture."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from bot.document import MOST_ROWS, PNG, Order
from bot.documents import DocumentMaker, kinds
from bot.documents.paper import Nothing, Share
from bot.documents.pdf import _plain, as_json
from bot.documents.typesetter import compiler
from bot.domain.adding import Figure
from bot.domain.committee import Colour
from bot.domain.errors import InvalidValue, TooManyRows
from bot.domain.periods import Period
from bot.domain.rollup_columns import PARTS
from bot.rollups import Row, rollup
from bot.store import offices
from bot.store.store import do
from tests import filed
from tests.conftest import NOW
from tests.documents.conftest import DIMLA, TODAY, Printed
from tests.filed import RULES
from tests.handlers.talking import DOMAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.documents.paper import Paper
    from bot.documents.writing import Writing
    from bot.domain.messages import Language
    from bot.store.query import Tx

FORMS = RULES.forms
IN_TIME = datetime.fromisoformat("2026-11-03T10:00+06:00")
_NUMBERS = count(1)


def file(tx: Tx, code: str, form: str, period: str, at: datetime = NOW, **values: Any) -> None:
    """The upazila officer files these figures."""
    filed.by_office(tx, code, form, period, at, **values)


@pytest.fixture
def url(demo_url: str) -> str:
    """Dimla has filed September and October, Domar September alone, the others nothing."""

    def work(tx: Tx) -> None:
        file(tx, DIMLA, "SOC", "2026-09", opening=1390, new=5, cancelled=2)
        file(tx, DIMLA, "SOC", "2026-10", IN_TIME, new=123456, cancelled=0)
        file(tx, DOMAR, "SOC", "2026-09", opening=10, new=1, cancelled=0)
        parts: dict[str, Any] = {
            "files_created": 8,
            "dak_note": 30,
            "note": 32,
            "letter_note": 1081,
            "letters_issued": 1277,
        }
        file(tx, DIMLA, "NOTHI", "2026-27/Q1", **parts, hard_notes=244)
        file(tx, DIMLA, "TRACK", "2026-27/Q1", integrity=date(2026, 10, 7))

    do(demo_url, work)
    return demo_url


@pytest.fixture(scope="session")
def printer(texts: dict[Language, dict[str, str]]) -> DocumentMaker:
    return DocumentMaker(texts, FORMS)


@pytest.fixture
def table(printer: DocumentMaker, url: str) -> Callable[..., Printed]:
    def made(form: str = "SOC", period: str = "2026-10", **args: Any) -> Printed:
        order = Order("rollup", {"office": "5573", "form": form, "period": period, "language": "en", **args})
        data = do(url, lambda tx: printer.collect(tx, order, TODAY), read_only=True)
        return Printed(printer.make(order, data, TODAY))

    return made


@pytest.fixture
def paper(printer: DocumentMaker, url: str, english: Writing) -> Callable[..., Paper]:
    def laid_out(form: str = "SOC", period: str = "2026-10", writing: Writing = english, **args: Any) -> Paper:
        order = Order("rollup", {"office": "5573", "form": form, "period": period, **args})
        data = do(url, lambda tx: printer.collect(tx, order, TODAY), read_only=True)
        return kinds(FORMS)["rollup"].lay_out(data, writing)

    return laid_out


def cells(paper: Paper, row: int) -> list[Any]:
    (section,) = paper.sections
    columns = [column for column in paper.columns if column.where != "workbook"]
    return [column.value(section.rows[row] if row >= 0 else paper.last) for column in columns][2:]


def test_a_figure_that_adds_up_has_three_columns_and_another_one(paper: Callable[..., Paper]) -> None:
    found = paper()
    heads = [(column.group, column.title) for column in found.columns if column.where != "workbook"][5:]
    three = ["This month", "Up to last month", "Cumulative"]
    expected = [("Opening", ""), *(("New", each) for each in three), *(("Cancelled", each) for each in three)]
    assert heads == [*expected, ("Closing", "")]
    assert cells(found, 0) == [Share(1, 1), 1, 0, 1393, 123456, 5, 123461, 0, 2, 2, 124849]
    assert cells(found, -1) == [Share(1, 6), 1, 0, 1393, 123456, 6, 123462, 0, 2, 2, 124849]


def test_who_has_not_filed_has_dashes_and_is_marked(paper: Callable[..., Paper]) -> None:
    found = paper()
    nothing = Nothing()
    assert cells(found, 1) == [Share(0, 1), 0, 0, nothing, nothing, 1, 1, nothing, 0, 0, nothing]
    assert cells(found, 2) == [Share(0, 1), 0, 0, *[nothing] * 8]
    assert [Share(*share).colour for share in ((1, 1), (1, 6), (0, 6), (0, 0))] == [
        None,
        Colour.YELLOW,
        Colour.RED,
        None,
    ]
    assert [total.count for total in found.totals] == [1, 0, 5, "1/6"]


def test_the_table_says_whose_it_is_and_of_when(table: Callable[..., Printed]) -> None:
    (text,) = table().pages()
    for part in (
        "Number of societies (SOC)",
        "District Cooperative Office, Nilphamari",
        "Division: Rangpur",
        "Month: October 2026 (Ashwin–Kartik 1433)",
        "Co-operative year 2026-27",
        "By upazila and thana: 6",
        "Dimla 1/1 1 0 1,393 1,23,456 5 1,23,461 0 2 2 1,24,849",
        "Jaldhaka 0/1 0 0 – – – – – – – –",
        "Total 1/6 1 0 1,393 1,23,456 6 1,23,462 0 2 2 1,24,849",
        "Sample data",
    ):
        assert part in re.sub(r"\s+", " ", text), part


def test_a_percentage_has_two_decimals_and_comes_from_the_sums(
    table: Callable[..., Printed], paper: Callable[..., Paper]
) -> None:
    text = re.sub(r"\s+", " ", "".join(table("NOTHI", "2026-27/Q1").pages()))
    assert "82.41 – 82.41" in text
    assert "1,143 0 1,143" in text
    assert "Percentages are worked out from the sums" in text
    assert cells(paper("NOTHI", "2026-27/Q1"), 0)[-3:] == [Decimal("82.41"), Nothing(), Decimal("82.41")]


def test_days_are_shown_of_an_office_and_counted_above(paper: Callable[..., Paper]) -> None:
    found = paper("TRACK", "2026-27/Q1")
    assert cells(found, 0)[3:] == [date(2026, 10, 7), Nothing(), Nothing(), Nothing()]
    assert cells(found, -1)[3:] == [1, 0, 0, 0]


def test_a_workbook_has_numbers(table: Callable[..., Printed]) -> None:
    first, second, *_, total = table(format="xlsx").rows()
    assert first["Upazila / thana"].value == "Dimla"
    numbers = ["Filed", "Expected", "In time", "Late", "Opening", "New: This month", "New: Cumulative", "Closing"]
    assert [first[name].value for name in numbers] == [1, 1, 1, 0, 1393, 123456, 123461, 124849]
    assert {first[name].data_type for name in numbers} == {"n"}
    assert second["New: This month"].value is None
    assert (total["Upazila / thana"].value, total["New: Cumulative"].value) == ("Total", 123462)
    assert total["New: Cumulative"].font.b
    sheet = table(format="xlsx").book().worksheets[0]
    assert sheet.auto_filter.ref.endswith(str(sheet.max_row - 1)), "the sums stay below what is sorted"
    share = table("NOTHI", "2026-27/Q1", format="xlsx").rows()[0]["Share in d-nothi (%): This quarter"]
    assert (share.value, share.number_format, share.alignment.horizontal) == (82.41, "0.00", "right")


def test_a_picture_is_as_wide_as_a_phone_shows_and_as_long_as_its_table(table: Callable[..., Printed]) -> None:
    picture = table(format="png", language="bn").file
    assert (picture.name, picture.mime) == ("SOC-2026-10-5573-2026-11-21.png", PNG)
    width, height = struct.unpack(">II", picture.content[16:24])
    assert 1200 <= width <= 1600
    assert 400 <= height <= width
    assert table(format="png", language="bn").file.content == picture.content


def test_figures_of_a_bangla_table_are_bangla(paper: Callable[..., Paper], bangla: Writing) -> None:
    shown = _plain(paper(writing=bangla), bangla)
    written = json.dumps([shown[part] for part in ("title", "made", "totals", "tables", "notes")], ensure_ascii=False)
    without_layout = re.sub(r'"(width|span)": ("[^"]*"|\d+)', "", written)
    assert not re.search("[0-9]", without_layout)
    assert "১,২৩,৪৬১" in written


def test_many_indicators_are_set_in_blocks_that_fit(paper: Callable[..., Paper]) -> None:
    blocks = paper("NOTHI", "2026-27/Q1").blocks()
    assert len(blocks) > 1
    for columns in blocks:
        assert [column.title for column in columns][1] == "Upazila / thana"
        assert sum(float(column.width.removesuffix("mm")) for column in columns) <= 275
    groups = [column.group for columns in blocks for column in columns if column.group]
    assert len(groups) == 8 * len(PARTS)


def test_rows_of_several_districts_stand_under_them(paper: Callable[..., Paper]) -> None:
    titles = [section.title for section in paper(office="55", by="upazila").filled()]
    assert titles[:2] == ["District Cooperative Office, Dinajpur", "District Cooperative Office, Gaibandha"]
    assert len(titles) == 8


def test_a_standing_sheet_where_it_is_wide_enough(paper: Callable[..., Paper]) -> None:
    assert [paper(form, period).upright for form, period in (("TRACK", "2026-27/Q1"), ("NOTHI", "2026-27/Q1"))] == [
        True,
        False,
    ]


def test_the_largest_numbers_stay_in_their_cells(url: str, printer: DocumentMaker, bangla: Writing) -> None:
    """Measured by Typst itself: no number is wider than its column."""
    order = Order("rollup", {"office": "BD", "form": "CDF", "period": "2026-10"})
    data = do(url, lambda tx: printer.collect(tx, order, TODAY), read_only=True)
    huge = Figure(10**11 - 1, 10**11 - 1, 10**11 - 1)

    def enlarged(row: Row) -> Row:
        return replace(row, filed=495, expected=495, values={**row.values, "demand": huge, "collected": huge})

    found = replace(data.rollup, rows=tuple(map(enlarged, data.rollup.rows)), total=enlarged(data.rollup.total))
    paper = kinds(FORMS)["rollup"].lay_out(replace(data, rollup=found), bangla)
    tight = json.loads(as_json(paper, bangla))
    width = float(tight["tables"][0]["columns"][-1]["width"].removesuffix("mm"))
    digits = bangla.number(10**11 - 1)
    assert digits == "৯৯,৯৯,৯৯,৯৯,৯৯৯"
    assert width - 2.4 >= len(digits.replace(",", "")) * 1.85 + digits.count(",") * 0.8
    assert compiler(as_json(paper, bangla)).compile(format="pdf")


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"form": "NONE"}, "no form"),
        ({"form": None}, "no form"),
        ({"period": "2026-27"}, "no such period"),
        ({"period": None}, "no such period"),
        ({"by": "town"}, "roll-up is by"),
        ({"office": "nowhere"}, "no office"),
        ({"format": "svg"}, "pdf or as xlsx"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    url: str, printer: DocumentMaker, args: dict[str, Any], reason: str
) -> None:
    order = Order("rollup", {"office": "5573", "form": "SOC", "period": "2026-10", **args})
    with pytest.raises(InvalidValue, match=reason):
        do(url, partial(printer.collect, order=order, today=TODAY), read_only=True)


def test_a_picture_of_the_whole_country_by_upazila_is_refused(url: str, printer: DocumentMaker) -> None:
    args = {"office": "BD", "form": "SOC", "period": "2026-10", "by": "upazila", "format": "png"}
    with pytest.raises(TooManyRows):
        do(url, lambda tx: printer.collect(tx, Order("rollup", args), TODAY), read_only=True)
    assert MOST_ROWS["png"] == 70


def test_every_total_is_that_of_the_rollup(url: str, paper: Callable[..., Paper]) -> None:
    form = FORMS.newest("SOC")
    assert form is not None

    def work(tx: Tx) -> Row:
        office = offices.by_code(tx, "5573")
        assert office is not None
        return rollup(tx, form, Period.parse("2026-10"), office).total

    assert paper().last == do(url, work, read_only=True)
