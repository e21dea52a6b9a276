"""Which yellow societies have not answered a reminder, and which societies no message reaches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.access import Role
from bot.domain.events import EventKind
from bot.domain.messages import MO, Draft, Language, MessageClass, State
from bot.domain.milestones import IntentState, ReminderKind
from bot.domain.registry import Basis, RegistrationNo, SocietyLevel
from bot.domain.replies import Reply, dump
from bot.domain.segments import measure
from bot.store import escalation, events, inbox, intents, links, occasions, offices, outbox, people, societies
from bot.store.escalation import Lack
from bot.store.inbox import Fate
from bot.store.intents import Key, term_occasion
from bot.store.people import Appointment
from bot.store.societies import Facts, Term
from bot.store.store import do

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.query import Tx

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BEFORE = NOW - 14 * DAY
DIMLA, DOMAR = "55730012", "55730015"
PRESIDENT, SECRETARY, STRANGER = "+8801700100001", "+8801700100002", "+8801700100009"
SAID = Reply("stop.done")


class Country:
    """Societies, what they were sent and what came of it."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._next = count(1)

    def society(
        self, ends: int, office_code: str = DIMLA, president: str | None = PRESIDENT, secretary: str | None = SECRETARY
    ) -> int:
        """One whose committee's term ends in so many days."""
        office = offices.by_code(self.tx, office_code)
        assert office is not None
        register = offices.by_code(self.tx, offices.register_code(office))
        assert register is not None
        serial = next(self._next)
        facts = Facts(office.id, None, f"সমিতি {serial}", None, SocietyLevel.PRIMARY, None, None, None)
        society = societies.add(self.tx, register.id, RegistrationNo(serial, 2019), facts, TODAY)
        self.term(society, ends)
        for role, number in ((Role.PRESIDENT, president), (Role.SECRETARY, secretary)):
            person = people.person(self.tx, f"{role} {serial}", number)
            people.appoint(self.tx, [Appointment(person, role, TODAY, society_id=society)])
        return society

    def term(self, society: int, ends: int) -> None:
        """Another term of it."""
        end = TODAY + ends * DAY
        societies.put_terms(self.tx, [(society, Term(Basis.ELECTED, end - 1095 * DAY, end))])

    def message(
        self, to: str, state: State, message_class: MessageClass = MessageClass.REMINDER, at: datetime = NOW
    ) -> int:
        """A message out."""
        key = f"m{next(self._next)}"
        draft = Draft(key, message_class, "sms", to, SAID, Language.BN, at + 9 * DAY)
        size = measure("x")
        outbox.add(self.tx, draft, content=dump(SAID), text="x", size=size, price=Decimal(1), now=at, born=state)
        return outbox.id_of(self.tx, key)

    def reminded(
        self,
        society: int,
        days_ago: int,
        state: State = State.SUBMITTED,
        message_class: MessageClass = MessageClass.REMINDER,
    ) -> None:
        """Its president was reminded of its current term."""
        at = NOW - days_ago * DAY
        term = occasions.current_term(self.tx, society)
        assert term is not None
        bearer = people.bearers(self.tx, society)[Role.PRESIDENT]
        office = offices.by_code(self.tx, DIMLA)
        assert office is not None
        intents.add(
            self.tx,
            Key(society, ReminderKind.TERM, term_occasion(term, TODAY), str(days_ago), bearer.person_id),
            term_id=term,
            office_id=office.id,
            send_on=TODAY,
            state=IntentState.MADE,
            outbox_id=self.message(PRESIDENT, state, message_class, at),
            at=at,
        )

    def wrote(self, sender: str, days_ago: int, channel: str = "sms") -> int:
        """Somebody sent a message."""
        mo = MO(channel, f"p{next(self._next)}", sender, "16123", "x")
        found = inbox.add(self.tx, mo, sender, NOW - days_ago * DAY, Fate("replied"))
        assert found is not None
        return found

    def event(self, society: int, days_ago: int, *, recorded: bool) -> None:
        """Somebody else told what happened to it."""
        told = self.wrote(STRANGER, days_ago)
        before: dict[str, Any] | None = {} if recorded else None
        events.add(
            self.tx,
            society,
            EventKind.AGM,
            TODAY,
            inbox_id=told,
            by=STRANGER,
            at=NOW - days_ago * DAY,
            before=before,
        )

    def undone_event(self, society: int) -> None:
        """What was recorded by mistake."""
        self.event(society, 3, recorded=True)
        event = events.latest_of(self.tx, society, STRANGER)
        assert event is not None
        assert events.undo(self.tx, event)

    def chats(self, number: str, chat: str) -> None:
        """A chat stands for a number."""
        links.link(self.tx, "telegram", chat, number, "code", NOW - 99 * DAY)

    def unanswered(self) -> dict[str, int]:
        return escalation.unanswered(self.tx, TODAY, BEFORE)

    def unreached(self, code: str = DIMLA, most: int = 9) -> tuple[int, list[int]]:
        office = offices.by_code(self.tx, code)
        assert office is not None
        total, found = escalation.unreached(self.tx, office.lineage, TODAY, most)
        return total, [each.id for each in found]


