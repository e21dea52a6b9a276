"""What stands on a document, before any format: headings, totals, and one table with sections.

A table too wide for its paper is set in blocks, one below the other: each has the columns that belong to every block, and some others.

A document describes itself once, in the reader's language, and becomes a PDF or a workbook. A cell says what it means (a day, a
number, a colour's sign), so that paper shows it as a person reads it and a workbook keeps what can be sorted and filtered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from bot.domain.committee import Colour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Sign:
    """A colour with its shape; None for a society without a term on record."""

    colour: Colour | None


@dataclass(frozen=True, slots=True)
class Days:
    """Days left, negative where they are past, on the fill of a colour."""

    left: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class BothDates:
    """A day in both calendars."""

    day: date


@dataclass(frozen=True, slots=True)
class Tick:
    """A day by which something is to be done, with a box to tick; ``next`` marks what is to be done next."""

    day: date
    next: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A text with a lesser one under it."""

    above: str
    below: str


@dataclass(frozen=True, slots=True)
class Phone:
    """Who it is, and his phone under it."""

    name: str
    msisdn: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those that should be there are there; marked where some are not."""

    count: int
    of: int

    @property
    def colour(self) -> Colour | None:
        """None where nothing is missing."""
        return None if self.count >= self.of else Colour.YELLOW if self.count else Colour.RED


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing is known here: a dash on paper, an empty cell in a workbook."""


Value = str | int | Decimal | date | Sign | Days | BothDates | Tick | Pair | Phone | Share | Nothing | None
Where = Literal["both", "paper", "workbook"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Attributes:
        title: its header.
        value: what stands in it, of a row.
        width: on paper, as Typst writes it (``18mm``, or ``1fr`` for a share of what is left).
        chars: in a workbook.
        where: some columns are for one of the two only.
        align: how it is set on paper.
        group: the header above its own and those of its neighbours of the same group, if there is one.
        block: where the table is in several, which one it stands in; None is every one.
    """

    title: str
    value: Callable[[Any], Value]
    width: str = "1fr"
    chars: int = 14
    where: Where = "both"
    align: Literal["left", "center", "right"] = "left"
    group: str = ""
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading of their own, which is repeated where they go on to the next page; an empty one is not set."""

    title: str
    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Total:
    """One of the totals at the top, with the sign that it explains.

    Attributes:
        name: of what.
        why: when a society is counted here.
        count: how many.
        sign: None for the total of totals.
    """

    name: str
    why: str
    count: int | str
    sign: Sign | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts by office or by kind: a header, rows of a name and numbers, and their sum as the last row."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    sums: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document.

    Attributes:
        title: what it is.
        office: whose it is.
        above: the offices above that one, in one line.
        made: the day in both calendars, and the co-operative year.
        scope: what is in the table, and how many.
        notes: sentences under the table.
        demo: the mark of constructed data, or empty.
        totals: the legend with the totals.
        summary: a smaller table before the table, or None.
        columns: of the table.
        sections: of the table; those without rows are left out.
        empty: what stands there when the table has no row.
        last: a further row at the very end, of sums.
        upright: on a sheet that stands, rather than lies.
        picture_mm: how wide it is as a picture.
        apart: in a workbook each section is a sheet of its own, also an empty one.
    """

    title: str
    office: str
    above: str
    made: tuple[str, ...]
    scope: str
    notes: tuple[str, ...]
    demo: str
    totals: tuple[Total, ...]
    summary: Summary | None
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    empty: str
    last: Any = None
    upright: bool = False
    picture_mm: int = 297
    apart: bool = False

    def filled(self) -> Iterator[Section]:
        """The sections that have rows."""
        return (section for section in self.sections if section.rows)

    def blocks(self) -> list[list[Column]]:
        """The columns of each table on paper."""
        columns = [column for column in self.columns if column.where != "workbook"]
        numbers = sorted({column.block for column in columns if column.block is not None})
        return [[column for column in columns if column.block in {None, number}] for number in numbers or [0]]
