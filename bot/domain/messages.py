"""Messages and the life they lead: MO in, MT out, receipts, and the states of the outbox.

The life of a message out (drawn in ``docs/states.md``)::

    queued ─▶ sending ─▶ submitted ─▶ delivered
      │  ▲       │  │        └──────▶ failed
      │  └───────┘  ├──▶ unconfirmed ─▶ submitted | delivered | failed     (only a receipt resolves it)
      │             └──▶ failed
      └──▶ expired | cancelled

A state never goes back: ``RANK`` orders them, and the store only moves a row to a state that ``may_become`` allows.
``sending → queued`` is the one exception, and only where the submission certainly did not happen; it may then wait on another channel.
What a courier finds untrue as it claims it becomes ``cancelled`` in the unit of work of the claim: nothing but that unit ever saw it
``sending``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from bot.domain.replies import Reply
    from bot.domain.understanding import Call


class Language(StrEnum):
    """The languages the gateway answers in; Bangla first."""

    BN = "bn"
    EN = "en"


class State(StrEnum):
    """Where a message out is."""

    QUEUED = "queued"
    SENDING = "sending"
    SUBMITTED = "submitted"
    UNCONFIRMED = "unconfirmed"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


FINAL = frozenset({State.DELIVERED, State.FAILED, State.EXPIRED, State.CANCELLED})

_NEXT: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.EXPIRED, State.CANCELLED}),
    State.SENDING: frozenset({State.QUEUED, State.SUBMITTED, State.UNCONFIRMED, State.DELIVERED, State.FAILED}),
    State.SUBMITTED: frozenset({State.DELIVERED, State.FAILED}),
    State.UNCONFIRMED: frozenset({State.SUBMITTED, State.DELIVERED, State.FAILED}),
}


def may_become(now: State, then: State) -> bool:
    """Whether a message in state ``now`` may move to ``then``."""
    return then in _NEXT.get(now, frozenset())


class MessageClass(StrEnum):
    """What a message out is for; decides priority, time to live and quiet hours."""

    CODE = "code"
    REPLY = "reply"
    URGENT = "urgent"
    REMINDER = "reminder"
    DIGEST = "digest"
    NOTICE = "notice"
    DUE = "due"
    BROADCAST = "broadcast"

    @property
    def priority(self) -> int:
        """Lower goes first: one-time code, reply, urgent, reminders of every kind, broadcast."""
        return _PRIORITY[self]


_PRIORITY = {
    MessageClass.CODE: 0,
    MessageClass.REPLY: 1,
    MessageClass.URGENT: 2,
    MessageClass.REMINDER: 3,
    MessageClass.DIGEST: 3,
    MessageClass.NOTICE: 3,
    MessageClass.DUE: 3,
    MessageClass.BROADCAST: 4,
}


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed: which of our messages it stood under, and which of its choices it was, from 1."""

    message_id: int
    choice: int


@dataclass(frozen=True, slots=True)
class MO:
    """A message in, as a channel understood its provider.

    Attributes:
        channel: the configured name of the channel.
        provider_id: the provider's own id, the same when it tries again: the key of idempotency.
        sender: the sender as the provider wrote it; not yet trusted to be a telephone number. Of a chat, its id.
        to: the short code it was sent to.
        text: the decoded text, exactly as typed.
        call: what it means, where it is no text but something the channel knows: a shared contact, a link followed.
        press: the button, where it is one.
    """

    channel: str
    provider_id: str
    sender: str
    to: str
    text: str
    call: Call | None = None
    press: Press | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A document that was made.

    Attributes:
        name: what it is called where it is kept, in ASCII.
        mime: its media type.
    """

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MT:
    """A message on its way out, ready for the wire.

    Attributes:
        id: our id; the provider gives it back in receipts.
        to: the recipient in E.164 (or a chat id).
        text: the rendered text.
        encoding: ``GSM-7`` or ``UCS-2``.
        segments: billable parts.
        attempt: 1 for the first try.
        choices: the labels of its buttons, in a chat.
        document: hands out the document that goes with it, made already; called by the channel at most once.
        contact_label: the label of a button that shares the reader's own number, if one is offered.
    """

    id: int
    to: str
    text: str
    encoding: str
    segments: int
    attempt: int = 1
    choices: tuple[str, ...] = ()
    document: Callable[[], Awaitable[File]] | None = None
    contact_label: str | None = None


class ReceiptKind(StrEnum):
    """What a delivery receipt claims."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DLR:
    """A delivery receipt. May come late, twice, out of order, or for one part only.

    Attributes:
        channel: the configured name of the channel it came by.
        message_id: our id of the message out; None where the provider only tells its own, which then leads to it.
        kind: what it claims.
        provider_id: the provider's id of the message, if it told one.
        detail: the provider's own status word or number, for the record.
        to: the last digits of the number that the message went to, where the provider tells it and nothing but its own id
            leads to the message: one to another number is not the one that is meant.
    """

    channel: str
    message_id: int | None
    kind: ReceiptKind
    provider_id: str | None = None
    detail: str | None = None
    to: str | None = None


def settle(now: State, kind: ReceiptKind, *, attempted: bool) -> State:
    """The state after a receipt; the same state when the receipt changes nothing.

    Args:
        now: the state before.
        kind: what the receipt claims.
        attempted: whether the message was ever handed to a provider. A receipt for one that never was is a lie; one
            for a message that went back to ``queued`` after an attempt tells that the provider took it after all, so
            that it must not go out again.
    """
    target = {
        ReceiptKind.ACCEPTED: State.SUBMITTED,
        ReceiptKind.DELIVERED: State.DELIVERED,
        ReceiptKind.FAILED: State.FAILED,
    }[kind]
    if now is State.QUEUED:
        return target if attempted and target is not State.FAILED else now
    return target if may_become(now, target) else now


@dataclass(frozen=True, slots=True)
class Draft:
    """A message for the outbox.

    Attributes:
        key: what makes it unique, e.g. ``reply:17``: the same key is never queued twice.
        message_class: what it is for.
        channel: the configured name of the channel that takes it.
        to: E.164 number or chat id.
        reply: what it says.
        language: the reader's language.
        expires_at: after this it is no longer worth sending.
        in_reply_to: the inbox id it answers, if any.
        not_before_at: do not send earlier, if set.
        broadcast_id: the broadcast that it belongs to.
    """

    key: str
    message_class: MessageClass
    channel: str
    to: str
    reply: Reply
    language: Language
    expires_at: datetime
    in_reply_to: int | None = None
    not_before_at: datetime | None = None
    broadcast_id: int | None = None
