"""``remind``: an officer reminds a society's president and secretary again, at any time, with a standard text or in his own words.

The standard text is the one that is true on the day it leaves. It is an intent like any other, so that an election recorded meanwhile takes
it back. A message in one's own words is confirmed first, because a sender's number can be forged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import reminder_texts, which_society
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
from bot.store import audit, intents, occasions, people
from bot.store.intents import Key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.occasions import Occasion
    from bot.domain.registry import Standing
    from bot.store.people import Holder
    from bot.store.query import Tx

_REG = {"r": Slot.REG_NO}
TEXTS_TOPIC = "text"

TEXTS = (
    Wording("remind.done", 2, {**_REG, "n": Slot.DAYS, "ref": Slot.CODE}, row="remind.missing", rows=2),
    Wording("remind.missing", 1, {"role": Slot.ROLE}),
    Wording("remind.nobody", 2, _REG),
    Wording("remind.no_term", 1, _REG),
    Wording("remind.nothing", 1, _REG),
    Wording("remind.too_long", 2, {"n": Slot.DAYS}),
    Wording("remind.ask", 5, {**_REG, "n": Slot.DAYS, "text": Slot.MESSAGE}, row="confirm.code", rows=1),
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
    held = people.bearers(context.tx, society.id)
    reached = [holder for holder in held.values() if holder.msisdn]
    if not reached:
        return Reply("remind.nobody", {"r": society.registration_no})
    text = args.get("text")
    if text is not None:
        return _free(context, society, held, reached, text)
    occasion = _occasion(context, society, ReminderKind(args.get("topic", ReminderKind.TERM)))
    if isinstance(occasion, Reply):
        return occasion
    for msisdn, people_ids in _by_number(reached).items():
        context.notices.append(
            Notice(msisdn, reply(occasion), class_of(occasion.kind), then=_Intended(context, occasion, people_ids))
        )
    return _done(context, society, held, reached, {"about": occasion.kind.value, "until": occasion.last_day})


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


def _free(
    context: Context, society: Standing, held: Mapping[Role, Holder], reached: Sequence[Holder], text: str
) -> Reply:
    params = {"r": society.registration_no, "text": text}
    excess = reminder_texts.too_long(text)
    if excess:
        return Reply("remind.too_long", {"n": excess})
    numbers = _by_number(reached)
    if not context.confirmed:
        question = Reply("remind.ask", {**params, "n": len(numbers)})
        return asked(context, "remind", {"society_id": society.id, "text": text}, question)
    for msisdn in numbers:
        said = Reply("reminder.free", params)
        context.notices.append(Notice(msisdn, said, MessageClass.NOTICE, courtesy=True))
    return _done(context, society, held, reached, {"about": "free", "text": text})


def _by_number(reached: Sequence[Holder]) -> dict[str, list[int]]:
    """Two people with one telephone get one message."""
    found: dict[str, list[int]] = {}
    for holder in reached:
        assert holder.msisdn is not None  # noqa: S101 - the caller asked
        found.setdefault(holder.msisdn, []).append(holder.person_id)
    return found


class _Intended:
    """Writes down whom a message reminds of what, once it is queued."""

    def __init__(self, context: Context, occasion: Occasion, people_ids: Sequence[int]) -> None:
        self._context = context
        self._occasion = occasion
        self._people_ids = people_ids

    def __call__(self, tx: Tx, outbox_id: int) -> None:
        occasion, context = self._occasion, self._context
        for person_id in self._people_ids:
            milestone = f"R{context.inbox_id}"
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


def _done(
    context: Context,
    society: Standing,
    held: Mapping[Role, Holder],
    reached: Sequence[Holder],
    what: Mapping[str, Any],
) -> Reply:
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action="remind",
        society_id=society.id,
        before={},
        after={**what, "to": [holder.role.value for holder in reached]},
    )
    missing = tuple(
        Reply("remind.missing", {"role": role.value})
        for role in (Role.PRESIDENT, Role.SECRETARY)
        if role not in held or not held[role].msisdn
    )
    params = {"r": society.registration_no, "n": len(_by_number(reached)), "ref": str(context.inbox_id)}
    return Reply("remind.done", params, lines=missing)


REMIND = Command("remind", _run, TEXTS)
