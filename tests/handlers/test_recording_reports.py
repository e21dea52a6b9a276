"""Presidents and secretaries report, the office that looks after the society decides, and both sides hear of it."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.demo import load as load_demo
from bot.domain.events import EventKind, EventState
from bot.domain.messages import MO, Language
from bot.domain.registry import Basis
from bot.domain.understanding import Call
from bot.store import audit, events, history, store
from bot.store.societies import Term, Yearly, put_terms
from tests.conftest import NOW
from tests.handlers.talking import (
    ANOTHER,
    DCO,
    DIMLA,
    JOINT,
    PRESIDENT,
    SECRETARY,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    Talk,
    by_number,
    code_in,
)

if TYPE_CHECKING:
    from bot.store.events import Event
    from bot.store.query import Tx
    from tests.peers.postgres import Postgres

SOCIETY = 1


async def reported(talk: Talk, who: str = PRESIDENT, kind: str = "agm", day: str = "2026-10-05") -> str:
    """Report something; returns its reference."""
    told = by_number(await talk(who, kind, date=day))
    assert told[who].key == "report.taken"
    return f"R{told[who].reply.params['ref']}"


async def event(talk: Talk, ref: str) -> Event:
    found = await talk.app.store.read(partial(events.by_ref, inbox_id=int(ref[1:])))
    assert found is not None
    return found


async def meeting(talk: Talk) -> Yearly | None:
    return await talk.app.store.read(partial(history.of_year, kind=EventKind.AGM, society_id=SOCIETY, year="2025-26"))


async def test_a_report_waits_for_the_officer(talk_on_each: Talk) -> None:
    talk = talk_on_each
    told = by_number(await talk(PRESIDENT, "agm", date="2026-10-05"))
    assert {number: out.key for number, out in told.items()} == {PRESIDENT: "report.taken", UCO: "report.asked"}
    ref = f"R{told[PRESIDENT].reply.params['ref']}"
    assert f"অনুমোদন {ref}" in told[UCO].text
    assert f"নামঞ্জুর {ref}" in told[UCO].text
    assert "সভাপতি (01700100001)" in told[UCO].text
    assert told[UCO].segments <= 4
    assert told[UCO].reply.choices == ()
    waiting = await event(talk, ref)
    assert (waiting.state, waiting.kind, waiting.happened_on) == (EventState.REPORTED, EventKind.AGM, date(2026, 10, 5))
    assert await meeting(talk) is None
    assert await talk.changes() == ["agm.report"]


async def test_the_same_again_bothers_nobody(talk: Talk) -> None:
    ref = await reported(talk)
    for who, key in ((PRESIDENT, "report.already_own"), (SECRETARY, "report.already")):
        said = await talk.one(who, "agm", date="2026-10-05")
        assert (said.key, said.reply.params["ref"]) == (key, ref[1:])
    assert await talk.changes() == ["agm.report"]


async def test_approved_with_a_code(talk_on_each: Talk) -> None:
    talk = talk_on_each
    ref = await reported(talk)
    asked = await talk.one(UCO, "approve", ref=ref)
    assert (asked.key, asked.segments <= 3) == ("approve.ask", True)
    assert await meeting(talk) is None
    told = by_number(await talk(UCO, f"YES {code_in(asked)}"))
    assert {number: out.key for number, out in told.items()} == {UCO: "agm.done", PRESIDENT: "report.approved"}
    assert f"প্রত্যাহার {ref}" in told[UCO].text
    assert await meeting(talk) == Yearly("2025-26", date(2026, 10, 5))
    decided = await event(talk, ref)
    assert (decided.state, decided.decided_by, decided.reported_by) == (EventState.RECORDED, UCO, PRESIDENT)
    assert [one for one in await talk.changes() if one.startswith("agm.")] == ["agm.report", "agm.record", "agm.decide"]
    # Once is once.
    assert (await talk.one(UCO, "approve", ref=ref)).key == "report.is_recorded"
    assert (await talk.one(UCO, "reject", ref=ref)).key == "report.is_recorded"
    assert (await talk.one(PRESIDENT, "agm", date="2026-10-05")).key == "record.known"


async def test_by_button_in_a_chat(talk: Talk) -> None:
    await talk.link(UCO, "66")
    asked = by_number(await talk(PRESIDENT, "election", date="2026-11-01"))["66"]
    assert [choice.command for choice in asked.reply.choices] == ["approve", "reject"]
    told = by_number(await talk.press(asked, 1))
    assert {number: out.key for number, out in told.items()} == {"66": "election.done", PRESIDENT: "report.approved"}
    assert [out.key for out in await talk.press(asked, 1)] == ["report.is_recorded"]
    assert [out.key for out in await talk.press(asked, 2)] == ["report.is_recorded"]
    assert len(await talk.app.store.read(partial(history.terms, society_id=SOCIETY))) == 2


async def test_rejected(talk: Talk) -> None:
    ref = await reported(talk)
    told = by_number(await talk(UCO, "reject", ref=ref, reason="তারিখ ভুল"))
    assert {number: out.key for number, out in told.items()} == {
        UCO: "reject.done",
        PRESIDENT: "report.rejected_because",
    }
    assert "তারিখ ভুল" in told[PRESIDENT].text
    assert (await event(talk, ref)).reason == "তারিখ ভুল"
    for command in ("approve", "reject"):
        assert (await talk.one(UCO, command, ref=ref)).key == "report.is_rejected"
    assert (await talk.one(PRESIDENT, "undo")).key == "undo.rejected"
    assert await meeting(talk) is None
    # It may be told again, and be right.
    again = await reported(talk)
    assert again != ref
    assert [out.key for out in await talk(UCO, "reject", ref=again)] == ["report.rejected", "reject.done"]


async def test_who_may_not_decide(talk: Talk) -> None:
    ref = await reported(talk)
    for who, key in (
        (DCO, "record.local_only"),  # the office above looks, and never edits
        (JOINT, "record.local_only"),
        (UCO_OF_DOMAR, "report.not_found"),
        (STRANGER, "not_allowed"),
        ("44", "link_first"),
    ):
        for command in ("approve", "reject"):
            assert (await talk.one(who, command, ref=ref)).key == key
    assert (await talk.one(PRESIDENT, "approve", ref=ref)).key == "not_allowed"
    for typed in ("R999999", "R0", "12345678901234567890", "R"):
        assert (await talk.one(UCO, "approve", ref=typed)).key == "report.not_found"
    assert (await talk.one(UCO, "reject", x=1)).key == "reject.how"
    assert (await event(talk, ref)).state is EventState.REPORTED


async def test_an_office_without_an_officer(talk: Talk) -> None:
    await talk.confirmed(DCO, "officer", topic="end", msisdn=UCO)
    # Whom the registry names hears of it; else the head of the office above does, who only sees it.
    for day, registered, informed in (("2026-10-05", ANOTHER, ANOTHER), ("2026-10-07", None, DCO)):
        await talk.app.store.write(partial(_register, number=registered))
        told = by_number(await talk(PRESIDENT, "agm", date=day))
        assert {number: out.key for number, out in told.items()} == {
            PRESIDENT: "report.waits",
            informed: "report.waiting",
        }
    assert (await talk.one(DCO, "approve", ref=f"R{told[PRESIDENT].reply.params['ref']}")).key == "record.local_only"
    # An inspector decides where there is no head.
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DIMLA, msisdn=ANOTHER, text="জামাল মিয়া"
    )
    told = by_number(await talk(SECRETARY, "agm", date="2026-10-06"))
    assert {number: out.key for number, out in told.items()} == {SECRETARY: "report.taken", ANOTHER: "report.asked"}
    ref = f"R{told[SECRETARY].reply.params['ref']}"
    assert (await talk.confirmed(ANOTHER, "approve", ref=ref))[-1].key == "agm.done"


def _register(tx: Tx, number: str | None) -> None:
    value = "NULL" if number is None else f"'{number}'"
    tx._cursor.execute(f"UPDATE societies SET officer_msisdn = {value} WHERE id = {SOCIETY}")


async def test_what_waits_is_listed(talk_on_each: Talk) -> None:
    """Whoever comes new to an office finds what was reported before, without a reference."""
    talk = talk_on_each
    assert (await talk.one(UCO, "অনুমোদন")).key == "approve.none"
    first, second = await reported(talk), await reported(talk, SECRETARY, "dividend", "2026-11-06")
    for who in (DCO, UCO_OF_DOMAR):
        assert (await talk.one(who, "approve")).key == "approve.none"
    assert (await talk.one(PRESIDENT, "approve")).key == "ask.missing_ref"
    said = await talk.one(UCO, "approve")
    assert (said.key, said.reply.params["n"], said.segments <= 5) == ("approve.which", 2, True)
    assert [choice.args["ref"] for choice in said.reply.choices] == [first, second]
    asked = await talk.one(UCO, "2")
    assert (asked.key, asked.reply.params["ref"]) == ("approve.ask", second[1:])
    assert (await talk(UCO, f"YES {code_in(asked)}"))[-1].key == "dividend.done"
    await talk(UCO, "reject", ref=first)
    assert (await talk.one(UCO, "approve")).key == "approve.none"


async def test_reject_by_an_office_bearer_withdraws_his_own(talk: Talk) -> None:
    ref = await reported(talk)
    assert (await talk.one(SECRETARY, "reject", ref=ref)).key == "undo.not_own"
    assert (await talk.one(PRESIDENT, f"বাতিল {ref}")).key == "undo.withdrawn"
    assert (await talk.one(PRESIDENT, "reject", ref="R999999")).key == "report.not_found"
    assert (await event(talk, ref)).state is EventState.UNDONE


async def test_what_the_officer_records_himself_is_approved_with_that(talk: Talk) -> None:
    ref = await reported(talk)
    told = by_number(await talk(UCO, "agm", reg_no="1/2023", date="2026-10-05"))
    assert {number: out.key for number, out in told.items()} == {UCO: "agm.done", PRESIDENT: "report.approved"}
    assert told[UCO].reply.params["ref"] == ref[1:]
    assert (await event(talk, ref)).state is EventState.RECORDED


async def test_another_day_of_the_same_is_decided_with_it(talk: Talk) -> None:
    """President and secretary tell of the same meeting with different days."""
    first, second = await reported(talk), await reported(talk, SECRETARY, day="2026-10-06")
    other = await reported(talk, SECRETARY, "dividend", "2026-11-06")
    told = by_number(await talk.confirmed(UCO, "approve", ref=second))
    assert {number: out.key for number, out in told.items()} == {
        UCO: "agm.done",
        SECRETARY: "report.approved",
        PRESIDENT: "report.other_day",
    }
    assert (await event(talk, first)).state is EventState.REJECTED
    assert (await event(talk, first)).reason == second
    assert (await event(talk, other)).state is EventState.REPORTED  # another matter


async def test_a_report_that_cannot_be_right_is_refused_at_once(talk: Talk) -> None:
    for day, key in (
        ("2026-11-22", "record.future"),
        ("2024-01-16", "record.earlier"),
        ("2024-01-17", "record.known"),
        ("2023-01-01", "record.before_registration"),
    ):
        assert (await talk.one(PRESIDENT, "election", date=day)).key == key
    assert (await talk.one(PRESIDENT, "agm", reg_no="2/1998", date="2026-10-05")).key == "society.not_own"
    assert await talk.changes() == []


async def test_what_came_on_record_meanwhile_needs_no_approval(talk: Talk) -> None:
    ref = await reported(talk, kind="election", day="2026-11-01")
    term = Term(Basis.ELECTED, date(2026, 11, 1), date(2029, 11, 1))
    await talk.app.store.write(partial(put_terms, terms=[(SOCIETY, term)]))
    assert [out.key for out in await talk(UCO, "approve", ref=ref)] == ["report.approved", "record.known"]
    assert (await talk.one(UCO, "approve", ref=ref)).key == "report.is_recorded"
    # Nothing was changed by it, so that there is nothing to put back.
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.newer"


async def test_what_a_later_list_overtook_cannot_be_approved(talk: Talk) -> None:
    ref = await reported(talk, kind="election", day="2026-11-01")
    term = Term(Basis.ELECTED, date(2026, 11, 5), date(2029, 11, 5))
    await talk.app.store.write(partial(put_terms, terms=[(SOCIETY, term)]))
    said = await talk.one(UCO, "approve", ref=ref)
    assert (said.key, [line.key for line in said.reply.lines]) == ("record.earlier", ["approve.or_reject"])
    assert f"নামঞ্জুর {ref}" in said.text
    assert (await event(talk, ref)).state is EventState.REPORTED


async def test_stop_is_heeded_by_what_the_reporter_hears(talk: Talk) -> None:
    ref = await reported(talk)
    await talk(PRESIDENT, "STOP")
    assert [out.key for out in await talk(UCO, "reject", ref=ref)] == ["reject.done"]


async def test_the_reports_are_in_the_log(talk: Talk) -> None:
    ref = await reported(talk)
    await talk(UCO, "reject", ref=ref)
    decide, report = await talk.app.store.read(partial(audit.of_society, society_id=SOCIETY))
    assert (report.action, report.actor, report.after["state"]) == ("agm.report", PRESIDENT, "reported")
    assert (decide.action, decide.actor) == ("agm.decide", UCO)
    assert decide.before == {"ref": ref, "state": "reported"}
    assert decide.after == {"ref": ref, "state": "rejected", "reason": None}


@pytest.mark.peer
async def test_two_processes_approve_at_once(postgres: Postgres, postgres_template: str) -> None:
    """Of two approvals that meet in the database, one records; the other one hears that it is recorded."""
    url = postgres.create_database("barta_two_approvals", template=postgres_template)
    store.do(url, lambda tx: load_demo(tx, NOW.date()))
    async with App(Config(), Clock(NOW), url) as one, App(Config(), Clock(NOW), url) as two:
        talk = Talk(one)
        await talk.link(UCO, "66")
        for round_ in range(5):
            ref = await reported(talk, kind="agm", day=f"2026-10-0{round_ + 1}")
            call = Call("approve", {"ref": ref}, Language.BN)
            mos = [MO("simulated_chat", f"{round_}-{app}", "66", "16123", "approve", call=call) for app in (1, 2)]
            await asyncio.gather(one.receiver.receive(mos[0]), two.receiver.receive(mos[1]))
            keys = [out.key for out in await talk._send(MO("simulator", f"x{round_}", STRANGER, "16123", "STATUS"))]
            assert keys.count("agm.done") == 1
            assert keys.count("report.is_recorded") == 1
            assert keys.count("report.approved") == 1
        changes = await talk.changes()
        assert changes.count("agm.record") == 5
