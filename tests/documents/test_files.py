"""What holds for every document: names are only names, the same input gives the same file, any thread may make one."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from itertools import product
from typing import TYPE_CHECKING

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from bot.document import PDF, XLSX, Order
from bot.documents.pdf import as_json, breakable, pdf
from bot.documents.typesetter import compiler, fonts
from bot.documents.workbook import FILLS, FONT, SIGNS
from bot.documents.writing import Writing, tidy
from bot.domain.messages import Language
from bot.domain.text import precomposed
from bot.i18n import gaps_in
from bot.registry.words import meanings
from bot.store.store import do
from tests.documents.conftest import DIMLA, TODAY, Add, Make

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.documents import DocumentMaker
    from bot.documents.paper import Paper

HOSTILE = (
    '#import "x"',
    "*a* _b_ $x$ @c <d> `e`",
    "#panic()",
    '"); #read("/etc/passwd")',
    "=1+1",
    "+8801700099932",
    "-5",
    "@sum",
    "'=1",
    '=HYPERLINK("http://example.com")',
)
BOTH = pytest.mark.parametrize("kind", ["calendar", "societies"])


@BOTH
def test_names_are_printed_as_they_are(add: Add, make: Make, kind: str) -> None:
    for serial, name in enumerate(HOSTILE, start=1):
        add(serial, 10, name=name)
    text = re.sub(r"\s+", "", "".join(make(kind).pages()))
    for name in HOSTILE:
        assert name.replace(" ", "") in text
    rows = make(kind, format="xlsx").rows()
    assert {row["Society"].value for row in rows} == set(HOSTILE)
    for row in rows:
        assert row["Society"].data_type == "s"
        assert row["Society"].quotePrefix == row["Society"].value.startswith(("=", "+", "-", "@", "'"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("bell \x07", "bell"),
        ("turned \u202e round", "turned round"),
        ("two\nlines", "two lines"),
        ("র\u200d্যাব", "র\u200d্যাব"),
    ],
)
def test_what_has_no_shape_is_left_out(add: Add, make: Make, name: str, shown: str) -> None:
    add(1, 10, name=name)
    assert tidy(name) == shown
    assert [row["Society"].value for row in make(format="xlsx").rows()] == [shown]
    assert make().file.content


def test_half_a_letter_is_left_out() -> None:
    assert tidy("half \ud800 pair") == "half pair"


@pytest.mark.parametrize(
    ("kind", "format_", "language"), list(product(["calendar", "societies"], ["pdf", "xlsx"], Language))
)
def test_the_same_input_gives_the_same_file_in_any_thread(
    maker: DocumentMaker, demo_url: str, kind: str, format_: str, language: Language
) -> None:
    order = Order(kind, {"office": DIMLA, "format": format_, "language": language.value})
    data = do(demo_url, lambda tx: maker.collect(tx, order, TODAY))
    with ThreadPoolExecutor(4) as threads:
        first, *others = threads.map(lambda _: maker.make(order, data, TODAY), range(4))
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    ("kind", "format_", "name", "mime"),
    [
        ("calendar", "pdf", "election-calendar-55730012-2026-11-21.pdf", PDF),
        ("societies", "xlsx", "society-list-55730012-2026-11-21.xlsx", XLSX),
    ],
)
def test_a_file_says_what_it_is(make: Make, kind: str, format_: str, name: str, mime: str) -> None:
    file = make(kind, format=format_).file
    assert (file.name, file.mime) == (name, mime)
    assert file.content.startswith(b"%PDF" if format_ == "pdf" else b"PK")


@BOTH
def test_a_workbook_is_ready_to_be_sorted_and_printed(add: Add, make: Make, kind: str) -> None:
    for serial, left in enumerate((-10, 10, 200, None), start=1):
        add(serial, left)
    book = make(kind, format="xlsx").book()
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage) == (9, True)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.oddFooter.right.text == "Page &P/&N"
    table = book.worksheets[0]
    assert (table.freeze_panes, table.print_title_rows) == ("A7", "$6:$6")
    assert table.auto_filter.ref == f"A6:{table.cell(6, table.max_column).column_letter}{table.max_row}"
    assert table.max_row == 10
    assert {cell.font.name for row in table.iter_rows() for cell in row if cell.value} == {FONT}


def test_cells_are_days_and_numbers_and_their_fill_is_their_colour(add: Add, make: Make) -> None:
    expected = {-10: "red", 10: "yellow", 200: "green", None: "unformed"}
    for serial, left in enumerate(expected, start=1):
        add(serial, left)
    rows = make(format="xlsx").rows()
    assert [row["Days left"].value for row in rows] == list(expected)
    for row, tone in zip(rows, expected.values(), strict=True):
        assert row["Sign"].value.startswith(SIGNS[tone])
        assert row["Sign"].fill.fgColor.rgb.endswith(FILLS[tone])
        assert row["Reg no"].data_type == "s"
    for row in rows[:3]:
        assert isinstance(row["Last day of term"].value, datetime)
        assert row["Last day of term"].number_format == "dd/mm/yyyy"
        assert row["Days left"].fill.fgColor.rgb == row["Sign"].fill.fgColor.rgb
    assert rows[1]["Last day of term"].value.date() == date(2026, 12, 1)


def test_the_second_sheet_has_the_totals_as_numbers(add: Add, make: Make) -> None:
    for serial, left in enumerate((-10, -9, 10, None), start=1):
        add(serial, left)
    sheet = make(office="5573", format="xlsx").book().worksheets[1]
    cells = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True) if row[0]}
    assert [cells[f"{SIGNS[tone]} {word}"][0] for tone, word in (("red", "Red"), ("yellow", "Yellow"))] == [2, 1]
    assert cells["Dimla"] == (2, 1, 0, 1, 4)
    assert cells["Domar"] == (0, 0, 0, 0, 0)


def test_figures_of_a_bangla_workbook_show_as_bangla(add: Add, make: Make) -> None:
    add(1, 10)
    (row,) = make(format="xlsx", language="bn").rows()
    assert row["বাকি"].value == 10
    assert row["বাকি"].number_format == "[$-5000845]0"
    assert row[precomposed("মেয়াদের শেষ দিন")].number_format == "[$-5000845]dd/mm/yyyy"
    assert row["শেষ দিন (বঙ্গাব্দ)"].value == precomposed("১৬ অগ্রহায়ণ ১৪৩৩")


def test_each_colour_has_its_own_shape_on_every_row(add: Add, lay_out: Callable[..., Paper], english: Writing) -> None:
    for serial, left in enumerate((-10, -5, -1, 10, 20, 200, None), start=1):
        add(serial, left)
    page = compiler(as_json(lay_out(), english)).compile(format="svg")
    assert isinstance(page, bytes)
    svg = page.decode()
    # Each once for its total and once in the footer besides the rows: a square, a triangle, a circle's rim, a lozenge.
    shapes = [svg.count(f'"{colour}"') for colour in ("#a3131f", "#f0b400", "#1b8a5a")]
    assert shapes == [3 + 2, 2 + 2, 1 + 2]


def test_a_typesetter_that_fails_says_why(add: Add, lay_out: Callable[..., Paper], english: Writing) -> None:
    add(1, 10)
    paper = lay_out()
    broken = replace(paper, columns=(replace(paper.columns[0], width="no width"), *paper.columns[1:]))
    with pytest.raises(RuntimeError, match="the typesetter ended with 1"):
        pdf(broken, english, TODAY)


def test_no_letter_is_missing_and_conjuncts_are_formed(
    texts: dict[Language, dict[str, str]], maker: DocumentMaker
) -> None:
    """Every letter of the catalogue's own texts has a glyph, and ক্ষ is one shape, narrower than its two parts."""
    bangla = "".join(
        sorted({letter for key, text in texts[Language.BN].items() if "document." in key for letter in text})
    )
    source = (
        '#set text(font: "Hind Siliguri", lang: "bn", fallback: false)\n'
        "#context [#metadata(range(2).map(i => measure(([ক্ষ], [ক্\u200cষ]).at(i)).width.pt())) <widths>]\n"
        f"#text({json.dumps(bangla + 'ক্ষ ঙ্গ র‍্যাব', ensure_ascii=False)})"
    ).encode()
    setting = typst.Compiler(source, font_paths=fonts(), ignore_system_fonts=True)
    _, warnings = setting.compile_with_warnings(format="pdf")
    assert warnings == []
    joined, apart = json.loads(
        typst.query(source, "<widths>", font_paths=fonts(), ignore_system_fonts=True, field="value", one=True)
    )
    assert joined < apart


