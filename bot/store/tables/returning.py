"""Returns: who owes which, the versions of their figures, what is asked to be corrected, and the totals above.

That nobody writes another's figures is a key, not a question to the program: a version belongs to an appointment, and both the
appointment and the return have to be of the version's own office (or society).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain.corrections import CorrectionState
from bot.domain.periods import Every
from bot.store.tables.base import metadata, one_of
from bot.store.types import Instant

_ONE_FILER = "(office_id IS NULL) <> (society_id IS NULL)"

returns = Table(
    "returns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("form", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("every", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    # The office in whose area it counts; and who files it, an office or a society.
    Column("area_id", ForeignKey("offices.id"), nullable=False),
    Column("office_id", ForeignKey("offices.id")),
    Column("society_id", ForeignKey("societies.id")),
    Column("due_on", Date, nullable=False),
    # Figures that came by message and lack nothing but an opening: filed by themselves as soon as that is known.
    Column("waits", Boolean, nullable=False),
    # When it was filed, and by which message, R<filed_in>; none while it is open.
    Column("filed_at", Instant),
    Column("filed_in", ForeignKey("inbox.id")),
    Column("on_time", Boolean),
    # As JSON: what was typed, the newest version of each figure; everything that is known; what is in the totals of its areas.
    Column("given", Text, nullable=False, server_default="{}"),
    Column("figures", Text, nullable=False, server_default="{}"),
    Column("counted", Text),
    one_of("every", Every),
    CheckConstraint(_ONE_FILER, name="filer"),
    CheckConstraint("(filed_at IS NULL) = (filed_in IS NULL)", name="filed"),
    CheckConstraint("(filed_at IS NULL) = (counted IS NULL)", name="counted"),
    # What versions refer to; of no filer more than one return for a period.
    Index("uq_returns_office", "id", "office_id", unique=True),
    Index("uq_returns_society", "id", "society_id", unique=True),
    Index(
        "uq_returns_of_office",
        "office_id",
        "form",
        "every",
        "starts_on",
        unique=True,
        sqlite_where=text("office_id IS NOT NULL"),
        postgresql_where=text("office_id IS NOT NULL"),
    ),
    Index(
        "uq_returns_of_society",
        "society_id",
        "form",
        "every",
        "starts_on",
        unique=True,
        sqlite_where=text("society_id IS NOT NULL"),
        postgresql_where=text("society_id IS NOT NULL"),
    ),
    Index("ix_returns_area", "form", "every", "starts_on", "area_id"),
    Index("ix_returns_filed_in", "filed_in"),
)

figure_versions = Table(
    "figure_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("return_id", ForeignKey("returns.id"), nullable=False),
    Column("number", Integer, nullable=False),
    # As JSON: the figures that this message gave.
    Column("figures", Text, nullable=False),
    Column("inbox_id", ForeignKey("inbox.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("appointment_id", Integer, nullable=False),
    Column("office_id", Integer),
    Column("society_id", Integer),
    # Of a correction: who approved it, with which message.
    Column("approved_by", Text),
    Column("approved_in", ForeignKey("inbox.id")),
    # When it was taken back, if it was.
    Column("undone_at", Instant),
    UniqueConstraint("return_id", "number"),
    CheckConstraint(_ONE_FILER, name="filer"),
    ForeignKeyConstraint(
        ["return_id", "office_id"], ["returns.id", "returns.office_id"], name="fk_versions_office_return"
    ),
    ForeignKeyConstraint(
        ["return_id", "society_id"], ["returns.id", "returns.society_id"], name="fk_versions_society_return"
    ),
    ForeignKeyConstraint(
        ["appointment_id", "office_id"], ["appointments.id", "appointments.office_id"], name="fk_versions_office_author"
    ),
    ForeignKeyConstraint(
        ["appointment_id", "society_id"],
        ["appointments.id", "appointments.society_id"],
        name="fk_versions_society_author",
    ),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("return_id", ForeignKey("returns.id"), nullable=False, index=True),
    # The message that asked for it; its id is the reference, R<inbox_id>.
    Column("inbox_id", ForeignKey("inbox.id"), nullable=False, unique=True),
    # As JSON: the figures as they were and as they are to be.
    Column("before", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("appointment_id", ForeignKey("appointments.id"), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("decided_in", ForeignKey("inbox.id")),
    Column("reason", Text),
    one_of("state", CorrectionState),
    Index(
        "uq_corrections_open",
        "return_id",
        unique=True,
        sqlite_where=text("state = 'requested'"),
        postgresql_where=text("state = 'requested'"),
    ),
)

totals = Table(
    "totals",
    metadata,
    Column("form", Text, primary_key=True),
    Column("every", Text, primary_key=True),
    Column("area_id", ForeignKey("offices.id"), primary_key=True),
    Column("starts_on", Date, primary_key=True),
    # As JSON: the sums of what the area's returns add (``bot.domain.adding.contribution``).
    Column("sums", Text, nullable=False),
    Column("filed", Integer, nullable=False),
    Column("on_time", Integer, nullable=False),
    # When an office above last used them: what was used is not undone.
    Column("used_at", Instant),
)

form_versions = Table(
    "form_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    # What it meant when its first return was filed: a version that returns were filed by does not change.
    Column("meaning", Text, nullable=False),
)
