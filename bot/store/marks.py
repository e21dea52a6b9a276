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

_CIRCUIT = "circuit:"
"""How the mark of an open circuit begins; the channel's name follows."""

_VALUE: Query[str] = Query(select(marks.c.value).where(marks.c.name == bindparam("name")))
_ALL = Query(select(marks.c.name, marks.c.value).order_by(marks.c.name), lambda name, value: (str(name), str(value)))
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


def circuit(channel: str) -> str:
    """The mark of a channel whose circuit is open; its value is the moment since when, in ISO form."""
    return _CIRCUIT + channel


def circuits(tx: Tx) -> dict[str, str]:
    """The channels whose circuits are open, and since when."""
    return {name.removeprefix(_CIRCUIT): value for name, value in tx.all(_ALL) if name.startswith(_CIRCUIT)}


def is_demo(tx: Tx) -> bool:
    """Whether the database holds demo data; such a database refuses to open real channels."""
    return mark(tx, DEMO) is not None
