"""``pause``: holds a broadcast; what has left has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import controlling
from bot.command import Command
from bot.domain.broadcasts import BroadcastState
from bot.domain.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    found = controlling.meant(context, "pause", args)
    if isinstance(found, Reply):
        return found
    otherwise = controlling.moved(context, found, "pause", BroadcastState.PAUSED)
    return otherwise or Reply("control.paused", controlling.parts(context, found))


PAUSE = Command("pause", _run)
