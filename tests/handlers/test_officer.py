"""Registering, moving and ending officers by message: who may, what is asked, what is done, and what is not done twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.access import Role
from bot.store import offices, people
from bot.store.people import Appointment
from tests.conftest import NOW
from tests.handlers.talking import (
    ANOTHER,
    DCO,
    DIMLA,
    DOMAR,
    JOINT,
    NEWCOMER,
    PRESIDENT,
    REGISTRAR,
    SADAR,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    Talk,
    by_number,
    code_in,
)

if TYPE_CHECKING:
    from bot.store.query import Tx

NEW = {"topic": "new", "office": "ডিমলা", "msisdn": NEWCOMER, "text": "করিম উদ্দিন"}


async def test_a_dco_registers_a_uco(talk_on_each: Talk) -> None:
    talk = talk_on_each
    before = await talk.posts()
    asked = await talk.one(DCO, "officer", **NEW)
    assert asked.key == "officer.ask_replace"
    assert asked.segments <= 3
    assert "রহিমা বেগম 01700099900" in asked.text
    wrong = await talk.one(DCO, "YES 000000" if code_in(asked) != "000000" else "YES 111111")
    assert wrong.key == "yes.wrong"
    assert await talk.posts() == before
    assert await talk.changes() == []

    told = by_number(await talk(DCO, f"YES {code_in(asked)}"))
    assert {number: out.key for number, out in told.items()} == {
        DCO: "officer.done_new",
        UCO: "officer.relieved",
        NEWCOMER: "officer.welcome",
    }
    assert await talk.at(DIMLA) == [("uco", "করিম উদ্দিন", NEWCOMER)]
    (change,) = await talk.log(DIMLA)
    assert (change.action, change.actor) == ("officer.new", DCO)
    assert change.before["holders"] == [{"role": "uco", "name": "রহিমা বেগম", "msisdn": UCO}]
    assert change.after["holders"] == [{"role": "uco", "name": "করিম উদ্দিন", "msisdn": NEWCOMER}]
    # The one before has no posts any more, and the new one has.
    assert (await talk.one(UCO, "calendar")).key == "not_allowed"
    assert (await talk.one(NEWCOMER, "calendar")).key != "not_allowed"


async def test_a_code_works_once(talk: Talk) -> None:
    asked = await talk.one(DCO, "officer", **NEW)
    await talk(DCO, f"YES {code_in(asked)}")
    after = await talk.posts()
    assert await talk.resend(DCO, f"YES {code_in(asked)}") == []
    assert (await talk.one(DCO, f"YES {code_in(asked)}")).key == "yes.nothing"
    assert await talk.posts() == after
    assert await talk.changes() == ["officer.new"]


async def test_a_code_is_good_for_its_number_only(talk: Talk) -> None:
    asked = await talk.one(DCO, "officer", **NEW)
    assert (await talk.one(JOINT, f"YES {code_in(asked)}")).key == "yes.nothing"
    assert await talk.changes() == []


async def test_a_code_expires(demo_url: str) -> None:
    async with App(Config(), Clock(NOW), demo_url) as app:
        code = code_in(await Talk(app).one(DCO, "officer", **NEW))
    async with App(Config(), Clock(NOW + timedelta(minutes=11)), demo_url) as app:
        later = Talk(app, count=1)
        late = await later(DCO, f"YES {code}")
        assert late[-1].key == "yes.nothing"
        assert await later.changes() == []


async def test_wrong_codes_end_the_request(talk: Talk) -> None:
    code = code_in(await talk.one(DCO, "officer", **NEW))
    wrong = "111111" if code != "111111" else "222222"
    keys = [(await talk.one(DCO, f"YES {wrong}")).key for _ in range(5)]
    assert keys == ["yes.wrong"] * 4 + ["yes.too_often"]
    assert (await talk.one(DCO, f"YES {code}")).key == "yes.nothing"
    assert await talk.changes() == []


async def test_no_is_no(talk: Talk) -> None:
    code = code_in(await talk.one(DCO, "officer", **NEW))
    assert (await talk.one(DCO, "না")).key == "no.done"
    assert (await talk.one(DCO, f"YES {code}")).key == "yes.nothing"


async def test_in_a_chat_with_a_button_and_a_qr_code(talk: Talk) -> None:
    await talk.link(DCO, "77")
    asked = await talk.one("77", "officer", **NEW)
    assert len(asked.reply.choices) == 2
    told = by_number(await talk.press(asked, 1))
    welcome, done = told[NEWCOMER], told["77"]
    assert done.reply.document is not None
    assert done.reply.document.kind == "qr"
    assert done.reply.document.args["url"] == welcome.reply.params["url"]
    assert done.reply.secret
    assert welcome.reply.secret
    assert (await talk.press(asked, 1))[0].key == "yes.done_already"
    assert await talk.changes() == ["link", "officer.new"]
    # The link lets a chat stand for the new officer's number, once.
    token = welcome.reply.params["url"].partition("start=")[2]
    assert (await talk("88", "link", token=token))[-1].key == "link.done"
    assert (await talk("99", "link", token=token))[-1].key == "link.expired"


INSPECTOR = {**NEW, "role": "inspector", "text": "রফিক হোসেন"}


@pytest.mark.parametrize("msisdn", [JOINT, PRESIDENT])
async def test_the_link_of_a_number_with_other_posts_is_shown_to_nobody_else(talk: Talk, msisdn: str) -> None:
    await talk.link(DCO, "77")
    asked = await talk.one("77", "officer", **{**INSPECTOR, "msisdn": msisdn})
    if asked.key == "officer.other_name":  # an officer of another office keeps his name
        asked = await talk.one("77", "officer", **{**INSPECTOR, "msisdn": msisdn, "text": asked.reply.params["person"]})
    told = by_number(await talk.press(asked, 1))
    assert told["77"].key == "officer.done_new"
    assert told["77"].reply.document is None
    assert (told[msisdn].key, told[msisdn].channel) == ("officer.welcome", "simulator")


async def test_the_link_of_a_number_that_takes_over_a_post_likewise(talk: Talk) -> None:
    await talk.link(DCO, "77")
    asked = await talk.one("77", "officer", **{**NEW, "text": "রহিমা বেগম", "msisdn": PRESIDENT})
    assert asked.key == "officer.ask_number"
    told = by_number(await talk.press(asked, 1))
    assert told["77"].reply.document is None
    assert told[PRESIDENT].key == "officer.welcome"


async def test_who_is_moved_below_the_sender_is_shown_the_link(talk: Talk) -> None:
    await talk.link(DCO, "77")
    asked = await talk.one("77", "officer", topic="move", msisdn=UCO, office="ডোমার")
    told = by_number(await talk.press(asked, 1))
    assert told["77"].reply.document is not None


async def test_who_is_moved_and_holds_a_post_elsewhere_is_not(talk: Talk) -> None:
    await talk.app.store.write(partial(_appoint, role=Role.INSPECTOR, code="50810025", msisdn=UCO, name="রহিমা বেগম"))
    await talk.link(DCO, "77")
    asked = await talk.one("77", "officer", topic="move", msisdn=UCO, office="ডোমার")
    told = by_number(await talk.press(asked, 1))
    assert told["77"].key == "officer.done_move"
    assert told["77"].reply.document is None


async def test_stop_spares_the_welcome_and_not_the_warning(talk: Talk) -> None:
    for number in (UCO, NEWCOMER):
        await talk(number, "STOP")
    told = by_number(await talk.confirmed(DCO, "officer", **NEW))
    assert {number: out.key for number, out in told.items()} == {DCO: "officer.done_new", UCO: "officer.relieved"}


async def test_who_has_a_chat_gets_no_link(talk: Talk) -> None:
    await talk.link(UCO_OF_DOMAR, "66")
    args = {"topic": "new", "office": "ডিমলা", "msisdn": UCO_OF_DOMAR, "text": "করিম মিয়া"}
    told = by_number(await talk.confirmed(DCO, "officer", **args))
    assert told["66"].key == "officer.welcome_plain"
    assert (await talk.at(DIMLA))[0][1] == (await talk.at(DOMAR))[0][1] == "করিম মিয়া"  # he holds both


async def test_what_changed_meanwhile_is_asked_again(talk: Talk) -> None:
    code = code_in(await talk.one(DCO, "officer", **NEW))
    await talk.confirmed(JOINT, "officer", **{**NEW, "msisdn": ANOTHER, "text": "জামাল মিয়া"})
    again = (await talk(DCO, f"YES {code}"))[-1]
    assert again.key == "officer.ask_replace"
    assert again.reply.params["old"] == "জামাল মিয়া"
    assert await talk.at(DIMLA) == [("uco", "জামাল মিয়া", ANOTHER)]
    await talk(DCO, f"YES {code_in(again)}")
    assert await talk.at(DIMLA) == [("uco", "করিম উদ্দিন", NEWCOMER)]


async def test_who_lost_his_post_meanwhile_confirms_nothing(talk: Talk) -> None:
    code = code_in(await talk.one(DCO, "officer", **NEW))
    await talk.confirmed(JOINT, "officer", topic="end", msisdn=DCO)
    assert (await talk(DCO, f"YES {code}"))[-1].key == "not_allowed"
    assert await talk.at(DIMLA) == [("uco", "রহিমা বেগম", UCO)]


async def test_a_vacant_post(talk: Talk) -> None:
    await talk.confirmed(DCO, "officer", topic="end", office="ডিমলা")
    assert await talk.at(DIMLA) == []
    assert (await talk.one(DCO, "officer", **NEW)).key == "officer.ask_new"
    assert (await talk.one(DCO, "officer", topic="end", office="ডিমলা")).key == "officer.vacant"


async def test_the_same_officer_again(talk: Talk) -> None:
    same = {"topic": "new", "office": "ডিমলা", "msisdn": UCO, "text": "রহিমা  বেগম"}
    assert (await talk.one(DCO, "officer", **same)).key == "officer.already"


async def test_the_same_officer_under_another_number(talk: Talk) -> None:
    before = await talk.posts()
    told = by_number(await talk.confirmed(DCO, "officer", **{**NEW, "text": "রহিমা বেগম"}))
    assert told[UCO].key == "officer.other_number"
    assert NEWCOMER[-6:] not in told[UCO].text  # whoever holds the old number does not learn the new one
    assert len(await talk.posts()) == len(before)  # the tenure goes on
    assert await talk.at(DIMLA) == [("uco", "রহিমা বেগম", NEWCOMER)]
    assert await talk.changes() == ["officer.number"]


async def test_a_number_passes_on_with_the_post(talk: Talk) -> None:
    told = await talk.confirmed(DCO, "officer", **{**NEW, "msisdn": UCO})
    assert [out.key for out in told] == ["officer.welcome", "officer.done_new"]  # nobody else is there to be told
    assert await talk.at(DIMLA) == [("uco", "করিম উদ্দিন", UCO)]


async def test_the_number_of_another_officer(talk: Talk) -> None:
    said = await talk.one(DCO, "officer", **{**NEW, "msisdn": UCO_OF_DOMAR})
    assert said.key == "officer.other_name"
    assert "করিম মিয়া" in said.reply.params["person"]


async def test_inspectors_are_added(talk: Talk) -> None:
    for number, name in ((NEWCOMER, "করিম উদ্দিন"), (ANOTHER, "জামাল মিয়া")):
        await talk.confirmed(DCO, "officer", **{**NEW, "msisdn": number, "text": name, "role": "inspector"})
    assert [role for role, *_ in await talk.at(DIMLA)] == ["inspector", "inspector", "uco"]
    listed = await talk.one(DCO, "officer", role="inspector")
    assert (listed.key, len(listed.reply.lines)) == ("officer.of_role", 2)
    shown = await talk.one(DCO, "officer", office="ডিমলা")
    assert [line.params["role"] for line in shown.reply.lines] == ["inspector", "inspector", "uco"]
    ended = await talk.confirmed(DCO, "officer", topic="end", msisdn=ANOTHER)
    assert ended[-1].key == "officer.done_end"
    assert [role for role, *_ in await talk.at(DIMLA)] == ["inspector", "uco"]
    # One of two is meant when a post is named.
    await talk.confirmed(DCO, "officer", topic="end", office="ডিমলা", role="inspector")
    assert [role for role, *_ in await talk.at(DIMLA)] == ["uco"]


async def test_a_dco_moves_a_uco(talk_on_each: Talk) -> None:
    talk = talk_on_each
    asked = await talk.one(DCO, "officer", topic="move", msisdn=UCO, office="ডোমার")
    assert asked.key == "officer.ask_move_replace"
    assert asked.segments <= 3
    told = by_number(await talk(DCO, f"YES {code_in(asked)}"))
    assert {number: out.key for number, out in told.items()} == {
        DCO: "officer.done_move",
        UCO: "officer.welcome",
        UCO_OF_DOMAR: "officer.relieved",
    }
    assert await talk.at(DIMLA) == []
    assert await talk.at(DOMAR) == [("uco", "রহিমা বেগম", UCO)]
    assert [change.action for code in (DIMLA, DOMAR) for change in await talk.log(code)] == ["officer.move"] * 2
    assert (await talk.one(DCO, "officer", topic="move", msisdn=UCO, office="ডোমার")).key == "officer.already"


async def test_a_move_of_who_holds_two_posts_asks_which(talk: Talk) -> None:
    await talk.confirmed(DCO, "officer", topic="new", office="ডিমলা", msisdn=UCO_OF_DOMAR, text="করিম মিয়া")
    asked = await talk.one(DCO, "officer", topic="move", msisdn=UCO_OF_DOMAR, office="সদর")
    assert asked.key == "officer.which_post"
    question = await talk.one(DCO, "2")
    await talk(DCO, f"YES {code_in(question)}")
    assert [(await talk.at(code)) for code in (DIMLA, DOMAR, SADAR)] == [
        [("uco", "করিম মিয়া", UCO_OF_DOMAR)],
        [],
        [("uco", "করিম মিয়া", UCO_OF_DOMAR)],
    ]
    asked = await talk.one(DCO, "officer", topic="end", msisdn=UCO_OF_DOMAR)
    assert asked.key == "officer.which_post"


async def test_a_promotion(talk: Talk) -> None:
    args = {"topic": "move", "msisdn": UCO, "office": "দিনাজপুর"}
    told = await talk.confirmed(JOINT, "officer", **args)
    assert told[-1].key == "officer.done_move"
    assert await talk.at("5527") == [("dco", "রহিমা বেগম", UCO)]


async def test_ending(talk: Talk) -> None:
    told = by_number(await talk.confirmed(DCO, "officer", topic="end", msisdn=UCO))
    assert (told[UCO].key, told[DCO].key) == ("officer.relieved", "officer.done_end")
    assert (await talk.one(UCO, "calendar")).key == "not_allowed"
    assert (await talk.one(DCO, "officer", topic="end", msisdn=UCO)).key == "officer.not_yours"


REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    (DCO, {**NEW, "office": "রংপুর সদর"}, "officer.outside"),
    (DCO, {**NEW, "office": "50810025"}, "officer.outside"),
    (DCO, {**NEW, "office": "5573"}, "officer.outside"),  # his own office is filled by the one above
    (DCO, {**NEW, "office": "আটলান্টিস"}, "officer.unknown_office"),
    (DCO, {**NEW, "office": "99999999"}, "officer.unknown_office"),
    (DCO, {**NEW, "office_code": "99999999"}, "officer.unknown_office"),
    (DCO, {**NEW, "office_code": "50810025"}, "officer.outside"),
    (DCO, {**NEW, "role": "dco"}, "officer.wrong_level"),
    (JOINT, {**NEW, "office": "5527", "role": "uco"}, "officer.wrong_level"),
    (DCO, {key: NEW[key] for key in ("topic", "office", "msisdn")}, "officer.new_how"),
    (DCO, {key: NEW[key] for key in ("topic", "office", "text")}, "officer.new_how"),
    (DCO, {"topic": "new", "msisdn": NEWCOMER}, "officer.no_office"),
    (DCO, {**NEW, "text": "১২৩"}, "officer.new_how"),
    (DCO, {**NEW, "text": "ক" * 61}, "officer.new_how"),
    (DCO, {"topic": "move", "msisdn": UCO}, "officer.move_how"),
    (DCO, {"topic": "move", "office": "ডোমার"}, "officer.move_how"),
    (DCO, {"topic": "move", "office": "ডোমার", "msisdn": JOINT}, "officer.not_yours"),
    (DCO, {"topic": "move", "office": "ডোমার", "msisdn": STRANGER}, "officer.not_yours"),
    (DCO, {"topic": "move", "office": "রংপুর সদর", "msisdn": UCO}, "officer.outside"),
    (DCO, {"topic": "move", "office": "ডোমার", "msisdn": UCO, "role": "jr"}, "officer.wrong_level"),
    (DCO, {"topic": "end"}, "officer.end_how"),
    (DCO, {"topic": "end", "msisdn": DCO}, "officer.not_yours"),
    (DCO, {"topic": "end", "office": "রংপুর সদর"}, "officer.outside"),
    (REGISTRAR, {"topic": "end", "office": "BD"}, "officer.outside"),
)


async def test_refused(talk: Talk) -> None:
    before = await talk.posts()
    for who, args, key in REFUSED:
        assert (await talk.one(who, "officer", **args)).key == key, args
        assert (await talk.one(who, "YES 123456")).key == "yes.nothing", args
    assert await talk.posts() == before
    assert await talk.changes() == []


async def test_only_offices_above_may(talk: Talk) -> None:
    calls: list[dict[str, Any]] = [{"skip": 0}, {"office": "ডিমলা"}, NEW, {"topic": "end", "msisdn": UCO_OF_DOMAR}]
    for who, key in ((UCO, "not_allowed"), (PRESIDENT, "not_allowed"), (STRANGER, "not_allowed"), ("44", "link_first")):
        for args in calls:
            assert (await talk.one(who, "officer", **args)).key == key


def _appoint(tx: Tx, role: Role, code: str, msisdn: str = ANOTHER, name: str = "পরীক্ষক") -> None:
    office = offices.by_code(tx, code)
    assert office is not None
    person = people.person(tx, name, msisdn)
    people.appoint(tx, [Appointment(person, role, NOW.date(), office_id=office.id)])


@pytest.mark.parametrize(
    ("role", "own", "reached"),
    [
        (Role.REGISTRAR, "BD", ["55", "5573", DIMLA, "30"]),
        (Role.ADDITIONAL_REGISTRAR, "BD", ["55", "5573", DIMLA, "30"]),
        (Role.JOINT_REGISTRAR, "55", ["5573", DIMLA]),
        (Role.DISTRICT_OFFICER, "5573", [DIMLA]),
        (Role.INSPECTOR, "5573", []),
        (Role.UPAZILA_OFFICER, DIMLA, []),
    ],
)
async def test_each_post_reaches_what_is_below_it(talk: Talk, role: Role, own: str, reached: list[str]) -> None:
    await talk.app.store.write(partial(_appoint, role=role, code=own))
    for code in ("BD", "55", "5573", DIMLA, "30"):
        said = await talk.one(ANOTHER, "officer", topic="new", office=code, msisdn=NEWCOMER, text="করিম উদ্দিন")
        assert said.key.startswith("officer.ask_") == (code in reached), code
        assert said.key in {"not_allowed", "officer.outside"} or code in reached, code


WRITTEN = {
    DIMLA: ("dimla", "ডিমলার", "ডিমলা উপজেলার", "dimla upazila", "৫৫৭৩০০১২", "ডিমলা, নীলফামারী"),
    SADAR: ("সদর", "নীলফামারী", "Nilphamari Sadar"),
}


async def test_an_office_as_people_write_it(talk: Talk) -> None:
    await talk.link(DCO, "77")
    for code, written in WRITTEN.items():
        for office in written:
            asked = await talk.one("77", "officer", **{**NEW, "office": office})
            assert asked.key == "officer.ask_replace", asked.text
            place = asked.reply.params["place"]["en"]
            assert place == {DIMLA: "Dimla", SADAR: "Nilphamari Sadar"}[code], office


async def test_office_and_name_together(talk: Talk) -> None:
    for text in ("dimla Karim Uddin", "Karim Uddin dimla", "ডিমলা, Karim Uddin", "Karim Uddin - ডিমলা"):
        asked = await talk.one(DCO, "officer", topic="new", msisdn=NEWCOMER, text=text)
        assert asked.reply.params["person"] == "Karim Uddin", text
        assert asked.reply.params["place"]["en"] == "Dimla", text


async def test_an_ambiguous_office_is_asked(talk: Talk) -> None:
    asked = await talk.one(REGISTRAR, "officer", **{**NEW, "office": "Kaliganj"})
    assert asked.key == "officer.which_office"
    question = await talk.one(REGISTRAR, "2")
    assert question.key == "officer.ask_new"
    assert question.reply.params["person"] == "করিম উদ্দিন"
    named = await talk.one(REGISTRAR, "officer", **{**NEW, "office": "Kaliganj Satkhira"})
    assert named.key == "officer.ask_new"
    many = await talk.one(REGISTRAR, "officer", **{**NEW, "office": "sadar"})
    assert many.key == "officer.many_offices"


async def test_the_list_by_sms(talk: Talk) -> None:
    await talk.confirmed(DCO, "officer", topic="end", msisdn=UCO)
    first = await talk.one(DCO, "অফিসার")
    assert first.segments <= 3
    assert first.reply.params == {"n": 6, "serving": 5, "vacant": 1}
    assert [line.key for line in first.reply.lines] == ["officer.row_vacant"] + ["officer.row"] * 4
    rest = await talk.one(DCO, "1")
    assert len(rest.reply.lines) == 1
    assert rest.reply.choices == ()


async def test_the_list_in_a_chat_shows_who_is_linked(talk_on_each: Talk) -> None:
    talk = talk_on_each
    await talk.link(UCO, "66")
    await talk.link(DCO, "77")
    listed = await talk.one("77", "অফিসার")
    assert [line.key for line in listed.reply.lines] == ["officer.row_linked"] + ["officer.row"] * 5
    assert "01700099900 ✓" in listed.text
    await talk("66", "লিংক বন্ধ")
    assert "✓" not in (await talk.one("77", "অফিসার")).text


async def test_long_lists_go_on(talk: Talk) -> None:
    await talk.link(REGISTRAR, "77")
    page = await talk.one("77", "officer", role="uco")
    assert page.reply.params["n"] == 495
    assert len(page.reply.lines) == 20
    (following,) = await talk.press(page, 1)
    assert len(following.reply.lines) == 20
    assert following.reply.lines[0] not in page.reply.lines


async def test_the_offices_of_an_office(talk: Talk) -> None:
    district = await talk.one(JOINT, "officer", office="নীলফামারী")
    assert district.key == "officer.at"
    below = await talk.one(JOINT, "1")
    assert below.reply.params == {"n": 6, "serving": 6, "vacant": 0}
    ucos = await talk.one(JOINT, "officer", office="নীলফামারী", role="uco")
    assert ucos.reply.params == below.reply.params
    assert (await talk.one(DCO, "officer", under="5573")).key == "officer.outside"
    assert (await talk.one(DCO, "officer", office="রংপুর সদর")).key == "officer.outside"
