"""Deciding about a costly message to many: a second officer, beside its sender or above him, approves or rejects it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import deciders
from bot.broadcast_texts import meeting_at
from bot.command import Notice
from bot.confirming import asked
from bot.domain.access import may_reach
from bot.domain.broadcasts import BroadcastState
from bot.domain.grammar import Call
from bot.domain.messages import MessageClass
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.send_release import ASKED, buttons, let_go, log, question_of, until
from bot.store import broadcasts, people

if TYPE_CHECKING:
    from bot.command import Context
    from bot.store.broadcasts import Broadcast

_REF = {"ref": Slot.CODE}
_STATES = tuple(state for state in BroadcastState if state is not BroadcastState.WAITING)

TEXTS = (
    Wording("send.approve_ask", 6, ASKED, row="confirm.code", rows=1),
    Wording("send.option", 1, {**_REF, "place": Slot.PLACE, "n": Slot.COUNT, "price": Slot.MONEY}),
    Wording("send.approved", 2, {**_REF, "n": Slot.COUNT}),
    Wording("send.rejected", 1, _REF),
    Wording("send.told_approved", 2, {**_REF, "n": Slot.COUNT}),
    Wording("send.told_rejected", 2, _REF),
    Wording("send.told_because", 2, {**_REF, "reason": Slot.LINE}),
    Wording("send.not_yourself", 2, _REF),
    Wording("send.is_over", 2, _REF),
    *(Wording(f"send.is_{state}", 1, _REF) for state in _STATES),
)


def meant(context: Context, inbox_id: int | None) -> Broadcast | None:
    """The message to many that a reference means, if the sender sent it or may decide about it."""
    broadcast = None if inbox_id is None else broadcasts.by_inbox(context.tx, inbox_id)
    if broadcast is None or broadcast.state is BroadcastState.DRAFT:
        return None
    own = broadcast.sender == context.sender.msisdn
    return broadcast if own or _reaches(context, broadcast) else None


def _reaches(context: Context, broadcast: Broadcast) -> bool:
    return may_reach("send.approve", context.sender.posts, lineage=broadcast.lineage)


def _is_own(context: Context, broadcast: Broadcast) -> bool:
    """Whether it is the sender's own, by whatever telephone."""
    own, number = people.names_with(context.tx, broadcast.sender), context.sender.msisdn
    return any(deciders.is_same(post.person, number, own, broadcast.sender) for post in context.sender.posts)


def approve(context: Context, broadcast: Broadcast) -> Reply:
    """Let it go, once it is confirmed who says so."""
    objection = _objection(context, broadcast)
    if objection is not None:
        return objection
    if not (context.linked or context.confirmed):
        return asked(context, "approve", {"ref": broadcast.ref}, _question(context, broadcast))
    expires_at, answers_until_at = until(context, broadcast)
    if not broadcasts.approve(
        context.tx,
        broadcast.id,
        context.sender.msisdn,
        context.inbox_id,
        expires_at=expires_at,
        answers_until_at=answers_until_at,
    ):
        return Reply("yes.done_already")
    log(context, broadcast.office_id, broadcast.ref, "send.approved", {"by": context.sender.msisdn})
    going = broadcasts.by_id(context.tx, broadcast.id)
    assert going is not None  # noqa: S101 - written above
    let_go(context, going)
    params = {"ref": broadcast.ref, "n": broadcast.estimate.people}
    _tell(context, broadcast, Reply("send.told_approved", params))
    return Reply("send.approved", params)


def reject(context: Context, broadcast: Broadcast, reason: str | None) -> Reply | Call:
    """Take it back before it goes. Who says so of his own cancels it."""
    if broadcast.sender == context.sender.msisdn:
        return Call("cancel", {"ref": broadcast.ref}, context.language)
    objection = _objection(context, broadcast)
    if objection is not None and objection.key != "send.is_over":
        return objection
    if not _stop(context, broadcast, "rejected"):
        return Reply("yes.done_already")
    log(context, broadcast.office_id, broadcast.ref, "send.rejected", {"by": context.sender.msisdn, "reason": reason})
    because = Reply("send.told_because", {"ref": broadcast.ref, "reason": reason or ""})
    _tell(context, broadcast, because if reason else Reply("send.told_rejected", {"ref": broadcast.ref}))
    return Reply("send.rejected", {"ref": broadcast.ref})


def _stop(context: Context, broadcast: Broadcast, why: str) -> bool:
    return broadcasts.move(context.tx, broadcast.id, BroadcastState.WAITING, BroadcastState.CANCELLED, why)


def _objection(context: Context, broadcast: Broadcast) -> Reply | None:
    ref: dict[str, Any] = {"ref": broadcast.ref}
    if _is_own(context, broadcast):
        return Reply("send.not_yourself", ref)
    if broadcast.state is not BroadcastState.WAITING:
        return Reply(f"send.is_{broadcast.state}", ref)
    over = broadcast.meeting is not None and meeting_at(broadcast.meeting) <= context.now
    return Reply("send.is_over", ref) if over or (broadcast.expires_at or context.now) < context.now else None


def _question(context: Context, broadcast: Broadcast) -> Reply:
    return Reply("send.approve_ask", question_of(context, broadcast).params)


def _tell(context: Context, broadcast: Broadcast, reply: Reply) -> None:
    context.notices.append(Notice(broadcast.sender, reply, MessageClass.NOTICE))


def waiting(context: Context) -> list[Broadcast]:
    """What waits for somebody like the sender to decide, the oldest first."""
    found = [one for one in broadcasts.open_ones(context.tx) if one.state is BroadcastState.WAITING]
    return [one for one in found if _reaches(context, one) and not _is_own(context, one)]


def choice(broadcast: Broadcast) -> Choice:
    """A message in a list of what waits."""
    estimate = broadcast.estimate
    params = {"ref": broadcast.ref, "place": broadcast.place, "n": estimate.people, "price": str(estimate.price)}
    (approving, _) = buttons(broadcast)
    return Choice(Reply("send.option", params), approving.command, approving.args, (broadcast.ref,))
