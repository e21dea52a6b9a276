"""A courier's round: what came back is written down, and what goes next is claimed, in one unit of work and so in one commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.store import marks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.claiming import Claiming, Room
    from bot.clock import Clock
    from bot.store.claims import Claimed
    from bot.store.query import Tx
    from bot.store.store import Store
    from bot.submitting import Outcome

log = structlog.get_logger()


@dataclass(slots=True)
class Round:
    """What a round brought.

    Attributes:
        written: what is written down, and whether it still was the courier's; None where the database did not take it: its lease
            lapses, and the message is then unconfirmed.
        claimed: what goes next.
        failed: whether the database did not serve.
    """

    written: list[tuple[Outcome, bool | None]] = field(default_factory=list)
    claimed: list[Claimed] = field(default_factory=list)
    failed: bool = False


class Rounds:
    """The rounds of one channel's courier."""

    def __init__(self, channel: str, store: Store, clock: Clock, claiming: Claiming) -> None:
        self._channel = channel
        self._store = store
        self._clock = clock
        self._claiming = claiming
        self._told: bool | None = None

    async def run(
        self, outcomes: Sequence[Outcome], room: Room | None, held: Collection[int], *, broken: bool
    ) -> Round:
        """Write outcomes down, and claim what there is room for; an open circuit, or one that has closed, is told as well.

        Args:
            outcomes: what came back.
            room: how much may be claimed, if anything.
            held: what the courier has in its hands besides, which has not lapsed.
            broken: whether the circuit is open.
        """
        if room is None and not outcomes and broken is self._told:
            return Round()
        work = partial(self._work, outcomes=outcomes, room=room, held=held, broken=broken)
        try:
            ours, claimed = await self._store.write(work)
        except Exception as error:  # noqa: BLE001 - a courier outlives whatever the database does
            log.error("claim_failed", channel=self._channel, error=type(error).__name__)  # noqa: TRY400 - the type is enough, a trace may hold texts
            return Round([(outcome, await self._alone(outcome)) for outcome in outcomes], failed=True)
        self._told = broken
        return Round(list(zip(outcomes, ours, strict=True)), claimed)

    def _work(
        self, tx: Tx, outcomes: Sequence[Outcome], room: Room | None, held: Collection[int], *, broken: bool
    ) -> tuple[list[bool], list[Claimed]]:
        ours = [outcome.settle(tx) for outcome in outcomes]
        if broken is not self._told:
            self._tell(tx, broken=broken)
        return ours, [] if room is None else self._claiming.take(tx, room, held)

    def _tell(self, tx: Tx, *, broken: bool) -> None:
        """Let ``barta doctor``, which is another process, know of an open circuit."""
        name = marks.circuit(self._channel)
        if broken:
            marks.put_mark(tx, name, self._clock.now().isoformat())
        else:
            marks.remove_mark(tx, name)

    async def _alone(self, outcome: Outcome) -> bool | None:
        """One that cannot be written down does no harm to the others."""
        try:
            return await self._store.write(outcome.settle)
        except Exception as error:  # noqa: BLE001 - as above
            log.error("settle_failed", channel=self._channel, message=outcome.row.id, error=type(error).__name__)  # noqa: TRY400 - as above
            return None
