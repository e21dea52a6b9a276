"""Taking updates in: by asking Telegram, or by a webhook that Telegram calls.

Telegram out of reach stops nothing: it is tried again for ever, longer each time, while SMS goes on. A poll confirms what the one
before it brought, and so it is made only after every update of that has been committed; what was committed and comes again changes
nothing, because the update's number is the message's id. The updates of one chat are committed in their order, chats at once.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from bot.channels.telegram.api import ANSWER_SECONDS
from bot.channels.telegram.incoming import KINDS, read
from bot.domain.errors import StoreError, Throttled
from bot.domain.messages import Language
from bot.domain.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from bot.channel import Answer
    from bot.channels.telegram.api import Api
    from bot.channels.telegram.incoming import Seen
    from bot.domain.messages import MO

log = structlog.get_logger()

WAIT_SECONDS = 25.0
"""How long Telegram keeps a question open while there is nothing new."""

POLICY = RetryPolicy(first=0.5, factor=2.0, ceiling=30.0)
"""How Telegram is asked again when it does not answer: after ½, 1, 2, 4 … 30 seconds, give or take a fifth."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram brings updates, and the word that it shows there."""

    url: str
    secret: str


class Listener:
    """Takes updates in.

    Args:
        channel: the configured name of the channel.
        receive: takes a message in; returns after the commit.
        menu: the commands that chats offer, by language.
        webhook: None to ask for updates instead.
        called: told the bot's name once it is known.
    """

    def __init__(
        self,
        channel: str,
        api: Api,
        receive: Callable[[MO], Awaitable[Answer]],
        menu: Mapping[Language, Sequence[tuple[str, str]]],
        webhook: Webhook | None,
        called: Callable[[str], None],
    ) -> None:
        self.listening = False
        self._channel = channel
        self._api = api
        self._receive = receive
        self._menu = menu
        self._webhook = webhook
        self._called = called
        self._offset = 0

    async def serve(self) -> None:
        """Introduce the bot, then ask for updates until cancelled; a webhook is only registered. Never raises."""
        await self._insist(self._introduce)
        await self._insist(self._register)
        await self._insist(self._show_menu)
        while self._webhook is None:
            await self._insist(self._poll)

    async def _insist(self, step: Callable[[], Awaitable[None]]) -> None:
        """Do a step again and again until it is done."""
        failures = 0
        while True:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - whatever it is, SMS goes on and Telegram is asked again
                pause = self._trouble(error, first=not failures)
            else:
                if failures:
                    log.info("telegram_answers", channel=self._channel)
                return
            failures += 1
            await asyncio.sleep(max(pause, POLICY.delay(failures, spread=time.monotonic() % 1)))

    def _trouble(self, error: Exception, *, first: bool) -> float:
        """Tell the first of several failures; returns for how long Telegram itself wants a pause."""
        self.listening = False
        if isinstance(error, InvalidToken):
            log.error("telegram_refuses_the_token", channel=self._channel)
        elif isinstance(error, BadRequest) and first:
            # What was asked holds nothing but settings, so that what Telegram has against it may be told.
            log.error("telegram_refuses", channel=self._channel, said=error.message)
        elif first:
            log.warning("telegram_is_away", channel=self._channel, error=type(error.__cause__ or error).__name__)
        return error.__cause__.retry_after if isinstance(error.__cause__, Throttled) else 0.0

    # ---- what is done once ----

    async def _introduce(self) -> None:
        bot = await self._api.get_me(read_timeout=ANSWER_SECONDS)
        if bot.username is not None:
            self._called(bot.username)
        log.info("telegram_knows_the_bot", channel=self._channel)

    async def _register(self) -> None:
        if self._webhook is None:
            await self._api.delete_webhook(read_timeout=ANSWER_SECONDS)
        else:
            await self._api.set_webhook(
                self._webhook.url,
                secret_token=self._webhook.secret,
                allowed_updates=KINDS,
                read_timeout=ANSWER_SECONDS,
            )
        self.listening = True

    async def _show_menu(self) -> None:
        """The menu beside the line one types in: Bangla for everybody, English where the phone speaks English."""
        for language, commands in self._menu.items():
            code = None if language is Language.BN else str(language)
            try:
                await self._api.set_my_commands(commands, language_code=code, read_timeout=ANSWER_SECONDS)
            except BadRequest:
                log.warning("telegram_refuses_the_menu", channel=self._channel, language=language)

    # ---- what is done again and again ----

    async def _poll(self) -> None:
        # After trouble a question that Telegram answers at once tells that it is over.
        wait = WAIT_SECONDS if self.listening else 0.0
        try:
            updates = await self._api.updates(self._offset, wait, KINDS)
        except Conflict:
            # Somebody has set a webhook, or asks with the same token: the first is put right here, the second has to be told.
            log.warning("telegram_is_asked_by_another", channel=self._channel)
            await self._register()
            raise
        self.listening = True
        refused = await self._take_all(updates)
        if refused is not None:
            self._offset = refused
            message = "an update could not be kept"
            raise StoreError(message)
        self._offset = max((_number(update) + 1 for update in updates), default=self._offset)

    async def _take_all(self, updates: Sequence[Mapping[str, Any]]) -> int | None:
        """Take a batch in; returns the number of the first update that could not be kept, if any."""
        chats: defaultdict[str, list[tuple[int, Seen]]] = defaultdict(list)
        for update in updates:
            seen = self._read(update)
            if seen is not None:
                chats[seen.chat].append((_number(update), seen))
        stopped_at = await asyncio.gather(*(self._take_chat(line) for line in chats.values()))
        return min((number for number in stopped_at if number is not None), default=None)

    async def _take_chat(self, line: Sequence[tuple[int, Seen]]) -> int | None:
        for number, seen in line:
            try:
                await self._take(seen)
            except Exception as error:  # noqa: BLE001 - what could not be kept is not confirmed, and comes again
                log.warning("update_not_kept", channel=self._channel, error=type(error).__name__)
                return number
        return None

    # ---- one update ----

    async def hand_in(self, update: Any) -> None:
        """Take one update in; returns after the commit.

        Raises:
            StoreError: the database cannot take it.
        """
        seen = self._read(update)
        if seen is not None:
            await self._take(seen)

    def _read(self, update: Any) -> Seen | None:
        """What an update says; None, and a line in the log, when it cannot be read: it would come again for ever."""
        try:
            return read(update, self._channel)
        except ValueError:
            log.warning("telegram_update_not_understood", channel=self._channel)
            return None

    async def _take(self, seen: Seen) -> None:
        if seen.mo is not None:
            await self._receive(seen.mo)
        if seen.query is not None:
            await self._answer(seen.query)

    async def _answer(self, query: str) -> None:
        """Let the button that was pressed come to rest: it shows a clock until then."""
        try:
            await self._api.answer_callback_query(query, read_timeout=ANSWER_SECONDS)
        except TelegramError as error:
            # Too old, or Telegram is away. What the press asked for is committed, and its answer is a message of its own.
            log.debug("press_not_answered", channel=self._channel, error=type(error).__name__)


def _number(update: Mapping[str, Any]) -> int:
    return int(update["update_id"])
