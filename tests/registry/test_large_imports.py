"""A list as long as a country's: many short transactions, what is left of one that stopped, and a whole round trip."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, TypeVar

import pytest

from benchmarks.registry_rows import write
from bot.registry.bar import Bar
from bot.registry.export import export_societies
from bot.registry.importing import unfinished
from bot.registry.rows import text_of
from bot.registry.sheets import lines_of, rows_of
from bot.registry.societies import import_societies
from bot.registry.turns import GAP, Turns
from bot.store.marks import put_mark
from bot.store.store import connected
from tests.registry.conftest import TODAY, Registry, society

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.store.query import Tx

T = TypeVar("T")


@pytest.fixture
def in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a short list is written in many transactions."""
    monkeypatch.setattr("bot.registry.importing.ROWS_AT_ONCE", 10)
    monkeypatch.setattr("bot.registry.importing.ROWS_PER_BATCH", 5)
    monkeypatch.setattr("bot.registry.importing.MOST_BATCHES", 1)


class Heard:
    """What a watch hears."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, int | None]] = []
        self.done = [0]

    def begin(self, part: Literal["checking", "writing"], rows: int | None) -> None:
        self.parts.append((part, rows))
        self.done.append(0)

    def step(self, rows: int) -> None:
        self.done[-1] += rows


def constructed(path: Path, count: int) -> Path:
    write(path, count)
    return path


def cells(path: Path) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for _, row in rows_of(path)]


@pytest.mark.parametrize(("kind", "many"), [("csv", 3000), ("xlsx", 600)])
def test_thousands_of_societies_go_out_and_come_back(
    sqlite_url: str, template: Path, tmp_path: Path, kind: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.registry.importing.ROWS_AT_ONCE", many // 2)
    registry = Registry(sqlite_url, tmp_path)
    given = constructed(tmp_path / f"given.{kind}", many)
    assert import_societies(registry.run, given, today=TODAY).accepted == many
    first, second = tmp_path / f"first.{kind}", tmp_path / f"second.{kind}"
    assert registry.run(lambda tx: export_societies(tx, first)) == many
    assert import_societies(registry.run, first, today=TODAY).unchanged == many
    copy = tmp_path / "copy.db"
    copy.write_bytes(template.read_bytes())
    other = Registry(f"sqlite:///{copy}", tmp_path)
    assert import_societies(other.run, first, today=TODAY).accepted == many
    other.run(lambda tx: export_societies(tx, second))
    assert cells(first) == cells(second)
    assert sorted(row[:20] for row in cells(given)) == sorted(row[:20] for row in cells(first))


@pytest.mark.usefixtures("in_turns")
def test_an_import_that_stopped_is_told_and_completed(registry: Registry) -> None:
    path = registry.file(*[society(registration_no=f"{number}/2019") for number in range(1, 24)])
    left = 3

    def run(work: Callable[[Tx], T], /) -> T:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        return registry.run(work)

    with pytest.raises(KeyboardInterrupt):
        import_societies(run, path, today=TODAY)
    assert registry.run(unfinished) == (10, 23)
    assert import_societies(registry.run, path, today=TODAY, dry_run=True).accepted == 13
    assert registry.run(unfinished) == (10, 23)
    report = import_societies(registry.run, path, today=TODAY)
    assert (report.accepted, report.unchanged) == (13, 10)
    assert registry.run(unfinished) is None


@pytest.mark.usefixtures("in_turns")
def test_a_watch_hears_every_row_that_is_written(registry: Registry) -> None:
    heard = Heard()
    path = registry.file(*[society(registration_no=f"{number}/2019") for number in range(1, 24)])
    import_societies(registry.run, path, today=TODAY, watch=heard)
    assert heard.parts == [("checking", None), ("writing", 23)]
    assert heard.done[1:] == [20, 23]


def test_a_list_that_is_written_at_once_is_heard_too(registry: Registry) -> None:
    heard = Heard()
    registry.take(society(), watch=heard)
    assert heard.done[1:] == [0, 1]


def slow(tx: Tx) -> None:
    put_mark(tx, "slow", "x")
    end = time.monotonic() + 0.02
    while time.monotonic() < end:
        pass


def test_an_import_stays_away_longer_when_somebody_else_writes(sqlite_url: str, tmp_path: Path) -> None:
    rests: list[float] = []
    with connected(sqlite_url) as connection:
        run = Turns(connection, rests.append)
        run(slow)
        run(slow)
        Registry(sqlite_url, tmp_path).run(lambda tx: put_mark(tx, "other", "x"))
        run(slow)
        run(slow)
    assert rests[1] == rests[3] == GAP
    assert rests[2] > 3 * 0.02


@pytest.mark.peer
def test_nobody_waits_for_an_import_on_postgresql(database_url: str) -> None:
    rests: list[float] = []
    with connected(database_url) as connection:
        run = Turns(connection, rests.append)
        run(slow)
        run(slow)
    assert bool(rests) == database_url.startswith("sqlite")


def test_an_error_of_a_work_is_not_tried_again(sqlite_url: str) -> None:
    tried = 0

    def fails(_: Tx) -> None:
        nonlocal tried
        tried += 1
        raise KeyError

    with connected(sqlite_url) as connection, pytest.raises(KeyError):
        Turns(connection)(fails)
    assert tried == 1


def test_an_import_tries_again_while_somebody_else_writes(sqlite_url: str) -> None:
    with connected(sqlite_url) as other, connected(sqlite_url) as connection:
        connection.raw.execute("PRAGMA busy_timeout = 1")  # type: ignore[attr-defined]
        begin = connection.begin
        other.begin()

        def begin_or_let_go() -> None:
            try:
                begin()
            except connection.unavailable:
                other.rollback()
                raise

        connection.begin = begin_or_let_go  # type: ignore[method-assign]
        assert Turns(connection)(unfinished) is None


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_bar_takes_what_it_is_told(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = constructed(tmp_path / f"some.{kind}", 3)
    assert lines_of(path) == (4 if kind == "csv" else None)
    with Bar(path) as bar:
        bar.begin("checking", None)
        bar.step(3)
        bar.begin("writing", 3)
        bar.step(3)
    assert capsys.readouterr().out == ""
