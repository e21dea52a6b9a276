"""``language``: the language a number is answered in from now on, on every channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.command import Command
from bot.domain.messages import Language
from bot.domain.replies import Reply
from bot.domain.wording import Wording
from bot.store import senders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context

TEXTS = (Wording("language.changed"),)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    context.language = Language(args["lang"])
    senders.choose_language(context.tx, context.sender.msisdn, context.language)
    return Reply("language.changed")


LANGUAGE = Command("language", _run, TEXTS)
