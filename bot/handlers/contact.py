"""``contact``: who can be called for a society, and the change of that.

Office-bearers learn who looks after their society; officers, whom to call there. Numbers are never shown to the public, and an office
sees those of its own area only. President and secretary are changed by the office that looks after the society, with a confirmation, and
the number that is not registered any more hears of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import which_society
from bot.command import Command, Notice
from bot.confirming import asked
from bot.domain.access import TABLE, Role, head_of, may_reach
from bot.domain.bearers import Kind, Lack, Seat, changed
from bot.domain.messages import MessageClass
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import audit, offices, people, standings
from bot.store.people import Appointment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.offices import Office
    from bot.domain.registry import Standing
    from bot.store.people import Holder

OFFICERS = 3
"""Most officers in one answer to somebody who serves societies of several offices."""

_REG = {"r": Slot.REG_NO}
_SOCIETY = {"r": Slot.REG_NO, "name": Slot.NAME}
_ROLE = {"role": Slot.ROLE}
_PERSON = {"person": Slot.PERSON, "phone": Slot.PHONE}

TEXTS = (
    Wording("contact.officer", 2, {"place": Slot.PLACE, **_PERSON}),
    Wording("contact.officer_number", 2, {"place": Slot.PLACE, "phone": Slot.PHONE}),
    Wording("contact.officer_vacant", 2, {"place": Slot.PLACE}),
    Wording("contact.officers", 3, {}, row="contact.officer", rows=OFFICERS),
    Wording("contact.society", 3, _SOCIETY, row="contact.seat", rows=2),
    Wording("contact.seat", 1, {**_ROLE, **_PERSON}),
    Wording("contact.seat_vacant", 1, _ROLE),
    # Two seats, and the line with the code, which is not longer than a seat.
    Wording("contact.ask", 4, _REG, row="contact.to_new", rows=3),
    Wording("contact.to_new", 2, {**_ROLE, **_PERSON, "old": Slot.PERSON}),
    Wording("contact.to_first", 2, {**_ROLE, **_PERSON}),
    Wording("contact.to_number", 2, {**_ROLE, **_PERSON, "old_phone": Slot.PHONE}),
    Wording("contact.to_name", 2, {**_ROLE, "person": Slot.PERSON, "old": Slot.PERSON}),
    Wording("contact.done", 2, {**_SOCIETY, "ref": Slot.CODE}),
    Wording("contact.same", 2, _REG),
    Wording("contact.needs_name", 2, {**_REG, **_ROLE}),
    Wording("contact.needs_phone", 2, {**_REG, **_ROLE}),
    Wording("contact.welcome", 2, {**_SOCIETY, **_ROLE}),
    Wording("contact.other_number", 2, {**_SOCIETY, **_ROLE}),
    Wording("contact.how", 2),
    Wording("contact.change_how", 2),
    Wording("contact.tell_officer", 3, row="contact.officer", rows=1),
    Wording("contact.local_only", 2, _REG),
)

SEATS: Mapping[str, Role] = {"president": Role.PRESIDENT, "secretary": Role.SECRETARY}


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one seat."""

    role: Role
    before: Holder | None
    seat: Seat


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    changing = not SEATS.keys().isdisjoint(args)
    if "reg_no" not in args and "society_id" not in args:
        return _without_number(context, changing=changing)
    society = _society(context, args, "contact.change" if changing else "contact")
    if isinstance(society, Reply):
        return society
    return _change(context, society, args) if changing else _bearers(context, society)


def _without_number(context: Context, *, changing: bool) -> Reply:
    """Office-bearers mean their own society; an officer has to say which."""
    posts = context.sender.posts
    if changing and any(TABLE["contact.change"].get(post.role) for post in posts):
        return Reply("contact.change_how")
    own = standings.by_ids(context.tx, context.sender.society_ids)
    if not own:
        return Reply("contact.how")
    officers: list[Reply] = []
    for society in own:
        officer = _looked_after(context, society)
        if officer not in officers:
            officers.append(officer)
    if changing:
        return Reply("contact.tell_officer", lines=tuple(officers[:1]))
    return officers[0] if len(officers) == 1 else Reply("contact.officers", lines=tuple(officers[:OFFICERS]))


def _society(context: Context, args: Mapping[str, Any], what: str) -> Standing | Reply:
    """The society that is meant, which the sender may ask about or change; or what to say instead."""
    society = which_society.within_reach(context, "contact", args, keep=tuple(SEATS))
    if isinstance(society, Reply) or _reaches(context, what, society):
        return society
    if society.id in context.sender.society_ids:
        return Reply("contact.tell_officer", lines=(_looked_after(context, society),))
    return Reply("contact.local_only", {"r": society.registration_no})


def _reaches(context: Context, what: str, society: Standing) -> bool:
    return may_reach(what, context.sender.posts, lineage=society.lineage, society_id=society.id)


