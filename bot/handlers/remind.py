"""``remind``: an officer reminds a society's president and secretary again, at any time, with a standard text or in his own words.

The standard text is the one that is true on the day it leaves. It is an intent like any other, so that an election recorded meanwhile takes
it back. A message in one's own words is confirmed first, because a sender's number can be forged; so is what was sent today already. STOP
spares a number all but what is statutory, and the officer hears whom it spares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import reminder_texts, which_society
from bot.clock import DHAKA
from bot.command import Command, Notice
from bot.confirming import asked
from bot.domain.access import Role
from bot.domain.grammar import Call
from bot.domain.messages import MessageClass
from bot.domain.milestones import IntentState, ReminderKind
from bot.domain.quiet import NEVER
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.planning import Rules
from bot.reminding import class_of, reply
from bot.store import audit, intents, occasions, people, senders
from bot.store.intents import AGAIN, Key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.occasions import Occasion
    from bot.domain.registry import Standing
    from bot.store.query import Tx

_REG = {"r": Slot.REG_NO}
TEXTS_TOPIC = "text"
FREE = "free"
"""What a message in one's own words is about, in the audit log."""

TEXTS = (
    Wording("remind.done", 2, {**_REG, "n": Slot.DAYS}, row="remind.later", rows=2),
    Wording("remind.later", 1, {"n": Slot.DAYS}),
    Wording("remind.missing", 1, {"role": Slot.ROLE}),
    Wording("remind.stopped", 1, {"role": Slot.ROLE}),
    Wording("remind.all_stopped", 2, _REG),
    Wording("remind.again", 3, {**_REG, "n": Slot.DAYS}, row="confirm.code", rows=2),
    Wording("remind.nobody", 2, _REG),
    Wording("remind.no_term", 1, _REG),
    Wording("remind.nothing", 1, _REG),
    Wording("remind.too_long", 2, {"n": Slot.DAYS}),
    Wording("remind.ask", 5, {**_REG, "n": Slot.DAYS, "text": Slot.MESSAGE}, row="confirm.code", rows=2),
    Wording("remind.how", 2),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    if args.get("topic") == TEXTS_TOPIC:
        return Call("texts", {}, context.language)
    if "reg_no" not in args and "society_id" not in args:
        return Reply("remind.how")
    society = which_society.within_reach(context, "remind", args, keep=("topic", "text"))
    if isinstance(society, Reply):
        return society
    text = args.get("text")
    if text is not None:
        return _free(context, society, text)
    kind = ReminderKind(args.get("topic", ReminderKind.TERM))
    to = _whom(context, society, kind)
    if not to.by_number:
        return to.nobody(society)
    occasion = _occasion(context, society, kind)
    if isinstance(occasion, Reply):
        return occasion
    if not context.confirmed and _sent_today(context, society, kind):
        question = Reply("remind.again", {"r": society.registration_no, "n": len(to.by_number)}, lines=to.lines())
        return asked(context, "remind", {"society_id": society.id, "topic": kind.value}, question)
    for msisdn, people_ids in to.by_number.items():
        then = _Intended(context, occasion, people_ids)
        said = Notice(msisdn, reply(occasion), class_of(kind), courtesy=to.courtesy, then=then)
        context.notices.append(said)
    return _done(context, society, to, {"about": kind.value, "until": occasion.last_day})


@dataclass(frozen=True, slots=True)
class _To:
    """Whom a reminder reaches, and whom not.

    Attributes:
        by_number: the people of each number; two people with one telephone get one message.
        roles: their posts.
        stopped: the posts of those whom STOP spares it.
        missing: the posts that are vacant, or without a telephone.
        courtesy: whether STOP counts.
    """

    by_number: Mapping[str, Sequence[int]]
    roles: tuple[Role, ...]
    stopped: tuple[Role, ...]
    missing: tuple[Role, ...]
    courtesy: bool

    def lines(self) -> tuple[Reply, ...]:
        """Who does not get it, and why."""
        return (
            *(Reply("remind.stopped", {"role": role.value}) for role in self.stopped),
            *(Reply("remind.missing", {"role": role.value}) for role in self.missing),
        )

    def nobody(self, society: Standing) -> Reply:
        """That it reaches nobody."""
        return Reply("remind.all_stopped" if self.stopped else "remind.nobody", {"r": society.registration_no})


def _whom(context: Context, society: Standing, kind: ReminderKind | None) -> _To:
    """Whom a standard text about something, or a message of one's own, reaches."""
    courtesy = kind not in context.reminders.statutory
    held = people.bearers(context.tx, society.id)
    by_number: dict[str, list[int]] = {}
    roles, stopped, missing = [], [], []
    for role in (Role.PRESIDENT, Role.SECRETARY):
        holder = held.get(role)
        if holder is None or not holder.msisdn:
            missing.append(role)
        elif courtesy and senders.known(context.tx, holder.msisdn, context.today, context.now).stopped_at:
            stopped.append(role)
        else:
            roles.append(role)
            by_number.setdefault(holder.msisdn, []).append(holder.person_id)
    return _To(by_number, tuple(roles), tuple(stopped), tuple(missing), courtesy)


def _sent_today(context: Context, society: Standing, kind: ReminderKind) -> bool:
    """Whether somebody has sent a reminder of this kind today."""
    return any(
        change.action == "remind"
        and change.after.get("about") == kind
        and change.at.astimezone(DHAKA).date() == context.today
        for change in audit.of_society(context.tx, society.id)
    )


def _occasion(context: Context, society: Standing, kind: ReminderKind) -> Occasion | Reply:
    """What there is to be reminded of; or that there is nothing."""
    tx = context.tx
    number = {"r": society.registration_no}
    if kind is ReminderKind.TERM:
        term = occasions.current_term(tx, society.id)
        return Reply("remind.no_term", number) if term is None else occasions.terms(tx, [term])[0]
    rules = Rules(context.reminders, context.law, NEVER)
    found = rules.occasions(tx, kind, [society.id], context.today)
    return found[0] if found else Reply("remind.nothing", number)


def _free(context: Context, society: Standing, text: str) -> Reply:
    params = {"r": society.registration_no, "text": text}
    excess = reminder_texts.too_long(text)
    if excess:
        return Reply("remind.too_long", {"n": excess})
    to = _whom(context, society, None)
    if not to.by_number:
        return to.nobody(society)
    if not context.confirmed:
        question = Reply("remind.ask", {**params, "n": len(to.by_number)}, lines=to.lines())
        return asked(context, "remind", {"society_id": society.id, "text": text}, question)
    for msisdn in to.by_number:
        said = Reply("reminder.free", params)
        context.notices.append(Notice(msisdn, said, MessageClass.NOTICE, courtesy=True))
    return _done(context, society, to, {"about": FREE, "text": text})


class _Intended:
    """Writes down whom a message reminds of what, once it is queued."""

    def __init__(self, context: Context, occasion: Occasion, people_ids: Sequence[int]) -> None:
        self._context = context
        self._occasion = occasion
        self._people_ids = people_ids

    def __call__(self, tx: Tx, outbox_id: int) -> None:
        occasion, context = self._occasion, self._context
        for person_id in self._people_ids:
            milestone = f"{AGAIN}{context.inbox_id}"
            intents.add(
                tx,
                Key(occasion.society_id, occasion.kind, occasion.name, milestone, person_id),
                term_id=occasion.term_id,
                office_id=occasion.office_id,
                send_on=context.today,
                state=IntentState.MADE,
                outbox_id=outbox_id,
                at=context.now,
            )


def _done(context: Context, society: Standing, to: _To, what: Mapping[str, Any]) -> Reply:
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action="remind",
        society_id=society.id,
        before={},
        after={**what, "to": [role.value for role in to.roles]},
    )
    leaves = context.quiet.allowed_from(context.now)
    later = () if leaves == context.now else (Reply("remind.later", {"n": leaves.astimezone(DHAKA).hour}),)
    params = {"r": society.registration_no, "n": len(to.by_number)}
    return Reply("remind.done", params, lines=(*to.lines(), *later))


REMIND = Command("remind", _run, TEXTS)
