"""Migrations: they make exactly the schema in code, on each engine, and other versions are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.sql import column, table

import bot.store.migrations
from bot.domain.errors import NotInitialised, WrongVersion
from bot.store import store
from bot.store.engine import engine_for
from bot.store.migrate import HEAD, check_version, differences, migrate, version
from bot.store.query import Query


def test_migrations_make_the_schema_in_code(database_url: str) -> None:
    engine = engine_for(database_url)
    assert version(engine) == HEAD
    assert differences(engine) == []
    assert migrate(engine) is False


def test_head_is_the_newest_file() -> None:
    folder = Path(bot.store.migrations.__file__).parent / "versions"
    assert max(path.name for path in folder.glob("[0-9]*.py")).startswith(HEAD)


def test_a_database_of_another_version_is_refused(database_url: str) -> None:
    newer: Query[int] = Query(update(table("alembic_version", column("version_num"))).values(version_num="9999"))
    store.do(database_url, lambda tx: tx.run(newer))
    with pytest.raises(WrongVersion, match="9999"):
        check_version(engine_for(database_url))


def test_no_database_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised):
        check_version(engine_for(f"sqlite:///{tmp_path}/none.db"))
    assert list(tmp_path.iterdir()) == []
