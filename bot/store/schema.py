"""The tables, stated once for SQLite and PostgreSQL.

Instants are aware and in UTC (``*_at``), days are plain dates (``*_on``), money is a whole number of 1/10,000 taka behind a
``Decimal``. What must be unique is unique here, by a key, so that no memory of the program is needed to keep it so.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain.access import Role
from bot.domain.messages import Language, MessageClass, ReceiptKind, State
from bot.domain.offices import Level
from bot.domain.registry import Basis, SocietyLevel
from bot.store.types import Instant, Lineage, Taka

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: Any) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


offices = Table(
    "offices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("level", Text, nullable=False),
    Column("parent_id", ForeignKey("offices.id"), index=True),
    # "BD/55/5573/55730012/": an office's jurisdiction is every lineage that begins with its own.
    Column("lineage", Lineage, nullable=False, unique=True),
    Column("name_bn", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    _one_of("level", Level),
)

societies = Table(
    "societies",
    metadata,
    Column("id", Integer, primary_key=True),
    # The office whose register the number belongs to: the district, or a higher office for the few registered there.
    Column("register_id", ForeignKey("offices.id"), nullable=False),
    Column("office_id", ForeignKey("offices.id"), nullable=False, index=True),
    Column("registration_no", Text, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("year", Integer, nullable=False),
    Column("registered_on", Date),
    Column("name_bn", Text, nullable=False),
    Column("name_en", Text),
    Column("level", Text, nullable=False),
    Column("category", Text),
    Column("address", Text),
    # As the registry gives it; the officer as a person is in appointments.
    Column("officer_msisdn", Text),
    Column("confirmed_on", Date),
    UniqueConstraint("register_id", "registration_no"),
    Index(None, "serial", "year"),
    _one_of("level", SocietyLevel),
)

committee_terms = Table(
    "committee_terms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("society_id", ForeignKey("societies.id"), nullable=False),
    Column("basis", Text, nullable=False),
    Column("formed_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False, index=True),
    UniqueConstraint("society_id", "formed_on"),
    _one_of("basis", Basis),
    CheckConstraint("expires_on >= formed_on", name="order"),
)


def _yearly(name: str) -> Table:
    """One row per society and co-operative year ('2024-25')."""
    return Table(
        name,
        metadata,
        Column("society_id", ForeignKey("societies.id"), primary_key=True),
        Column("year", Text, primary_key=True),
        Column("held_on", Date),
    )


agms = _yearly("agms")
audits = _yearly("audits")

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    # Not unique: a household may share one phone, and one person may serve several societies.
    Column("msisdn", Text, index=True),
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("office_id", ForeignKey("offices.id"), index=True),
    Column("society_id", ForeignKey("societies.id")),
    Column("started_on", Date, nullable=False),
    Column("ended_on", Date),
    _one_of("role", [role for role in Role if role is not Role.PUBLIC]),
    CheckConstraint("(office_id IS NULL) <> (society_id IS NULL)", name="place"),
    Index(
        "uq_appointments_serving",
        "society_id",
        "role",
        unique=True,
        sqlite_where=text("ended_on IS NULL AND society_id IS NOT NULL"),
        postgresql_where=text("ended_on IS NULL AND society_id IS NOT NULL"),
    ),
    Index(
        "uq_appointments_office",
        "person_id",
        "office_id",
        "role",
        unique=True,
        sqlite_where=text("ended_on IS NULL AND office_id IS NOT NULL"),
        postgresql_where=text("ended_on IS NULL AND office_id IS NOT NULL"),
    ),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("msisdn", Text, primary_key=True),
    Column("language", Text),
    Column("stopped_at", Instant),
    # When this number last got the short help for a text that was not understood.
    Column("puzzled_at", Instant),
    _one_of("language", Language),
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
    _one_of("outcome", ["replied", "silent"]),
)

_OPEN = "state IN ('queued', 'sending', 'unconfirmed')"
# To the letter in every statement that the index is to serve. Without a percent sign, which drivers read in their own ways.
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
    _one_of("state", State),
    _one_of("class", MessageClass),
    _one_of("language", Language),
    CheckConstraint("(state = 'sending') = (lease_until_at IS NOT NULL)", name="lease"),
    Index(
        "ix_outbox_waiting",
        "channel",
        "priority",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
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
    _one_of("kind", ReceiptKind),
)

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
    _one_of("proof", ["contact", "token", "code"]),
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
    _one_of("purpose", ["link", "code", "confirm", "file"]),
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
search_words = Table(
    "search_words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Lineage, nullable=False, unique=True),
    # About how many societies have it: what is rare is looked up first.
    Column("societies", Integer, nullable=False, server_default="0", index=True),
)

search_near = Table(
    "search_near",
    metadata,
    # The bones of a word's key: whole, or with one letter taken out.
    Column("bones", Lineage, primary_key=True),
    Column("taken_out", Integer, primary_key=True, autoincrement=False),
    Column("word_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

search_postings = Table(
    "search_postings",
    metadata,
    Column("word_id", Integer, primary_key=True, autoincrement=False),
    # The office between them, so that a word which thousands have is read one office after another, the nearest first.
    Column("office_id", Integer, primary_key=True, autoincrement=False),
    Column("society_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

search_places = Table(
    "search_places",
    metadata,
    Column("word_id", Integer, primary_key=True, autoincrement=False),
    # An office whose name, or the name of an office above it, has the word.
    Column("office_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

search_societies = Table(
    "search_societies",
    metadata,
    Column("society_id", Integer, primary_key=True, autoincrement=False),
    Column("office_id", Integer, nullable=False),
    # The ids of its words, a JSON list in ascending order.
    Column("words", Text, nullable=False),
)

search_waiting = Table(
    "search_waiting",
    metadata,
    # New, or of another name or office than the search knows: written by triggers, whatever writes a society.
    Column("society_id", Integer, primary_key=True, autoincrement=False),
)
