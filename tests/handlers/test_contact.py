"""Who can be called for a society, who sees that, and the change of president and secretary."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.access import Role
from bot.store import audit, people
from tests.conftest import NOW
from tests.handlers.talking import (
    ANOTHER,
    DCO,
    DIMLA,
    JOINT,
    NEWCOMER,
    PRESIDENT,
    REGISTRAR,
    SECRETARY,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    Talk,
    by_number,
    code_in,
)

SOCIETY = 1
"""The id of 1/2023, Dimla, in the demo registry."""

CHANGE: dict[str, Any] = {"reg_no": "1/2023", "president": {"name": "করিম উদ্দিন", "msisdn": NEWCOMER}}
NUMBER: dict[str, Any] = {"reg_no": "1/2023", "president": {"msisdn": NEWCOMER}}


async def _bearers(talk: Talk) -> dict[Role, tuple[str, str | None]]:
    held = await talk.app.store.read(partial(people.bearers, society_id=SOCIETY))
    return {role: (holder.name, holder.msisdn) for role, holder in held.items()}


async def test_office_bearers_learn_who_looks_after_them(talk: Talk) -> None:
    for who in (PRESIDENT, SECRETARY):
        said = await talk.one(who, "যোগাযোগ")
        assert said.key == "contact.officer"
        assert "রহিমা বেগম 01700099900" in said.text


async def test_an_office_without_an_officer(talk: Talk) -> None:
    await talk.confirmed(DCO, "officer", topic="end", msisdn=UCO)
    said = await talk.one(PRESIDENT, "যোগাযোগ")
    assert said.key == "contact.officer_number"  # as the registry has it
    assert "01700099900" in said.text


async def test_officers_are_told_how(talk: Talk) -> None:
    assert (await talk.one(UCO, "যোগাযোগ")).key == "contact.how"
    assert (await talk.one(UCO, "contact", president={"msisdn": NEWCOMER})).key == "contact.change_how"


async def test_who_sees_the_numbers(talk_on_each: Talk) -> None:
    for who in (UCO, DCO, JOINT, REGISTRAR, PRESIDENT, SECRETARY):
        said = await talk_on_each.one(who, "contact", reg_no="1/2023", district="নীলফামারী")
        assert said.key == "contact.society"
        assert "01700100001" in said.text
        assert "01700100002" in said.text
        assert said.segments <= 3


async def test_who_does_not(talk: Talk) -> None:
    for who, key in ((UCO_OF_DOMAR, "society.not_yours"), (STRANGER, "not_allowed"), ("44", "link_first")):
        for args in ({"reg_no": "1/2023", "district": "নীলফামারী"}, {"society_id": SOCIETY}, CHANGE):
            said = await talk.one(who, "contact", **args)
            assert said.key == key
            assert "01700" not in said.text
    assert (await talk.one(PRESIDENT, "contact", reg_no="2/1998")).key == "society.not_own"
    assert (await talk.one(DCO, "contact", reg_no="7/2009", district="রংপুর")).key == "society.not_yours"


async def test_a_number_in_several_districts(talk: Talk) -> None:
    asked = await talk.one(REGISTRAR, "contact", reg_no="7/2009")
    assert (asked.key, len(asked.reply.choices)) == ("society.which", 3)
    assert (await talk.one(REGISTRAR, "2")).key == "contact.society"
    assert (await talk.one(UCO, "contact", reg_no="7/2009")).key == "contact.society"  # his own district's
    assert (await talk.one(UCO, "contact", reg_no="1/2023", district="আটলান্টিস")).key == "society.unknown_place"
    assert (await talk.one(UCO, "contact", reg_no="9999/2023")).key == "society.not_found"
    assert (await talk.one(UCO, "contact", society_id=99999)).key == "society.not_found"


async def test_another_president(talk_on_each: Talk) -> None:
    talk = talk_on_each
    before = await talk.posts()
    asked = await talk.one(UCO, "contact", **CHANGE)
    assert asked.key == "contact.ask"
    assert await talk.posts() == before
    told = by_number(await talk(UCO, f"YES {code_in(asked)}"))
    assert {number: out.key for number, out in told.items()} == {
        UCO: "contact.done",
        NEWCOMER: "contact.welcome",
        PRESIDENT: "contact.other_number",
    }
    assert (await _bearers(talk))[Role.PRESIDENT] == ("করিম উদ্দিন", NEWCOMER)
    assert len(await talk.posts()) == len(before) + 1
    (change,) = await talk.app.store.read(partial(audit.of_society, society_id=SOCIETY))
    assert (change.action, change.actor) == ("contact.change", UCO)
    assert change.before["president"]["msisdn"] == PRESIDENT
    assert change.after == {"president": {"name": "করিম উদ্দিন", "msisdn": NEWCOMER}}
    assert (await talk.one(PRESIDENT, "যোগাযোগ")).key == "not_allowed"
    assert (await talk.one(NEWCOMER, "যোগাযোগ")).key == "contact.officer"
    # Once is once.
    assert (await talk.one(UCO, f"YES {code_in(asked)}")).key == "yes.nothing"
    assert (await talk.one(UCO, "contact", **CHANGE)).key == "contact.same"


async def test_stop_spares_the_welcome_and_not_the_warning(talk: Talk) -> None:
    for number in (PRESIDENT, NEWCOMER):
        await talk(number, "STOP")
    told = by_number(await talk.confirmed(UCO, "contact", **CHANGE))
    assert {number: out.key for number, out in told.items()} == {UCO: "contact.done", PRESIDENT: "contact.other_number"}


async def test_the_same_president_under_another_number(talk: Talk) -> None:
    before = await talk.posts()
    told = by_number(await talk.confirmed(UCO, "contact", **NUMBER))
    assert {PRESIDENT, NEWCOMER, UCO} == told.keys()
    assert NEWCOMER[-6:] not in told[PRESIDENT].text
    assert len(await talk.posts()) == len(before)  # the tenure goes on
    assert (await _bearers(talk))[Role.PRESIDENT] == ("রহিমা ইসলাম", NEWCOMER)


async def test_a_name_put_right(talk: Talk) -> None:
    told = await talk.confirmed(UCO, "contact", reg_no="1/2023", president={"name": "রহীমা ইসলাম"})
    assert [out.key for out in told] == ["contact.done"]
    assert (await _bearers(talk))[Role.PRESIDENT] == ("রহীমা ইসলাম", PRESIDENT)


async def test_both_at_once(talk: Talk) -> None:
    asked = await talk.one(UCO, "contact", **CHANGE, secretary={"name": "জামাল মিয়া", "msisdn": ANOTHER})
    assert asked.segments <= 3
    await talk(UCO, f"YES {code_in(asked)}")
    assert await _bearers(talk) == {Role.PRESIDENT: ("করিম উদ্দিন", NEWCOMER), Role.SECRETARY: ("জামাল মিয়া", ANOTHER)}
    assert await talk.changes() == ["contact.change"]


async def test_in_a_chat_by_button_once(talk: Talk) -> None:
    await talk.link(UCO, "66")
    asked = await talk.one("66", "contact", **CHANGE)
    assert (await talk.press(asked, 1))[-1].key == "contact.done"
    assert (await talk.press(asked, 1))[-1].key == "yes.done_already"
    assert await talk.changes() == ["link", "contact.change"]


async def test_what_is_lacking(talk: Talk) -> None:
    for seat, key in (
        ({"name": "জামাল মিয়া"}, "contact.needs_phone"),
        ({"name": "১২৩"}, "contact.needs_name"),
        ({"name": "রহিমা ইসলাম"}, "contact.same"),
        ({"msisdn": PRESIDENT}, "contact.same"),
        ({"name": "রহিমা ইসলাম", "msisdn": PRESIDENT}, "contact.same"),
    ):
        assert (await talk.one(UCO, "contact", reg_no="1/2023", president=seat)).key == key


async def test_who_may_not_change(talk: Talk) -> None:
    before = await talk.posts()
    for who, key in (
        (DCO, "contact.local_only"),  # the office above looks, and never edits
        (JOINT, "contact.local_only"),
        (PRESIDENT, "contact.tell_officer"),
        (UCO_OF_DOMAR, "society.not_yours"),
        (STRANGER, "not_allowed"),
    ):
        assert (await talk.one(who, "contact", **NUMBER)).key == key
        assert (await talk.one(who, "YES 123456")).key == "yes.nothing"
    own = await talk.one(PRESIDENT, "contact", president={"msisdn": NEWCOMER})
    assert own.key == "contact.tell_officer"
    assert "01700099900" in own.text
    assert await talk.posts() == before


async def test_an_inspector_of_the_office_may(talk: Talk) -> None:
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DIMLA, msisdn=ANOTHER, text="জামাল মিয়া"
    )
    assert (await talk.confirmed(ANOTHER, "contact", **NUMBER))[-1].key == "contact.done"


async def test_what_changed_meanwhile_is_asked_again(talk: Talk) -> None:
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DIMLA, msisdn=ANOTHER, text="জামাল মিয়া"
    )
    code = code_in(await talk.one(UCO, "contact", **CHANGE))
    await talk.confirmed(ANOTHER, "contact", reg_no="1/2023", president={"name": "হাসান", "msisdn": "+8801700055533"})
    again = (await talk(UCO, f"YES {code}"))[-1]
    assert again.key == "contact.ask"
    assert (await _bearers(talk))[Role.PRESIDENT] == ("হাসান", "+8801700055533")


async def test_an_officer_who_left_meanwhile_changes_nothing(talk: Talk) -> None:
    code = code_in(await talk.one(UCO, "contact", **CHANGE))
    await talk.confirmed(DCO, "officer", topic="move", msisdn=UCO, office="ডোমার")
    assert (await talk(UCO, f"YES {code}"))[-1].key == "society.not_yours"
    assert (await _bearers(talk))[Role.PRESIDENT] == ("রহিমা ইসলাম", PRESIDENT)


async def test_a_code_expires(demo_url: str) -> None:
    async with App(Config(), Clock(NOW), demo_url) as app:
        code = code_in(await Talk(app).one(UCO, "contact", **CHANGE))
    async with App(Config(), Clock(NOW + timedelta(minutes=11)), demo_url) as app:
        later = Talk(app, count=1)
        assert (await later(UCO, f"YES {code}"))[-1].key == "yes.nothing"
        assert await later.changes() == []


async def test_a_society_without_a_president(talk: Talk) -> None:
    held = await talk.app.store.read(partial(people.bearers, society_id=SOCIETY))
    gone = [held[Role.PRESIDENT].appointment_id]
    await talk.app.store.write(partial(people.end, appointment_ids=gone, ended_on=NOW.date()))
    assert [line.key for line in (await talk.one(UCO, "contact", reg_no="1/2023")).reply.lines] == [
        "contact.seat_vacant",
        "contact.seat",
    ]
    assert (await talk.one(UCO, "contact", **NUMBER)).key == "contact.needs_name"
    asked = await talk.one(UCO, "contact", reg_no="1/2023", president={"name": "করিম উদ্দিন"})
    assert asked.key == "contact.needs_phone"
    assert (await talk.confirmed(UCO, "contact", **CHANGE))[-1].key == "contact.done"
