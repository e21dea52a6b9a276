"""Returns that were not filed: who owes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bot import config as settings
from bot.cli.asked import office_at, wanted_return
from bot.cli.inout import print_json, read
from bot.domain.offices import NATION_CODE

if TYPE_CHECKING:
    from datetime import date

    from bot.domain.forms import Form
    from bot.domain.periods import Period
    from bot.store.missing import Lacking
    from bot.store.query import Tx


@click.command()
@click.argument("form")
@click.argument("period")
@click.option("--office", default=NATION_CODE, show_default=True, help="Code of the office under which to look.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def due(form: str, period: str, office: str, *, as_json: bool) -> None:
    """Who has not filed FORM for PERIOD (2023-12, 2023-24/Q2 or 2023-24)."""
    from bot.return_rules import ReturnRules

    env = settings.environment()
    config, clock = settings.load(env), settings.clock(env)
    rules, today = ReturnRules.of(config), clock.today()
    wanted, about = wanted_return(rules, config, clock, form, period)
    due_on = rules.due_on(wanted, about)
    found: list[Lacking] = read(env.database_url, lambda tx: _lacking(tx, wanted, about, office))
    over = (today - due_on).days
    if as_json:
        print_json([_as_json(each, wanted, about, due_on, over) for each in found])
        return
    for each in found:
        who = each.area.code if each.number is None else f"{each.area.code}  {each.number}"
        click.echo(f"{who}  {each.name['en']}  {each.name['bn']}")
    when = f"{over} days over" if over > 0 else "due today" if over == 0 else f"due in {-over} days"
    click.echo(
        f"{len(found)} have not filed {wanted.code} for {about.name}, due on {due_on:%d/%m/%Y}: {when}.", err=True
    )


def _lacking(tx: Tx, form: Form, period: Period, code: str) -> list[Lacking]:
    from bot.store import missing

    return missing.lacking(tx, form, period, office_at(tx, code).lineage)


def _as_json(each: Lacking, form: Form, period: Period, due_on: date, over: int) -> dict[str, Any]:
    """A society with the code of the office that looks after it: its number repeats in other districts."""
    who = {"office": each.area.code} if each.number is None else {"society": each.number, "area": each.area.code}
    return {**who, "form": form.code, "period": period.name, "due_on": due_on.isoformat(), "days_over": over}
