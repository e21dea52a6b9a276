"""``officer``: who serves at the offices below the sender, and their registration, transfer and release.

A change is put into words, with whom it replaces, and is carried out when it is confirmed by a code or by a button; it is worked out anew
then, and asked again where something else was done in between. The new officer hears by SMS what he can do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import appointing, staff_list, which_office
from bot.command import Command
from bot.confirming import asked
from bot.domain.access import LEVELS, SEVERAL, head_of
from bot.domain.replies import Choice, Reply
from bot.domain.staffing import person_name, same_name
from bot.domain.wording import Slot, Wording
from bot.store import people

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.command import Context
    from bot.domain.access import Role
    from bot.domain.offices import Office
    from bot.store.people import Holder

POSTS = 3
"""Most posts in a question; hardly anybody holds more."""

_NEW = {"place": Slot.PLACE, "person": Slot.PERSON, "phone": Slot.PHONE}
_OLD = {"old": Slot.PERSON, "old_phone": Slot.PHONE}
_POST = {"place": Slot.PLACE, "role": Slot.ROLE}
_DONE = {"place": Slot.PLACE, "person": Slot.PERSON, "ref": Slot.CODE}
_CODE: dict[str, Any] = {"row": "confirm.code", "rows": 1}  # a question by SMS has the code below it

TEXTS = (
    *staff_list.TEXTS,
    *which_office.TEXTS,
    *appointing.TEXTS,
    Wording("officer.ask_new", 3, {**_NEW, "role": Slot.ROLE}, **_CODE),
    Wording("officer.ask_replace", 3, {**_NEW, **_OLD, "role": Slot.ROLE}, **_CODE),
    Wording("officer.ask_number", 3, {**_NEW, "old_phone": Slot.PHONE}, **_CODE),
    Wording("officer.ask_move", 3, {**_NEW, "role": Slot.ROLE, "source": Slot.PLACE}, **_CODE),
    Wording("officer.ask_move_replace", 3, {**_NEW, **_OLD, "source": Slot.PLACE}, **_CODE),
    Wording("officer.ask_end", 3, {**_NEW, "role": Slot.ROLE}, **_CODE),
    Wording("officer.done_new", 2, {**_DONE, "phone": Slot.PHONE}),
    Wording("officer.done_move", 2, _DONE),
    Wording("officer.done_end", 2, _DONE),
    Wording("officer.which_post", 4, {}, option="officer.post_option", options=POSTS),
    Wording("officer.post_option", 1, {**_POST, "person": Slot.PERSON}),
    Wording("officer.new_how", 2),
    Wording("officer.move_how", 2),
    Wording("officer.end_how", 2),
    Wording("officer.wrong_level", 2, _POST),
    Wording("officer.other_name", 2, _NEW),
    Wording("officer.already", 2, {"person": Slot.PERSON, **_POST}),
    Wording("officer.not_yours", 2, {"phone": Slot.PHONE}),
    Wording("officer.vacant", 2, _POST),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A change that is to be confirmed.

    Attributes:
        question: what will be done, in words.
        args: the request with everything resolved.
        seen: the appointments it ends or changes, and whose they are; where they are others by then, it is asked again.
        carry_out: does it.
    """

    question: Reply
    args: Mapping[str, Any]
    seen: Sequence[Holder]
    carry_out: Callable[[], Reply]

    def kept(self) -> dict[str, Any]:
        """What waits for the confirmation."""
        return {**self.args, "seen": [[one.appointment_id, one.person_id] for one in self.seen]}


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    change = _CHANGES.get(args.get("topic", ""))
    if change is None:
        return _shown(context, args)
    if context.confirmed:
        people.lock_posts(context.tx)
    plan = change(context, args)
    if isinstance(plan, Reply):
        return plan
    if context.confirmed and args.get("seen") == plan.kept()["seen"]:
        return plan.carry_out()
    return asked(context, "officer", plan.kept(), plan.question)


