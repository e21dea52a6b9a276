"""What messages out are about, as ``barta outbox --json`` tells it; and reminders that go on with another message."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.domain.messages import Draft, Language, MessageClass, State
from bot.domain.milestones import IntentState, ReminderKind
from bot.domain.registry import RegistrationNo, SocietyLevel
from bot.domain.replies import Reply, dump
from bot.domain.segments import measure
from bot.store import about, intents, offices, outbox, people, societies
from bot.store.intents import Key
from bot.store.societies import Facts
from bot.store.store import do

if TYPE_CHECKING:
    from bot.store.query import Tx

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
SAID = Reply("stop.done")
MADE = IntentState.MADE


class Registry:
    """Two societies and two persons, and what they are sent."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        office = offices.by_code(tx, "55730012")
        assert office is not None
        register = offices.by_code(tx, offices.register_code(office))
        assert register is not None
        self._office = office.id
        facts = Facts(office.id, None, "সমিতি", None, SocietyLevel.PRIMARY, None, None, None)
        self.societies = [
            societies.add(tx, register.id, RegistrationNo(serial, 2019), facts, TODAY) for serial in (1, 2)
        ]
        self.people = [people.person(tx, name, "+8801700099900") for name in ("ক", "খ")]

    def message(self, key: str, message_class: MessageClass) -> int:
        draft = Draft(key, message_class, "kannel", "+8801700099900", SAID, Language.BN, NOW + timedelta(days=9))
        size, price = measure("x"), Decimal(1)
        outbox.add(self._tx, draft, content=dump(SAID), text="x", size=size, price=price, now=NOW, born=State.QUEUED)
        return outbox.id_of(self._tx, key)

    def intent(
        self,
        message: int,
        milestone: str,
        kind: ReminderKind = ReminderKind.TERM,
        society: int = 0,
        person: int = 0,
        state: IntentState = MADE,
    ) -> None:
        key = Key(self.societies[society], kind, "1@2026-11-30", milestone, self.people[person])
        assert intents.add(
            self._tx,
            key,
            term_id=None,
            office_id=self._office,
            send_on=TODAY,
            state=state,
            outbox_id=message,
            at=NOW,
        )

    def listed(self, state: str | None = None) -> list[dict[str, Any]]:
        subjects = about.subjects(self._tx, state)
        rows = [row.as_json(subjects.get(row.id, ())) for row in outbox.rows(self._tx, state)]
        return [{name: row[name] for name in ("society", "milestone", "items") if name in row} for row in rows]


def test_a_message_tells_its_society_and_milestone(database_url: str) -> None:
    def work(tx: Tx) -> None:
        registry = Registry(tx)
        registry.message("reply", MessageClass.REPLY)
        one = registry.message("reminder", MessageClass.REMINDER)
        registry.intent(one, "expired", person=0)
        registry.intent(one, "expired", person=1)
        registry.intent(one, "7", state=IntentState.SUPERSEDED)
        registry.intent(registry.message("agm", MessageClass.NOTICE), "30", ReminderKind.AGM, society=1)
        digest = registry.message("digest", MessageClass.DIGEST)
        registry.intent(digest, "60", society=1)
        registry.intent(digest, "90")
        registry.intent(digest, "30", state=IntentState.CANCELLED)
        registry.message("empty digest", MessageClass.DIGEST)
        assert registry.listed() == [
            {},
            {"society": "1/2019", "milestone": "expired"},
            {"society": "2/2019"},
            {"items": [{"society": "2/2019", "milestone": "60"}, {"society": "1/2019", "milestone": "90"}]},
            {"items": []},
        ]
        assert registry.listed("queued") == registry.listed()
        assert about.subjects(tx, "failed") == {}

    do(database_url, work)


def test_a_cancelled_reminder_still_tells_what_it_was_about(database_url: str) -> None:
    def work(tx: Tx) -> None:
        registry = Registry(tx)
        registry.intent(registry.message("a", MessageClass.REMINDER), "0", state=IntentState.CANCELLED)
        assert registry.listed() == [{"society": "1/2019", "milestone": "0"}]

    do(database_url, work)


def test_reminders_go_on_with_another_message(database_url: str) -> None:
    def work(tx: Tx) -> None:
        registry = Registry(tx)
        old, new = registry.message("a", MessageClass.REMINDER), registry.message("a:sms", MessageClass.REMINDER)
        registry.intent(old, "7", person=0)
        registry.intent(old, "7", person=1)
        assert about.move(tx, old, new) == 2
        assert registry.listed() == [{}, {"society": "1/2019", "milestone": "7"}]

    do(database_url, work)
