"""``resume``: lets a broadcast go on that was paused; of one that is over it offers to go on with those whom it did not reach."""

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
    found = controlling.meant(context, "resume", args)
    if isinstance(found, Reply):
        return found
    otherwise = controlling.moved(context, found, "resume", BroadcastState.SENDING)
    if otherwise is not None:
        return otherwise
    parts = controlling.parts(context, found)
    rest = {"ref": found.ref, "n": parts["n"]}
    if found.expires_at is not None and found.expires_at <= context.now:
        # It comes to its end all the same, and is then counted as what it is.
        return Reply("control.too_late", {**rest, "d": found.expires_at.isoformat()})
    return Reply("control.resumed", rest)


RESUME = Command("resume", _run)