def _shown(context: Context, args: Mapping[str, Any]) -> Reply:
    role = which_office.role_in(args)
    if "under" in args:
        args = {**args, "office_code": args["under"]}
    elif "office" not in args and "office_code" not in args:
        return staff_list.below(context, role=role, skip=args.get("skip", 0))
    office = which_office.office(context, args)
    if isinstance(office, Reply):
        return office
    if "under" in args or (role is not None and office.level not in LEVELS[role]):
        return staff_list.below(context, under=office.lineage, role=role, skip=args.get("skip", 0))
    return staff_list.at(context, office)


def _new(context: Context, args: Mapping[str, Any]) -> Plan | Reply:
    office = which_office.office(context, args)
    if isinstance(office, Reply):
        return office
    role = which_office.role_in(args) or head_of(office.level)
    if office.level not in LEVELS[role]:
        return Reply("officer.wrong_level", which_office.named(office, role=role.value))
    msisdn = args.get("msisdn")
    held = people.posts_of(context.tx, msisdn) if msisdn else []
    name = _name(context, args, [holder.name for _, holder in held])
    if msisdn is None or name is None:
        return Reply("officer.new_how")
    now = _holders(context, office, role)
    for at, holder in held:
        if not same_name(holder.name, name) and all(one.appointment_id != holder.appointment_id for one in now):
            return Reply("officer.other_name", which_office.named(at, person=holder.name, phone=msisdn))
    own = next((holder.name for _, holder in held if same_name(holder.name, name)), name)
    same = [one for one in now if same_name(one.name, name)]
    if any(one.msisdn == msisdn for one in same):
        return Reply("officer.already", which_office.named(office, person=name, role=role.value))
    kept = {"topic": "new", "office_code": office.code, "role": role.value, "msisdn": msisdn, "text": own}
    asking = which_office.named(office, person=own, phone=msisdn, role=role.value)
    if same:
        return _renumbering(context, office, same[0], kept, asking)
    replaced = [] if role in SEVERAL else now

    def carry_out() -> Reply:
        url = appointing.appoint(context, "officer.new", office, role, own, msisdn, replaced)
        return appointing.with_link(context, _done(context, "officer.done_new", asking), url)

    question = _question("officer.ask_new", "officer.ask_replace", asking, replaced)
    return Plan(question, kept, replaced, carry_out)


def _renumbering(
    context: Context, office: Office, holder: Holder, kept: Mapping[str, Any], asking: Mapping[str, Any]
) -> Plan:
    """The same officer at the same post under another number: his time there goes on."""

    def carry_out() -> Reply:
        url = appointing.renumber(context, office, holder, kept["msisdn"])
        return appointing.with_link(context, _done(context, "officer.done_new", asking), url)

    question = Reply("officer.ask_number", {**asking, "old_phone": holder.msisdn})
    return Plan(question, kept, [holder], carry_out)


def _move(context: Context, args: Mapping[str, Any]) -> Plan | Reply:
    msisdn = args.get("msisdn")
    if msisdn is None or not which_office.is_given(args):
        return Reply("officer.move_how")
    office = which_office.office(context, args)
    if isinstance(office, Reply):
        return office
    mine = [pair for pair in _below(context, msisdn) if args.get("post") in {None, pair[1].appointment_id}]
    if not mine:
        return Reply("officer.not_yours", {"phone": msisdn})
    elsewhere = [pair for pair in mine if pair[0].id != office.id]
    if len(elsewhere) > 1:
        return _which_post(elsewhere, {**_plain(args), "office_code": office.code})
    source, holder = elsewhere[0] if elsewhere else mine[0]
    role = which_office.role_in(args) or (holder.role if office.level in LEVELS[holder.role] else head_of(office.level))
    if office.level not in LEVELS[role]:
        return Reply("officer.wrong_level", which_office.named(office, role=role.value))
    now = _holders(context, office, role)
    if any(one.person_id == holder.person_id for one in now):
        return Reply("officer.already", which_office.named(office, person=holder.name, role=role.value))
    replaced = [] if role in SEVERAL else now
    asking = which_office.named(
        office, person=holder.name, phone=msisdn, role=role.value, source=which_office.place(source)
    )
    kept = {"topic": "move", "office_code": office.code, "role": role.value, "msisdn": msisdn}

    def carry_out() -> Reply:
        appointing.leave(context, "officer.move", source, holder, told=False)
        url = appointing.appoint(context, "officer.move", office, role, holder.name, msisdn, replaced)
        return appointing.with_link(context, _done(context, "officer.done_move", asking), url)

    question = _question("officer.ask_move", "officer.ask_move_replace", asking, replaced)
    return Plan(question, {**kept, "post": holder.appointment_id}, [holder, *replaced], carry_out)


