"""Parts of messages in, of providers that hand in one part at a time and tell no id."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text, UniqueConstraint

from bot.store.tables.base import metadata
from bot.store.types import Instant

parts = Table(
    "parts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    # The connection that it came over last.
    Column("session", Text, nullable=False),
    # Of everything that it said: what comes again has the same.
    Column("digest", Text, nullable=False),
    # Of what the parts of one message have in common; none where the message is one part.
    Column("thread", Text),
    # The id that the whole message has in the inbox.
    Column("message", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    # In hexadecimal: a part may end inside a character.
    Column("octets", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    # When it was certain that the provider has our acknowledgement, and will not send this again.
    Column("settled_at", Instant),
    UniqueConstraint("channel", "message", "number"),
    CheckConstraint("number >= 1 AND number <= total", name="number"),
    Index(None, "channel", "digest", "received_at"),
    Index(None, "channel", "thread", "received_at"),
    Index(None, "received_at"),
    Index(None, "channel", "session", "settled_at"),
)
