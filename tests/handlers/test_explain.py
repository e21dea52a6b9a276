"""Where a figure comes from: step by step down to the message, for whom it is his to see and for nobody else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.access import Role
from bot.domain.registry import RegistrationNo, SocietyLevel
from bot.domain.text import precomposed
from bot.store import offices, people, senders, societies
from bot.store.people import Appointment
from bot.store.societies import Facts
from tests import filed as straight
from tests.conftest import NOW
from tests.handlers.filed import MEMBERS, asked, filed
from tests.handlers.talking import (
    DCO,
    DIMLA,
    JOINT,
    PRESIDENT,
    REGISTRAR,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    code_in,
)

if TYPE_CHECKING:
    from bot.store.query import Tx
    from tests.handlers.talking import Out, Talk

CHAT, OTHER_CHAT = "8801700099800", "8801700099899"
OCTOBER = {"form": "SOC", "period": "2026-10"}


async def steps(talk: Talk, who: str, *choices: str) -> Out:
    out = await talk.one(who, choices[0])
    for each in choices[1:]:
        out = await talk.one(who, each)
    return out


async def test_by_sms_from_a_total_down_to_the_message(talk: Talk) -> None:
    ref = await filed(talk)
    which = await steps(talk, DCO, "সমষ্টি SOC ১০/২৬", "২")
    assert which.key == "explain.which"
    assert "1. নতুন 5\n2. বাতিল 2\n3. সমাপনী 1,393\n4. প্রারম্ভিক 1,390" in which.text
    areas = await talk.one(DCO, "1")
    assert (areas.key, areas.segments <= 3) == ("explain.areas", True)
    assert "নতুন: 5" in areas.text
    assert "1. ডিমলা 5" in areas.text
    found = await talk.one(DCO, "1")
    assert found.key == "explain.return"
    assert f"ডিমলা, নতুন: 5। {ref}, দাখিল 21/11/26 10:00" in found.text
    assert f"1) {ref} 21/11/26 10:00: নতুন 5" in found.text


async def test_a_correction_names_the_post_that_approved_it_and_no_number(talk_on_each: Talk) -> None:
    talk = talk_on_each
    ref = await filed(talk)
    wanted = await asked(talk, ref, new=6)
    question = await talk.one(DCO, "approve", ref=wanted)
    await talk(DCO, f"YES {code_in(question)}")
    out = await talk.one(JOINT, "explain", **OCTOBER, office_code=DIMLA, indicator="new")
    assert f"1) {ref} " in out.text
    assert f"2) {wanted} " in out.text
    assert precomposed("নতুন 6, অনুমোদন: জেলা সমবায় অফিসার") in out.text
    assert DCO[4:] not in out.text
    assert UCO[4:] not in out.text


async def test_what_is_carried_or_computed_leads_to_what_it_comes_from(talk: Talk) -> None:
    first = await filed(talk, period="2026-09", opening=100, new=20, cancelled=1)
    ref = await filed(talk, new=5, cancelled=0)
    opening = await talk.one(UCO, "explain", **OCTOBER, office_code=DIMLA, indicator="opening")
    assert f"প্রারম্ভিক: 119। {ref}" in opening.text
    assert f"আগের রিটার্ন থেকে: সেপ্টে/26, {first}" in opening.text
    closing = await talk.one(UCO, "explain", **OCTOBER, office_code=DIMLA, indicator="closing")
    assert "নতুন 5, বাতিল 0" in closing.text
    assert first in closing.text


async def test_a_society_files_and_its_office_looks_closer(talk: Talk) -> None:
    await filed(talk, PRESIDENT, "MEM", "2026-27/Q1", **MEMBERS)
    out = await talk.one(UCO, "explain", form="MEM", period="2026-27/Q1", office_code=DIMLA, indicator="savings")
    assert (out.key, precomposed("সঞ্চয়: 5,000") in out.text) == ("explain.return", True)


def _society(tx: Tx, number: str) -> int:
    """The society that a number serves."""
    return next(post.society_id for post in senders.known(tx, number, NOW.date(), NOW).posts if post.society_id)


def _higher_up(tx: Tx) -> int:
    """A central society that the district itself looks after."""
    district = offices.by_code(tx, "5573")
    assert district is not None
    facts = Facts(district.id, None, "কেন্দ্রীয় সমিতি", None, SocietyLevel.CENTRAL, "milk", None, None)
    society = societies.add(tx, district.id, RegistrationNo(4444, 2019), facts, NOW.date())
    person = people.person(tx, "ক", "+8801700077711")
    people.appoint(tx, [Appointment(person, Role.PRESIDENT, NOW.date(), society_id=society)])
    straight.by_society(tx, society, "MEM", "2026-27/Q1", NOW)
    return society


async def test_what_is_filed_right_at_a_higher_office_is_a_part_of_its_own(talk: Talk) -> None:
    await filed(talk, PRESIDENT, "MEM", "2026-27/Q1", **MEMBERS)
    await talk.app.store.write(_higher_up)
    args = {"form": "MEM", "period": "2026-27/Q1", "office_code": "5573", "indicator": "savings"}
    await talk.link(DCO, CHAT)
    out = await talk.one(CHAT, "explain", **args)
    shown = {choice.label.key: choice.label.params["n"][0]["value"] for choice in out.reply.choices}
    assert (shown["explain.own"], out.reply.params["n"][0]["value"]) == (2, 5002)
    (own,) = await talk.press(out, len(out.reply.choices))
    assert own.reply.params["n"][0]["value"] == 2


async def test_the_societies_of_an_upazila_page_by_page(talk: Talk) -> None:
    def work(tx: Tx) -> None:
        for society in (_society(tx, number) for number in (PRESIDENT, "+8801700100011")):
            straight.by_society(tx, society, "MEM", "2026-27/Q1", NOW)

    await talk.app.store.write(work)
    args = {"form": "MEM", "period": "2026-27/Q1", "office_code": DIMLA, "indicator": "savings"}
    out = await talk.one(UCO, "explain", **args)
    assert (out.key, len(out.reply.choices)) == ("explain.societies", 2)
    one = await talk.one(UCO, "1")
    assert (one.key, one.reply.params["n"][0]["value"]) == ("explain.return", 2)
    other = {**out.reply.choices[0].args, "office_code": "5585"}
    assert (await talk.one(JOINT, "explain", **other)).key == "explain.none"


async def test_nobody_sees_what_lies_elsewhere(talk: Talk) -> None:
    await filed(talk)
    for args in ({}, {"indicator": "new"}, {"indicator": "new", "return_id": 1}):
        told = await talk.one(UCO_OF_DOMAR, "explain", **OCTOBER, office_code=DIMLA, **args)
        assert told.key == "area.outside"
        mine = await talk.one(UCO_OF_DOMAR, "explain", **OCTOBER, office_code="55730015", **args)
        assert mine.key in {"area.outside", "explain.none"}
    for nobody in (PRESIDENT, STRANGER):
        told = await talk.one(nobody, "explain", **OCTOBER, office_code=DIMLA)
        assert told.key == "not_allowed"


async def test_a_button_shows_nothing_to_another_nor_after_the_post_is_lost(talk: Talk) -> None:
    await filed(talk)
    await talk.link(DCO, CHAT)
    await talk.link(UCO_OF_DOMAR, OTHER_CHAT)
    which = await talk.one(CHAT, "explain", **OCTOBER, office_code="5573")
    assert which.key == "explain.which"
    stolen = type(which)(which.id, OTHER_CHAT, which.channel, which.text, which.segments, which.reply)
    assert all(out.key not in {"explain.areas", "explain.return"} for out in await talk.press(stolen, 1))
    (areas,) = await talk.press(which, 1)
    assert areas.key == "explain.areas"
    await talk.confirmed(JOINT, "officer", topic="end", msisdn=DCO)
    for choice in (1, 2):
        assert {out.key for out in await talk.press(areas, choice)} <= {"not_allowed", "link_first"}


@pytest.mark.parametrize(
    "args",
    [
        {"form": "GONE", "period": "2026-10", "office_code": "5573"},
        {"form": "SOC", "period": "2026-27", "office_code": "5573"},
        {"form": "SOC", "period": "2026-10"},
    ],
)
async def test_a_list_that_means_nothing_any_more_says_so(talk: Talk, args: dict[str, Any]) -> None:
    assert (await talk.one(DCO, "explain", **args)).key == "explain.gone"


async def test_a_return_that_was_taken_back_is_not_shown(talk: Talk) -> None:
    await filed(talk)
    seen = await talk.one(UCO, "explain", **OCTOBER, office_code=DIMLA, indicator="new")
    assert seen.key == "explain.return"
    await talk(UCO, "undo")
    for args in ({}, {"indicator": "new"}, {"indicator": "new", "return_id": 1}):
        assert (await talk.one(UCO, "explain", **OCTOBER, office_code=DIMLA, **args)).key == "explain.none"


async def test_every_indicator_of_every_form_can_be_asked_about(talk: Talk) -> None:
    quarter = {"NOTHI": "2026-27/Q1", "EGOV": "2026-27/Q1", "TRACK": "2026-27/Q1"}
    await talk.link(REGISTRAR, CHAT)
    for form in straight.RULES.forms:
        if form.code == "MEM":
            continue
        period = quarter.get(form.code, "2026-10")
        await talk.app.store.write(partial(straight.by_office, code=DIMLA, form=form.code, period=period, at=NOW))
        for indicator in form.indicators:
            for code, key in (("BD", "explain.areas"), (DIMLA, "explain.return")):
                args = {"form": form.code, "period": period, "office_code": code, "indicator": indicator.name}
                assert (await talk.one(CHAT, "explain", **args)).key == key
