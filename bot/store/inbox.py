"""Messages in: one row per provider message, with its outcome, written in the same commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, cast, literal, select, update

from bot.store.query import Query, insert_once, values_of
from bot.store.schema import inbox, outbox

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.messages import MO
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a message in.

    Attributes:
        outcome: ``replied`` or ``silent``.
        command: what ran or was asked about, if anything.
        reason: why it was asked back or got no answer.
    """

    outcome: str
    command: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A message that was taken in before: our id, what became of it, and the answer it got, if any."""

    id: int
    fate: Fate
    text: str | None
    encoding: str | None

    @classmethod
    def of(
        cls,
        id: int,  # noqa: A002 - the column's name
        outcome: str,
        command: str | None,
        reason: str | None,
        text: str | None,
        encoding: str | None,
    ) -> Known:
        """From a row."""
        return cls(id, Fate(outcome, command, reason), text, encoding)


_KNOWN = Query(
    select(inbox.c.id, inbox.c.outcome, inbox.c.command, inbox.c.reason, outbox.c.text, outbox.c.encoding)
    .select_from(inbox.outerjoin(outbox, outbox.c.key == literal("reply:").concat(cast(inbox.c.id, Text))))
    .where(inbox.c.channel == bindparam("channel"), inbox.c.provider_id == bindparam("provider_id"))
    .limit(1),
    Known.of,
)
_ADD = insert_once(
    inbox,
    "channel",
    "provider_id",
    "sender",
    "sent_to",
    "text",
    "received_at",
    "outcome",
    "command",
    "reason",
    unique=["channel", "provider_id"],
    returning="id",
)
_SETTLE: Query[int] = Query(
    update(inbox).where(inbox.c.id == bindparam("inbox_id")).values(values_of("outcome", "command", "reason"))
)

_LAST: Query[datetime] = Query(select(inbox.c.received_at).order_by(inbox.c.id.desc()).limit(1))


def add(tx: Tx, mo: MO, sender: str, received_at: datetime, fate: Fate) -> int | None:
    """Record a message with the outcome it is expected to have.

    Most messages end as expected, which saves the writer a second statement. Where one does not, ``settle`` puts it right in the
    same unit of work, so that nobody ever sees the expectation.

    Returns:
        Our id; None where the same provider message is there already.
    """
    return tx.first(
        _ADD,
        channel=mo.channel,
        provider_id=mo.provider_id,
        sender=sender,
        sent_to=mo.to,
        text=mo.text,
        received_at=received_at,
        outcome=fate.outcome,
        command=fate.command,
        reason=fate.reason,
    )


def known(tx: Tx, mo: MO) -> Known:
    """The row of a provider message that was taken in before."""
    return tx.one(_KNOWN, channel=mo.channel, provider_id=mo.provider_id)


def settle(tx: Tx, inbox_id: int, fate: Fate) -> None:
    """Write down what became of a message after all."""
    tx.run(_SETTLE, inbox_id=inbox_id, outcome=fate.outcome, command=fate.command, reason=fate.reason)


def last_received(tx: Tx) -> datetime | None:
    """When the newest message came."""
    return tx.first(_LAST)
