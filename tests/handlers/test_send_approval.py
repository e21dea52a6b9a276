"""A message that costs much is approved by a second officer, never by who sent it, by whatever telephone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.domain.access import Role
from bot.domain.broadcasts import BroadcastState
from bot.domain.messages import MessageClass
from bot.scheduler.jobs import cleanup
from bot.store import offices, outbox, people, senders
from tests.conftest import NOW
from tests.handlers.sending import appoint, costly, finish, gateway, kept, leave, lines, numbers, sent
from tests.handlers.talking import (
    DCO,
    DIMLA,
    JOINT,
    NEWCOMER,
    REGISTRAR,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    by_number,
    code_in,
)

if TYPE_CHECKING:
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx
    from tests.handlers.talking import Talk

ALL = {"audience": "uco", "all": True, "text": "কাল সভা"}


async def office_id(talk: Talk, code: str) -> int:
    office = await talk.app.store.read(partial(offices.by_code, code=code))
    assert office is not None
    return office.id


async def asked_for(talk: Talk, who: str = DCO, text: str = "কাল সভা") -> Broadcast:
    """One that its sender confirmed."""
    asked = await talk.one(who, "send", audience="uco" if who != UCO else "president", text=text)
    assert lines(asked)[-2:] == ["send.second", "confirm.code"], lines(asked)
    await talk(who, f"YES {code_in(asked)}")
    return (await kept(talk))[-1]


async def test_the_head_above_approves(database_url: str) -> None:
    async with fresh(database_url) as talk:
        asked = await talk.one(DCO, "send", **ALL)
        told = by_number(await talk(DCO, f"YES {code_in(asked)}"))
        assert {number: out.key for number, out in told.items()} == {DCO: "send.waits", JOINT: "send.approve_asked"}
        (waits,) = await kept(talk)
        assert (waits.state, await sent(talk)) == (BroadcastState.WAITING, [])
        (row,) = [row for row in await talk.app.store.read(outbox.rows) if row.to == JOINT]
        assert row.message_class == MessageClass.NOTICE

        question = await talk.one(JOINT, f"APPROVE {waits.ref}")
        assert question.key == "send.approve_ask"
        assert await sent(talk) == []
        told = by_number(await talk(JOINT, f"YES {code_in(question)}"))
        assert (told[JOINT].key, told[DCO].key, len(told)) == ("send.approved", "send.told_approved", 8)
        (going,) = await kept(talk)
        assert (going.state, going.approved_by) == (BroadcastState.SENDING, JOINT)
        assert [one.action for one in await talk.log("5573")] == ["send.approved", "send.confirmed", "send.asked"]
        assert (await talk.one(JOINT, f"APPROVE {waits.ref}")).key == "send.is_sending"
        assert len(await sent(talk)) == 6


def fresh(url: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a context manager
    """A costly gateway with the demo registry, on either engine."""
    from bot.demo import load as load_demo
    from bot.store import store

    store.do(url, lambda tx: load_demo(tx, NOW.date()))
    return costly(url)


async def test_by_buttons_in_a_chat(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        await talk.link(JOINT, "66")
        asked = await talk.one(DCO, "send", **ALL)
        told = by_number(await talk(DCO, f"YES {code_in(asked)}"))
        assert [one.command for one in told["66"].reply.choices] == ["approve", "reject"]
        answers = await asyncio.gather(talk.press(told["66"], 1), talk.press(told["66"], 1))
        assert {out.key for outs in answers for out in outs} >= {"send.approved", "send.is_sending"}
        await finish(talk)
        assert len(await sent(talk)) == 6


async def test_it_is_in_the_list_of_what_waits(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        waits = await asked_for(talk)
        listed = await talk.one(JOINT, "APPROVE")
        assert (listed.key, [one.args for one in listed.reply.choices]) == ("approve.which", [{"ref": waits.ref}])
        assert (await talk.one(JOINT, "1")).key == "send.approve_ask"
        for who in (DCO, UCO):
            assert (await talk.one(who, "APPROVE")).key == "approve.none"


async def test_nobody_approves_his_own(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        waits = await asked_for(talk)
        assert (await talk.one(DCO, f"APPROVE {waits.ref}")).key == "send.not_yourself"
        # In charge of the division, too, it still is his own.
        await leave(talk, JOINT)
        await appoint(talk, "শিরিন ইসলাম", DCO, Role.JOINT_REGISTRAR, await office_id(talk, "55"))
        assert (await talk.one(DCO, f"APPROVE {waits.ref}")).key == "send.not_yourself"
        # And by a second telephone under the same name.
        await appoint(talk, "শিরিন  ইসলাম", NEWCOMER, Role.ADDITIONAL_REGISTRAR, await office_id(talk, "BD"))
        assert (await talk.one(NEWCOMER, f"APPROVE {waits.ref}")).key == "send.not_yourself"
        assert await sent(talk) == []
        # Then the one above is asked.
        asked = await talk.one(DCO, "send", **ALL)
        told = by_number(await talk(DCO, f"YES {code_in(asked)}"))
        assert set(told) == {DCO, REGISTRAR}


@pytest.mark.parametrize("who", [UCO, UCO_OF_DOMAR, STRANGER])
async def test_nobody_below_or_beside_approves(demo_url: str, who: str) -> None:
    async with costly(demo_url) as talk:
        waits = await asked_for(talk)
        for word in ("APPROVE", "REJECT"):
            out = await talk.one(who, f"{word} {waits.ref}")
            assert out.key in {"report.not_found", "not_allowed"}
        (still,) = await kept(talk)
        assert still.state is BroadcastState.WAITING


async def test_a_vacant_office_is_passed_over_and_the_own_head_comes_first(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        await appoint(talk, "জামাল মিয়া", NEWCOMER, Role.INSPECTOR, await office_id(talk, DIMLA))
        asked = await talk.one(NEWCOMER, "send", audience="president", text="আসুন")
        assert set(by_number(await talk(NEWCOMER, f"YES {code_in(asked)}"))) == {NEWCOMER, UCO}
        waits = (await kept(talk))[-1]
        assert (await talk.one(UCO, f"APPROVE {waits.ref}")).key == "send.approve_ask"
        await leave(talk, DCO)
        asked = await talk.one(UCO, "send", audience="president", text="আসুন")
        assert set(by_number(await talk(UCO, f"YES {code_in(asked)}"))) == {UCO, JOINT}


async def test_of_the_nation_another_officer_there_approves(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        alone = await talk.one(REGISTRAR, "send", **ALL)
        assert alone.key == "send.no_second"
        assert await kept(talk) == []
        await appoint(talk, "সাবিনা", NEWCOMER, Role.ADDITIONAL_REGISTRAR, await office_id(talk, "BD"))
        asked = await talk.one(REGISTRAR, "send", **ALL)
        assert set(by_number(await talk(REGISTRAR, f"YES {code_in(asked)}"))) == {REGISTRAR, NEWCOMER}


async def test_rejected_it_is_never_sent(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        waits = await asked_for(talk)
        told = by_number(await talk(JOINT, f"REJECT {waits.ref} পরে পাঠান"))
        assert {number: out.key for number, out in told.items()} == {JOINT: "send.rejected", DCO: "send.told_because"}
        (off,) = await kept(talk)
        assert (off.state, off.reason) == (BroadcastState.CANCELLED, "rejected")
        await finish(talk)
        assert await numbers(talk) == set()
        assert (await talk.one(JOINT, f"APPROVE {waits.ref}")).key == "send.is_cancelled"
        assert (await talk.log("5573"))[0].action == "send.rejected"


async def test_too_late_it_is_not_approved_and_called_off(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        waits = await asked_for(talk)
        assert waits.expires_at is not None
    later = NOW + timedelta(hours=30)
    async with costly(demo_url, later, count=40) as talk:
        assert (await talk.one(JOINT, f"APPROVE {waits.ref}")).key == "send.is_over"
        await talk.app.runner.run(cleanup.JOB)
        (off,) = await kept(talk)
        assert (off.state, off.reason) == (BroadcastState.CANCELLED, "undecided")


async def test_approved_late_it_is_still_worth_sending(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        waits = await asked_for(talk)
    async with costly(demo_url, NOW + timedelta(hours=20), count=40) as talk:
        question = await talk.one(JOINT, f"APPROVE {waits.ref}")
        await talk(JOINT, f"YES {code_in(question)}")
        (going,) = await kept(talk)
        assert waits.expires_at is not None
        assert going.expires_at is not None
        assert going.expires_at >= waits.expires_at + timedelta(hours=19)


async def test_what_costs_little_needs_nobody(demo_url: str) -> None:
    async with gateway(demo_url, approve_above="2.10") as talk:
        asked = await talk.one(DCO, "send", **ALL)
        assert "send.second" not in lines(asked)


async def test_drafts_that_nobody_confirmed_are_forgotten(demo_url: str) -> None:
    async with costly(demo_url) as talk:
        await talk.one(DCO, "send", **ALL)
        await asked_for(talk)
    async with costly(demo_url, NOW + timedelta(days=1, hours=1), count=40) as talk:
        await talk.app.runner.run(cleanup.JOB)
        (still,) = await kept(talk)
        assert still.state is not BroadcastState.DRAFT


async def test_a_changed_number_is_no_second_officer(demo_url: str) -> None:
    """His tenure goes on under another number; what he sent before is still his own."""
    async with costly(demo_url) as talk:
        waits = await asked_for(talk, UCO)

        def change(tx: Tx) -> None:
            for _, holder in people.posts_of(tx, UCO):
                people.repoint(tx, holder.appointment_id, people.person(tx, holder.name, NEWCOMER))

        await talk.app.store.write(change)
        known = await talk.app.store.read(partial(senders.known, msisdn=NEWCOMER, today=NOW.date(), now=NOW))
        assert known.posts
        assert (await talk.one(NEWCOMER, f"APPROVE {waits.ref}")).key == "send.not_yourself"
