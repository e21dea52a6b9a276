"""Messages to many: what was sent to whom, and who answered."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
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

from bot.domain.broadcasts import BroadcastKind, BroadcastState, Unreached
from bot.domain.messages import Language
from bot.store.tables.base import metadata, one_of
from bot.store.types import Instant, Taka

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", Integer, primary_key=True),
    # The message that asked for it: its id is the reference, R<inbox_id>.
    Column("inbox_id", ForeignKey("inbox.id"), nullable=False, unique=True),
    # The office that sends it and whose ledger bears it; the number that asked, and where progress is told.
    Column("office_id", ForeignKey("offices.id"), nullable=False),
    Column("sender", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    # As JSON.
    Column("audience", Text, nullable=False),
    # What it says, with its gaps; of a meeting the agenda, and as JSON its day, time and place.
    Column("text", Text, nullable=False),
    Column("meeting", Text),
    Column("state", Text, nullable=False),
    # What its sender was shown, as JSON, and the price in it.
    Column("estimate", Text, nullable=False),
    Column("estimated_price", Taka, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("approved_by", Text),
    Column("approved_in", ForeignKey("inbox.id")),
    # How far the audience has been queued: a society's or an appointment's id; complete when queued_at is set.
    Column("queued_through", Integer, nullable=False, server_default="0"),
    Column("queued_at", Instant),
    # What is worth sending until then.
    Column("expires_at", Instant),
    # Answers are counted until then.
    Column("answers_until_at", Instant),
    Column("ended_at", Instant),
    # Why it was cancelled, where somebody said so.
    Column("reason", Text),
    # The message that shows how far it is, and when it was last brought up to date.
    Column("progress_id", Integer),  # no foreign key: messages refer to broadcasts already
    Column("told_at", Instant),
    one_of("state", BroadcastState),
    one_of("kind", BroadcastKind),
    one_of("language", Language),
    CheckConstraint("(state = 'draft') = (confirmed_at IS NULL) OR state = 'cancelled'", name="confirmed"),
    CheckConstraint("(meeting IS NULL) = (kind <> 'meeting')", name="meeting"),
    Index("ix_broadcasts_office", "office_id", "id"),
    Index("ix_broadcasts_sender", "sender", "id"),
    # Those that something is still to be done for.
    Index(
        "ix_broadcasts_open",
        "state",
        sqlite_where=text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
        postgresql_where=text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
    ),
    # Drafts are forgotten, and the buttons below an old list lead to an id.
    sqlite_autoincrement=True,
)

recipients = Table(
    "recipients",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    # Where he serves: an office or a society.
    Column("office_id", ForeignKey("offices.id")),
    Column("society_id", ForeignKey("societies.id")),
    # The number that it went to; null where he has no usable one.
    Column("msisdn", Text),
    # His message, or why there is none.
    Column("outbox_id", ForeignKey("outbox.id"), unique=True),
    Column("unreached", Text),
    # What he answered: the number of a choice, or words; by which message.
    Column("answer", Text),
    Column("answered_in", ForeignKey("inbox.id")),
    Column("answered_at", Instant),
    one_of("unreached", Unreached),
    CheckConstraint("(outbox_id IS NULL) = (unreached IS NOT NULL)", name="message"),
    CheckConstraint("(unreached IS NOT NULL AND unreached = 'no_number') = (msisdn IS NULL)", name="number"),
    # A number hears once, whoever shares it; somebody without one is named once.
    UniqueConstraint("broadcast_id", "msisdn"),
    Index(
        "uq_recipients_nameless",
        "broadcast_id",
        "person_id",
        unique=True,
        sqlite_where=text("msisdn IS NULL"),
        postgresql_where=text("msisdn IS NULL"),
    ),
    # Which broadcasts a number has had, for its answers.
    Index("ix_recipients_msisdn", "msisdn", "broadcast_id"),
)
