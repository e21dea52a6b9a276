"""The audit log: who changed what, when, by which message, what was there before and after. The database refuses to change a row of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select

from bot.store.query import Query, values_of
from bot.store.schema import audit_log

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        at: when.
        actor: the number of who made it.
        inbox_id: the message that made it.
        action: what was done, such as ``officer.new``.
        before, after: what was there, and what is there now.
    """

    at: datetime
    actor: str
    inbox_id: int | None
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @classmethod
    def of(cls, at: datetime, actor: str, inbox_id: int | None, action: str, before: str, after: str) -> Change:
        """From a row."""
        return cls(at, actor, inbox_id, action, json.loads(before), json.loads(after))


_ADD: Query[int] = Query(
    insert(audit_log).values(
        values_of("at", "actor", "inbox_id", "action", "office_id", "society_id", "before", "after")
    )
)
_change = select(
    audit_log.c.at,
    audit_log.c.actor,
    audit_log.c.inbox_id,
    audit_log.c.action,
    audit_log.c.before,
    audit_log.c.after,
).order_by(audit_log.c.id.desc())
_OF_SOCIETY = Query(_change.where(audit_log.c.society_id == bindparam("society_id")).limit(100), Change.of)
_OF_OFFICE = Query(_change.where(audit_log.c.office_id == bindparam("office_id")).limit(100), Change.of)


def record(
    tx: Tx,
    *,
    at: datetime,
    actor: str,
    inbox_id: int | None,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    office_id: int | None = None,
    society_id: int | None = None,
) -> None:
    """Write down a change in the unit of work that makes it."""
    tx.run(
        _ADD,
        at=at,
        actor=actor,
        inbox_id=inbox_id,
        action=action,
        office_id=office_id,
        society_id=society_id,
        before=json.dumps(before, ensure_ascii=False, default=str),
        after=json.dumps(after, ensure_ascii=False, default=str),
    )


def of_society(tx: Tx, society_id: int) -> list[Change]:
    """The newest changes to a society, newest first."""
    return tx.all(_OF_SOCIETY, society_id=society_id)


def of_office(tx: Tx, office_id: int) -> list[Change]:
    """The newest changes at an office, newest first."""
    return tx.all(_OF_OFFICE, office_id=office_id)
