"""Messages to many: which there were, how one went, and what they cost each office: ``barta broadcasts``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import config as settings
from bot.cli.asked import office_at
from bot.cli.inout import print_json, read
from bot.domain.errors import InvalidValue
from bot.domain.offices import NATION_CODE

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.broadcast_ledger import Entry
    from bot.store.broadcast_reports import Counts
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

EVERY = 1_000_000


@click.command()
@click.argument("ref", required=False)
@click.option("--office", default=NATION_CODE, show_default=True, help="Code of the office whose area they are from.")
@click.option("--most", default=50, show_default=True, help="So many of the newest.")
@click.option("--ledger", is_flag=True, help="What they cost, by office, month and provider.")
@click.option(
    "--failures",
    type=click.Path(dir_okay=False, path_type=Path),
    help="An .xlsx file to write those whom REF did not reach to.",
)
@click.option("--language", type=click.Choice(["bn", "en"]), default="bn", show_default=True, help="Of that file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def broadcasts(
    ref: str | None,
    *,
    office: str,
    most: int,
    ledger: bool,
    failures: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """The newest messages to many; with REF (R4821) how one went; with --ledger what they cost."""
    if failures is not None and (ref is None or failures.suffix.lower() != ".xlsx"):
        raise click.UsageError("--failures FILE.xlsx goes with the REF of one broadcast")
    if ledger and ref is not None:
        raise click.UsageError("--ledger adds up all broadcasts of an --office; it goes with no REF")
    env = settings.environment()
    if failures is not None:
        failures.write_bytes(_document(str(ref), language))
    elif ref is not None:
        chats = _chats(settings.load(env))
        found, counts, spent = read(env.database_url, lambda tx: _one(tx, str(ref), chats))
        _show_one(found, counts, spent, as_json=as_json)
    elif ledger:
        _show_ledger(read(env.database_url, lambda tx: _ledger(tx, office, most)), as_json=as_json)
    else:
        _show_all(read(env.database_url, lambda tx: _newest(tx, office, most)), as_json=as_json)


def _chats(config: settings.Config) -> Collection[str]:
    from bot.configured import channels

    return [name for name, (kind, _) in channels(config).items() if kind.abilities.chat]


def _newest(tx: Tx, code: str, most: int) -> list[Broadcast]:
    from bot.store import broadcasts as stored
    from bot.store.owing import under

    return stored.under(tx, **under(office_at(tx, code).lineage), most=most)


def _ledger(tx: Tx, code: str, most: int) -> list[Entry]:
    from bot import broadcast_ledger
    from bot.store import broadcast_reports

    return broadcast_ledger.entries((each, broadcast_reports.spent(tx, each.id)) for each in _newest(tx, code, EVERY))


def _meant(tx: Tx, ref: str) -> Broadcast:
    from bot.reporting import inbox_id_of
    from bot.store import broadcasts as stored

    inbox_id = inbox_id_of(ref.upper())
    found = None if inbox_id is None else stored.by_inbox(tx, inbox_id)
    if found is None:
        message = f"there is no broadcast {ref}"
        raise InvalidValue(message)
    return found


def _one(tx: Tx, ref: str, chats: Collection[str]) -> tuple[Broadcast, Counts, list[Entry]]:
    from bot import broadcast_ledger
    from bot.store import broadcast_reports

    found = _meant(tx, ref)
    spent = broadcast_ledger.entries([(found, broadcast_reports.spent(tx, found.id))])
    return found, broadcast_reports.counts(tx, found, chats), spent


def _document(ref: str, language: str) -> bytes:
    from bot.broadcast_ledger import office_code
    from bot.document import Order
    from bot.documents import DocumentMaker
    from bot.domain.messages import Language
    from bot.i18n import read_catalogue

    env = settings.environment()
    today = settings.clock(env).today()
    maker = DocumentMaker({each: read_catalogue(each, "barta") for each in Language})

    def collect(tx: Tx) -> tuple[Order, Any]:
        found = _meant(tx, ref)
        args = {"office": office_code(found), "broadcast": found.id, "phones": True}
        order = Order("broadcast_failures", {**args, "format": "xlsx", "language": language})
        return order, maker.collect(tx, order, today)

    order, data = read(env.database_url, collect)
    return maker.make(order, data, today).content


def _plain(broadcast: Broadcast) -> dict[str, Any]:
    from bot.broadcast_ledger import office_code, taka

    return {
        "ref": broadcast.ref,
        "office": office_code(broadcast),
        "state": broadcast.state.value,
        "kind": broadcast.kind.value,
        "urgent": broadcast.urgent,
        "asked_at": broadcast.asked_at.isoformat(),
        "confirmed_at": None if broadcast.confirmed_at is None else broadcast.confirmed_at.isoformat(),
        "ended_at": None if broadcast.ended_at is None else broadcast.ended_at.isoformat(),
        "people": broadcast.estimate.people,
        "estimate": taka(broadcast.estimate.price),
    }


def _show_all(found: list[Broadcast], *, as_json: bool) -> None:
    from bot.broadcast_ledger import office_code, taka
    from bot.clock import DHAKA

    if as_json:
        print_json([_plain(each) for each in found])
        return
    for each in found:
        at = (each.confirmed_at or each.asked_at).astimezone(DHAKA)
        urgent = ", urgent" if each.urgent else ""
        click.echo(
            f"{each.ref}  {at:%d/%m/%Y %H:%M}  {office_code(each)}  {each.state}  {each.kind}{urgent}, "
            f"{each.estimate.people} people, {taka(each.estimate.price)} taka"
        )
    click.echo(f"{len(found)} broadcasts.", err=True)


def _show_one(broadcast: Broadcast, counts: Counts, spent: list[Entry], *, as_json: bool) -> None:
    if as_json:
        people = counts.as_json()
        reached = {"recipients": people.pop("people"), **people}
        print_json({**_plain(broadcast), **reached, "providers": [each.as_json() for each in spent]})
        return
    _show_all([broadcast], as_json=False)
    for state, number in counts.states.items():
        click.echo(f"{state}: {number}")
    for why, number in (*counts.reasons.items(), *counts.unreached.items()):
        click.echo(f"not reached, {why}: {number}")
    _show_ledger(spent, as_json=False)


def _show_ledger(found: list[Entry], *, as_json: bool) -> None:
    from bot.broadcast_ledger import taka

    if as_json:
        print_json([each.as_json() for each in found])
        return
    for each in found:
        lost = {name: getattr(each, name) for name in ("expired", "cancelled", "refused", "waiting", "moved")}
        why = "".join(f", {name} {number}" for name, number in lost.items() if number)
        click.echo(
            f"{each.office}  {each.month}  {each.provider}  {each.broadcasts} broadcasts, {each.actual.messages} messages, "
            f"{each.actual.segments} segments, {taka(each.actual.price)} taka (estimate {taka(each.estimated.price)}){why}"
        )
