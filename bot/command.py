"""What a command is: a name, what it does inside a unit of work, the texts it says, and the dialogues it may leave open.

A new keyword is one new file in ``bot/handlers`` that makes a ``Command``, its line in ``bot/handlers/__init__``, its row in
``bot.domain.access.TABLE``, its words and texts in the catalogues, and its test. The registry refuses clashes at start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from bot.domain.access import TABLE, Post
from bot.domain.errors import RegistrationClash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime

    from bot.config import GatewaySettings
    from bot.domain.forms import Forms
    from bot.domain.grammar import Call, Understanding
    from bot.domain.messages import Language, MessageClass
    from bot.domain.milestones import Renewal
    from bot.domain.places import PlaceIndex
    from bot.domain.quiet import QuietHours
    from bot.domain.replies import Choice, Reply
    from bot.domain.wording import Wording
    from bot.i18n import Renderer
    from bot.return_rules import ReturnRules
    from bot.sections import LawSettings, ReminderSettings
    from bot.send_rules import SendRules
    from bot.store.links import Chat
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Silence:
    """A reasoned decision to say nothing.

    Attributes:
        reason: one word for the record and the metrics, e.g. ``machine``.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a text, as far as the store knows him. A number can be forged: see design section 8.

    Attributes:
        msisdn: in E.164; of a linked chat the number it stands for. Of a chat that is not linked a name of its own,
            ``telegram:17``, under which a dialogue or a language can be kept, and which has no posts.
        posts: every appointment open today of everybody who uses this number.
        language: the language chosen with the language command, if any.
        stopped: whether STOP is in force.
    """

    msisdn: str
    posts: tuple[Post, ...] = ()
    language: Language | None = None
    stopped: bool = False

    @property
    def society_ids(self) -> tuple[int, ...]:
        """The societies this number serves, without repeats, in a stable order."""
        return tuple(dict.fromkeys(post.society_id for post in self.posts if post.society_id is not None))


@dataclass(frozen=True, slots=True)
class Dialogue:
    """An unfinished exchange with one number, stored beside what it is about.

    Attributes:
        kind: which step function goes on with it.
        state: plain JSON values.
        hours: how long it waits; None as long as a list does.
    """

    kind: str
    state: Mapping[str, Any]
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What comes into an open dialogue.

    Attributes:
        text: the normalised text.
        choice: the number, where the text is nothing but a number.
        understanding: what the text means by itself.
        typed: the text as it was typed.
        today: the day on which it came.
        forms: the return forms, for a dialogue about a return.
    """

    text: str
    choice: int | None
    understanding: Understanding
    typed: str = ""
    today: date | None = None
    forms: Forms | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a step of a dialogue leads to.

    Attributes:
        state: the state to keep; None ends the dialogue.
        reply: what to say, if the step itself says something.
        calls: commands to run now (the effects); the last one's reply is sent when ``reply`` is None.
    """

    state: Mapping[str, Any] | None
    reply: Reply | None = None
    calls: tuple[Call, ...] = ()


class Step(Protocol):
    """A pure function from a dialogue's state and an event to what follows; None when the event is not for it."""

    def __call__(self, state: Mapping[str, Any], event: Event) -> Turn | None:
        """Take one step."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to somebody else than the sender, queued with the answer.

    Attributes:
        to: his number.
        reply: what it says.
        message_class: what it is for.
        by_sms: only by SMS, because it must reach whoever holds the number; otherwise his linked chat comes first.
        chat: to this very chat, which stood for the number until now.
        courtesy: a number in STOP is spared it. Warnings that somebody's number or post was changed, and codes, are always sent.
        then: what is written down once it is queued, with its id in the outbox.
        key: what makes it unique, where that is more than the message that it is queued with: the same key is never queued twice.
        buttons: what a chat offers below it.
    """

    to: str
    reply: Reply
    message_class: MessageClass
    by_sms: bool = False
    chat: Chat | None = None
    courtesy: bool = False
    then: Callable[[Tx, int], None] | None = None
    key: str | None = None
    buttons: tuple[Choice, ...] = ()


