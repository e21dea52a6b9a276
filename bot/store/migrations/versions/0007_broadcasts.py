"""Broadcasts and their recipients; parts of messages in; where a receipt with the provider's id leads."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("octets", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 1 AND number <= total", name=op.f("ck_parts_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
        sa.UniqueConstraint("channel", "message", "number", name=op.f("uq_parts_channel_message_number")),
    )
    op.create_index(
        op.f("ix_parts_channel_digest_received_at"), "parts", ["channel", "digest", "received_at"], unique=False
    )
    op.create_index(
        op.f("ix_parts_channel_session_settled_at"), "parts", ["channel", "session", "settled_at"], unique=False
    )
    op.create_index(
        op.f("ix_parts_channel_thread_received_at"), "parts", ["channel", "thread", "received_at"], unique=False
    )
    op.create_index(op.f("ix_parts_received_at"), "parts", ["received_at"], unique=False)
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("estimate", sa.Text(), nullable=False),
        sa.Column("estimated_price", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_in", sa.Integer(), nullable=True),
        sa.Column("queued_through", sa.Integer(), server_default="0", nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("progress_id", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(meeting IS NULL) = (kind <> 'meeting')", name=op.f("ck_broadcasts_meeting")),
        sa.CheckConstraint(
            "(state = 'draft') = (confirmed_at IS NULL) OR state = 'cancelled'", name=op.f("ck_broadcasts_confirmed")
        ),
        sa.CheckConstraint("kind IN ('message', 'meeting')", name=op.f("ck_broadcasts_kind")),
        sa.CheckConstraint("language IN ('bn', 'en')", name=op.f("ck_broadcasts_language")),
        sa.CheckConstraint(
            "state IN ('draft', 'waiting', 'sending', 'paused', 'done', 'cancelled')", name=op.f("ck_broadcasts_state")
        ),
        sa.ForeignKeyConstraint(["approved_in"], ["inbox.id"], name=op.f("fk_broadcasts_approved_in")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_broadcasts_inbox_id")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_broadcasts_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_broadcasts_inbox_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_broadcasts_office", "broadcasts", ["office_id", "id"], unique=False)
    op.create_index(
        "ix_broadcasts_open",
        "broadcasts",
        ["state"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
    )
    op.create_index("ix_broadcasts_sender", "broadcasts", ["sender", "id"], unique=False)
    op.create_table(
        "recipients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("msisdn", sa.Text(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("unreached", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_in", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(unreached IS NOT NULL AND unreached = 'no_number') = (msisdn IS NULL)", name=op.f("ck_recipients_number")
        ),
        sa.CheckConstraint("unreached IN ('no_number', 'stopped', 'no_way')", name=op.f("ck_recipients_unreached")),
        sa.CheckConstraint("(outbox_id IS NULL) = (unreached IS NOT NULL)", name=op.f("ck_recipients_message")),
        sa.ForeignKeyConstraint(["answered_in"], ["inbox.id"], name=op.f("fk_recipients_answered_in")),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_recipients_broadcast_id")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_recipients_office_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_recipients_outbox_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recipients_person_id")),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_recipients_society_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipients")),
        sa.UniqueConstraint("broadcast_id", "msisdn", name=op.f("uq_recipients_broadcast_id_msisdn")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_recipients_outbox_id")),
    )
    op.create_index("ix_recipients_msisdn", "recipients", ["msisdn", "broadcast_id"], unique=False)
    op.create_index(
        "uq_recipients_nameless",
        "recipients",
        ["broadcast_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("msisdn IS NULL"),
        postgresql_where=sa.text("msisdn IS NULL"),
    )
    # In one statement, which SQLite needs for a foreign key of a column that is added.
    op.execute(
        "ALTER TABLE outbox ADD COLUMN broadcast_id INTEGER"
        " CONSTRAINT fk_outbox_broadcast_id REFERENCES broadcasts (id)"
    )
    op.create_index(
        "ix_outbox_broadcast",
        "outbox",
        ["broadcast_id", "state"],
        unique=False,
        sqlite_where=sa.text("broadcast_id IS NOT NULL"),
        postgresql_where=sa.text("broadcast_id IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_theirs",
        "outbox",
        ["channel", "provider_id"],
        unique=False,
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
