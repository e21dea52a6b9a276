"""Broadcasts: what was asked for, whom it went to, and where it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, func, insert, or_, select, text, update

from bot.domain.audiences import Audience
from bot.domain.broadcasts import BroadcastKind, BroadcastState, Estimate
from bot.domain.messages import Language
from bot.store.query import Query, values_of
from bot.store.schema import broadcasts, offices
from bot.store.types import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A message to many.

    Attributes:
        id: ours.
        inbox_id: the message that asked for it; its reference is R<inbox_id>.
        office_id, lineage, place_bn, place_en: the office that sends it.
        sender: the number that asked; with the channel and its address there.
        audience: whom it goes to.
        text: what it says, or a meeting's agenda.
        meeting: of a meeting its ``date``, ``time`` and ``place``.
        estimate: what its sender was shown.
        queued_through: the position of the audience's last one that was queued.
        queued_at: when all were.
        progress_id: the message in by which it was confirmed: its answer shows how far it is.
    """

    id: int
    inbox_id: int
    office_id: int
    lineage: str
    place_bn: str
    place_en: str
    sender: str
    channel: str
    address: str
    language: Language
    kind: BroadcastKind
    urgent: bool
    audience: Audience
    text: str
    meeting: Mapping[str, Any] | None
    state: BroadcastState
    estimate: Estimate
    asked_at: datetime
    confirmed_at: datetime | None
    approved_by: str | None
    queued_through: int
    queued_at: datetime | None
    expires_at: datetime | None
    answers_until_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    progress_id: int | None
    told_at: datetime | None

    @property
    def ref(self) -> str:
        """As people write it."""
        return f"R{self.inbox_id}"

    @property
    def place(self) -> dict[str, str]:
        """The sending office's name, by language."""
        return {"bn": self.place_bn, "en": self.place_en}


def _broadcast(*row: Any) -> Broadcast:
    values = list(row)
    values[9] = Language(values[9])
    values[10] = BroadcastKind(values[10])
    values[11] = bool(values[11])
    values[12] = Audience.from_json(json.loads(values[12]))
    values[14] = None if values[14] is None else json.loads(values[14])
    values[15] = BroadcastState(values[15])
    values[16] = Estimate.from_json(json.loads(values[16]))
    return Broadcast(*values)


