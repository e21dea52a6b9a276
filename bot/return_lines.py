"""How figures are said back: a list with what they come to since the year began, and the sender's own line corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.adding import Figure, columns, contribution
from bot.domain.figures import plain
from bot.domain.forms import Kind
from bot.domain.periods import Period
from bot.store import returns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.domain.figures import Value
    from bot.domain.forms import Form, Indicator
    from bot.domain.returns import Filer
    from bot.store.query import Tx


def of_year(
    tx: Tx, form: Form, period: Period, filer: Filer, now: Mapping[str, Value] | None = None
) -> dict[str, Figure]:
    """A filer's own figures of a period, with those up to it since the co-operative year began.

    Args:
        tx: an open transaction; nothing is written.
        form: the version that holds for the period.
        period: what they are about.
        filer: whose they are.
        now: the period's figures where they are not filed yet; what is filed where none are given.
    """
    begins = Period.of(period.every, period.year_starts_on)
    filed = [one for one in returns.since(tx, form.code, begins, filer) if one.is_filed]
    before = [one for one in filed if one.period < period]
    if now is None:
        now = next((one.figures for one in filed if one.period == period), {})
    last = before[-1].figures if before else None
    this = contribution(form, now, last)
    return columns(form, this, [one.counted or {} for one in before], now)


def shown(form: Form, figures: Mapping[str, Figure]) -> list[dict[str, Any]]:
    """Figures for a text: each with its label, and with the year's sum where it adds up to another number; nothing that was left out."""
    return [_shown(each, figures[each.name]) for each in form.indicators if _is_there(each, figures[each.name])]


def filed(form: Form, figures: Mapping[str, Value]) -> list[dict[str, Any]]:
    """A return's own figures for a text, without the year's."""
    return [_shown(each, Figure(figures[each.name], None, None)) for each in form.indicators if each.name in figures]


def _is_there(indicator: Indicator, found: Figure) -> bool:
    return found.this is not None and not (indicator.optional and not found.this)


def _shown(indicator: Indicator, found: Figure) -> dict[str, Any]:
    one: dict[str, Any] = {"label": dict(indicator.label), "value": plain(found.this)}
    if indicator.is_percentage:
        one["percent"] = True
    if indicator.kind is Kind.FLOW and found.cumulative != found.this:
        one["all"] = plain(found.cumulative)
    return one


def labels(form: Form, names: Iterable[str]) -> list[dict[str, str]]:
    """What indicators are called."""
    return [dict(form.by_name[name].label) for name in names]


def line(
    form: Form, period: Period, values: Mapping[str, Value | None], *, ordered: Sequence[str] | None = None
) -> dict[str, Any]:
    """A line that files figures, for a text: with labels, or as bare numbers in an order; None is a figure still to be put in."""
    if ordered is not None:
        listed: list[Any] = [plain(values[name]) for name in ordered]
    else:
        listed = [[dict(form.by_name[name].label), plain(value)] for name, value in values.items()]
    return {"word": "return", "form": form.code, "period": period.name, "values": listed}
