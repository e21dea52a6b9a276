"""Messages in and out, and what a number has chosen or left open."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain.messages import Language, MessageClass, ReceiptKind, State
from bot.store.tables.base import metadata, one_of
from bot.store.types import Instant, Taka

subscribers = Table(
    "subscribers",
    metadata,
    Column("msisdn", Text, primary_key=True),
    Column("language", Text),
    Column("stopped_at", Instant),
    # When this number last got the short help for a text that was not understood.
    Column("puzzled_at", Instant),
    one_of("language", Language),
)

dialogues = Table(
    "dialogues",
    metadata,
    Column("msisdn", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sent_to", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("command", Text),
    # Why there was no answer, or why the text was asked back.
    Column("reason", Text),
    UniqueConstraint("channel", "provider_id"),
    Index(None, "sender", "received_at"),
    one_of("outcome", ["replied", "silent"]),
)

# What is not to leave yet is no part of the queue that a claim walks: its time is taken away when it has come. To the letter in every
# statement that the indexes are to serve, as is SECRET below.
READY = "state = 'queued' AND not_before_at IS NULL"
HELD = "state = 'queued' AND not_before_at IS NOT NULL"
_OPEN = "state IN ('queued', 'sending', 'unconfirmed')"
# Without a percent sign, which drivers read in their own ways.
SECRET = """replace(content, '"secret"\\:true', '') <> content"""  # noqa: S105 - a condition

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("class", Text, nullable=False, key="message_class"),
    Column("priority", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("to", Text, nullable=False, key="recipient"),
    Column("state", Text, nullable=False),
    # The reply before rendering, so that a text that tells of time passing is true on the day it leaves.
    Column("content", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("price", Taka, nullable=False),
    # Not indexed: the key of the one answer, ``reply:<id>``, leads there.
    Column("in_reply_to", ForeignKey("inbox.id")),
    Column("created_at", Instant, nullable=False),
    # In the gateway's time, which BARTA_NOW may freeze:
    Column("not_before_at", Instant),
    Column("expires_at", Instant, nullable=False),
    # In running time, whatever BARTA_NOW says:
    Column("retry_at", Instant),
    Column("lease_until_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("submitted_at", Instant),
    Column("settled_at", Instant),
    Column("provider_id", Text),
    Column("error", Text),
    # The broadcast that it belongs to.
    Column("broadcast_id", ForeignKey("broadcasts.id")),
    one_of("state", State),
    one_of("class", MessageClass),
    one_of("language", Language),
    CheckConstraint("(state = 'sending') = (lease_until_at IS NOT NULL)", name="lease"),
    Index(
        "ix_outbox_waiting",
        "channel",
        "priority",
        "id",
        sqlite_where=text(READY),
        postgresql_where=text(READY),
    ),
    Index(
        "ix_outbox_held",
        "channel",
        "not_before_at",
        sqlite_where=text(HELD),
        postgresql_where=text(HELD),
    ),
    # Where what was written by a clock that was ahead is found.
    Index(
        "ix_outbox_ahead",
        "channel",
        "created_at",
        sqlite_where=text(HELD),
        postgresql_where=text(HELD),
    ),
    Index(
        "ix_outbox_leased",
        "channel",
        "lease_until_at",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_outbox_expiring",
        "channel",
        "expires_at",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_outbox_recipient", "recipient", "id"),
    Index(
        "ix_outbox_open",
        "channel",
        "state",
        sqlite_where=text(_OPEN),
        postgresql_where=text(_OPEN),
    ),
    Index(
        "ix_outbox_secrets",
        "channel",
        "created_at",
        sqlite_where=text(SECRET),
        postgresql_where=text(SECRET),
    ),
    # Where a receipt leads that carries the provider's id alone.
    Index(
        "ix_outbox_theirs",
        "channel",
        "provider_id",
        sqlite_where=text("provider_id IS NOT NULL"),
        postgresql_where=text("provider_id IS NOT NULL"),
    ),
    # What of a broadcast is where.
    Index(
        "ix_outbox_broadcast",
        "broadcast_id",
        "state",
        sqlite_where=text("broadcast_id IS NOT NULL"),
        postgresql_where=text("broadcast_id IS NOT NULL"),
    ),
    # Ids are not used again, not even after a restore: a late receipt carries one.
    sqlite_autoincrement=True,
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("provider_id", Text),
    Column("detail", Text),
    Column("received_at", Instant, nullable=False),
    one_of("kind", ReceiptKind),
)
