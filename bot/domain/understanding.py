"""What came of a text: a call of a command, a question back, or nothing that we know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.messages import Language


@dataclass(frozen=True, slots=True)
class Call:
    """A command to run.

    Attributes:
        command: its name.
        args: its arguments; one that was not given is absent.
        language: the language that the sender wrote.
    """

    command: str
    args: Mapping[str, Any]
    language: Language


@dataclass(frozen=True, slots=True)
class Ask:
    """Something is missing, contradictory or ambiguous; nothing runs.

    Attributes:
        command: the command that seems to be meant.
        reason: a short stable key, such as ``two_reg_nos``.
        language: the language that the sender wrote.
        suggestions: the sender's own line corrected, in his language, script and digits: he can send one back as it is.
        args: what was understood, for a command that can go on with less than the whole.
        unclear: the words that were not.
    """

    command: str
    reason: str
    language: Language
    suggestions: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood.

    Attributes:
        language: the language that the sender wrote.
        machine: an operator's or a robot's message, never to be answered.
        reserved: the command it means, when that cannot be run yet.
        more: it asks for the rest of a list and says nothing else, which only the list can answer.
        led: the command whose word leads, although nothing follows from the rest: a hint for whoever may use it.
    """

    language: Language
    machine: bool = False
    reserved: str | None = None
    more: bool = False
    led: str | None = field(default=None, compare=False)


Understanding: TypeAlias = Call | Ask | Unknown
