"""Marks: small facts about the database itself, such as whether it holds demo data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.store.query import Query, upsert
from bot.store.schema import marks

if TYPE_CHECKING:
    from bot.store.query import Tx

RESTORED = "restored"
"""A backup was put in the place of the database, and nobody has said since that reminders may go on."""

DEMO = "demo"
"""The mark of a database with demo data; its value is the day the demo was dated to, in ISO form."""

IMPORT = "import"
"""The mark of an import in many transactions; its value says how many rows of how many are written. Gone when all are."""

_VALUE: Query[str] = Query(select(marks.c.value).where(marks.c.name == bindparam("name")))
_REMOVE: Query[int] = Query(delete(marks).where(marks.c.name == bindparam("name")))
_PUT = upsert(marks, "name", "value", unique=["name"], update=["value"])


def mark(tx: Tx, name: str) -> str | None:
    """The value of a mark, or None."""
    return tx.first(_VALUE, name=name)


def put_mark(tx: Tx, name: str, value: str) -> None:
    """Set a mark."""
    tx.run(_PUT, name=name, value=value)


def remove_mark(tx: Tx, name: str) -> None:
    """Take a mark away, if it is there."""
    tx.run(_REMOVE, name=name)


def is_demo(tx: Tx) -> bool:
    """Whether the database holds demo data; such a database refuses to open real channels."""
    return mark(tx, DEMO) is not None
