"""Putting messages into the outbox: which way they go, in which language, what they cost.

The answer to a message goes back the way it came. A message to somebody else goes by his linked chat, which is free, and by SMS where
he has none, or where it must reach whoever holds the number. STOP spares a number the courtesies, such as a welcome; a warning that its
posts or its chat were changed, and a code that was asked for, are sent all the same, because STOP would else hide an abuse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot import texts
from bot.channel import cost
from bot.clock import DHAKA
from bot.domain.messages import Draft, Language, MessageClass, State
from bot.domain.replies import dump
from bot.store import links, outbox, senders

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime, timedelta

    from bot.channel import Line
    from bot.command import Context, Notice
    from bot.domain.messages import MO
    from bot.domain.quiet import QuietHours
    from bot.domain.replies import Choice, Reply
    from bot.i18n import Renderer
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Said:
    """A text as it goes out."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that nobody asked for, such as a reminder or a digest.

    Attributes:
        key: what makes it unique: the same key is never queued twice.
        to: the recipient's number.
        reply: what it says.
        message_class: what it is for.
        expires_at: after this it is no longer worth sending.
        not_before_at: it does not leave earlier.
        courtesy: a number in STOP is spared it.
        buttons: what a chat offers below it; a short message says in words what to send.
    """

    key: str
    to: str
    reply: Reply
    message_class: MessageClass
    expires_at: datetime
    not_before_at: datetime | None = None
    courtesy: bool = False
    buttons: tuple[Choice, ...] = ()

    @classmethod
    def in_hours(
        cls,
        key: str,
        to: str,
        reply: Reply,
        message_class: MessageClass,
        *,
        worth: timedelta,
        quiet: QuietHours,
        now: datetime,
        buttons: tuple[Choice, ...] = (),
    ) -> Letter:
        """One that leaves as soon as the quiet hours allow, and is worth sending so long from then on."""
        leaves = quiet.allowed_from(now)
        held = None if leaves == now else leaves
        return cls(key, to, reply, message_class, leaves + worth, not_before_at=held, buttons=buttons)


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter in the outbox.

    Attributes:
        id: its row.
        channel: which has something to do.
        new: whether it was not there already.
    """

    id: int
    channel: str
    new: bool