_own = broadcasts.c
_all = select(
    *(_own.id, _own.inbox_id, _own.office_id, offices.c.lineage, offices.c.name_bn, offices.c.name_en, _own.sender),
    *(_own.channel, _own.address, _own.language, _own.kind, _own.urgent, _own.audience, _own.text, _own.meeting),
    *(_own.state, _own.estimate, _own.asked_at, _own.confirmed_at, _own.approved_by, _own.queued_through),
    *(_own.queued_at, _own.expires_at, _own.answers_until_at, _own.ended_at, _own.reason, _own.progress_id),
    _own.told_at,
).join_from(broadcasts, offices, offices.c.id == _own.office_id)
_BY_ID = Query(_all.where(_own.id == bindparam("broadcast_id")), _broadcast)
# On PostgreSQL another process may be about to pause or cancel it.
_HELD = Query(
    _all.where(_own.id == bindparam("broadcast_id")).with_for_update(of=broadcasts, key_share=True), _broadcast
)
_BY_INBOX = Query(_all.where(_own.inbox_id == bindparam("inbox_id")), _broadcast)
# To the letter, so that the partial index serves.
_OPEN = Query(_all.where(text("ended_at IS NULL AND confirmed_at IS NOT NULL")).order_by(_own.id), _broadcast)
_UNTOLD = Query(
    _all.where(_own.ended_at.is_not(None), _own.told_at.is_(None), _own.ended_at > bindparam("since", type_=Instant)),
    _broadcast,
)
_OF_OFFICES = Query(
    _all.where(
        offices.c.lineage >= bindparam("low"), offices.c.lineage < bindparam("high"), _own.confirmed_at.is_not(None)
    )
    .order_by(_own.id.desc())
    .limit(bindparam("most")),
    _broadcast,
)
_OF_SENDER = Query(
    _all.where(_own.sender == bindparam("sender"), _own.confirmed_at.is_not(None))
    .order_by(_own.id.desc())
    .limit(bindparam("most")),
    _broadcast,
)
_RUNNING = Query(
    _all.where(
        or_(
            text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
            and_(
                _own.sender == bindparam("sender"),
                _own.state == BroadcastState.DRAFT.value,
                _own.asked_at > bindparam("since", type_=Instant),
            ),
        )
    ).order_by(_own.id.desc()),
    _broadcast,
)
_SENT_SINCE: Query[int] = Query(
    select(func.count()).where(
        _own.sender == bindparam("sender"), _own.confirmed_at.is_not(None), _own.confirmed_at > bindparam("since")
    )
)
_ADD: Query[int] = Query(
    insert(broadcasts)
    .values(
        values_of(
            *("inbox_id", "office_id", "sender", "channel", "address", "language", "kind", "urgent", "audience"),
            *("text", "meeting", "state", "estimate", "estimated_price", "asked_at"),
        )
    )
    .returning(_own.id)
)
_CONFIRM: Query[int] = Query(
    update(broadcasts)
    .where(_own.id == bindparam("broadcast_id"), _own.state == BroadcastState.DRAFT.value)
    .values(
        state=bindparam("new_state"),
        confirmed_at=bindparam("at"),
        expires_at=bindparam("until"),
        answers_until_at=bindparam("answers_until"),
        progress_id=bindparam("answer_to"),
    )
)
_MOVE: Query[int] = Query(
    update(broadcasts)
    .where(_own.id == bindparam("broadcast_id"), _own.state == bindparam("old_state"))
    .values(state=bindparam("new_state"), reason=bindparam("why"))
)
_APPROVE: Query[int] = Query(
    update(broadcasts)
    .where(_own.id == bindparam("broadcast_id"), _own.state == BroadcastState.WAITING.value)
    .values(
        state=BroadcastState.SENDING.value,
        approved_by=bindparam("who"),
        approved_in=bindparam("in_inbox"),
        expires_at=bindparam("until"),
        answers_until_at=bindparam("answers_until"),
    )
)
_QUEUED: Query[int] = Query(
    update(broadcasts)
    .where(_own.id == bindparam("broadcast_id"))
    .values(queued_through=bindparam("through"), queued_at=bindparam("complete_at", type_=Instant))
)
_END: Query[int] = Query(
    update(broadcasts)
    .where(_own.id == bindparam("broadcast_id"), _own.ended_at.is_(None))
    .values(
        ended_at=bindparam("at"),
        state=case((_own.state == BroadcastState.CANCELLED.value, _own.state), else_=BroadcastState.DONE.value),
    )
)
_TOLD: Query[int] = Query(
    update(broadcasts)
    .where(_own.id == bindparam("broadcast_id"), _own.told_at.is_(None))
    .values(told_at=bindparam("at"))
)


def by_id(tx: Tx, broadcast_id: int) -> Broadcast | None:
    """The broadcast with our id."""
    return tx.first(_BY_ID, broadcast_id=broadcast_id)


def held(tx: Tx, broadcast_id: int) -> Broadcast | None:
    """Likewise; until the end of the unit of work it stays what it is."""
    return tx.first(_HELD, broadcast_id=broadcast_id)


def by_inbox(tx: Tx, inbox_id: int) -> Broadcast | None:
    """The broadcast that a message asked for."""
    return tx.first(_BY_INBOX, inbox_id=inbox_id)


def open_ones(tx: Tx) -> list[Broadcast]:
    """Those that were confirmed and have not ended, oldest first."""
    return tx.all(_OPEN)


