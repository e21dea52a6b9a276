"""``cancel``: takes back what of a broadcast has not left; also a draft, and one that waits for a second officer.

The same word (বাতিল R77) is used of a report or a correction: a reference that names no broadcast is ``reject``'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import controlling
from bot.command import Command
from bot.domain.broadcasts import BroadcastState
from bot.domain.grammar import Call
from bot.domain.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

_NOTHING_LEFT = frozenset({BroadcastState.DRAFT, BroadcastState.WAITING})


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    found = controlling.meant(context, "cancel", args)
    if isinstance(found, Reply):
        return Call("reject", {"ref": args["ref"]}, context.language) if "ref" in args else found
    otherwise = controlling.moved(context, found, "cancel", BroadcastState.CANCELLED)
    if otherwise is not None:
        return otherwise
    if found.state in _NOTHING_LEFT:
        return Reply("control.dropped", {"ref": found.ref})
    return Reply("control.cancelled", controlling.parts(context, found))


CANCEL = Command("cancel", _run, controlling.TEXTS)
