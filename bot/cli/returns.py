"""The figures of returns, added up: ``barta rollup``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import config as settings
from bot.cli.asked import office_at, wanted_return
from bot.cli.inout import read
from bot.domain.offices import NATION_CODE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock
    from bot.domain.forms import Form, Indicator
    from bot.domain.periods import Period
    from bot.return_rules import ReturnRules
    from bot.rollups import Rollup
    from bot.store.query import Tx

MAIN = "*"
"""What ``--explain`` stands for by itself: the form's main figures."""


@click.command()
@click.argument("form")
@click.argument("period")
@click.option("--office", default=NATION_CODE, show_default=True, help="Code of the office whose figures they are.")
@click.option(
    "--by", type=click.Choice(["upazila", "district", "division"]), help="Level of the rows; else the next one below."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json", "xlsx", "pdf"]),
    default="table",
    show_default=True,
    help="How they are written.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file to write to.")
@click.option("--language", type=click.Choice(["bn", "en"]), default="bn", show_default=True, help="Of xlsx and pdf.")
@click.option(
    "--explain",
    metavar="[INDICATOR]",
    is_flag=False,
    flag_value=MAIN,
    help="Where a figure comes from; else the main ones.",
)
def rollup(
    form: str,
    period: str,
    *,
    office: str,
    by: str | None,
    format_: str,
    output: Path | None,
    language: str,
    explain: str | None,
) -> None:
    """Add up the returns of FORM for PERIOD (2023-12, 2023-24/Q2, 2023-24, or as people write it: 12/23)."""
    from bot.return_rules import ReturnRules
    from bot.rollup_text import as_csv, as_json, as_table

    env = settings.environment()
    config, clock = settings.load(env), settings.clock(env)
    rules = ReturnRules.of(config)
    wanted, about = wanted_return(rules, config, clock, form, period)
    binary = format_ in {"xlsx", "pdf"}
    if binary and output is None and sys.stdout.isatty():
        raise click.UsageError(f"--format {format_} needs --output FILE, or a pipe")
    if explain is not None:
        if format_ not in {"table", "json"}:
            raise click.UsageError("--explain goes with --format table or json")
        indicators = _indicators(wanted, explain)
        _put(_explained(env.database_url, wanted, about, office, indicators, as_tree=format_ == "json"), output)
    elif binary:
        order = {"form": wanted.code, "period": about.name, "office": office, "format": format_, "language": language}
        _put(_document(env.database_url, rules, clock, order | ({"by": by} if by else {})), output)
    else:
        found: Rollup = read(env.database_url, lambda tx: _rollup(tx, wanted, about, office, by))
        write: Callable[[Rollup], str] = {"table": as_table, "csv": as_csv, "json": as_json}[format_]
        _put(write(found), output)


def _indicators(form: Form, name: str) -> tuple[Indicator, ...]:
    if name == MAIN:
        return form.headlines
    if name not in form.by_name:
        names = ", ".join(form.by_name)
        raise click.BadParameter(f"{form.code} has no indicator '{name}'; it has {names}", param_hint="--explain")
    return (form.by_name[name],)


def _rollup(tx: Tx, form: Form, period: Period, code: str, by: str | None) -> Rollup:
    from bot import rollups
    from bot.domain.offices import Level

    return rollups.rollup(tx, form, period, office_at(tx, code), None if by is None else Level(by))


def _explained(
    url: str, form: Form, period: Period, code: str, indicators: tuple[Indicator, ...], *, as_tree: bool
) -> str:
    from bot.rollup_text import explained, tree_as_json

    def work(tx: Tx) -> str:
        office = office_at(tx, code)
        if as_tree:
            return json.dumps(tree_as_json(tx, form, period, office, indicators), ensure_ascii=False) + "\n"
        return explained(tx, form, period, office, indicators)

    text: str = read(url, work)
    return text


def _document(url: str, rules: ReturnRules, clock: Clock, args: dict[str, Any]) -> bytes:
    from bot.document import Order
    from bot.documents import DocumentMaker
    from bot.domain.messages import Language
    from bot.i18n import read_catalogue

    texts = {language: read_catalogue(language, "barta") for language in Language}
    maker, order, today = DocumentMaker(texts, rules.forms), Order("rollup", args), clock.today()
    data = read(url, lambda tx: maker.collect(tx, order, today))
    return maker.make(order, data, today).content


def _put(content: str | bytes, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(content.encode() if isinstance(content, str) else content)
        click.echo(f"Written to {output}.", err=True)
    elif isinstance(content, bytes):
        sys.stdout.buffer.write(content)
    else:
        click.echo(content, nl=False)
