"""A return as it is known: whose it is, for which period, its figures and the messages that gave them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from bot.domain.expressions import Number
    from bot.domain.figures import Value
    from bot.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Filer:
    """Who files a return: an office or a society, one of the two.

    Attributes:
        area_id: the office in whose area it counts: the filing office itself, or the one that looks after the society.
        lineage: of that office.
        office_id: of the filing office.
        society_id: of the filing society.
    """

    area_id: int
    lineage: str
    office_id: int | None = None
    society_id: int | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """One return.

    Attributes:
        id: ours.
        form: its form's code.
        version: of the form.
        period: what it is about.
        filer: whose it is.
        due_on: the last day to file it in time.
        waits: it lacks nothing but what an earlier return will tell, and is filed as soon as that is known.
        filed_at: when it was filed; None while it is open.
        filed_in: the message that filed it: R<filed_in> is its reference.
        on_time: whether it was filed in time.
        given: the figures that were typed.
        figures: everything that is known, what is carried and computed too.
        counted: what the totals of its areas have from it; None while it is open.
    """

    id: int
    form: str
    version: int
    period: Period
    filer: Filer
    due_on: date
    waits: bool
    filed_at: datetime | None
    filed_in: int | None
    on_time: bool | None
    given: Mapping[str, Value]
    figures: Mapping[str, Value]
    counted: Mapping[str, Number] | None

    @property
    def is_filed(self) -> bool:
        """Whether it is filed, and counts."""
        return self.filed_at is not None

    def emptied(self) -> Return:
        """As it was before anything was given."""
        return replace(
            self, waits=False, filed_at=None, filed_in=None, on_time=None, given={}, figures={}, counted=None
        )


@dataclass(frozen=True, slots=True)
class Author:
    """Who gives figures.

    Attributes:
        appointment_id: his post at the filing office or society.
        msisdn: his number.
        inbox_id: the message they came with.
        at: when.
    """

    appointment_id: int
    msisdn: str
    inbox_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """The figures that one message gave.

    Attributes:
        number: from 1, in the order in which they were accepted.
        figures: what it gave.
        inbox_id: the message.
        at: when.
        by: the number it came from.
        approved_by: of a correction, who approved it.
        undone_at: when it was taken back, if it was.
    """

    number: int
    figures: Mapping[str, Value]
    inbox_id: int
    at: datetime
    by: str
    approved_by: str | None
    undone_at: datetime | None
