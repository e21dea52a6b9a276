"""Broadcasts for tests: asked for, confirmed, queued by the gateway's own task, and handed over as a courier would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from bot import broadcasting
from bot.broadcast_texts import Words, meeting_at
from bot.clock import Clock
from bot.configured import SIMULATOR
from bot.domain.audiences import Audience, Group
from bot.domain.broadcasts import BroadcastKind, BroadcastState
from bot.domain.messages import MO, Language
from bot.store import broadcasts, inbox, offices
from bot.store.inbox import Fate
from bot.store.query import Query
from bot.store.schema import outbox, recipients
from tests.handlers.talking import DCO

if TYPE_CHECKING:
    from datetime import datetime

    from bot.app import App
    from bot.store.query import Tx
    from tests.handlers.talking import Talk

NILPHAMARI = "BD/55/5573/"
MEETING = {"date": "2026-11-25", "time": "10:30", "place": "জেলা সমবায় কার্যালয়"}
UCOS = Audience(Group.UCO, NILPHAMARI)

_LEAVE: Query[int] = Query(
    update(outbox)
    .where(outbox.c.broadcast_id == bindparam("of"), outbox.c.state == "queued")
    .values(state="submitted", submitted_at=bindparam("at"))
)
_ROWS: Query[tuple[Any, ...]] = Query(
    select(recipients.c.msisdn, recipients.c.unreached, recipients.c.answer, recipients.c.outbox_id).where(
        recipients.c.broadcast_id == bindparam("of")
    ),
    lambda *row: row,
)


@dataclass
class Sending:
    """Sends broadcasts with a gateway."""

    talk: Talk
    count: int = 0

    async def __call__(self, text: str, *, left: bool = True, **how: Any) -> int:
        """One that has been queued, and has left unless it is held back; its id."""
        self.count += 1
        broadcast_id = await self.app.store.write(partial(self._add, text=text, **how))
        while await self.app.broadcasting.once():
            pass
        if left:
            await self.leave(broadcast_id)
        await self.seen()
        return broadcast_id

    @property
    def app(self) -> App:
        return self.talk.app

    async def leave(self, broadcast_id: int) -> None:
        """What waits is handed over."""
        at = self.app.clock.now()
        await self.app.store.write(lambda tx: tx.run(_LEAVE, of=broadcast_id, at=at))

    async def seen(self) -> None:
        """What went out so far is no answer to what is said next."""
        await self.app.store.read(self.talk._fresh)

    async def rows(self, broadcast_id: int) -> dict[str, tuple[Any, ...]]:
        """Its people: why somebody gets nothing, his answer, his message."""
        found = await self.app.store.read(lambda tx: tx.all(_ROWS, of=broadcast_id))
        return {row[0]: row[1:] for row in found}

    def at(self, moment: datetime) -> None:
        """Let time pass: everything that asks the gateway's clock sees it."""
        self.app.receiver._clock = Clock(moment)

    def _add(
        self,
        tx: Tx,
        *,
        text: str,
        meeting: dict[str, Any] | None = None,
        audience: Audience = UCOS,
        urgent: bool = False,
        office: str = "5573",
    ) -> int:
        now, today = self.app.clock.now(), self.app.clock.today()
        mo = MO(SIMULATOR, f"sent-{self.count}", DCO, "16123", text)
        inbox_id = inbox.add(tx, mo, DCO, now, Fate("replied", "send"))
        sender = offices.by_code(tx, office)
        assert inbox_id is not None
        assert sender is not None
        kind = BroadcastKind.MESSAGE if meeting is None else BroadcastKind.MEETING
        words = Words(kind, {"bn": sender.name_bn, "en": sender.name_en}, text, meeting, urgent)
        rules = self.app._sending
        writing = rules.writing(words, today)
        estimate = broadcasting.estimate(tx, writing, words, audience, now, rules.quiet)
        broadcast_id = broadcasts.add(
            tx,
            inbox_id=inbox_id,
            office_id=sender.id,
            sender=DCO,
            channel=SIMULATOR,
            address=DCO,
            language=Language.BN,
            kind=kind,
            urgent=urgent,
            audience=audience,
            text=text,
            meeting=meeting,
            estimate=estimate,
            at=now,
        )
        begins = None if meeting is None else meeting_at(meeting)
        broadcasts.confirm(
            tx,
            broadcast_id,
            BroadcastState.SENDING,
            at=now,
            expires_at=broadcasting.expires_at(estimate, begins, now, timedelta(hours=24)),
            answers_until_at=begins or now + timedelta(hours=72),
            inbox_id=inbox_id,
        )
        return broadcast_id
