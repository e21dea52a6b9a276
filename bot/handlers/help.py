"""``help``: what one may text, or how one command is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.command import Command
from bot.domain.replies import Reply
from bot.domain.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

TOPICS = ("status", "language", "stop", "start")

TEXTS = (Wording("help.main", 2), *(Wording(f"help.{topic}", 2) for topic in TOPICS))


def _run(_: Context, args: Mapping[str, Any]) -> Reply:
    topic = args.get("topic")
    return Reply(f"help.{topic}" if topic in TOPICS else "help.main")


HELP = Command("help", _run, TEXTS)
