"""An area's figures as a message tells them, and the remembering that an office above has read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.access import may_reach
from bot.domain.figures import plain
from bot.domain.forms import FiledBy
from bot.domain.rollup_columns import runs_on
from bot.store import totals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.command import Context
    from bot.domain.forms import Form, Indicator
    from bot.domain.offices import Office
    from bot.domain.periods import Period
    from bot.rollups import Row


def sums(form: Form, row: Row, indicators: Iterable[Indicator]) -> list[dict[str, Any]]:
    """Figures with their labels, and what they come to since the year began where that is another number."""
    return [_sum(form, row, each) for each in indicators]


def amount(row: Row, indicator: Indicator) -> list[dict[str, Any]]:
    """One figure without its label."""
    return [value(row.values[indicator.name].this if row.filed else None, indicator)]


def value(found: Any, indicator: Indicator) -> dict[str, Any]:
    """A figure as a text takes it."""
    return {"value": plain(found), "percent": indicator.is_percentage}


def _sum(form: Form, row: Row, indicator: Indicator) -> dict[str, Any]:
    figure = row.values[indicator.name]
    this = figure.this if row.filed else None
    one = {"label": dict(indicator.label), **value(this, indicator)}
    if runs_on(form, indicator) and figure.cumulative and figure.cumulative != this:
        one["all"] = plain(figure.cumulative)
    return one


def use(context: Context, command: str, form: Form, period: Period, office: Office) -> None:
    """Remember that figures were read above where they were filed: what was used there is not undone any more.

    Who looks at nothing but what his own office files does not use it.
    """
    own_too = form.filed_by is FiledBy.SOCIETY or office.level not in form.filed_by.levels
    above = office.lineage if own_too else office.lineage.rstrip("/").rpartition("/")[0] + "/"
    if may_reach(command, context.sender.posts, lineage=above):
        totals.use(context.tx, form.code, period, office.id, context.now)