def _looked_after(context: Context, society: Standing) -> Reply:
    """Who looks after a society, in a line: the head of its office, else whom the registry names."""
    code = society.lineage.rstrip("/").rpartition("/")[2]
    office = offices.by_code(context.tx, code)
    assert office is not None  # noqa: S101 - a society lies under an office
    head = next(iter(people.holders(context.tx, office.id, head_of(office.level))), None)
    place = _place(office)
    if head is not None:
        return Reply("contact.officer", {"place": place, "person": head.name, "phone": head.msisdn})
    phone = people.registered_officer(context.tx, society.id)
    if phone is not None:
        return Reply("contact.officer_number", {"place": place, "phone": phone})
    return Reply("contact.officer_vacant", {"place": place})


def _bearers(context: Context, society: Standing) -> Reply:
    held = people.bearers(context.tx, society.id)
    seats = tuple(_seat(role, held.get(role)) for role in SEATS.values())
    return Reply("contact.society", _named(society), lines=seats)


def _seat(role: Role, holder: Holder | None) -> Reply:
    if holder is None:
        return Reply("contact.seat_vacant", {"role": role.value})
    return Reply("contact.seat", {"role": role.value, "person": holder.name, "phone": holder.msisdn})


def _change(context: Context, society: Standing, args: Mapping[str, Any]) -> Reply:
    if context.confirmed:
        people.lock_posts(context.tx)
    held = people.bearers(context.tx, society.id)
    changes = []
    for name, role in SEATS.items():
        wanted = args.get(name)
        if wanted is None:
            continue
        before = held.get(role)
        seat = changed(
            None if before is None else (before.name, before.msisdn), wanted.get("name"), wanted.get("msisdn")
        )
        if isinstance(seat, Lack):
            return Reply(f"contact.needs_{seat}", {"r": society.registration_no, "role": role.value})
        if seat is not None:
            changes.append(Change(role, before, seat))
    if not changes:
        return Reply("contact.same", {"r": society.registration_no})
    seen = [
        [one.role, one.before and one.before.appointment_id, one.before and one.before.person_id] for one in changes
    ]
    if context.confirmed and args.get("seen") == seen:
        return _carried_out(context, society, changes)
    wanted = {key: value for key, value in args.items() if key in SEATS}
    question = Reply("contact.ask", {"r": society.registration_no}, lines=tuple(_asked(one) for one in changes))
    return asked(context, "contact", {**wanted, "society_id": society.id, "seen": seen}, question)


def _asked(change: Change) -> Reply:
    """Before and after in a line."""
    new = {"role": change.role.value, "person": change.seat.name, "phone": change.seat.msisdn}
    if change.before is None:
        return Reply("contact.to_first", new)
    return Reply(
        f"contact.to_{change.seat.kind}", {**new, "old": change.before.name, "old_phone": change.before.msisdn}
    )


def _carried_out(context: Context, society: Standing, changes: Sequence[Change]) -> Reply:
    tx = context.tx
    for one in changes:
        person = people.person(tx, one.seat.name, one.seat.msisdn)
        if one.before is not None and one.seat.kind is not Kind.NEW:
            people.repoint(tx, one.before.appointment_id, person)
            continue
        if one.before is not None:
            people.end(tx, [one.before.appointment_id], context.today)
        people.appoint(tx, [Appointment(person, one.role, context.today, society_id=society.id)])
    audit.record(
        tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action="contact.change",
        society_id=society.id,
        before={one.role: {"name": one.before.name, "msisdn": one.before.msisdn} for one in changes if one.before},
        after={one.role: {"name": one.seat.name, "msisdn": one.seat.msisdn} for one in changes},
    )
    for one in changes:
        _tell(context, society, one)
    return Reply("contact.done", {**_named(society), "ref": str(context.inbox_id)})


def _tell(context: Context, society: Standing, change: Change) -> None:
    """The new number hears what it can do, and the old one that it is not registered any more."""
    params = {**_named(society), "role": change.role.value}
    old = None if change.before is None else change.before.msisdn
    new = change.seat.msisdn
    if new is not None and (new != old or change.seat.kind is Kind.NEW):
        context.notices.append(Notice(new, Reply("contact.welcome", params), MessageClass.NOTICE, courtesy=True))
    if old is not None and new != old:
        told = Reply("contact.other_number", params)
        context.notices.append(Notice(old, told, MessageClass.NOTICE, by_sms=True))


def _named(society: Standing) -> dict[str, Any]:
    return {"r": society.registration_no, "name": {"bn": society.name_bn, "en": society.name_en}}


def _place(office: Office) -> dict[str, str]:
    return {"bn": office.name_bn, "en": office.name_en}


CONTACT = Command("contact", _run, TEXTS)
