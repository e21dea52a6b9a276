"""``election``: a managing committee was elected, and its term begins (``bot.reporting``, ``bot.recording``)."""

from __future__ import annotations

from functools import partial

from bot import recording, reporting
from bot.command import Command
from bot.domain.events import EventKind
from bot.domain.wording import Wording

TEXTS = (Wording("election.how", 2), recording.term_done(EventKind.ELECTION))

ELECTION = Command("election", partial(reporting.told, EventKind.ELECTION), TEXTS)
