"""Deciding about a correction: an office above the filer approves or rejects it, never who asked for it; both sides hear of it.

What was asked is looked at again against what is filed by then. An approval writes the figures as a new version by the post of who asked;
totals and later openings follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import correcting, filing, following
from bot.command import Notice
from bot.confirming import asked
from bot.correcting import CHANGES, FAULTS, WITH_REF
from bot.domain.access import may_reach
from bot.domain.corrections import CorrectionState
from bot.domain.messages import MessageClass
from bot.domain.replies import Choice, Reply
from bot.domain.returns import Author
from bot.domain.wording import Slot, Wording
from bot.store import corrections, returns

if TYPE_CHECKING:
    from bot.command import Context
    from bot.correcting import Asked
    from bot.domain.offices import Office
    from bot.domain.returns import Filer
    from bot.store.corrections import Correction, Waiting

_NAMED = {**WITH_REF, "name": Slot.NAME}

TEXTS = (
    Wording("correct.ask", 6, _NAMED, **CHANGES),
    Wording("correct.option", 1, {**WITH_REF, "name": Slot.SHORT_NAME}),
    Wording("correct.approved", 6, _NAMED, **CHANGES),
    Wording("correct.rejected", 2, _NAMED),
    Wording("correct.told_approved", 6, WITH_REF, **CHANGES),
    Wording("correct.told_rejected", 2, WITH_REF),
    Wording("correct.told_because", 2, {**WITH_REF, "reason": Slot.LINE}),
    Wording("correct.above_decides", 2, WITH_REF),
    Wording("correct.not_yourself", 2, WITH_REF),
    Wording("correct.none_waits", 2, WITH_REF),
    Wording("correct.changed", 2, WITH_REF, row="approve.or_reject", rows=1),
    Wording("correct.unfit", 4, WITH_REF, **FAULTS),
    Wording("correct.spoils_now", 2, {**WITH_REF, "later": Slot.PERIOD}, row="approve.or_reject", rows=1),
    *(
        Wording(f"correct.is_{state}", 2, WITH_REF)
        for state in (CorrectionState.APPROVED, CorrectionState.REJECTED, CorrectionState.WITHDRAWN)
    ),
)


def may_decide(context: Context, filer: Filer) -> bool:
    """Whether the sender serves an office that decides about a filer's corrections: above it; for a society also its own office."""
    posts = [post for post in context.sender.posts if filer.society_id is not None or post.lineage != filer.lineage]
    return may_reach("correct.decide", posts, lineage=filer.lineage)


def meant(context: Context, typed: str) -> tuple[Correction, Filer] | Reply | None:
    """The request that a reference means, by its own or by its return's; None where it means neither in the sender's area."""
    correction = correcting.request_meant(context, typed)
    if correction is not None:
        return correction, returns.by_id(context.tx, correction.return_id).filer
    one = correcting.meant(context, typed)
    if one is None:
        return None
    waits = corrections.open_of(context.tx, one.id)
    if waits is None:
        ref = str(one.filed_in or typed.removeprefix("R"))
        return Reply("correct.none_waits", {"form": one.form, "p": one.period.name, "ref": ref})
    return waits, one.filer


def approve(context: Context, correction: Correction, filer: Filer) -> Reply:
    """Put a correction into the return, once it is confirmed who says so."""
    found = _to_decide(context, correction, filer)
    if isinstance(found, Reply):
        return found
    params = {**found.params(), "ref": str(correction.inbox_id)}
    objection = _objection(context, correction, found)
    if objection is not None:
        return objection
    named = {**params, "name": correcting.named(context.tx, filer)}
    lines = found.lines()
    if not (context.linked or context.confirmed):
        question = Reply("correct.ask", named, lines=lines)
        return asked(context, "approve", {"ref": f"R{correction.inbox_id}"}, question)
    correcting.close(context, filer, correction, CorrectionState.APPROVED)
    by = Author(correction.appointment_id, correction.requested_by, correction.inbox_id, context.now)
    filing.correct(
        context.tx,
        context.returns.forms,
        found.one,
        found.changes,
        by,
        approved_by=context.sender.msisdn,
        approved_in=context.inbox_id,
    )
    _tell(context, filer, correction, Reply("correct.told_approved", params, lines=lines))
    return Reply("correct.approved", named, lines=lines)


