"""``agm``: the annual general meeting was held (``bot.reporting``, ``bot.recording``)."""

from __future__ import annotations

from functools import partial

from bot import recording, reporting
from bot.command import Command
from bot.domain.events import EventKind
from bot.domain.wording import Slot, Wording

TEXTS = (Wording("agm.how", 2), recording.yearly_done(EventKind.AGM, until=Slot.DATE))

AGM = Command("agm", partial(reporting.told, EventKind.AGM), TEXTS)
