"""``barta``: the gateway from the command line.

Exit codes: 0 done, 1 refused with a clear reason on stderr, 2 wrong usage. ``--json`` prints JSON and nothing else on stdout. Heavy
imports wait until the command that needs them runs.
"""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from bot import config as settings
from bot import log
from bot.domain.errors import BartaError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.registry.report import ImportReport
    from bot.store.query import Tx

DEMO_URL = "sqlite:///var/demo.db"


class Refusing(click.Group):
    """A group whose commands end with exit code 1 and one sentence when the program refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and turn our errors into a sentence."""
        try:
            return super().invoke(ctx)
        except BartaError as error:
            click.echo(f"barta: {error}", err=True)
            sys.exit(1)
        except OSError as error:
            click.echo(f"barta: {error.strerror or type(error).__name__}: {error.filename or 'no file'}", err=True)
            sys.exit(1)


@click.group(cls=Refusing, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="samabay-barta", message="%(version)s")
def main() -> None:
    """Samabay Barta: messages for co-operative societies and their officers."""
    log.set_up(settings.LogSettings(level="warning"))


@main.command()
def init() -> None:
    """Create or migrate the database; load divisions, districts, upazilas and their offices."""
    made, added = _prepare(settings.environment().database_url)
    click.echo(f"{'Database ready' if made else 'Database was up to date'}; {added} offices added.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port to listen on.")
def demo(host: str, port: int) -> None:
    """Initialise, load demo data, and run with the phone simulator; needs no account."""
    from bot.demo import load

    env = settings.environment()
    url = env.database_url if "database_url" in env.model_fields_set else DEMO_URL
    _prepare(url)
    today = settings.clock(env).today()
    _write(url, lambda tx: load(tx, today))
    click.echo(f"Demo data is in {url}. Open http://{host}:{port}/simulator and text: অবস্থা ১/২০২৩")
    _serve(url, host, port)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port to listen on.")
def run(host: str, port: int) -> None:
    """Serve: HTTP, channels, delivery."""
    _serve(settings.environment().database_url, host, port)


@main.group(name="import")
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

    _import(importer, file, dry_run=dry_run, partial=partial, as_json=as_json)


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
        _print_json(report.as_json())
    else:
        for refused in report.refused:
            click.echo(f"line {refused.line}, {refused.column}: {refused.reason}", err=True)
        nothing = " Nothing was written." if dry_run or (report.refused and not partial) else ""
        click.echo(f"{report.accepted} accepted, {report.unchanged} unchanged, {len(report.refused)} refused.{nothing}")
    if report.refused:
        sys.exit(1)


@main.command()
@click.argument("what", type=click.Choice(["societies", "officers"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--headers", type=click.Choice(["en", "bn"]), default="en", show_default=True, help="Language of the headers."
)
def export(what: str, file: Path, headers: Literal["en", "bn"]) -> None:
    """Write the registry to CSV or XLSX; importing the file again changes nothing."""
    from bot.registry import export_officers, export_societies

    exporter = export_societies if what == "societies" else export_officers
    count = _read(settings.environment().database_url, lambda tx: exporter(tx, file, headers=headers))
    click.echo(f"{count} rows written to {file}.")


@main.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--from", "sender", help="The sender, to tell people from machines.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per text.")
def parse(text: Sequence[str], sender: str | None, *, as_json: bool) -> None:
    """Show how texts are understood; writes nothing."""
    from bot.app import grammar
    from bot.domain.grammar import Unknown
    from bot.domain.msisdn import is_machine
    from bot.explain import as_json as explained
    from bot.explain import in_words

    env = settings.environment()
    parser, today = grammar(settings.load(env)), settings.clock(env).today()
    for line in text:
        understanding = parser.parse(line, today)
        if sender is not None and is_machine(sender):
            understanding = Unknown(understanding.language, machine=True)
        click.echo(json.dumps(explained(understanding), ensure_ascii=False) if as_json else in_words(understanding))


@main.command()
@click.argument("text")
@click.option("--from", "sender", required=True, help="The sender's number.")
@click.option("--to", help="The short code, if not the configured one.")
@click.option("--id", "provider_id", help="The provider's id; the same id again changes nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the replies as JSON.")
def sms(text: str, sender: str, to: str | None, provider_id: str | None, *, as_json: bool) -> None:
    """Send one text through the whole path, as if from the simulator, and print the replies."""
    import asyncio

    from bot.once import exchange

    env = settings.environment()
    config = settings.load(env)
    rows, reason = asyncio.run(
        exchange(
            config, settings.clock(env), env.database_url, sender=sender, to=to, provider_id=provider_id, text=text
        )
    )
    if as_json:
        _print_json(
            [
                {
                    "to": row.to,
                    "channel": row.channel,
                    "text": row.text,
                    "encoding": row.encoding,
                    "segments": row.segments,
                }
                for row in rows
            ]
        )
        return
    for row in rows:
        click.echo(row.text)
        click.echo(f"[{row.encoding}, {row.segments} segment(s), {row.price:.2f} taka, {row.state}]", err=True)
    if not rows:
        click.echo(f"No answer: {reason}.", err=True)


@main.command()
@click.option("--state", help="Only messages in this state.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def outbox(state: str | None, *, as_json: bool) -> None:
    """Messages out: id, class, to, channel, state, segments, text, created_at."""
    from bot.domain.messages import State
    from bot.store import outbox as messages

    if state is not None and state not in {str(each) for each in State}:
        raise click.BadParameter(f"one of {', '.join(State)}", param_hint="--state")
    rows = _read(settings.environment().database_url, lambda tx: messages.rows(tx, state))
    if as_json:
        _print_json([row.as_json() for row in rows])
        return
    for row in rows:
        click.echo(
            f"{row.id:>8}  {row.state:<11} {row.message_class:<9} {row.channel:<10} {row.to:<15} {row.segments}  {row.text!r}"
        )
    click.echo(f"{len(rows)} messages.", err=True)


@main.group()
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
    _write(
        settings.environment().database_url,
        lambda tx: adder(tx, code, Level(level), under, name_bn=name_bn, name_en=name_en),
    )
    click.echo(f"Office {code} added under {under}.")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a copy of the database while the gateway runs."""
    from bot.store.backup import back_up

    size = back_up(settings.environment().database_url, file)
    click.echo(f"{size:,} bytes written to {file}.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup in place of the database, also while the gateway runs.

    The database of now is kept beside it. Messages that wait in the backup may have gone out since, so that they become
    unconfirmed and are not sent by themselves.
    """
    from bot.store.backup import restore as put_back

    kept, unconfirmed = put_back(settings.environment().database_url, file)
    click.echo(f"Restored; {unconfirmed} waiting messages became unconfirmed. The database of before is in {kept}.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, as_json: bool) -> None:
    """Check configuration, database, channels, clock and catalogues."""
    import asyncio

    from bot.doctor import examine

    findings = asyncio.run(examine())
    if as_json:
        _print_json([finding.as_json() for finding in findings])
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
    return made, _write(url, load_offices)


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


def _write(url: str, work: Callable[[Tx], Any]) -> Any:
    from bot.store import store

    return store.do(url, work)


def _read(url: str, work: Callable[[Tx], Any]) -> Any:
    from bot.store import store

    return store.do(url, work, read_only=True)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
