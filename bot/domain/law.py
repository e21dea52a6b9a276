"""What the law sets where a registry is silent: how long a committee serves.

The values are defaults of configuration, never constants of the code: the Act and its rules change, and a society's
own by-laws may be shorter. Source: section 3 of the domain reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.registry import Basis

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class TermLaw:
    """How long a managing committee serves, by how it came to be.

    Attributes:
        first_years: the first committee after registration, in years.
        elected_years: an elected committee, in years from its first meeting.
        interim_days: an interim committee, in days.
    """

    first_years: int = 2
    elected_years: int = 3
    interim_days: int = 120

    def expires_on(self, basis: Basis, formed_on: date) -> date:
        """The last day of the term of a committee formed on ``formed_on``."""
        match basis:
            case Basis.FIRST:
                return _years_later(formed_on, self.first_years)
            case Basis.ELECTED:
                return _years_later(formed_on, self.elected_years)
            case Basis.INTERIM:
                return formed_on + timedelta(days=self.interim_days)


def _years_later(day: date, years: int) -> date:
    """The same day some years later; 28 February where there is no 29th, so that no term is longer than the law."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an election and the last day for it, counted back from the last day of the term.

    Attributes:
        key: which step; ``document.step.<key>`` in the catalogues.
        days: how many days before the last day of the term.
    """

    key: str
    days: int

    def due_on(self, expires_on: date) -> date:
        """The last day for this step."""
        return expires_on - timedelta(days=self.days)


ELECTION_STEPS = (Step("notice", 60), Step("committee", 40), Step("schedule", 30))
"""The ladder to an election: notice of the meeting, election committee appointed, schedule (তফসিল) published."""
