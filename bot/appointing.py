"""Carrying out a change of posts at offices: the appointments, the audit log, and what those concerned are told.

Called once everything is confirmed and looked at again. A change that touches two offices stands in the log of both.

A link that opens a chat for the new holder lets whoever opens it speak as his number. It goes to that number by SMS. The officer who made
the change sees it too, as a QR code, only where the number spoke for nobody before but officers whose posts he fills himself; else he
could register the number of an officer above him, and become him.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import inviting, which_office
from bot.command import Notice
from bot.domain.messages import MessageClass
from bot.domain.replies import Order, Reply
from bot.domain.wording import Slot, Wording
from bot.store import audit, links, people, senders
from bot.store.people import Appointment
from bot.which_office import place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.access import Role
    from bot.domain.offices import Office
    from bot.store.people import Holder

_POST = {"place": Slot.PLACE, "role": Slot.ROLE}

TEXTS = (
    Wording("officer.welcome", 3, {**_POST, "url": Slot.URL}),
    Wording("officer.welcome_plain", 2, _POST),
    Wording("officer.relieved", 2, {**_POST, "d": Slot.DATE}),
    Wording("officer.other_number", 2, _POST),
    Wording("officer.qr", chat=True),
)


def appoint(
    context: Context, action: str, office: Office, role: Role, name: str, msisdn: str, replaced: Sequence[Holder]
) -> str | None:
    """Begin a post in place of those who held it until now, and welcome the new holder.

    Returns:
        The link that opens a chat for him, where he has none yet and the sender may see it.
    """
    may_see = _may_see_link(context, msisdn)
    person = people.person(context.tx, name, msisdn)
    people.end(context.tx, [one.appointment_id for one in replaced], context.today)
    people.appoint(context.tx, [Appointment(person, role, context.today, office_id=office.id)])
    after = {"role": role.value, "name": name, "msisdn": msisdn}
    _record(context, action, office, replaced, [after])
    for one in replaced:
        if one.msisdn != msisdn:
            _relieved(context, office, one)
    url = _welcome(context, office, role, msisdn)
    return url if may_see else None


def renumber(context: Context, office: Office, holder: Holder, msisdn: str) -> str | None:
    """Give a post to the same human being under another number; returns a link as ``appoint`` does."""
    may_see = _may_see_link(context, msisdn)
    people.repoint(context.tx, holder.appointment_id, people.person(context.tx, holder.name, msisdn))
    after = {"role": holder.role.value, "name": holder.name, "msisdn": msisdn}
    _record(context, "officer.number", office, [holder], [after])
    if holder.msisdn is not None:
        # To whoever holds the old number: he may be the one whose number was taken away without his knowledge.
        told = Reply("officer.other_number", {"place": place(office), "role": holder.role.value})
        context.notices.append(Notice(holder.msisdn, told, MessageClass.NOTICE, by_sms=True))
    url = _welcome(context, office, holder.role, msisdn)
    return url if may_see else None


def leave(context: Context, action: str, office: Office, holder: Holder, *, told: bool = True) -> None:
    """End a post; its holder hears of it unless he is told of a new one."""
    people.end(context.tx, [holder.appointment_id], context.today)
    _record(context, action, office, [holder], [])
    if told:
        _relieved(context, office, holder)


def with_link(context: Context, answer: Reply, url: str | None) -> Reply:
    """The answer to whoever made the change; in a chat with the link as a QR code, to show to the new holder."""
    if url is None or not context.in_chat:
        return answer
    return Reply(
        answer.key, answer.params, lines=(Reply("officer.qr"),), document=Order("qr", {"url": url}), secret=True
    )


def _may_see_link(context: Context, msisdn: str) -> bool:
    """Whether a number holds no post yet, at an office or a society, but such as the sender fills; asked before the change."""
    held = senders.known(context.tx, msisdn, context.today, context.now).posts
    own = context.sender.posts
    return all(post.society_id is None and which_office.fills(own, post.lineage) for post in held)


def _welcome(context: Context, office: Office, role: Role, msisdn: str) -> str | None:
    linked = bool(links.chats_of(context.tx, msisdn))
    url = None if linked else inviting.link_for(context, msisdn)
    post: dict[str, Any] = {"place": place(office), "role": role.value}
    told = (
        Reply("officer.welcome_plain", post)
        if url is None
        else Reply("officer.welcome", {**post, "url": url}, secret=True)
    )
    context.notices.append(Notice(msisdn, told, MessageClass.NOTICE, by_sms=not linked, courtesy=True))
    return url


def _relieved(context: Context, office: Office, holder: Holder) -> None:
    if holder.msisdn is not None:
        params = {"place": place(office), "role": holder.role.value, "d": context.today}
        context.notices.append(Notice(holder.msisdn, Reply("officer.relieved", params), MessageClass.NOTICE))


def _record(
    context: Context, action: str, office: Office, before: Sequence[Holder], after: Sequence[Mapping[str, str]]
) -> None:
    were = [{"role": one.role.value, "name": one.name, "msisdn": one.msisdn} for one in before]
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action=action,
        office_id=office.id,
        before={"holders": were},
        after={"holders": list(after)},
    )
