"""The unit of work of a message in: what one text leads to, in one transaction, without a clock or a network.

Identify, understand, authorise, handle, reply: everything that a message changes and the answer it gets are committed together, or
not at all. ``bot.receive`` calls it and answers the provider afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.channel import Answer
from bot.command import Commands, Context, Dialogue, Event, Sender, Silence
from bot.domain.access import may_run
from bot.domain.grammar import Ask, Call, Unknown, number_choice
from bot.domain.messages import Draft, Language, MessageClass, Reply, State
from bot.domain.segments import measure
from bot.domain.text import normalise
from bot.handlers.fallback import asked_back
from bot.i18n import dump
from bot.store import inbox, outbox, senders
from bot.store.inbox import Fate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from bot.channel import ChannelSettings
    from bot.config import GatewaySettings
    from bot.domain.grammar import Understanding
    from bot.domain.messages import MO
    from bot.domain.places import PlaceIndex
    from bot.i18n import Renderer
    from bot.store.query import Tx
    from bot.store.senders import Subscriber

Said = tuple[Reply | Silence, Fate]

LIMIT = "limit"
"""Why a sender who has drawn too many answers gets none."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message in with everything that is known before the writer is asked.

    Attributes:
        mo: as the channel gave it.
        sender: the number in E.164, or the raw sender where it is no number.
        silence: why it gets no answer, if that is known already.
        understanding: what the text means by itself.
        now, today: the gateway's time.
    """

    mo: MO
    sender: str
    silence: str | None
    understanding: Understanding
    now: datetime
    today: date

    def expected(self) -> Fate:
        """What will most probably become of it."""
        if self.silence is not None:
            return Fate("silent", None, self.silence)
        match self.understanding:
            case Call(command=command):
                return Fate("replied", command)
            case Ask(command=command, reason=reason):
                return Fate("replied", command, reason)
            case Unknown(reserved=reserved):
                return Fate("replied", None, "unknown" if reserved is None else "not_yet")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message in.

    Attributes:
        answer: for the channel.
        fate: as recorded.
        fresh: False when the provider sent it before; nothing was changed then.
    """

    answer: Answer
    fate: Fate
    fresh: bool = True


