"""The figures of a return form for a period, area by area, with how complete they are and their sum below.

What adds up through the co-operative year has three columns (this period, up to the one before, cumulative), everything else one. A table
that is too wide for its sheet is set in blocks. A picture has what is read on a phone: all indicators where they fit, else the main ones.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from bot.documents.headings import above
from bot.documents.ordering import Scene, check_rows, format_of, scene
from bot.documents.paper import Column, Nothing, Paper, Section, Share, Sign, Total
from bot.domain.committee import Colour
from bot.domain.errors import InvalidValue
from bot.domain.forms import Kind, Unit
from bot.domain.offices import Level
from bot.domain.periods import Every, Period
from bot.domain.rollup_columns import parts, pictured, runs_on
from bot.rollups import rollup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.document import Order
    from bot.documents.paper import Value, Where
    from bot.documents.writing import Writing
    from bot.domain.forms import Form, Forms, Indicator
    from bot.rollups import Rollup, Row
    from bot.store.query import Tx

_UPRIGHT_MM, _LYING_MM = 188, 275
"""Room for a table on A4 between its margins."""

_PICTURE_MM, _WIDEST_PICTURE_MM = 190, 250
"""Room for a table in a picture: what is to be set in blocks, and what need not be."""

_PICTURE_MARGINS_MM = 12
_PLACE_MM, _SIGN_MM, _COUNT_MM = 36.0, 8.0, 15.0
_LEAST_MM, _MOST_MM = 14.0, 30.0
_DIGIT_MM, _MARK_MM, _PADDING_MM = 2.05, 1.0, 2.8
_LATIN_MM, _BANGLA_MM = 1.5, 1.75


@dataclass(frozen=True, slots=True)
class Table:
    """What the table is made of.

    Attributes:
        scene: where and when.
        rollup: the figures.
        picture: whether it is to be a picture.
    """

    scene: Scene
    rollup: Rollup
    picture: bool


def collect(tx: Tx, order: Order, today: date, forms: Forms) -> Table:
    """Read the roll-up of ``office`` for ``form`` and ``period``, by the offices of ``by`` or of the next level."""
    form, period = _about(order, forms)
    by = order.args.get("by")
    if by is not None and by not in set(Level):
        raise InvalidValue(f"A roll-up is by {', '.join(Level)}.")
    place = scene(tx, order, today)
    found = rollup(tx, form, period, place.office, None if by is None else Level(by))
    check_rows(order, len(found.rows))
    return Table(place, found, format_of(order) == "png")


def _about(order: Order, forms: Forms) -> tuple[Form, Period]:
    newest = forms.newest(str(order.args.get("form")))
    if newest is None:
        raise InvalidValue("There is no form of that name.")
    period = Period.named(str(order.args.get("period")), newest.every)
    form = None if period is None else forms.of(newest.code, period)
    if period is None or form is None:
        raise InvalidValue("The form has no such period.")
    return form, period


def file_name(data: Table) -> str:
    """``SOC-2023-12``."""
    return f"{data.rollup.form.code}-{data.rollup.period.name.replace('/', '-')}"


def lay_out(data: Table, writing: Writing) -> Paper:
    """The table in a language."""
    place, found, text = data.scene, data.rollup, writing.text
    widths = _Widths(data, writing)
    title = found.form.title.get(writing.language) or found.form.title["bn"]
    year = text("year", year=writing.figures(found.period.year))
    return Paper(
        title=text("rollup.title", title=title, form=found.form.code),
        office=writing.office(place.office),
        above=above(place, writing),
        made=(_period(found.period, writing), year, text("as_of", date=writing.both_days(place.today))),
        scope=_scope(found, writing),
        notes=tuple(_notes(data, widths, writing)),
        demo=text("demo") if place.demo else "",
        totals=tuple(_totals(found, writing)),
        summary=None,
        columns=tuple(_columns(data, widths, writing)),
        sections=tuple(_sections(data, writing)),
        empty=text("rollup.empty"),
        last=found.total,
        upright=widths.upright,
        picture_mm=widths.picture_mm,
    )


def _period(period: Period, writing: Writing) -> str:
    """``মাস: ডিসেম্বর ২০২৩ (অগ্রহায়ণ–পৌষ ১৪৩০)``."""
    first, last = period.starts_on, period.ends_on
    name = writing.month(last)
    if period.every is not Every.MONTH:
        starts = writing.month(first) if first.year != last.year else writing.text(f"month.{first.month}")
        name = f"{starts}–{name}"
    return writing.text(f"rollup.{period.every}", period=name, bangla=writing.bangla_months(first, last))


def _scope(found: Rollup, writing: Writing) -> str:
    rows = sum(1 for each in found.rows if each.office.id != found.office.id)
    return writing.text(f"rollup.by.{found.by}", n=rows) if rows else ""


def _notes(data: Table, widths: _Widths, writing: Writing) -> Iterator[str]:
    form = data.rollup.form
    yield writing.text("rollup.note.dash")
    if any(each.kind is Kind.RATIO for each in form.indicators):
        yield writing.text("rollup.note.ratio")
    if any(each.is_asked and each.unit is Unit.PERCENT for each in form.indicators):
        yield writing.text("rollup.note.listed")
    if len(widths.indicators) < len(form.indicators):
        yield writing.text("rollup.note.main", n=len(form.indicators))


def _totals(found: Rollup, writing: Writing) -> Iterator[Total]:
    """How many areas are complete, in part, or not there; and how many returns there are of how many."""
    shares = [_share(row).colour for row in found.rows]
    for name, colour in (("complete", None), ("partial", Colour.YELLOW), ("none", Colour.RED)):
        sign = Sign(colour or Colour.GREEN)
        yield Total(writing.text(f"rollup.{name}"), writing.text(f"rollup.why.{name}"), shares.count(colour), sign)
    total = found.total
    why = writing.text("rollup.why.filed", n=total.on_time, late=total.filed - total.on_time)
    yield Total(writing.text("rollup.filed"), why, f"{writing.number(total.filed)}/{writing.number(total.expected)}")


def _sections(data: Table, writing: Writing) -> Iterator[Section]:
    """One without a heading where the rows are right below the office; else one for each office above them."""
    found, tree = data.rollup, data.scene.tree

    def heading(row: Row) -> str:
        parent = row.office.lineage.rstrip("/").split("/")[-2:-1]
        over = tree.get(parent[0]) if parent else None
        if over is None or found.office.id in {over.id, row.office.id}:
            return ""
        return writing.office(over)

    for title, rows in groupby(found.rows, heading):
        yield Section(title, list(rows))


def _columns(data: Table, widths: _Widths, writing: Writing) -> Iterator[Column]:
    found, text = data.rollup, writing.text
    if not data.picture:
        yield Column(
            "", lambda row: Sign(_share(row).colour or Colour.GREEN), f"{_SIGN_MM}mm", where="paper", align="center"
        )
    yield Column(text(f"rollup.level.{found.by}"), partial(_name, found=found, writing=writing), f"{_PLACE_MM}mm", 26)
    if any(section.title for section in _sections(data, writing)):
        over = list(Level)[list(Level).index(found.by) - 1]
        yield Column(
            text(f"rollup.level.{over}"), partial(_parent, data=data, writing=writing), chars=20, where="workbook"
        )
    filed = text("rollup.filed")
    count = f"{_COUNT_MM}mm"
    yield Column(filed, _share, count, where="paper", align="center", block=0)
    yield Column(filed, _share, chars=9, where="workbook")
    yield Column(text("rollup.expected"), lambda row: row.expected, chars=9, where="workbook", align="right")
    where: Where = "workbook" if data.picture else "both"
    yield Column(text("rollup.on_time"), lambda row: row.on_time, count, 9, where, "right", block=0)
    yield Column(text("rollup.late"), lambda row: row.filed - row.on_time, count, 9, where, "right", block=0)
    every = found.period.every
    for indicator in widths.indicators:
        label = _label(indicator, writing)
        shown = parts(found.form, indicator, every)
        for part in shown:
            title = "" if len(shown) == 1 else text(f"rollup.{part}.{every}")
            yield Column(
                title,
                partial(_value, indicator=indicator, part=part, found=found),
                f"{widths.of[indicator.name]:.1f}mm",
                16,
                align="right",
                group=label,
                block=widths.block[indicator.name],
            )


def _label(indicator: Indicator, writing: Writing) -> str:
    label = indicator.label.get(writing.language) or indicator.label["bn"]
    key = "taka" if indicator.unit is Unit.TAKA else "percent" if indicator.is_percentage else None
    return label if key is None else writing.text(f"rollup.unit.{key}", label=label)


def _name(row: Row, found: Rollup, writing: Writing) -> str:
    if row is found.total:
        return writing.text("rollup.total")
    if row.office.id == found.office.id and len(found.rows) > 1:
        return writing.text("rollup.own")
    return writing.name(row.office.name_bn, row.office.name_en)


def _parent(row: Row, data: Table, writing: Writing) -> Value:
    """The place of the office right above a row's."""
    over = data.scene.tree.get(row.office.lineage.rstrip("/").split("/")[-2]) if row is not data.rollup.total else None
    return None if over is None else writing.name(over.name_bn, over.name_en)


