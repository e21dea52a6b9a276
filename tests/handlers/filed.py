"""Returns in tests of the handlers: filed by message, and every row that could tell of a changed figure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.store import returns, totals
from bot.store.query import Query
from bot.store.schema import corrections, figure_versions
from bot.store.schema import returns as returns_table
from bot.store.schema import totals as totals_table
from tests.handlers.talking import UCO, by_number

if TYPE_CHECKING:
    from bot.app import App
    from bot.domain.returns import Return
    from bot.store.query import Tx
    from tests.handlers.talking import Talk

OCTOBER = {"opening": 1390, "new": 5, "cancelled": 2}
MEMBERS = {
    "male": 40,
    "female": 60,
    "share_capital": 900,
    "savings": 5000,
    "loan_disbursed": 0,
    "loan_outstanding": 700,
}

_FIGURES: list[Query[tuple[Any, ...]]] = [
    Query(table.select().order_by(*table.primary_key.columns), lambda *row: row)
    for table in (returns_table, figure_versions, corrections)
]
# When totals were last looked at is no figure.
_TOTALS: Query[tuple[Any, ...]] = Query(
    totals_table.select()
    .with_only_columns(*(column for column in totals_table.columns if column.name != "used_at"))
    .order_by(*totals_table.primary_key.columns),
    lambda *row: row,
)


def all_rows(tx: Tx) -> list[list[tuple[Any, ...]]]:
    """Every row that has a figure in it: returns, versions, corrections, totals."""
    return [tx.all(query) for query in (*_FIGURES, _TOTALS)]


async def figures(app: App) -> list[list[tuple[Any, ...]]]:
    """The same of a gateway that runs."""
    return await app.store.read(all_rows)


async def filed(talk: Talk, who: str = UCO, form: str = "SOC", period: str = "2026-10", **values: int) -> str:
    """File a return; its reference."""
    told = by_number(await talk(who, "return", form=form, period=period, values=values or OCTOBER))
    assert told[who].key == "return.filed", told[who].text
    return f"R{told[who].reply.params['ref']}"


async def asked(talk: Talk, ref: str, who: str = UCO, **changes: int | str) -> str:
    """Ask for a correction; its reference."""
    told = by_number(await talk(who, "correct", ref=ref, changes=changes))
    assert told[who].key in {"correct.taken", "correct.waits"}, told[who].text
    return f"R{told[who].reply.params['ref']}"


async def found(talk: Talk, ref: str) -> Return:
    """The return of a reference."""
    one = await talk.app.store.read(partial(returns.by_ref, inbox_id=int(ref[1:])))
    assert one is not None
    return one


async def differing(talk: Talk) -> list[Any]:
    """Where the totals are not what the returns make: nowhere."""
    return list(await talk.app.store.read(totals.differing))
