"""Milestones: the days, counted back from the end of a term or another last day, on which the people concerned are reminded.

A reminder is an *intent* towards one person, unique by what it is about, the milestone and the person: whatever runs twice adds nothing.
After a time in which nothing ran, the latest milestone that is due goes out, and those missed before it are recorded as superseded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

EXPIRED = "expired"
"""The milestone of the day after the last day."""


class ReminderKind(StrEnum):
    """What a reminder is about."""

    TERM = "term"
    AGM = "agm"
    AUDIT = "audit"
    DIVIDEND = "dividend"


class IntentState(StrEnum):
    """What became of an intent when it was made; what became of its message, the outbox knows.

    ``WITHHELD``: the person has no usable number, or has said STOP to what is not statutory.
    """

    MADE = "made"
    SUPERSEDED = "superseded"
    WITHHELD = "withheld"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, order=True)
class Milestone:
    """So many days before the last day; -1 is the day after it.

    Attributes:
        days: before the last day.
    """

    days: int

    @property
    def name(self) -> str:
        """``90`` … ``0``, ``expired``."""
        return EXPIRED if self.days < 0 else str(self.days)

    def on(self, last_day: date) -> date:
        """The day it falls on."""
        return last_day - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Due:
    """What a day brings for one last day.

    Attributes:
        now: the milestone to remind of.
        missed: those before it that nothing was sent for.
    """

    now: Milestone
    missed: tuple[Milestone, ...] = ()


def ladder(days: Iterable[int]) -> tuple[Milestone, ...]:
    """Milestones in the order in which they come: the farthest first."""
    return tuple(Milestone(each) for each in sorted(set(days), reverse=True))


def due(steps: Iterable[Milestone], last_day: date, *, since: date, today: date) -> Due | None:
    """What is due on ``today`` of the milestones that fell on ``since`` or later; None where none did.

    Args:
        steps: the ladder, the farthest first.
        last_day: what they count to.
        since: earlier ones are not ours: the society was not known yet, or they were seen to before.
        today: the day.
    """
    passed = [each for each in steps if since <= each.on(last_day) <= today]
    return Due(passed[-1], tuple(passed[:-1])) if passed else None


def following(steps: Iterable[Milestone], step: Milestone) -> Milestone | None:
    """The milestone that comes after ``step``; None behind the last."""
    return next((each for each in steps if each.days < step.days), None)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is to be reminded of again, because an event that kept it silent was undone.

    Attributes:
        kind: what it is about.
        id: of the term; of anything else, of the society.
        since: the day on which the event was recorded.
    """

    kind: ReminderKind
    id: int
    since: date
