"""The tables of the search by name, and the triggers that tell it which societies are new or changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SQLITE = (
    """
    CREATE TRIGGER search_hears_of_new AFTER INSERT ON societies BEGIN
        INSERT OR IGNORE INTO search_waiting (society_id) VALUES (NEW.id);
    END
    """,
    """
    CREATE TRIGGER search_hears_of_changed AFTER UPDATE OF name_bn, name_en, office_id ON societies
    WHEN (OLD.name_bn, OLD.name_en, OLD.office_id) IS NOT (NEW.name_bn, NEW.name_en, NEW.office_id) BEGIN
        INSERT OR IGNORE INTO search_waiting (society_id) VALUES (NEW.id);
    END
    """,
)

# A row that waits already is written again: that locks it, and whoever is just taking it away with the old name in his
# hands is waited for, so that the change is not lost.
_POSTGRESQL = (
    """
    CREATE FUNCTION search_hears_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO search_waiting (society_id) SELECT id FROM added ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER search_hears_of_new AFTER INSERT ON societies
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION search_hears_of_new()
    """,
    """
    CREATE FUNCTION search_hears_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO search_waiting (society_id) VALUES (NEW.id)
        ON CONFLICT (society_id) DO UPDATE SET society_id = excluded.society_id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER search_hears_of_changed AFTER UPDATE OF name_bn, name_en, office_id ON societies
    FOR EACH ROW
    WHEN ((OLD.name_bn, OLD.name_en, OLD.office_id) IS DISTINCT FROM (NEW.name_bn, NEW.name_en, NEW.office_id))
    EXECUTE FUNCTION search_hears_of_changed()
    """,
)


def upgrade() -> None:
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "search_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", text, nullable=False),
        sa.Column("societies", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_words")),
        sa.UniqueConstraint("key", name=op.f("uq_search_words_key")),
    )
    op.create_index(op.f("ix_search_words_societies"), "search_words", ["societies"], unique=False)
    op.create_table(
        "search_near",
        sa.Column("bones", text, nullable=False),
        sa.Column("taken_out", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("word_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("bones", "taken_out", "word_id", name=op.f("pk_search_near")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_postings",
        sa.Column("word_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("office_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("society_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word_id", "office_id", "society_id", name=op.f("pk_search_postings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_places",
        sa.Column("word_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("office_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word_id", "office_id", name=op.f("pk_search_places")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_societies",
        sa.Column("society_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("society_id", name=op.f("pk_search_societies")),
    )
    op.create_table(
        "search_waiting",
        sa.Column("society_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("society_id", name=op.f("pk_search_waiting")),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
    op.execute("INSERT INTO search_waiting (society_id) SELECT id FROM societies")
