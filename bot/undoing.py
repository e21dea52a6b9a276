"""Taking back what was filed or asked for: a return for some minutes and while nothing rests on it, what is only written down at any time.

Only the office or society whose return it is takes it back. A request for a correction may be withdrawn until it is decided. What
cannot be taken back can be corrected.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot import correcting, filing, following, owed
from bot.command import Notice
from bot.correcting import WHICH, WITH_LINE, WITH_REF
from bot.domain.checking import best
from bot.domain.corrections import CorrectionState
from bot.domain.figures import plain
from bot.domain.messages import MessageClass
from bot.domain.replies import Reply
from bot.domain.wording import COMMAND_WIDTH, Slot, Wording
from bot.fills import command
from bot.store import audit, corrections, returns, totals, versions

if TYPE_CHECKING:
    from bot.command import Context
    from bot.correcting import Asked
    from bot.domain.returns import Return
    from bot.store.corrections import Correction

TEXTS = (
    Wording("undo.return_done", 3, {**WITH_REF, "line": Slot.COMMAND}),
    Wording("undo.return_told", 2, {**WITH_REF, "phone": Slot.PHONE}),
    Wording("undo.draft_done", 2, WHICH),
    Wording("undo.return_already", 2, WHICH),
    Wording("undo.return_not_own", 2, WHICH),
    Wording("undo.return_asked", 2, WITH_REF),
    Wording("undo.return_corrected", 3, WITH_LINE),
    Wording("undo.return_late", 3, {**WITH_LINE, "n": Slot.COUNT}),
    Wording("undo.return_used", 3, WITH_LINE),
    Wording("undo.return_needed", 3, {**WITH_LINE, "later": Slot.PERIOD}),
    Wording("undo.correction_withdrawn", 2, WITH_REF),
    Wording("undo.correction_told", 2, {**WITH_REF, "name": Slot.NAME}),
    Wording("undo.correction_already", 2, WITH_REF),
    Wording("undo.correction_rejected", 2, WITH_REF),
    Wording("undo.correction_approved", 3, WITH_LINE),
    Wording("undo.correction_waits", 2, WITH_REF),
)


def take_back(context: Context, one: Return, named_in: int | None = None) -> Reply:
    """Take back a return that the sender may see: open what is filed, empty what is open.

    Args:
        context: of the message.
        one: the return.
        named_in: the message that he named it by: where its figures were taken back before, those that came after them stay.
    """
    params = {"form": one.form, "p": one.period.name}
    if correcting.author(context, one.filer) is None:
        return Reply("undo.return_not_own", params)
    returns.lock(context.tx, one.filer)
    one = returns.by_id(context.tx, one.id)
    if _is_undone(context, one, named_in):
        return Reply("undo.return_already", params)
    kept = _kept(context, one, params) if one.is_filed else None
    if kept is not None:
        return kept
    _tell(context, one)
    filing.take_back(context.tx, context.returns.forms, one, context.now)
    _log(context, one)
    if not one.is_filed:
        return Reply("undo.draft_done", params)
    found = correcting.asked(context, one, {})
    line = {"word": "return"} if found is None else _again(context, found)
    return Reply("undo.return_done", {**params, "ref": str(one.filed_in), "line": line})


def _again(context: Context, found: Asked) -> dict[str, Any]:
    """The line that files the same figures: with labels, or, where it would be too long to be shown whole, in their order."""
    form, given = found.form, found.one.given
    line = correcting.line("return", found, given)
    if len(command(context.renderer, line, context.language)) <= COMMAND_WIDTH:
        return line
    ordered = {each.name: given[each.name] for each in form.asked if each.name in given}
    numbers = [value for value in ordered.values() if not isinstance(value, date)]
    due = owed.owed(context.returns, form, found.one.period, found.one.filer)
    known = [dict(way) for way in best(form, numbers, filing.carried(context.tx, due))] == [ordered]
    return {**line, "values": [plain(value) for value in ordered.values()]} if known else line


def _is_undone(context: Context, one: Return, named_in: int | None) -> bool:
    if not one.is_filed and not one.given:
        return True
    named = [version for version in versions.of(context.tx, one.id) if version.inbox_id == named_in]
    return bool(named) and all(version.undone_at is not None for version in named)


def _kept(context: Context, one: Return, params: dict[str, Any]) -> Reply | None:
    """Why a filed return is not taken back, and how to correct it instead."""
    tx, minutes = context.tx, context.returns.settings.undo_minutes
    waits = corrections.open_of(tx, one.id)
    if waits is not None:
        return Reply("undo.return_asked", {**params, "ref": str(waits.inbox_id)})
    params = {**params, "line": correcting.correct_line(context, one)}
    if corrections.approved_of(tx, one.id) is not None:
        return Reply("undo.return_corrected", params)
    assert one.filed_at is not None  # noqa: S101 - it is filed
    if context.now - one.filed_at >= timedelta(minutes=minutes):
        return Reply("undo.return_late", {**params, "n": minutes})
    used_at = totals.last_used(tx, one.form, one.period, one.filer.lineage)
    if used_at is not None and used_at >= one.filed_at:
        return Reply("undo.return_used", params)
    later = following.needed_by(tx, context.returns.forms, one)
    return None if later is None else Reply("undo.return_needed", {**params, "later": later.period.name})


def _tell(context: Context, one: Return) -> None:
    """Whoever gave the figures hears that somebody else of his office took them back."""
    own = context.sender.msisdn
    given = [version for version in versions.of(context.tx, one.id) if version.undone_at is None]
    params = {"form": one.form, "p": one.period.name, "ref": str(one.filed_in or given[-1].inbox_id), "phone": own}
    for number in dict.fromkeys(version.by for version in given if version.by != own):
        context.notices.append(Notice(number, Reply("undo.return_told", params), MessageClass.NOTICE, courtesy=True))


def _log(context: Context, one: Return) -> None:
    figures = {name: plain(value) for name, value in one.figures.items()}
    ref = {"form": one.form, "period": one.period.name, "return": one.id}
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action="return.undo" if one.is_filed else "return.drop",
        before={**ref, "figures": figures},
        after={**ref, "figures": {}},
        office_id=one.filer.area_id,
        society_id=one.filer.society_id,
    )


def withdraw(context: Context, correction: Correction) -> Reply:
    """Take back a request for a correction that the sender may see."""
    tx = context.tx
    one = returns.by_id(tx, correction.return_id)
    params = {"form": one.form, "p": one.period.name, "ref": str(correction.inbox_id)}
    returns.lock(tx, one.filer)
    correction = corrections.by_ref(tx, correction.inbox_id) or correction
    own = correcting.author(context, one.filer) is not None
    match correction.state:
        case CorrectionState.WITHDRAWN:
            return Reply("undo.correction_already", params)
        case CorrectionState.REJECTED:
            return Reply("undo.correction_rejected", params)
        case CorrectionState.APPROVED if own:
            return Reply("undo.correction_approved", {**params, "line": correcting.correct_line(context, one)})
        case CorrectionState.APPROVED:
            return Reply("correct.is_approved", params)
        case CorrectionState.REQUESTED if not own:
            return Reply("undo.correction_waits", params)
    correcting.close(context, one.filer, correction, CorrectionState.WITHDRAWN)
    told = Reply("undo.correction_told", {**params, "name": correcting.named(tx, one.filer)})
    for number in correcting.who_decides(tx, one.filer, correction.requested_by)[1]:
        context.notices.append(Notice(number, told, MessageClass.NOTICE, courtesy=True))
    return Reply("undo.correction_withdrawn", params)
