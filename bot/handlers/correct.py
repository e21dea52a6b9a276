"""``correct``: the office or society that filed a return asks for figures of it to be changed; the office above decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import correcting, reporting, requesting
from bot.command import Command
from bot.domain.figures import from_plain
from bot.domain.replies import Reply
from bot.domain.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

TEXTS = (Wording("correct.how", 1), *correcting.TEXTS, *requesting.TEXTS)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if "ref" not in args:
        return Reply("correct.how")
    one = correcting.meant(context, args["ref"])
    if one is None:
        return Reply("report.not_found", reporting.shown(args["ref"]))
    changes = {name: from_plain(value) for name, value in args.get("changes", {}).items()}
    return requesting.request(context, one, changes)


CORRECT = Command("correct", _run, TEXTS)
