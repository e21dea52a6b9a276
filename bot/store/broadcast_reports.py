"""What became of broadcasts: people counted by where their message stands, those whom none reached, and what an office's ones cost.

Somebody who gets an urgent message both ways is one person: what counts is the copy that came farther.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Text, and_, bindparam, case, func, literal, or_, select, type_coerce

from bot.domain.failing import Reason, reason
from bot.domain.messages import State
from bot.store.moves import FOR_THE_CHAT
from bot.store.query import Query
from bot.store.schema import offices, outbox, people, recipients, societies
from bot.store.types import Taka

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from decimal import Decimal

    from sqlalchemy import ColumnElement

    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

_FARTHEST = ("delivered", "submitted", "unconfirmed", "sending", "queued", "failed", "expired", "cancelled")
"""Of two copies the one whose state comes first here is the one that counts."""

_COMING = frozenset({State.QUEUED, State.SENDING})
_LEFT = frozenset({State.SENDING, State.SUBMITTED, State.UNCONFIRMED, State.DELIVERED, State.FAILED})


@dataclass(frozen=True, slots=True)
class Counts:
    """The people of a broadcast.

    Attributes:
        states: how many messages are in each state; everybody counts once.
        reasons: how many failed or expired, by why.
        unreached: how many never had a message, by why.
        receipted: how many are submitted where a receipt may still come.
    """

    states: Mapping[State, int]
    reasons: Mapping[Reason, int]
    unreached: Mapping[str, int]
    receipted: int = 0

    def of(self, state: State) -> int:
        """How many are in a state."""
        return self.states.get(state, 0)

    @property
    def people(self) -> int:
        """All that have a message."""
        return sum(self.states.values())

    @property
    def over(self) -> int:
        """Those for whom the gateway has nothing left to do."""
        return self.people - sum(self.of(state) for state in _COMING)

    @property
    def left(self) -> int:
        """Those whose message is with a provider, or was, or is on its way there."""
        return sum(self.of(state) for state in _LEFT)

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more, as far as one can know."""
        return not self.receipted and not self.of(State.UNCONFIRMED) and self.over == self.people

    @property
    def is_lacking(self) -> bool:
        """Whether anybody was certainly, or perhaps, not reached."""
        return bool(self.reasons or self.of(State.UNCONFIRMED) or self.unreached)

    def as_json(self) -> dict[str, Any]:
        """Plain values, with stable names."""
        return {
            "people": self.people,
            "states": {state.value: self.of(state) for state in State},
            "failed": {each.value: self.reasons.get(each, 0) for each in Reason},
            "unreached": dict(self.unreached),
        }


_copy = outbox.alias("copy")
_of = recipients.c.broadcast_id == bindparam("broadcast_id")


def _rank(table: Any) -> ColumnElement[Any]:
    return case(*((table.c.state == state, rank) for rank, state in enumerate(_FARTHEST)), else_=len(_FARTHEST))


def _best(column: str, *, both: bool) -> ColumnElement[Any]:
    """A column of the copy that counts."""
    if not both:
        return outbox.c[column]
    return case((_rank(_copy) < _rank(outbox), _copy.c[column]), else_=outbox.c[column])


def _joined(*, both: bool) -> Any:
    found = recipients.join(outbox, outbox.c.id == recipients.c.outbox_id)
    if not both:
        return found
    return found.outerjoin(_copy, _copy.c.key == outbox.c.key + literal(FOR_THE_CHAT))


def _why(state: ColumnElement[Any], error: ColumnElement[Any]) -> ColumnElement[Any]:
    """Only of what failed: otherwise it is what was tried before."""
    return type_coerce(case((state == "failed", error)), Text)


def _counting(*, both: bool) -> Query[tuple[State, str, str | None, int]]:
    state, channel, error = (_best(name, both=both) for name in ("state", "channel", "error"))
    return Query(
        select(state.label("s"), channel.label("c"), _why(state, error).label("e"), func.count())
        .select_from(_joined(both=both))
        .where(_of)
        .group_by("s", "c", "e"),
        lambda state, channel, error, number: (State(state), str(channel), error, int(number)),
    )


_COUNTS = {both: _counting(both=both) for both in (False, True)}
_UNREACHED: Query[tuple[str, int]] = Query(
    select(recipients.c.unreached, func.count())
    .where(_of, recipients.c.outbox_id.is_(None))
    .group_by(recipients.c.unreached),
    lambda why, number: (str(why), int(number)),
)


