"""How a text was understood, for ``barta parse`` and the simulator's second panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.grammar import Ask, Call

if TYPE_CHECKING:
    from bot.domain.grammar import Understanding


def as_json(understanding: Understanding) -> dict[str, Any]:
    """The fixed shape: outcome, command, args."""
    match understanding:
        case Call(command=command, args=args):
            return {"outcome": "run", "command": command, "args": dict(args)}
        case Ask(command=command):
            return {"outcome": "ask", "command": command, "args": {}}
        case _:
            return {"outcome": "unknown", "command": None, "args": {}}


def in_words(understanding: Understanding) -> str:
    """One line for a person."""
    match understanding:
        case Call(command=command, args=args):
            said = " ".join(f"{name}={value}" for name, value in args.items())
            return f"run {command} {said}".rstrip() + f" ({understanding.language})"
        case Ask(command=command, reason=reason, suggestions=suggestions):
            shown = " | ".join(suggestions)
            return f"ask {command}: {reason}" + (f" -> {shown}" if shown else "") + f" ({understanding.language})"
        case _:
            return "unknown, and never answered: a machine sent it" if understanding.machine else "unknown"
