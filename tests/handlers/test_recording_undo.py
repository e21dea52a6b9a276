"""Taking back what was recorded: exactly what was before is on record again; once, in time, and while nothing builds on it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.events import EventState
from bot.domain.registry import Basis
from bot.sections import ReminderSettings
from bot.store import audit, events, societies
from bot.store.query import Query
from bot.store.schema import agms, audits, committee_terms, dividends
from bot.store.societies import Term
from tests.conftest import NOW
from tests.handlers.talking import (
    DCO,
    PRESIDENT,
    SECRETARY,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    Talk,
    by_number,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.query import Tx

SOCIETY = 1
NUMBER = "1/2023"
_ALL = [
    Query(table.select().where(table.c.society_id == SOCIETY).order_by(table.c[order]), lambda *row: row)
    for table, order in ((committee_terms, "formed_on"), (agms, "year"), (audits, "year"), (dividends, "year"))
]


def _history(tx: Tx) -> list[list[tuple[Any, ...]]]:
    return [tx.all(query) for query in _ALL]


async def on_record(talk: Talk) -> list[list[tuple[Any, ...]]]:
    """All that events can change of the society."""
    return await talk.app.store.read(_history)


async def recorded(talk: Talk, kind: str, day: str) -> str:
    """Record something; returns its reference."""
    said = await talk.one(UCO, kind, reg_no=NUMBER, date=day)
    assert said.key == f"{kind}.done"
    return f"R{said.reply.params['ref']}"


@pytest.mark.parametrize(
    ("kind", "day"),
    [
        ("election", "2026-11-01"),
        ("interim", "2026-11-01"),
        ("interim", "2024-01-17"),  # the day of the committee on record: corrects it
        ("agm", "2026-10-05"),
        ("agm", "2025-09-28"),  # corrects
        ("audit", "2026-09-05"),
        ("audit", "2026-02-21"),  # corrects
        ("dividend", "2026-11-05"),
    ],
)
async def test_what_was_before_is_put_back(talk_on_each: Talk, kind: str, day: str) -> None:
    talk = talk_on_each
    before = await on_record(talk)
    ref = await recorded(talk, kind, day)
    assert await on_record(talk) != before
    said = await talk.one(UCO, "undo")
    assert (said.key, said.reply.params["ref"]) == ("undo.done", ref[1:])
    assert await on_record(talk) == before
    undo, record = await talk.app.store.read(partial(audit.of_society, society_id=SOCIETY))
    assert (record.action, undo.action) == (f"{kind}.record", f"{kind}.undo")
    assert (undo.before, undo.after) == (record.after, record.before)
    # Twice is once, with and without the reference; what came before is left alone.
    for args in ({"ref": ref}, {"x": 1}):
        assert (await talk.one(UCO, "undo", **args)).key == "undo.already"
    assert await on_record(talk) == before
    # And it may be recorded again.
    await recorded(talk, kind, day)


async def test_one_that_something_builds_on_is_kept(talk: Talk) -> None:
    first = await recorded(talk, "election", "2026-10-01")
    second = await recorded(talk, "interim", "2026-11-01")
    agm = await recorded(talk, "agm", "2026-10-05")
    corrected = await recorded(talk, "agm", "2026-10-06")
    before = await on_record(talk)
    for ref, newer in ((first, second), (agm, corrected)):
        said = await talk.one(UCO, "undo", ref=ref)
        assert (said.key, f"R{said.reply.params['newer']}") == ("undo.newer_first", newer)
    assert await on_record(talk) == before
    # From the newest on they go one by one.
    for ref in (corrected, agm, second, first):
        assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.done"


async def test_what_a_list_has_changed_since_is_kept(talk: Talk) -> None:
    ref = await recorded(talk, "election", "2026-11-01")
    agm = await recorded(talk, "agm", "2026-10-05")
    term = Term(Basis.ELECTED, date(2026, 11, 1), date(2028, 11, 1))
    await talk.app.store.write(partial(societies.put_terms, terms=[(SOCIETY, term)]))
    held = societies.Yearly("2025-26", date(2026, 10, 7))
    await talk.app.store.write(partial(societies.put_agms, held=[(SOCIETY, held)]))
    for each in (ref, agm):
        assert (await talk.one(UCO, "undo", ref=each)).key == "undo.newer"


async def test_who_may_not(talk: Talk) -> None:
    ref = await recorded(talk, "agm", "2026-10-05")
    for who, key in (
        (DCO, "record.local_only"),
        (UCO_OF_DOMAR, "report.not_found"),
        (PRESIDENT, "undo.ask_office"),
        (STRANGER, "not_allowed"),
    ):
        assert (await talk.one(who, "undo", ref=ref)).key == key
    assert (await talk.one(UCO, "undo", ref="R999999")).key == "report.not_found"
    assert (await talk.one(DCO, "undo", x=1)).key == "undo.nothing"
    assert (await talk.one(UCO_OF_DOMAR, "undo", x=1)).key == "undo.nothing"


@pytest.mark.parametrize(("days", "key"), [(7, "undo.done"), (8, "undo.too_late")])
async def test_only_for_some_days(demo_url: str, days: int, key: str) -> None:
    async with App(Config(), Clock(NOW), demo_url) as app:
        await recorded(Talk(app), "agm", "2026-10-05")
    async with App(Config(), Clock(NOW + timedelta(days=days)), demo_url) as app:
        assert (await Talk(app, count=9)(UCO, "undo", x=1))[-1].key == key


async def test_the_days_are_configured(demo_url: str) -> None:
    config = Config(reminders=ReminderSettings(undo_days=30))
    async with App(config, Clock(NOW), demo_url) as app:
        await recorded(Talk(app), "agm", "2026-10-05")
    async with App(config, Clock(NOW + timedelta(days=29)), demo_url) as app:
        assert (await Talk(app, count=9)(UCO, "undo", x=1))[-1].key == "undo.done"


async def test_a_reporter_takes_back_what_nobody_has_decided(talk_on_each: Talk) -> None:
    talk = talk_on_each
    told = by_number(await talk(PRESIDENT, "agm", date="2026-10-05"))
    ref = f"R{told[PRESIDENT].reply.params['ref']}"
    assert (await talk.one(SECRETARY, "undo", ref=ref)).key == "undo.not_own"
    assert (await talk.one(UCO, "undo", ref=ref)).key == "undo.waits"
    assert (await talk.one(PRESIDENT, "undo", x=1)).key == "undo.withdrawn"
    assert (await talk.one(PRESIDENT, "undo", x=1)).key == "undo.already"
    assert (await talk.one(UCO, "approve", ref=ref)).key == "report.is_undone"
    event = await talk.app.store.read(partial(events.by_ref, inbox_id=int(ref[1:])))
    assert event is not None
    assert event.state is EventState.UNDONE
    assert await talk.changes() == ["agm.report", "agm.withdraw"]
    # It may be told again.
    assert {out.key for out in await talk(PRESIDENT, "agm", date="2026-10-05")} == {"report.asked", "report.taken"}


async def test_what_was_approved_is_undone_by_the_office_and_the_reporter_hears(talk: Talk) -> None:
    told = by_number(await talk(PRESIDENT, "agm", date="2026-10-05"))
    ref = f"R{told[PRESIDENT].reply.params['ref']}"
    await talk.confirmed(UCO, "approve", ref=ref)
    assert (await talk.one(PRESIDENT, "undo", x=1)).key == "undo.ask_office"
    told = by_number(await talk(UCO, "undo", x=1))
    assert {number: out.key for number, out in told.items()} == {UCO: "undo.done", PRESIDENT: "undo.told"}


async def test_what_is_recorded_against_a_report_is_what_undo_takes_back(talk_on_each: Talk) -> None:
    """The report that was closed with it is not what the officer did last; it waits again afterwards."""
    talk = talk_on_each
    told = by_number(await talk(PRESIDENT, "election", date="2026-11-05"))
    report = told[PRESIDENT].reply.params["ref"]
    ref = await recorded_against(talk, "election", "2026-11-06")
    told = by_number(await talk(UCO, "undo", x=1))
    assert {number: out.key for number, out in told.items()} == {UCO: "undo.done", PRESIDENT: "report.reopened"}
    assert told[UCO].reply.params["ref"] == ref
    assert [line.key for line in told[UCO].reply.lines] == ["undo.phones", "undo.waits_again"]
    again = await talk.app.store.read(partial(events.by_ref, inbox_id=int(report)))
    assert again is not None
    assert (again.state, again.decided_by, again.decided_in, again.reason) == (EventState.REPORTED, None, None, None)
    assert (await talk.one(UCO, "undo", x=1)).key == "undo.already"
    assert (await talk.confirmed(UCO, "approve", ref=f"R{report}"))[-1].key == "election.done"


async def recorded_against(talk: Talk, kind: str, day: str) -> str:
    told = by_number(await talk(UCO, kind, reg_no=NUMBER, date=day))
    assert {number: out.key for number, out in told.items()} == {UCO: f"{kind}.done", PRESIDENT: "report.other_day"}
    return str(told[UCO].reply.params["ref"])


async def test_what_was_told_again_meanwhile_does_not_wait_twice(talk: Talk) -> None:
    await talk(PRESIDENT, "agm", date="2026-10-05")
    await recorded_against(talk, "agm", "2026-10-06")
    assert "report.taken" in {out.key for out in await talk(PRESIDENT, "agm", date="2026-10-05")}
    assert [out.key for out in await talk(UCO, "undo", x=1)] == ["undo.done"]
    assert len(await talk.app.store.read(partial(events.reported, society_id=SOCIETY))) == 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["election", "interim", "agm", "audit", "dividend", "undo"]),
        st.dates(date(2025, 7, 1), NOW.date()),
    ),
    max_size=8,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_undone_from_the_newest_on_everything_is_as_it_was(
    demo_template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, date]]
) -> None:
    """Whatever was recorded and undone in whatever order, undoing the rest brings back the beginning."""
    path = tmp_path_factory.mktemp("undo") / "barta.db"
    shutil.copy(demo_template, path)
    async with App(Config(), Clock(NOW), f"sqlite:///{path}") as app:
        talk = Talk(app)
        before = await on_record(talk)
        refs: list[str] = []
        for command, day in steps:
            args = {"x": 1} if command == "undo" else {"reg_no": NUMBER, "date": day.isoformat()}
            said = (await talk(UCO, command, **args))[-1]
            if said.key == "undo.done":
                refs.remove(said.reply.params["ref"])
            elif said.key.endswith(".done"):
                refs.append(said.reply.params["ref"])
        for ref in reversed(refs):
            out = await talk(UCO, "undo", ref=f"R{ref}")  # a term that is current again may be reminded of at once
            assert [one.key for one in out if one.to == UCO] == ["undo.done"]
        assert await on_record(talk) == before
