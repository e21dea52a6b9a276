"""The column types of the tables: moments, money, and text that orders offices."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, Dialect, Integer, Text, TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Callable


def _as_text(moment: datetime | None) -> str | None:
    """UTC without its mark, so that text order is time order; as SQLAlchemy writes and reads it."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        message = "a moment needs its time zone"
        raise ValueError(message)
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:-6]


class Instant(TypeDecorator[datetime]):
    """A moment: aware on both sides of the program, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments."""
        if value is not None and value.tzinfo is None:
            message = "a moment needs its time zone"
            raise ValueError(message)
        return value

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object] | None:
        """On SQLite straight to text, which is on the way of every message; elsewhere as usual."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Taka(TypeDecorator[Decimal]):
    """An amount of money, exact to 1/10,000 taka."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Whole 1/10,000 taka."""
        return None if value is None else int((value * 10_000).to_integral_value())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """Taka."""
        return None if value is None else Decimal(value) / 10_000


# Compared byte by byte, whatever the database's language: a range of lineages is a subtree of offices.
Lineage = Text().with_variant(Text(collation="C"), "postgresql")
