"""Quiet hours: the part of the day in which nobody is disturbed by what he did not ask for.

Answers, one-time codes and urgent messages leave at any hour; everything else waits for the end of the quiet hours, whatever put it
into the queue. Hours are those of the clock on the wall, and may cross midnight.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from bot.domain.messages import MessageClass

if TYPE_CHECKING:
    from datetime import date

ANY_HOUR = MessageClass.URGENT.priority
"""Messages of this priority, and more pressing ones, leave at any hour."""

LEAST = MessageClass.BROADCAST.priority
"""No message is less pressing."""

MIDNIGHT = time(0, 0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``begin`` up to but not including ``end``, every day; the same for both means none.

    Attributes:
        begin: on the wall, without a zone.
        end: likewise.
        zone: where the wall is.
    """

    begin: time
    end: time
    zone: tzinfo

    def __post_init__(self) -> None:
        if self.begin.tzinfo or self.end.tzinfo:
            raise ValueError("Quiet hours are those of the clock on the wall, without a zone of their own.")

    def cover(self, moment: datetime) -> bool:
        """Whether a moment lies in them."""
        wall = moment.astimezone(self.zone).time()
        if self.begin <= self.end:
            return self.begin <= wall < self.end
        return wall >= self.begin or wall < self.end

    def least(self, moment: datetime) -> int:
        """The priority of the least pressing messages that may leave at a moment."""
        return ANY_HOUR if self.cover(moment) else LEAST

    def allowed_from(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours that it lies in."""
        if not self.cover(moment):
            return moment
        wall = moment.astimezone(self.zone)
        day = wall.date() if wall.time() < self.end else wall.date() + _DAY
        return self._at(day, self.end)

    def next_begin(self, moment: datetime) -> datetime:
        """When the quiet hours after a moment outside them begin; the end of time where there are none."""
        if self.begin == self.end:
            return datetime.max.replace(tzinfo=UTC)
        day = moment.astimezone(self.zone).date()
        today = self._at(day, self.begin)
        return today if today > moment else self._at(day + _DAY, self.begin)

    def hours(self, day: date) -> tuple[datetime, datetime]:
        """From when until when messages may leave on a day: its longest stretch without quiet hours."""
        if self.begin > self.end:
            return self._at(day, self.end), self._at(day, self.begin)
        midnight = self._at(day + _DAY, MIDNIGHT)
        if self.begin == self.end:
            return self._at(day, MIDNIGHT), midnight
        before = self._at(day, MIDNIGHT), self._at(day, self.begin)
        after = self._at(day, self.end), midnight
        return max(before, after, key=lambda stretch: stretch[1] - stretch[0])

    def _at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.zone).astimezone(UTC)


NEVER = QuietHours(MIDNIGHT, MIDNIGHT, UTC)
"""No quiet hours."""
