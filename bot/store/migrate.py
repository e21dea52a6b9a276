"""Bringing a database to the schema of this program, and knowing whether it is there."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from bot.domain.errors import NotInitialised, StoreError, WrongVersion
from bot.store.schema import metadata

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine as SqlAlchemyEngine

    from bot.store.engine import Engine

HEAD = "0007"
"""The revision this program works with; a test keeps it equal to the newest file in ``migrations/versions``."""


def migrate(engine: Engine) -> bool:
    """Create or migrate the database; returns whether anything changed."""
    from alembic import command  # noqa: PLC0415 - only ``barta init`` needs it

    before = version(engine)
    _make_folder(engine)
    database = _open(engine)
    try:
        with database.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.dispose()
    return before != HEAD


def version(engine: Engine) -> str | None:
    """The revision the database is at; None when it has no tables of ours (or does not exist yet).

    Raises:
        StoreError: the database cannot be opened at all.
    """
    path = getattr(engine, "path", None)
    if path is not None and not path.exists():
        return None
    database = _open(engine)
    try:
        with database.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except Exception as error:
        message = f"the database cannot be opened: {str(getattr(error, 'orig', error)).splitlines()[0]}"
        raise StoreError(message) from error
    finally:
        database.dispose()


def check_version(engine: Engine) -> None:
    """Refuse a database that this program cannot work with.

    Raises:
        NotInitialised: it has no tables yet.
        WrongVersion: it is older or newer than the program.
    """
    found = version(engine)
    if found is None:
        message = "the database is not initialised: run 'barta init' first"
        raise NotInitialised(message)
    if found != HEAD:
        message = f"the database is at version {found}, this program needs {HEAD}: run 'barta init' to migrate it"
        raise WrongVersion(message)


def differences(engine: Engine) -> list[object]:
    """How the database differs from the schema in code; empty when the migrations are complete."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - only the test and doctor need it
    from alembic.migration import MigrationContext  # noqa: PLC0415

    database = _open(engine)
    try:
        with database.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), metadata))
    finally:
        database.dispose()


@lru_cache(maxsize=1)
def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - only ``barta init`` needs it

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _open(engine: Engine) -> SqlAlchemyEngine:
    return create_engine(engine.sqlalchemy_url, poolclass=NullPool)


def _make_folder(engine: Engine) -> None:
    path = getattr(engine, "path", None)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
