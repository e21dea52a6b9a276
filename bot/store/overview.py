"""Counts for the first page: how many societies are in which colour, how many messages in which state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Date, bindparam, case, func, select

from bot.domain.committee import YELLOW_FROM_DAYS
from bot.store.query import Query
from bot.store.schema import committee_terms, outbox, societies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Colours:
    """How many societies are in which colour.

    Attributes:
        green, yellow, red: by the latest committee's term.
        unformed: with no committee on record.
    """

    green: int = 0
    yellow: int = 0
    red: int = 0
    unformed: int = 0

    @property
    def total(self) -> int:
        """All societies."""
        return self.green + self.yellow + self.red + self.unformed


_latest = (
    select(committee_terms.c.society_id, func.max(committee_terms.c.formed_on).label("formed_on"))
    .group_by(committee_terms.c.society_id)
    .subquery()
)
_ends = (
    select(
        case(
            (committee_terms.c.expires_on.is_(None), "unformed"),
            (committee_terms.c.expires_on < bindparam("today", type_=Date), "red"),
            (committee_terms.c.expires_on <= bindparam("yellow_until", type_=Date), "yellow"),
            else_="green",
        ).label("colour")
    )
    .select_from(
        societies.outerjoin(_latest, _latest.c.society_id == societies.c.id).outerjoin(
            committee_terms,
            (committee_terms.c.society_id == _latest.c.society_id)
            & (committee_terms.c.formed_on == _latest.c.formed_on),
        )
    )
    .subquery()
)
_COLOURS = Query(
    select(_ends.c.colour, func.count()).group_by(_ends.c.colour), lambda colour, count: (str(colour), int(count))
)
_STATES = Query(
    select(outbox.c.state, func.count()).group_by(outbox.c.state), lambda state, count: (str(state), int(count))
)


def colours(tx: Tx, today: date) -> Colours:
    """How many societies are green, yellow and red on ``today``: the same rule as ``bot.domain.committee.colour``."""
    return Colours(**dict(tx.all(_COLOURS, today=today, yellow_until=today + timedelta(days=YELLOW_FROM_DAYS))))


def states(tx: Tx) -> Mapping[str, int]:
    """How many messages out are in which state; states without any are left out."""
    return dict(tx.all(_STATES))
