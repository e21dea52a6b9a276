"""Who a chat stands for, one-time secrets, the log of changes, and marks of the database itself."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from bot.store.tables.base import metadata, one_of
from bot.store.types import Instant

links = Table(
    "links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    # The chat's address on the channel, and the number it stands for.
    Column("chat", Text, nullable=False),
    Column("msisdn", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("linked_at", Instant, nullable=False),
    Column("ended_at", Instant),
    # 'off', 'blocked', or 'replaced' by another chat or number.
    Column("ended_by", Text),
    one_of("proof", ["contact", "token", "code"]),
    Index(
        "uq_links_chat",
        "channel",
        "chat",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(
        "uq_links_number",
        "msisdn",
        "channel",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    # What it opens: 'link' a number by a deep link, 'code' a number by a code sent to it, 'confirm' a request, 'file' a document.
    Column("purpose", Text, nullable=False),
    # Whom it belongs to: a number, the chat that waits for a code, or a number with the chat it asked in: +88017…@telegram:17.
    Column("holder", Text, nullable=False),
    Column("salt", Text, nullable=False),
    Column("digest", Text, nullable=False),
    # What it stands for, as JSON.
    Column("content", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("closed_at", Instant),
    # 'used', 'cancelled', 'replaced' or 'tries'.
    Column("closed_by", Text),
    Column("inbox_id", ForeignKey("inbox.id")),
    one_of("purpose", ["link", "code", "confirm", "file"]),
    Index("ix_tickets_holder", "holder", "purpose", "closed_at"),
    Index("ix_tickets_digest", "digest"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    # Who: the number, or the chat of somebody unknown; by which message.
    Column("actor", Text, nullable=False),
    Column("inbox_id", ForeignKey("inbox.id")),
    Column("action", Text, nullable=False),
    Column("office_id", ForeignKey("offices.id")),
    Column("society_id", ForeignKey("societies.id")),
    # As JSON; what was there, and what is there now.
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Index("ix_audit_log_society", "society_id", "id"),
    Index("ix_audit_log_office", "office_id", "id"),
)

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# The search by name, which ``bot.store.search_index`` writes. All of it follows from the societies and can be made again, so that
# it has no foreign keys to check on every row of an import. Keys are compared byte by byte: a range of them is a prefix.