def reject(context: Context, correction: Correction, filer: Filer, reason: str | None) -> Reply:
    """Leave a return as it is."""
    found = _to_decide(context, correction, filer)
    if isinstance(found, Reply):
        return found
    params = {**found.params(), "ref": str(correction.inbox_id)}
    correcting.close(context, filer, correction, CorrectionState.REJECTED, reason)
    because = Reply("correct.told_because", {**params, "reason": reason or ""})
    _tell(context, filer, correction, because if reason else Reply("correct.told_rejected", params))
    return Reply("correct.rejected", {**params, "name": correcting.named(context.tx, filer)})


def _to_decide(context: Context, correction: Correction, filer: Filer) -> Asked | Reply:
    """What an open request comes to now, its filer locked; or why the sender cannot decide about it."""
    one = returns.by_id(context.tx, correction.return_id)
    params = {"form": one.form, "p": one.period.name, "ref": str(correction.inbox_id)}
    if correction.requested_by == context.sender.msisdn:
        return Reply("correct.not_yourself", params)
    if not may_decide(context, filer):
        return Reply("correct.above_decides", params)
    returns.lock(context.tx, filer)
    correction = corrections.by_ref(context.tx, correction.inbox_id) or correction
    if correction.state is not CorrectionState.REQUESTED:
        return Reply(f"correct.is_{correction.state}", params)
    found = correcting.asked(context, returns.by_id(context.tx, one.id), correction.changes)
    return Reply("report.not_found", {"ref": params["ref"]}) if found is None else found


def _objection(context: Context, correction: Correction, found: Asked) -> Reply | None:
    """Why what was asked does not fit what is filed by now."""
    one, params = found.one, {**found.params(), "ref": str(correction.inbox_id)}
    rejecting = (Reply("approve.or_reject", {"ref": params["ref"]}),)
    if not one.is_filed or any(one.figures.get(name) != correction.before.get(name) for name in found.changes):
        return Reply("correct.changed", params, lines=rejecting)
    if found.checked.problems:
        return Reply("correct.unfit", params, lines=correcting.faults(found.form, found.checked.problems))
    later = following.spoilt(context.tx, context.returns.forms, one, found.changes, found.checked.values)
    if later is not None:
        return Reply("correct.spoils_now", {**params, "later": later.period.name}, lines=rejecting)
    return None


def _tell(context: Context, filer: Filer, correction: Correction, reply: Reply) -> None:
    """Let those who asked hear what became of it."""
    for number in correcting.who_hears(context.tx, filer, correction):
        context.notices.append(Notice(number, reply, MessageClass.NOTICE, courtesy=True))


def waiting(context: Context) -> list[Waiting]:
    """The open requests that wait for one of the sender's offices, the oldest first; not his own."""
    lineages = dict.fromkeys(post.lineage for post in context.sender.posts if post.role.is_officer)
    topmost = [one for one in lineages if not any(one != each and one.startswith(each) for each in lineages)]
    deciding: dict[tuple[int, bool, str], Office | None] = {}
    found = []
    for lineage in topmost:
        for each in corrections.waiting_under(context.tx, lineage):
            filer, by = each.filer, each.correction.requested_by
            key = (filer.area_id, filer.society_id is None, by)
            if key not in deciding:
                deciding[key] = correcting.who_decides(context.tx, filer, by)[0]
            office = deciding[key]
            if by != context.sender.msisdn and office is not None and office.lineage in lineages:
                found.append(each)
    return sorted(found, key=lambda each: each.correction.inbox_id)


def choice(context: Context, each: Waiting) -> Choice:
    """A request in a list of what waits."""
    one = returns.by_id(context.tx, each.correction.return_id)
    ref = f"R{each.correction.inbox_id}"
    name = correcting.named(context.tx, each.filer)
    params = {"form": one.form, "p": one.period.name, "name": name, "ref": str(each.correction.inbox_id)}
    return Choice(Reply("correct.option", params), "approve", {"ref": ref}, (ref,))