def untold(tx: Tx, since: datetime) -> list[Broadcast]:
    """Those that ended since a moment and whose senders have not heard how it went."""
    return tx.all(_UNTOLD, since=since)


def under(tx: Tx, low: str, high: str, most: int) -> list[Broadcast]:
    """The newest of the offices in a range of lineages."""
    return tx.all(_OF_OFFICES, low=low, high=high, most=most)


def of_sender(tx: Tx, sender: str, most: int) -> list[Broadcast]:
    """The newest that a number sent."""
    return tx.all(_OF_SENDER, sender=sender, most=most)


def running(tx: Tx, sender: str, since: datetime) -> list[Broadcast]:
    """Those that have not ended, and a number's drafts since a moment, newest first."""
    return tx.all(_RUNNING, sender=sender, since=since)


def sent_since(tx: Tx, sender: str, since: datetime) -> int:
    """How many a number has confirmed since a moment."""
    return tx.one(_SENT_SINCE, sender=sender, since=since)


def add(
    tx: Tx,
    *,
    inbox_id: int,
    office_id: int,
    sender: str,
    channel: str,
    address: str,
    language: Language,
    kind: BroadcastKind,
    urgent: bool,
    audience: Audience,
    text: str,
    meeting: Mapping[str, Any] | None,
    estimate: Estimate,
    at: datetime,
) -> int:
    """Keep a draft; its id."""
    return tx.one(
        _ADD,
        inbox_id=inbox_id,
        office_id=office_id,
        sender=sender,
        channel=channel,
        address=address,
        language=language,
        kind=kind,
        urgent=urgent,
        audience=_json(audience.as_json()),
        text=text,
        meeting=None if meeting is None else _json(meeting),
        state=BroadcastState.DRAFT,
        estimate=_json(estimate.as_json()),
        estimated_price=estimate.price,
        asked_at=at,
    )


def _json(plain: Mapping[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def confirm(
    tx: Tx,
    broadcast_id: int,
    state: BroadcastState,
    *,
    at: datetime,
    expires_at: datetime,
    answers_until_at: datetime,
    inbox_id: int,
) -> bool:
    """Let a draft go, or wait for approval; whether it still was one: confirming twice sends once."""
    return (
        tx.run(
            _CONFIRM,
            broadcast_id=broadcast_id,
            new_state=state,
            at=at,
            until=expires_at,
            answers_until=answers_until_at,
            answer_to=inbox_id,
        )
        > 0
    )


def move(tx: Tx, broadcast_id: int, old: BroadcastState, new: BroadcastState, why: str | None = None) -> bool:
    """Pause it, let it go on or cancel it; whether it still was where it was thought to be."""
    return tx.run(_MOVE, broadcast_id=broadcast_id, old_state=old, new_state=new, why=why) > 0


def approve(
    tx: Tx, broadcast_id: int, who: str, inbox_id: int, *, expires_at: datetime, answers_until_at: datetime
) -> bool:
    """Let go what waited for a second officer; whether it still did."""
    until = {"until": expires_at, "answers_until": answers_until_at}
    return tx.run(_APPROVE, broadcast_id=broadcast_id, who=who, in_inbox=inbox_id, **until) > 0


def queued(tx: Tx, broadcast_id: int, through: int, complete_at: datetime | None) -> None:
    """Note how far the audience has been queued."""
    tx.run(_QUEUED, broadcast_id=broadcast_id, through=through, complete_at=complete_at)


def end(tx: Tx, broadcast_id: int, at: datetime) -> bool:
    """Note that nothing of it is on its way any more; whether that was new."""
    return tx.run(_END, broadcast_id=broadcast_id, at=at) > 0


def told(tx: Tx, broadcast_id: int, at: datetime) -> bool:
    """Note that its sender heard how it went; whether he had not yet."""
    return tx.run(_TOLD, broadcast_id=broadcast_id, at=at) > 0
