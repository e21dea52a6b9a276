"""``yes`` and ``no``: the end of a request that waits for its sender's word.

Nothing in this release waits for a code, so that ``yes`` says so; ``no`` also leaves an open list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.command import Command
from bot.domain.replies import Reply
from bot.domain.wording import Wording
from bot.store import senders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context


def _yes(_: Context, __: Mapping[str, Any]) -> Reply:
    return Reply("yes.nothing")


def _no(context: Context, _: Mapping[str, Any]) -> Reply:
    ended = senders.end_dialogue(context.tx, context.sender.msisdn)
    return Reply("no.done" if ended else "no.nothing")


YES = Command("yes", _yes, (Wording("yes.nothing"),))
NO = Command("no", _no, (Wording("no.done"), Wording("no.nothing")))
