"""Roll-ups and where they come from as plain text, CSV and JSON: for the command line and for programs.

``rows`` and ``total`` of the JSON are alike: an office's code, how many returns were filed of how many expected, how many of them in time,
and for each indicator the figure of this period, of those before it in the co-operative year, and of all up to its end.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot import explaining
from bot.clock import DHAKA
from bot.domain.rollup_columns import PARTS, parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from bot.domain.adding import Figure
    from bot.domain.figures import Value
    from bot.domain.forms import Form, Indicator
    from bot.domain.offices import Office
    from bot.domain.periods import Period
    from bot.domain.returns import Return
    from bot.explaining import Area
    from bot.rollups import Rollup, Row
    from bot.store.query import Tx

NONE = "-"


def as_json(found: Rollup) -> str:
    """One line of JSON."""
    shown = {
        "form": found.form.code,
        "period": found.period.name,
        "office": found.office.code,
        "rows": [_row(row) for row in found.rows],
        "total": _row(found.total),
    }
    return json.dumps(shown, ensure_ascii=False) + "\n"


def _row(row: Row) -> dict[str, Any]:
    values = {name: {part: number(getattr(figure, part)) for part in PARTS} for name, figure in row.values.items()}
    counts = {"filed": row.filed, "expected": row.expected, "on_time": row.on_time}
    return {"office": row.office.code, **counts, "values": values}


def number(value: Value | None) -> int | float | str | None:
    """A figure as JSON has it: a ratio always with decimals, a day as ISO text."""
    match value:
        case Decimal():
            return round(float(value), 2)
        case date():
            return value.isoformat()
        case _:
            return value


def as_csv(found: Rollup) -> str:
    """A header, a row for each area, and the office's own as the last one."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [f"{name}_{part}" for name in found.total.values for part in PARTS]
    writer.writerow(["office", "name_bn", "name_en", "filed", "expected", "on_time", *names])
    for row in (*found.rows, found.total):
        figures = (_csv(getattr(figure, part)) for figure in row.values.values() for part in PARTS)
        office = row.office
        writer.writerow([office.code, office.name_bn, office.name_en, row.filed, row.expected, row.on_time, *figures])
    return out.getvalue()


def _csv(value: Value | None) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def as_table(found: Rollup) -> str:
    """A table for a terminal, in English; what adds up through the year has three columns under its name."""
    form, every = found.form, found.period.every
    groups = [(each, parts(form, each, every)) for each in form.indicators]
    lines = [["", "filed", "in time", *(_SHORT[part] for _, shown_parts in groups for part in shown_parts)]]
    for row in (*found.rows, found.total):
        figures = [shown(_figure(row, each, part)) for each, shown_parts in groups for part in shown_parts]
        name = "TOTAL" if row is found.total else row.office.name_en
        lines.append([name, f"{row.filed}/{row.expected}", str(row.on_time), *figures])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    upper, at = [" " * (sum(widths[:_COUNTS]) + len(_GAP) * (_COUNTS - 1))], _COUNTS
    for each, shown_parts in groups:
        until = at + len(shown_parts)
        room = sum(widths[at:until]) + len(_GAP) * (len(shown_parts) - 1)
        widths[at] += max(0, len(each.name) - room)
        upper.append(each.name.rjust(room))
        at = until
    title = f"{form.title['en']} ({form.code}), {found.period.name}, {found.office.name_en}\n\n"
    return title + _GAP.join(upper).rstrip() + "\n" + "".join(_line(line, widths) for line in lines)


_GAP = "  "
_COUNTS = 3
_SHORT = {"this": "", "previous": "before", "cumulative": "so far"}


def _figure(row: Row, indicator: Indicator, part: str) -> Value | None:
    figure: Figure = row.values[indicator.name]
    value: Value | None = getattr(figure, part)
    return None if part == "this" and not row.filed else value


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.rjust(width) if at else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return _GAP.join((first, *rest)).rstrip() + "\n"


