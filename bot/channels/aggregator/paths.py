"""Where a value stands in what a provider sends: ``messages[0].status.groupId``.

``a|b`` is the first of them that is there; ``?name`` is a parameter of the address that the provider called, whatever the body is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEP = re.compile(r"\.?([^.\[\]|?\s]+)|\[([0-9]{1,4})\]")
_Steps: TypeAlias = "tuple[str | int, ...]"


@dataclass(frozen=True, slots=True)
class Path:
    """A way into a document.

    Attributes:
        written: as in the profile.
        ways: the ways to try, in order: whether it leads into the address, and the keys and indices to go by.
    """

    written: str
    ways: tuple[tuple[bool, _Steps], ...]

    @classmethod
    def parse(cls, text: str) -> Path:
        """Read a path.

        Raises:
            ValueError: it is none.
        """
        return cls(text, tuple(_way(each.strip()) for each in text.split("|")))

    @property
    def in_address(self) -> bool:
        """Whether it may lead into the address that was called."""
        return any(address for address, _ in self.ways)

    def of(self, document: Any, address: Mapping[str, str] | None = None) -> Any:
        """What stands there; None where nothing does."""
        for in_address, steps in self.ways:
            found = _go(address or {} if in_address else document, steps)
            if found is not None:
                return found
        return None


def _way(text: str) -> tuple[bool, _Steps]:
    in_address = text.startswith("?")
    steps: list[str | int] = []
    at = int(in_address)
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (found[0].startswith(".") and not steps):
            break
        steps.append(found[1] or int(found[2]))
        at = found.end()
    if not steps or at < len(text) or (in_address and len(steps) > 1):
        message = f"{text!r} is no path: write one such as messages[0].status, or ?id for a parameter of the address"
        raise ValueError(message)
    return in_address, tuple(steps)


def _go(document: Any, steps: _Steps) -> Any:
    for step in steps:
        if isinstance(step, int):
            document = document[step] if isinstance(document, list) and step < len(document) else None
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return document


def said(value: Any) -> str | None:
    """A value as a text, as profiles write it; None for what is no single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
