"""``answers``: what people said to a message to many, for the office that sent it and those above: how many, who, and in which words.

Without a reference they are those of the sender's newest one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot import controlling, listing
from bot.command import Command
from bot.domain import choices
from bot.domain.attending import COMING, NOT_COMING
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import answers, broadcasts
from bot.store.answers import UNANSWERED, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.store.answers import Counts, Given
    from bot.store.broadcasts import Broadcast

NAMES, QUOTES = 6, 2
"""Most names on a page of a short message; most names with what they wrote."""

ROOM, QUOTED = 8, 3
"""Names that a page has room for where some wrote something; the room that one of those takes."""

IN_CHAT = 20

BARE = 3
"""Words up to which an answer says no more than whether somebody comes."""

_NUMBER = {"n": Slot.COUNT}
_REF = {"ref": Slot.CODE}
_WHO = {"name": Slot.PERSON, "place": Slot.PLACE}
_KINDS = {COMING: "coming", NOT_COMING: "not_coming", WORDS: "words", UNANSWERED: "none"}

TEXTS = (
    Wording(
        "answers.meeting",
        5,
        {**_REF, "d": Slot.DATE, "time": Slot.TIME},
        option="answers.show.not_coming",
        options=len(_KINDS),
    ),
    Wording("answers.message", 3, _REF, option="answers.show.none", options=2),
    *(Wording(f"answers.show.{each}", 1, _NUMBER) for each in _KINDS.values()),
    *(
        Wording(f"answers.list.{each}", 6, {**_REF, **_NUMBER}, row="answers.said", rows=QUOTES, more=listing.MORE.key)
        for each in _KINDS.values()
    ),
    Wording("answers.person", 1, _WHO),
    Wording("answers.said", 2, {**_WHO, "text": Slot.ANSWER}),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    broadcast = _meant(context, args)
    if isinstance(broadcast, Reply):
        return broadcast
    counts = partial(answers.counts, broadcast_id=broadcast.id)
    which = args.get("which")
    if which is None:
        return _overview(broadcast, controlling.read(context, broadcast, "answers", counts))
    after = args.get("after", "")
    most = IN_CHAT if context.in_chat else NAMES
    page = partial(answers.everybody, broadcast_id=broadcast.id, which=which, after=after, most=most + 1)
    found = controlling.read(context, broadcast, f"{which} {after}", lambda tx: (counts(tx), page(tx)))
    return _page(context, broadcast, which, *found)


def _meant(context: Context, args: Mapping[str, Any]) -> Broadcast | Reply:
    """The one that is named, or the sender's newest."""
    if args.keys() & {"ref", "broadcast_id"}:
        return controlling.named(context, args)
    own = broadcasts.of_sender(context.tx, context.sender.msisdn, 1)
    return own[0] if own else Reply("control.none")


def _by_kind(counts: Counts) -> dict[str, int]:
    return {COMING: counts.coming, NOT_COMING: counts.not_coming, WORDS: counts.other, UNANSWERED: counts.none}


def _overview(broadcast: Broadcast, counts: Counts) -> Reply:
    """How many said what, and which of them may be listed."""
    offered = tuple(
        Choice(
            Reply(f"answers.show.{_KINDS[kind]}", {"n": n}), "answers", {"broadcast_id": broadcast.id, "which": kind}
        )
        for kind, n in _by_kind(counts).items()
        if n
    )
    if broadcast.meeting is None:
        return Reply("answers.message", {"ref": broadcast.ref}, choices=offered)
    when = {"d": broadcast.meeting["date"], "time": broadcast.meeting["time"]}
    return Reply("answers.meeting", {"ref": broadcast.ref, **when}, choices=offered)


def _page(context: Context, broadcast: Broadcast, which: str, counts: Counts, found: Sequence[Given]) -> Reply:
    """Who they are, and what they wrote where it says more; a choice brings the rest."""
    shown = found[:IN_CHAT] if context.in_chat else _fitting(found[:NAMES])
    rest = (
        {"broadcast_id": broadcast.id, "which": which, "after": shown[-1].msisdn} if len(shown) < len(found) else None
    )
    more = () if rest is None else (Choice(Reply(listing.MORE.key), "answers", rest, (choices.MORE,)),)
    params = {"ref": broadcast.ref, "n": _by_kind(counts).get(which, 0)}
    return Reply(f"answers.list.{_KINDS[which]}", params, lines=tuple(map(_line, shown)), choices=more)


def _fitting(found: Sequence[Given]) -> Sequence[Given]:
    """The first few for whom there is room by SMS; who wrote something takes that of three names."""
    room = ROOM
    for at, one in enumerate(found):
        room -= QUOTED if _adds(one) else 1
        if room < 0:
            return found[:at]
    return found


def _line(one: Given) -> Reply:
    who = {"name": one.name, "place": one.place}
    return Reply("answers.said", {**who, "text": one.words}) if _adds(one) else Reply("answers.person", who)


def _adds(one: Given) -> bool:
    """Whether somebody's words say more than the list he stands on."""
    return one.words is not None and (one.answer not in {COMING, NOT_COMING} or len(one.words.split()) > BARE)


ANSWERS = Command("answers", _run, TEXTS)