def _share(row: Row) -> Share:
    return Share(row.filed, row.expected)


def _value(row: Row, indicator: Indicator, part: str, found: Rollup) -> Value:
    """A figure; a dash for an area that has filed nothing."""
    figure = row.values[indicator.name]
    if not row.filed and (part == "this" or not _has_before(row, found)):
        return Nothing()
    value: int | Decimal | date | None = getattr(figure, part)
    if value is None:
        return Nothing()
    return Decimal(value) if indicator.is_percentage and isinstance(value, int) else value


def _has_before(row: Row, found: Rollup) -> bool:
    """Whether something was filed there earlier in the co-operative year."""
    return any(row.values[each.name].previous for each in found.form.indicators if runs_on(found.form, each))


class _Widths:
    """How wide each indicator's columns have to be, and which of them stand side by side.

    Attributes:
        indicators: those that are shown.
        of: indicator → width of each of its columns, in millimetres.
        block: indicator → the block it stands in.
        upright: whether a standing sheet is wide enough.
        picture_mm: how wide the picture is.
    """

    def __init__(self, data: Table, writing: Writing) -> None:
        found = data.rollup
        form, every = found.form, found.period.every
        shown = pictured(form, every, len(found.rows)) if data.picture else ()
        self.indicators: Sequence[Indicator] = shown or (form.headlines if data.picture else form.indicators)
        self.of = {each.name: self._column(each, found, writing) for each in self.indicators}
        whole = {each.name: self.of[each.name] * len(parts(form, each, every)) for each in self.indicators}
        key = _PLACE_MM + (0 if data.picture else _SIGN_MM)
        first = key + _COUNT_MM * (1 if data.picture else 3)
        total = first + sum(whole.values())
        self.upright = not data.picture and total <= _UPRIGHT_MM
        room: float = _UPRIGHT_MM if self.upright else _LYING_MM
        if data.picture:
            room = _WIDEST_PICTURE_MM if total <= _WIDEST_PICTURE_MM else _PICTURE_MM
        self.block: dict[str, int] = {}
        used, number, widest = first, 0, first
        for each in self.indicators:
            if used + whole[each.name] > room and used not in {first, key}:
                used, number = key, number + 1
            used += whole[each.name]
            widest = max(widest, used)
            self.block[each.name] = number
        self.picture_mm = round(max(widest, _PICTURE_MM / 2)) + _PICTURE_MARGINS_MM

    def _column(self, indicator: Indicator, found: Rollup, writing: Writing) -> float:
        """Wide enough for the longest number, which is the sum's, and for the longest word of the headers."""
        every = found.period.every
        shown = parts(found.form, indicator, every)
        longest = max(_number_mm(_value(found.total, indicator, part, found), writing) for part in shown)
        if indicator.kind is Kind.DATE:
            longest = max(longest, _number_mm(found.period.ends_on, writing))
        titles = [writing.text(f"rollup.{part}.{every}") for part in shown]
        words = [word for title in (titles[1:] and titles) or [_label(indicator, writing)] for word in title.split()]
        return max(longest, min(max(map(_word_mm, words)), _MOST_MM), _LEAST_MM - _PADDING_MM) + _PADDING_MM


def _word_mm(word: str) -> float:
    """About how wide a word of a header is: signs that stand above, below or within a letter take no room of their own."""
    letters = [letter for letter in word if not unicodedata.category(letter).startswith("M")]
    return sum(_LATIN_MM if letter.isascii() else _BANGLA_MM for letter in letters)


def _number_mm(value: Value, writing: Writing) -> float:
    match value:
        case Decimal():
            text = writing.decimal(value)
        case int():
            text = writing.number(value)
        case date():
            text = writing.day(value)
        case _:
            return 0
    marks = sum(text.count(mark) for mark in ",./")
    return (len(text) - marks) * _DIGIT_MM + marks * _MARK_MM
