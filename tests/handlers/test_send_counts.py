"""What the preview says is what is queued then: for every kind of audience, with shared telephones, none, STOP, and linked chats."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.access import Role
from bot.store import offices, people, senders
from bot.store.people import Appointment
from tests import filed
from tests.conftest import NOW
from tests.handlers.sending import appoint, finish, kept, lines, rows, sent
from tests.handlers.talking import DCO, DIMLA, PRESIDENT, SECRETARY, UCO_OF_DOMAR, Talk, code_in

if TYPE_CHECKING:
    from bot.store.query import Tx

DISTRICT = "5573"
THE_SAME = {"audience": "bearers"}

KINDS: list[dict[str, Any]] = [
    {"audience": "uco", "all": True},
    {"audience": "uco", "form": "SOC"},
    {"audience": "uco", "form": "NOTHI", "period": "2026-27/Q1"},
    {"audience": "president"},
    {"audience": "secretary"},
    {"audience": "bearers"},
    {"audience": "bearers", "urgent": True},
    {"audience": "president", "colour": "red"},
    {"audience": "president", "colour": "yellow"},
    {"audience": "secretary", "colour": "green"},
    {"audience": "president", "level": "primary"},
    {"audience": "president", "level": "central"},
    {"audience": "bearers", "category": "মৎস্যজীবী"},
    {"audience": "bearers", "form": "MEM", "period": "2025-26"},
    {"audience": "president", "office": "ডিমলা", "colour": "red"},
    {"name": "রহিমা বেগম"},
]


async def disturb(talk: Talk) -> None:
    """Two who share a telephone, one without, one who stopped, two with chats, a vacancy, and some who have filed."""

    def work(tx: Tx) -> None:
        for society_id in (1, 2, 3):
            held = people.bearers(tx, society_id)
            if society_id == 1:  # the president's telephone is the secretary's, too
                people.end(tx, [held[Role.SECRETARY].appointment_id], NOW.date())
                serve(tx, "রাজিয়া", PRESIDENT, Role.SECRETARY, society_id)
            elif society_id == 2:
                people.end(tx, [held[Role.PRESIDENT].appointment_id], NOW.date())
                serve(tx, "ফোনহীন", None, Role.PRESIDENT, society_id)
            else:
                people.end(tx, [one.appointment_id for one in held.values()], NOW.date())

    await talk.app.store.write(work)
    await talk.app.store.write(partial(senders.stop, msisdn=UCO_OF_DOMAR, at=NOW))
    await talk.app.store.write(partial(filed.by_office, code=DIMLA, form="SOC", period="2026-10", at=NOW))
    await talk.app.store.write(partial(filed.by_society, society_id=4, form="MEM", period="2025-26", at=NOW))
    office = await talk.app.store.read(partial(offices.by_code, code=DISTRICT))
    assert office is not None
    await appoint(talk, "ফোনহীন পরিদর্শক", None, Role.INSPECTOR, office.id)
    await talk.link("+8801700099900", "88")
    await talk.link(PRESIDENT, "89")


def serve(tx: Tx, name: str, number: str | None, role: Role, society_id: int) -> None:
    person = people.person(tx, name, number)
    people.appoint(tx, [Appointment(person, role, NOW.date(), society_id=society_id)])


@pytest.mark.parametrize("args", KINDS, ids=str)
async def test_what_is_shown_is_what_is_queued(talk: Talk, args: dict[str, Any]) -> None:
    await disturb(talk)
    asked = await talk.one(DCO, "send", **args, text="আসুন {নাম}")
    if asked.key == "send.nobody":
        assert await kept(talk) == []
        return
    assert asked.key == "send.ask", asked.text
    (draft,) = await kept(talk)
    await talk(DCO, f"YES {code_in(asked)}")
    await finish(talk)
    went, to = await sent(talk), await rows(talk)
    told = draft.estimate
    assert asked.reply.params["n"] == told.people == len([1 for *_, unreached in to if unreached is None])
    assert sum(share.messages for share in told.shares.values()) == len(went)
    for channel, share in told.shares.items():
        own = [row for row in went if row.channel == channel]
        assert (share.messages, share.segments) == (len(own), sum(row.segments for row in own))
        assert share.price == sum((row.price for row in own), Decimal(0))
    # Nobody's number has it twice, but what is urgent by both ways.
    assert len({(row.channel, row.to) for row in went}) == len(went)
    assert len({number for _, number, *_ in to if number}) == len([1 for _, number, *_ in to if number])
    unreached: dict[str, int] = {}
    for *_, why in to:
        if why is not None:
            unreached[why] = unreached.get(why, 0) + 1
    assert {why: count for why, count in told.unreached.items() if why != "vacant"} == unreached
    assert max(row.segments for row in went) == told.segments
    assert told.longest in {row.text for row in went}


async def test_who_is_not_reached_is_told(talk: Talk) -> None:
    await disturb(talk)
    asked = await talk.one(DCO, "send", audience="bearers", text="আসুন")
    assert lines(asked)[:3] == ["send.by_both", "send.nameless", "send.unreached.vacant"]
    assert "ফোনহীন (ডিমলা" in asked.text
    asked = await talk.one(DCO, "send", audience="uco", all=True, text="আসুন")
    assert lines(asked)[:2] == ["send.by_both", "send.unreached.stopped"]
    assert (asked.reply.params["n"], asked.segments <= 5) == (5, True)


async def test_who_shares_a_telephone_hears_once(talk: Talk) -> None:
    await disturb(talk)
    await talk.confirmed(DCO, "send", audience="bearers", office="ডিমলা", text="আসুন")
    went = [row.to for row in await sent(talk)]
    assert (went.count("89"), SECRETARY in went) == (1, False)


async def test_a_large_one_is_queued_beside_what_comes_in(talk: Talk) -> None:
    asked = await talk.one(DCO, "send", audience="bearers", text="আসুন")
    people_meant = asked.reply.params["n"]
    assert people_meant > 200
    (begun,) = await talk(DCO, f"YES {code_in(asked)}")
    assert begun.key == "progress.begun"
    await finish(talk)
    assert len(await sent(talk)) == people_meant
