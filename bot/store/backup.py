"""Backup and restore of the SQLite database while the gateway runs.

A backup is SQLite's own online copy, which takes a consistent moment without stopping the writer. A restore replaces the rows of the live
file in one transaction, which begins before the live file is kept aside: whatever a running gateway acknowledges is either in the file
that is kept, or comes after the restore. Ids of messages are not used again (AUTOINCREMENT survives a restore), so that a late
receipt can never settle another message.

What waits in a backup may have gone out between then and now. Sending it again could reach people twice, so that a restore marks
every waiting message ``unconfirmed``: visible, resolvable by receipts, and never sent again by itself.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import NotInitialised, StoreError
from bot.store.engine import engine_for
from bot.store.engines.sqlite import SqliteEngine
from bot.store.marks import RESTORED
from bot.store.migrate import check_version
from bot.store.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAITING = """
    UPDATE main.outbox SET state = 'unconfirmed', lease_until_at = NULL, error = 'restored from a backup'
    WHERE state IN ('queued', 'sending')
"""


def back_up(url: str, file: Path) -> int:
    """Write a copy of the database to ``file``; returns its size in bytes.

    The copy appears under its name only when it is whole and has passed SQLite's integrity check.

    Raises:
        StoreError: not SQLite, or the copy is not sound.
    """
    engine = _sqlite(url)
    check_version(engine)
    file.parent.mkdir(parents=True, exist_ok=True)
    _copy(engine.path, file)
    return file.stat().st_size


def restore(url: str, file: Path) -> tuple[Path, int]:
    """Put the backup in ``file`` in place of the live database.

    Returns:
        Where the database of before is kept, and how many waiting messages became unconfirmed.

    Raises:
        StoreError: not SQLite, not a sound backup, or of another version; nothing was changed then.
    """
    engine = _sqlite(url)
    with tempfile.TemporaryDirectory(dir=engine.path.parent) as folder:
        copy = Path(folder) / "restoring.db"
        shutil.copyfile(file, copy)
        _check(copy)
        check_version(engine)
        with _opened(engine.path) as live:
            live.isolation_level = None
            live.execute("ATTACH ? AS backup", (str(copy),))
            live.execute("BEGIN IMMEDIATE")
            kept = _keep(engine)
            try:
                with _without_triggers(live):
                    _replace(live)
                unconfirmed = live.execute(_WAITING).rowcount
                live.execute("INSERT OR REPLACE INTO main.marks (name, value) VALUES (?, ?)", (RESTORED, file.name))
                live.execute("COMMIT")
            except BaseException:
                live.execute("ROLLBACK")
                kept.unlink(missing_ok=True)  # nothing was changed
                raise
    return kept, unconfirmed


@contextlib.contextmanager
def _without_triggers(live: sqlite3.Connection) -> Iterator[None]:
    """A restored row is no change: it is not indexed again, and the audit log, which refuses changes, goes back as a whole.

    What was logged since the backup stays in the copy that is kept.
    """
    triggers = live.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        live.execute(f'DROP TRIGGER main."{name}"')
    yield
    for _, statement in triggers:
        live.execute(statement)


def _replace(live: sqlite3.Connection) -> None:
    """Put the rows of the backup in the place of all there are."""
    for table in reversed(metadata.sorted_tables):
        live.execute(f'DELETE FROM main."{table.name}"')  # noqa: S608 - names from our own schema
    for table in metadata.sorted_tables:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        select = f'SELECT {names} FROM backup."{table.name}"'  # noqa: S608 - as above
        live.execute(f'INSERT INTO main."{table.name}" ({names}) {select}')


def _check(copy: Path) -> None:
    """A backup must be a sound database of this version."""
    try:
        with _opened(copy) as source:
            _must_be_sound(source)
    except sqlite3.DatabaseError as error:
        message = "the file is not a sound backup"
        raise StoreError(message) from error
    try:
        check_version(SqliteEngine(f"sqlite:///{copy}"))
    except NotInitialised as error:
        message = "the file is not a backup of this program's database"
        raise StoreError(message) from error


def _keep(engine: SqliteEngine) -> Path:
    """Keep the database of now beside itself."""
    kept = engine.path.with_name(f"{engine.path.stem}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db")
    _copy(engine.path, kept)
    return kept


def _copy(live: Path, file: Path) -> None:
    """A sound copy that appears under its name only when it is whole."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with _opened(live) as source, _opened(unfinished) as target:
            source.backup(target)
            # One file, without a write-ahead log beside it.
            target.execute("PRAGMA journal_mode = DELETE")
            _must_be_sound(target)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _sqlite(url: str) -> SqliteEngine:
    engine = engine_for(url)
    if not isinstance(engine, SqliteEngine):
        message = "this works on SQLite; use pg_dump and pg_restore for PostgreSQL"
        raise StoreError(message)
    return engine


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA busy_timeout = 10000")
    try:
        yield connection
    finally:
        connection.close()


def _must_be_sound(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        message = "the copy does not pass the integrity check"
        raise StoreError(message)
