"""``broadcasts``: how a broadcast went, and whom it did not reach, as a workbook. Buttons and lists lead here, no word does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import broadcast_progress, controlling
from bot.command import Command
from bot.domain.replies import Order, Reply
from bot.domain.wording import Slot, Wording
from bot.store import tickets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.store.broadcasts import Broadcast

TEXTS = (
    Wording("broadcasts.file", chat=True, slots={"ref": Slot.CODE}),
    Wording("broadcasts.link", 3, {"ref": Slot.CODE, "url": Slot.URL, "n": Slot.DAYS}),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if not args.keys() & {"ref", "broadcast_id"}:
        return controlling.recent(context)
    found = controlling.named(context, args)
    if isinstance(found, Reply):
        return found
    return _failures(context, found) if args.get("topic") == "failures" else _report(context, found)


def _report(context: Context, broadcast: Broadcast) -> Reply:
    counts = controlling.counted(context, broadcast)
    if context.in_chat:
        return broadcast_progress.shown(broadcast, counts)
    said = broadcast_progress.reported(broadcast, counts)
    return replace(said, choices=() if broadcast.ended_at is None else broadcast_progress.afterwards(broadcast.id)[1:])


def _failures(context: Context, broadcast: Broadcast) -> Reply:
    """A file in a chat, an address by SMS."""
    order = Order(
        "broadcast_failures",
        {
            "office": broadcast.lineage.rstrip("/").rpartition("/")[2],
            "broadcast": broadcast.id,
            "phones": True,
            "format": "xlsx",
            "language": context.language.value,
        },
    )
    if context.in_chat:
        return Reply("broadcasts.file", {"ref": broadcast.ref}, document=order)
    hours = context.gateway.document_hours
    token = tickets.issue_token(
        context.tx,
        "file",
        context.sender.msisdn,
        {"kind": order.kind, "args": dict(order.args)},
        now=context.now,
        until=context.now + timedelta(hours=hours),
        inbox_id=context.inbox_id,
    )
    url = f"{context.gateway.public_url}/d/{token}"
    return Reply("broadcasts.link", {"ref": broadcast.ref, "url": url, "n": round(hours)}, secret=True)


BROADCASTS = Command("broadcasts", _run, TEXTS)
