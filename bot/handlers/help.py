"""``help``: what the sender himself may text, or how one command is used. What he may not run is not shown to him."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.command import Command
from bot.domain.access import may_run
from bot.domain.replies import Reply
from bot.domain.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.command import Context
    from bot.domain.access import Post

TOPICS = ("status", "find", "calendar", "officer", "contact", "link", "language", "stop", "start")

MAIN = {"officer": "help.head", "stale": "help.office", "contact": "help.society"}
"""Command → the text for those who may run it, from the top down: the officers above, those of an upazila, office-bearers."""

TEXTS = (
    Wording("help.main", 2),
    *(Wording(key, 3) for key in MAIN.values()),
    *(Wording(f"help.{topic}", 3) for topic in TOPICS),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    topic, posts = args.get("topic"), context.sender.posts
    return Reply(f"help.{topic}" if topic in TOPICS and may_run(str(topic), posts) else _main(posts))


def _main(posts: Iterable[Post]) -> str:
    held = tuple(posts)
    return next((key for command, key in MAIN.items() if may_run(command, held)), "help.main")


HELP = Command("help", _run, TEXTS)
