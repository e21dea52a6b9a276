"""Nobody's message leaves his own area, whatever he types, presses or makes up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.addressed import permits
from bot.domain.access import Post, Role
from bot.domain.audiences import Audience, Group
from bot.store import audiences, offices
from tests.conftest import NOW
from tests.handlers.sending import appoint, finish, gateway, kept, leave, numbers
from tests.handlers.talking import (
    DCO,
    DIMLA,
    DOMAR,
    JOINT,
    NEWCOMER,
    REGISTRAR,
    SADAR,
    UCO,
    UCO_OF_DOMAR,
    Talk,
    code_in,
)

if TYPE_CHECKING:
    from bot.store.query import Tx

DISTRICT, OTHER, DIVISION = "5573", "5585", "55"
OTHER_DCO, UCO_OF_RANGPUR = "+8801700055533", "+8801700055544"
IN_OTHER = "55850049"


async def area(talk: Talk, code: str) -> Any:
    office = await talk.app.store.read(partial(offices.by_code, code=code))
    assert office is not None
    return office


async def people_of(talk: Talk, group: Group, code: str) -> set[str]:
    """Who a group is, by the store, page by page."""
    office = await area(talk, code)

    def work(tx: Tx) -> set[str]:
        found, after = set(), 0
        while page := audiences.page(tx, Audience(group, office.lineage), NOW.date(), after=after, most=500):
            found |= {one.msisdn for one in page if one.msisdn}
            after = page[-1].position
        return found

    return await talk.app.store.read(work)


@pytest.fixture
async def two(talk: Talk) -> Talk:
    """With a second district, whose officer and upazila officer are known."""
    await appoint(talk, "জাহিদ হাসান", OTHER_DCO, Role.DISTRICT_OFFICER, (await area(talk, OTHER)).id)
    await appoint(talk, "নাসরিন আক্তার", UCO_OF_RANGPUR, Role.UPAZILA_OFFICER, (await area(talk, IN_OTHER)).id)
    return talk


TRIES = [
    {"audience": "president"},
    {"audience": "president", "office": "ডোমার"},
    {"audience": "bearers", "office": "5573"},
    {"audience": "president", "office": "নীলফামারী"},
    {"audience": "president", "office_code": DOMAR},
    {"audience": "president", "office_code": DISTRICT},
    {"audience": "secretary", "office_code": "BD"},
    {"audience": "president", "all": True, "colour": "red"},
    {"audience": "president", "form": "MEM"},
    {"audience": "president", "level": "primary", "office_code": DIVISION},
    {"audience": "uco", "all": True},
    {"audience": "uco", "office": "ডোমার"},
    {"audience": "uco", "office_code": DOMAR},
    {"audience": "dco", "all": True},
    {"audience": "jr"},
    {"audience": "one", "person_id": 1},
    {"audience": "uco", "pick": True},
    {"name": "করিম মিয়া"},
    {"name": "শিরিন ইসলাম"},
    {"name": "ডোমার"},
    {"office": "ডোমার"},
    {"office_code": DOMAR},
    {"form": "SOC"},
    {"resend_of": 1},
]


@pytest.mark.parametrize("args", TRIES, ids=str)
async def test_a_uco_reaches_his_own_societies_only(talk: Talk, args: dict[str, Any]) -> None:
    await talk.link(UCO, "77")  # where as many questions may stay open as one likes
    own = await people_of(talk, Group.BEARERS, DIMLA)
    asked = (await talk("77", "send", **args, text="আসুন"))[-1]
    if asked.key == "send.ask_chat":
        await talk.press(asked, 1)
        await finish(talk)
    assert await numbers(talk) <= own
    assert all(one.audience.lineage.endswith(f"/{DIMLA}/") for one in await kept(talk))


async def test_whom_a_uco_does_reach(talk: Talk) -> None:
    await talk.confirmed(UCO, "send", audience="bearers", text="আসুন")
    assert await numbers(talk) == await people_of(talk, Group.BEARERS, DIMLA)


@pytest.mark.parametrize("args", TRIES, ids=str)
async def test_a_dco_reaches_his_own_district_only(two: Talk, args: dict[str, Any]) -> None:
    talk = two
    await talk.link(DCO, "77")
    for office in (args.get("office"), IN_OTHER, "রংপুর", "পীরগঞ্জ"):
        named = {**args, "office": office} if office else args
        asked = (await talk("77", "send", **named, text="আসুন"))[-1]
        if asked.key == "send.ask_chat":
            await talk.press(asked, 1)
            await finish(talk)
    there = await people_of(talk, Group.BEARERS, OTHER) | {OTHER_DCO, UCO_OF_RANGPUR, JOINT, REGISTRAR}
    assert not await numbers(talk) & there
    assert all(f"/{DISTRICT}/" in one.audience.lineage for one in await kept(talk))


@pytest.mark.parametrize(
    ("who", "args", "key"),
    [
        (UCO, {"audience": "uco", "all": True}, "send.not_for_you"),
        (UCO, {"audience": "dco"}, "send.not_for_you"),
        (UCO, {"audience": "president", "office": "ডোমার"}, "send.outside"),
        (DCO, {"audience": "dco", "all": True}, "send.not_for_you"),
        (DCO, {"audience": "dco", "office": "নীলফামারী"}, "send.not_for_you"),
        (DCO, {"audience": "uco", "office_code": IN_OTHER}, "send.outside"),
        (DCO, {"name": "নাসরিন আক্তার"}, "send.no_one"),
        (DCO, {"audience": "one", "person_id": 99999}, "send.no_one"),
        (JOINT, {"audience": "jr"}, "send.not_for_you"),
        (JOINT, {"audience": "dco", "office": "ডিমলা"}, "send.none_there"),
        (DCO, {"audience": "uco", "colour": "red"}, "send.societies_only"),
        (DCO, {"audience": "uco", "form": "MEM"}, "send.wrong_filer"),
        (DCO, {"audience": "president", "form": "SOC"}, "send.wrong_filer"),
        (DCO, {"audience": "uco", "form": "XYZ"}, "form.unknown"),
        (DCO, {"audience": "uco", "form": "SOC", "period": "2026-27/Q1"}, "due.no_period"),
        (DCO, {"colour": "red"}, "send.which_group"),
    ],
    ids=str,
)
async def test_it_is_said_why_not(two: Talk, who: str, args: dict[str, Any], key: str) -> None:
    assert (await two.one(who, "send", **args, text="আসুন")).key == key


@pytest.mark.parametrize(
    ("args", "to"),
    [
        ({"audience": "uco", "all": True}, None),
        ({"audience": "uco", "office": "ডিমলা"}, {UCO}),
        ({"audience": "uco", "office_code": DIMLA, "all": True}, {UCO}),
        ({"office": "ডিমলা"}, {UCO}),
        ({"name": "ডিমলা"}, {UCO}),
        ({"name": "রহিমা বেগম"}, {UCO}),
        ({"name": "rahima begum"}, {UCO}),
        ({"name": "জনাব করিম মিয়া"}, {UCO_OF_DOMAR}),
        ({"name": "করিম", "audience": "uco"}, {UCO_OF_DOMAR}),
        ({"audience": "uco", "office": "করিম মিয়া"}, {UCO_OF_DOMAR}),
        ({"name": "করিম", "office": "ডোমার"}, {UCO_OF_DOMAR}),
        ({"audience": "uco", "office": "নীলফামারী"}, None),
    ],
    ids=str,
)
async def test_one_by_name_or_office_and_all(talk: Talk, args: dict[str, Any], to: set[str] | None) -> None:
    asked = await talk.one(DCO, "send", **args, text="আসুন")
    assert asked.key == "send.ask", asked.text
    await talk(DCO, f"YES {code_in(asked)}")
    assert await numbers(talk) == (to or await people_of(talk, Group.UCO, DISTRICT))


async def test_of_several_of_a_name_one_is_chosen(two: Talk) -> None:
    talk = two
    await appoint(talk, "করিম মিয়া", NEWCOMER, Role.INSPECTOR, (await area(talk, SADAR)).id)
    listed = await talk.one(DCO, "send", name="করিম মিয়া", text="আসুন")
    assert (listed.key, len(listed.reply.choices)) == ("send.which_officer", 2)
    asked = await talk.one(DCO, "2")
    assert asked.key == "send.ask"
    await talk(DCO, f"YES {code_in(asked)}")
    assert await numbers(talk) == {NEWCOMER}


async def test_the_joint_registrar_reaches_both_districts(two: Talk) -> None:
    talk = two
    await talk.confirmed(JOINT, "send", audience="uco", all=True, text="আসুন")
    ucos = await people_of(talk, Group.UCO, DIVISION)
    assert (await numbers(talk), UCO_OF_RANGPUR in ucos) == (ucos, True)
    await talk.link(JOINT, "66")
    listed = await talk.one("66", "send", audience="president", office="রংপুর", text="আসুন")
    assert listed.key in {"send.which_office", "send.ask_chat"}


async def test_of_two_posts_the_one_that_may_counts(two: Talk) -> None:
    """A district officer who is in charge of an upazila, too."""
    talk = two
    await leave(talk, UCO)
    await appoint(talk, "শিরিন ইসলাম", DCO, Role.UPAZILA_OFFICER, (await area(talk, DIMLA)).id)
    whole = await talk.one(DCO, "send", audience="president", text="আসুন")
    assert whole.reply.params["place"]["en"] == "Nilphamari"
    part = await talk.one(DCO, "send", audience="president", office="ডিমলা", text="আসুন")
    assert part.reply.params["n"] < whole.reply.params["n"]
    assert [one.place["en"] for one in await kept(talk)] == ["Nilphamari", "Dimla"]


async def test_of_two_areas_side_by_side_he_says_which(two: Talk) -> None:
    talk = two
    await appoint(talk, "রহিমা বেগম", UCO, Role.UPAZILA_OFFICER, (await area(talk, DOMAR)).id)
    listed = await talk.one(UCO, "send", audience="president", text="আসুন")
    assert (listed.key, len(listed.reply.choices)) == ("send.which_office", 2)
    asked = await talk.one(UCO, "2")
    assert (asked.key, asked.reply.params["place"]["en"]) == ("send.ask", "Domar")


async def test_an_inspector_of_a_district_does_not_reach_below_it(talk: Talk) -> None:
    await appoint(talk, "জামাল", NEWCOMER, Role.INSPECTOR, (await area(talk, DISTRICT)).id)
    assert (await talk.one(NEWCOMER, "send", audience="uco", all=True, text="আসুন")).key == "send.not_for_you"
    assert (await talk.one(NEWCOMER, "send", audience="president", all=True, text="আসুন")).key == "send.nobody"
    out = await talk.one(NEWCOMER, "send", audience="president", office="ডিমলা", text="আসুন")
    assert out.key == "send.unknown_office"


async def test_a_list_of_one_district_is_a_page_at_a_time(talk: Talk) -> None:
    listed = await talk.one(DCO, "send", audience="uco", pick=True)
    assert (listed.key, len(listed.reply.choices)) == ("send.pick", 6)
    rest = await talk.one(DCO, "6")
    assert len(rest.reply.choices) == 1
    assert (await talk.one(DCO, "1")).key == "send.write"
    assert (await talk.one(DCO, "আসুন")).key == "send.ask"


def test_what_a_post_permits() -> None:
    """Asked again when it is confirmed, whatever the draft says."""
    nation, division, district, upazila = "BD/", "BD/55/", "BD/55/5573/", f"BD/55/5573/{DIMLA}/"
    dco, uco = Post(Role.DISTRICT_OFFICER, "x", district), Post(Role.UPAZILA_OFFICER, "x", upazila)
    inspector, bearer = Post(Role.INSPECTOR, "x", district), Post(Role.PRESIDENT, "x", upazila, 1)
    assert permits(dco, Audience(Group.UCO, district))
    assert permits(dco, Audience(Group.PRESIDENT, upazila))
    assert not permits(dco, Audience(Group.DCO, district))
    assert not any(
        permits(dco, Audience(group, above)) for group in Group for above in (nation, division, "BD/55/5585/")
    )
    assert permits(uco, Audience(Group.PRESIDENT, upazila, alone=True))
    assert not permits(uco, Audience(Group.PRESIDENT, upazila))
    assert not permits(uco, Audience(Group.UCO, upazila, alone=True))
    assert not permits(inspector, Audience(Group.PRESIDENT, upazila, alone=True))
    assert not permits(inspector, Audience(Group.PRESIDENT, district))
    assert not any(permits(bearer, Audience(group, upazila, alone=True)) for group in Group)


async def test_a_draft_of_another_area_is_not_let_go(demo_url: str) -> None:
    """Who is moved between asking and confirming sends nothing to where he was."""
    async with gateway(demo_url) as talk:
        code = code_in(await talk.one(UCO, "send", audience="president", text="আসুন"))
        await leave(talk, UCO)
        await appoint(talk, "রহিমা বেগম", UCO, Role.UPAZILA_OFFICER, (await area(talk, DOMAR)).id)
        assert (await talk.one(UCO, f"YES {code}")).key == "send.no_more"
        assert await numbers(talk) == set()
