"""Events in the store, on each engine: who is the latest, what waits, what came after, and the lock that lets one after the other act."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.events import EventKind, EventState
from bot.domain.messages import MO
from bot.domain.registry import Basis, RegistrationNo, SocietyLevel
from bot.store import events, history, inbox, offices, societies
from bot.store.engine import in_transaction
from bot.store.events import Decision, Event
from bot.store.inbox import Fate
from bot.store.query import Query
from bot.store.schema import committee_terms
from bot.store.societies import Facts, Term, Yearly
from bot.store.store import connected, do
from tests.conftest import NOW

if TYPE_CHECKING:
    from bot.store.query import Tx

UCO, PRESIDENT = "+8801700099900", "+8801700100001"
DIMLA, DOMAR = "55730012", "55730015"
DAY = date(2026, 10, 1)
_TERM_ROWS: Query[tuple[Any, ...]] = Query(
    committee_terms.select().order_by(committee_terms.c.formed_on), lambda *row: row
)


@dataclass(frozen=True)
class Made:
    dimla: int
    domar: int
    lineage: str


def _society(tx: Tx, serial: int, code: str) -> int:
    office = offices.by_code(tx, code)
    assert office is not None
    register = offices.by_code(tx, offices.register_code(office))
    assert register is not None
    facts = Facts(office.id, date(2019, 1, 5), f"সমিতি {serial}", None, SocietyLevel.CENTRAL, "milk", None, None)
    return societies.add(tx, register.id, RegistrationNo(serial, 2019), facts, NOW.date())


def _made(tx: Tx) -> Made:
    office = offices.by_code(tx, DIMLA)
    assert office is not None
    return Made(_society(tx, 1, DIMLA), _society(tx, 2, DOMAR), office.lineage)


def _message(tx: Tx, name: str, sender: str = UCO) -> int:
    found = inbox.add(tx, MO("simulator", name, sender, "16123", name), sender, NOW, Fate("replied"))
    assert found is not None
    return found


def _told(
    tx: Tx, society: int, name: str, by: str = UCO, *, recorded: bool = True, kind: EventKind = EventKind.AGM
) -> Event:
    ref = _message(tx, name, by)
    events.add(tx, society, kind, DAY, inbox_id=ref, by=by, at=NOW, before={"year": "2025-26"} if recorded else None)
    event = events.by_ref(tx, ref)
    assert event is not None
    return event


def _decision(tx: Tx, state: EventState, name: str = "decision") -> Decision:
    return Decision(state, UCO, NOW, _message(tx, name), "কারণ", {"year": "2025-26"})


def test_what_is_recorded_is_decided_by_who_told_of_it(database_url: str) -> None:
    def work(tx: Tx) -> None:
        made = _made(tx)
        recorded = _told(tx, made.dimla, "a")
        assert (recorded.state, recorded.decided_by, recorded.decided_in) == (
            EventState.RECORDED,
            UCO,
            recorded.inbox_id,
        )
        assert (recorded.kind, recorded.happened_on, recorded.before) == (EventKind.AGM, DAY, {"year": "2025-26"})
        assert recorded.decided_at == NOW
        waiting = _told(tx, made.dimla, "b", PRESIDENT, recorded=False)
        assert (waiting.state, waiting.decided_by, waiting.before) == (EventState.REPORTED, None, {})
        assert events.reported(tx, made.dimla) == [waiting]
        assert events.reported(tx, made.domar) == []
        assert events.by_ref(tx, 999999) is None

    do(database_url, work)


def test_a_report_is_decided_once(database_url: str) -> None:
    def work(tx: Tx) -> None:
        waiting = _told(tx, _made(tx).dimla, "a", PRESIDENT, recorded=False)
        assert events.decide(tx, waiting, _decision(tx, EventState.REJECTED))
        assert not events.decide(tx, waiting, _decision(tx, EventState.RECORDED, "later"))
        decided = events.by_ref(tx, waiting.inbox_id)
        assert decided is not None
        assert (decided.state, decided.decided_by, decided.reason) == (EventState.REJECTED, UCO, "কারণ")
        assert not events.undo(tx, waiting)
        assert events.undo(tx, decided)
        assert not events.undo(tx, decided)

    do(database_url, work)


def test_the_latest_of_an_officer_is_of_his_own_office(database_url: str) -> None:
    def work(tx: Tx) -> None:
        made = _made(tx)
        assert events.latest_at(tx, made.lineage, UCO) is None
        report = _told(tx, made.dimla, "a", PRESIDENT, recorded=False)
        own = _told(tx, made.dimla, "b")
        _told(tx, made.domar, "c")
        latest = events.latest_at(tx, made.lineage, UCO)
        assert latest == own
        assert events.latest_of(tx, made.dimla, PRESIDENT) == report
        assert events.latest_at(tx, made.lineage, PRESIDENT) == report
        assert events.latest_of(tx, made.domar, PRESIDENT) is None
        events.decide(tx, report, _decision(tx, EventState.RECORDED))
        # What was decided last counts, whenever it was told.
        decided = events.latest_at(tx, made.lineage, UCO)
        assert decided is not None
        assert decided.inbox_id == report.inbox_id
        assert [one.inbox_id for one in events.recorded_after(tx, own)] == [report.inbox_id]
        assert events.recorded_after(tx, decided) == []

    do(database_url, work)


def test_what_the_law_looks_at(database_url: str) -> None:
    def work(tx: Tx) -> None:
        held = events.lock(tx, _made(tx).dimla)
        assert (held.level, held.category, held.registered_on) == (SocietyLevel.CENTRAL, "milk", date(2019, 1, 5))

    do(database_url, work)


def test_a_term_begins_is_corrected_and_is_taken_away(database_url: str) -> None:
    def work(tx: Tx) -> None:
        society = _made(tx).dimla
        old, end = date(2023, 1, 28), date(2026, 1, 28)
        societies.put_terms(tx, [(society, Term(Basis.ELECTED, old, end))])
        term = history.add_term(tx, society, Basis.INTERIM, DAY, DAY + timedelta(days=120), NOW.date())
        current, before = history.terms(tx, society)
        assert (current.id, current.basis, current.recorded_on) == (term, Basis.INTERIM, NOW.date())
        assert (before.formed_on, before.recorded_on) == (old, None)
        history.change_term(tx, term, Basis.ELECTED, date(2029, 10, 1), None)
        assert history.terms(tx, society)[0][1:] == (Basis.ELECTED, DAY, date(2029, 10, 1), None)
        history.remove_term(tx, term, "R1")
        assert history.terms(tx, society) == [before]

    do(database_url, work)


@pytest.mark.parametrize("kind", [EventKind.AGM, EventKind.AUDIT, EventKind.DIVIDEND])
def test_a_year_is_put_and_taken_away(database_url: str, kind: EventKind) -> None:
    def work(tx: Tx) -> None:
        society = _made(tx).dimla
        assert history.of_year(tx, kind, society, "2025-26") is None
        history.put(tx, kind, society, Yearly("2025-26", None))
        history.put(tx, kind, society, Yearly("2025-26", DAY))
        assert history.of_year(tx, kind, society, "2025-26") == Yearly("2025-26", DAY)
        history.remove(tx, kind, society, "2025-26")
        assert history.of_year(tx, kind, society, "2025-26") is None

    do(database_url, work)


def test_the_last_meeting_before_a_day(database_url: str) -> None:
    def work(tx: Tx) -> None:
        society = _made(tx).dimla
        for year, day in (("2023-24", date(2024, 10, 3)), ("2024-25", date(2025, 9, 27)), ("2022-23", None)):
            history.put(tx, EventKind.AGM, society, Yearly(year, day))
        assert history.last_meeting(tx, society, date(2025, 9, 27)) == ("2024-25", date(2025, 9, 27))
        assert history.last_meeting(tx, society, date(2025, 9, 26)) == ("2023-24", date(2024, 10, 3))
        assert history.last_meeting(tx, society, date(2020, 1, 1)) is None

    do(database_url, work)


def test_a_list_says_since_when_a_term_is_known(database_url: str) -> None:
    """A term keeps the day on which it was first learnt of; that of its end goes with its end."""
    monday, tuesday, wednesday = (date(2026, 11, day) for day in (16, 17, 18))
    formed, end, other = date(2024, 1, 17), date(2027, 1, 17), date(2027, 1, 16)

    def known(tx: Tx) -> list[tuple[Any, ...]]:
        return [row[3:] for row in tx.all(_TERM_ROWS)]

    def work(tx: Tx) -> None:
        society = _made(tx).dimla
        for term, on, then in (
            (Term(Basis.FIRST, formed, end), monday, monday),
            (Term(Basis.ELECTED, formed, end), tuesday, monday),
            (Term(Basis.ELECTED, formed, other), wednesday, wednesday),
        ):
            societies.put_terms(tx, [(society, term)], on)
            assert known(tx) == [(formed, term.expires_on, monday, then)]

    do(database_url, work)


@pytest.mark.peer
def test_of_two_at_once_the_second_sees_what_the_first_did(postgres: Any, postgres_template: str) -> None:
    url = postgres.create_database("barta_events_lock", template=postgres_template)
    society = do(url, lambda tx: _made(tx).dimla)
    locked, seen = threading.Event(), []

    def second() -> None:
        locked.wait(10)

        def work(tx: Tx) -> None:
            events.lock(tx, society)
            seen.extend(events.reported(tx, society))

        do(url, work)

    thread = threading.Thread(target=second)
    thread.start()

    def first(tx: Tx) -> None:
        events.lock(tx, society)
        locked.set()
        thread.join(0.5)
        assert not seen  # it waits
        _told(tx, society, "a", PRESIDENT, recorded=False)

    with connected(url) as connection:
        in_transaction(connection, first)
    thread.join(10)
    assert [event.reported_by for event in seen] == [PRESIDENT]
