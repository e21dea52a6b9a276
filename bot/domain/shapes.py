"""What each command looks like when it is typed: its arguments, and how much of the line must be about it.

A command is added by declaring its shape here and its words in the catalogue; a new kind of argument also brings a reader.
``RESERVED`` names the commands whose words are kept although they cannot be run yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain import names, values
from bot.domain.vocabulary import COMMAND, CUE, FILLER

if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from typing import TypeAlias

    from bot.domain.found import Found, Scene
    from bot.domain.line import Line

    Reader: TypeAlias = Callable[[Line, Set[int], Scene], list[Found]]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command.

    Attributes:
        name: its name among the results.
        read: finds it in a line.
        keys: catalogue keys of the words that go with it, such as its labels.
        evidence: catalogue keys whose words point to the command by themselves.
        missing: the reason to ask with when it is not there; None when it may be left out.
        several: the reason to ask with when there are two different ones; None when the first one counts.
        after: the argument without which this one is not looked for.
        suggest_missing: values to suggest when it is missing.
    """

    name: str
    read: Reader
    keys: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()
    missing: str | None = None
    several: str | None = None
    after: str | None = None
    suggest_missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandShape:
    """How a command is typed.

    Attributes:
        name: the command.
        arguments: its arguments, in the order in which they are read and written.
        whole: the whole message must be about it; a sentence that merely has its word in it is not.
        careful: its short words are not guessed from misspelt ones, because running it by mistake would do harm.
        implied: its first argument alone is enough to think of it, without its word.
        names_unasked: the reason to ask with when names are left over although no argument takes them.
        numbers_unasked: numbers that no argument takes are passed over; otherwise they are asked about.
        reserved: it is recognised, but cannot be run yet.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    whole: bool = False
    careful: bool = False
    implied: bool = False
    names_unasked: str | None = None
    numbers_unasked: bool = False
    reserved: bool = False
    head: str = field(init=False)
    cue: str = field(init=False)
    topic: str = field(init=False)
    explained: frozenset[str] = field(init=False)
    evidence: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        own = {COMMAND + self.name, CUE + self.name, FILLER + self.name, "filler"}
        keys = own.union(*(argument.keys for argument in self.arguments))
        # Worked out once: a frozen dataclass has no other way to set them.
        object.__setattr__(self, "head", COMMAND + self.name)
        object.__setattr__(self, "cue", CUE + self.name)
        object.__setattr__(self, "topic", FILLER + self.name)
        object.__setattr__(self, "explained", frozenset(keys))
        object.__setattr__(self, "evidence", frozenset().union(*(argument.evidence for argument in self.arguments)))


REG_NO = Argument(
    "reg_no",
    values.reg_nos,
    keys=frozenset({"label.reg_no", "label.number", "label.date", "year", "society"}),
    several="two_reg_nos",
)
DISTRICT = Argument(
    "district",
    names.districts,
    keys=frozenset({"label.district", "label.upazila", "label.division", "introduces", "introduced", "title"}),
    several="two_districts",
    after="reg_no",
)
LANG = Argument(
    "lang",
    names.languages,
    evidence=frozenset({"lang.bn", "lang.en"}),
    missing="missing_language",
    several="two_languages",
    suggest_missing=("bn", "en"),
)
CODE = Argument("code", values.codes, keys=frozenset({"label.code"}), missing="missing_code", several="two_codes")
TOPIC = Argument("topic", names.topics)

SHAPES = (
    CommandShape("status", (REG_NO, DISTRICT), implied=True, names_unasked="which_society"),
    CommandShape("help", (TOPIC,), numbers_unasked=True),
    CommandShape("language", (LANG,), whole=True),
    CommandShape("stop", whole=True, careful=True),
    CommandShape("start", whole=True, careful=True),
    CommandShape("yes", (CODE,), whole=True, careful=True, implied=True),
    CommandShape("no", whole=True, careful=True),
)

RESERVED = tuple(
    CommandShape(name, reserved=True)
    for name in (
        *("find", "calendar", "return", "rollup", "due", "undo", "correct", "approve", "reject"),
        *("agm", "audit", "election", "interim", "dividend", "contact"),
        *("remind", "send", "cancel", "pause", "resume", "officer", "link"),
        *("news", "product", "doc", "nominate", "track"),
    )
)
