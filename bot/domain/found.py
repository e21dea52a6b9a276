"""What a reader of values is told, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.domain.form_words import NO_FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.domain.form_words import FormWords


@dataclass(frozen=True, slots=True)
class Found:
    """A value that was read.

    Attributes:
        value: the value, or None when it could not be read.
        uses: the items that it used up.
        sure: whether its form alone tells what it is (``123/2019`` does, ``123`` does not).
        problem: why it cannot be used as it is, a short stable key.
        repairs: values that may have been meant.
        along: values of other arguments that were read with it, by argument name.
        instead: whole arguments that may have been meant, where a repair would be another argument's value.
    """

    value: Any
    uses: frozenset[int]
    sure: bool = True
    problem: str | None = None
    repairs: tuple[Any, ...] = ()
    along: Mapping[str, Any] = field(default_factory=dict)
    instead: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a reader may know besides the line.

    Attributes:
        command: the command that is tried.
        today: for telling which years and dates can be meant.
        explained: the catalogue keys that mean nothing more beside this command.
        args: the arguments that were read before this one.
        forms: the words of the return forms.
    """

    command: str
    today: date
    explained: frozenset[str]
    args: Mapping[str, Any] = field(default_factory=dict)
    forms: FormWords = NO_FORMS
