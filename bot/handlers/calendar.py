"""``calendar``: whose committee's term ends when, in the sender's own area.

Officers see the societies under their office by days left, and get the same as a document to print: in a chat the file itself, by SMS an
address that is good for a day. Office-bearers see their own societies. ``calendar stale`` leads to
``bot.handlers.stale``, ``calendar phones`` to ``bot.handlers.phones``.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot import listing
from bot.command import Command, Look
from bot.document import MOST_ROWS
from bot.domain.grammar import Call
from bot.domain.replies import Choice, Order, Reply
from bot.domain.wording import Slot, Wording
from bot.store import standings, terms, tickets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.access import Post
    from bot.domain.registry import Standing
    from bot.store.escalation import Unreached
    from bot.store.query import Tx
    from bot.store.societies import Stale
    from bot.store.terms import Ending

DAYS = 90
"""How far the calendar looks ahead where nothing is said: as far as committees are yellow."""

LISTED = 5
LISTED_IN_CHAT = 20

DOCUMENTS = {"pdf": ("calendar", "pdf"), "xlsx": ("calendar", "xlsx"), "societies": ("societies", "pdf")}
"""Topic → which document, in which format."""

LEADS_TO = frozenset({"stale", "phones"})
"""Topics that are commands of their own."""

_COLOURS = {"red": Slot.COUNT, "yellow": Slot.COUNT, "green": Slot.COUNT}
_ROW = {"r": Slot.REG_NO, "name": Slot.SHORT_NAME}
_CHAT_ROW = {"r": Slot.REG_NO, "name": Slot.NAME}
_LIST: dict[str, Any] = {"option": "calendar.option", "options": LISTED, "more": listing.MORE.key}

TEXTS = (
    Wording("calendar.option", 1, _ROW, turns=True),
    Wording("calendar.head", 5, _COLOURS, **_LIST),
    Wording("calendar.rest", 5, **_LIST),
    Wording("calendar.own", 5, **_LIST),
    Wording("calendar.row", chat=True, slots=_CHAT_ROW, turns=True),
    Wording("calendar.chat", chat=True, slots={**_COLOURS, "days": Slot.DAYS}),
    Wording("calendar.chat_rest", chat=True),
    Wording("calendar.pdf", chat=True),
    Wording("calendar.xlsx", chat=True),
    Wording("calendar.none", 2, {"days": Slot.DAYS, **_COLOURS}),
    Wording("calendar.file", chat=True),
    Wording("calendar.link", 2, {"url": Slot.URL, "n": Slot.DAYS}),
    Wording("calendar.officers_only", 1),
    Wording("calendar.too_long", 2, {"n": Slot.COUNT}),
)


def look(tx: Tx, look: Look) -> dict[str, Any] | list[Stale] | tuple[int, list[Unreached]]:
    """What the answer needs: the societies of a list, how long a document would be, or what ``stale`` or ``phones`` looks for."""
    match look.args.get("topic"):
        case None:
            return _endings(tx, look)
        case "stale":
            return listing.unconfirmed(tx, look)
        case "phones":
            return listing.unreached(tx, look)
        case _:
            return {"rows": _rows(tx, look)}


def _endings(tx: Tx, look: Look) -> dict[str, Any]:
    """What ends in the sender's area, and how many societies of each colour there are.

    What is still to end comes first, the earliest on top, because there is still time to act; then what has ended, the latest first.
    """
    until = look.today + timedelta(days=look.args.get("days", DAYS))
    ahead: list[Ending] = []
    over: list[Ending] = []
    colours = {"red": 0, "yellow": 0, "green": 0}
    for lineage in _areas(look.sender.posts):
        ahead += terms.ending(tx, lineage, until, since=look.today, most=listing.MOST)
        over += terms.ended(tx, lineage, look.today, most=listing.MOST)
        counts = terms.ending_counts(tx, lineage, look.today)
        colours = {colour: colours[colour] + getattr(counts, colour) for colour in colours}
    # The sort is stable, and each part is in order already: this puts the areas of several offices together.
    ahead.sort(key=_end)
    over.sort(key=_end, reverse=True)
    return {"ids": [each.society_id for each in (*ahead, *over)][: listing.MOST], **colours}


def _rows(tx: Tx, look: Look) -> int:
    """Rows of the document that is asked for, or more: counted exactly only where they may be too many."""
    topic, own = look.args["topic"], _areas(look.sender.posts)
    if topic not in DOCUMENTS or not own:
        return 0
    lineage = min(own, key=len)
    rows = terms.ending_counts(tx, lineage, look.today).total
    most = MOST_ROWS[DOCUMENTS[topic][1]]
    if rows <= most or topic == "societies":
        return rows
    until = look.today + timedelta(days=look.args.get("days", DAYS))
    ending = terms.ending(tx, lineage, until, most=most + 1)
    return len(ending) + len(terms.unformed(tx, lineage, most=most + 1))


def _end(ending: Ending) -> date:
    return ending.expires_on or date.max


def _areas(posts: Sequence[Post]) -> list[str]:
    return listing.areas("calendar", posts)


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    if args.get("topic") in LEADS_TO:
        return Call(args["topic"], {}, context.language)
    if args.get("topic") in DOCUMENTS:
        return _document(context, args)
    if "ids" in args:
        return _page(context, args["ids"], Reply("calendar.chat_rest" if context.in_chat else "calendar.rest"), args)
    if not _areas(context.sender.posts):
        return _own(context, args)
    found = context.found or _endings(context.tx, context.look(args))
    days = args.get("days", DAYS)
    colours = {colour: found[colour] for colour in _COLOURS}
    if not found["ids"]:
        return Reply("calendar.none", {"days": days, **colours})
    head = Reply("calendar.chat", {"days": days, **colours}) if context.in_chat else Reply("calendar.head", colours)
    return _page(context, found["ids"], head, args)


def _own(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    """The societies that an office-bearer serves, whenever their terms end."""
    own = standings.by_ids(context.tx, context.sender.society_ids)
    dated = sorted((each for each in own if each.expires_on), key=lambda each: str(each.expires_on))
    if len(dated) <= 1:
        return Call("status", {}, context.language)
    return _page(context, [each.id for each in dated], Reply("calendar.own"), args)


def _page(context: Context, ids: Sequence[int], head: Reply, args: Mapping[str, Any]) -> Reply:
    """A page of the list: a numbered one by SMS, plain lines with buttons for what to do next in a chat."""
    listed = LISTED_IN_CHAT if context.in_chat else LISTED
    page = standings.by_ids(context.tx, ids[:listed])
    days = {"days": args["days"]} if "days" in args else {}
    rest = listing.more("calendar", ids[listed:], **days)
    if not context.in_chat:
        choices = tuple(listing.asking(each, _row("calendar.option", each)) for each in page)
        return Reply(head.key, head.params, choices=choices + rest)
    files = tuple(
        Choice(Reply(f"calendar.{topic}"), "calendar", {"topic": topic, **days})
        for topic in ("pdf", "xlsx")
        if _areas(context.sender.posts)
    )
    return Reply(head.key, head.params, lines=tuple(_row("calendar.row", each) for each in page), choices=rest + files)


def _row(key: str, standing: Standing) -> Reply:
    return Reply(key, standing.names(), turns_on=standing.expires_on)


def _document(context: Context, args: Mapping[str, Any]) -> Reply:
    """A file in a chat, an address by SMS. Who serves several offices gets the one that covers the most."""
    own = _areas(context.sender.posts)
    if not own:
        return Reply("calendar.officers_only")
    kind, format_ = DOCUMENTS[args["topic"]]
    if (context.found or {}).get("rows", 0) > MOST_ROWS[format_]:
        return Reply("calendar.too_long", {"n": MOST_ROWS[format_]})
    office = min(own, key=len).rstrip("/").rsplit("/", 1)[-1]
    wanted: dict[str, Any] = {"office": office, "format": format_, "language": context.language.value}
    wanted |= {"days": args.get("days", DAYS)} if kind == "calendar" else {"phones": True}
    if context.in_chat:
        return Reply("calendar.file", document=Order(kind, wanted))
    token = tickets.issue_token(
        context.tx,
        "file",
        context.sender.msisdn,
        {"kind": kind, "args": wanted},
        now=context.now,
        until=context.now + timedelta(hours=context.gateway.document_hours),
        inbox_id=context.inbox_id,
    )
    return Reply(
        "calendar.link",
        {"url": f"{context.gateway.public_url}/d/{token}", "n": round(context.gateway.document_hours)},
        secret=True,
    )


CALENDAR = Command("calendar", _run, TEXTS, look=look, slow=True)
