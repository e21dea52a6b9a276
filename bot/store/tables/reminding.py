"""What is reminded of and what was reported: intents, events, the texts of an area, and the jobs that a clock starts."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain.events import EventKind, EventState
from bot.domain.messages import Language
from bot.domain.milestones import IntentState, ReminderKind
from bot.store.tables.base import metadata, one_of
from bot.store.types import Instant

intents = Table(
    "intents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("society_id", ForeignKey("societies.id"), nullable=False),
    # Of a reminder about a term.
    Column("term_id", ForeignKey("committee_terms.id"), index=True),
    # What the milestone counts to: of a term its id and its last day, '17@2026-11-23', so that a term whose end was corrected is
    # reminded of anew; else the co-operative year.
    Column("occasion", Text, nullable=False),
    Column("milestone", Text, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    # The office whose day the message counts against, and the day.
    Column("office_id", ForeignKey("offices.id"), nullable=False),
    Column("send_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    # The message it travels with: its own, or a digest.
    Column("outbox_id", ForeignKey("outbox.id"), index=True),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("society_id", "kind", "occasion", "milestone", "person_id"),
    Index("ix_intents_office", "office_id", "send_on"),
    # What waits for a person's digest, and the digests he has had.
    Index("ix_intents_person", "person_id", "outbox_id"),
    one_of("kind", ReminderKind),
    one_of("state", IntentState),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("society_id", ForeignKey("societies.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    # The message that told of it; its id is the reference, R<inbox_id>.
    Column("inbox_id", ForeignKey("inbox.id"), nullable=False, unique=True),
    Column("reported_by", Text, nullable=False),
    Column("reported_at", Instant, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("decided_in", ForeignKey("inbox.id")),
    Column("reason", Text),
    # As JSON: what undoing it puts back.
    Column("before", Text, nullable=False, server_default="{}"),
    one_of("kind", EventKind),
    one_of("state", EventState),
    Index("ix_events_society", "society_id", "id"),
    Index(
        "ix_events_reported",
        "society_id",
        sqlite_where=text("state = 'reported'"),
        postgresql_where=text("state = 'reported'"),
    ),
)

texts = Table(
    "texts",
    metadata,
    Column("id", Integer, primary_key=True),
    # The area it holds for: the office's own and all below it.
    Column("office_id", ForeignKey("offices.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    UniqueConstraint("office_id", "key", "language"),
    one_of("language", Language),
)

jobs = Table(
    "jobs",
    metadata,
    Column("name", Text, primary_key=True),
    # The time up to which it has run: its next run is the first one of its plan behind it.
    Column("ran_until_at", Instant),
    # Who runs it now, and until when that may be believed; in running time.
    Column("holder", Text),
    Column("lease_until_at", Instant),
    # What it keeps between runs, as JSON.
    Column("state", Text, nullable=False, server_default="{}"),
)

job_runs = Table(
    "job_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, nullable=False),
    # The time it ran for, in the gateway's time; when it began and ended, in running time.
    Column("at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    # 'running', 'done', 'failed', or 'lapsed' where its process ended first.
    Column("outcome", Text, nullable=False),
    # As JSON: what it did, or why it failed.
    Column("detail", Text, nullable=False, server_default="{}"),
    one_of("outcome", ["running", "done", "failed", "lapsed"]),
    Index("ix_job_runs_job", "job", "id"),
)
