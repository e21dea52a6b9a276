"""The election calendar: who is on it, in which order, under which sign, and by when which step is due."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.document import MOST_ROWS, Order
from bot.documents.paper import Paper, Sign, Tick
from bot.documents.pdf import _plain
from bot.domain.committee import Colour
from bot.domain.errors import InvalidValue, TooManyRows
from bot.store import offices, terms
from bot.store.store import do
from tests.documents.conftest import DIMLA, PHONE, TODAY, Add, Make

if TYPE_CHECKING:
    from bot.documents import DocumentMaker
    from bot.documents.writing import Writing
    from bot.store.query import Tx

LayOut = Callable[..., Paper]


def test_every_society_is_there_once_and_the_totals_are_theirs(add: Add, make: Make) -> None:
    for serial, left in enumerate((-400, -1, 0, 30, 90, 91, 700, None), start=1):
        add(serial, left)
    add(9, 5, office="55730015")
    text = "\n".join(make().pages())
    assert [len(re.findall(rf"Society {serial}\b", text)) for serial in range(1, 10)] == [1, 1, 1, 1, 1, 1, 1, 1, 0]
    assert re.search(r"term is over\s+2\s", text)
    assert re.search(r"90 days or fewer left\s+3\s", text)
    assert re.search(r"more than 90 days left\s+2\s", text)
    assert re.search(r"term is not known\s+1\s", text)
    assert re.search(r"societies of this office\s+8\s", text)
    assert "400 over" in text
    assert "last day" in text


def test_the_sections_are_what_is_over_then_months_then_what_is_not_on_record(add: Add, lay_out: LayOut) -> None:
    for serial, left in enumerate((None, 45, -3, 12, -50, 8), start=1):
        add(serial, left)
    paper = lay_out()
    assert [section.title for section in paper.filled()] == [
        "Term is over, interim committee needed: 2",
        "November 2026 (Kartik–Ogrohayon 1433): 1",
        "December 2026 (Ogrohayon–Poush 1433): 1",
        "January 2027 (Poush–Magh 1433): 1",
        "No term on record: 1",
    ]
    days = [row.expires_on for section in paper.filled() for row in section.rows]
    assert days[:-1] == sorted(day for day in days if day)
    assert days[-1] is None


def test_the_month_in_which_the_bangla_year_turns_has_both_years(add: Add, lay_out: LayOut) -> None:
    add(1, (date(2027, 4, 20) - TODAY).days)
    (section,) = lay_out().filled()
    assert section.title == "April 2027 (Choitro 1433–Boishakh 1434): 1"


def test_every_row_bears_the_sign_of_its_colour(add: Add, lay_out: LayOut) -> None:
    expected = {-1: Colour.RED, 0: Colour.YELLOW, 90: Colour.YELLOW, 91: Colour.GREEN, None: None}
    for serial, left in enumerate(expected, start=1):
        add(serial, left)
    paper = lay_out()
    rows = [row for section in paper.filled() for row in section.rows]
    assert [paper.columns[0].value(row) for row in rows] == [Sign(colour) for colour in expected.values()]
    assert [total.count for total in paper.totals] == [1, 2, 1, 1, 5]


@pytest.mark.parametrize(
    ("left", "following"),
    [(200, 0), (60, 0), (59, 1), (40, 1), (39, 2), (30, 2), (29, None), (0, None)],
)
def test_the_steps_are_counted_back_and_the_next_one_stands_out(
    add: Add, lay_out: LayOut, left: int, following: int | None
) -> None:
    add(1, left)
    paper = lay_out()
    (section,) = paper.filled()
    end = TODAY + timedelta(days=left)
    steps = [value for column in paper.columns if isinstance(value := column.value(section.rows[0]), Tick)]
    assert [step.day for step in steps] == [end - timedelta(days=days) for days in (60, 40, 30)]
    assert [step.next for step in steps] == [number == following for number in range(3)]


def test_no_step_is_asked_of_a_committee_that_is_over(add: Add, lay_out: LayOut) -> None:
    add(1, -1)
    paper = lay_out()
    (section,) = paper.filled()
    assert not any(isinstance(column.value(section.rows[0]), Tick) for column in paper.columns)


def test_days_takes_in_what_ends_by_then_and_all_that_is_over(add: Add, make: Make) -> None:
    for serial, left in enumerate((-900, 10, 30, 31, None), start=1):
        add(serial, left)
    (text,) = make(days=30).pages()
    assert [f"Society {serial}" in text for serial in range(1, 6)] == [True, True, True, False, True]
    assert "ends within 30 days, or is not on record: 4" in text
    assert re.search(r"societies of this office\s+5\s", text)  # the totals are those of the office all the same


def test_the_header_the_office_and_the_number_are_on_every_page(add: Add, make: Make) -> None:
    for serial in range(1, 90):
        add(serial, serial * 3 - 20)
    pages = make().pages()
    assert len(pages) > 3
    for number, text in enumerate(pages, start=1):
        assert f"Page {number}/{len(pages)}" in text
        assert "Last day of term" in text
        assert "Upazila Cooperative Office, Dimla" in text
    assert sum(text.count("Society ") for text in pages) >= 89
    # Where the rows of a month go on, its heading comes again.
    headed = [re.search(r"\(\w+–\w+ \d+\): \d+|interim committee needed", text) for text in pages[:-1]]
    assert all(headed)


def test_a_higher_office_sees_its_offices_with_their_sums(add: Add, make: Make) -> None:
    add(1, -1)
    add(2, 40, office="55730015")
    add(3, 400, office="55730015")
    add(4, None, office="5573")
    (text,) = make(office="5573").pages()
    assert "Dimla 1 0 0 0 1" in text
    assert "Domar 0 1 1 0 2" in text
    assert "Of this office itself 0 0 0 1 1" in text
    assert "Total 1 1 1 1 4" in text


def test_the_figures_of_a_bangla_calendar_are_bangla(add: Add, make: Make, lay_out: LayOut, bangla: Writing) -> None:
    add(1, 10, name="সমিতি")
    (text,) = make(language="bn").pages()
    # Extraction mixes up Bangla letters, which a PDF holds in the order they are drawn; digits come as they are.
    assert all(figure in text for figure in ("০১/১২/২০২৬", "১/২০১৯", "১৪৩৩", "১/১"))
    shown = _plain(lay_out(writing=bangla), bangla)
    written = [*(shown[part] for part in _WRITTEN), *(table["sections"] for table in shown["tables"])]
    assert not re.search("[0-9]", json.dumps(written, ensure_ascii=False))


_WRITTEN = ("title", "office", "above", "made", "scope", "notes", "totals", "summary", "digits", "page")


def test_an_empty_calendar_is_one_page_that_says_so(make: Make) -> None:
    (text,) = make().pages()
    assert "No committee's term ends within this time." in text
    assert "Page 1/1" in text


def test_the_calendar_has_no_phones(add: Add, make: Make) -> None:
    add(1, 10)
    calendar = make()
    assert PHONE[4:] not in "".join(calendar.pages())
    book = make(format="xlsx").book()
    assert not any(PHONE[4:] in str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def test_a_demonstration_is_marked(make: Make, demo_url: str) -> None:
    assert all("Sample data" in text for text in make(url=demo_url).pages())


def test_a_real_registry_is_not(make: Make) -> None:
    assert "Sample data" not in "".join(make().pages())


def test_the_demonstration_in_full(make: Make, demo_url: str) -> None:
    def work(tx: Tx) -> terms.Counts:
        office = offices.by_code(tx, "5573")
        assert office is not None
        return terms.ending_counts(tx, office.lineage, TODAY)

    counts = do(demo_url, work)
    signs = [row["Sign"].value for row in make(url=demo_url, office="5573", format="xlsx").rows()]
    assert len(signs) == counts.total
    assert [signs.count(word) for word in ("✕ Red", "▲ Yellow", "○ Green", "◇ Not on record")] == [
        counts.red,
        counts.yellow,
        counts.green,
        counts.unformed,
    ]


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"office": "nowhere"}, "no office"),
        ({"office": None}, "no office"),
        ({"office": 5573}, "no office"),
        ({"office": DIMLA, "format": "docx"}, "pdf or as xlsx"),
        ({"office": DIMLA, "language": "fr"}, "bn or in en"),
        ({"office": DIMLA, "days": -1}, "days ahead"),
        ({"office": DIMLA, "days": "90"}, "days ahead"),
        ({"office": DIMLA, "days": True}, "days ahead"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    maker: DocumentMaker, sqlite_url: str, args: dict[str, object], reason: str
) -> None:
    with pytest.raises(InvalidValue, match=reason):
        do(sqlite_url, lambda tx: maker.collect(tx, Order("calendar", args), TODAY))


def test_a_document_of_no_kind_is_refused(maker: DocumentMaker, sqlite_url: str) -> None:
    with pytest.raises(InvalidValue, match="no document"):
        do(sqlite_url, lambda tx: maker.collect(tx, Order("poem", {"office": DIMLA}), TODAY))


def test_what_nobody_prints_is_refused_on_paper_only(add: Add, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST_ROWS, "pdf", 2)
    for serial, left in enumerate((1, None, -1), start=1):
        add(serial, left)
    for kind in ("calendar", "societies"):
        with pytest.raises(TooManyRows, match="smaller area"):
            make(kind)
        assert len(make(kind, format="xlsx").rows()) == 3
