"""``interim``: an interim committee was formed, and its term begins (``bot.reporting``, ``bot.recording``)."""

from __future__ import annotations

from functools import partial

from bot import recording, reporting
from bot.command import Command
from bot.domain.events import EventKind
from bot.domain.wording import Wording

TEXTS = (Wording("interim.how", 2), recording.term_done(EventKind.INTERIM))

INTERIM = Command("interim", partial(reporting.told, EventKind.INTERIM), TEXTS)
