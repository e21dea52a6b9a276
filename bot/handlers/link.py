"""``link``: lets a chat stand for a telephone number, and ends that.

There are three proofs that a chat belongs to the holder of a number: Telegram says so (he shared his own contact), he opened a link that
was sent to the number or shown to him by his office, or he typed a code that was sent to the number. A contact that is forwarded proves
nothing. A code goes only to registered numbers, a few times an hour, so that nobody can use the gateway to pester strangers; what is
answered does not tell who is registered.

A chat that stands for a number already asks before it follows a link to another one: the link may be somebody else's, put before its owner
to have what he sends done in the other's name. The number that a chat leaves hears of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import inviting
from bot.command import Command, Notice, Silence
from bot.confirming import asked
from bot.domain.errors import InvalidMsisdn
from bot.domain.messages import MessageClass
from bot.domain.msisdn import Msisdn
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import audit, links, senders, tickets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.store.tickets import Ticket

CODES_PER_HOUR = 3
"""Codes that one chat can ask for, and that one number can get, in an hour."""

LINKS_PER_HOUR = 3
"""Links that one number can get in an hour."""

_HOUR = timedelta(hours=1)

_PHONE = {"phone": Slot.PHONE}
TEXTS = (
    Wording("link.share", chat=True),
    Wording("link.how", chat=True),
    Wording("link.done", chat=True, slots=_PHONE),
    Wording("link.done_public", chat=True, slots=_PHONE),
    Wording("link.post", chat=True, slots={"role": Slot.ROLE, "person": Slot.PERSON}),
    Wording("link.already", chat=True, slots=_PHONE),
    Wording("link.not_yours", chat=True),
    Wording("link.bad_number", chat=True),
    Wording("link.expired", chat=True),
    Wording("link.code_sent", chat=True, slots={"n": Slot.DAYS}),
    Wording("link.code", 1, {"code": Slot.CODE}),
    Wording("link.no_code", chat=True),
    Wording("link.wrong_code", chat=True, slots={"n": Slot.COUNT}),
    Wording("link.too_often", chat=True),
    Wording("link.open", 2, {"url": Slot.URL}),
    Wording("link.not_here"),
    Wording("link.in_chat"),
    Wording("link.ended"),
    Wording("link.none"),
    Wording("link.moved", chat=True),
    Wording("link.told", 2),
    Wording("link.left", 2),
    Wording("link.ask_other", chat=True, slots={"phone": Slot.PHONE, "other": Slot.PHONE}),
    Wording("link.no_sms", chat=True),
    Wording("link.sent_already"),
    Wording("link.off_told", chat=True, slots=_PHONE),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Silence:
    if args.get("left"):
        links.end(context.tx, context.channel, context.address, context.now, "blocked")
        return Silence("left")
    if args.get("topic") == "off":
        return _off(context)
    return _in_chat(context, args) if context.in_chat else _by_sms(context, args)


def _in_chat(context: Context, args: Mapping[str, Any]) -> Reply:
    match args:
        case {"contact": contact, "owner": owner}:
            return _shared(context, contact) if owner else Reply("link.not_yours", asks_contact=True)
        case {"token": token}:
            return _opened(context, token)
        case {"ticket": ticket_id} if context.confirmed:
            return _followed(context, tickets.by_id(context.tx, "link", ticket_id, context.now))
        case {"code": code}:
            return _typed(context, code)
        case {"msisdn": msisdn}:
            return _asked_for_code(context, msisdn)
        case _ if context.linked:
            return Reply("link.already", {"phone": context.sender.msisdn})
        case _:
            return Reply("link.how", asks_contact=True)


def _shared(context: Context, contact: str) -> Reply:
    """Telegram vouches for an account's own number."""
    try:
        msisdn = str(Msisdn.parse(contact))
    except InvalidMsisdn:
        return Reply("link.bad_number")
    return _link(context, msisdn, "contact")


def _opened(context: Context, token: str) -> Reply:
    ticket = tickets.by_token(context.tx, "link", token, context.now)
    if ticket is not None and context.linked and ticket.holder != context.sender.msisdn:
        numbers = {"phone": context.sender.msisdn, "other": ticket.holder}
        return asked(context, "link", {"ticket": ticket.id}, Reply("link.ask_other", numbers))
    return _followed(context, ticket)


