"""Whom a broadcast did not reach, as a workbook: a sheet for each kind, numbers for officers only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, select, update

from bot.document import XLSX
from bot.domain.audiences import Audience, Group
from bot.domain.errors import InvalidValue
from bot.domain.text import precomposed
from bot.store import senders
from bot.store.query import Query
from bot.store.schema import outbox, people
from bot.store.store import do
from tests import broadcasts as making
from tests.conftest import NOW

if TYPE_CHECKING:
    from bot.store.query import Tx
    from tests.documents.conftest import Make, Printed

DISTRICT = "5573"
IN_BANGLA = ("পৌঁছায়নি", "জানা যায়নি", "নম্বর নেই", "বার্তা বন্ধ", "সারসংক্ষেপ")
BEARERS = Audience(Group.BEARERS, "BD/55/5573/55730012/")

_PEOPLE: Query[tuple[int, str]] = Query(
    select(people.c.id, people.c.msisdn).where(people.c.msisdn.like("+88017001000%")).order_by(people.c.id),
    lambda number, msisdn: (number, msisdn),
)
_NO_NUMBER: Query[int] = Query(update(people).where(people.c.id == bindparam("person")).values(msisdn=None))
_ROWS: Query[int] = Query(select(outbox.c.id).where(outbox.c.broadcast_id.is_not(None)).order_by(outbox.c.id))
_BECOME: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(state=bindparam("new_state"), error=bindparam("why"))
)


@pytest.fixture
def sent(demo_url: str) -> int:
    """A broadcast to office-bearers: some without a number, some in STOP, some that failed."""

    def work(tx: Tx) -> int:
        known = tx.all(_PEOPLE)
        tx.run(_NO_NUMBER, person=known[0][0])
        senders.stop(tx, known[1][1], NOW)
        rules = making.rules()
        made = making.send(tx, rules, BEARERS, making.words())
        making.queue_all(tx, rules, made.id)
        first, second, third, fourth, *others = tx.all(_ROWS)
        for row_id, state, why in (
            (first, "failed", "REJECTD"),
            (second, "unconfirmed", "no answer in time"),
            (third, "expired", None),
            (fourth, "failed", "=cmd()"),
        ):
            tx.run(_BECOME, row_id=row_id, new_state=state, why=why)
        for row_id in others:
            tx.run(_BECOME, row_id=row_id, new_state="delivered", why=None)
        return made.id

    return do(demo_url, work)


@pytest.fixture
def printed(make: Make, demo_url: str, sent: int) -> Any:
    return partial(make, "broadcast_failures", url=demo_url, office=DISTRICT, broadcast=sent, format="xlsx")


def table(sheet: Any) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(min_row=6, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_a_sheet_for_each_kind(printed: Any) -> None:
    document: Printed = printed(phones=True)
    assert document.file.mime == XLSX
    assert document.file.name.startswith("not-reached-R")
    book = document.book()
    assert book.sheetnames == ["Failed", "Not known", "No number", "In STOP", "Totals"]
    failed = table(book["Failed"])
    assert [row["Reason"] for row in failed] == [
        "Number not in use, or refused",
        "Not sent in time",
        "Provider could not send it",
    ]
    assert [row["What the provider said"] for row in failed] == ["REJECTD", None, "=cmd()"]
    assert all(str(row["Phone"]).startswith("01700") for row in failed)
    assert all(row["Reg no"] and row["Society or office"] for row in failed)
    assert [row["Reason"] for row in table(book["Not known"])] == ["Not known whether it arrived"]
    (nameless,) = table(book["No number"])
    assert nameless["Name"]
    assert nameless["Phone"] is None
    assert [row["Reason"] for row in table(book["In STOP"])] == ["In STOP"]
    totals = [(row[0], row[1]) for row in book["Totals"].iter_rows(min_row=3, max_row=6, values_only=True)]
    assert totals == [("Failed", 3), ("Not known", 1), ("No number", 1), ("In STOP", 1)]


def test_numbers_are_for_officers(printed: Any) -> None:
    book = printed().book()
    assert "Phone" not in table(book["Failed"])[0]
    assert "01700" not in str([row for sheet in book for row in sheet.iter_rows(values_only=True)])


def test_in_bangla_and_on_paper(printed: Any) -> None:
    book = printed(language="bn", phones=True).book()
    assert [precomposed(name) for name in book.sheetnames] == [precomposed(name) for name in IN_BANGLA]
    assert table(book.worksheets[0])[0]["মোবাইল"].startswith("০১৭০০")
    pages = printed(format="pdf").pages()
    assert "Not sent in time" in "".join(pages)


def test_nobody_elses(make: Make, demo_url: str, sent: int) -> None:
    for office, number in (("5526", sent), (DISTRICT, sent + 1), (DISTRICT, "x")):
        with pytest.raises(InvalidValue):
            make("broadcast_failures", url=demo_url, office=office, broadcast=number)


def test_nothing_failed(make: Make, demo_url: str) -> None:
    def work(tx: Tx) -> int:
        return making.send(tx, making.rules(), BEARERS, making.words()).id

    number = do(demo_url, work)
    book = make("broadcast_failures", url=demo_url, office=DISTRICT, broadcast=number, format="xlsx").book()
    assert [table(sheet) for sheet in book.worksheets[:4]] == [[], [], [], []]
