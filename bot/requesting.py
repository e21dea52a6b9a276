"""Asking for a correction: by the office or society whose return it is, checked as what is filed is, and put to the office above.

Of a return one request is open at a time: who asks for something else puts the new request in the place of the old one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import correcting, deciders, following, return_lines
from bot.command import Notice
from bot.correcting import CHANGES, FAULTS, WHICH, WITH_LINE, WITH_REF, Asked
from bot.domain.checking import Fault
from bot.domain.corrections import CorrectionState
from bot.domain.figures import to_come
from bot.domain.messages import MessageClass
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.store import corrections, returns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.domain.checking import Problem
    from bot.domain.figures import Value
    from bot.domain.returns import Author, Return

TEXTS = (
    Wording("correct.which", 6, {**WITH_LINE, "ref": Slot.CODE, "figures": Slot.FIGURES}),
    Wording("correct.open", 3, WITH_LINE),
    Wording("correct.not_own", 2, WHICH),
    Wording("correct.same", 1, WITH_REF),
    Wording("correct.refused", 5, WITH_LINE, **FAULTS),
    Wording("correct.refused_how", 4, WHICH, **FAULTS),
    Wording("correct.carried", 2, {**WITH_REF, "label": Slot.LABEL, "from": Slot.PERIOD}),
    Wording("correct.spoils", 2, {**WITH_REF, "later": Slot.PERIOD}),
    Wording("correct.taken", 6, {**WITH_REF, "place": Slot.PLACE}, **CHANGES),
    Wording("correct.waits", 6, WITH_REF, **CHANGES),
    Wording("correct.already", 6, WITH_REF, **CHANGES),
    Wording("correct.instead", 1, {"ref": Slot.CODE}),
    Wording("correct.question", 6, {**WITH_REF, "name": Slot.NAME, "role": Slot.ROLE, "phone": Slot.PHONE}, **CHANGES),
)


def request(context: Context, one: Return, typed: Mapping[str, Value]) -> Reply:
    """Ask for a correction of a return that the sender may see."""
    by = correcting.author(context, one.filer)
    params = {"form": one.form, "p": one.period.name}
    if by is None:
        return Reply("correct.not_own", params)
    returns.lock(context.tx, one.filer)
    one = returns.by_id(context.tx, one.id)
    found = correcting.asked(context, one, typed)
    if found is None:
        return Reply("report.not_found", {"ref": str(one.filed_in)})
    if not one.is_filed:
        return Reply("correct.open", {**params, "line": correcting.line("return", found, typed)})
    if not typed:
        shown = {"ref": str(one.filed_in), "figures": return_lines.filed(found.form, one.figures)}
        return Reply("correct.which", {**params, **shown, "line": correcting.line("correct", found, {})})
    day = to_come(typed, context.today)
    if day is not None:
        return Reply("return.future", {**params, "d": day})
    refused = _refused(context, found, typed)
    if refused is not None:
        return refused
    changes = {
        name: value
        for name, value in typed.items()
        if found.form.by_name[name].is_asked and one.figures.get(name) != value
    }
    if not changes:
        return Reply("correct.same", {**params, "ref": str(one.filed_in)})
    return _ask(context, Asked(one, found.form, changes, found.checked), by)


def _refused(context: Context, found: Asked, typed: Mapping[str, Value]) -> Reply | None:
    """Why figures cannot be what somebody wants them to be."""
    problems, one = found.checked.problems, found.one
    if not problems:
        later = following.spoilt(context.tx, context.returns.forms, one, found.changes, found.checked.values)
        if later is None:
            return None
        return Reply("correct.spoils", {**found.params(), "later": later.period.name, "ref": str(later.filed_in)})
    for problem in problems:
        if problem.fault is Fault.CARRIED:
            return _carried(context, found, problem)
    lines = correcting.faults(found.form, problems)
    right = dict(typed)
    for problem in problems:
        if problem.fault is Fault.TOTAL and problem.should is not None and problem.name in right:
            right[problem.name] = problem.should
    if right == typed:
        return Reply("correct.refused_how", found.params(), lines=lines)
    return Reply("correct.refused", {**found.params(), "line": correcting.line("correct", found, right)}, lines=lines)


def _carried(context: Context, found: Asked, problem: Problem) -> Reply:
    """An opening is what the return before closed with: that one is to be corrected."""
    one = found.one
    last = returns.last_filed(context.tx, one.form, one.period, one.filer)
    assert last is not None  # noqa: S101 - an opening that is firm comes from it
    label = {"label": dict(found.form.by_name[problem.name].label)}
    return Reply("correct.carried", {**found.params(), **label, "from": last.period.name, "ref": str(last.filed_in)})


def _ask(context: Context, found: Asked, by: Author) -> Reply:
    tx, one = context.tx, found.one
    was_open = corrections.open_of(tx, one.id)
    if was_open is not None and was_open.changes == found.changes:
        return Reply("correct.already", {**found.params(), "ref": str(was_open.inbox_id)}, lines=found.lines())
    instead: tuple[Reply, ...] = ()
    if was_open is not None:
        correcting.close(context, one.filer, was_open, CorrectionState.WITHDRAWN)
        instead = (Reply("correct.instead", {"ref": str(was_open.inbox_id)}),)
    before = {name: one.figures[name] for name in found.changes if name in one.figures}
    correction = corrections.ask(tx, one, by, before=before, changes=found.changes)
    correcting.log(context, one.filer, correction, "request", CorrectionState.REQUESTED)
    params = {**found.params(), "ref": str(correction.inbox_id)}
    office, numbers = correcting.who_decides(tx, one.filer, by.msisdn)
    question = {
        **params,
        "name": correcting.named(tx, one.filer),
        "role": correcting.posts_at(context, one.filer)[0].role.value,
        "phone": by.msisdn,
    }
    for number in numbers:
        choices = deciders.buttons(tx, number, correction.inbox_id)
        asks = Reply("correct.question", question, lines=(*found.lines(), *instead), choices=choices)
        context.notices.append(Notice(number, asks, MessageClass.NOTICE))
    lines = (*found.lines(), *instead)
    if office is None:
        return Reply("correct.waits", params, lines=lines)
    place = {"bn": office.name_bn, "en": office.name_en}
    return Reply("correct.taken", {**params, "place": place}, lines=lines)
