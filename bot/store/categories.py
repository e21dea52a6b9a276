"""The categories of societies that the registry uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.store.query import Query
from bot.store.schema import societies

if TYPE_CHECKING:
    from bot.store.query import Tx

_USED: Query[str] = Query(
    select(societies.c.category).where(societies.c.category.is_not(None)).distinct().order_by(societies.c.category)
)


def used(tx: Tx) -> list[str]:
    """Each once."""
    return tx.all(_USED)
