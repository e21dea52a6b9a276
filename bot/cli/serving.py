"""Making, serving, saving and checking the gateway."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot import config as settings
from bot import log
from bot.cli.inout import print_json, write

DEMO_URL = "sqlite:///var/demo.db"


@click.command()
def init() -> None:
    """Create or migrate the database; load divisions, districts, upazilas and their offices."""
    made, added = _prepare(settings.environment().database_url)
    click.echo(f"{'Database ready' if made else 'Database was up to date'}; {added} offices added.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port to listen on.")
def demo(host: str, port: int) -> None:
    """Initialise, load demo data, and run with the phone simulator; needs no account."""
    from bot.demo import load, load_returns
    from bot.return_rules import ReturnRules

    env = settings.environment()
    rules = ReturnRules.of(settings.load(env))
    url = env.database_url if "database_url" in env.model_fields_set else DEMO_URL
    _prepare(url)
    today = settings.clock(env).today()
    if write(url, lambda tx: load(tx, today)):
        write(url, lambda tx: load_returns(tx, rules, today))
    click.echo(f"Demo data is in {url}. Open http://{host}:{port}/simulator and text: অবস্থা ১/২০২৩")
    _serve(url, host, port)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port to listen on.")
def run(host: str, port: int) -> None:
    """Serve: HTTP, channels, delivery."""
    _serve(settings.environment().database_url, host, port)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a copy of the database while the gateway runs."""
    from bot.store.backup import back_up

    size = back_up(settings.environment().database_url, file)
    click.echo(f"{size:,} bytes written to {file}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup in place of the database, also while the gateway runs.

    The database of now is kept beside it. Messages that wait in the backup may have gone out since, so that they become
    unconfirmed and are not sent by themselves.
    """
    from bot.store.backup import restore as put_back

    kept, unconfirmed = put_back(settings.environment().database_url, file)
    click.echo(f"Restored; {unconfirmed} waiting messages became unconfirmed. The database of before is in {kept}.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, as_json: bool) -> None:
    """Check configuration, database, channels, clock and catalogues."""
    import asyncio

    from bot.doctor import examine

    findings = asyncio.run(examine())
    if as_json:
        print_json([finding.as_json() for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'BAD '} {finding.part}: {finding.said}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


def _prepare(url: str) -> tuple[bool, int]:
    from bot.registry import load_offices
    from bot.store.engine import engine_for
    from bot.store.migrate import migrate

    made = migrate(engine_for(url))
    return made, write(url, load_offices)


def _serve(url: str, host: str, port: int) -> None:
    import asyncio

    from bot import app

    env = settings.environment()
    config = settings.load(env)
    log.set_up(config.log)
    try:
        asyncio.run(app.run(config, settings.clock(env), url, host, port))
    except OSError as error:
        click.echo(f"barta: cannot listen on {host}:{port}: {error.strerror or error}", err=True)
        sys.exit(1)
