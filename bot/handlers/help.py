"""``help``: what the sender himself may text, or how one command is used. What he may not run is not shown to him."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - of a constant
from typing import TYPE_CHECKING, Any

from bot.command import Command
from bot.domain.access import may_run
from bot.domain.replies import Reply
from bot.domain.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.command import Context
    from bot.domain.access import Post

_RETURNS = ("return", "rollup", "due", "correct")
_OWN = ("status", "find", "calendar", "officer", "contact", "remind", "link", "language", "stop", "start", *_RETURNS)
_EVENTS = ("election", "interim", "agm", "audit", "dividend", "undo")
_DECISIONS = ("approve", "reject")

TOPICS: Mapping[str, str] = {
    **{topic: f"help.{topic}" for topic in _OWN},
    **dict.fromkeys(_EVENTS, "help.events"),
    **dict.fromkeys(_DECISIONS, "help.decisions"),
}
"""Command → the text that says how it is used; those that are used alike share one."""

_NEEDS = {"reject": "approve"}
"""Command → the one that its help needs: with his "reject" an office-bearer only withdraws his own report."""

MAIN = {"officer": "help.head", "stale": "help.office", "contact": "help.society"}
"""Command → the text for those who may run it, from the top down: the officers above, those of an upazila, office-bearers."""

TEXTS = (
    Wording("help.main", 2),
    *(Wording(key, 3) for key in MAIN.values()),
    *(Wording(key, 3) for key in dict.fromkeys(TOPICS.values())),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    topic, posts = str(args.get("topic")), context.sender.posts
    return Reply(TOPICS[topic] if topic in TOPICS and may_run(_NEEDS.get(topic, topic), posts) else _main(posts))


def _main(posts: Iterable[Post]) -> str:
    held = tuple(posts)
    return next((key for command, key in MAIN.items() if may_run(command, held)), "help.main")


HELP = Command("help", _run, TEXTS)
