"""Jobs that a clock starts: run them now, look at them, let them go on after a long silence."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from bot import config as settings
from bot.cli.inout import print_json, read, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.scheduler.standing import Standing
    from bot.ticking import Preview


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def tick(*, as_json: bool) -> None:
    """Run once every job whose time has come since its last run; queue, deliver nothing."""
    import asyncio

    from bot import ticking

    env = settings.environment()
    done = asyncio.run(ticking.tick(settings.load(env), settings.clock(env), env.database_url))
    if as_json:
        print_json(done.as_json())
    else:
        for ended in done.ended:
            click.echo(f"{ended.job}: {ended.outcome}{_counted(ended.queued, ', queued ')}")
        if not done.ended:
            click.echo("Nothing was due.")
    for name in done.busy:
        click.echo(f"{name}: another process is at it, or has just done it", err=True)
    failed = [ended for ended in done.ended if ended.outcome == "failed"]
    for ended in failed:
        click.echo(f"{ended.job} failed: {ended.error}", err=True)
    if failed:
        sys.exit(1)


@click.command()
@click.option("--history", "of", metavar="JOB", help="The newest 50 runs of one job instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def jobs(of: str | None, *, as_json: bool) -> None:
    """Show each job: its plan, its last run, when it is due, whether it is held."""
    if of is not None:
        _history(of, as_json=as_json)
        return
    found = _standings()
    if as_json:
        print_json([each.as_json() for each in found])
        return
    for each in found:
        state = "running" if each.running else f"held: {each.held}" if each.held else "due" if each.due else "waits"
        click.echo(f"{each.job.name:<10} {each.plan:<13} next {_when(each.next_at)}  {state}")
        if each.last is not None:
            detail = _plain(each.last.detail)
            click.echo(f"{'':<10} last for {_when(each.last.at)}: {each.outcome}{f', {detail}' if detail else ''}")


@click.command()
@click.option("--preview", is_flag=True, help="Only say what would go out; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def resume(*, preview: bool, as_json: bool) -> None:
    """Let jobs run that are held after a long silence or a wrong clock; --preview says first what would go out."""
    import asyncio

    from bot import ticking

    env = settings.environment()
    if preview:
        told = asyncio.run(ticking.preview(settings.load(env), settings.clock(env), env.database_url))
        print_json(told.as_json()) if as_json else _show(told)
        return
    from bot.scheduler.standing import consent

    held = [each.job for each in _standings() if each.held]
    write(env.database_url, lambda tx: consent(tx, held))
    if as_json:
        print_json({"resumed": [job.name for job in held]})
    elif held:
        names = ", ".join(job.name for job in held)
        click.echo(f"Resumed: {names}. A running gateway begins within half a minute; otherwise run 'barta tick'.")
    else:
        click.echo("No job is held.")


def _standings() -> list[Standing]:
    from bot.scheduler.jobs import JOBS
    from bot.scheduler.standing import standings

    env = settings.environment()
    config, clock = settings.load(env), settings.clock(env)
    found: list[Standing] = read(env.database_url, lambda tx: standings(tx, JOBS, config, clock.now(), clock.running()))
    return found


def _history(name: str, *, as_json: bool) -> None:
    from bot.scheduler.jobs import JOBS
    from bot.store import jobs as table

    names = [job.name for job in JOBS]
    if name not in names:
        raise click.BadParameter(f"one of {', '.join(names)}", param_hint="--history")
    runs: list[table.JobRun] = read(settings.environment().database_url, lambda tx: table.runs(tx, name, 50))
    if as_json:
        print_json([run.as_json() for run in runs])
        return
    for run in runs:
        took = "" if run.ended_at is None else f" in {(run.ended_at - run.started_at).total_seconds():.1f} s"
        click.echo(f"{_when(run.at)}  {run.outcome:<7}{took}  {_plain(run.detail)}".rstrip())


def _show(told: Preview) -> None:
    if not told.would:
        click.echo("No job is due.")
    for each, said in told.would:
        since = "never ran" if each.ran_until_at is None else f"last ran {_when(each.ran_until_at)}"
        held = f"; held: {each.held}" if each.held else ""
        click.echo(f"{each.job.name} would run once ({since}, {each.missed} missed{held})")
        for name, value in (said or {}).items():
            click.echo(f"  {name}: {_plain(value)}")
    for waiting in told.waiting:
        click.echo(
            f"waiting {waiting.message_class}: {waiting.now} leave at once, {waiting.later} later, "
            f"{waiting.overdue} are overdue and expire"
        )
    if not told.waiting:
        click.echo("No message waits.")


def _plain(value: Any) -> str:
    """What a job says of itself, on one line."""
    if isinstance(value, dict):
        return ", ".join(
            f"{name} ({_plain(inner)})" if isinstance(inner, (dict, list)) else f"{name} {inner}"
            for name, inner in value.items()
        )
    if isinstance(value, list):
        return "; ".join(_plain(inner) for inner in value)
    return str(value)


def _counted(counts: Mapping[str, int], before: str) -> str:
    return before + ", ".join(f"{count} {name}" for name, count in counts.items()) if counts else ""


def _when(moment: datetime) -> str:
    from bot.clock import DHAKA

    return f"{moment.astimezone(DHAKA):%d/%m/%Y %H:%M}"
