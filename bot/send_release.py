"""Letting a message to many go, once: confirmed by its sender, and above a set price approved by a second officer.

A message to a few is queued whole in the unit of work that lets it go; one to many page by page, beside the messages that come in
(``bot.scheduler.broadcasting``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import broadcasting, deciders
from bot.addressed import called, still_permitted
from bot.broadcast_progress import begun
from bot.broadcast_texts import Words, meeting_at
from bot.broadcasting import Page
from bot.command import LookFirst, Notice
from bot.domain.broadcasts import BroadcastState
from bot.domain.messages import MessageClass
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.send_preview import needs_second
from bot.sending import is_too_many, sent_again
from bot.store import audit, broadcasts, offices, people
from bot.store.recipients import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.command import Context
    from bot.domain.broadcasts import Estimate
    from bot.domain.offices import Office
    from bot.sending import Draft
    from bot.store.broadcasts import Broadcast


_REF = {"ref": Slot.CODE}
ASKED = {
    **_REF,
    "person": Slot.PERSON,
    "place": Slot.PLACE,
    "to": Slot.AUDIENCE,
    "n": Slot.COUNT,
    "price": Slot.MONEY,
    "text": Slot.MESSAGE,
}
TEXTS = (
    Wording("send.gone", 1),
    Wording("send.no_more", 1),
    Wording("send.waits", 2, {**_REF, "person": Slot.PERSON, "place": Slot.PLACE, "price": Slot.MONEY}),
    Wording("send.no_second", 2, {"price": Slot.MONEY}),
    Wording("send.approve_asked", 6, ASKED, row="send.how_to_decide", rows=1),
    Wording("send.how_to_decide", 1, _REF),
)


def confirmed(context: Context, broadcast_id: int) -> Reply:
    """Let a draft go, or have it approved first, after its sender said yes to it."""
    broadcast = broadcasts.by_id(context.tx, broadcast_id)
    if broadcast is None or broadcast.sender != context.sender.msisdn or not context.confirmed:
        return Reply("send.gone")
    if not still_permitted(context.sender.posts, broadcast):
        return Reply("send.no_more")
    if is_too_many(context.tx, context.look({})):
        return Reply("send.too_many", {"n": context.sending.settings.per_day})
    failed_of = broadcast.audience.failed_of
    again = None if failed_of is None else sent_again(context.tx, broadcast.sender, failed_of, broadcast.id)
    if again is not None:
        return again
    waits = needs_second(context, broadcast.estimate)
    asked = deciders.second(context.tx, _office(context, broadcast), broadcast.sender) if waits else None
    if waits and asked is None:
        return _no_second(broadcast.estimate)
    ends = until(context, broadcast)
    state = BroadcastState.WAITING if waits else BroadcastState.SENDING
    times = {"expires_at": ends[0], "answers_until_at": ends[1]}
    if not broadcasts.confirm(context.tx, broadcast.id, state, at=context.now, inbox_id=context.inbox_id, **times):
        return Reply("yes.done_already")
    log(context, broadcast.office_id, broadcast.ref, "send.confirmed", {"state": state.value})
    now_there = broadcasts.by_id(context.tx, broadcast.id)
    assert now_there is not None  # noqa: S101 - written above
    if asked is not None:
        return _asked(context, now_there, asked)
    let_go(context, now_there)
    return begun(context, now_there)


def nobody_decides(context: Context, draft: Draft) -> Reply | None:
    """That a draft costs so much that a second officer would have to approve it, and that there is none."""
    if not needs_second(context, draft.estimate):
        return None
    there = deciders.second(context.tx, draft.to.office, context.sender.msisdn) is not None
    return None if there else _no_second(draft.estimate)


def _no_second(estimate: Estimate) -> Reply:
    return Reply("send.no_second", {"price": str(estimate.price)})


def until(context: Context, broadcast: Broadcast) -> tuple[datetime, datetime]:
    """Until when a broadcast that goes now is worth sending, and its answers are counted."""
    settings = context.sending.settings
    begins = None if broadcast.meeting is None else meeting_at(broadcast.meeting)
    worth = timedelta(hours=settings.worth_hours)
    expires_at = broadcasting.expires_at(broadcast.estimate, begins, context.now, worth)
    return expires_at, begins or context.now + timedelta(hours=settings.answer_hours)


def let_go(context: Context, broadcast: Broadcast) -> None:
    """Queue a broadcast to a few people, who are found beside the writer: among a whole country that takes a while."""
    if not broadcasting.is_few(broadcast.estimate):
        return
    writing = context.sending.writing(Words.of(broadcast), context.today)
    if not isinstance(context.found, Page):
        raise LookFirst(partial(broadcasting.page, writing=writing, audience=broadcast.audience, after=0))
    context.wakes |= broadcasting.begin(context.tx, writing, broadcast, context.now, context.found)


def _asked(context: Context, broadcast: Broadcast, asked: tuple[Office, list[tuple[str, str]]]) -> Reply:
    """Ask those who may decide, and tell the sender whom."""
    office, found = asked
    question = replace(question_of(context, broadcast), lines=(Reply("send.how_to_decide", {"ref": broadcast.ref}),))
    for _, number in found:
        context.notices.append(
            Notice(number, question, MessageClass.NOTICE, buttons=buttons(broadcast)),
        )
    said = Reply(
        "send.waits",
        {
            "ref": broadcast.ref,
            "person": found[0][0],
            "place": {"bn": office.name_bn, "en": office.name_en},
            "price": str(broadcast.estimate.price),
        },
    )
    return replace(begun(context, broadcast), lines=(said,)) if context.in_chat else said


def buttons(broadcast: Broadcast) -> tuple[Choice, ...]:
    """What a chat offers to who decides."""
    return tuple(Choice(Reply(f"report.{each}"), each, {"ref": broadcast.ref}) for each in ("approve", "reject"))


def question_of(context: Context, broadcast: Broadcast) -> Reply:
    """What a second officer is asked."""
    estimate = broadcast.estimate
    names = people.names_with(context.tx, broadcast.sender)
    params: dict[str, Any] = {"ref": broadcast.ref, "person": names[0] if names else UNNAMED, "place": broadcast.place}
    to = called(context.tx, context.renderer, broadcast.audience)
    params |= {"to": to, "n": estimate.people, "price": str(estimate.price), "text": estimate.longest}
    return Reply("send.approve_asked", params)


def _office(context: Context, broadcast: Broadcast) -> Office:
    return offices.by_id(context.tx, broadcast.office_id)


def log(context: Context, office_id: int, ref: str, action: str, after: Mapping[str, Any]) -> None:
    """Write down what was done about a message to many."""
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action=action,
        office_id=office_id,
        before={},
        after={"ref": ref, **after},
    )
