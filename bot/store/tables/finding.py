"""What the search finds societies by."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Integer,
    Table,
    Text,
)

from bot.store.tables.base import metadata
from bot.store.types import Lineage

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
