"""What the sender of a message to many is shown before it goes: to how many, who is not reached, by which way, at what price, until when.

By SMS it is the telling part, in few words; a chat has room for the names and the whole text.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.addressed import DEPTH, called
from bot.clock import DHAKA
from bot.domain.broadcasts import VACANT, Share, Unreached
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.command import Context
    from bot.domain.broadcasts import Estimate
    from bot.sending import Draft

SOON = timedelta(minutes=5)
"""What is done sooner needs no telling when."""

_COUNT = {"n": Slot.COUNT}
_ASKED = {"ref": Slot.CODE, "to": Slot.AUDIENCE, "place": Slot.PLACE, **_COUNT}
_WAY = {"chats": Slot.COUNT, "sms": Slot.COUNT, "segments": Slot.COUNT, "price": Slot.MONEY}

TEXTS = (
    Wording("send.ask", 9, {**_ASKED, "text": Slot.MESSAGE}, row="send.by_both", rows=4),
    Wording("send.ask_chat", chat=True, slots={**_ASKED, "text": Slot.LETTER}),
    Wording("send.nobody", 4, {"to": Slot.AUDIENCE, "place": Slot.PLACE}, row="send.nameless", rows=2),
    Wording("send.by_chat", 1, {"chats": Slot.COUNT}),
    Wording("send.by_sms", 1, _WAY),
    Wording("send.by_both", 2, _WAY),
    Wording("send.urgent", 1),
    Wording("send.nameless", 2, {**_COUNT, "who": Slot.PEOPLE}),
    *(Wording(f"send.unreached.{why}", 1, _COUNT) for why in (*Unreached, VACANT)),
    Wording("send.until", 1, {"at": Slot.MOMENT}),
    Wording("send.second", 1, {"price": Slot.MONEY}),
)


def shown(context: Context, draft: Draft) -> Reply:
    """The question whether a draft shall go."""
    params = {**_params(context, draft), "ref": f"R{context.inbox_id}", "n": draft.estimate.people}
    key = "send.ask_chat" if context.in_chat else "send.ask"
    lines = (
        *ways(context, draft.estimate, urgent=draft.words.urgent),
        *_unreached(draft.estimate),
        *_when(context, draft),
    )
    if needs_second(context, draft.estimate):
        lines += (Reply("send.second", {"price": str(context.sending.settings.approve_above)}),)
    return Reply(key, {**params, "text": draft.estimate.longest}, lines=lines)


def nobody(context: Context, draft: Draft) -> Reply:
    """That it would reach nobody, and why."""
    return Reply("send.nobody", _params(context, draft), lines=tuple(_unreached(draft.estimate)))


def _params(context: Context, draft: Draft) -> dict[str, Any]:
    area, audience = draft.to.area, draft.to.audience
    to = called(context.tx, context.renderer, audience)
    if audience.group in DEPTH and audience.alone:  # who it is now, of a post that one has
        names = [one.name for role in audience.group.roles for one in people.holders(context.tx, area.id, role)]
        to |= {"name": names[0]} if len(names) == 1 else {}
    return {"to": to, "place": {"bn": area.name_bn, "en": area.name_en}}


def needs_second(context: Context, estimate: Estimate) -> bool:
    """Whether it costs so much that a second officer decides."""
    return estimate.price > context.sending.settings.approve_above


def ways(context: Context, estimate: Estimate, *, urgent: bool) -> tuple[Reply, ...]:
    """By which way how many get it, and what that costs."""
    lines = context.sending.lines
    chat, sms = Share(), Share()
    for name, share in estimate.shares.items():
        if name in lines and lines[name].abilities.chat:
            chat = Share(chat.messages + share.messages)
        else:
            sms = Share(sms.messages + share.messages, sms.segments + share.segments)
    params = {"chats": chat.messages, "sms": sms.messages, "segments": sms.segments, "price": str(estimate.price)}
    key = "send.by_both" if chat.messages and sms.messages else "send.by_chat" if chat.messages else "send.by_sms"
    return (Reply(key, params), *((Reply("send.urgent"),) if urgent else ()))


def _unreached(estimate: Estimate) -> Iterator[Reply]:
    for why in (*Unreached, VACANT):
        count = estimate.unreached.get(why, 0)
        if why == Unreached.NO_NUMBER and count:
            yield Reply("send.nameless", {"n": count, "who": [dict(one) for one in estimate.nameless]})
        elif count:
            yield Reply(f"send.unreached.{why}", {"n": count})


def _when(context: Context, draft: Draft) -> Iterator[Reply]:
    """When it leaves, where that is not now, and when it will be done, where that takes long."""
    quiet, now, ends_at = context.sending.quiet, context.now, draft.estimate.ends_at
    leaves = now if draft.words.urgent else quiet.allowed_from(now)
    if leaves != now:
        yield Reply("remind.later", {"n": leaves.astimezone(DHAKA).hour})
    if ends_at is not None and ends_at - leaves > SOON:
        yield Reply("send.until", {"at": ends_at.isoformat()})
