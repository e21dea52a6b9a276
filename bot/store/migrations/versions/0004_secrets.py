"""Find the messages that hold a one-time code or token, so that it can be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SECRET = """replace(content, '"secret"\\:true', '') <> content"""  # noqa: S105 - a condition


def upgrade() -> None:
    op.create_index(
        "ix_outbox_secrets",
        "outbox",
        ["channel", "created_at"],
        unique=False,
        sqlite_where=sa.text(_SECRET),
        postgresql_where=sa.text(_SECRET),
    )
