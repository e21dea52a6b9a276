"""``nudge``: those who have not filed a return are reminded of it, one of them or all under an office.

Only choices lead here (``bot.handlers.due``). Who has not filed is found out again when it is done, so that nobody hears who has filed
meanwhile; more than one are confirmed first. Nobody hears twice on a day of one return, whoever nudges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import due_letters, which_form, which_office
from bot.clock import DHAKA
from bot.command import Command, Notice
from bot.confirming import asked
from bot.domain.forms import FiledBy
from bot.domain.messages import MessageClass
from bot.domain.periods import Period
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.due_letters import MOST_NUDGED, Owing, reached
from bot.store import audit, dues, missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.forms import Form
    from bot.domain.offices import Office
    from bot.store.missing import Lacking

AREA = which_office.readable("nudge")
_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD}

TEXTS = (
    Wording("nudge.done", 3, {**_WHICH, "n": Slot.COUNT}, row="nudge.already", rows=3),
    Wording("nudge.nobody", 3, _WHICH, row="nudge.already", rows=2),
    Wording("nudge.already", 1, {"n": Slot.COUNT}),
    Wording("nudge.unreached", 1, {"n": Slot.COUNT}),
    Wording("nudge.ask", 3, {**_WHICH, "n": Slot.COUNT, "place": Slot.PLACE}, row="confirm.code", rows=1),
    Wording("nudge.filed", 2, _WHICH),
    Wording("nudge.too_many", 2, {**_WHICH, "n": Slot.COUNT}),
)


@dataclass(frozen=True, slots=True)
class Which:
    """The return that somebody is reminded of.

    Attributes:
        form: the version that holds for the period.
        period: what it is about.
        office: under which office.
    """

    form: Form
    period: Period
    office: Office

    def params(self) -> dict[str, Any]:
        """For texts."""
        return {"form": self.form.code, "p": self.period.name}

    def args(self) -> dict[str, Any]:
        """For a confirmation."""
        return {"form": self.form.code, "period": self.period.name, "office_code": self.office.code}


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    which = _which(context, args)
    if isinstance(which, Reply):
        return which
    found = _lacking(context, which, args)
    if not found:
        return Reply("nudge.filed", which.params())
    if len(found) > MOST_NUDGED:
        return Reply("nudge.too_many", {**which.params(), "n": MOST_NUDGED})
    if len(found) > 1 and not context.confirmed:
        question = Reply("nudge.ask", {**which.params(), "n": len(found), "place": which_office.place(which.office)})
        return asked(context, "nudge", {**which.args(), "all": True}, question)
    return _nudge(context, which, found)


def _which(context: Context, args: Mapping[str, Any]) -> Which | Reply:
    newest = context.returns.forms.newest(str(args.get("form")))
    if newest is None:
        return which_form.unknown(str(args.get("form", "")), context.returns.forms)
    period = Period.named(str(args.get("period")), newest.every)
    form = None if period is None else context.returns.forms.of(newest.code, period)
    if period is None or form is None:
        last = Period.of(newest.every[0], context.today).previous()
        return Reply("due.no_period", {"form": newest.code, "p": last.name})
    office = which_office.office(context, {"office_code": args.get("office_code", "")}, AREA)
    return office if isinstance(office, Reply) else Which(form, period, office)


def _lacking(context: Context, which: Which, args: Mapping[str, Any]) -> list[Lacking]:
    """Who of those that are meant has not filed now."""
    one = "society_id" in args or (which.form.filed_by is not FiledBy.SOCIETY and "all" not in args)
    found = missing.lacking(
        context.tx,
        which.form,
        which.period,
        which.office.lineage,
        alone=one,
        most=missing.ALL if one else MOST_NUDGED + 1,
    )
    return [each for each in found if "society_id" not in args or each.society_id == args["society_id"]]


def _nudge(context: Context, which: Which, found: Sequence[Lacking]) -> Reply:
    to = reached(context.tx, found, context.today)
    numbers = {number for _, own in to for number in own}
    stopped = dues.stopped(context.tx, numbers)
    keys = {(each, number): _key(context, which, each, number) for each, own in to for number in own}
    queued = dues.queued(context.tx, set(keys.values()))
    due_on = context.returns.due_on(which.form, which.period)
    told, already, unreached = 0, 0, 0
    for each, own in to:
        willing = [number for number in own if number not in stopped]
        new = [number for number in willing if keys[each, number] not in queued]
        told += bool(new)
        already += bool(willing) and not new
        unreached += not willing
        owings = (Owing.of(which.form.code, which.period, due_on, each),)
        said, buttons = due_letters.reply(owings), due_letters.buttons(owings)
        context.notices += [
            Notice(number, said, MessageClass.DUE, key=keys[each, number], buttons=buttons) for number in new
        ]
    if told:
        _record(context, which, found, told)
    return _answer(context, which, told, already, unreached)


def _key(context: Context, which: Which, each: Lacking, number: str) -> str:
    who = f"o{each.area.id}" if each.society_id is None else f"s{each.society_id}"
    return f"nudge:{which.form.code}:{which.period.name}:{who}:{number}:{context.today.isoformat()}"


def _record(context: Context, which: Which, found: Sequence[Lacking], told: int) -> None:
    society_id = found[0].society_id if len(found) == 1 else None
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action="nudge",
        office_id=(found[0].area if len(found) == 1 else which.office).id,
        society_id=society_id,
        before={},
        after={"form": which.form.code, "period": which.period.name, "told": told},
    )


def _answer(context: Context, which: Which, told: int, already: int, unreached: int) -> Reply:
    lines = []
    if already:
        lines.append(Reply("nudge.already", {"n": already}))
    if unreached:
        lines.append(Reply("nudge.unreached", {"n": unreached}))
    if not told:
        return Reply("nudge.nobody", which.params(), lines=tuple(lines))
    leaves = context.quiet.allowed_from(context.now)
    if leaves != context.now:
        lines.append(Reply("remind.later", {"n": leaves.astimezone(DHAKA).hour}))
    return Reply("nudge.done", {**which.params(), "n": told}, lines=tuple(lines))


NUDGE = Command("nudge", _run, TEXTS)
