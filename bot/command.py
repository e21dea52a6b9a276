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

    from bot.domain.grammar import Call, Understanding
    from bot.domain.messages import Language, Reply
    from bot.domain.places import PlaceIndex
    from bot.domain.wording import Wording
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
    """Who sent a text, as far as the store knows the number. A number can be forged: see design section 8.

    Attributes:
        msisdn: in E.164.
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
    """

    kind: str
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """What comes into an open dialogue.

    Attributes:
        text: the normalised text.
        choice: the number, where the text is nothing but a number.
        understanding: what the text means by itself.
    """

    text: str
    choice: int | None
    understanding: Understanding


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


@dataclass(slots=True)
class Context:
    """What a handler works with: one sender, one moment, one transaction.

    Attributes:
        tx: the open transaction; everything the handler changes goes through it.
        sender: who asks.
        now: the gateway's time, aware.
        today: the date of ``now`` in Dhaka.
        language: of the answer.
        places: names of districts.
        short_code: the number people text.
        puzzled_at: when this number last got the short help.
        opens: the dialogue to leave open, if the handler sets one.
    """

    tx: Tx
    sender: Sender
    now: datetime
    today: date
    language: Language
    places: PlaceIndex
    short_code: str
    puzzled_at: datetime | None = None
    opens: Dialogue | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: as in the grammar and the access table.
        run: does it; plain function, no await, no effect outside ``Context.tx``.
        texts: every text it may say.
        steps: dialogue kind → step function.
    """

    name: str
    run: Callable[[Context, Mapping[str, Any]], Reply | Silence]
    texts: tuple[Wording, ...] = ()
    steps: Mapping[str, Step] = field(default_factory=dict)


class Commands:
    """The registry of commands.

    Raises:
        RegistrationClash: two commands share a name, a dialogue kind or a text key, or one has no row in the access table.
    """

    def __init__(self, commands: Iterable[Command], texts: Iterable[Wording] = ()) -> None:
        self._by_name: dict[str, Command] = {}
        self.steps: dict[str, Step] = {}
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
