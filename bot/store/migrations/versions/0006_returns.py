"""Returns: versions of figures, corrections, totals; whose they are is a key."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Of a version that was written only ``undone_at`` is ever set.
_KEPT = (
    'return_id, number, figures, inbox_id, at, "by", appointment_id, office_id, society_id, approved_by, approved_in'
)
_UNCHANGEABLE = {
    "sqlite": (
        f"""CREATE TRIGGER figure_versions_no_update BEFORE UPDATE OF {_KEPT} ON figure_versions
        BEGIN SELECT RAISE(ABORT, 'figures are kept as they were given'); END""",
        """CREATE TRIGGER figure_versions_no_delete BEFORE DELETE ON figure_versions
        BEGIN SELECT RAISE(ABORT, 'figures are kept as they were given'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION figure_versions_unchangeable() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'figures are kept as they were given' USING ERRCODE = 'restrict_violation'; END $$""",
        f"""CREATE TRIGGER figure_versions_no_update BEFORE UPDATE OF {_KEPT} ON figure_versions
        FOR EACH STATEMENT EXECUTE FUNCTION figure_versions_unchangeable()""",
        """CREATE TRIGGER figure_versions_no_delete BEFORE DELETE OR TRUNCATE ON figure_versions
        FOR EACH STATEMENT EXECUTE FUNCTION figure_versions_unchangeable()""",
    ),
}


def upgrade() -> None:
    # What the versions refer to.
    op.create_index("uq_appointments_at_office", "appointments", ["id", "office_id"], unique=True)
    op.create_index("uq_appointments_at_society", "appointments", ["id", "society_id"], unique=True)
    op.create_table(
        "form_versions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_form_versions")),
    )
    op.create_table(
        "totals",
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.Column("filed", sa.Integer(), nullable=False),
        sa.Column("on_time", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["offices.id"], name=op.f("fk_totals_area_id")),
        sa.PrimaryKeyConstraint("form", "every", "area_id", "starts_on", name=op.f("pk_totals")),
    )
    op.create_table(
        "returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_in", sa.Integer(), nullable=True),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("given", sa.Text(), server_default="{}", nullable=False),
        sa.Column("figures", sa.Text(), server_default="{}", nullable=False),
        sa.Column("counted", sa.Text(), nullable=True),
        sa.CheckConstraint("every IN ('month', 'quarter', 'year')", name=op.f("ck_returns_every")),
        sa.CheckConstraint("(filed_at IS NULL) = (counted IS NULL)", name=op.f("ck_returns_counted")),
        sa.CheckConstraint("(filed_at IS NULL) = (filed_in IS NULL)", name=op.f("ck_returns_filed")),
        sa.CheckConstraint("(office_id IS NULL) <> (society_id IS NULL)", name=op.f("ck_returns_filer")),
        sa.ForeignKeyConstraint(["area_id"], ["offices.id"], name=op.f("fk_returns_area_id")),
        sa.ForeignKeyConstraint(["filed_in"], ["inbox.id"], name=op.f("fk_returns_filed_in")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_returns_office_id")),
        sa.ForeignKeyConstraint(["society_id"], ["societies.id"], name=op.f("fk_returns_society_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
    )
    op.create_index("ix_returns_area", "returns", ["form", "every", "starts_on", "area_id"], unique=False)
    op.create_index("ix_returns_filed_in", "returns", ["filed_in"], unique=False)
    op.create_index(
        "uq_returns_of_office",
        "returns",
        ["office_id", "form", "every", "starts_on"],
        unique=True,
        sqlite_where=sa.text("office_id IS NOT NULL"),
        postgresql_where=sa.text("office_id IS NOT NULL"),
    )
    op.create_index(
        "uq_returns_of_society",
        "returns",
        ["society_id", "form", "every", "starts_on"],
        unique=True,
        sqlite_where=sa.text("society_id IS NOT NULL"),
        postgresql_where=sa.text("society_id IS NOT NULL"),
    )
    op.create_index("uq_returns_office", "returns", ["id", "office_id"], unique=True)
    op.create_index("uq_returns_society", "returns", ["id", "society_id"], unique=True)
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_in", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'rejected', 'withdrawn')", name=op.f("ck_corrections_state")
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("fk_corrections_appointment_id")),
        sa.ForeignKeyConstraint(["decided_in"], ["inbox.id"], name=op.f("fk_corrections_decided_in")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_corrections_inbox_id")),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_corrections_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_corrections_inbox_id")),
    )
    op.create_index(op.f("ix_corrections_return_id"), "corrections", ["return_id"], unique=False)
    op.create_index(
        "uq_corrections_open",
        "corrections",
        ["return_id"],
        unique=True,
        sqlite_where=sa.text("state = 'requested'"),
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_table(
        "figure_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_in", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(office_id IS NULL) <> (society_id IS NULL)", name=op.f("ck_figure_versions_filer")),
        sa.ForeignKeyConstraint(
            ["appointment_id", "office_id"],
            ["appointments.id", "appointments.office_id"],
            name="fk_versions_office_author",
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id", "society_id"],
            ["appointments.id", "appointments.society_id"],
            name="fk_versions_society_author",
        ),
        sa.ForeignKeyConstraint(["approved_in"], ["inbox.id"], name=op.f("fk_figure_versions_approved_in")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_figure_versions_inbox_id")),
        sa.ForeignKeyConstraint(
            ["return_id", "office_id"], ["returns.id", "returns.office_id"], name="fk_versions_office_return"
        ),
        sa.ForeignKeyConstraint(
            ["return_id", "society_id"], ["returns.id", "returns.society_id"], name="fk_versions_society_return"
        ),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_figure_versions_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_versions")),
        sa.UniqueConstraint("return_id", "number", name=op.f("uq_figure_versions_return_id_number")),
    )
    op.create_index(op.f("ix_figure_versions_inbox_id"), "figure_versions", ["inbox_id"], unique=False)
    for statement in _UNCHANGEABLE[op.get_bind().dialect.name]:
        op.execute(statement)
