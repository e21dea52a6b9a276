"""Sending a message: in its turn in its chat, its parts one after the other.

Once a first part is out nothing is certainly not sent any more: a failure after that is ``OutcomeUnknown``, so that nobody reads the
beginning twice.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog
from telegram import LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import InvalidToken, TelegramError

from bot.channel import Taken
from bot.channels.telegram.api import meaning
from bot.channels.telegram.outgoing import LONGEST_CAPTION, inline, keyboard, parts, size
from bot.channels.telegram.turns import Turns
from bot.domain.errors import Gone, OutcomeUnknown, Refused, SubmitError, Throttled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Message

    from bot.channels.telegram.api import Api
    from bot.channels.telegram.outgoing import Keyboard
    from bot.domain.messages import MT, File

    Step = Callable[[], Awaitable[Message]]

log = structlog.get_logger()

LONGEST_PAUSE = 5.0
"""Seconds that the rest of a message waits when Telegram asks for a pause after its first part."""

ACTION_SECONDS = 2.0
EDIT_SECONDS = 5.0
EDITED_AGAIN = 15.0
"""Seconds until a change is tried again about which Telegram has said nothing."""

UNCHANGED = "not modified"
"""Telegram's word for a message that looks as it should already."""

PICTURES = frozenset({"image/png", "image/jpeg"})
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Sender:
    """Sends the messages of one bot.

    Args:
        patience: seconds that a message waits for those before it in its chat.
    """

    def __init__(self, api: Api, patience: float) -> None:
        self._api = api
        self._turns = Turns(patience)

    async def announce(self, chat: str) -> None:
        """Let the reader see that a document is on its way."""
        try:
            await self._api.send_chat_action(chat, ChatAction.UPLOAD_DOCUMENT, read_timeout=ACTION_SECONDS)
        except TelegramError as error:
            log.debug("action_not_shown", error=type(error).__name__)

    async def edit(self, mt: MT, provider_id: str) -> float | None:
        """Change a message; see ``bot.channel.Edits``."""
        if (wait := self._turns.spare(mt.to)) > 0:
            return wait
        try:
            await self._api.edit_message_text(
                parts(mt.text)[0],
                chat_id=mt.to,
                message_id=int(provider_id),
                reply_markup=inline(mt),
                link_preview_options=_NO_PREVIEW,
                read_timeout=EDIT_SECONDS,
            )
        except TelegramError as error:
            return _unchanged(error)
        return 0.0

    async def send(self, mt: MT) -> Taken:
        """Send a message.

        Raises:
            SubmitError: one of its kinds.
        """
        async with self._turns.of(mt.to, mt.id):
            last: Message | None = None
            for step in await self._steps(mt):
                last = await self._first(step) if last is None else await self._further(step)
        if last is None:
            message = "there is nothing to say"
            raise Refused(message)
        return Taken(str(last.message_id))

    async def _steps(self, mt: MT) -> list[Step]:
        """The calls that bring a message: texts, and last a document; buttons go below the last of all."""
        file = None if mt.document is None else await mt.document()
        below = keyboard(mt)
        if file is None:
            texts = parts(mt.text)
            final: list[Step] = [partial(self._text, mt.to, text, below) for text in texts[-1:]]
            return [*(partial(self._text, mt.to, text) for text in texts[:-1]), *final]
        caption = mt.text if size(mt.text) <= LONGEST_CAPTION else ""
        texts = [] if caption else parts(mt.text)
        return [*(partial(self._text, mt.to, text) for text in texts), partial(self._file, mt.to, file, caption, below)]

    async def _text(self, chat: str, text: str, below: Keyboard | None = None) -> Message:
        return await self._api.send_message(chat, text, reply_markup=below, link_preview_options=_NO_PREVIEW)

    async def _file(self, chat: str, file: File, caption: str, below: Keyboard | None) -> Message:
        if file.mime in PICTURES:
            return await self._api.send_photo(
                chat, file.content, caption=caption or None, reply_markup=below, filename=file.name
            )
        return await self._api.send_document(
            chat, file.content, caption=caption or None, reply_markup=below, filename=file.name
        )

    async def _first(self, step: Step) -> Message:
        try:
            return await step()
        except TelegramError as error:
            if isinstance(error, InvalidToken):
                log.error("telegram_refuses_the_token")  # noqa: TRY400 - a trace says no more
            raise meaning(error) from error

    async def _further(self, step: Step) -> Message:
        try:
            return await self._first(step)
        except Throttled as pause:
            if pause.retry_after > LONGEST_PAUSE:
                raise _half_sent() from pause
            await asyncio.sleep(pause.retry_after)
        except SubmitError as error:
            raise _half_sent() from error
        try:
            return await self._first(step)
        except SubmitError as error:
            raise _half_sent() from error


def _unchanged(error: TelegramError) -> float | None:
    """When a change is worth trying again that was not made; None where it never is."""
    if UNCHANGED in str(error).lower():
        return 0.0
    why = meaning(error)
    log.debug("not_edited", why=str(why))
    if isinstance(why, Throttled):
        return why.retry_after
    return None if isinstance(why, Refused | Gone) else EDITED_AGAIN


def _half_sent() -> OutcomeUnknown:
    return OutcomeUnknown("only the beginning of the message is certainly there")