def _end(context: Context, args: Mapping[str, Any]) -> Plan | Reply:
    msisdn, role, post = args.get("msisdn"), which_office.role_in(args), args.get("post")
    office = which_office.office(context, args) if which_office.is_given(args) else None
    if isinstance(office, Reply):
        return office
    if msisdn is None and office is None:
        return Reply("officer.end_how")
    if msisdn is not None:
        held = [pair for pair in _below(context, msisdn) if office is None or pair[0].id == office.id]
    else:
        assert office is not None  # noqa: S101 - asked above
        held = [(office, one) for one in _holders(context, office, role)]
    held = [(at, one) for at, one in held if role in {None, one.role} and post in {None, one.appointment_id}]
    if not held:
        if msisdn is not None or office is None:
            return Reply("officer.not_yours", {"phone": msisdn})
        return Reply("officer.vacant", which_office.named(office, role=(role or head_of(office.level)).value))
    if len(held) > 1:
        return _which_post(held, _plain(args) | ({"office_code": office.code} if office else {}))
    at, holder = held[0]
    asking = which_office.named(at, person=holder.name, phone=holder.msisdn, role=holder.role.value)
    kept = {"topic": "end", "office_code": at.code, "role": holder.role.value, "post": holder.appointment_id}

    def carry_out() -> Reply:
        appointing.leave(context, "officer.end", at, holder)
        return _done(context, "officer.done_end", asking)

    return Plan(Reply("officer.ask_end", asking), kept, [holder], carry_out)


_CHANGES: Mapping[str, Callable[[Context, Mapping[str, Any]], Plan | Reply]] = {
    "new": _new,
    "move": _move,
    "end": _end,
}


def _which_post(held: Sequence[tuple[Office, Holder]], args: Mapping[str, Any]) -> Reply:
    choices = tuple(
        Choice(
            Reply("officer.post_option", which_office.named(office, role=holder.role.value, person=holder.name)),
            "officer",
            {**args, "post": holder.appointment_id},
            (office.name_bn, office.name_en, holder.name),
        )
        for office, holder in held[:POSTS]
    )
    return Reply("officer.which_post", choices=choices)


def _below(context: Context, msisdn: str) -> list[tuple[Office, Holder]]:
    """The posts below the sender that are held with a number."""
    held = people.posts_of(context.tx, msisdn)
    return [(office, holder) for office, holder in held if which_office.disposes(context.sender.posts, office)]


def _holders(context: Context, office: Office, role: Role | None) -> list[Holder]:
    """Who holds a post at an office now; its head, or anybody where it has none, when no post is named."""
    here = [one for at, one in people.staff(context.tx, office.lineage) if at.id == office.id and one is not None]
    heads = [one for one in here if one.role is (role or head_of(office.level))]
    return heads if heads or role is not None else here


def _name(context: Context, args: Mapping[str, Any], known: Sequence[str]) -> str | None:
    """The new officer's name: as typed, or that of the officer who has the number already."""
    typed = which_office.beside(context, args)
    if not typed:
        return known[0] if len(set(known)) == 1 else None
    return person_name(typed)


def _plain(args: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request a choice carries on with."""
    return {key: args[key] for key in ("topic", "role", "msisdn") if key in args}


def _question(plain: str, replacing: str, params: Mapping[str, Any], replaced: Sequence[Holder]) -> Reply:
    if not replaced:
        return Reply(plain, params)
    return Reply(replacing, {**params, "old": replaced[0].name, "old_phone": replaced[0].msisdn})


def _done(context: Context, key: str, params: Mapping[str, Any]) -> Reply:
    return Reply(key, {**params, "ref": str(context.inbox_id)})


OFFICER = Command("officer", _run, TEXTS, look=which_office.look, looks_for=frozenset({"office", "text"}))
