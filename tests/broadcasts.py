"""A broadcast for a test, asked for and confirmed straight in the store."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import broadcasting
from bot.broadcast_texts import Words
from bot.channel import ChannelSettings, Line
from bot.domain.broadcasts import BroadcastKind, BroadcastState
from bot.domain.messages import MO, Language
from bot.domain.quiet import NEVER, QuietHours
from bot.domain.replies import CHAT, SMS
from bot.sections import BroadcastSettings
from bot.send_rules import SendRules
from bot.store import broadcasts, inbox, offices
from tests.conftest import NOW
from tests.texts import renderer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.domain.audiences import Audience
    from bot.domain.broadcasts import Estimate
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

SENDER = "+8801700099800"
WORTH = timedelta(hours=24)


def line(pace: float = 20, price: str = "0.35", *, chat: bool = False) -> Line:
    """A channel's settings and abilities."""
    settings = {"kind": "scripted", "segments_per_second": pace, "price_per_segment": price}
    return Line(ChannelSettings.model_validate(settings), CHAT if chat else SMS)


def rules(
    lines: Mapping[str, Line] | None = None, sms: str | None = "sms", quiet: QuietHours = NEVER, **settings: Any
) -> SendRules:
    """One SMS channel and one with chats."""
    ways = {"sms": line(), "chat": line(price="0", chat=True)} if lines is None else lines
    return SendRules(BroadcastSettings(**settings), renderer(), ways, sms, quiet)


@dataclass(frozen=True)
class Sent:
    """A broadcast that was shown and confirmed."""

    id: int
    estimate: Estimate


def words(text: str = "কাল সভা", *, urgent: bool = False) -> Words:
    """What the district's office of Nilphamari says."""
    return Words(BroadcastKind.MESSAGE, {"bn": "নীলফামারী", "en": "Nilphamari"}, text, urgent=urgent)


def show(tx: Tx, by: SendRules, audience: Audience, says: Words, now: datetime = NOW) -> Estimate:
    """What its sender is shown."""
    return broadcasting.estimate(tx, by.writing(says, now.date()), says, audience, now, by.quiet)


def send(
    tx: Tx,
    by: SendRules,
    audience: Audience,
    says: Words,
    now: datetime = NOW,
    *,
    channel: str = "sms",
    address: str = SENDER,
) -> Sent:
    """Show and confirm it."""
    mo = MO(channel, uuid.uuid4().hex, address, "16123", "send")
    inbox_id = inbox.add(tx, mo, address, now, inbox.Fate("replied", "send"))
    office = offices.by_code(tx, "5573")
    assert inbox_id is not None
    assert office is not None
    estimate = show(tx, by, audience, says, now)
    broadcast_id = broadcasts.add(
        tx,
        inbox_id=inbox_id,
        office_id=office.id,
        sender=SENDER,
        channel=channel,
        address=address,
        language=Language.BN,
        kind=says.kind,
        urgent=says.urgent,
        audience=audience,
        text=says.text,
        meeting=says.meeting,
        estimate=estimate,
        at=now,
    )
    until = broadcasting.expires_at(estimate, None, now, WORTH)
    assert broadcasts.confirm(
        tx,
        broadcast_id,
        BroadcastState.SENDING,
        at=now,
        expires_at=until,
        answers_until_at=until,
        inbox_id=inbox_id,
    )
    return Sent(broadcast_id, estimate)


def the(tx: Tx, broadcast_id: int) -> Broadcast:
    """The broadcast as it is now."""
    found = broadcasts.by_id(tx, broadcast_id)
    assert found is not None
    return found


def queue_all(tx: Tx, by: SendRules, broadcast_id: int, now: datetime = NOW, page: int = 7) -> int:
    """Queue every page; how many messages were new."""
    added = 0
    while True:
        broadcast = the(tx, broadcast_id)
        if broadcast.queued_at is not None:
            return added
        writing = by.writing(Words.of(broadcast), now.date())
        following = broadcasting.page(tx, writing, broadcast.audience, broadcast.queued_through, page)
        added += broadcasting.queue(tx, writing, broadcast, now, following).messages