class Post:
    """Renders and queues.

    Args:
        lines: every channel's settings and abilities, by name.
        sms: the channel that short messages go by when nobody asked on another one; None where there is none.
        worth_sending: how long a message is worth sending.
    """

    def __init__(
        self, renderer: Renderer, lines: Mapping[str, Line], sms: str | None, worth_sending: timedelta
    ) -> None:
        self._renderer = renderer
        self._lines = lines
        self._sms = sms
        self._worth_sending = worth_sending

    @property
    def has_sms(self) -> bool:
        """Whether a short message can reach a number that has not written by one."""
        return self._sms is not None

    def answer(
        self, tx: Tx, mo: MO, inbox_id: int, reply: Reply, to: str, language: Language, now: datetime, today: date
    ) -> Said:
        """Queue the answer to a message; where the channel answers in the response, born submitted, so that nobody sends it again."""
        draft = Draft(
            key=outbox.reply_key(inbox_id),
            message_class=MessageClass.CODE if reply.secret else MessageClass.REPLY,
            channel=mo.channel,
            to=to,
            reply=reply,
            language=language,
            expires_at=now + self._worth_sending,
            in_reply_to=inbox_id,
        )
        in_body = self._lines[mo.channel].settings.reply == "body"
        return self._queue(tx, draft, now, today, State.SUBMITTED if in_body else State.QUEUED)

    def notices(self, context: Context) -> list[str]:
        """Queue what a handler wants others told; returns the channels that have something to do."""
        numbered = enumerate(context.notices, start=1)
        queued = [
            self._notice(context, notice, notice.key or f"notice:{context.inbox_id}:{number}")
            for number, notice in numbered
        ]
        return [channel for channel in queued if channel is not None]

    def send(self, tx: Tx, letter: Letter, now: datetime, today: date) -> Posted | None:
        """Queue a letter by the reader's linked chat, else by SMS; None where it reaches nobody or he is to be spared it.

        One of the same key that was taken back, or was not worth sending any more, does not stand in its way.
        """
        if letter.courtesy and senders.known(tx, letter.to, today, now).stopped_at:
            return None
        way = self._way_to(tx, letter.to)
        if way is None:
            return None
        channel, to = way
        buttons = letter.buttons if self._lines[channel].abilities.chat else ()
        draft = Draft(
            key=letter.key,
            message_class=letter.message_class,
            channel=channel,
            to=to,
            reply=replace(letter.reply, choices=buttons) if buttons else letter.reply,
            language=senders.language_of(tx, letter.to) or Language.BN,
            expires_at=letter.expires_at,
            not_before_at=letter.not_before_at,
        )
        line = self._lines[channel]
        leaves = today if letter.not_before_at is None else max(today, letter.not_before_at.astimezone(DHAKA).date())
        _, new = self._add(tx, draft, line, now, leaves, State.QUEUED)
        if not new and outbox.state(tx, outbox.id_of(tx, draft.key)) in {State.CANCELLED, State.EXPIRED}:
            draft = replace(draft, key=f"{draft.key}@{now.isoformat()}")
            _, new = self._add(tx, draft, line, now, leaves, State.QUEUED)
        return Posted(outbox.id_of(tx, draft.key), channel, new)

    def _notice(self, context: Context, notice: Notice, key: str) -> str | None:
        way = self._way(context, notice)
        if way is None:
            return None
        channel, to = way
        buttons = notice.buttons if self._lines[channel].abilities.chat else ()
        draft = Draft(
            key=key,
            message_class=notice.message_class,
            channel=channel,
            to=to,
            reply=replace(notice.reply, choices=buttons) if buttons else notice.reply,
            language=senders.language_of(context.tx, notice.to) or Language.BN,
            expires_at=context.now + self._worth_sending,
        )
        self._queue(context.tx, draft, context.now, context.today, State.QUEUED)
        if notice.then is not None:
            notice.then(context.tx, outbox.id_of(context.tx, key))
        return channel

    def _way(self, context: Context, notice: Notice) -> tuple[str, str] | None:
        """The channel and the address there; None where it is not to be sent, or reaches nobody."""
        if notice.chat is not None:
            # Else of a channel that is not configured any more.
            return (notice.chat.channel, notice.chat.chat) if notice.chat.channel in self._lines else None
        if notice.courtesy and senders.known(context.tx, notice.to, context.today, context.now).stopped_at:
            return None
        return self._way_to(context.tx, notice.to, by_sms=notice.by_sms)

    def _way_to(self, tx: Tx, number: str, *, by_sms: bool = False) -> tuple[str, str] | None:
        """A linked chat, which is free, else SMS."""
        for each in () if by_sms else links.chats_of(tx, number):
            if each.channel in self._lines:
                return each.channel, each.chat
        return None if self._sms is None else (self._sms, number)

    def _queue(self, tx: Tx, draft: Draft, now: datetime, today: date, born: State) -> Said:
        return self._add(tx, draft, self._lines[draft.channel], now, today, born)[0]

    def _add(self, tx: Tx, draft: Draft, line: Line, now: datetime, today: date, born: State) -> tuple[Said, bool]:
        """Render as it leaves on ``today``, and queue; whether it is new."""
        own = texts.own(tx, draft.reply, draft.language)
        text = self._renderer.render(draft.reply, draft.language, today, line.abilities, own)
        size, price = cost(text, line)
        new = outbox.add(tx, draft, content=dump(draft.reply), text=text, size=size, price=price, now=now, born=born)
        return Said(text, size.encoding), new


def waiting(lines: Mapping[str, Line], channel: str, others: Iterable[str]) -> set[str]:
    """The channels whose couriers have something to do after an answer on ``channel``."""
    own = {channel} if lines[channel].settings.reply == "api" else set()
    return own.union(others)
