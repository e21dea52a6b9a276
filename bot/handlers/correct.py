"""``correct``: the office or society that filed a return asks for figures of it to be changed; the office above decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import correcting, owed, reporting, requesting
from bot.command import Command
from bot.domain.figures import from_plain
from bot.domain.replies import Reply
from bot.domain.wording import Wording
from bot.store import returns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.domain.figures import Value
    from bot.domain.returns import Return

TEXTS = (
    Wording("correct.how", 2),
    Wording("correct.last", 3, correcting.WITH_LINE),
    *correcting.TEXTS,
    *requesting.TEXTS,
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    changes = {name: from_plain(value) for name, value in args.get("changes", {}).items()}
    if "ref" not in args:
        return _last(context, changes)
    one = correcting.meant(context, args["ref"])
    if one is None:
        return Reply("report.not_found", reporting.shown(args["ref"]))
    return requesting.request(context, one, changes)


def _last(context: Context, changes: Mapping[str, Value]) -> Reply:
    """No reference was given: how the return that the sender filed last is corrected."""
    tx, sender = context.tx, context.sender
    own = [own.filer for form in context.returns.forms for own in owed.owns(tx, sender, form, "correct")]
    found = [
        each
        for filer in dict.fromkeys(own)
        for each in returns.latest_of(tx, sender.msisdn, office_id=filer.office_id, society_id=filer.society_id)
        if each[1].is_filed and _has(context, each[1], changes)
    ]
    last = max(found, key=lambda each: each[0], default=(0, None))[1]
    asked = None if last is None else correcting.asked(context, last, {})
    if asked is None:
        return Reply("correct.how")
    return Reply("correct.last", {**asked.params(), "line": correcting.line("correct", asked, changes)})


def _has(context: Context, one: Return, changes: Mapping[str, Value]) -> bool:
    """Whether a return has the figures that are to be changed."""
    form = context.returns.forms.exact(one.form, one.version)
    return form is not None and changes.keys() <= form.by_name.keys()


CORRECT = Command("correct", _run, TEXTS)
