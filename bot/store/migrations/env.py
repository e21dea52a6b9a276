"""Alembic's entry: the connection comes from ``bot.store.migrate``."""

from typing import Any, Literal

from alembic import context

from bot.store.schema import metadata
from bot.store.types import Instant, Taka


def render_item(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Migrations stand alone: they name the column types of SQLAlchemy, not ours."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Taka):
        return "sa.Integer()"
    return False


context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_item=render_item)
with context.begin_transaction():
    context.run_migrations()
