"""Officers record what happened to the societies of their office: what it changes, what is refused, what is told."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot import reminding
from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.demo import load as load_demo
from bot.domain.access import Role
from bot.domain.events import EventKind
from bot.domain.milestones import ReminderKind
from bot.domain.occasions import Window
from bot.domain.registry import Basis, RegistrationNo
from bot.planning import Rules
from bot.sections import LawSettings, TermSettings
from bot.store import audit, events, history, offices, outbox, people, societies, standings, store
from bot.store.people import Appointment
from bot.store.societies import Facts, Yearly
from tests.conftest import NOW
from tests.handlers.talking import (
    ANOTHER,
    DCO,
    DIMLA,
    JOINT,
    PRESIDENT,
    REGISTRAR,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    Talk,
)

if TYPE_CHECKING:
    from bot.store.audit import Change
    from bot.store.history import TermRow
    from bot.store.query import Tx

SOCIETY = 1
"""The id of 1/2023, Dimla: elected on 17 January 2024 to 17 January 2027; meeting and audit are on record."""

NUMBER = "1/2023"
FORMED, ENDS = date(2024, 1, 17), date(2027, 1, 17)


async def terms(talk: Talk, society: int = SOCIETY) -> list[TermRow]:
    return await talk.app.store.read(partial(history.terms, society_id=society))


async def of_year(talk: Talk, kind: EventKind, year: str) -> Yearly | None:
    return await talk.app.store.read(partial(history.of_year, kind=kind, society_id=SOCIETY, year=year))


async def log(talk: Talk) -> list[Change]:
    return await talk.app.store.read(partial(audit.of_society, society_id=SOCIETY))


@pytest.mark.parametrize(
    ("kind", "basis", "ends"),
    [("election", Basis.ELECTED, date(2029, 11, 1)), ("interim", Basis.INTERIM, date(2027, 3, 1))],
)
async def test_a_term_begins(talk_on_each: Talk, kind: str, basis: Basis, ends: date) -> None:
    talk = talk_on_each
    said = await talk.one(UCO, kind, reg_no=NUMBER, date="2026-11-01")
    assert (said.key, said.segments) == (f"{kind}.done", 3)
    assert f"{ends:%d/%m/%y}" in said.text
    event = await talk.app.store.read(lambda tx: events.latest_at(tx, "BD/55/5573/55730012/", UCO))
    assert event is not None
    assert f"প্রত্যাহার R{event.inbox_id}" in said.text
    assert "যোগাযোগ 1/2023 সভাপতি <নাম> <মোবাইল>" in said.text
    new, old = await terms(talk)
    assert new[1:] == (basis, date(2026, 11, 1), ends, NOW.date())
    assert old[1:] == (Basis.ELECTED, FORMED, ENDS, NOW.date())
    (change,) = await log(talk)
    assert (change.action, change.actor, change.inbox_id) == (f"{kind}.record", UCO, event.inbox_id)
    assert change.before == {"basis": "elected", "formed_on": "2024-01-17", "expires_on": "2027-01-17"}
    assert change.after == {"basis": basis.value, "formed_on": "2026-11-01", "expires_on": ends.isoformat()}
    assert [one.action for one in await talk.log(DIMLA)] == [f"{kind}.record"]
    (standing,) = await talk.app.store.read(partial(standings.by_ids, ids=[SOCIETY]))
    assert standing.expires_on == ends


async def test_the_same_again_changes_nothing(talk: Talk) -> None:
    await talk(UCO, "election", reg_no=NUMBER, date="2026-11-01")
    before = await terms(talk)
    for _ in range(2):
        said = await talk.one(UCO, "election", reg_no=NUMBER, date="2026-11-01")
        assert said.key == "record.known"
    assert await terms(talk) == before
    assert await talk.changes() == ["election.record"]


async def test_the_same_day_on_another_basis_corrects(talk: Talk) -> None:
    await talk(UCO, "election", reg_no=NUMBER, date="2026-11-01")
    assert (await talk.one(UCO, "interim", reg_no=NUMBER, date="2026-11-01")).key == "interim.done"
    (first, second) = await terms(talk)
    assert (first.basis, first.expires_on) == (Basis.INTERIM, date(2027, 3, 1))
    assert second.formed_on == FORMED


@pytest.mark.parametrize(
    ("day", "key"),
    [
        ("2026-11-22", "record.future"),
        ("2024-01-17", "record.known"),
        ("2024-01-16", "record.earlier"),
        ("2023-04-03", "record.before_registration"),
    ],
)
async def test_what_is_refused(talk: Talk, day: str, key: str) -> None:
    before = await terms(talk)
    assert (await talk.one(UCO, "election", reg_no=NUMBER, date=day)).key == key
    assert await terms(talk) == before
    assert await talk.changes() == []


async def test_what_is_refused_says_what_is_on_record(talk: Talk) -> None:
    earlier = await talk.one(UCO, "election", reg_no=NUMBER, date="2024-01-16")
    assert "17/01/24" in earlier.text
    assert "17/01/27" in earlier.text
    for kind in EventKind:
        assert (await talk.one(UCO, kind, reg_no=NUMBER, date="2026-11-22")).key == "record.future"
        assert (await talk.one(UCO, kind, reg_no=NUMBER, date="2023-04-03")).key == "record.before_registration"
    assert (await talk.one(UCO, "election", reg_no=NUMBER, date="2026-11-21")).key == "election.done"  # today


async def test_a_society_without_a_committee(talk: Talk) -> None:
    (found,) = await talk.app.store.read(
        lambda tx: [one for one in standings.by_ids(tx, range(1, 300)) if one.registration_no == "302/2016"]
    )
    assert found.expires_on is None
    said = await talk.one(UCO, "interim", reg_no="302/2016", date="2026-11-20")
    assert said.key == "interim.done"
    (term,) = await terms(talk, found.id)
    assert term.expires_on == date(2027, 3, 20)
    assert (await talk.one(UCO, "undo")).key == "undo.done"
    assert await terms(talk, found.id) == []


@pytest.mark.parametrize(
    ("settings", "ends"),
    [
        (LawSettings(elected_years=4), date(2030, 11, 1)),
        (LawSettings(terms=(TermSettings(category="fisheries", elected_years=5),)), date(2031, 11, 1)),
        (LawSettings(terms=(TermSettings(level="central", elected_years=5),)), date(2029, 11, 1)),
    ],
)
async def test_the_law_by_level_and_category(demo_url: str, settings: LawSettings, ends: date) -> None:
    async with App(Config(law=settings), Clock(NOW), demo_url) as app:
        talk = Talk(app)
        await talk(UCO, "election", reg_no=NUMBER, date="2026-11-01")
        assert (await terms(talk))[0].expires_on == ends


@pytest.mark.parametrize(
    ("kind", "day", "year", "follows"),
    [
        ("agm", "2026-10-05", "2025-26", "04/12/26"),
        ("audit", "2026-09-05", "2026-27", "04/11/26"),
        ("dividend", "2026-11-05", "2025-26", None),
    ],
)
async def test_a_year_is_recorded(talk_on_each: Talk, kind: str, day: str, year: str, follows: str | None) -> None:
    talk = talk_on_each
    said = await talk.one(UCO, kind, reg_no=NUMBER, date=day)
    assert said.key == f"{kind}.done"
    assert said.reply.lines == ()
    assert year[2:] in said.text
    assert follows is None or follows in said.text
    assert await of_year(talk, EventKind(kind), year) == Yearly(year, date.fromisoformat(day))
    (change,) = await log(talk)
    assert (change.action, change.before) == (f"{kind}.record", {})
    assert change.after == {"year": year, "held_on": day}
    assert (await talk.one(UCO, kind, reg_no=NUMBER, date=day)).key == "record.known"
    assert len(await log(talk)) == 1


async def test_another_day_of_the_same_year_corrects(talk: Talk) -> None:
    said = await talk.one(UCO, "audit", reg_no=NUMBER, date="2026-02-21")
    assert [line.key for line in said.reply.lines] == ["record.was"]
    assert "20/02/26" in said.text
    assert await of_year(talk, EventKind.AUDIT, "2025-26") == Yearly("2025-26", date(2026, 2, 21))
    (change,) = await log(talk)
    assert change.before == {"year": "2025-26", "held_on": "2026-02-20"}


async def test_a_dividend_is_of_the_meeting_it_follows(talk: Talk) -> None:
    """The last meeting, of 27 September 2025, was that of 2024-25."""
    await talk(UCO, "dividend", reg_no=NUMBER, date="2026-08-10")
    assert await of_year(talk, EventKind.DIVIDEND, "2024-25") is not None


async def test_who_may_not(talk: Talk) -> None:
    before = await terms(talk)
    for who, key in (
        (DCO, "record.local_only"),  # the office above looks, and never edits
        (JOINT, "record.local_only"),
        (REGISTRAR, "record.local_only"),
        (UCO_OF_DOMAR, "society.not_yours"),
        (STRANGER, "not_allowed"),
        ("44", "link_first"),
    ):
        for kind in EventKind:
            args = {"reg_no": NUMBER, "district": "নীলফামারী", "date": "2026-11-01"}
            assert (await talk.one(who, kind, **args)).key == key
            assert (await talk.one(who, kind, society_id=SOCIETY, date="2026-11-01")).key == key
    assert await terms(talk) == before
    assert await talk.changes() == []


async def test_an_inspector_of_the_office_may(talk: Talk) -> None:
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DIMLA, msisdn=ANOTHER, text="জামাল মিয়া"
    )
    assert (await talk.one(ANOTHER, "agm", reg_no=NUMBER, date="2026-10-05")).key == "agm.done"
    # What one of the office recorded another one of it undoes.
    assert (await talk.one(UCO, "undo")).key == "undo.nothing"
    (event,) = [one for one in await log(talk) if one.action == "agm.record"]
    assert (await talk.one(UCO, "undo", ref=f"R{event.inbox_id}")).key == "undo.done"


async def test_an_officer_says_which(talk: Talk) -> None:
    for kind in EventKind:
        assert (await talk.one(UCO, kind, date="2026-11-01")).key == f"{kind}.how"
        assert (await talk.one(UCO, kind, reg_no=NUMBER)).key == f"{kind}.how"
    assert (await talk.one(UCO, "agm", reg_no="9999/2023", date="2026-11-01")).key == "society.not_found"
    assert (await talk.one(UCO, "agm", reg_no=NUMBER, district="আটলান্টিস", date="2026-11-01")).key == (
        "society.unknown_place"
    )


async def test_a_number_without_its_year_may_mean_several(talk: Talk) -> None:
    def another(tx: Tx) -> None:
        (first,) = standings.by_ids(tx, [SOCIETY])
        held, district = events.lock(tx, first.id), offices.by_code(tx, "5573")
        assert district is not None
        facts = Facts(held.office_id, None, "ডিমলা নতুন সমবায় সমিতি", None, held.level, None, None, None)
        societies.add(tx, district.id, RegistrationNo(1, 2024), facts, NOW.date())

    await talk.app.store.write(another)
    asked = await talk.one(UCO, "agm", reg_no="1", date="2026-10-05")
    assert asked.key == "society.which"
    done = await talk.one(UCO, "2")
    assert (done.key, done.reply.params["r"], done.reply.params["d"]) == ("agm.done", "1/2024", "2026-10-05")


async def test_of_an_older_year_it_is_said_that_a_newer_one_is_on_record(talk: Talk) -> None:
    for kind, days in (
        ("agm", ("2026-10-05", "2024-10-05")),
        ("audit", ("2026-09-05", "2024-09-05")),
        ("dividend", ("2026-11-05", "2024-11-05")),
    ):
        newer, older = [await talk.one(UCO, kind, reg_no=NUMBER, date=day) for day in days]
        assert "record.newer_year" not in {line.key for line in newer.reply.lines}
        assert older.reply.lines[-1].key == "record.newer_year"
        assert older.reply.lines[-1].params["y"] == newer.reply.params["y"]
        assert older.segments <= 3


async def test_the_same_message_twice_records_once(talk: Talk) -> None:
    await talk(UCO, "এজিএম ১/২০২৩ ০৫/১০/২০২৬")
    assert await talk.resend(UCO, "এজিএম ১/২০২৩ ০৫/১০/২০২৬") == []
    assert await talk.changes() == ["agm.record"]


async def _remind(talk: Talk, society: int = SOCIETY) -> None:
    """Queue what is due of a society's term, as the daily job does."""
    (term, *_) = await terms(talk, society)
    rules = Rules.of(talk.app.config)
    window = Window(NOW.date() - timedelta(days=60), NOW.date())
    await talk.app.store.write(
        lambda tx: reminding.remind(tx, talk.app.runner._post, rules, ReminderKind.TERM, [term.id], window, NOW)
    )


