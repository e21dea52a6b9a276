"""``find``: societies by name, in Bangla or English, by the beginning of its words and misspelt; those near the sender first.

Five at a time, and the number or the button of one asks for its status. The search itself (``bot.store.search``) runs beforehand on a
read-only connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import listing
from bot.command import Command
from bot.domain.grammar import Call
from bot.domain.offices import home
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import standings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.domain.registry import Standing

LISTED = 5
"""Societies on a page."""

TEXTS = (
    Wording("find.option", 1, {"r": Slot.REG_NO, "name": Slot.NAME, "place": Slot.PLACE}),
    Wording("find.option_near", 1, {"r": Slot.REG_NO, "name": Slot.NAME}),
    Wording("find.found", 6, {"n": Slot.COUNT}, option="find.option", options=LISTED, more=listing.MORE.key),
    Wording("find.rest", 6, {}, option="find.option", options=LISTED, more=listing.MORE.key),
    Wording("find.chat_found", chat=True, slots={"n": Slot.COUNT}),
    Wording("find.chat_rest", chat=True),
    Wording("find.none", 2, {"typed": Slot.TYPED}),
    listing.MORE,
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    ids = args.get("ids")
    found = [match.society_id for match in context.found or ()] if ids is None else ids
    if not found:
        return Reply("find.none", {"typed": str(args.get("query", ""))})
    if len(found) == 1:
        return Call("status", {"society_id": found[0]}, context.language)
    page = standings.by_ids(context.tx, found[:LISTED])
    choices = tuple(listing.asking(each, _label(context, each)) for each in page)
    part = "found" if ids is None else "rest"
    head = f"find.chat_{part}" if context.in_chat else f"find.{part}"
    return Reply(head, {"n": len(found)}, choices=choices + listing.more("find", found[LISTED:]))


def _label(context: Context, standing: Standing) -> Reply:
    """The district is said only where it is not the sender's own."""
    near = any(standing.lineage.startswith(home(post.lineage)) for post in context.sender.posts)
    return Reply("find.option_near" if near else "find.option", standing.names())


FIND = Command("find", _run, TEXTS, look=listing.named, looks_for=frozenset({"query"}))
