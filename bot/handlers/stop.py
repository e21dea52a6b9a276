"""``stop`` and ``start``: no more messages but the statutory ones, and all of them again.

What a stopped number asks is still answered: STOP is about messages that nobody asked for. What already waits for it is taken back, too
(``bot.stopping``). In a linked chat both are said for the number, however it is reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import stopping
from bot.command import Command
from bot.domain.replies import Reply
from bot.domain.wording import Wording
from bot.store import senders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context


def _stop(context: Context, _: Mapping[str, Any]) -> Reply:
    if not context.sender.stopped:
        number, sending, reminders = context.sender.msisdn, context.sending, context.reminders
        stopping.stop(context.tx, number, context.now, context.today, sending, reminders)
    return Reply("stop.done")


def _start(context: Context, _: Mapping[str, Any]) -> Reply:
    if context.sender.stopped:
        senders.stop(context.tx, context.sender.msisdn, None)
    return Reply("start.done")


STOP = Command("stop", _stop, (Wording("stop.done"),))
START = Command("start", _start, (Wording("start.done"),))