async def _queued(talk: Talk) -> list[str]:
    rows = await talk.app.store.read(outbox.rows)
    return [row.to for row in rows if row.message_class == "reminder" and row.state == "queued"]


async def test_an_election_takes_back_the_reminders_of_the_old_term(talk_on_each: Talk) -> None:
    talk = talk_on_each
    await talk.app.store.write(_known_long_ago)
    await _remind(talk)
    reminded = await _queued(talk)
    assert PRESIDENT in reminded
    await talk(UCO, "election", reg_no=NUMBER, date="2026-11-01")
    assert await _queued(talk) == []
    # Undone, they are sent after all.
    assert (await talk(UCO, "undo"))[-1].key == "undo.done"
    assert sorted(await _queued(talk)) == sorted(reminded)


def _known_long_ago(tx: Tx) -> None:
    (term,) = history.terms(tx, SOCIETY)
    history.change_term(tx, term.id, term.basis, term.expires_on, FORMED)
    tx._cursor.execute(f"UPDATE committee_terms SET known_on = '{FORMED}' WHERE id = {term.id}")


async def test_a_term_that_was_undone_leaves_its_reminders_on_record(talk: Talk) -> None:
    await talk(UCO, "interim", reg_no=NUMBER, date="2026-08-15")  # ends on 13 December
    (term, *_) = await terms(talk)

    def known_long_ago(tx: Tx) -> None:
        history.change_term(tx, term.id, term.basis, term.expires_on, date(2026, 8, 15))
        tx._cursor.execute(f"UPDATE committee_terms SET known_on = '2026-08-15' WHERE id = {term.id}")

    await talk.app.store.write(known_long_ago)
    await _remind(talk)
    assert await _queued(talk)
    assert (await talk(UCO, "undo"))[-1].key == "undo.done"
    assert [one.formed_on for one in await terms(talk)] == [FORMED]
    assert (await talk.one(UCO, "interim", reg_no=NUMBER, date="2026-08-15")).key == "interim.done"


