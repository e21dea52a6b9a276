"""What every test may use: clean surroundings, databases cloned from a template, and the real counterparts of ``tests.peers``."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from bot.clock import DHAKA, Clock
from bot.demo import load as load_demo
from bot.registry import load_offices
from bot.store import store
from bot.store.engine import engine_for
from bot.store.migrate import migrate
from bot.store.query import Query
from bot.store.schema import marks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.postgres import Postgres

pytest_plugins = ["tests.peers.plugin"]

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=DHAKA)
"""The day that the demo registry is dated for, in office hours."""


_UNMARK: Query[int] = Query(delete(marks))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and nothing it writes reaches the checkout."""
    for name in list(os.environ):
        if name.startswith("BARTA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def clock() -> Clock:
    """Frozen at NOW."""
    return Clock(NOW)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database with the offices."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def demo_template(template: Path) -> Path:
    """The same with demo data, dated for NOW."""
    path = template.with_name("demo.db")
    shutil.copy(template, path)
    store.do(f"sqlite:///{path}", lambda tx: load_demo(tx, NOW.date()))
    return path


@pytest.fixture
def sqlite_url(template: Path, tmp_path: Path) -> str:
    """An SQLite database of its own for one test: offices, no societies."""
    return _clone(template, tmp_path)


@pytest.fixture
def demo_url(demo_template: Path, tmp_path: Path) -> str:
    """An SQLite database of its own for one test, with demo data."""
    return _clone(demo_template, tmp_path)


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """A migrated PostgreSQL database with the offices; its name."""
    _fill(postgres.create_database("barta_template"))
    return "barta_template"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of its own for one test, once on each engine."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    postgres: Postgres = request.getfixturevalue("postgres")
    template_name: str = request.getfixturevalue("postgres_template")
    return postgres.create_database(f"barta_{os.urandom(6).hex()}", template=template_name)


def _fill(url: str) -> None:
    migrate(engine_for(url))
    store.do(url, load_offices)


def _clone(template: Path, folder: Path) -> str:
    path = folder / "barta.db"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def registered_url(demo_url: str) -> str:
    """The demo registry without the demo mark, so that real channels open."""
    store.do(demo_url, lambda tx: tx.run(_UNMARK))
    return demo_url
