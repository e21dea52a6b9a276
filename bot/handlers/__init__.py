"""The commands, one per file. Adding one: its file, its line here, its row in ``bot.domain.access.TABLE``, its words and texts."""

from collections.abc import Mapping

from bot.command import Command, Step
from bot.domain.wording import Wording
from bot.handlers import choose
from bot.handlers.calendar import CALENDAR
from bot.handlers.confirm import NO, YES
from bot.handlers.contact import CONTACT
from bot.handlers.fallback import TEXTS as FALLBACK_TEXTS
from bot.handlers.find import FIND
from bot.handlers.help import HELP
from bot.handlers.language import LANGUAGE
from bot.handlers.link import LINK
from bot.handlers.officer import OFFICER
from bot.handlers.stale import STALE
from bot.handlers.status import STATUS
from bot.handlers.stop import START, STOP

COMMANDS: tuple[Command, ...] = (
    STATUS,
    FIND,
    CALENDAR,
    OFFICER,
    CONTACT,
    STALE,
    HELP,
    LANGUAGE,
    STOP,
    START,
    YES,
    NO,
    LINK,
)
WORDINGS: tuple[Wording, ...] = (*FALLBACK_TEXTS, *choose.TEXTS)
STEPS: Mapping[str, Step] = {"choices": choose.step}
