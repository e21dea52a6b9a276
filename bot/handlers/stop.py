"""``stop`` and ``start``: no more messages but the statutory ones, and all of them again.

What a stopped number asks is still answered: STOP is about messages that nobody asked for.
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


def _stop(context: Context, _: Mapping[str, Any]) -> Reply:
    if not context.sender.stopped:
        senders.stop(context.tx, context.sender.msisdn, context.now)
    return Reply("stop.done")


def _start(context: Context, _: Mapping[str, Any]) -> Reply:
    if context.sender.stopped:
        senders.stop(context.tx, context.sender.msisdn, None)
    return Reply("start.done")


STOP = Command("stop", _stop, (Wording("stop.done"),))
START = Command("start", _start, (Wording("start.done"),))
