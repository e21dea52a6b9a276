"""Bringing societies, officers and offices in, and writing them out."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from functools import partial as with_more
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from bot import config as settings
from bot.cli.inout import print_json, read, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.registry.report import ImportReport
    from bot.store.query import Tx


@click.group(name="import")
def import_() -> None:
    """Bring societies or officers in from CSV or XLSX."""


def _import_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
        click.option("--dry-run", is_flag=True, help="Check everything, write nothing."),
        click.option("--partial", is_flag=True, help="Write the good rows even where others are refused."),
        click.option("--json", "as_json", is_flag=True, help="Print the report as JSON."),
    ):
        command = option(command)
    return command


@import_.command("societies")
@_import_options
def import_societies(file: Path, *, dry_run: bool, partial: bool, as_json: bool) -> None:
    """Societies, their committees, AGMs, audits and office-bearers."""
    from bot.registry import import_societies as importer

    law = settings.load(settings.environment()).law
    _import(with_more(importer, law=law), file, dry_run=dry_run, partial=partial, as_json=as_json)


@import_.command("officers")
@_import_options
def import_officers(file: Path, *, dry_run: bool, partial: bool, as_json: bool) -> None:
    """Officers and the offices they hold."""
    from bot.registry import import_officers as importer

    _import(importer, file, dry_run=dry_run, partial=partial, as_json=as_json)


INDEXED_AT_ONCE = 200
"""Societies indexed for the search in one transaction: some tens of milliseconds."""


def _import(importer: Callable[..., ImportReport], file: Path, *, dry_run: bool, partial: bool, as_json: bool) -> None:
    from bot.registry.bar import Bar
    from bot.registry.importing import UNWATCHED, unfinished
    from bot.registry.turns import Turns, give_way
    from bot.store import search_index, store

    give_way()
    env = settings.environment()
    today = settings.clock(env).today()
    watched = not as_json and sys.stderr.isatty()
    with store.connected(env.database_url) as connection, Bar(file) if watched else nullcontext(UNWATCHED) as watch:
        run = Turns(connection)
        before = run(unfinished)
        if before:
            done, rows = before
            click.echo(f"An earlier import stopped after {done:,} of {rows:,} rows, unless it still runs.", err=True)
            click.echo("Importing the same file again completes it.", err=True)
        report = importer(run, file, dry_run=dry_run, partial=partial, today=today, watch=watch)
        # So that find knows them at once; a gateway that runs beside us takes its share.
        while run(lambda tx: search_index.refresh(tx, INDEXED_AT_ONCE)):
            pass
    if as_json:
        print_json(report.as_json())
    else:
        for refused in report.refused:
            click.echo(f"line {refused.line}, {refused.column}: {refused.reason}", err=True)
        nothing = " Nothing was written." if dry_run or (report.refused and not partial) else ""
        click.echo(f"{report.accepted} accepted, {report.unchanged} unchanged, {len(report.refused)} refused.{nothing}")
    if report.refused:
        sys.exit(1)


@click.command()
@click.argument("what", type=click.Choice(["societies", "officers", "returns"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--headers", type=click.Choice(["en", "bn"]), default="en", show_default=True, help="Language of the headers."
)
def export(what: str, file: Path, headers: Literal["en", "bn"]) -> None:
    """Write the registry to CSV or XLSX, which import takes back without a change; or every filed figure."""
    from bot.registry import export_officers, export_returns, export_societies

    exporters: dict[str, Callable[[Tx, Path], int]] = {
        "societies": with_more(export_societies, headers=headers),
        "officers": with_more(export_officers, headers=headers),
        "returns": export_returns,
    }
    count = read(settings.environment().database_url, lambda tx: exporters[what](tx, file))
    click.echo(f"{count} rows written to {file}.")


@click.group()
def offices() -> None:
    """The tree of offices."""


@offices.command("add")
@click.argument("code")
@click.option("--level", required=True, help="thana, upazila, district or division.")
@click.option("--under", required=True, help="Code of the office above.")
@click.option("--name-bn", required=True, help="Name in Bangla.")
@click.option("--name-en", required=True, help="Name in English.")
def add_office(code: str, level: str, under: str, name_bn: str, name_en: str) -> None:
    """Add an office, such as a metropolitan thana under its district."""
    from bot.domain.errors import InvalidValue
    from bot.domain.offices import Level
    from bot.store.offices import add_office as adder

    if level not in {str(each) for each in Level}:
        raise InvalidValue(f"--level is one of {', '.join(Level)}")
    write(
        settings.environment().database_url,
        lambda tx: adder(tx, code, Level(level), under, name_bn=name_bn, name_en=name_en),
    )
    click.echo(f"Office {code} added under {under}.")
