"""What stands above the table of a document: whose it is, as of which day, the totals, and how they spread over the offices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.documents.paper import Sign, Summary, Total
from bot.domain.committee import YELLOW_FROM_DAYS, Colour
from bot.domain.offices import Level
from bot.domain.period import cooperative_year
from bot.store.terms import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.documents.ordering import Scene
    from bot.documents.writing import Writing


def above(place: Scene, writing: Writing) -> str:
    """The offices above, the nearest first: ``জেলা: নীলফামারী, বিভাগ: রংপুর``."""
    return ", ".join(
        writing.text(f"above.{office.level}", name=writing.name(office.name_bn, office.name_en))
        for office in reversed(place.above)
        if office.level is not Level.NATION
    )


def made(place: Scene, writing: Writing) -> tuple[str, ...]:
    """The day in both calendars, and the co-operative year."""
    year = writing.figures(cooperative_year(place.today))
    return writing.text("as_of", date=writing.both_days(place.today)), writing.text("year", year=year)


def totals(counts: Iterable[Counts], writing: Writing) -> tuple[Total, ...]:
    """The legend with its numbers, and their sum."""
    whole = added(counts)
    signs = [
        Total(writing.text(f"colour.{name}"), writing.text(f"why.{name}", n=YELLOW_FROM_DAYS), count, Sign(colour))
        for name, count, colour in (
            ("red", whole.red, Colour.RED),
            ("yellow", whole.yellow, Colour.YELLOW),
            ("green", whole.green, Colour.GREEN),
            ("unformed", whole.unformed, None),
        )
    ]
    return *signs, Total(writing.text("all"), writing.text("why.all"), whole.total)


def summary_by_office(place: Scene, counts: Mapping[str, Counts], writing: Writing) -> Summary | None:
    """One row for each office right below, and one for the societies that the office looks after itself; None where none is below."""
    if not place.below:
        return None
    rows = []
    for office in place.below:
        under = added(each for code, each in counts.items() if code in place.tree and office.covers(place.tree[code]))
        rows.append((writing.name(office.name_bn, office.name_en), under))
    own = counts.get(place.office.code)
    if own is not None:
        rows.append((writing.text("own"), own))
    return summary(writing.text("column.place"), rows, writing)


def summary(first: str, rows: list[tuple[str, Counts]], writing: Writing) -> Summary:
    """Counts by whatever the first column names, with their sum."""
    header = (first, *(writing.text(f"colour.{name}") for name in ("red", "yellow", "green", "unformed")))
    return Summary(
        (*header, writing.text("all")),
        tuple(_line(name, counts) for name, counts in rows),
        _line(writing.text("all"), added(counts for _, counts in rows)),
    )


def _line(name: str, counts: Counts) -> tuple[str | int, ...]:
    return name, counts.red, counts.yellow, counts.green, counts.unformed, counts.total


def added(counts: Iterable[Counts]) -> Counts:
    """The sum of counts."""
    green = yellow = red = unformed = 0
    for each in counts:
        green, yellow, red, unformed = (
            green + each.green,
            yellow + each.yellow,
            red + each.red,
            unformed + each.unformed,
        )
    return Counts(green, yellow, red, unformed)
