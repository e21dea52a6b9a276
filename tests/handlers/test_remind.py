"""An officer reminds a society again: who is reached, whom STOP spares, and what is asked first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.milestones import ReminderKind
from bot.sections import ReminderSettings
from bot.store import audit, people
from tests.conftest import NOW
from tests.handlers.talking import DCO, PRESIDENT, SECRETARY, UCO, UCO_OF_DOMAR, Talk, by_number, code_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.store.query import Tx

SOCIETY = 1
NUMBER = "1/2023"


@pytest.fixture
async def strict(demo_url: str) -> AsyncIterator[Talk]:
    """A gateway where only what is about terms is sent in spite of STOP."""
    config = Config(reminders=ReminderSettings(statutory=(ReminderKind.TERM,)))
    async with App(config, Clock(NOW), demo_url) as app:
        yield Talk(app)


async def test_both_are_reminded(talk_on_each: Talk) -> None:
    told = by_number(await talk_on_each(UCO, "remind", reg_no=NUMBER))
    assert {number: out.key for number, out in told.items()} == {
        UCO: "remind.done",
        PRESIDENT: "reminder.term",
        SECRETARY: "reminder.term",
    }
    assert (told[UCO].reply.params["n"], told[UCO].reply.lines) == (2, ())


async def test_the_same_again_on_the_same_day_is_asked_about(talk_on_each: Talk) -> None:
    talk = talk_on_each
    await talk(UCO, "remind", reg_no=NUMBER)
    asked = await talk.one(DCO, "remind", reg_no=NUMBER)  # whoever sent the first one
    assert asked.key == "remind.again"
    told = by_number(await talk(DCO, f"YES {code_in(asked)}"))
    assert set(told) == {DCO, PRESIDENT, SECRETARY}
    # Another matter is no repetition.
    assert [out.key for out in await talk(UCO, "remind", reg_no=NUMBER, topic="audit")][-1] != "remind.again"


async def test_a_day_later_it_is_not(demo_url: str) -> None:
    for days in (0, 1):
        async with App(Config(), Clock(NOW.replace(day=NOW.day + days)), demo_url) as app:
            told = await Talk(app, count=9 * days)(UCO, "remind", reg_no=NUMBER)
            assert told[-1].key == "remind.done"


async def test_at_night_it_is_said_that_it_leaves_in_the_morning(demo_url: str) -> None:
    async with App(Config(), Clock(NOW.replace(hour=23)), demo_url) as app:
        said = by_number(await Talk(app)(UCO, "remind", reg_no=NUMBER))[UCO]
        assert [(line.key, line.params["n"]) for line in said.reply.lines] == [("remind.later", 8)]


async def test_stop_spares_a_number_what_is_not_statutory(strict: Talk) -> None:
    await strict(PRESIDENT, "agm", date="2026-10-05")
    await strict(UCO, "agm", reg_no=NUMBER, date="2026-10-05")  # after which a dividend is due
    await strict(PRESIDENT, "STOP")
    told = by_number(await strict(UCO, "remind", reg_no=NUMBER, topic="dividend"))
    assert set(told) == {UCO, SECRETARY}
    assert told[UCO].reply.params["n"] == 1
    assert [(line.key, line.params["role"]) for line in told[UCO].reply.lines] == [("remind.stopped", "president")]
    (newest, *_) = await strict.app.store.read(partial(audit.of_society, society_id=SOCIETY))
    assert (newest.action, newest.after["to"]) == ("remind", ["secretary"])
    # The law's reminder goes out all the same.
    assert set(by_number(await strict(UCO, "remind", reg_no=NUMBER))) == {UCO, PRESIDENT, SECRETARY}
    await strict(SECRETARY, "STOP")
    assert (await strict.one(UCO, "remind", reg_no=NUMBER, topic="dividend")).key == "remind.all_stopped"
    assert (await strict.one(UCO, "remind", reg_no=NUMBER, text="আসুন")).key == "remind.all_stopped"


async def test_words_of_ones_own_say_whom_they_reach(talk: Talk) -> None:
    await talk(PRESIDENT, "STOP")
    asked = await talk.one(UCO, "remind", reg_no=NUMBER, text="কাল অফিসে আসুন")
    assert (asked.key, asked.reply.params["n"]) == ("remind.ask", 1)
    assert [line.key for line in asked.reply.lines] == ["remind.stopped", "confirm.code"]
    told = by_number(await talk(UCO, f"YES {code_in(asked)}"))
    assert {number: out.key for number, out in told.items()} == {UCO: "remind.done", SECRETARY: "reminder.free"}
    assert told[UCO].reply.params["n"] == 1


async def test_who_has_no_telephone_is_named(talk: Talk) -> None:
    def leave(tx: Tx) -> None:
        held = people.bearers(tx, SOCIETY)
        for holder in held.values():
            if holder.msisdn == SECRETARY:
                people.end(tx, [holder.appointment_id], NOW.date())

    await talk.app.store.write(leave)
    told = by_number(await talk(UCO, "remind", reg_no=NUMBER))
    assert set(told) == {UCO, PRESIDENT}
    assert [line.key for line in told[UCO].reply.lines] == ["remind.missing"]


async def test_who_may_not(talk: Talk) -> None:
    assert (await talk.one(UCO_OF_DOMAR, "remind", reg_no=NUMBER)).key == "society.not_yours"
    assert (await talk.one(PRESIDENT, "remind", reg_no=NUMBER)).key == "not_allowed"
