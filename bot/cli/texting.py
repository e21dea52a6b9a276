"""Texts: how they are understood, what is answered, what goes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bot import config as settings
from bot.cli.inout import print_json, read

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
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


@click.command()
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
        print_json(
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


@click.command()
@click.option("--state", help="Only messages in this state.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def outbox(state: str | None, *, as_json: bool) -> None:
    """Messages out: id, class, to, channel, state, segments, text, created_at."""
    from bot.domain.messages import State
    from bot.store import about
    from bot.store import outbox as messages

    if state is not None and state not in {str(each) for each in State}:
        raise click.BadParameter(f"one of {', '.join(State)}", param_hint="--state")
    rows, subjects = read(
        settings.environment().database_url, lambda tx: (messages.rows(tx, state), about.subjects(tx, state))
    )
    if as_json:
        print_json([row.as_json(subjects.get(row.id, ())) for row in rows])
        return
    for row in rows:
        click.echo(
            f"{row.id:>8}  {row.state:<11} {row.message_class:<9} {row.channel:<10} {row.to:<15} {row.segments}  {row.text!r}"
        )
    click.echo(f"{len(rows)} messages.", err=True)