def counts(tx: Tx, broadcast: Broadcast, chats: Collection[str]) -> Counts:
    """Where the people of a broadcast stand. Of 190,000 that takes most of a second: for a slow reader.

    Args:
        tx: an open transaction; nothing is written.
        broadcast: which one.
        chats: the names of the channels from which no receipts come.
    """
    states: Counter[State] = Counter()
    reasons: Counter[Reason] = Counter()
    receipted = 0
    for state, channel, error, number in tx.all(_COUNTS[broadcast.urgent], broadcast_id=broadcast.id):
        states[state] += number
        if state is State.FAILED:
            reasons[reason(error)] += number
        elif state is State.EXPIRED:
            reasons[Reason.EXPIRED] += number
        elif state is State.SUBMITTED and channel not in chats:
            receipted += number
    return Counts(states, reasons, dict(tx.all(_UNREACHED, broadcast_id=broadcast.id)), receipted)


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody whom a broadcast did not reach, or perhaps not.

    Attributes:
        state: of his message; None where there never was one.
        error: what the provider said.
        unreached: why there was none.
        msisdn: his number, if there is one.
        name: his.
        registration_no, place_bn, place_en: where he serves: a society with its number, or an office.
        office_code: of the office, or of the one that looks after the society.
    """

    state: State | None
    error: str | None
    unreached: str | None
    msisdn: str | None
    name: str
    registration_no: str | None
    place_bn: str
    place_en: str | None
    office_code: str

    @classmethod
    def of(cls, state: str | None, *others: Any) -> Missed:
        """From a row."""
        return cls(None if state is None else State(state), *others)


_own = offices.alias("own")
_looks_after = offices.alias("looks_after")


def _missing(*, both: bool) -> Query[Missed]:
    found = recipients.outerjoin(outbox, outbox.c.id == recipients.c.outbox_id)
    if both:
        found = found.outerjoin(_copy, _copy.c.key == outbox.c.key + literal(FOR_THE_CHAT))
    state, error = _best("state", both=both), _best("error", both=both)
    return Query(
        select(
            *(state, error, recipients.c.unreached, recipients.c.msisdn, people.c.name, societies.c.registration_no),
            func.coalesce(societies.c.name_bn, _own.c.name_bn),
            func.coalesce(societies.c.name_en, _own.c.name_en),
            func.coalesce(_looks_after.c.code, _own.c.code),
        )
        .select_from(
            found.join(people, people.c.id == recipients.c.person_id)
            .outerjoin(societies, societies.c.id == recipients.c.society_id)
            .outerjoin(_looks_after, _looks_after.c.id == societies.c.office_id)
            .outerjoin(_own, _own.c.id == recipients.c.office_id)
        )
        .where(
            _of,
            or_(recipients.c.outbox_id.is_(None), state == "failed", state == "expired", state == "unconfirmed"),
        )
        .order_by(recipients.c.id)
        .limit(bindparam("most")),
        Missed.of,
    )


_MISSED = {both: _missing(both=both) for both in (False, True)}


def missed(tx: Tx, broadcast: Broadcast, most: int) -> list[Missed]:
    """Those whom a broadcast did not reach, or perhaps not, in the order in which they were queued."""
    return tx.all(_MISSED[broadcast.urgent], broadcast_id=broadcast.id, most=most)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a broadcast came to at one provider.

    Attributes:
        broadcast_id: which one.
        channel: the provider.
        messages, segments: that left.
        price: of those, in taka.
        expired, cancelled, refused: messages that did not leave.
        waiting: messages that may still leave.
    """

    broadcast_id: int
    channel: str
    messages: int
    segments: int
    price: Decimal
    expired: int
    cancelled: int
    refused: int
    waiting: int


_refused = and_(outbox.c.state == "failed", outbox.c.submitted_at.is_(None))
_left = or_(
    outbox.c.state == "submitted",
    outbox.c.state == "delivered",
    outbox.c.state == "unconfirmed",
    and_(outbox.c.state == "failed", outbox.c.submitted_at.is_not(None)),
)


def _sum(of: ColumnElement[bool], value: Any = 1) -> Any:
    return func.coalesce(func.sum(case((of, type_coerce(value, Integer)), else_=0)), 0)


_spending = select(
    *(outbox.c.broadcast_id, outbox.c.channel, _sum(_left), _sum(_left, outbox.c.segments)),
    type_coerce(_sum(_left, outbox.c.price), Taka),
    *(_sum(outbox.c.state == "expired"), _sum(outbox.c.state == "cancelled"), _sum(_refused)),
    _sum(or_(outbox.c.state == "queued", outbox.c.state == "sending")),
)
_grouped = (outbox.c.broadcast_id, outbox.c.channel)
_SPENT = Query(
    _spending.where(outbox.c.broadcast_id == bindparam("broadcast_id")).group_by(*_grouped).order_by(*_grouped), Spent
)


def spent(tx: Tx, broadcast_id: int) -> list[Spent]:
    """What a broadcast came to so far, by provider."""
    return tx.all(_SPENT, broadcast_id=broadcast_id)


_LEFT_SO_FAR: Query[int] = Query(
    select(func.count()).where(
        outbox.c.broadcast_id == bindparam("broadcast_id"),
        or_(*(outbox.c.state == state.value for state in _LEFT)),
    )
)


def left(tx: Tx, broadcast: Broadcast, chats: Collection[str]) -> int:
    """How many people's messages have left: where everybody has one, counted in the index alone."""
    if broadcast.urgent:
        return counts(tx, broadcast, chats).left
    return tx.one(_LEFT_SO_FAR, broadcast_id=broadcast.id)
