"""Catalogues and rendering: a reply becomes the text that a reader gets.

Texts (``barta.po``) and the words people type (``words.po``) are gettext catalogues, one pair per language, read at start; an
office can correct a text without touching code. Rendering is late: language, day and channel are known only here.

Bangla is written as official letters write it: Bangla digits, lakh grouping, day/month/year, and the precomposed য় ড় ঢ়, which
save one unit each on the wire. Babel's ``bn`` locale differs on the first and the last, hence our own digits.
"""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po

from bot.domain import committee
from bot.domain.errors import SettingsError
from bot.domain.messages import Language
from bot.domain.replies import SMS
from bot.domain.text import precomposed
from bot.fills import FILL, digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from bot.domain.replies import Abilities, Reply
    from bot.domain.wording import Wording

NOTHING_OWN: Mapping[str, str] = {}
"""An area without texts of its own."""


def locale_dir() -> Path:
    """Where the catalogues are: inside the installed package, or beside it in a source tree."""
    here = Path(__file__).parent
    installed = here / "locales"
    return installed if installed.is_dir() else here.parent / "locales"


def read_catalogue(language: Language, domain: str) -> dict[str, str]:
    """Key → text of one catalogue.

    Raises:
        SettingsError: the file is missing or is not a catalogue.
    """
    path = locale_dir() / language / "LC_MESSAGES" / f"{domain}.po"
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, domain=domain, abort_invalid=True)
    except (OSError, ValueError) as error:
        message = f"the catalogue {language}/{domain}.po cannot be read: {error}"
        raise SettingsError(message) from error
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}


class Renderer:
    """Writes replies in the reader's language.

    Args:
        wordings: every text that may be said.
        texts: language → key → text; read from the catalogues by default.
    """

    def __init__(self, wordings: Iterable[Wording], texts: Mapping[Language, Mapping[str, str]] | None = None) -> None:
        self.wordings: dict[str, Wording] = {wording.key: wording for wording in wordings}
        self.texts = texts or {language: read_catalogue(language, "barta") for language in Language}
        self._fills = {
            key: {name: FILL[slot] for name, slot in wording.gaps().items()} for key, wording in self.wordings.items()
        }

    def text(self, language: Language, key: str) -> str:
        """The bare text of a key, for words such as a colour and for pages.

        Raises:
            SettingsError: no catalogue has it.
        """
        try:
            return self.texts[language][key]
        except KeyError:
            message = f"the catalogue {language}/barta.po has no text for '{key}'"
            raise SettingsError(message) from None

    def render(
        self,
        reply: Reply,
        language: Language,
        today: date,
        abilities: Abilities = SMS,
        own: Mapping[str, str] = NOTHING_OWN,
    ) -> str:
        """The text of ``reply`` as it leaves on ``today``; choices become a numbered list where there are no buttons.

        Args:
            reply: what is said.
            language: the reader's.
            today: the day it leaves.
            abilities: of the channel.
            own: texts that the reader's area has in place of the catalogue's, by key.
        """
        lines = [self._line(each, language, today, own) for each in (reply, *reply.lines)]
        if not abilities.chat:
            labels = filter(None, self.labels(reply, language, today))
            lines += [f"{digits(number, language)}. {label}" for number, label in enumerate(labels, start=1)]
        return "\n".join(lines)

    def labels(self, reply: Reply, language: Language, today: date) -> tuple[str, ...]:
        """What the reader may choose from, in order; an empty one where it is withdrawn."""
        return tuple("" if each.withdrawn else self._line(each.label, language, today) for each in reply.choices)

    def _line(self, reply: Reply, language: Language, today: date, own: Mapping[str, str] = NOTHING_OWN) -> str:
        wording = self.wordings[reply.key]
        key, values = reply.key, reply.params
        if reply.turns_on is not None and (wording.turns or wording.staged):
            phase = committee.stage if wording.staged else committee.phase
            key = f"{key}.{phase(reply.turns_on, today)}"
            colour = committee.colour(reply.turns_on, today)
            left = abs(committee.days_left(reply.turns_on, today))
            values = {**values, "d": reply.turns_on, "n": left, "colour": colour, "mark": colour}
        fills = self._fills[reply.key]
        filled = {name: fills[name](self, value, language) for name, value in values.items() if name in fills}
        text = (own.get(key) or self.text(language, key)).format_map(filled)
        return precomposed(text) if language is Language.BN else text


def gaps_in(text: str) -> set[str]:
    """The names of the gaps in a catalogue text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}