@given(st.text(alphabet="কখগ্িাষ র‍a-1", max_size=200))
def test_breaking_a_word_changes_nothing_that_is_seen(text: str) -> None:
    broken = breakable(text)
    assert broken.replace("\u200b", "") == text
    assert all(len(word) <= 80 for word in re.split(r"[\s\u200b]", broken)) or "্" in text


def test_only_words_too_long_for_a_cell_are_broken() -> None:
    assert breakable("উৎপাদনকারী মৎস্যজীবী সমবায় সমিতি লিমিটেড") == "উৎপাদনকারী মৎস্যজীবী সমবায় সমিতি লিমিটেড"
    assert breakable("ক" * 60).count("\u200b") == 4


def test_days_are_written_in_both_calendars(english: Writing, bangla: Writing) -> None:
    day = date(2026, 11, 22)
    assert precomposed(bangla.both_days(day)) == precomposed("২২ নভেম্বর ২০২৬ / ৭ অগ্রহায়ণ ১৪৩৩")
    assert english.both_days(day) == "22 November 2026 / 7 Ogrohayon 1433"
    assert bangla.bangla_day(date(2023, 1, 12)) == "২৮ পৌষ ১৪২৯"
    assert precomposed(bangla.common_day(date(2023, 1, 12))) == precomposed("১২ জানুয়ারি ২০২৩")


def test_the_texts_are_the_same_in_both_languages(texts: dict[Language, dict[str, str]]) -> None:
    found = [
        {key: gaps_in(text) for key, text in texts[each].items() if key.startswith("document.")} for each in Language
    ]
    assert found[0].keys() == found[1].keys()
    assert {key for key in found[0] if found[0][key] != found[1][key]} == set()


def test_every_category_of_the_registry_has_its_words(texts: dict[Language, dict[str, str]]) -> None:
    for language in Language:
        assert {f"document.category.{each}" for each in meanings("category").values()} <= texts[language].keys()