async def test_an_office_of_a_district_records_for_its_own_societies(database_url: str) -> None:
    """A society that the district office looks after is the district officer's."""

    def fill(tx: Tx) -> None:
        load_demo(tx, NOW.date())
        tx._cursor.execute("UPDATE societies SET office_id = (SELECT id FROM offices WHERE code = '5573') WHERE id = 1")

    store.do(database_url, fill)
    async with App(Config(), Clock(NOW), database_url) as app:
        talk = Talk(app)
        assert (await talk.one(UCO, "agm", reg_no=NUMBER, date="2026-10-05")).key == "society.not_yours"
        assert (await talk.one(DCO, "agm", reg_no=NUMBER, date="2026-10-05")).key == "agm.done"


async def test_whoever_serves_several_is_asked_which(talk: Talk) -> None:
    def appoint(tx: Tx) -> None:
        person = people.person(tx, "রহিমা ইসলাম", PRESIDENT)
        held = people.bearers(tx, 2)
        people.end(tx, [held[Role.PRESIDENT].appointment_id], NOW.date())
        people.appoint(tx, [Appointment(person, Role.PRESIDENT, NOW.date(), society_id=2)])

    await talk.app.store.write(appoint)
    asked = await talk.one(PRESIDENT, "agm", date="2026-10-05")
    assert (asked.key, len(asked.reply.choices)) == ("record.which_own", 2)
    assert [out.key for out in await talk(PRESIDENT, "2")] == ["report.asked", "report.taken"]
