"""The commands, one per file. Adding one: its file, its line here, its row in ``bot.domain.access.TABLE``, its words and texts."""

from collections.abc import Mapping

from bot import (
    broadcast_progress,
    broadcast_texts,
    digests,
    due_letters,
    escalating,
    open_returns,
    recording,
    reminder_texts,
    reporting,
    taking,
    which_form,
    which_office,
    which_society,
)
from bot.command import Command, Step
from bot.domain.wording import Wording
from bot.handlers import choose
from bot.handlers.agm import AGM
from bot.handlers.answer import ANSWER
from bot.handlers.answers import ANSWERS
from bot.handlers.approve import APPROVE
from bot.handlers.audit import AUDIT
from bot.handlers.broadcasts import BROADCASTS
from bot.handlers.calendar import CALENDAR
from bot.handlers.cancel import CANCEL
from bot.handlers.confirm import NO, YES
from bot.handlers.contact import CONTACT
from bot.handlers.correct import CORRECT
from bot.handlers.dividend import DIVIDEND
from bot.handlers.due import DUE
from bot.handlers.election import ELECTION
from bot.handlers.explain import EXPLAIN
from bot.handlers.fallback import TEXTS as FALLBACK_TEXTS
from bot.handlers.find import FIND
from bot.handlers.guide import GUIDE
from bot.handlers.help import HELP
from bot.handlers.interim import INTERIM
from bot.handlers.language import LANGUAGE
from bot.handlers.link import LINK
from bot.handlers.nudge import NUDGE
from bot.handlers.officer import OFFICER
from bot.handlers.pause import PAUSE
from bot.handlers.phones import PHONES
from bot.handlers.reject import REJECT
from bot.handlers.remind import REMIND
from bot.handlers.resume import RESUME
from bot.handlers.return_ import RETURN
from bot.handlers.rollup import ROLLUP
from bot.handlers.send import SEND
from bot.handlers.stale import STALE
from bot.handlers.status import STATUS
from bot.handlers.stop import START, STOP
from bot.handlers.texts import TEXTS
from bot.handlers.undo import UNDO

COMMANDS: tuple[Command, ...] = (
    STATUS,
    FIND,
    CALENDAR,
    OFFICER,
    CONTACT,
    STALE,
    PHONES,
    REMIND,
    SEND,
    RETURN,
    ROLLUP,
    EXPLAIN,
    GUIDE,
    DUE,
    NUDGE,
    CORRECT,
    ELECTION,
    INTERIM,
    AGM,
    AUDIT,
    DIVIDEND,
    APPROVE,
    REJECT,
    UNDO,
    PAUSE,
    RESUME,
    CANCEL,
    BROADCASTS,
    HELP,
    LANGUAGE,
    STOP,
    START,
    YES,
    NO,
    LINK,
    ANSWER,
    ANSWERS,
    TEXTS,
)
WORDINGS: tuple[Wording, ...] = (
    *FALLBACK_TEXTS,
    *choose.TEXTS,
    *broadcast_texts.TEXTS,
    *broadcast_progress.TEXTS,
    *recording.TEXTS,
    *reporting.TEXTS,
    *taking.TEXTS,
    *digests.TEXTS,
    *due_letters.TEXTS,
    *open_returns.TEXTS,
    *which_form.TEXTS,
    *which_office.AREA_TEXTS,
    *escalating.TEXTS,
    *reminder_texts.TEXTS,
    *which_society.TEXTS,
)
STEPS: Mapping[str, Step] = {"choices": choose.step}