def test_a_yellow_society_that_was_reminded_and_is_silent(database_url: str) -> None:
    def work(tx: Tx) -> None:
        country = Country(tx)
        for ends, code in ((0, DIMLA), (90, DIMLA), (30, DOMAR)):
            country.reminded(country.society(ends, code), 20)
        country.society(30)  # was not reminded
        country.reminded(country.society(-1), 20)  # is red
        country.reminded(country.society(91), 20)  # is green
        renewed = country.society(30)
        country.reminded(renewed, 20)
        country.term(renewed, 1000)
        country.wrote(STRANGER, 3)
        assert country.unanswered() == {DIMLA: 2, DOMAR: 1}

    do(database_url, work)


@pytest.mark.parametrize(
    "happens",
    [
        lambda country, _: country.wrote(PRESIDENT, 19),
        lambda country, _: country.wrote(SECRETARY, 1),
        lambda country, _: (country.chats(SECRETARY, "17"), country.wrote("17", 3, "telegram")),
        lambda country, society: country.event(society, 3, recorded=False),
        lambda country, society: country.event(society, 3, recorded=True),
    ],
    ids=["president", "secretary", "chat", "reported", "recorded"],
)
def test_any_word_since_is_an_answer(database_url: str, happens: Callable[[Country, int], object]) -> None:
    def work(tx: Tx) -> None:
        country = Country(tx)
        society = country.society(30)
        country.reminded(society, 20)
        assert country.unanswered() == {DIMLA: 1}
        happens(country, society)
        assert country.unanswered() == {}

    do(database_url, work)


@pytest.mark.parametrize(
    "happens",
    [
        lambda country, _: country.wrote(PRESIDENT, 21),
        lambda country, _: country.wrote("17", 3, "telegram"),
        lambda country, _: (country.chats(PRESIDENT, "17"), country.wrote("17", 3, "other")),
        lambda country, society: country.event(society, 21, recorded=True),
        lambda country, society: country.undone_event(society),
        lambda country, society: country.reminded(society, 2),
    ],
    ids=["earlier", "stranger's chat", "another channel", "event before", "undone", "reminded again"],
)
def test_what_is_no_answer(database_url: str, happens: Callable[[Country, int], object]) -> None:
    def work(tx: Tx) -> None:
        country = Country(tx)
        society = country.society(30)
        country.reminded(society, 20)
        happens(country, society)
        assert country.unanswered() == {DIMLA: 1}

    do(database_url, work)


