"""Changing the texts of an area: who may, what a confirmation covers, and what the text does to a reminder."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.domain.access import Role
from bot.domain.messages import Language, MessageClass
from bot.domain.replies import Reply
from bot.posting import Letter, Posted
from bot.store import offices, outbox, people, texts
from bot.store.people import Appointment
from tests.conftest import NOW
from tests.handlers.talking import (
    DCO,
    DIMLA,
    DOMAR,
    JOINT,
    NEWCOMER,
    PRESIDENT,
    REGISTRAR,
    STRANGER,
    UCO,
    code_in,
)

if TYPE_CHECKING:
    from bot.store.query import Tx
    from tests.handlers.talking import Talk

NOTICE = "reminder.term.notice"
MINE = "{নম্বর}: মেয়াদ শেষ {তারিখ}। আজই নোটিশ দিন।"
STORED = "{r}: মে\u09dfাদ শেষ {d}। আজই নোটিশ দিন।"


async def _stored(talk: Talk) -> list[tuple[str, str]]:
    return [(each.office.code, each.text) for each in await talk.app.store.read(texts.every)]


async def _begin(talk: Talk, who: str, office: str = DIMLA, lang: str = "bn") -> None:
    said = await talk.one(who, "texts", office=office, key=NOTICE, lang=lang, act="write")
    assert said.key == f"texts.write.{lang}"


def _holds(tx: Tx, number: str, role: Role, *codes: str) -> None:
    person = people.person(tx, "কেউ একজন", number)
    for code in codes:
        office = offices.by_code(tx, code)
        assert office is not None
        people.appoint(tx, [Appointment(person, role, NOW.date(), office_id=office.id)])


async def test_a_text_is_written_and_dropped(talk_on_each: Talk) -> None:
    talk = talk_on_each
    await _begin(talk, UCO)
    asked = await talk.one(UCO, MINE)
    assert asked.key == "texts.ask"
    assert await _stored(talk) == []
    assert (await talk.one(UCO, f"YES {code_in(asked)}")).key == "texts.done"
    assert await _stored(talk) == [(DIMLA, STORED)]
    assert (
        (await talk.one(UCO, "texts", office=DIMLA, key=NOTICE, act="preview"))
        .text.splitlines()[1]
        .endswith("আজই নোটিশ দিন।")
    )
    (done,) = await talk.confirmed(UCO, "texts", office=DIMLA, key=NOTICE, lang="bn", act="reset")
    assert done.key == "texts.done_reset"
    assert await _stored(talk) == []
    assert (await talk.one(UCO, "texts", office=DIMLA, key=NOTICE, act="reset")).key == "texts.nothing_own"
    log = await talk.log(DIMLA)
    assert [each.action for each in log] == ["texts.drop", "texts.change"]
    assert (log[1].before["text"], log[1].after["text"], log[1].actor) == (None, STORED, UCO)


@pytest.mark.parametrize(("who", "code"), [(UCO, DIMLA), (DCO, "5573"), (JOINT, "55"), (REGISTRAR, "BD")])
async def test_heads_change_their_own_office_only(talk: Talk, who: str, code: str) -> None:
    for office in (DIMLA, "5573", "55", "BD"):
        said = await talk.one(who, "texts", office=office, key=NOTICE, lang="bn", act="write")
        if office == code:
            assert said.key == "texts.write.bn"
            assert (await talk.one(who, MINE)).key == "texts.ask"
        else:
            covered = code == "BD" or office.startswith(code)
            assert said.key == ("texts.head_only" if covered else "texts.not_yours")
    assert (await talk.one(who, "texts", office=DOMAR, key=NOTICE)).key == (
        "texts.not_yours" if who == UCO else "texts.shown"
    )
    assert await _stored(talk) == []


async def test_an_inspector_looks_only(talk: Talk) -> None:
    await talk.app.store.write(lambda tx: _holds(tx, NEWCOMER, Role.INSPECTOR, DIMLA))
    said = await talk.one(NEWCOMER, "texts", key=NOTICE)
    assert [one.label.key for one in said.reply.choices] == ["texts.act.preview", "texts.act.en"]
    for act in ("write", "reset", "check"):
        assert (await talk.one(NEWCOMER, "texts", key=NOTICE, act=act, text=MINE)).key == "texts.head_only"


@pytest.mark.parametrize("who", [PRESIDENT, STRANGER])
async def test_nobody_else_sees_them(talk: Talk, who: str) -> None:
    assert (await talk.one(who, "texts", key=NOTICE, office=DIMLA, act="check", text=MINE)).key == "not_allowed"


async def test_an_officer_of_two_offices_says_which(talk: Talk) -> None:
    await talk.app.store.write(lambda tx: _holds(tx, UCO, Role.UPAZILA_OFFICER, DOMAR))
    asked = await talk.one(UCO, "texts", key=NOTICE)
    assert asked.key == "texts.offices"
    assert len(asked.reply.choices) == 2
    shown = await talk.one(UCO, "2")
    assert shown.reply.choices[0].args["office"] == DOMAR


async def test_a_text_changed_meanwhile_is_asked_about_again(talk: Talk) -> None:
    await _begin(talk, UCO)
    asked = await talk.one(UCO, MINE)
    dimla = await talk.app.store.read(lambda tx: offices.by_code(tx, DIMLA))
    assert dimla is not None
    await talk.app.store.write(lambda tx: texts.put(tx, dimla.id, NOTICE, Language.BN, "{r} অন্য", at=NOW, by="barta"))
    again = await talk.one(UCO, f"YES {code_in(asked)}")
    assert again.key == "texts.ask"
    assert await _stored(talk) == [(DIMLA, "{r} অন্য")]
    await talk(UCO, f"YES {code_in(again)}")
    assert await _stored(talk) == [(DIMLA, STORED)]


async def test_commands_in_the_middle(talk: Talk) -> None:
    await _begin(talk, UCO)
    for text, begins in (
        ("সাহায্য", "help."),
        ("অবস্থা ১/২০২৩", "status."),
        ("খবর ভালো নয়", "texts.flaw.no_number"),
        ("2", "texts.flaw.empty"),
        ("YES 123456", "yes.nothing"),
        ("STOP", "stop."),
        (f"STOP {MINE}", "texts.ask"),
        ("বাতিল", "texts.left"),
        ("অবস্থা ১/২০২৩", "status."),
        (MINE, ""),
    ):
        said = await talk(UCO, text)
        assert all(one.key.startswith(begins) for one in said), (text, said)
    assert not any(one.key.startswith("texts.") for one in said)
    assert await _stored(talk) == []


async def test_leaving_calls_off_what_was_asked(talk: Talk) -> None:
    await _begin(talk, UCO)
    code = code_in(await talk.one(UCO, MINE))
    assert (await talk.one(UCO, "না")).key == "texts.left"
    assert (await talk.one(UCO, f"YES {code}")).key == "yes.nothing"
    assert await _stored(talk) == []


async def test_in_a_linked_chat_a_button_confirms(talk: Talk) -> None:
    await talk.link(UCO, "77")
    await _begin(talk, "77")
    first = await talk.one("77", MINE)
    better = await talk.one("77", f"{MINE} ধন্যবাদ।")
    assert [one.command for one in better.reply.choices] == ["yes", "no"]
    assert (await talk.press(first, 1))[-1].key == "yes.nothing"
    assert (await talk.press(better, 1))[-1].key == "texts.done"
    assert await _stored(talk) == [(DIMLA, f"{STORED} ধন্যবাদ।")]


async def test_the_other_language_is_edited_beside(talk: Talk) -> None:
    await _begin(talk, UCO, lang="en")
    asked = await talk.one(UCO, "{number}: it’s time for the notice.")
    assert [line.key for line in asked.reply.lines] == ["texts.costly", "confirm.code"]
    assert "উৎস" not in asked.text
    await talk(UCO, f"YES {code_in(asked)}")
    (own,) = await talk.app.store.read(texts.every)
    assert own.language is Language.EN


async def test_a_reminder_says_the_text_of_its_area(talk: Talk) -> None:
    await _begin(talk, UCO)
    await talk(UCO, f"YES {code_in(await talk.one(UCO, MINE))}")
    lineage = {}
    for code in (DIMLA, DOMAR):
        office = await talk.app.store.read(partial(offices.by_code, code=code))
        assert office is not None
        lineage[code] = office.lineage

    def send(tx: Tx, code: str) -> Posted | None:
        reply = Reply(
            "reminder.term",
            {"r": "1/2023"},
            turns_on=NOW.date().replace(year=2027, month=1, day=15),
            area=lineage[code],
        )
        letter = Letter(f"x:{code}", PRESIDENT, reply, MessageClass.REMINDER, NOW.replace(year=2027))
        return talk.app.receiver._answering._post.send(tx, letter, NOW, NOW.date())

    for code in (DIMLA, DOMAR):
        assert await talk.app.store.write(partial(send, code=code)) is not None
    said = {row.text.split("।")[1].strip() for row in await talk.app.store.read(outbox.rows) if row.to == PRESIDENT}
    assert said == {"আজই নোটিশ দিন", "নির্বাচনী সভার নোটিশ দিন"}
