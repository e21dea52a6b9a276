"""A message to many before it goes: made from a request, with what it comes to, and kept as a draft that its sender is shown.

Adding up an audience of a division takes long, so that it is done beforehand, beside the writer. Where a button or a list said a part of
it, that is only known in the unit of work, which is run again then (``bot.command.LookFirst``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import broadcasting, send_text
from bot.addressed import To, still_permitted
from bot.addressing import address
from bot.broadcast_texts import Words, meeting_at
from bot.domain.broadcasts import BroadcastKind
from bot.domain.offices import Level
from bot.domain.replies import Reply
from bot.domain.wording import WHERE_WIDTH, Slot, Wording
from bot.store import broadcasts, offices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.command import Look
    from bot.domain.broadcasts import Estimate
    from bot.store.query import Tx

A_DAY = timedelta(hours=24)

MOST_LATER = 200
"""Of a sender's newest messages so many are looked through for the same one sent again."""

_REF = {"ref": Slot.CODE}
TEXTS = (
    Wording("send.too_many", 2, {"n": Slot.COUNT}),
    Wording("send.not_yours", 1),
    Wording("send.not_ended", 2, _REF),
    Wording("send.resent", 2, {**_REF, "again": Slot.CODE}),
    Wording("send.meeting_how", 2),
    Wording("send.meeting_over", 2, {"d": Slot.DATE, "time": Slot.TIME}),
    Wording("send.where_too_long", 2, {"n": Slot.COUNT}),
    *send_text.TEXTS,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What its sender is shown.

    Attributes:
        to: whom it is for.
        words: what it says.
        estimate: what it comes to.
    """

    to: To
    words: Words
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a request comes to, for these arguments and no others: a message, or only whom it is for, or what to say instead."""

    args: Mapping[str, Any]
    made: Draft | To | Reply


def prepare(tx: Tx, look: Look) -> Prepared:
    """Understand a request and add up what it comes to; reads only."""
    return Prepared(dict(look.args), _made(tx, look))


def _made(tx: Tx, look: Look) -> Draft | To | Reply:
    if is_too_many(tx, look):
        return Reply("send.too_many", {"n": look.sending.settings.per_day})
    if "resend_of" in look.args:
        return _again(tx, look)
    to = address(tx, look)
    if isinstance(to, Reply):
        return to
    words = _words(look, to)
    if isinstance(words, Reply) or "text" not in look.args:
        return words if isinstance(words, Reply) else to
    of_societies = to.audience.group.of_societies
    said = send_text.judged(look.sending, words, str(look.args["text"]), look.today, of_societies=of_societies)
    return said if isinstance(said, Reply) else Draft(to, said, _estimate(tx, look, to, said))


def is_too_many(tx: Tx, look: Look) -> bool:
    """Whether the sender has confirmed as many within a day as he may."""
    sent = broadcasts.sent_since(tx, look.sender.msisdn, look.now - A_DAY)
    return sent >= look.sending.settings.per_day


def _words(look: Look, to: To) -> Words | Reply:
    """What is said but for the words."""
    args = look.args
    place = {"bn": to.office.name_bn, "en": to.office.name_en}
    urgent, national = bool(args.get("urgent")), to.office.level is Level.NATION
    if args.get("topic") != BroadcastKind.MEETING:
        return Words(BroadcastKind.MESSAGE, place, "", urgent=urgent, national=national)
    if "date" not in args or "time" not in args:
        return Reply("send.meeting_how")
    meeting = {name: str(args[name]) for name in ("date", "time", "place") if name in args}
    over = len(meeting.get("place", "")) - WHERE_WIDTH
    if over > 0:
        return Reply("send.where_too_long", {"n": over})
    words = Words(BroadcastKind.MEETING, place, "", meeting, urgent, national=national)
    return _over(words, look.now) or words


def _over(words: Words, now: datetime) -> Reply | None:
    """That the meeting has been already."""
    meeting = words.meeting
    if meeting is None or meeting_at(meeting) > now:
        return None
    return Reply("send.meeting_over", {"d": meeting["date"], "time": meeting["time"]})


def _estimate(tx: Tx, look: Look, to: To, words: Words) -> Estimate:
    writing = look.sending.writing(words, look.today)
    return broadcasting.estimate(tx, writing, words, to.audience, look.now, look.sending.quiet)


def _again(tx: Tx, look: Look) -> Draft | Reply:
    """The same message once more, to those whom it failed to reach; once, so that nobody gets it twice."""
    before = broadcasts.by_id(tx, int(look.args["resend_of"]))
    if before is None or before.sender != look.sender.msisdn or not still_permitted(look.sender.posts, before):
        return Reply("send.not_yours")
    if before.ended_at is None:
        return Reply("send.not_ended", {"ref": before.ref})
    again = sent_again(tx, before.sender, before.id)
    if again is not None:
        return again
    office = offices.by_id(tx, before.office_id)
    area = offices.by_code(tx, before.audience.lineage.rstrip("/").rpartition("/")[2]) or office
    to = To(replace(before.audience, failed_of=before.id), office, area)
    words = replace(Words.of(before), broadcast_id=0)
    return _over(words, look.now) or Draft(to, words, _estimate(tx, look, to, words))


def sent_again(tx: Tx, sender: str, failed_of: int, but: int = 0) -> Reply | None:
    """That those whom a message failed to reach have been sent it again already.

    Args:
        tx: an open transaction.
        sender: whose message it is.
        failed_of: its id.
        but: the id of the copy that is asked about.
    """
    later = broadcasts.of_sender(tx, sender, MOST_LATER)
    again = next((one for one in later if one.audience.failed_of == failed_of and one.id != but), None)
    before = broadcasts.by_id(tx, failed_of)
    if again is None or before is None:
        return None
    return Reply("send.resent", {"ref": before.ref, "again": again.ref})
