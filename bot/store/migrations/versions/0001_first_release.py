"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dialogues",
        sa.Column("msisdn", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("msisdn", name=op.f("pk_dialogues")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sent_to", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome IN ('replied', 'silent')", name=op.f("ck_inbox_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_inbox_channel_provider_id")),
    )
    op.create_index(op.f("ix_inbox_sender_received_at"), "inbox", ["sender", "received_at"], unique=False)
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "offices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("lineage", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("name_bn", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "level IN ('nation', 'division', 'district', 'upazila', 'thana')", name=op.f("ck_offices_level")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["offices.id"], name=op.f("fk_offices_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
        sa.UniqueConstraint("code", name=op.f("uq_offices_code")),
        sa.UniqueConstraint("lineage", name=op.f("uq_offices_lineage")),
    )
    op.create_index(op.f("ix_offices_parent_id"), "offices", ["parent_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("msisdn", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index(op.f("ix_people_msisdn"), "people", ["msisdn"], unique=False)
    op.create_table(
        "subscribers",
        sa.Column("msisdn", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("puzzled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("language IN ('bn', 'en')", name=op.f("ck_subscribers_language")),
        sa.PrimaryKeyConstraint("msisdn", name=op.f("pk_subscribers")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("in_reply_to", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'sending') = (lease_until_at IS NOT NULL)", name=op.f("ck_outbox_lease")),
        sa.CheckConstraint(
            "class IN ('code', 'reply', 'urgent', 'reminder', 'digest', 'notice', 'due', 'broadcast')",
            name=op.f("ck_outbox_class"),
        ),
        sa.CheckConstraint("language IN ('bn', 'en')", name=op.f("ck_outbox_language")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'submitted', 'unconfirmed', 'delivered', 'failed', 'expired', 'cancelled')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(["in_reply_to"], ["inbox.id"], name=op.f("fk_outbox_in_reply_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_expiring",
        "outbox",
        ["channel", "expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_outbox_leased",
        "outbox",
        ["channel", "lease_until_at"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["channel", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'sending', 'unconfirmed')"),
        postgresql_where=sa.text("state IN ('queued', 'sending', 'unconfirmed')"),
    )
    op.create_index("ix_outbox_recipient", "outbox", ["to", "id"], unique=False)
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["channel", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_table(
        "societies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("registration_no", sa.Text(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("name_bn", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("officer_msisdn", sa.Text(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("level IN ('primary', 'central', 'national')", name=op.f("ck_societies_level")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_societies_office_id")),
        sa.ForeignKeyConstraint(["register_id"], ["offices.id"], name=op.f("fk_societies_register_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_societies")),
        sa.UniqueConstraint("register_id", "registration_no", name=op.f("uq_societies_register_id_registration_no")),
    )
    op.create_index(op.f("ix_societies_office_id"), "societies", ["office_id"], unique=False)
    op.create_index(op.f("ix_societies_serial_year"), "societies", ["serial", "year"], unique=False)
    op.create_table(
        "agms",
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_agms_society_id")),
        sa.PrimaryKeyConstraint("society_id", "year", name=op.f("pk_agms")),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('registrar', 'additional_registrar', 'jr', 'dco', 'uco', 'inspector', 'president', 'secretary')",
            name=op.f("ck_appointments_role"),
        ),
        sa.CheckConstraint("(office_id IS NULL) <> (society_id IS NULL)", name=op.f("ck_appointments_place")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_appointments_office_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_appointments_person_id")),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_appointments_society_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_office_id"), "appointments", ["office_id"], unique=False)
    op.create_index(op.f("ix_appointments_person_id"), "appointments", ["person_id"], unique=False)
    op.create_index(
        "uq_appointments_office",
        "appointments",
        ["person_id", "office_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL AND office_id IS NOT NULL"),
        postgresql_where=sa.text("ended_on IS NULL AND office_id IS NOT NULL"),
    )
    op.create_index(
        "uq_appointments_serving",
        "appointments",
        ["society_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL AND society_id IS NOT NULL"),
        postgresql_where=sa.text("ended_on IS NULL AND society_id IS NOT NULL"),
    )
    op.create_table(
        "audits",
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_audits_society_id")),
        sa.PrimaryKeyConstraint("society_id", "year", name=op.f("pk_audits")),
    )
    op.create_table(
        "committee_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("formed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.CheckConstraint("basis IN ('elected', 'first', 'interim')", name=op.f("ck_committee_terms_basis")),
        sa.CheckConstraint("expires_on >= formed_on", name=op.f("ck_committee_terms_order")),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_committee_terms_society_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_terms")),
        sa.UniqueConstraint("society_id", "formed_on", name=op.f("uq_committee_terms_society_id_formed_on")),
    )
    op.create_index(op.f("ix_committee_terms_expires_on"), "committee_terms", ["expires_on"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('accepted', 'delivered', 'failed')", name=op.f("ck_receipts_kind")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_receipts_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_outbox_id"), "receipts", ["outbox_id"], unique=False)
