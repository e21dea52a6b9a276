"""What time it is: the gateway's, which ``BARTA_NOW`` may freeze, and the running one.

Everything that people see or the scheduler decides uses ``now``; leases, retries and limits use ``running``, which never stands
still. Days are those of Asia/Dhaka.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DHAKA = ZoneInfo("Asia/Dhaka")


@dataclass(frozen=True, slots=True)
class Clock:
    """Both times. ``frozen`` is aware, or None for real time."""

    frozen: datetime | None = None

    def now(self) -> datetime:
        """The gateway's time, aware, in UTC."""
        return self.frozen or datetime.now(UTC)

    def today(self) -> date:
        """The date in Dhaka."""
        return self.now().astimezone(DHAKA).date()

    def running(self) -> datetime:
        """The time that never stands still, aware, in UTC."""
        return datetime.now(UTC)


def parse_now(text: str) -> datetime:
    """``BARTA_NOW``: ISO time; without an offset it is Dhaka's.

    Raises:
        ValueError: not an ISO time.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=DHAKA)).astimezone(UTC)
