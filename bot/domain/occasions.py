"""Occasions: the last days that people are reminded of, such as the end of a term or the last day for a general meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.domain.milestones import Due, Milestone, ReminderKind, due
from bot.domain.period import FIRST_MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Occasion:
    """A last day of one society.

    Attributes:
        kind: what it is about.
        society_id: ours.
        registration_no: ``123/2019``.
        office_id, lineage: of the office that looks after the society.
        officer_msisdn: the officer's number as the registry has it.
        name: what makes it one of its kind: see ``intents.occasion``.
        last_day: what the milestones count to.
        known_on: the day on which we first learnt of it, if that is known.
        recorded_on: the day on which we learnt of its last day: later, where that was corrected.
        term_id: of a term.
        year: the co-operative year, where the text names one.
    """

    kind: ReminderKind
    society_id: int
    registration_no: str
    office_id: int
    lineage: str
    officer_msisdn: str | None
    name: str
    last_day: date
    known_on: date | None = None
    recorded_on: date | None = None
    term_id: int | None = None
    year: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a scan looks at, both included. The first one was looked at before: what was recorded later that day is found now."""

    since: date
    today: date

    @property
    def catches_up(self) -> bool:
        """Whether more than the usual day has passed: what goes out is then spread over the day."""
        return (self.today - self.since).days > USUAL_DAYS

    def due(self, steps: Sequence[Milestone], occasion: Occasion) -> Due | None:
        """What the window brings for an occasion.

        A milestone that had passed when the occasion was first recorded sends nothing by itself, so that the first import of a registry
        floods nobody. Where the last day was corrected, what has passed lately is made up for. A day of recording that lies in the
        future was recorded before the clock was set back, and says nothing.
        """
        known, recorded = (self._past(day) for day in (occasion.known_on, occasion.recorded_on))
        since = self.since
        if recorded is not None and recorded >= self.since and (known is None or known < recorded):
            since = recorded - MADE_UP_FOR
        return due(steps, occasion.last_day, since=since if known is None else max(since, known), today=self.today)

    def _past(self, day: date | None) -> date | None:
        return None if day is None or day > self.today else day


MADE_UP_FOR = timedelta(days=30)
"""What passed longer ago when an end was corrected is seen in the colours and the counts only."""

USUAL_DAYS = 2
"""A scan a day looks at two days; a weekend's outage is made up for without spreading."""


def audit_day(year: str, by: str) -> date:
    """The last day for the audit of a co-operative year, '2024-25'; ``by`` is MM-DD."""
    begins = int(year[:4])
    day = date.fromisoformat(f"{begins + 1}-{by}")
    return day if day.month < FIRST_MONTH else day.replace(year=begins)