@dataclass(slots=True)
class Context:
    """What a handler works with: one sender, one moment, one transaction.

    Attributes:
        tx: the open transaction; everything the handler changes goes through it.
        sender: who asks.
        inbox_id: the message he asks with.
        channel: the channel it came by.
        address: the sender's address there: a number, or a chat's id.
        in_chat: whether that is a chat, with room and buttons.
        linked: whether that chat is linked to a number, which proves who asks.
        now: the gateway's time, aware.
        today: the date of ``now`` in Dhaka.
        language: of the answer.
        places: names of districts.
        gateway: the settings of the gateway: short code, how long things last.
        renderer: for texts that are looked at before they are said.
        law: what the Act and its rules set.
        reminders: when people are reminded, and how long what was recorded may be undone.
        quiet: when nobody is disturbed by what he did not ask for.
        returns: the forms, and when they are due.
        sending: what holds for messages to many.
        start_url: where a link begins that opens a chat with us, a token at its end; None where there is no chat.
        has_sms: whether a short message reaches anybody: not where chats are the only channels.
        puzzled_at: when this number last got the short help.
        found: what the command's ``look`` found.
        confirmed: whether the sender has confirmed this very request.
        opens: the dialogue to leave open, if the handler sets one.
        notices: messages to others, queued with the answer.
        renewals: what is to be reminded of again, because an event that kept it silent was undone.
        wakes: the channels on which something was queued besides notices.
    """

    tx: Tx
    sender: Sender
    inbox_id: int
    channel: str
    address: str
    in_chat: bool
    linked: bool
    now: datetime
    today: date
    language: Language
    places: PlaceIndex
    gateway: GatewaySettings
    renderer: Renderer
    law: LawSettings
    reminders: ReminderSettings
    quiet: QuietHours
    returns: ReturnRules
    sending: SendRules
    start_url: str | None = None
    has_sms: bool = True
    puzzled_at: datetime | None = None
    found: Any = None
    confirmed: bool = False
    opens: Dialogue | None = None
    notices: list[Notice] = field(default_factory=list)
    renewals: list[Renewal] = field(default_factory=list)
    wakes: set[str] = field(default_factory=set)

    def look(self, args: Mapping[str, Any]) -> Look:
        """What a command's look would have known."""
        return Look(self.sender, args, self.now, self.today, self.returns, self.sending)


@dataclass(frozen=True, slots=True)
class Look:
    """What a command's look knows: who asks for what, when, by which forms and rules."""

    sender: Sender
    args: Mapping[str, Any]
    now: datetime
    today: date
    returns: ReturnRules
    sending: SendRules


class LookFirst(Exception):  # noqa: N818 - nothing went wrong
    """Raised by a handler: what it needs takes too long to read for the writer, and could not be known before.

    Nothing of the unit of work is kept; it is run again with what ``read`` found beside the writer as ``Context.found``.
    """

    def __init__(self, read: Callable[[Tx], Any]) -> None:
        super().__init__("read beside the writer first")
        self.read = read


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: as in the grammar and the access table.
        run: does it; plain function, no await, no effect outside ``Context.tx``. It may lead on to another call.
        texts: every text it may say.
        steps: dialogue kind → step function.
        look: long reading that is done beforehand, on a read-only connection, so that the writer does not wait for it: a search.
            Only what is typed is looked for; a choice from a list brings what it needs.
        slow: its look may take a second where the sender's area is large.
        looks_for: the arguments one of which must be there for ``look`` to be worth while; it always is where none is named.
    """

    name: str
    run: Callable[[Context, Mapping[str, Any]], Reply | Silence | Call]
    texts: tuple[Wording, ...] = ()
    steps: Mapping[str, Step] = field(default_factory=dict)
    look: Callable[[Tx, Look], Any] | None = None
    looks_for: frozenset[str] = frozenset()
    slow: bool = False

    def wants_look(self, args: Mapping[str, Any]) -> bool:
        """Whether something is to be read before a call with these arguments."""
        return self.look is not None and (not self.looks_for or not self.looks_for.isdisjoint(args))


class Commands:
    """The registry of commands.

    Raises:
        RegistrationClash: two commands share a name, a dialogue kind or a text key, or one has no row in the access table.
    """

    def __init__(
        self, commands: Iterable[Command], texts: Iterable[Wording] = (), steps: Mapping[str, Step] | None = None
    ) -> None:
        self._by_name: dict[str, Command] = {}
        self.steps: dict[str, Step] = dict(steps or {})
        self.texts: dict[str, Wording] = {}
        for command in commands:
            _claim(self._by_name, command.name, command, "command")
            if command.name not in TABLE:
                message = f"the command '{command.name}' has no row in the access table"
                raise RegistrationClash(message)
            for kind, step in command.steps.items():
                _claim(self.steps, kind, step, "dialogue")
            for text in command.texts:
                _claim(self.texts, text.key, text, "text")
        for text in texts:
            _claim(self.texts, text.key, text, "text")

    def get(self, name: str) -> Command | None:
        """The command of that name."""
        return self._by_name.get(name)

    def __iter__(self) -> Any:
        return iter(self._by_name.values())


def _claim(taken: dict[str, Any], name: str, value: Any, kind: str) -> None:
    if name in taken:
        message = f"two parts of the program claim the {kind} '{name}'"
        raise RegistrationClash(message)
    taken[name] = value
