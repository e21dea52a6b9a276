"""``find``: societies by name, in Bangla or English, by the beginning of its words and misspelt; those near the sender first.

Five at a time, and the number or the button of one asks for its status. The search itself (``bot.store.search``) runs beforehand on a
read-only connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import listing
from bot.command import Command
from bot.domain.grammar import Call
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import standings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

LISTED = 5
"""Societies on a page."""

TEXTS = (
    Wording("find.option", 1, {"r": Slot.REG_NO, "name": Slot.NAME, "place": Slot.PLACE}),
    Wording("find.found", 6, {"n": Slot.COUNT}, option="find.option", options=LISTED, more=listing.MORE.key),
    Wording("find.rest", 6, {}, option="find.option", options=LISTED, more=listing.MORE.key),
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
    choices = tuple(listing.asking(each, Reply("find.option", listing.names(each))) for each in page)
    head = Reply("find.found", {"n": len(found)}) if ids is None else Reply("find.rest")
    return Reply(head.key, head.params, choices=choices + listing.more("find", found[LISTED:]))


FIND = Command("find", _run, TEXTS, look=listing.named, looks_for=frozenset({"query"}))
