"""Taking turns: how a long import writes beside a gateway that goes on answering.

SQLite has one writer at a time and no queue before it: whoever waits looks again after 1, 2, 5 … 25, 50, 100 ms, and one who begins
again at once is nearly always faster. So after each transaction the import stays away: for a moment in any case, longer than most who
wait look away, and for several times as long as it held the database when somebody else has written meanwhile. PostgreSQL locks rows,
not the database, so that there nobody waits. ``give_way`` does the same for the processors.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, TypeVar

from bot.store.engine import in_transaction
from bot.store.neighbours import has_one_writer, version

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.engine import Connection
    from bot.store.query import Tx

T = TypeVar("T")

GAP = 0.025
"""Seconds between two transactions when nobody else writes."""

SHARE_OF_OTHERS = 6.0
"""How many times as long as it held the database an import stays away when others write."""

PATIENCE = 120.0
"""Seconds that an import goes on trying to begin while others do not let it."""


NICENESS = 10
"""Of a long import: reading and checking a file takes a whole processor for as long as nobody else wants it."""


def give_way() -> None:
    """Let the gateway have the processors first. For a process that does nothing else."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))


class Turns:
    """Runs works in transactions of their own on one connection, and stays away in between.

    Args:
        connection: one that may write.
        sleep: how to stay away.
    """

    def __init__(self, connection: Connection, sleep: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._sleep = sleep
        self._version: int | None = None
        self._company = False

    def __call__(self, work: Callable[[Tx], T], /) -> T:
        """Run ``work``, commit, and let the others write."""
        began = 0.0

        def timed(tx: Tx) -> T:
            nonlocal began
            began = time.monotonic()
            self._look(tx)
            return work(tx)

        give_up_at = time.monotonic() + PATIENCE
        while True:
            try:
                result = in_transaction(self._connection, timed)
            except self._connection.unavailable:
                if began or time.monotonic() > give_up_at:
                    raise
                continue
            break
        self._stay_away(time.monotonic() - began)
        return result

    def _look(self, tx: Tx) -> None:
        """See whether anybody has written since the last time."""
        if has_one_writer(tx):
            before, self._version = self._version, version(tx)
            self._company = before != self._version

    def _stay_away(self, held: float) -> None:
        if self._version is not None:
            self._sleep(max(GAP, held * SHARE_OF_OTHERS if self._company else 0.0))
