"""The societies that no message reaches: listed, chosen, mended; and the button under an officer's weekly message."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.config import Config
from bot.domain.access import Role
from bot.scheduler.jobs.phones import PHONES
from bot.store import people, standings, terms
from bot.store.query import Query
from bot.store.schema import people as people_table
from tests.conftest import NOW
from tests.handlers.talking import DCO, PRESIDENT, STRANGER, UCO, UCO_OF_DOMAR, Talk
from tests.scheduler.world import World

if TYPE_CHECKING:
    from bot.store.query import Tx
    from tests.handlers.talking import Out

LIST = {"topic": "phones"}
TODAY = NOW.date()
DIMLA = "BD/55/5573/55730012/"

_NO_NUMBERS: Query[int] = Query(people_table.update().values(msisdn=None).where(people_table.c.msisdn > "+88017001"))


def _lose(tx: Tx, most: int) -> list[int]:
    """As many red societies of Dimla lose their secretaries; returns them, the latest first."""
    over = terms.ended(tx, DIMLA, TODAY, most=most)
    for each in over:
        people.end(tx, [people.bearers(tx, each.society_id)[Role.SECRETARY].appointment_id], TODAY)
    return [each.society_id for each in over]


def _ids(out: Out) -> list[int]:
    return [one.args["society_id"] for one in out.reply.choices if "society_id" in one.args]


async def test_one_is_chosen_and_shows_whom_to_call(talk_on_each: Talk) -> None:
    talk = talk_on_each
    assert (await talk.one(UCO, "calendar", **LIST)).key == "phones.none"
    lost = await talk.app.store.write(partial(_lose, most=2))
    listed = await talk.one(UCO, "calendar", **LIST)
    assert (listed.key, listed.reply.params, _ids(listed)) == ("phones.which", {"n": 2}, lost)
    assert {one.label.key for one in listed.reply.choices} == {"phones.secretary_missing"}
    chosen = await talk.one(UCO, "2")
    assert chosen.key == "contact.society"
    assert [row.key for row in chosen.reply.lines] == ["contact.seat", "contact.seat_vacant"]
    (society,) = await talk.app.store.read(lambda tx: standings.by_ids(tx, lost[:1]))
    await talk.confirmed(UCO, f"CONTACT {society.registration_no} secretary রহিম মিয়া 01700055511")
    assert _ids(await talk.one(UCO, "calendar", **LIST)) == lost[1:]


async def test_more_brings_the_rest_without_those_that_were_mended(talk: Talk) -> None:
    await talk.app.store.write(lambda tx: tx.run(_NO_NUMBERS))
    first = await talk.one(DCO, "calendar", **LIST)
    assert (len(_ids(first)), first.key) == (5, "phones.which")
    assert first.reply.params["n"] > 10
    assert first.segments <= 4
    rest = first.reply.choices[-1]
    assert (rest.label.key, rest.command) == ("list.more", "phones")
    second = await talk.one(DCO, "6")
    assert (second.key, _ids(second)) == ("phones.rest", rest.args["ids"][:5])
    assert {one.label.key for one in second.reply.choices[:5]} <= {"phones.both", "phones.president_missing"}
    green = await talk.app.store.read(lambda tx: terms.ending(tx, DIMLA, None, most=50)[-1].society_id)
    assert _ids(await talk.one(DCO, "phones", ids=[green, *rest.args["ids"][:1]])) == rest.args["ids"][:1]


async def test_each_sees_his_own_area(talk: Talk) -> None:
    lost = await talk.app.store.write(partial(_lose, most=1))
    assert _ids(await talk.one(DCO, "calendar", **LIST)) == lost
    assert (await talk.one(UCO_OF_DOMAR, "calendar", **LIST)).key == "phones.none"
    assert (await talk.one(UCO_OF_DOMAR, "phones", ids=lost)).key == "phones.none"
    for who in (PRESIDENT, STRANGER):
        assert (await talk.one(who, "calendar", **LIST)).key == "not_allowed"


async def test_a_word_and_a_button_lead_to_the_list(talk: Talk) -> None:
    lost = await talk.app.store.write(partial(_lose, most=1))
    assert _ids(await talk.one(UCO, "CALENDAR PHONES")) == lost
    assert _ids(await talk.one(UCO, "ক্যালেন্ডার ফোন")) == lost
    await talk.link(UCO, "17")
    await World(talk.app.store, Config()).run(PHONES, TODAY)
    told, *_ = await talk(STRANGER, "help")
    assert (told.key, told.to) == ("escalation.phones", "17")
    (answer,) = await talk.press(told, 1)
    assert (answer.key, _ids(answer)) == ("phones.which", lost)
