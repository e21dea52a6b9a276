"""Taking back what was filed: by the office whose return it is, in time, and while nothing rests on it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.periods import Period
from bot.sections import ReturnSettings
from bot.store import offices, totals, versions
from tests.conftest import NOW
from tests.handlers.filed import MEMBERS, OCTOBER, asked, differing, figures, filed, found
from tests.handlers.talking import (
    ANOTHER,
    DCO,
    DIMLA,
    JOINT,
    PRESIDENT,
    SECRETARY,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    Talk,
    by_number,
)

if TYPE_CHECKING:
    from bot.store.query import Tx


async def test_taken_back_and_filed_again(talk_on_each: Talk) -> None:
    talk = talk_on_each
    ref = await filed(talk)
    said = await talk.one(UCO, "undo")
    assert (said.key, "রিটার্ন SOC 10/26 প্রারম্ভিক 1390 নতুন 5 বাতিল 2" in said.text) == ("undo.return_done", True)
    one = await found(talk, ref)
    assert (one.filed_at, one.given, one.figures, one.counted) == (None, {}, {}, None)
    (version,) = await talk.app.store.read(partial(versions.of, return_id=one.id))
    assert (version.figures, version.undone_at) == (OCTOBER, NOW)
    assert await differing(talk) == []
    assert await talk.changes() == ["return.undo"]
    # Twice is once, with and without the reference.
    for text in ("undo", f"প্রত্যাহার {ref}"):
        assert (await talk.one(UCO, text)).key == "undo.return_already"
    again = await filed(talk, opening=1390, new=6, cancelled=2)
    assert again != ref
    # The old reference does not take back what came after.
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.return_already"
    assert (await found(talk, again)).figures["closing"] == 1394
    assert (await talk.one(UCO, "undo", ref=again)).key == "undo.return_done"
    assert await differing(talk) == []


async def test_the_latest_of_all_that_was_done(talk_on_each: Talk) -> None:
    """Without a reference it is the latest thing, an event or a return; not the one before it when said twice."""
    talk = talk_on_each
    await filed(talk)
    await talk(UCO, "agm", reg_no="1/2023", date="2026-10-05")
    assert (await talk.one(UCO, "undo")).key == "undo.done"
    assert (await talk.one(UCO, "undo")).key == "undo.already"
    await filed(talk, period="2026-11", new=1, cancelled=0)
    assert (await talk.one(UCO, "undo")).key == "undo.return_done"
    assert (await talk.one(UCO, "undo")).key == "undo.return_already"
    for who in (DCO, JOINT, UCO_OF_DOMAR):
        assert (await talk.one(who, "undo")).key == "undo.nothing"


@pytest.mark.parametrize(
    ("setting", "minutes", "key"),
    [
        (15, 14, "undo.return_done"),
        (15, 15, "undo.return_late"),
        (60, 59, "undo.return_done"),
        (0, 0, "undo.return_late"),
    ],
)
async def test_only_for_some_minutes(demo_url: str, setting: int, minutes: int, key: str) -> None:
    config = Config(returns=ReturnSettings(undo_minutes=setting))
    async with App(config, Clock(NOW), demo_url) as app:
        ref = await filed(Talk(app))
    async with App(config, Clock(NOW + timedelta(minutes=minutes)), demo_url) as app:
        talk = Talk(app, count=9)
        said = (await talk(UCO, "undo"))[-1]
        assert said.key == key
        if key == "undo.return_late":
            assert f"সংশোধন {ref}" in said.text


async def test_what_was_used_above_stays(talk_on_each: Talk) -> None:
    talk = talk_on_each
    period = Period.parse("2026-10")

    def use(tx: Tx, code: str) -> None:
        office = offices.by_code(tx, code)
        assert office is not None
        totals.use(tx, "SOC", period, office.id, NOW)

    # What was used before it was filed, or elsewhere, does not count.
    ref = await filed(talk, UCO_OF_DOMAR)
    await talk.app.store.write(partial(use, code=DIMLA))
    assert (await talk.one(UCO_OF_DOMAR, "undo", ref=ref)).key == "undo.return_done"
    ref = await filed(talk)
    await talk.app.store.write(partial(use, code="5573"))
    before = await figures(talk.app)
    said = await talk.one(UCO, "undo")
    assert (said.key, f"সংশোধন {ref}" in said.text) == ("undo.return_used", True)
    assert await figures(talk.app) == before


async def test_what_was_used_in_the_sum_of_a_later_month_stays(talk: Talk) -> None:
    """Another year's, or an earlier month's, has nothing of it."""
    await filed(talk, UCO_OF_DOMAR, period="2026-11")
    await filed(talk, UCO_OF_DOMAR, period="2026-08")
    ref = await filed(talk)
    assert (await talk.one(DCO, "rollup", form="SOC", period="2026-08")).key == "rollup.sms"
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.return_done"
    ref = await filed(talk)
    assert (await talk.one(DCO, "rollup", form="SOC", period="2026-11")).key == "rollup.sms"
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.return_used"


async def test_what_a_later_return_rests_on_stays(talk: Talk) -> None:
    ref = await filed(talk)
    later = await filed(talk, period="2026-11", new=1, cancelled=0)
    said = await talk.one(UCO, "undo", ref=ref)
    assert (said.key, said.reply.params["later"]) == ("undo.return_needed", "2026-11")
    # From the newest on they go one by one.
    for each in (later, ref):
        assert (await talk.one(UCO, "undo", ref=each)).key == "undo.return_done"
    assert await differing(talk) == []


async def test_what_was_corrected_stays(talk: Talk) -> None:
    ref = await filed(talk)
    asked_for = await asked(talk, ref, new=6)
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.return_asked"
    await talk.confirmed(DCO, "approve", ref=asked_for)
    before = await figures(talk.app)
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.return_corrected"
    for text in ("undo", f"প্রত্যাহার {asked_for}"):
        assert (await talk.one(UCO, text)).key == "undo.correction_approved"
    assert (await talk.one(DCO, "undo")).key == "correct.is_approved"
    assert await figures(talk.app) == before


async def test_what_is_only_written_down_goes_at_any_time(demo_url: str) -> None:
    async with App(Config(), Clock(NOW), demo_url) as app:
        kept = await Talk(app).one(UCO, "return", form="SOC", period="2026-10", values={"new": 5})
        assert kept.key == "return.kept"
    async with App(Config(), Clock(NOW + timedelta(days=3)), demo_url) as app:
        talk = Talk(app, count=9)
        assert (await talk(UCO, "undo"))[-1].key == "undo.draft_done"
        assert (await talk.one(UCO, "undo")).key == "undo.return_already"
        assert await talk.changes() == ["return.drop"]
        # What comes now does not find the old figures.
        assert (
            await talk.one(UCO, "return", form="SOC", period="2026-10", values={"cancelled": 2})
        ).key == "return.kept"


async def test_anybody_of_the_office_and_nobody_else(talk: Talk) -> None:
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DIMLA, msisdn=ANOTHER, text="জামাল মিয়া"
    )
    ref = await filed(talk)
    before = await figures(talk.app)
    for who, key in (
        (DCO, "undo.return_not_own"),
        (JOINT, "undo.return_not_own"),
        (UCO_OF_DOMAR, "report.not_found"),
        (PRESIDENT, "report.not_found"),
        (STRANGER, "not_allowed"),
    ):
        assert (await talk.one(who, "undo", ref=ref)).key == key
    assert await figures(talk.app) == before
    told = by_number(await talk(ANOTHER, "undo", ref=ref))
    assert {number: out.key for number, out in told.items()} == {ANOTHER: "undo.return_done", UCO: "undo.return_told"}
    assert "01700055522" in told[UCO].text
    # "No" to one's own return means the same.
    ref = await filed(talk)
    assert (await talk.one(UCO, "reject", ref=ref)).key == "undo.return_done"
    assert (await talk.one(DCO, "reject", ref=ref)).key == "correct.none_waits"


async def test_a_societys_return(talk_on_each: Talk) -> None:
    talk = talk_on_each
    ref = await filed(talk, PRESIDENT, "MEM", "2026-27/Q1", **MEMBERS)
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.return_not_own"
    told = by_number(await talk(SECRETARY, "undo", ref=ref))
    assert {number: out.key for number, out in told.items()} == {
        SECRETARY: "undo.return_done",
        PRESIDENT: "undo.return_told",
    }
    assert (await talk.one(PRESIDENT, "undo")).key == "undo.return_already"
    assert await differing(talk) == []
