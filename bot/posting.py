"""Putting messages into the outbox: which way they go, in which language, what they cost.

The answer to a message goes back the way it came. A message to somebody else goes by his linked chat, which is free, and by SMS where
he has none, or where it must reach whoever holds the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.channel import cost
from bot.domain.messages import Draft, Language, MessageClass, State
from bot.domain.replies import dump
from bot.store import links, outbox, senders

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime, timedelta

    from bot.channel import Line
    from bot.command import Context, Notice
    from bot.domain.messages import MO
    from bot.domain.replies import Reply
    from bot.i18n import Renderer
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Said:
    """A text as it goes out."""

    text: str
    encoding: str


class Post:
    """Renders and queues.

    Args:
        lines: every channel's settings and abilities, by name.
        sms: the channel that short messages go by when nobody asked on another one.
        worth_sending: how long a message is worth sending.
    """

    def __init__(self, renderer: Renderer, lines: Mapping[str, Line], sms: str, worth_sending: timedelta) -> None:
        self._renderer = renderer
        self._lines = lines
        self._sms = sms
        self._worth_sending = worth_sending

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
        return [
            self._notice(context, notice, f"notice:{context.inbox_id}:{number}")
            for number, notice in enumerate(context.notices, start=1)
        ]

    def _notice(self, context: Context, notice: Notice, key: str) -> str:
        tx = context.tx
        channel, to = context.channel, notice.to
        if not notice.chat:
            chat = next(iter(links.chats_of(tx, notice.to)), None)
            channel, to = (self._sms, notice.to) if chat is None or notice.by_sms else (chat.channel, chat.chat)
            if channel not in self._lines:  # a chat of a channel that is not configured any more
                channel, to = self._sms, notice.to
        draft = Draft(
            key=key,
            message_class=notice.message_class,
            channel=channel,
            to=to,
            reply=notice.reply,
            language=senders.language_of(tx, notice.to) or Language.BN,
            expires_at=context.now + self._worth_sending,
        )
        self._queue(tx, draft, context.now, context.today, State.QUEUED)
        return channel

    def _queue(self, tx: Tx, draft: Draft, now: datetime, today: date, born: State) -> Said:
        line = self._lines[draft.channel]
        text = self._renderer.render(draft.reply, draft.language, today, line.abilities)
        size, price = cost(text, line)
        outbox.add(tx, draft, content=dump(draft.reply), text=text, size=size, price=price, now=now, born=born)
        return Said(text, size.encoding)


def waiting(lines: Mapping[str, Line], channel: str, others: Iterable[str]) -> set[str]:
    """The channels whose couriers have something to do after an answer on ``channel``."""
    own = {channel} if lines[channel].settings.reply == "api" else set()
    return own.union(others)
