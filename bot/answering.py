"""The unit of work of a message in: what one text leads to, in one transaction, without a clock or a network.

Identify, understand, authorise, handle, reply: everything that a message changes and the answer it gets are committed together, or
not at all. ``bot.receive`` calls it and answers the provider afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import broadcast_answers, reminding, stopping, which_form
from bot.broadcast_answers import SHOWN, Echo
from bot.channel import Answer
from bot.command import Context, Dialogue, Event, Look, Sender, Silence
from bot.domain.access import may_run
from bot.domain.grammar import Ask, Call, Unknown, number_choice
from bot.domain.messages import Language
from bot.domain.replies import Reply, load
from bot.domain.text import normalise
from bot.handlers.fallback import asked_back
from bot.incoming import ECHO, LIMIT, LOOP, Incoming, Outcome
from bot.posting import waiting
from bot.store import inbox, links, outbox, senders
from bot.store.inbox import Fate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.channel import Line
    from bot.command import Command, Commands
    from bot.config import GatewaySettings
    from bot.domain.places import PlaceIndex
    from bot.i18n import Renderer
    from bot.planning import Rules
    from bot.posting import Post
    from bot.return_rules import ReturnRules
    from bot.send_rules import SendRules
    from bot.store.query import Tx
    from bot.store.senders import Subscriber

Said = tuple[Reply | Silence, Fate]

_ASKS_ITSELF = frozenset(
    {
        ("approve", "missing_ref"),
        ("send", "missing_audience"),
        ("send", "missing_text"),
        ("return", "missing_period"),
        ("correct", "missing_ref"),
        ("correct", "missing_changes"),
    }
)
"""What is missing where the command itself knows what it could be, and asks better than a text that fits everybody."""

CHOICES = "choices"
"""The dialogue that every reply with choices leaves open."""


class Answering:
    """Takes messages in, each in a unit of work.

    Args:
        lines: every channel's settings and abilities, by name.
        post: queues the answers and what others are told.
        rules: the settings of the law and of reminders.
        returns: the forms, and the settings of returns.
        sending: what holds for messages to many.
        start_url: where a link to a chat with us begins, as soon as it is known.
    """

    def __init__(
        self,
        commands: Commands,
        renderer: Renderer,
        places: PlaceIndex,
        settings: GatewaySettings,
        lines: Mapping[str, Line],
        post: Post,
        rules: Rules,
        returns: ReturnRules,
        sending: SendRules,
        start_url: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._commands = commands
        self._renderer = renderer
        self._places = places
        self._settings = settings
        self._list_waits = timedelta(minutes=settings.dialogue_minutes)
        self._help_pause = timedelta(minutes=settings.help_minutes)
        self._lines = lines
        self._post = post
        self._rules = rules
        self._returns = returns
        self._sending = sending
        self._start_url = start_url

    def looking(self, incoming: Incoming) -> Command | None:
        """The command that wants to read something before the unit of work, if one does."""
        return self._looking(incoming) if incoming.silence is None else None

    def look(self, tx: Tx, incoming: Incoming) -> Any:
        """Read what the command needs, on a read-only connection."""
        command = self._looking(incoming)
        if command is None or command.look is None or not isinstance(incoming.understanding, Call):
            return None
        number, _ = self._who(tx, incoming)
        subscriber = senders.known(tx, number, incoming.today, incoming.now)
        sender = Sender(number, subscriber.posts)
        look = Look(sender, incoming.understanding.args, incoming.now, incoming.today, self._returns, self._sending)
        return command.look(tx, look) if may_run(command.name, subscriber.posts) else None

    def _looking(self, incoming: Incoming) -> Command | None:
        if not isinstance(incoming.understanding, Call):
            return None
        command = self._commands.get(incoming.understanding.command)
        return command if command is not None and command.wants_look(incoming.understanding.args) else None

    def take(self, tx: Tx, incoming: Incoming) -> Outcome:
        """Unit of work: the whole journey of one message."""
        if incoming.mo.press is not None:
            incoming = self._pressed(tx, incoming)
        expected = incoming.expected()
        inbox_id = inbox.add(tx, incoming.mo, incoming.sender, incoming.now, expected)
        if inbox_id is None:
            return self._repeated(tx, incoming)
        if incoming.silence is not None:
            self._still_stop(tx, incoming)
            return Outcome(Answer(inbox_id), expected)
        number, linked = self._who(tx, incoming)
        subscriber = senders.known(tx, number, incoming.today, incoming.now)
        context = self._context(tx, incoming, inbox_id, number, subscriber, linked=linked)
        if subscriber.language is None and subscriber.dialogue is not None and not _has_letters(incoming.mo.text):
            # A bare number has no language of its own: it is answered in that of the list it chooses from.
            context.language = Language(subscriber.dialogue[1].get("language", context.language))
        said, fate = self._understood(context, incoming, subscriber.dialogue)
        if isinstance(said, Silence):
            fate = Fate("silent", fate.command, said.reason)
        if fate != expected:
            inbox.settle(tx, inbox_id, fate)
        return self._told(context, incoming, said, fate)

    def _understood(self, context: Context, incoming: Incoming, dialogue: tuple[str, Mapping[str, Any]] | None) -> Said:
        """An answer to a broadcast, a step of the open dialogue, or what a text means by itself."""
        meant = broadcast_answers.meant(context, incoming, dialogue)
        if isinstance(meant, Echo):
            return Silence(ECHO), Fate("silent", None, ECHO)
        stepped = None if meant is not None and meant.first else self._step(context, incoming, dialogue)
        if stepped is not None or meant is None:
            return stepped or self._decide(context, incoming)
        name = meant.call.command
        return self._run(context, name, meant.call.args), Fate("replied", name)

    def _told(self, context: Context, incoming: Incoming, said: Reply | Silence, fate: Fate) -> Outcome:
        """Queue the answer and what others are told, and leave the dialogue open."""
        others = list(context.wakes)
        others += self._post.notices(context) if context.notices else ()
        for renewal in context.renewals:
            made = reminding.renew(context.tx, self._post, self._rules, renewal, context.now, context.today)
            others += made.channels
        if isinstance(said, Silence):
            return Outcome(Answer(context.inbox_id), fate, queued=frozenset(others))
        opens = context.opens or _choosing(said)
        if opens is not None:
            until = context.now + (self._list_waits if opens.hours is None else timedelta(hours=opens.hours))
            state = {**opens.state, "language": context.language, SHOWN: context.now.isoformat()}
            senders.keep_dialogue(context.tx, context.sender.msisdn, opens.kind, state, until)
        text, answer = self._reply(context.tx, context.inbox_id, incoming, said, context.language)
        return Outcome(answer, fate, queued=frozenset(waiting(self._lines, incoming.mo.channel, others)), said=text)

    def apologise(self, tx: Tx, incoming: Incoming) -> Outcome:
        """Unit of work: the message that broke the program is kept, and its sender hears that it did not work."""
        broken = Fate("replied", None, "broken") if incoming.silence is None else incoming.expected()
        inbox_id = inbox.add(tx, incoming.mo, incoming.sender, incoming.now, broken)
        if inbox_id is None:
            return self._repeated(tx, incoming)
        if incoming.silence is not None:
            return Outcome(Answer(inbox_id), broken)
        text, answer = self._reply(tx, inbox_id, incoming, Reply("broken"), incoming.understanding.language)
        return Outcome(answer, broken, queued=frozenset(waiting(self._lines, incoming.mo.channel, ())), said=text)

    def _repeated(self, tx: Tx, incoming: Incoming) -> Outcome:
        """The outcome of before, where the provider sent the same message again."""
        known = inbox.known(tx, incoming.mo)
        return Outcome(self._answer(incoming.mo.channel, known.id, known.text, known.encoding), known.fate, fresh=False)

    def _still_stop(self, tx: Tx, incoming: Incoming) -> None:
        """STOP and START are carried out even where their sender has drawn too many answers to get another one."""
        call = incoming.understanding
        if incoming.silence not in {LIMIT, LOOP} or not isinstance(call, Call):
            return
        number = self._who(tx, incoming)[0]
        if call.command == "stop":
            stopping.stop(tx, number, incoming.now, incoming.today, self._sending, self._rules.reminders)
        elif call.command == "start":
            senders.stop(tx, number, None)

    def _who(self, tx: Tx, incoming: Incoming) -> tuple[str, bool]:
        """The number that speaks, and whether a linked chat proves it; a chat that stands for none has a name of its own."""
        channel, sender = incoming.mo.channel, incoming.sender
        if not self._lines[channel].abilities.chat:
            return sender, False
        number = links.number_of(tx, channel, sender)
        return (f"{channel}:{sender}", False) if number is None else (number, True)

    def _pressed(self, tx: Tx, incoming: Incoming) -> Incoming:
        """A button means what it meant when it was sent, to whom it was sent; its label is what the record shows."""
        press, mo = incoming.mo.press, incoming.mo
        assert press is not None  # noqa: S101 - the caller asked
        found = outbox.said(tx, press.message_id, mo.channel, incoming.sender)
        if found is None:
            return incoming
        reply, language = load(found[0]), found[1]
        if not 1 <= press.choice <= len(reply.choices):
            return incoming
        chosen = reply.choices[press.choice - 1]
        (label,) = self._renderer.labels(
            Reply("", choices=(replace(chosen, withdrawn=False),)), language, incoming.today
        )
        return replace(incoming, mo=replace(mo, text=label), understanding=Call(chosen.command, chosen.args, language))

    def _context(
        self, tx: Tx, incoming: Incoming, inbox_id: int, number: str, subscriber: Subscriber, *, linked: bool
    ) -> Context:
        channel = incoming.mo.channel
        return Context(
            tx=tx,
            sender=Sender(number, subscriber.posts, subscriber.language, stopped=subscriber.stopped_at is not None),
            inbox_id=inbox_id,
            channel=channel,
            address=incoming.sender,
            in_chat=self._lines[channel].abilities.chat,
            linked=linked,
            now=incoming.now,
            today=incoming.today,
            language=subscriber.language or incoming.understanding.language,
            places=self._places,
            gateway=self._settings,
            renderer=self._renderer,
            law=self._rules.law,
            reminders=self._rules.reminders,
            quiet=self._rules.quiet,
            returns=self._returns,
            sending=self._sending,
            start_url=self._start_url(),
            has_sms=self._post.has_sms,
            puzzled_at=subscriber.puzzled_at,
            found=incoming.found,
        )

    def _decide(self, context: Context, incoming: Incoming) -> Said:
        """What to say to a text by itself."""
        match incoming.understanding:
            case Call(command=name, args=args):
                return self._run(context, name, args), Fate("replied", name)
            case Ask(command="yes") if context.linked:
                return self._run(context, "yes", {}), Fate("replied", "yes")
            case Ask(command=name) as ask if (enough := _enough(ask)) is not None and may_run(
                name, context.sender.posts
            ):
                return self._run(context, name, enough), Fate("replied", name)
            case Ask(command="send" as name) if not may_run(name, context.sender.posts):
                return self._run(context, name, {}), Fate("replied", name)
            case Ask(command=name, reason=reason) as ask:
                return asked_back(ask), Fate("replied", name, reason)
            case Unknown(reserved=name) if name is not None:
                return Reply("not_yet"), Fate("replied", None, "not_yet")
            case Unknown(led=str(name)) if may_run(name, context.sender.posts):
                return asked_back(Ask(name, "missing_audience", context.language)), Fate("replied", None, "unknown")
            case Unknown():
                return self._puzzled(context), Fate("replied", None, "unknown")

    def _step(
        self, context: Context, incoming: Incoming, dialogue: tuple[str, Mapping[str, Any]] | None
    ) -> Said | None:
        """Go on with the sender's open dialogue, where the message is for it."""
        mo = incoming.mo
        if dialogue is None or dialogue[0] not in self._commands.steps or mo.call is not None or mo.press is not None:
            return None
        kind, state = dialogue
        text, forms = mo.text, self._returns.forms
        event = Event(normalise(text), number_choice(text), incoming.understanding, text, incoming.today, forms)
        turn = self._commands.steps[kind](state, event)
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
        if isinstance(said, Reply) and said.choices and kind == CHOICES:
            context.opens = None  # the new list takes the place of the old one
        return said, Fate("replied", name)

    def _run(self, context: Context, name: str, args: Mapping[str, Any]) -> Reply | Silence:
        for _ in range(MOST_CALLS):
            command = self._commands.get(name)
            if command is None:
                return self._puzzled(context)
            if not may_run(name, context.sender.posts):
                unknown = context.in_chat and not context.linked
                return Reply("link_first", asks_contact=True) if unknown else Reply("not_allowed")
            said = command.run(context, args)
            if not isinstance(said, Call):
                return said
            name, args = said.command, said.args
        message = "the commands lead to one another without an end"
        raise RuntimeError(message)

    def _puzzled(self, context: Context) -> Reply | Silence:
        """One short help in ten minutes, so that two machines cannot talk for ever and nobody is nagged.

        In a chat there are no machines, and silence would look broken.
        """
        recent = context.puzzled_at is not None and context.now - context.puzzled_at < self._help_pause
        if recent and not context.in_chat:
            return Silence("puzzled")
        senders.puzzled(context.tx, context.sender.msisdn, context.now)
        return Reply("unknown")

    def _reply(self, tx: Tx, inbox_id: int, incoming: Incoming, reply: Reply, language: Language) -> tuple[str, Answer]:
        said = self._post.answer(
            tx, incoming.mo, inbox_id, reply, incoming.sender, language, incoming.now, incoming.today
        )
        return said.text, self._answer(incoming.mo.channel, inbox_id, said.text, said.encoding)

    def _answer(self, channel: str, inbox_id: int, text: str | None, encoding: str | None) -> Answer:
        """In the response body where the channel answers that way; else the outbox answers."""
        if self._lines[channel].settings.reply == "body" and text is not None:
            return Answer(inbox_id, text, encoding or "GSM-7")
        return Answer(inbox_id)


def _enough(ask: Ask) -> Mapping[str, Any] | None:
    """What a command goes on with although something is missing or not understood; None where the sender has to say it again."""
    if (ask.command, ask.reason) in _ASKS_ITSELF and not ask.suggestions:
        return ask.args
    strange = ask.unclear[0] if ask.command == "return" and ask.reason == "unclear_words" and ask.unclear else ""
    # A word like a code in the place of the form's; its name is told beside those that there are.
    return {**ask.args, "form": strange} if "form" not in ask.args and which_form.may_be(strange) else None


MOST_CALLS = 4
"""How far one command may lead on to another: a confirmation to what it confirms."""


def _choosing(reply: Reply) -> Dialogue | None:
    """The dialogue that a reply with choices leaves open: the list is kept as what each choice runs."""
    offered = [one for one in reply.choices if not one.withdrawn]
    if not offered:
        return None
    kept = [{"command": one.command, "args": dict(one.args), "words": one.words} for one in offered]
    return Dialogue(CHOICES, {"choices": kept})


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)