class Answering:
    """Takes messages in, each in a unit of work.

    Args:
        channels: settings by channel name, for the price and for how answers go back.
    """

    def __init__(
        self,
        commands: Commands,
        renderer: Renderer,
        places: PlaceIndex,
        settings: GatewaySettings,
        channels: Mapping[str, ChannelSettings],
    ) -> None:
        self._commands = commands
        self._renderer = renderer
        self._places = places
        self._short_code = settings.short_code
        self._worth_sending = timedelta(hours=settings.reply_hours)
        self._list_waits = timedelta(minutes=settings.dialogue_minutes)
        self._help_pause = timedelta(minutes=settings.help_minutes)
        self._channels = channels

    def take(self, tx: Tx, incoming: Incoming) -> Outcome:
        """Unit of work: the whole journey of one message."""
        expected = incoming.expected()
        inbox_id = inbox.add(tx, incoming.mo, incoming.sender, incoming.now, expected)
        if inbox_id is None:
            return self._repeated(tx, incoming)
        if incoming.silence is not None:
            self._still_stop(tx, incoming)
            return Outcome(Answer(inbox_id), expected)
        subscriber = senders.known(tx, incoming.sender, incoming.today, incoming.now)
        context = self._context(tx, incoming, subscriber)
        if subscriber.language is None and subscriber.dialogue is not None and not _has_letters(incoming.mo.text):
            # A bare number has no language of its own: it is answered in that of the list it chooses from.
            context.language = Language(subscriber.dialogue[1].get("language", context.language))
        said, fate = self._step(context, incoming, subscriber.dialogue) or self._decide(context, incoming)
        if isinstance(said, Silence):
            fate = Fate("silent", fate.command, said.reason)
        if fate != expected:
            inbox.settle(tx, inbox_id, fate)
        if isinstance(said, Silence):
            return Outcome(Answer(inbox_id), fate)
        if context.opens is not None:
            until = context.now + self._list_waits
            state = {**context.opens.state, "language": context.language}
            senders.keep_dialogue(tx, context.sender.msisdn, context.opens.kind, state, until)
        return Outcome(self._reply(tx, inbox_id, incoming, said, context.language), fate)

    def apologise(self, tx: Tx, incoming: Incoming) -> Outcome:
        """Unit of work: the message that broke the program is kept, and its sender hears that it did not work."""
        broken = Fate("replied", None, "broken") if incoming.silence is None else incoming.expected()
        inbox_id = inbox.add(tx, incoming.mo, incoming.sender, incoming.now, broken)
        if inbox_id is None:
            return self._repeated(tx, incoming)
        if incoming.silence is not None:
            return Outcome(Answer(inbox_id), broken)
        return Outcome(self._reply(tx, inbox_id, incoming, Reply("broken"), incoming.understanding.language), broken)

    def _repeated(self, tx: Tx, incoming: Incoming) -> Outcome:
        """The outcome of before, where the provider sent the same message again."""
        known = inbox.known(tx, incoming.mo)
        return Outcome(self._answer(incoming.mo.channel, known.id, known.text, known.encoding), known.fate, fresh=False)

    def _still_stop(self, tx: Tx, incoming: Incoming) -> None:
        """STOP is carried out even where its sender has drawn too many answers to get another one."""
        if (
            incoming.silence == LIMIT
            and isinstance(incoming.understanding, Call)
            and incoming.understanding.command == "stop"
        ):
            senders.stop(tx, incoming.sender, incoming.now)

    def _context(self, tx: Tx, incoming: Incoming, subscriber: Subscriber) -> Context:
        return Context(
            tx=tx,
            sender=Sender(
                incoming.sender, subscriber.posts, subscriber.language, stopped=subscriber.stopped_at is not None
            ),
            now=incoming.now,
            today=incoming.today,
            language=subscriber.language or incoming.understanding.language,
            places=self._places,
            short_code=self._short_code,
            puzzled_at=subscriber.puzzled_at,
        )

    def _decide(self, context: Context, incoming: Incoming) -> Said:
        """What to say to a text by itself."""
        match incoming.understanding:
            case Call(command=name, args=args):
                return self._run(context, name, args), Fate("replied", name)
            case Ask(command=name, reason=reason) as ask:
                return asked_back(ask), Fate("replied", name, reason)
            case Unknown(reserved=name) if name is not None:
                return Reply("not_yet"), Fate("replied", None, "not_yet")
            case Unknown():
                return self._puzzled(context), Fate("replied", None, "unknown")

    def _step(
        self, context: Context, incoming: Incoming, dialogue: tuple[str, Mapping[str, Any]] | None
    ) -> Said | None:
        """Go on with the sender's open dialogue, where the message is for it."""
        if dialogue is None or dialogue[0] not in self._commands.steps:
            return None
        kind, state = dialogue
        text = incoming.mo.text
        turn = self._commands.steps[kind](state, Event(normalise(text), number_choice(text), incoming.understanding))
        if turn is None:
            return None
        if turn.state is None:
            senders.end_dialogue(context.tx, context.sender.msisdn)
        else:
            context.opens = Dialogue(kind, turn.state)
        said: Reply | Silence = turn.reply or Silence("dialogue")
        name = None
        for call in turn.calls:
            name, answer = call.command, self._run(context, call.command, call.args)
            said = turn.reply or answer
        return said, Fate("replied", name)

    def _run(self, context: Context, name: str, args: Mapping[str, Any]) -> Reply | Silence:
        command = self._commands.get(name)
        if command is None:
            return self._puzzled(context)
        if not may_run(name, context.sender.posts):
            return Reply("not_allowed")
        return command.run(context, args)

    def _puzzled(self, context: Context) -> Reply | Silence:
        """One short help in ten minutes, so that two machines cannot talk for ever and nobody is nagged."""
        if context.puzzled_at is not None and context.now - context.puzzled_at < self._help_pause:
            return Silence("puzzled")
        senders.puzzled(context.tx, context.sender.msisdn, context.now)
        return Reply("unknown")

    def _reply(self, tx: Tx, inbox_id: int, incoming: Incoming, reply: Reply, language: Language) -> Answer:
        """Into the outbox; where the channel answers in the response, born submitted, so that nobody sends it again."""
        channel = incoming.mo.channel
        settings = self._channels[channel]
        text = self._renderer.render(reply, language, incoming.today)
        size = measure(text)
        outbox.add(
            tx,
            Draft(
                key=outbox.reply_key(inbox_id),
                message_class=MessageClass.REPLY,
                channel=channel,
                to=incoming.sender,
                reply=reply,
                language=language,
                expires_at=incoming.now + self._worth_sending,
                in_reply_to=inbox_id,
            ),
            content=dump(reply),
            text=text,
            size=size,
            price=settings.price_per_segment * size.segments,
            now=incoming.now,
            born=State.SUBMITTED if settings.reply == "body" else State.QUEUED,
        )
        return self._answer(channel, inbox_id, text, size.encoding)

    def _answer(self, channel: str, inbox_id: int, text: str | None, encoding: str | None) -> Answer:
        """In the response body where the channel answers that way; else the outbox answers."""
        if self._channels[channel].reply == "body" and text is not None:
            return Answer(inbox_id, text, encoding or "GSM-7")
        return Answer(inbox_id)


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)
