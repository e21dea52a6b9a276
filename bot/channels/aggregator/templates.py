"""Texts with gaps: ``"{base_url}/sms/{to_digits}"``, also inside nested tables and lists. ``{{`` and ``}}`` are braces.

A field that is nothing but a gap becomes what fills it, so that a number stays a number in JSON. A field with a gap for something that
was not given is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Filling: TypeAlias = "str | int | None"

_TOKEN = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Gap:
    """A place to be filled."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text with gaps."""

    parts: tuple[str | Gap, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Read a template.

        Raises:
            ValueError: a brace stands alone.
        """
        parts: list[str | Gap] = []
        at = 0
        for found in _TOKEN.finditer(text):
            parts.append(text[at : found.start()])
            at = found.end()
            if found[1]:
                parts.append(Gap(found[1]))
            elif found[0] in {"{{", "}}"}:
                parts.append(found[0][0])
            else:
                message = (
                    f"has a {found[0]} that belongs to no {{gap}}: write {found[0] * 2} where the character is meant"
                )
                raise ValueError(message)
        parts.append(text[at:])
        return cls(tuple(part for part in parts if part))

    @property
    def gaps(self) -> Iterator[str]:
        """The names of its gaps."""
        return (part.name for part in self.parts if isinstance(part, Gap))

    def fill(self, fillings: Mapping[str, Filling]) -> Filling:
        """The text filled; what fills it where it is one gap; None where something was not given."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Gap):
            return fillings[self.parts[0].name]
        return self.text(fillings)

    def text(self, fillings: Mapping[str, Filling], written: Callable[[str], str] = str) -> str | None:
        """The filled text; None where something was not given.

        Args:
            fillings: by name.
            written: how a filling is written, such as percent-encoded.
        """
        found: list[str] = []
        for part in self.parts:
            if isinstance(part, Gap):
                filling = fillings[part.name]
                if filling is None:
                    return None
                found.append(written(str(filling)))
            else:
                found.append(part)
        return "".join(found)


def parsed(value: Any) -> Any:
    """Tables and lists with every text in them as a template.

    Raises:
        ValueError: a brace stands alone.
    """
    if isinstance(value, str):
        return Template.parse(value)
    if isinstance(value, dict):
        return {key: parsed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [parsed(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def filled(value: Any, fillings: Mapping[str, Filling]) -> Any:
    """Tables and lists with their templates filled; what was not given is left out."""
    if isinstance(value, Template):
        return value.fill(fillings)
    if isinstance(value, dict):
        pairs = ((key, filled(each, fillings)) for key, each in value.items())
        return {key: each for key, each in pairs if each is not None}
    if isinstance(value, list):
        return [each for each in (filled(each, fillings) for each in value) if each is not None]
    return value


def merged(below: Any, above: Any) -> Any:
    """A table with the keys of another laid over it, tables within likewise; lists of tables entry by entry."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: merged(below[key], each) if key in below else each for key, each in above.items()}}
    if isinstance(below, list) and isinstance(above, list) and len(below) == len(above):
        return [merged(one, other) for one, other in zip(below, above, strict=True)]
    return above
