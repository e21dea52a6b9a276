"""Tables of the offices' own papers, filed by message: every figure comes out as it is printed there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from bot import rollups
from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.periods import Period
from bot.form import load_forms
from bot.store import offices
from tests.conftest import NOW
from tests.handlers.talking import Talk
from tests.returns.country import appoint, officer, upazilas

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.offices import Level, Office
    from bot.rollups import Rollup
    from bot.store.query import Tx
    from tests.handlers.talking import Out

MONTH, QUARTER = "2026-10", "2026-27/Q1"
RAJSHAHI = "5081"
"""The district; its division is 50."""


class Papers:
    """Officers of a division who file, and what their returns come to."""

    def __init__(self, app: App, upazilas: list[Office]) -> None:
        self.app = app
        self.upazilas = upazilas
        self.talk = Talk(app)

    async def file(self, place: int, text: str) -> Out:
        """The officer of an upazila of the district sends a text; its answer."""
        return await self.talk.one(officer(self.upazilas[place]), text)

    async def filed(self, place: int, text: str) -> None:
        """It is filed."""
        assert (await self.file(place, text)).key == "return.filed", text

    async def rollup(self, code: str, period: str, office: str = RAJSHAHI, by: Level | None = None) -> Rollup:
        """What the returns come to."""

        def work(tx: Tx) -> Rollup:
            forms, found = load_forms(), offices.by_code(tx, office)
            newest = forms.newest(code)
            assert newest is not None
            named = Period.named(period, newest.every)
            assert named is not None
            form = forms.of(code, named)
            assert form is not None
            assert found is not None
            return rollups.rollup(tx, form, named, found, by)

        return await self.app.store.read(work)

    async def this(self, code: str, period: str, office: str = RAJSHAHI) -> dict[str, Any]:
        """The figures of the period alone."""
        return {name: figure.this for name, figure in (await self.rollup(code, period, office)).total.values.items()}


@pytest.fixture
async def papers(sqlite_url: str) -> AsyncIterator[Papers]:
    of_division = upazilas(sqlite_url, RAJSHAHI[:2])
    appoint(sqlite_url, of_division)
    first = [each for each in of_division if each.code.startswith(RAJSHAHI)]
    rest = [each for each in of_division if not each.code.startswith(RAJSHAHI)]
    async with App(Config(), Clock(NOW), sqlite_url) as app:
        yield Papers(app, first + rest)


async def test_societies_of_a_month(papers: Papers) -> None:
    await papers.filed(0, "RET SOC 10/26 1390 5 2")
    assert await papers.this("SOC", MONTH) == {"opening": 1390, "new": 5, "cancelled": 2, "closing": 1393}


@pytest.mark.parametrize(
    "text",
    [
        "RET SOC 10/26 1391 5 2 1393",
        "রিটার্ন SOC ১০/২৬ ১৩৯১ ৫ ২ ১৩৯৩",
        "রিটার্ন SOC ১০/২৬ প্রারম্ভিক ১,৩৯১ নতুন ৫ বাতিল ২ সমাপনী ১,৩৯৩",
        "ret soc oct 26 opening=1391 new=5 cancel=2 closing=1393",
    ],
)
async def test_a_closing_that_does_not_add_up_is_refused_with_the_one_that_does(papers: Papers, text: str) -> None:
    answer = await papers.file(0, text)
    assert answer.key == "return.refused"
    assert "1,394" in answer.text
    assert (await papers.rollup("SOC", MONTH)).total.filed == 0
    corrected = answer.text.rsplit("\n", 1)[-1]
    assert "1394" in corrected
    line = corrected[corrected.index("রিটার্ন" if "রিটার্ন" in corrected else "RET") :]
    await papers.filed(0, line)
    assert (await papers.this("SOC", MONTH))["closing"] == 1394


async def test_d_nothi_of_a_quarter(papers: Papers) -> None:
    await papers.filed(0, "RET NOTHI 2026-27/Q1 8 30 32 1081 1143 1277 244 82.41")
    assert await papers.this("NOTHI", QUARTER) == {
        "files_created": 8,
        "dak_note": 30,
        "note": 32,
        "letter_note": 1081,
        "total": 1143,
        "letters_issued": 1277,
        "hard_notes": 244,
        "percent": Decimal("82.41"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "RET NOTHI 2026-27/Q1 8 30 32 1081 1277 244",
        "RET NOTHI 2026-27/Q1 files_created=8 dak=30 note=32 letter_note=1081 letters=1277 hard=244",
        "রিটার্ন নথি ২০২৬-২৭/Q1 নথি সৃজন ৮ ক ৩০ খ ৩২ গ ১০৮১ পত্রজারি ১২৭৭ হার্ড নোট ২৪৪",
    ],
)
async def test_the_total_and_the_share_follow_by_themselves(papers: Papers, text: str) -> None:
    await papers.filed(0, text)
    this = await papers.this("NOTHI", QUARTER)
    assert (this["total"], this["letters_issued"], this["percent"]) == (1143, 1277, Decimal("82.41"))


@pytest.mark.parametrize("text", ["8 30 32 1081 1144 1277 244", "8 30 32 1081 1143 1277 244 82.40"])
async def test_a_printed_total_or_share_that_is_wrong_is_refused(papers: Papers, text: str) -> None:
    answer = await papers.file(0, f"RET NOTHI 2026-27/Q1 {text}")
    assert answer.key == "return.refused"
    assert ("1,143" if "1144" in text else "82.41") in answer.text
    assert (await papers.rollup("NOTHI", QUARTER)).total.filed == 0


async def test_a_share_is_no_number_of_notes(papers: Papers) -> None:
    """The table without the notes on paper: the share that is printed beside it is not taken for them."""
    answer = await papers.file(0, "RET NOTHI 2026-27/Q1 8 30 32 1081 1143 1277 82.41")
    assert (answer.key, "82.41" in answer.text) == ("return.refused", True)
    assert answer.reply.lines[0].key == "return.fault.total"
    answer = await papers.file(0, "RET NOTHI 2026-27/Q1 8 30.5 32 1081 1277 244")
    assert [line.key for line in answer.reply.lines] == ["return.fault.whole"]
    assert (await papers.rollup("NOTHI", QUARTER)).total.filed == 0


async def test_nought_by_nought_it_does_not_matter_which_is_which(papers: Papers) -> None:
    await papers.filed(0, "RET NOTHI 2026-27/Q1 0 0 0 0 0 0")
    assert (await papers.file(1, "RET NOTHI 2026-27/Q1 8 0 0 0 0 5")).key == "return.by_label"
    found = (await papers.rollup("NOTHI", QUARTER)).total
    assert (found.filed, found.values["percent"].this) == (1, None)


async def test_the_share_of_a_district_is_that_of_its_sums(papers: Papers) -> None:
    await papers.filed(0, "RET NOTHI 2026-27/Q1 8 30 32 1081 1277 244")  # 82.41 %
    await papers.filed(1, "RET NOTHI 2026-27/Q1 1 1 0 0 5 99")  # 1 %
    await papers.filed(2, "RET NOTHI 2026-27/Q1 0 10 0 0 3")  # 100 %
    outside = next(number for number, each in enumerate(papers.upazilas) if not each.code.startswith(RAJSHAHI))
    await papers.filed(outside, "RET NOTHI 2026-27/Q1 files=0 dak=0 note=0 letter_note=0 letters=7 hard=1154")  # 0 %
    district, division = [await papers.rollup("NOTHI", QUARTER, office) for office in (RAJSHAHI, RAJSHAHI[:2])]
    shares = [row.values["percent"].this for row in district.rows if row.filed]
    assert shares == [Decimal("82.41"), Decimal("1.00"), Decimal("100.00")]
    values = district.total.values
    assert (values["total"].this, values["hard_notes"].this) == (1154, 343)
    assert values["percent"].this == Decimal("77.09")  # 1154 of 1497, not 61.14
    assert division.total.values["percent"].this == Decimal("43.53")  # 1154 of 2651
    assert (division.total.filed, district.total.filed) == (4, 3)


async def test_more_than_the_target_is_a_hundred_percent(papers: Papers) -> None:
    await papers.filed(0, "RET EGOV 2026-27/Q1 target=4 achieved=1 dnothi_target=80 dnothi_achieved=86")
    this = await papers.this("EGOV", QUARTER)
    assert this["percent"] == Decimal("25.00")
    (row,) = [row for row in (await papers.rollup("EGOV", QUARTER)).rows if row.filed]
    assert row.values["dnothi_achieved"].this == 86
    assert row.values["dnothi_percent"].this == Decimal("100.00")


async def test_a_printed_share_of_the_work_plan_that_is_wrong_is_refused(papers: Papers) -> None:
    answer = await papers.file(0, "RET EGOV 2026-27/Q1 target=4 achieved=1 percent=30")
    assert answer.key == "return.refused"
    assert "25" in answer.text
    assert (await papers.file(0, "RET EGOV 2026-27/Q1 target=4 achieved=1 percent=25")).key == "return.filed"


async def test_work_plans_add_up_and_percentages_do_not(papers: Papers) -> None:
    await papers.filed(0, "RET EGOV 2026-27/Q1 target=4 achieved=1 dnothi_target=80 dnothi_achieved=86")
    await papers.filed(1, "RET EGOV 2026-27/Q1 target=10 achieved=9 dnothi_target=80 dnothi_achieved=40")
    await papers.filed(2, "RET EGOV 2026-27/Q1 target=2 achieved=6")
    found = await papers.rollup("EGOV", QUARTER)
    total = found.total.values
    assert (total["target"].this, total["achieved"].this) == (16, 16)
    assert total["percent"].this == Decimal("100.00")
    assert total["dnothi_achieved"].this is None
    listed = [row.values["dnothi_percent"].this for row in found.rows if row.filed]
    assert listed == [Decimal("100.00"), Decimal("50.00"), None]
