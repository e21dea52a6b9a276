"""``audit``: the accounts of a society were audited (``bot.reporting``, ``bot.recording``)."""

from __future__ import annotations

from functools import partial

from bot import recording, reporting
from bot.command import Command
from bot.domain.events import EventKind
from bot.domain.wording import Slot, Wording

TEXTS = (Wording("audit.how", 2), recording.yearly_done(EventKind.AUDIT, until=Slot.DATE))

AUDIT = Command("audit", partial(reporting.told, EventKind.AUDIT), TEXTS)
