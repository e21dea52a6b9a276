"""The journey of a message in: understood before the writer is asked, taken in one unit of work, acknowledged after the commit.

The same provider message id again gets the same answer and changes nothing. Machines, loops and senders who have drawn enough get none.
Every message that is committed has its outcome: a reply in the outbox, or a recorded reason for silence. When a handler breaks, the
message is committed all the same with a short apology, so that a text which upsets the program cannot come back for ever; when the
database cannot take it, nothing is acknowledged and the provider tries again.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.command import LookFirst
from bot.domain.errors import InvalidMsisdn, StoreError
from bot.domain.grammar import Ask, Unknown
from bot.domain.messages import MO, Language
from bot.domain.msisdn import Msisdn, is_machine
from bot.domain.text import normalise
from bot.incoming import ECHO, LIMIT, LOOP, Incoming, Outcome
from bot.limits import LoopGuard, SenderLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.answering import Answering
    from bot.channel import Answer, Line
    from bot.clock import Clock
    from bot.config import GatewaySettings
    from bot.domain.grammar import Grammar, Understanding
    from bot.metrics import Metrics
    from bot.store.store import Store

log = structlog.get_logger()

LONGEST_TEXT = 2000
"""Characters of a text that the parser reads: thirty parts of Bangla. All of it is kept."""

MOST_LOOKS = 3
"""How often a message may mean something else after what it needed was read: its sender was faster."""

LONGEST_SENDER = 32
"""Characters kept of a sender that is no number."""


class Receiver:
    """Takes messages in.

    Args:
        lines: every channel's settings and abilities, by name.
        queued: told the name of a channel when a message waits there.
    """

    def __init__(
        self,
        store: Store,
        grammar: Grammar,
        answering: Answering,
        settings: GatewaySettings,
        clock: Clock,
        metrics: Metrics,
        lines: Mapping[str, Line],
        queued: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.grammar = grammar
        self._store = store
        self._answering = answering
        self._clock = clock
        self._metrics = metrics
        self._limit = SenderLimit(settings.answers_per_sender, settings.limit_minutes * 60)
        self._loops = LoopGuard(settings.same_answers, settings.loop_minutes * 60)
        self._lines = lines
        self._queued = queued

    def understand(self, mo: MO) -> Incoming:
        """Everything about a message that needs no database."""
        sender, silence = self._identify(mo)
        today = self._clock.today()
        understanding = mo.call or self.grammar.parse(mo.text[:LONGEST_TEXT], today)
        if silence is None and isinstance(understanding, Unknown) and understanding.machine:
            silence = "machine"
        silence = silence or self._guarded(mo, sender, understanding, time.monotonic())
        return Incoming(mo, sender, silence, understanding, self._clock.now(), today)

    def _guarded(self, mo: MO, sender: str, understanding: Understanding, at: float) -> str | None:
        """Why somebody who has drawn enough answers, or the same one too often, gets none."""
        if not self._limit.allows(sender, at):
            return LIMIT
        if not self._is_text(mo):
            return None
        who = f"{mo.channel}:{sender}"
        if self._loops.is_echo(who, mo.text):
            return ECHO
        return LOOP if self._loops.is_loop(who, _texts(mo, understanding), at) else None

    def _is_text(self, mo: MO) -> bool:
        """Whether a machine may have said it: in a chat there are none, and silence would look broken."""
        return mo.call is None and mo.press is None and not self._lines[mo.channel].abilities.chat

    async def receive(self, mo: MO) -> Answer:
        """Take a message in; returns after the commit.

        Raises:
            StoreError: the database cannot take it; the provider should try again.
        """
        return (await self.outcome(mo)).answer

    async def outcome(self, mo: MO) -> Outcome:
        """Take a message in and tell what became of it; otherwise as ``receive``."""
        started = time.perf_counter()
        mo = storable(mo)
        incoming: Incoming | None = None
        try:
            incoming = self.understand(mo)
            if (command := self._answering.looking(incoming)) is not None:
                look = partial(self._answering.look, incoming=incoming)
                found = await self._store.read(look, slow=command.slow)
                incoming = replace(incoming, found=found)
            outcome = await self._taken(incoming)
        except StoreError:
            raise
        except Exception:
            # Whatever the parser or a handler raises, the message is kept.
            log.exception("message_broke", channel=mo.channel)
            outcome = await self._apologised(mo)
        self._told(outcome, mo, incoming, time.perf_counter() - started)
        return outcome

    async def _taken(self, incoming: Incoming) -> Outcome:
        """In one unit of work; run again where it tells only then what is to be read first."""
        for _ in range(MOST_LOOKS):
            try:
                return await self._store.write(partial(self._answering.take, incoming=incoming))
            except LookFirst as wanted:
                read = wanted.read
            incoming = replace(incoming, found=await self._store.read(read, slow=True))
        return await self._store.write(partial(self._answering.take, incoming=incoming))

    def _identify(self, mo: MO) -> tuple[str, str | None]:
        """The sender's address, and why it gets no answer, if so. A chat's id is its channel's own and known to be right."""
        return (mo.sender, None) if self._lines[mo.channel].abilities.chat else identify(mo.sender)

    async def _apologised(self, mo: MO) -> Outcome:
        sender, silence = self._identify(mo)
        incoming = Incoming(mo, sender, silence, Unknown(Language.BN), self._clock.now(), self._clock.today())
        try:
            return await self._store.write(partial(self._answering.apologise, incoming=incoming))
        except Exception as error:
            message = f"the database refuses messages: {type(error).__name__}"
            raise StoreError(message) from error

    def _told(self, outcome: Outcome, mo: MO, incoming: Incoming | None, seconds: float) -> None:
        label = outcome.fate.outcome if outcome.fresh else "repeated"
        self._metrics.received.labels(mo.channel, label).inc()
        self._metrics.receive_seconds.observe(seconds)
        if label == "replied":
            sender, at = self._identify(mo)[0], time.monotonic()
            self._limit.count(sender, at)
            if outcome.said is not None and incoming is not None and self._is_text(mo):
                self._loops.answered(f"{mo.channel}:{sender}", _texts(mo, incoming.understanding), outcome.said, at)
        for channel in outcome.queued:
            self._queued(channel)
        log.debug("mo", channel=mo.channel, id=outcome.answer.inbox_id, outcome=label, command=outcome.fate.command)


def _texts(mo: MO, understanding: Understanding) -> list[str]:
    """What a text is known again by: its words; where it was asked back, also what was missing, whatever else it says."""
    words = normalise(mo.text[:LONGEST_TEXT]).casefold()
    return [words, f"{understanding.command} {understanding.reason}"] if isinstance(understanding, Ask) else [words]


def storable(mo: MO) -> MO:
    """The message without what a database cannot hold as text: NUL, and halves of surrogate pairs."""
    parts = (mo.provider_id, mo.sender, mo.to, mo.text)
    if all(part.isprintable() for part in parts):
        return mo
    provider_id, sender, to, text = (
        part.replace("\x00", "").encode("utf-8", "replace").decode("utf-8") for part in parts
    )
    return replace(mo, provider_id=provider_id, sender=sender, to=to, text=text)


def identify(raw: str) -> tuple[str, str | None]:
    """The sender's number in E.164, and why it gets no answer, if so: a machine, or no number at all."""
    if is_machine(raw):
        return raw[:LONGEST_SENDER], "machine"
    try:
        return str(Msisdn.parse(raw)), None
    except InvalidMsisdn:
        return raw[:LONGEST_SENDER], "no_number"
