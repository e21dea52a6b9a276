"""Offices, societies and what is known of them, people and their appointments."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
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

from bot.domain.access import Role
from bot.domain.offices import Level
from bot.domain.registry import Basis, SocietyLevel
from bot.store.tables.base import metadata, one_of
from bot.store.types import Lineage

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
    one_of("level", Level),
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
    one_of("level", SocietyLevel),
)

CORRECTED = "recorded_on IS NOT NULL AND (known_on IS NULL OR known_on < recorded_on)"

committee_terms = Table(
    "committee_terms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("society_id", ForeignKey("societies.id"), nullable=False),
    Column("basis", Text, nullable=False),
    Column("formed_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False, index=True),
    # The days on which we first learnt of it, and of its end: milestones before the first are not ours to remind of, and an end that was
    # corrected is made up for. Unknown of what is older than the columns.
    Column("known_on", Date),
    Column("recorded_on", Date),
    UniqueConstraint("society_id", "formed_on"),
    Index(
        "ix_committee_terms_corrected",
        "recorded_on",
        sqlite_where=text(CORRECTED),
        postgresql_where=text(CORRECTED),
    ),
    one_of("basis", Basis),
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
        # With the society, so that a range of days is read from the index alone.
        Index(None, "held_on", "society_id"),
    )


agms = _yearly("agms")
audits = _yearly("audits")
dividends = _yearly("dividends")

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
    one_of("role", [role for role in Role if role is not Role.PUBLIC]),
    CheckConstraint("(office_id IS NULL) <> (society_id IS NULL)", name="place"),
    # What a version of figures refers to: its author's post at the very office or society.
    Index("uq_appointments_at_office", "id", "office_id", unique=True),
    Index("uq_appointments_at_society", "id", "society_id", unique=True),
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
