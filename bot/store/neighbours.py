"""Whether somebody else writes to the same database: for those who write much and would be in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, column, select, table

from bot.store.query import Query

if TYPE_CHECKING:
    from bot.store.query import Tx

_VERSION: Query[int] = Query(select(column("data_version", Integer)).select_from(table("pragma_data_version")))


def has_one_writer(tx: Tx) -> bool:
    """Whether the whole database waits for whoever writes, as SQLite does."""
    return tx.dialect.name == "sqlite"


def version(tx: Tx) -> int:
    """On SQLite a number that changes, as long as the connection is open, when any other connection has committed."""
    return tx.one(_VERSION)