def _followed(context: Context, ticket: Ticket | None) -> Reply:
    if ticket is None:
        return Reply("link.expired", asks_contact=not context.linked)
    tickets.close(context.tx, ticket.id, "used", context.now)
    # Whoever holds the number hears of it, because a link can be read over somebody's shoulder.
    context.notices.append(Notice(ticket.holder, Reply("link.told"), MessageClass.NOTICE, by_sms=True))
    return _link(context, ticket.holder, "token")


def _typed(context: Context, code: str) -> Reply:
    ticket = tickets.of_holder(context.tx, "code", _chat(context), context.now)
    if ticket is None:
        return Reply("link.no_code")
    if not tickets.opens(context.tx, ticket, code, context.now):
        left = tickets.TRIES - ticket.tries - 1
        return Reply("link.wrong_code", {"n": left}) if left > 0 else Reply("link.too_often")
    tickets.close(context.tx, ticket.id, "used", context.now)
    return _link(context, ticket.content["msisdn"], "code")


def _asked_for_code(context: Context, msisdn: str) -> Reply:
    tx, now = context.tx, context.now
    if not context.has_sms:
        return Reply("link.no_sms", asks_contact=True)
    if any(tickets.recent(tx, "code", each, now - _HOUR) >= CODES_PER_HOUR for each in (_chat(context), msisdn)):
        return Reply("link.too_often")
    tickets.mark(tx, "code", msisdn, now=now, inbox_id=context.inbox_id)
    _, code = tickets.issue_code(
        tx,
        "code",
        _chat(context),
        {"msisdn": msisdn},
        now=now,
        until=now + timedelta(minutes=context.gateway.code_minutes),
        inbox_id=context.inbox_id,
    )
    if senders.known(tx, msisdn, context.today, now).posts:
        told = Reply("link.code", {"code": code}, secret=True)
        context.notices.append(Notice(msisdn, told, MessageClass.CODE, by_sms=True))
    return Reply("link.code_sent", {"n": round(context.gateway.code_minutes)})


def _link(context: Context, msisdn: str, proof: str) -> Reply:
    tx, now = context.tx, context.now
    before = links.number_of(tx, context.channel, context.address)
    for chat in links.link(tx, context.channel, context.address, msisdn, proof, now):
        old = links.Chat(context.channel, chat)
        context.notices.append(Notice(msisdn, Reply("link.moved"), MessageClass.NOTICE, chat=old))
    if before not in {None, msisdn}:
        context.notices.append(Notice(str(before), Reply("link.left"), MessageClass.NOTICE, by_sms=True))
    audit.record(
        tx,
        at=now,
        actor=msisdn,
        inbox_id=context.inbox_id,
        action="link",
        before={"msisdn": before},
        after={"msisdn": msisdn, "channel": context.channel, "proof": proof},
    )
    known = senders.known(tx, msisdn, context.today, now)
    context.language = known.language or context.language
    if not known.posts:
        return Reply("link.done_public", {"phone": msisdn})
    posts = tuple(Reply("link.post", {"role": post.role.value, "person": post.person}) for post in known.posts)
    return Reply("link.done", {"phone": msisdn}, lines=posts)


def _by_sms(context: Context, args: Mapping[str, Any]) -> Reply:
    """A number is proved by what is sent to it: the answer carries a link that works once."""
    if "code" in args:
        return Reply("link.in_chat")
    own = context.sender.msisdn
    if tickets.recent(context.tx, "link", own, context.now - _HOUR) >= LINKS_PER_HOUR:
        return Reply("link.sent_already")
    url = inviting.link_for(context, own)
    return Reply("link.not_here") if url is None else Reply("link.open", {"url": url}, secret=True)


def _off(context: Context) -> Reply:
    tx, now = context.tx, context.now
    chats = (
        [links.Chat(context.channel, context.address)] if context.in_chat else links.chats_of(tx, context.sender.msisdn)
    )
    ended = [each for each in chats if links.end(tx, each.channel, each.chat, now, "off")]
    if not ended:
        return Reply("link.none")
    if not context.in_chat:  # the number may be forged: who sits at the chat hears of it
        told = Reply("link.off_told", {"phone": context.sender.msisdn}, asks_contact=True)
        context.notices += [Notice(context.sender.msisdn, told, MessageClass.NOTICE, chat=each) for each in ended]
    audit.record(
        tx,
        at=now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action="link.off",
        before={"msisdn": context.sender.msisdn},
        after={},
    )
    return Reply("link.ended")


def _chat(context: Context) -> str:
    return f"{context.channel}:{context.address}"


LINK = Command("link", _run, TEXTS)
