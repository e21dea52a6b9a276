"""``rollup``: whose figures, of which period, by SMS and in a chat; what lies elsewhere is never shown, and looking is remembered."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.messages import Language
from bot.domain.periods import Period
from bot.domain.segments import measure
from bot.domain.text import precomposed
from bot.handlers.rollup import SEGMENTS
from bot.store import outbox, totals
from tests.conftest import NOW
from tests.handlers.filed import MEMBERS, filed
from tests.handlers.talking import (
    DCO,
    DIMLA,
    JOINT,
    PRESIDENT,
    REGISTRAR,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    by_number,
)

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.query import Tx
    from tests.handlers.talking import Out, Talk

CHAT = "8801700099800"
OCTOBER = Period.parse("2026-10")


async def used(talk: Talk, lineage: str, form: str = "SOC") -> datetime | None:
    return await talk.app.store.read(partial(totals.last_used, form=form, period=OCTOBER, lineage=lineage))


def labels(out: Out) -> list[str]:
    return [choice.label.key.partition(".")[2] for choice in out.reply.choices]


async def test_the_main_figures_and_how_complete_they_are(talk: Talk) -> None:
    await filed(talk)
    out = await talk.one(DCO, "সমষ্টি SOC ১০/২৬")
    assert out.key == "rollup.sms"
    assert "নীলফামারী: নতুন 5, বাতিল 2, সমাপনী 1,393" in out.text
    assert precomposed("দাখিল 1/6, সময়মতো 0") in out.text
    assert out.segments <= SEGMENTS
    assert labels(out) == ["by_upazila", "where", "lacking", "pdf"]


async def test_what_adds_up_says_what_it_comes_to_since_the_year_began(talk: Talk) -> None:
    await filed(talk, period="2026-09", opening=100, new=20, cancelled=1)
    await filed(talk, new=5, cancelled=0)
    out = await talk.one(UCO, "rollup SOC 10/26")
    assert "নতুন 5 (মোট 25), বাতিল 0 (মোট 1), সমাপনী 124" in out.text


async def test_a_percentage_is_worked_out_from_the_sums_and_has_its_sign(talk: Talk) -> None:
    parts = {"files_created": 8, "dak_note": 30, "note": 32, "letter_note": 1081, "letters_issued": 1277}
    await filed(talk, UCO, "NOTHI", "2026-27/Q1", **parts, hard_notes=244)
    out = await talk.one(DCO, "rollup NOTHI jul-sep 26")
    assert "মোট নিষ্পন্ন নোট 1,143, পত্রজারি 1,277, ডি-নথির হার 82.41%" in out.text


async def test_without_a_form_it_asks_which_and_the_period_is_the_last_that_ended(talk: Talk) -> None:
    asked = await talk.one(DCO, "rollup")
    assert (asked.key, len(asked.reply.choices)) == ("rollup.which_form", 6)
    rest = await talk.one(DCO, "6")
    assert [choice.words[0] for choice in rest.reply.choices] == ["NOTHI", "SOC", "TRACK"]
    out = await talk.one(DCO, "2")
    assert (out.reply.params["form"], out.reply.params["p"]) == ("SOC", "2026-10")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("rollup SOC 2026-27", "rollup.other_period"),
        ("rollup SOC 12/26", "rollup.not_begun"),
        ("rollup SOC 10/26 রাজশাহী", "area.outside"),
        ("rollup SOC 10/26 5010", "area.outside"),
        ("rollup SOC 10/26 ডোমার", "rollup.none"),
    ],
)
async def test_what_a_district_officer_may_ask(talk: Talk, text: str, key: str) -> None:
    assert (await talk.one(DCO, text)).key == key


async def test_what_is_not_his_is_refused_to_everybody(talk: Talk) -> None:
    await filed(talk)
    assert (await talk.one(UCO, "rollup SOC 10/26 ডোমার")).key == "area.outside"
    assert (
        await talk.one(UCO_OF_DOMAR, "rollup", form="SOC", period="2026-10", office_code=DIMLA)
    ).key == "area.outside"
    for nobody in (PRESIDENT, STRANGER):
        assert (await talk.one(nobody, "rollup SOC 10/26")).key == "not_allowed"


async def test_of_two_areas_of_one_name_the_word_beside_it_tells(talk: Talk) -> None:
    asked = await talk.one(JOINT, "rollup SOC 10/26 রংপুর")
    assert asked.key == "area.which_office"
    assert (await talk.one(JOINT, "2")).reply.params["place"]["en"] == "Rangpur"
    told = [await talk.one(JOINT, f"rollup SOC 10/26 রংপুর {word}") for word in ("জেলা", "বিভাগ")]
    assert [out.reply.params["expected"] for out in told] == [8, 58]


async def test_areas_are_listed_page_by_page_and_lead_on(talk: Talk) -> None:
    await filed(talk)
    out = await talk.one(DCO, "rollup SOC 10/26 by upazila")
    assert (out.key, len(out.reply.choices)) == ("rollup.rows", 5)
    assert "1. ডিমলা 5/2/1,393" in out.text
    assert "2. ডোমার 0/1: -" in out.text
    last = await talk.one(DCO, "more")
    assert len(last.reply.choices) == 2
    await talk.one(DCO, "rollup SOC 10/26 by upazila")
    assert (await talk.one(DCO, "1")).reply.params["place"]["en"] == "Dimla"


async def test_more_areas_than_a_list_takes_are_in_the_document(talk: Talk) -> None:
    await filed(talk)
    out = await talk.one(JOINT, "rollup SOC 10/26 by upazila")
    assert (out.key, labels(out)[:2], labels(out)[-1]) == ("rollup.sms", ["by_district", "where"], "pdf_by_upazila")
    assert out.reply.choices[-1].args["by"] == "upazila"


async def test_where_nothing_is_filed_there_are_no_figures(talk: Talk) -> None:
    out = await talk.one(DCO, "rollup SOC 10/26")
    assert (out.key, out.reply.params["expected"], labels(out)) == ("rollup.none", 6, ["lacking"])
    assert (await talk.one(DCO, "1")).key == "due.list"


@pytest.mark.parametrize("language", list(Language))
async def test_three_segments_whatever_the_form(talk: Talk, language: Language) -> None:
    """The largest figures that there can be, of the form with the most to tell."""
    values = dict.fromkeys(MEMBERS, 10**11)
    await filed(talk, PRESIDENT, "MEM", "2026-27/Q1", **values)
    await talk(REGISTRAR, "LANG EN" if language is Language.EN else "ভাষা বাংলা")
    out = await talk.one(REGISTRAR, "rollup MEM jul-sep 26")
    assert out.segments <= SEGMENTS
    rows = await talk.app.store.read(outbox.rows)
    text = next(row.text for row in rows if row.id == out.id)
    assert measure(text).segments <= SEGMENTS
    numbers = re.findall(r"[০-৯0-9,]{6,}", text)
    assert numbers
    assert {number.strip(",") for number in numbers} <= {"১,০০,০০,০০,০০,০০০", "1,00,00,00,00,000", "2,00,00,00,00,000"}


async def test_in_a_chat_it_is_a_picture_with_buttons(talk: Talk) -> None:
    await talk.link(DCO, CHAT)
    await filed(talk)
    out = await talk.one(CHAT, "সমষ্টি SOC ১০/২৬")
    assert out.key == "rollup.chat"
    assert out.text.splitlines()[1:] == [
        precomposed(line)
        for line in (
            "নীলফামারী: দাখিল 1/6, সময়মতো 0, বিলম্বে 1",
            "• নতুন 5",
            "• বাতিল 2",
            "• সমাপনী 1,393",
            "⚠️ 5টি রিটার্ন এখনো আসেনি; যোগফল অসম্পূর্ণ।",
        )
    ]
    assert labels(out) == ["where", "lacking", "pdf", "xlsx"]
    assert out.reply.document is not None
    assert out.reply.document.args["format"] == "png"
    file = await talk.app.printer.make(out.reply.document)
    assert (file.mime, file.content[:4]) == ("image/png", b"\x89PNG")
    for choice, format_ in ((3, "pdf"), (4, "xlsx")):
        (sent,) = await talk.press(out, choice)
        assert sent.reply.document is not None
        assert sent.reply.document.args["format"] == format_
    (lacking,) = await talk.press(out, 2)
    assert lacking.key.startswith("due.")


async def test_what_a_picture_cannot_hold_is_a_document(talk: Talk) -> None:
    await talk.link(REGISTRAR, CHAT)
    few, many = [await talk.one(CHAT, f"rollup SOC 10/26 by {level}") for level in ("division", "upazila")]
    formats = [out.reply.document.args["format"] for out in (few, many) if out.reply.document]
    assert formats == ["png", "pdf"]
    assert labels(few)[:2] == ["by_district", "by_upazila"]


async def test_by_sms_a_document_has_an_address_as_long_as_its_holder_may_see_it(talk: Talk) -> None:
    await filed(talk)
    out = await talk.one(DCO, "rollup SOC 10/26 pdf")
    assert (out.key, out.reply.secret) == ("rollup.link", True)
    rows = await talk.app.store.read(outbox.rows)
    address = re.search(r"/d/\w+", next(row.text for row in rows if row.id == out.id))
    assert address is not None
    async with TestClient(TestServer(talk.app.web)) as client:
        async with client.get(address[0]) as response:
            assert (response.status, response.content_type) == (200, "application/pdf")
        assert by_number(await talk.confirmed(JOINT, "officer", topic="end", msisdn=DCO))
        async with client.get(address[0]) as response:
            assert response.status == 404


async def test_looking_from_above_is_remembered_and_looking_at_ones_own_is_not(talk: Talk) -> None:
    await filed(talk)
    lineage = "BD/55/5573/55730012/"
    await talk.one(UCO, "rollup SOC 10/26")
    assert await used(talk, lineage) is None
    await talk.one(DCO, "rollup SOC 10/26 ডোমার")
    assert await used(talk, lineage) is None
    await talk.one(DCO, "rollup SOC 10/26")
    assert await used(talk, lineage) == NOW
    assert (await talk.one(UCO, "undo")).key != "return.undone"


async def test_who_looks_after_societies_uses_what_they_file(talk: Talk) -> None:
    quarter = Period.parse("2026-27/Q1")
    await filed(talk, PRESIDENT, "MEM", "2026-27/Q1", **MEMBERS)
    out = await talk.one(UCO, "rollup MEM jul-sep 26")
    assert "দাখিল 1/" in out.text or "Filed 1/" in out.text

    def last(tx: Tx) -> datetime | None:
        return totals.last_used(tx, "MEM", quarter, "BD/55/5573/55730012/")

    assert await talk.app.store.read(last) == NOW
