"""``help``: what the sender himself may text, or how one command is used. What he may not run is not shown to him."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - of a constant
from typing import TYPE_CHECKING, Any

from bot.command import Command
from bot.domain.access import may_run
from bot.domain.replies import Reply
from bot.domain.wording import Wording

if TYPE_CHECKING:
    from bot.command import Context

_OWN = (
    "status",
    "find",
    "calendar",
    "officer",
    "contact",
    "remind",
    "send",
    "link",
    "language",
    "stop",
    "start",
    "undo",
)
_EVENTS = ("election", "interim", "agm", "audit", "dividend")
_DECISIONS = ("approve", "reject")
_CONTROLS = ("pause", "resume", "cancel")

TOPICS: Mapping[str, str] = {
    **{topic: f"help.{topic}" for topic in _OWN},
    **dict.fromkeys(_EVENTS, "help.events"),
    **dict.fromkeys(_DECISIONS, "help.decisions"),
    **dict.fromkeys(_CONTROLS, "help.controls"),
}
"""Command → the text that says how it is used; those that are used alike share one."""

_NEEDS = {"reject": "approve"}
"""Command → the one that its help needs: with his "reject" an office-bearer only withdraws his own report."""

MAIN = {"officer": "head", "stale": "office", "contact": "society"}
"""Command → who may run it, as their texts' keys name them, from the top down."""

RETURNS = {
    "return": tuple(MAIN.values()),
    "rollup": ("head", "office"),
    "due": tuple(MAIN.values()),
    "correct": tuple(MAIN.values()),
}
"""Commands about returns, and for whom there is a text: who files, and who adds up and decides, use them for different things."""

TEXTS = (
    Wording("help.main", 2),
    *(Wording(f"help.{who}", 3) for who in MAIN.values()),
    *(Wording(key, 3) for key in dict.fromkeys(TOPICS.values())),
    *(Wording(f"help.{topic}.{who}", 3) for topic, whose in RETURNS.items() for who in whose),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    topic, posts = str(args.get("topic")), context.sender.posts
    who = next((who for command, who in MAIN.items() if may_run(command, posts)), "main")
    if not may_run(_NEEDS.get(topic, topic), posts):
        return Reply(f"help.{who}")
    if who in RETURNS.get(topic, ()):
        return Reply(f"help.{topic}.{who}")
    return Reply(TOPICS.get(topic, f"help.{who}"))


HELP = Command("help", _run, TEXTS)
