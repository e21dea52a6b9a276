"""Reading a word of the catalogue as a value: what of a command is meant (``calendar pdf``, ``officer new``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.found import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Set

    from bot.domain.found import Scene
    from bot.domain.line import Line


def worded(values: Mapping[str, str]) -> Callable[[Line, Set[int], Scene], list[Found]]:
    """A reader that finds the words of some catalogue keys.

    Args:
        values: catalogue key → value; what stands first here is found first.
    """

    def read(line: Line, free: Set[int], _scene: Scene) -> list[Found]:
        found: list[Found] = []
        for key, value in values.items():
            uses = frozenset(at for at in free if key in line.items[at].keys)
            if uses:
                found.append(Found(value, uses))
        return found

    return read
