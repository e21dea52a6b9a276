"""What every command needs: the database for one unit of work, and JSON on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.query import Tx


def write(url: str, work: Callable[[Tx], Any]) -> Any:
    """Run one work that may write."""
    from bot.store import store

    return store.do(url, work)


def read(url: str, work: Callable[[Tx], Any]) -> Any:
    """Run one work that only reads."""
    from bot.store import store

    return store.do(url, work, read_only=True)


def print_json(value: object) -> None:
    """One line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False))
