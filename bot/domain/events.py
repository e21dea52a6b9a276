"""What happens to a society and is recorded: an election, an interim committee, a general meeting, an audit, a dividend."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.period import FIRST_MONTH, cooperative_year
from bot.domain.registry import Basis

if TYPE_CHECKING:
    from collections.abc import Mapping


class EventKind(StrEnum):
    """What happened; each is recorded by the command of the same name."""

    ELECTION = "election"
    INTERIM = "interim"
    AGM = "agm"
    AUDIT = "audit"
    DIVIDEND = "dividend"


class EventState(StrEnum):
    """How far it is known.

    An officer's word is recorded at once; an office-bearer's is reported until the office that looks after the society decides.
    """

    REPORTED = "reported"
    RECORDED = "recorded"
    REJECTED = "rejected"
    UNDONE = "undone"


BASIS: Mapping[EventKind, Basis] = {EventKind.ELECTION: Basis.ELECTED, EventKind.INTERIM: Basis.INTERIM}
"""The events that begin a committee's term, and on which basis."""

TERMS = frozenset(BASIS)
"""The events that a committee's term follows from."""

_A_YEAR = timedelta(days=365)


def concerned_year(kind: EventKind, on: date, meeting: tuple[str, date] | None = None) -> str:
    """The co-operative year that a yearly event is about, as registries pair years and days.

    An audit belongs to the co-operative year in which it is done: one of 20 February 2026 is that of 2025-26. A general meeting looks
    back, and is that of the year which ended last: one of 27 September 2025 is that of 2024-25. A dividend is what a meeting granted,
    and so of the year of the meeting it follows; where none is known within the year before, of the one which ended last.

    Args:
        kind: an audit, a general meeting or a dividend.
        on: the day.
        meeting: of a dividend, the year and the day of the last general meeting on or before the day, if one is on record.
    """
    if kind is EventKind.AUDIT:
        return cooperative_year(on)
    if kind is EventKind.DIVIDEND and meeting is not None and timedelta() <= on - meeting[1] <= _A_YEAR:
        return meeting[0]
    return cooperative_year(date(int(cooperative_year(on)[:4]) - 1, FIRST_MONTH, 1))