@pytest.mark.parametrize(
    ("days_ago", "state", "message_class", "counts"),
    [
        (14, State.SUBMITTED, MessageClass.REMINDER, True),
        (14, State.DELIVERED, MessageClass.REMINDER, True),
        (13, State.SUBMITTED, MessageClass.REMINDER, False),
        (20, State.QUEUED, MessageClass.REMINDER, False),
        (20, State.FAILED, MessageClass.REMINDER, False),
        (20, State.CANCELLED, MessageClass.REMINDER, False),
        (20, State.SUBMITTED, MessageClass.DIGEST, False),
    ],
)
def test_a_reminder_counts_that_has_left_long_enough_ago(
    database_url: str, days_ago: int, state: State, message_class: MessageClass, counts: bool
) -> None:
    def work(tx: Tx) -> None:
        country = Country(tx)
        country.reminded(country.society(30), days_ago, state, message_class)
        assert country.unanswered() == ({DIMLA: 1} if counts else {})

    do(database_url, work)


def test_an_answer_to_an_earlier_reminder_is_none_to_a_later_one(database_url: str) -> None:
    def work(tx: Tx) -> None:
        country = Country(tx)
        society = country.society(30)
        country.reminded(society, 45)
        country.wrote(PRESIDENT, 40)
        assert country.unanswered() == {}
        country.reminded(society, 30)
        assert country.unanswered() == {DIMLA: 1}

    do(database_url, work)


def test_societies_without_a_number_by_urgency(database_url: str) -> None:
    def work(tx: Tx) -> None:
        country = Country(tx)
        long_over = country.society(-900, president=None)
        over = country.society(-1, secretary=None)
        soon = country.society(0, president=None, secretary=None)
        later = country.society(90, president=None)
        country.society(91, president=None)
        country.society(30)
        elsewhere = country.society(30, DOMAR, president=None)
        assert country.unreached() == (4, [soon, later, over, long_over])
        assert country.unreached(most=2) == (4, [soon, later])
        assert country.unreached("5573") == (5, [soon, elsewhere, later, over, long_over])
        _, found = escalation.unreached(tx, "BD/55/5573/55730012/", TODAY, 3)
        assert [(each.president, each.secretary) for each in found] == [
            (Lack.MISSING, Lack.MISSING),
            (Lack.MISSING, None),
            (None, Lack.MISSING),
        ]
        listed = escalation.unreached_of(tx, [over, elsewhere, 10**6, soon], TODAY)
        assert [each.id for each in listed] == [over, elsewhere, soon]
        assert escalation.unreached_of(tx, [], TODAY) == []

    do(database_url, work)


def test_nobody_on_record_has_no_number(database_url: str) -> None:
    def work(tx: Tx) -> None:
        country = Country(tx)
        society = country.society(30)
        people.end(tx, [people.bearers(tx, society)[Role.SECRETARY].appointment_id], TODAY)
        _, (found,) = escalation.unreached(tx, "BD/55/5573/55730012/", TODAY, 9)
        assert (found.id, found.president, found.secretary) == (society, None, Lack.MISSING)

    do(database_url, work)


@pytest.mark.parametrize(
    ("states", "fails"),
    [
        ((State.FAILED,), False),
        ((State.FAILED, State.FAILED), True),
        ((State.DELIVERED, State.FAILED, State.FAILED), True),
        ((State.FAILED, State.FAILED, State.DELIVERED), False),
        ((State.FAILED, State.FAILED, State.SUBMITTED), False),
        ((State.FAILED, State.DELIVERED, State.FAILED), False),
        # What has not left, or was taken back, says nothing about the number.
        ((State.FAILED, State.FAILED, State.QUEUED, State.CANCELLED, State.EXPIRED), True),
    ],
)
def test_a_number_fails_when_its_last_two_messages_have(
    database_url: str, states: tuple[State, ...], fails: bool
) -> None:
    def work(tx: Tx) -> None:
        country = Country(tx)
        society = country.society(30)
        for state in states:
            country.message(SECRETARY, state, MessageClass.REPLY)
        country.message(PRESIDENT, State.FAILED)
        assert country.unreached() == ((1, [society]) if fails else (0, []))
        if fails:
            (found,) = escalation.unreached_of(tx, [society], TODAY)
            assert (found.president, found.secretary) == (None, Lack.FAILING)
            country.chats(SECRETARY, "17")  # reaches him all the same
            assert country.unreached() == (0, [])

    do(database_url, work)
