"""Reminders, events, texts of an area, jobs; what is not to leave yet waits beside the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


_CORRECTED = "recorded_on IS NOT NULL AND (known_on IS NULL OR known_on < recorded_on)"
_READY = "state = 'queued' AND not_before_at IS NULL"
_HELD = "state = 'queued' AND not_before_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False),
        sa.CheckConstraint("outcome IN ('running', 'done', 'failed', 'lapsed')", name=op.f("ck_job_runs_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index("ix_job_runs_job", "job_runs", ["job", "id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ran_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("lease_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_jobs")),
    )
    op.create_table(
        "texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("language IN ('bn', 'en')", name=op.f("ck_texts_language")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_texts_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts")),
        sa.UniqueConstraint("office_id", "key", "language", name=op.f("uq_texts_office_id_key_language")),
    )
    op.create_table(
        "dividends",
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_dividends_society_id")),
        sa.PrimaryKeyConstraint("society_id", "year", name=op.f("pk_dividends")),
    )
    op.create_index(op.f("ix_dividends_held_on_society_id"), "dividends", ["held_on", "society_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_in", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), server_default="{}", nullable=False),
        sa.CheckConstraint("kind IN ('election', 'interim', 'agm', 'audit', 'dividend')", name=op.f("ck_events_kind")),
        sa.CheckConstraint("state IN ('reported', 'recorded', 'rejected', 'undone')", name=op.f("ck_events_state")),
        sa.ForeignKeyConstraint(["decided_in"], ["inbox.id"], name=op.f("fk_events_decided_in")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_events_inbox_id")),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_events_society_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_events_inbox_id")),
    )
    op.create_index(
        "ix_events_reported",
        "events",
        ["society_id"],
        unique=False,
        sqlite_where=sa.text("state = 'reported'"),
        postgresql_where=sa.text("state = 'reported'"),
    )
    op.create_index("ix_events_society", "events", ["society_id", "id"], unique=False)
    op.create_table(
        "intents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=True),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("send_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('term', 'agm', 'audit', 'dividend')", name=op.f("ck_intents_kind")),
        sa.CheckConstraint("state IN ('made', 'superseded', 'withheld', 'cancelled')", name=op.f("ck_intents_state")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_intents_office_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_intents_outbox_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_intents_person_id")),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_intents_society_id")),
        sa.ForeignKeyConstraint(["term_id"], ["committee_terms.id"], name=op.f("fk_intents_term_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intents")),
        sa.UniqueConstraint(
            "society_id",
            "kind",
            "occasion",
            "milestone",
            "person_id",
            name=op.f("uq_intents_society_id_kind_occasion_milestone_person_id"),
        ),
    )
    op.create_index("ix_intents_office", "intents", ["office_id", "send_on"], unique=False)
    op.create_index("ix_intents_person", "intents", ["person_id", "outbox_id"], unique=False)
    op.create_index(op.f("ix_intents_outbox_id"), "intents", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_intents_term_id"), "intents", ["term_id"], unique=False)
    op.create_index(op.f("ix_agms_held_on_society_id"), "agms", ["held_on", "society_id"], unique=False)
    op.create_index(op.f("ix_audits_held_on_society_id"), "audits", ["held_on", "society_id"], unique=False)
    op.add_column("committee_terms", sa.Column("known_on", sa.Date(), nullable=True))
    op.add_column("committee_terms", sa.Column("recorded_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_committee_terms_corrected",
        "committee_terms",
        ["recorded_on"],
        unique=False,
        sqlite_where=sa.text(_CORRECTED),
        postgresql_where=sa.text(_CORRECTED),
    )
    op.create_index(
        "ix_outbox_held",
        "outbox",
        ["channel", "not_before_at"],
        unique=False,
        sqlite_where=sa.text(_HELD),
        postgresql_where=sa.text(_HELD),
    )
    op.create_index(
        "ix_outbox_ahead",
        "outbox",
        ["channel", "created_at"],
        unique=False,
        sqlite_where=sa.text(_HELD),
        postgresql_where=sa.text(_HELD),
    )
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["channel", "priority", "id"],
        unique=False,
        sqlite_where=sa.text(_READY),
        postgresql_where=sa.text(_READY),
    )
