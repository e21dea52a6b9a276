"""An office asks for the correction of a return, the office above decides, both sides hear of it, and nothing is lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.configured import SIMULATED_CHAT
from bot.demo import load as load_demo
from bot.domain.corrections import CorrectionState
from bot.domain.messages import MO, Language
from bot.domain.understanding import Call
from bot.store import audit, corrections, offices, returns, store, versions
from tests.conftest import NOW
from tests.handlers.filed import MEMBERS, asked, differing, figures, filed, found
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

if TYPE_CHECKING:
    from bot.store.corrections import Correction
    from bot.store.query import Tx
    from tests.peers.postgres import Postgres


async def request(talk: Talk, ref: str) -> Correction:
    one = await talk.app.store.read(partial(corrections.by_ref, inbox_id=int(ref[1:])))
    assert one is not None
    return one


async def test_asked_for_approved_and_followed(talk_on_each: Talk) -> None:
    """The whole way: the later month opens with what the corrected one closes with, and every version is kept."""
    talk = talk_on_each
    ref = await filed(talk)
    later = await filed(talk, period="2026-11", new=1, cancelled=0)
    told = by_number(await talk(UCO, f"সংশোধন {ref} নতুন ৬"))
    assert {number: out.key for number, out in told.items()} == {UCO: "correct.taken", DCO: "correct.question"}
    for text in (told[UCO].text, told[DCO].text):
        assert "নতুন 5 → 6" in text
        assert "সমাপনী 1,393 → 1,394" in text
    asked_for = f"R{told[UCO].reply.params['ref']}"
    assert f"অনুমোদন {asked_for}" in told[DCO].text
    assert f"নামঞ্জুর {asked_for}" in told[DCO].text
    assert (await found(talk, ref)).figures["new"] == 5
    question = await talk.one(DCO, "approve", ref=asked_for)
    assert (question.key, "নতুন 5 → 6" in question.text) == ("correct.ask", True)
    assert (await found(talk, ref)).figures["new"] == 5
    told = by_number(await talk(DCO, f"YES {code_in(question)}"))
    assert {number: out.key for number, out in told.items()} == {DCO: "correct.approved", UCO: "correct.told_approved"}
    assert "নতুন 5 → 6" in told[UCO].text
    one = await found(talk, ref)
    assert (one.figures["new"], one.figures["closing"], one.filed_in) == (6, 1394, int(ref[1:]))
    assert (await found(talk, later)).figures["opening"] == 1394
    assert await differing(talk) == []
    first, second = await talk.app.store.read(partial(versions.of, return_id=one.id))
    assert (first.figures["new"], first.approved_by) == (5, None)
    assert (second.figures, second.by, second.approved_by) == ({"new": 6}, UCO, DCO)
    assert second.inbox_id == int(asked_for[1:])
    assert await talk.changes() == ["correction.request", "correction.approve"]
    # Once is once; and the return may be corrected again, by either reference.
    for command in ("approve", "reject"):
        assert (await talk.one(DCO, command, ref=asked_for)).key == "correct.is_approved"
    assert (await talk.one(UCO, "correct", ref=asked_for, changes={"new": 6})).key == "correct.same"
    assert (await talk.one(DCO, "approve", ref=ref)).key == "correct.none_waits"
    await asked(talk, asked_for, new=7)


async def test_by_button_in_a_chat(talk: Talk) -> None:
    await talk.link(DCO, "66")
    ref = await filed(talk)
    question = by_number(await talk(UCO, "correct", ref=ref, changes={"new": 6}))["66"]
    assert [choice.command for choice in question.reply.choices] == ["approve", "reject"]
    told = by_number(await talk.press(question, 1))
    assert {number: out.key for number, out in told.items()} == {"66": "correct.approved", UCO: "correct.told_approved"}
    assert [out.key for out in await talk.press(question, 1)] == ["correct.is_approved"]
    assert [out.key for out in await talk.press(question, 2)] == ["correct.is_approved"]
    assert (await found(talk, ref)).figures["new"] == 6


async def test_rejected_with_a_reason(talk_on_each: Talk) -> None:
    talk = talk_on_each
    ref = await filed(talk)
    before = await figures(talk.app)
    asked_for = await asked(talk, ref, new=6)
    told = by_number(await talk(DCO, f"নামঞ্জুর {asked_for} রেজিস্টারে ৫টি"))
    assert {number: out.key for number, out in told.items()} == {DCO: "correct.rejected", UCO: "correct.told_because"}
    assert "রেজিস্টারে 5টি" in told[UCO].text
    after = await figures(talk.app)
    assert (after[0], after[1], after[3]) == (before[0], before[1], before[3])
    decided = await request(talk, asked_for)
    assert (decided.state, decided.decided_by, decided.reason) == (CorrectionState.REJECTED, DCO, "রেজিস্টারে ৫টি")
    assert (await talk.one(DCO, "approve", ref=asked_for)).key == "correct.is_rejected"
    assert (await talk.one(UCO, "undo")).key == "undo.correction_rejected"
    # It may be asked again, and found by the reference of the return.
    await asked(talk, ref, new=6)
    assert {out.key for out in await talk(DCO, "reject", ref=ref)} == {"correct.rejected", "correct.told_rejected"}
    assert await talk.changes() == ["correction.request", "correction.reject"] * 2


async def test_what_cannot_be_asked(talk: Talk) -> None:
    ref = await filed(talk)
    later = await filed(talk, period="2026-11", new=1, cancelled=0)
    before = await figures(talk.app)
    for named, changes, key in (
        (ref, {}, "correct.which"),
        (ref, {"new": 5}, "correct.same"),
        (ref, {"new": 5, "closing": 1393}, "correct.same"),
        (ref, {"new": 6, "closing": 1393}, "correct.refused"),
        (ref, {"cancelled": -1}, "correct.refused_how"),
        (ref, {"cancelled": 9999}, "correct.refused_how"),  # nothing would be left
        (ref, {"target": 4}, "correct.refused_how"),  # of another form
        (later, {"opening": 1400}, "correct.carried"),
        (later, {"opening": 1393}, "correct.same"),
        ("R999999", {"new": 6}, "report.not_found"),
        ("R0", {"new": 6}, "report.not_found"),
    ):
        assert (await talk.one(UCO, "correct", ref=named, changes=changes)).key == key, (named, changes)
    assert (await talk.one(UCO, "correct", changes={"target": 6})).key == "correct.how"  # nothing was filed that has it
    last = await talk.one(UCO, "সংশোধন নতুন ৬")
    assert (last.key, last.reply.params["p"]) == ("correct.last", "2026-11")
    assert f"সংশোধন {later} নতুন 6" in last.text
    which = await talk.one(UCO, f"সংশোধন {ref}")  # as the echo of what was filed says it
    assert (which.key, [one["value"] for one in which.reply.params["figures"]]) == ("correct.which", [1390, 5, 2, 1393])
    assert await figures(talk.app) == before
    assert await talk.changes() == []
    said = await talk.one(UCO, "correct", ref=ref, changes={"new": 6, "closing": 1393})
    assert f"সংশোধন {ref} নতুন 6 সমাপনী 1394" in said.text
    said = await talk.one(UCO, "correct", ref=later, changes={"opening": 1400})
    assert f"R{said.reply.params['ref']}" == ref


async def test_a_correction_that_a_later_return_does_not_bear(talk: Talk) -> None:
    ref = await filed(talk, opening=0, new=5, cancelled=0)
    later = await filed(talk, period="2026-11", new=0, cancelled=4)
    said = await talk.one(UCO, "correct", ref=ref, changes={"new": 3})
    assert (said.key, f"R{said.reply.params['ref']}") == ("correct.spoils", later)
    # What was asked while it did, and does not any more, is not approved.
    asked_for = await asked(talk, ref, new=4)
    await talk(DCO, "reject", ref=asked_for)
    asked_for = await asked(talk, ref, new=4)
    await talk.confirmed(DCO, "approve", ref=await asked(talk, later, cancelled=5))
    said = await talk.one(DCO, "approve", ref=asked_for)
    assert (said.key, [line.key for line in said.reply.lines]) == ("correct.spoils_now", ["approve.or_reject"])
    assert (await request(talk, asked_for)).state is CorrectionState.REQUESTED


async def test_what_is_not_filed_may_just_be_given(talk: Talk) -> None:
    kept = by_number(await talk(UCO, "return", form="SOC", period="2026-10", values={"new": 5}))[UCO]
    assert kept.key == "return.kept"
    ref = f"R{(await talk.app.store.read(partial(_last_given))).inbox_id}"
    said = await talk.one(UCO, "correct", ref=ref, changes={"new": 6})
    assert (said.key, "রিটার্ন SOC 10/26 নতুন 6" in said.text) == ("correct.open", True)


@dataclass(frozen=True)
class Given:
    inbox_id: int


def _last_given(tx: Tx) -> Given:
    office = offices.by_code(tx, DIMLA)
    assert office is not None
    ((inbox_id, _),) = returns.latest_of(tx, UCO, office_id=office.id)
    return Given(inbox_id)


async def test_one_request_at_a_time(talk_on_each: Talk) -> None:
    talk = talk_on_each
    ref = await filed(talk)
    first = await asked(talk, ref, new=6)
    again = await talk.one(UCO, "correct", ref=ref, changes={"new": 6})
    assert (again.key, f"R{again.reply.params['ref']}") == ("correct.already", first)
    told = by_number(await talk(UCO, "correct", ref=ref, changes={"new": 7}))
    assert {number: out.key for number, out in told.items()} == {UCO: "correct.taken", DCO: "correct.question"}
    assert first in told[DCO].text  # in place of it
    assert (await request(talk, first)).state is CorrectionState.WITHDRAWN
    assert (await talk.one(DCO, "approve", ref=first)).key == "correct.is_withdrawn"
    assert await talk.changes() == ["correction.request", "correction.withdraw", "correction.request"]
    await talk.confirmed(DCO, "approve", ref=f"R{told[UCO].reply.params['ref']}")
    assert (await found(talk, ref)).figures["new"] == 7


async def test_who_decides(talk: Talk) -> None:
    ref = await filed(talk)
    asked_for = await asked(talk, ref, new=6)
    for who, key in (
        (UCO, "correct.not_yourself"),
        (UCO_OF_DOMAR, "report.not_found"),
        (STRANGER, "not_allowed"),
        (PRESIDENT, "not_allowed"),
        ("44", "link_first"),
    ):
        assert (await talk.one(who, "approve", ref=asked_for)).key == key
    for who in (DCO, JOINT, REGISTRAR):
        assert (await talk.one(who, "approve", ref=asked_for)).key == "correct.ask"
    assert {out.key for out in await talk(JOINT, "reject", ref=asked_for)} == {
        "correct.rejected",
        "correct.told_rejected",
    }
    # An inspector of the same office is not above it; his no takes the request back.
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DIMLA, msisdn=ANOTHER, text="জামাল মিয়া"
    )
    asked_for = await asked(talk, ref, new=6)
    assert (await talk.one(ANOTHER, "approve", ref=asked_for)).key == "correct.above_decides"
    told = by_number(await talk(ANOTHER, "reject", ref=asked_for))
    assert {number: out.key for number, out in told.items()} == {
        ANOTHER: "undo.correction_withdrawn",
        DCO: "undo.correction_told",
    }


async def test_nobody_decides_what_he_asked_for_himself(talk: Talk) -> None:
    """The officer of the upazila looks after the district as well: somebody further up decides."""
    await talk.confirmed(JOINT, "officer", topic="new", role="dco", office_code="5573", msisdn=UCO, text="রহিমা বেগম")
    ref = await filed(talk)
    told = by_number(await talk(UCO, "correct", ref=ref, changes={"new": 6}))
    assert {number: out.key for number, out in told.items()} == {UCO: "correct.taken", JOINT: "correct.question"}
    asked_for = f"R{told[UCO].reply.params['ref']}"
    for command in ("approve", "reject"):
        assert (await talk.one(UCO, command, ref=asked_for)).key == "correct.not_yourself"
    assert (await talk.one(UCO, "approve")).key == "approve.none"
    assert (await talk.one(JOINT, "approve")).key == "approve.which"
    assert (await talk.confirmed(JOINT, "approve", ref=asked_for))[-1].key in {
        "correct.approved",
        "correct.told_approved",
    }
    assert (await found(talk, ref)).figures["new"] == 6


async def test_an_office_above_without_a_head(talk: Talk) -> None:
    await talk.confirmed(JOINT, "officer", topic="end", msisdn=DCO)
    ref = await filed(talk)
    told = by_number(await talk(UCO, "correct", ref=ref, changes={"new": 6}))
    assert {number: out.key for number, out in told.items()} == {UCO: "correct.taken", JOINT: "correct.question"}
    assert (await talk.one(JOINT, "approve")).reply.params["n"] == 1
    # An inspector there is nearer.
    await talk.confirmed(
        JOINT, "officer", topic="new", role="inspector", office_code="5573", msisdn=NEWCOMER, text="জামাল মিয়া"
    )
    told = by_number(await talk(UCO, "correct", ref=ref, changes={"new": 7}))
    assert {number: out.key for number, out in told.items()} == {UCO: "correct.taken", NEWCOMER: "correct.question"}
    assert (await talk.one(JOINT, "approve")).key == "approve.none"
    # Where nobody is left above, it waits for who comes.
    await talk.app.store.write(_vacate)
    said = await talk.one(UCO, "correct", ref=ref, changes={"new": 8})
    assert said.key == "correct.waits"


def _vacate(tx: Tx) -> None:
    tx._cursor.execute(
        "UPDATE appointments SET ended_on = '2026-11-20' WHERE role NOT IN ('uco', 'president', 'secretary')"
    )


async def test_a_societys_return_is_its_offices_matter(talk_on_each: Talk) -> None:
    talk = talk_on_each
    ref = await filed(talk, PRESIDENT, "MEM", "2026-27/Q1", **MEMBERS)
    told = by_number(await talk(SECRETARY, "correct", ref=ref, changes={"male": 41}))
    assert {number: out.key for number, out in told.items()} == {SECRETARY: "correct.taken", UCO: "correct.question"}
    assert "1/2023" in told[UCO].text
    asked_for = f"R{told[SECRETARY].reply.params['ref']}"
    assert (await talk.one(PRESIDENT, "approve", ref=asked_for)).key == "not_allowed"
    assert (await talk.one(UCO_OF_DOMAR, "approve", ref=asked_for)).key == "report.not_found"
    told = by_number(await talk.confirmed(UCO, "approve", ref=asked_for))
    assert {number: out.key for number, out in told.items()} == {
        UCO: "correct.approved",
        SECRETARY: "correct.told_approved",
    }
    assert (await found(talk, ref)).figures["members"] == 101
    assert await differing(talk) == []
    logged = await talk.app.store.read(partial(audit.of_society, society_id=1))
    assert [change.action for change in logged] == ["correction.approve", "correction.request"]
    # The office decides, and never asks for it in the society's place.
    assert (await talk.one(UCO, "correct", ref=ref, changes={"male": 42})).key == "correct.not_own"


async def test_what_waits_is_listed_with_the_reports(talk: Talk) -> None:
    """Reports and corrections in one list, the oldest first."""
    ref = await filed(talk, PRESIDENT, "MEM", "2026-27/Q1", **MEMBERS)
    await talk(PRESIDENT, "agm", date="2026-10-05")
    asked_for = await asked(talk, ref, PRESIDENT, male=41)
    await talk(SECRETARY, "dividend", date="2026-11-06")
    said = await talk.one(UCO, "approve")
    assert (said.key, said.reply.params["n"]) == ("approve.which", 3)
    assert [choice.label.key for choice in said.reply.choices] == [
        *("approve.option", "correct.option", "approve.option")
    ]
    assert (await talk.one(UCO, "2")).key == "correct.ask"
    assert (await talk.one(DCO, "approve")).key == "approve.none"
    assert (await talk.one(UCO, "approve", ref=asked_for)).key == "correct.ask"


async def test_what_has_changed_meanwhile_is_not_approved(talk: Talk) -> None:
    """An opening that was typed over a gap, asked to be corrected, and then known from the month that came late."""
    await filed(talk, period="2026-08", opening=100, new=0, cancelled=0)
    ref = await filed(talk, period="2026-10", new=1, cancelled=0)
    asked_for = await asked(talk, ref, opening=105)
    await filed(talk, period="2026-09", new=3, cancelled=0)
    assert (await found(talk, ref)).figures["opening"] == 103
    said = await talk.one(DCO, "approve", ref=asked_for)
    assert said.key == "correct.changed"
    assert [line.key for line in said.reply.lines] == ["approve.or_reject"]
    assert (await request(talk, asked_for)).state is CorrectionState.REQUESTED
    assert (await found(talk, ref)).figures["opening"] == 103


async def test_a_stale_opening_does_not_stand_in_the_way(talk: Talk) -> None:
    """An opening that was typed once and is known from an earlier return by now is no objection to another figure."""
    ref = await filed(talk, period="2026-10", opening=100, new=1, cancelled=0)
    await filed(talk, period="2026-09", opening=90, new=3, cancelled=0)
    assert (await found(talk, ref)).figures["opening"] == 93
    asked_for = await asked(talk, ref, new=2)
    await talk.confirmed(DCO, "approve", ref=asked_for)
    assert (await found(talk, ref)).figures["closing"] == 95
    assert await differing(talk) == []


async def test_withdrawn(talk_on_each: Talk) -> None:
    talk = talk_on_each
    ref = await filed(talk)
    asked_for = await asked(talk, ref, new=6)
    assert (await talk.one(DCO, "undo", ref=asked_for)).key == "undo.correction_waits"
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.return_asked"
    told = by_number(await talk(UCO, "undo"))
    assert {number: out.key for number, out in told.items()} == {
        UCO: "undo.correction_withdrawn",
        DCO: "undo.correction_told",
    }
    assert (await talk.one(UCO, "undo")).key == "undo.correction_already"
    assert (await talk.one(DCO, "approve", ref=asked_for)).key == "correct.is_withdrawn"
    assert (await talk.one(DCO, "approve")).key == "approve.none"
    assert (await found(talk, ref)).figures["new"] == 5


@pytest.mark.peer
async def test_two_who_decide_at_once(postgres: Postgres, postgres_template: str) -> None:
    """Two processes on one database: one decision, one version."""
    url = postgres.create_database("barta_corrections", template=postgres_template)
    store.do(url, lambda tx: load_demo(tx, NOW.date()))
    async with App(Config(), Clock(NOW), url) as one, App(Config(), Clock(NOW), url) as other:
        talk = Talk(one)
        for who, chat in ((DCO, "66"), (JOINT, "77")):
            await talk.link(who, chat)
        ref = await filed(talk)
        asked_for = await asked(talk, ref, new=6)

        def message(name: str, chat: str, command: str) -> MO:
            call = Call(command, {"ref": asked_for}, Language.BN)
            return MO(SIMULATED_CHAT, name, chat, "16123", command, call=call)

        await asyncio.gather(
            one.receiver.receive(message("a", "66", "approve")),
            other.receiver.receive(message("b", "77", "reject")),
            one.receiver.receive(message("c", "66", "approve")),
        )
        changes = [each for each in await talk.changes() if each.startswith("correction.")]
        assert changes in (["correction.request", "correction.approve"], ["correction.request", "correction.reject"])
        approved = changes[-1] == "correction.approve"
        assert (await found(talk, ref)).figures["new"] == (6 if approved else 5)
        assert await differing(talk) == []


async def test_who_came_after_him_who_asked_hears_of_it(talk: Talk) -> None:
    """The officer of an office is replaced before the decision: his request stands, and the office hears what became of it."""
    ref = await filed(talk)
    asked_for = await asked(talk, ref, new=6)
    await talk.confirmed(DCO, "officer", topic="new", role="uco", office_code=DIMLA, msisdn=NEWCOMER, text="জামাল মিয়া")
    told = by_number(await talk.confirmed(DCO, "approve", ref=asked_for))
    assert {number: out.key for number, out in told.items()} == {
        DCO: "correct.approved",
        NEWCOMER: "correct.told_approved",
    }
    assert (await found(talk, ref)).figures["new"] == 6


async def test_a_day_that_has_not_come_is_not_asked_for(talk: Talk) -> None:
    filed = await talk.one(UCO, "RET TRACK Q1 26-27 5/10/26 6/10/26 7/10/26 8/10/26")
    out = await talk.one(UCO, f"CORRECT R{filed.reply.params['ref']} information 9/10/27")
    assert out.key == "return.future"