def shown(value: Value | None) -> str:
    """A figure for a terminal."""
    if value is None:
        return NONE
    return (
        f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}" if isinstance(value, int) else value.isoformat()
    )


def explained(tx: Tx, form: Form, period: Period, office: Office, indicators: Sequence[Indicator]) -> str:
    """Where figures come from, each as a tree of lines."""
    root = explaining.tree(tx, form, period, office)
    lines: list[str] = []
    for each in indicators:
        lines += [f"{each.label['en']} ({each.name}), {form.code}, {period.name}", *_branch(tx, form, each, root, 0)]
    return "\n".join(lines) + "\n"


def _branch(tx: Tx, form: Form, indicator: Indicator, area: Area, depth: int) -> Iterator[str]:
    row, indent = area.row, "  " * depth
    yield f"{indent}{row.office.name_en} ({row.office.code}): {shown(_figure(row, indicator, 'this'))}, filed {row.filed}/{row.expected}"
    for one in area.returns:
        yield from (f"{indent}  {line}" for line in _lines(tx, form, indicator, one))
    for below in area.below:
        yield from _branch(tx, form, indicator, below, depth + 1)


def _lines(tx: Tx, form: Form, indicator: Indicator, one: Return) -> Iterator[str]:
    whose = f" of society {one.filer.society_id}" if one.filer.society_id is not None else ""
    yield f"R{one.filed_in}{whose}: {shown(explaining.value(indicator, one))}, filed {_when(one.filed_at)}"
    for change in explaining.changes(tx, form, one, indicator):
        figures = ", ".join(f"{name} {shown(value)}" for name, value in change.figures.items())
        role = f", corrected, approved by {change.approved_by or 'the office above'}" if change.corrects else ""
        undone = ", taken back" if change.undone else ""
        yield f"  version {change.number}, R{change.inbox_id}, {_when(change.at)}: {figures}{role}{undone}"
    source = explaining.carried_from(tx, form, indicator, one)
    if source is not None:
        yield f"  carried from {source.period.name}, R{source.filed_in}"


def _when(at: datetime | None) -> str:
    return NONE if at is None else f"{at.astimezone(DHAKA):%d/%m/%Y %H:%M}"


def tree_as_json(tx: Tx, form: Form, period: Period, office: Office, indicators: Sequence[Indicator]) -> dict[str, Any]:
    """The same for programs: the figures of each area, what is below it, and the returns with their versions."""
    root = _node(tx, form, explaining.tree(tx, form, period, office), indicators)
    return {"form": form.code, "period": period.name, **root}


def _node(tx: Tx, form: Form, area: Area, indicators: Sequence[Indicator]) -> dict[str, Any]:
    row = area.row
    return {
        "office": row.office.code,
        "filed": row.filed,
        "expected": row.expected,
        "values": {each.name: number(row.values[each.name].this) for each in indicators},
        "below": [_node(tx, form, below, indicators) for below in area.below],
        "returns": [_return(tx, form, one, indicators) for one in area.returns],
    }


def _return(tx: Tx, form: Form, one: Return, indicators: Sequence[Indicator]) -> dict[str, Any]:
    changes = {each.number: each for indicator in indicators for each in explaining.changes(tx, form, one, indicator)}
    figures: dict[int, dict[str, Any]] = {}
    for indicator in indicators:
        for each in explaining.changes(tx, form, one, indicator):
            figures.setdefault(each.number, {}).update({name: number(value) for name, value in each.figures.items()})
    return {
        "reference": f"R{one.filed_in}",
        "filed_at": None if one.filed_at is None else one.filed_at.astimezone(DHAKA).isoformat(),
        "values": {each.name: number(explaining.value(each, one)) for each in indicators},
        "versions": [
            {
                "number": at,
                "message": f"R{changes[at].inbox_id}",
                "at": changes[at].at.astimezone(DHAKA).isoformat(),
                "values": figures[at],
                "corrects": changes[at].corrects,
                "approved_by": changes[at].approved_by,
                "undone": changes[at].undone,
            }
            for at in sorted(changes)
        ],
    }
