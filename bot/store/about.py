"""What messages out are about: the reminders that travel with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, text, update

from bot.domain.messages import MessageClass
from bot.domain.milestones import IntentState, ReminderKind
from bot.store.query import Query
from bot.store.schema import intents, outbox, societies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Subject:
    """A society that a message tells something of.

    Attributes:
        registration_no: the society's.
        milestone: how far its committee's term has come; None where the message is about something else.
        state: of the reminder.
    """

    registration_no: str
    milestone: str | None
    state: IntentState

    def as_json(self) -> dict[str, str]:
        """A milestone is written where there is one."""
        plain = {"society": self.registration_no}
        return plain if self.milestone is None else {**plain, "milestone": self.milestone}


Subjects = dict[int, list[Subject]]
"""By the id of the message."""

_subjects = (
    select(intents.c.outbox_id, societies.c.registration_no, intents.c.kind, intents.c.milestone, intents.c.state)
    .join_from(intents, societies, societies.c.id == intents.c.society_id)
    # What was superseded or withheld travels with nothing.
    .where(intents.c.outbox_id.is_not(None), text("intents.state IN ('made', 'cancelled')"))
    .order_by(intents.c.outbox_id, intents.c.id)
)


def _subject(outbox_id: int, registration_no: str, kind: str, milestone: str, state: str) -> tuple[int, Subject]:
    # One that an officer asked for is of no milestone: it carries the reference of what he wrote.
    ours = milestone if kind == ReminderKind.TERM and not milestone.startswith("R") else None
    return outbox_id, Subject(registration_no, ours, IntentState(state))


_ALL = Query(_subjects, _subject)
_IN_STATE = Query(
    _subjects.join(outbox, outbox.c.id == intents.c.outbox_id).where(outbox.c.state == bindparam("state")), _subject
)
_MOVE: Query[int] = Query(
    update(intents).where(intents.c.outbox_id == bindparam("old_id")).values(outbox_id=bindparam("new_id"))
)


def subjects(tx: Tx, state: str | None = None) -> Subjects:
    """What every message is about, or those in one state."""
    found: Subjects = {}
    for outbox_id, subject in tx.all(_ALL) if state is None else tx.all(_IN_STATE, state=state):
        found.setdefault(outbox_id, []).append(subject)
    return found


def move(tx: Tx, old_id: int, new_id: int) -> int:
    """Let the reminders of a message travel with another one, which goes in its place; how many there were."""
    return tx.run(_MOVE, old_id=old_id, new_id=new_id)


def as_json(message_class: str, about: Iterable[Subject]) -> dict[str, Any]:
    """What ``barta outbox --json`` says of it: one society, or the items of a digest that were not taken out of it.

    A message to several persons who share a phone has a reminder for each, all of one society and milestone.
    """
    if message_class == MessageClass.DIGEST:
        kept = (each for each in about if each.state is IntentState.MADE)
        return {"items": [each.as_json() for each in dict.fromkeys(kept)]}
    first = next(iter(about), None)
    return {} if first is None else first.as_json()
