"""The election calendar (নির্বাচন পঞ্জি): whose committee's term ends, and by when the law asks for each step to an election.

First those whose term is over, then month by month, last those without a term on record. Phones are not in it: it hangs on a wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from bot.document import MOST_ROWS
from bot.documents.headings import above, made, summary_by_office, totals
from bot.documents.ordering import Scene, check_rows, format_of, scene
from bot.documents.paper import BothDates, Column, Days, Paper, Section, Sign, Tick
from bot.documents.writing import tidy
from bot.domain.committee import colour, days_left
from bot.domain.errors import InvalidValue
from bot.domain.law import ELECTION_STEPS
from bot.store import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.document import Order
    from bot.documents.paper import Value
    from bot.documents.writing import Writing
    from bot.domain.law import Step
    from bot.store.query import Tx
    from bot.store.terms import Counts, Ending

LONGEST = 3660
"""Days ahead that can be asked for: more than any term lasts."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the calendar is made of.

    Attributes:
        scene: where and when.
        counts: by the code of the office that looks after the societies.
        ending: those with a term, by its last day.
        unformed: those without one on record.
        days: how far the calendar looks ahead; None is to the end.
    """

    scene: Scene
    counts: Mapping[str, Counts]
    ending: list[Ending]
    unformed: list[Ending]
    days: int | None


def collect(tx: Tx, order: Order, today: date) -> Calendar:
    """Read the calendar of ``office``, with all terms or, by ``days``, those that end within so many days or are over."""
    days = _days(order)
    place = scene(tx, order, today)
    until = None if days is None else today + timedelta(days=days)
    most = MOST_ROWS[format_of(order)] + 1
    ending = terms.ending(tx, place.office.lineage, until, most=most)
    unformed = terms.unformed(tx, place.office.lineage, most=most)
    check_rows(order, len(ending) + len(unformed))
    counts = terms.ending_counts_by_office(tx, place.office.lineage, today)
    return Calendar(place, counts, ending, unformed, days)


def _days(order: Order) -> int | None:
    days = order.args.get("days")
    if days is None:
        return None
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= LONGEST:
        raise InvalidValue(f"A calendar looks 0 to {LONGEST} days ahead.")
    return days


def lay_out(data: Calendar, writing: Writing) -> Paper:
    """The calendar in a language."""
    today = data.scene.today
    red = [ending for ending in data.ending if ending.expires_on and ending.expires_on < today]
    coming = data.ending[len(red) :]
    sections = [Section(writing.text("calendar.red", n=len(red)), red), *_months(coming, writing)]
    sections.append(Section(writing.text("calendar.unformed", n=len(data.unformed)), data.unformed))
    steps = ", ".join(
        writing.text("calendar.note.step", step=writing.text(f"step.{step.key}"), n=step.days)
        for step in ELECTION_STEPS
    )
    rows = len(data.ending) + len(data.unformed)
    scope = writing.text("calendar.scope.all" if data.days is None else "calendar.scope.days", n=rows, days=data.days)
    return Paper(
        title=writing.text("calendar.title"),
        office=writing.office(data.scene.office),
        above=above(data.scene, writing),
        made=made(data.scene, writing),
        scope=scope,
        notes=(
            writing.text("calendar.note.steps", steps=steps),
            writing.text("calendar.note.next"),
        ),
        demo=writing.text("demo") if data.scene.demo else "",
        totals=totals(data.counts.values(), writing),
        summary=summary_by_office(data.scene, data.counts, writing),
        columns=tuple(_columns(data.scene, writing)),
        sections=tuple(sections),
        empty=writing.text("calendar.empty"),
    )


def _months(coming: list[Ending], writing: Writing) -> Iterator[Section]:
    """What is to come, a section for each month."""

    def month(ending: Ending) -> date:
        return (ending.expires_on or date.max).replace(day=1)

    for first, found in groupby(coming, month):
        rows = list(found)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        title = writing.text(
            "calendar.month", month=writing.month(first), bangla=writing.bangla_months(first, last), n=len(rows)
        )
        yield Section(title, rows)


def _columns(place: Scene, writing: Writing) -> Iterator[Column]:
    today = place.today
    yield Column(writing.text("column.sign"), partial(_sign, today=today), "10mm", 11, align="center")
    yield Column(writing.text("column.days"), partial(_left, today=today), "21mm", 10, align="center")
    last_day = writing.text("column.last_day")
    yield Column(last_day, _both_dates, "31mm", where="paper", align="center")
    yield Column(last_day, lambda ending: ending.expires_on, chars=13, where="workbook")
    yield Column(writing.text("column.last_day_bangla"), partial(_bangla, writing=writing), chars=21, where="workbook")
    yield Column(
        writing.text("column.number"),
        lambda ending: writing.figures(ending.registration_no),
        "20mm",
        13,
        align="center",
    )
    yield Column(
        writing.text("column.society"), lambda ending: writing.name(ending.name_bn, ending.name_en), "2.4fr", 46
    )
    if not place.office.level.is_local:
        yield Column(
            writing.text("column.office"),
            lambda ending: writing.name(ending.office_bn, ending.office_en),
            *("24mm", 18),
        )
    yield Column(
        writing.text("column.basis"), lambda ending: ending.basis and writing.text(f"basis.{ending.basis}"), "19mm"
    )
    for number, step in enumerate(ELECTION_STEPS):
        title = f"{writing.text(f'step.{step.key}')}\n{writing.text('column.before', n=step.days)}"
        before = ELECTION_STEPS[number - 1] if number else None
        yield Column(title, partial(_tick, step=step, before=before, today=today), "27mm", 17, align="center")
    yield Column(writing.text("column.notes"), lambda _: "", "1fr", 24)


def _sign(ending: Ending, today: date) -> Value:
    return Sign(None if ending.expires_on is None else colour(ending.expires_on, today))


def _left(ending: Ending, today: date) -> Value:
    if ending.expires_on is None:
        return None
    return Days(days_left(ending.expires_on, today), colour(ending.expires_on, today))


def _both_dates(ending: Ending) -> Value:
    return None if ending.expires_on is None else BothDates(ending.expires_on)


def _bangla(ending: Ending, writing: Writing) -> Value:
    return None if ending.expires_on is None else tidy(writing.bangla_day(ending.expires_on))


def _tick(ending: Ending, step: Step, before: Step | None, today: date) -> Value:
    """The last day for a step; none where the term is over and an interim committee is due instead."""
    if ending.expires_on is None or ending.expires_on < today:
        return None
    due = step.due_on(ending.expires_on)
    comes_next = due >= today and (before is None or before.due_on(ending.expires_on) < today)
    return Tick(due, next=comes_next)
