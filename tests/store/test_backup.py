"""Backup and restore beside a gateway that goes on."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.domain.errors import StoreError
from bot.domain.messages import MO
from bot.store import audit, claims, conversation, outbox, store
from bot.store.backup import back_up, restore
from tests.conftest import NOW
from tests.peers.ports import wait_for
from tests.store.test_outbox import queue

if TYPE_CHECKING:
    from bot.store.query import Tx

SENDER = "+8801700100011"


async def text_in(app: App, number: int) -> None:
    await app.receiver.receive(MO("simulator", f"m{number}", SENDER, "16123", "অবস্থা"))


async def test_a_backup_while_messages_come_in_is_whole(demo_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    async with App(Config(), Clock(NOW), demo_url) as app:
        load = asyncio.create_task(_load(app, 300))
        await wait_for(lambda: app.store.writer.counts.commits > 5)
        size = await asyncio.to_thread(back_up, demo_url, copy)
        await load
    assert size > 0
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        messages, answers = database.execute(
            "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM outbox)"
        ).fetchone()
    assert 0 < messages == answers <= 300


async def _load(app: App, count: int) -> None:
    for number in range(count):
        await text_in(app, number)


async def test_restore_under_a_running_gateway(demo_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    async with App(Config(), Clock(NOW), demo_url) as app:
        await text_in(app, 1)
        back_up(demo_url, copy)
        await text_in(app, 2)
        await text_in(app, 3)
        kept, unconfirmed = await asyncio.to_thread(restore, demo_url, copy)
        assert unconfirmed == 1, "the answer that waited in the backup may have gone out since"
        assert [row.state for row in await app.store.read(outbox.rows)] == ["unconfirmed"]
        await text_in(app, 4)
        received = await app.store.read(lambda tx: conversation.came_from(tx, SENDER, "simulator", 99))
        assert len(received) == 2, "the gateway goes on with what was restored"
    with sqlite3.connect(kept) as before:
        assert before.execute("SELECT count(*) FROM inbox").fetchone()[0] == 3


def test_the_audit_log_goes_back_as_a_whole_and_stays_unchangeable(demo_url: str, tmp_path: Path) -> None:
    def log(action: str) -> None:
        store.do(
            demo_url,
            lambda tx: audit.record(
                tx, at=NOW, actor=SENDER, inbox_id=None, action=action, before={}, after={}, society_id=1
            ),
        )

    copy = tmp_path / "copy.db"
    log("first")
    back_up(demo_url, copy)
    log("second")
    kept, _ = restore(demo_url, copy)
    with sqlite3.connect(demo_url.removeprefix("sqlite:///")) as database:
        assert database.execute("SELECT action FROM audit_log").fetchall() == [("first",)]
        assert database.execute("SELECT count(*) FROM search_waiting").fetchone()[0] == 0
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("DELETE FROM audit_log")
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("UPDATE audit_log SET action = 'other'")
    with sqlite3.connect(kept) as database:
        assert database.execute("SELECT action FROM audit_log").fetchall() == [("first",), ("second",)]


async def test_what_is_acknowledged_during_a_restore_is_kept_on_one_side_or_the_other(
    demo_url: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    back_up(demo_url, copy)
    async with App(Config(), Clock(NOW), demo_url) as app:
        load = asyncio.create_task(_load(app, 200))
        await wait_for(lambda: app.store.writer.counts.commits > 5)
        kept, _ = await asyncio.to_thread(restore, demo_url, copy)
        await load
    with sqlite3.connect(kept) as before, sqlite3.connect(demo_url.removeprefix("sqlite:///")) as now:
        ids = {row[0] for database in (before, now) for row in database.execute("SELECT provider_id FROM inbox")}
    assert ids == {f"m{number}" for number in range(200)}


async def test_ids_are_not_used_again_after_a_restore(demo_url: str, tmp_path: Path) -> None:
    """A late receipt for a message of before must not settle one of after."""
    copy = tmp_path / "copy.db"
    back_up(demo_url, copy)
    async with App(Config(), Clock(NOW), demo_url) as app:
        await text_in(app, 1)
        (before,) = await app.store.read(outbox.rows)
        await asyncio.to_thread(restore, demo_url, copy)
        await text_in(app, 2)
        (after,) = await app.store.read(outbox.rows)
    assert after.id > before.id


def test_what_is_no_backup_is_refused_and_changes_nothing(demo_url: str, tmp_path: Path) -> None:
    rubbish, empty, other = tmp_path / "rubbish.db", tmp_path / "empty.db", tmp_path / "other.db"
    rubbish.write_bytes(b"this is not a database" * 100)
    empty.touch()
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE something (x)")
    before = Path(demo_url.removeprefix("sqlite:///")).read_bytes()
    for file in (rubbish, empty, other):
        with pytest.raises(StoreError):
            restore(demo_url, file)
    assert Path(demo_url.removeprefix("sqlite:///")).read_bytes() == before


def test_postgresql_says_what_to_use_instead(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        back_up("postgresql://nobody@127.0.0.1/none", tmp_path / "x")


def test_a_final_state_stays_final_through_a_restore(sqlite_url: str, tmp_path: Path) -> None:
    def work(tx: Tx) -> None:
        queue(tx, "waiting")
        queue(tx, "sent")
        first, second = claims.claim(tx, "kannel", now=NOW, running=NOW, lease=timedelta(minutes=1), most=2)
        claims.submitted(tx, first, at=NOW, provider_id=None, delivered=True)
        claims.requeue(tx, second, again=None, why=None, burnt=True)
        assert outbox.rows(tx)[0].price == Decimal("0.35")

    store.do(sqlite_url, work)
    back_up(sqlite_url, tmp_path / "copy.db")
    restore(sqlite_url, tmp_path / "copy.db")
    assert [row.state for row in store.do(sqlite_url, outbox.rows)] == ["delivered", "unconfirmed"]
