"""``dividend``: the dividend was paid out (``bot.reporting``, ``bot.recording``)."""

from __future__ import annotations

from functools import partial

from bot import recording, reporting
from bot.command import Command
from bot.domain.events import EventKind
from bot.domain.wording import Wording

TEXTS = (Wording("dividend.how", 2), recording.yearly_done(EventKind.DIVIDEND))

DIVIDEND = Command("dividend", partial(reporting.told, EventKind.DIVIDEND), TEXTS)
