"""Who has not filed: one's own returns to file, those that lack below to ask for, and whom a nudge reaches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.messages import MessageClass
from bot.store import offices, outbox, people, senders
from tests import filed
from tests.conftest import NOW
from tests.handlers.talking import (
    DCO,
    DIMLA,
    DOMAR,
    JOINT,
    PRESIDENT,
    REGISTRAR,
    SADAR,
    SECRETARY,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    Talk,
    by_number,
    code_in,
)

if TYPE_CHECKING:
    from bot.store.query import Tx
    from tests.handlers.talking import Out

MONTHLY = ("AGM", "AUD", "CDF", "SOC")
QUARTERLY = ("EGOV", "NOTHI", "TRACK")
SOC = {"form": "SOC", "period": "2026-10"}
DISTRICT = "5573"


async def file(talk: Talk, code: str, form: str = "SOC", period: str = "2026-10") -> None:
    await talk.app.store.write(partial(filed.by_office, code=code, form=form, period=period, at=NOW))


def offered(out: Out) -> list[tuple[str, str]]:
    return [(one.args["form"], one.args["period"]) for one in out.reply.choices if one.command in {"return", "nudge"}]


async def test_an_upazila_officer_sees_what_he_has_to_file(talk_on_each: Talk) -> None:
    talk = talk_on_each
    out = await talk.one(UCO, "DUE")
    assert (out.key, out.segments <= 5) == ("due.own", True)
    assert offered(out) == [*((form, "2026-27/Q1") for form in QUARTERLY), ("AGM", "2026-10"), ("AUD", "2026-10")]
    assert "NOTHI জুলাই-সেপ্টে/26: 41 দিন" in out.text
    rest = await talk.one(UCO, "6")
    assert offered(rest) == [("CDF", "2026-10"), ("SOC", "2026-10")]
    office = await talk.app.store.read(partial(offices.by_code, code=DIMLA))
    assert office is not None
    assert [(one.command, one.args) for one in rest.reply.choices][-1] == ("return", {**SOC, "office_id": office.id})


async def test_what_is_filed_is_off_the_list_and_the_next_one_is_named(talk: Talk) -> None:
    for form in (*MONTHLY, *QUARTERLY):
        await file(talk, DIMLA, form, "2026-10" if form in MONTHLY else "2026-27/Q1")
    out = await talk.one(UCO, "DUE")
    assert out.key == "due.next"
    assert (out.reply.params["form"], out.reply.params["p"], str(out.reply.params["d"])) == (
        "AGM",
        "2026-11",
        "2026-12-06",
    )
    assert (await talk.one(UCO, "DUE SOC")).key == "due.next"
    assert (await talk.one(UCO_OF_DOMAR, "DUE SOC 10/26")).key == "due.own"


async def test_gaps_are_asked_for(talk: Talk) -> None:
    await file(talk, DIMLA, period="2026-08")
    out = await talk.one(UCO, "due", form="SOC")
    assert offered(out) == [("SOC", "2026-09"), ("SOC", "2026-10")]
    assert offered(await talk.one(UCO, "due", form="SOC", period="2026-09")) == [("SOC", "2026-09")]


@pytest.mark.parametrize("who", [PRESIDENT, SECRETARY])
async def test_who_serves_a_society_sees_its_forms(talk: Talk, who: str) -> None:
    out = await talk.one(who, "DUE")
    assert [one.args for one in out.reply.choices] == [
        {"form": "MEM", "period": "2025-26", "society_id": 1},
        {"form": "MEM", "period": "2026-27/Q1", "society_id": 1},
    ]
    await talk.app.store.write(partial(filed.by_society, society_id=1, form="MEM", period="2025-26", at=NOW))
    await talk.app.store.write(partial(filed.by_society, society_id=1, form="MEM", period="2026-27/Q1", at=NOW))
    assert (await talk.one(who, "DUE")).key == "due.next"


async def test_the_office_above_sees_what_lacks_and_goes_down(talk_on_each: Talk) -> None:
    talk = talk_on_each
    for code in (DIMLA, DOMAR, SADAR):
        await file(talk, code)
    out = await talk.one(DCO, "DUE")
    assert out.key == "due.under"
    tallies = [one.label.params for one in out.reply.choices]
    assert [one["form"] for one in tallies[:5]] == [*QUARTERLY, "AGM", "AUD"]
    rest = await talk.one(DCO, "6")
    soc = rest.reply.choices[-1]
    assert (soc.label.params["form"], soc.label.params["lacking"], soc.label.params["all"]) == ("SOC", 3, 6)
    assert "SOC অক্টো/26: 3/6" in rest.text
    listed = await talk.one(DCO, "2")
    assert (listed.key, listed.reply.params["filed"], listed.reply.params["all"]) == ("due.list", 3, 6)
    assert [one.label.params["place"]["en"] for one in listed.reply.choices[:3]] == [
        "Jaldhaka",
        "Kishoreganj",
        "Saidpur",
    ]
    assert [one.label.key for one in listed.reply.choices[3:]] == ["due.all"]
    assert "16 দিন" in listed.text
    assert listed.segments <= 4


async def test_a_long_list_goes_on_where_it_stopped(talk_on_each: Talk) -> None:
    talk, seen = talk_on_each, []
    out = await talk.one(REGISTRAR, "DUE SOC 10/26")
    for _ in range(200):
        seen += [
            one.args["office_code"] for one in out.reply.choices if one.command == "nudge" and "all" not in one.args
        ]
        if out.reply.choices[-1].command != "due":
            break
        # What is filed meanwhile neither doubles nor hides anybody.
        if len(seen) == 10:
            await file(talk, DIMLA)
        out = await talk.one(REGISTRAR, str(len(out.reply.choices)))
    assert len(seen) == 494
    assert len(set(seen)) == 494
    assert DIMLA not in seen


async def test_an_office_by_name_inside_the_area_only(talk: Talk) -> None:
    out = await talk.one(DCO, "DUE ডোমার")
    assert (out.key, out.reply.choices[0].command) == ("due.of_office", "nudge")
    assert out.reply.choices[0].args == {"form": "EGOV", "period": "2026-27/Q1", "office_code": DOMAR}
    below = await talk.one(JOINT, "DUE নীলফামারী")
    assert (below.key, below.reply.params["place"]["en"]) == ("due.under", "Nilphamari")
    for who, text in ((DCO, "DUE চারঘাট"), (UCO, "DUE ডোমার")):
        assert (await talk.one(who, text)).key == "area.outside"
    assert (await talk.one(DCO, "due", **SOC, office_code="5081")).key == "area.outside"
    assert (await talk.one(UCO, "DUE ডিমলা")).key == "due.own"
    assert (await talk.one(STRANGER, "DUE")).key == "not_allowed"


async def test_what_there_is_not(talk: Talk) -> None:
    assert (await talk.one(DCO, "due", form="XYZ")).key == "form.unknown"
    assert (await talk.one(DCO, "due XYZ")).key == "form.unknown"
    assert (await talk.one(DCO, "due xyzabc")).key == "area.unknown_office"
    assert (await talk.one(DCO, "due", form="NOTHI", period="2026-10")).key == "due.no_period"
    for code in ("55730036", "55730045", "55730085", DIMLA, DOMAR, SADAR):
        await file(talk, code)
    assert (await talk.one(DCO, "due", **SOC)).key == "due.filed"


async def test_societies_are_counted_once_any_has_filed(talk: Talk) -> None:
    assert "MEM" not in (await talk.one(JOINT, "DUE")).text
    await talk.app.store.write(partial(filed.by_society, society_id=1, form="MEM", period="2025-26", at=NOW))
    out = await talk.one(DCO, "DUE")
    assert "MEM 25-26: 219/220" in out.text
    listed = await talk.one(DCO, "1")
    assert listed.key == "due.list"
    assert all("society_id" in one.args for one in listed.reply.choices[:5])
    told = by_number(await talk(DCO, "1"))
    assert told[DCO].key == "nudge.done"
    assert {out.key for number, out in told.items() if number != DCO} == {"due.letter_society"}


async def test_one_office_is_reminded_at_once_and_once_a_day(talk_on_each: Talk) -> None:
    talk = talk_on_each
    told = by_number(await talk(DCO, "nudge", **SOC, office_code=DIMLA))
    assert {number: out.key for number, out in told.items()} == {DCO: "nudge.done", UCO: "due.letter_office"}
    assert "16 দিন" in told[UCO].text
    rows = {row.id: row for row in await talk.app.store.read(outbox.rows)}
    assert rows[told[UCO].id].message_class == MessageClass.DUE
    again = await talk.one(JOINT, "nudge", **SOC, office_code=DIMLA)  # whoever does
    assert (again.key, [line.key for line in again.reply.lines]) == ("nudge.nobody", ["nudge.already"])
    assert (await talk.log(DIMLA))[0].action == "nudge"


async def test_a_day_later_it_may_be_again(demo_url: str) -> None:
    for days in (0, 1):
        async with App(Config(), Clock(NOW.replace(day=NOW.day + days)), demo_url) as app:
            told = by_number(await Talk(app, count=9 * days)(DCO, "nudge", **SOC, office_code=DIMLA))
            assert told[DCO].key == "nudge.done"


async def test_all_are_confirmed_first_and_none_hears_who_has_filed_meanwhile(talk_on_each: Talk) -> None:
    talk = talk_on_each
    await talk(DCO, "DUE SOC 10/26")
    asked = (await talk(DCO, "6"))[-1]
    assert (asked.key, asked.reply.params["n"]) == ("nudge.ask", 6)
    await file(talk, DIMLA)
    told = by_number(await talk(DCO, f"YES {code_in(asked)}"))
    assert UCO not in told
    assert (told[DCO].key, told[DCO].reply.params["n"], len(told)) == ("nudge.done", 5, 6)
    assert (await talk.one(DCO, "nudge", **SOC, office_code=DIMLA)).key == "nudge.filed"


async def test_a_chat_confirms_with_a_button_and_offers_to_file(talk: Talk) -> None:
    await talk.link(DCO, "77")
    await talk.link(UCO, "88")
    listed = await talk.one("77", "DUE SOC 10/26")
    (asked,) = await talk.press(listed, len(listed.reply.choices))
    told = by_number(await talk.press(asked, 1))
    assert told["77"].reply.params["n"] == 6
    assert [one.command for one in told["88"].reply.choices] == ["return"]
    assert told[UCO_OF_DOMAR].reply.choices == ()


async def test_who_cannot_be_reached_is_counted(talk: Talk) -> None:
    def leave(tx: Tx) -> None:
        for number in (UCO, UCO_OF_DOMAR):
            for _, holder in people.posts_of(tx, number):
                people.end(tx, [holder.appointment_id], NOW.date())

    await talk.app.store.write(leave)
    saidpur = await talk.at("55730085")
    await talk.app.store.write(partial(senders.stop, msisdn=str(saidpur[0][2]), at=NOW))
    told = by_number(await talk.confirmed(DCO, "nudge", **SOC, office_code=DISTRICT, all=True))
    said = told[DCO].reply
    assert (said.params["n"], [(line.key, line.params["n"]) for line in said.lines]) == (3, [("nudge.unreached", 3)])
    assert len(told) == 1 + 3


async def test_at_night_it_is_said_that_it_leaves_in_the_morning(demo_url: str) -> None:
    async with App(Config(), Clock(NOW.replace(hour=23)), demo_url) as app:
        said = by_number(await Talk(app)(DCO, "nudge", **SOC, office_code=DIMLA))[DCO]
        assert [line.key for line in said.reply.lines] == ["remind.later"]


async def test_only_from_above(talk: Talk) -> None:
    assert (await talk.one(UCO, "nudge", **SOC, office_code=DOMAR)).key == "area.outside"
    assert (await talk.one(PRESIDENT, "nudge", **SOC, office_code=DIMLA)).key == "not_allowed"
