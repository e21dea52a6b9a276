"""Catalogues and rendering: a reply becomes the text that a reader gets.

Texts (``barta.po``) and the words people type (``words.po``) are gettext catalogues, one pair per language, read at start; an
office can correct a text without touching code. Rendering is late: language, day and channel are known only here.

Bangla is written as official letters write it: Bangla digits, lakh grouping, day/month/year, and the precomposed য় ড় ঢ়, which
save one unit each on the wire. Babel's ``bn`` locale differs on the first and the last, hence our own digits.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.clock import DHAKA
from bot.domain import committee
from bot.domain.errors import SettingsError
from bot.domain.messages import Language
from bot.domain.periods import Every, Period
from bot.domain.replies import SMS
from bot.domain.segments import head
from bot.domain.text import bangla_digits, precomposed
from bot.domain.wording import (
    AMOUNTS_WIDTH,
    CODES_WIDTH,
    COMMAND_WIDTH,
    FIGURES_WIDTH,
    FORMS_WIDTH,
    LABEL_WIDTH,
    LINE_WIDTH,
    MESSAGE_WIDTH,
    NAME_WIDTH,
    PERSON_WIDTH,
    PLACE_WIDTH,
    RULE_WIDTH,
    SHORT_NAME_WIDTH,
    SUMS_WIDTH,
    TEXT_WIDTH,
    TITLE_WIDTH,
    Slot,
    Wording,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.domain.replies import Abilities, Reply

ELLIPSIS = {Language.BN: "…", Language.EN: "..."}
"""The one-character ellipsis is not in the GSM alphabet: in an English text it would cost half of every segment."""


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
            key: {name: _FILL[slot] for name, slot in wording.gaps().items()} for key, wording in self.wordings.items()
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
            for number, label in enumerate(self.labels(reply, language, today), start=1):
                lines.append(f"{digits(number, language)}. {label}")
        return "\n".join(lines)

    def labels(self, reply: Reply, language: Language, today: date) -> tuple[str, ...]:
        """What the reader may choose from, in order."""
        return tuple(self._line(choice.label, language, today) for choice in reply.choices)

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


def digits(value: object, language: Language) -> str:
    """Digits as the language writes them; the rest of the text as it is."""
    return bangla_digits(str(value)) if language is Language.BN else str(value)


def _digits(_: Renderer, value: object, language: Language) -> str:
    return digits(value, language)


def local(msisdn: str | None) -> str:
    """A number as it is dialled in the country, 01…; foreign ones with their country code; a dash for none."""
    return "-" if not msisdn else f"0{msisdn[4:]}" if msisdn.startswith("+880") else msisdn


def _date(_: Renderer, value: date | str, language: Language) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    # By hand: strftime takes twice as long, and every status has a date.
    return digits(f"{day.day:02}/{day.month:02}/{day.year % 100:02}", language)


def _count(_: Renderer, value: int, language: Language) -> str:
    return digits(format_decimal(value, locale="en_IN"), language)


def _colour(renderer: Renderer, value: str, language: Language) -> str:
    return renderer.text(language, f"colour.{value}")


def _year(renderer: Renderer, value: str | None, language: Language) -> str:
    # '2024-25' is written '24-25': the century is never in doubt.
    return renderer.text(language, "year.none") if value is None else digits(value[2:], language)


def _period(renderer: Renderer, value: str, language: Language) -> str:
    """A period as it is written in a message, by the months that it has: ডিসে/২৩, অক্টো-ডিসে/২৩; a year as its two years."""
    period = Period.parse(value)
    if period.every is Every.YEAR:
        return digits(value[2:], language)
    months = dict.fromkeys(each.month for each in (period.starts_on, period.ends_on))
    names = "-".join(renderer.text(language, f"month.short.{month}") for month in months)
    return digits(f"{names}/{period.ends_on.year % 100:02}", language)


def command(renderer: Renderer, value: Mapping[str, Any], language: Language) -> str:
    """A command about a return, as its reader may send it back: ``RET SOC 12/23 1391 5 2 1394``, ``সংশোধন R৪৮২১ নতুন ৬``."""
    words = [
        renderer.text(language, f"word.{value['word']}"),
        *(str(value[name]) for name in ("form", "ref") if name in value),
    ]
    if "period" in value:
        period = Period.parse(value["period"])
        monthly = period.every is Every.MONTH
        words.append(f"{period.starts_on:%m/%y}" if monthly else _period(renderer, value["period"], language))
    for each in value.get("values", ()):
        label, typed = each if isinstance(each, (list, tuple)) else (None, each)
        words += [] if label is None else [_in(label, language)]
        words.append(_typed(typed))
    return digits(" ".join(words), language)


def _command(renderer: Renderer, value: Mapping[str, Any], language: Language) -> str:
    """A command for which there is room: what does not fit is left out whole, because half a number, sent back, is another one."""
    text, figures = command(renderer, value, language), list(value.get("values", ()))
    while len(precomposed(text)) > COMMAND_WIDTH and figures:
        figures.pop()
        text = f"{command(renderer, {**value, 'values': figures}, language)} {ELLIPSIS[language]}"
    return cut(text, COMMAND_WIDTH, language)


def _typed(value: float | str | None) -> str:
    """A figure as it is typed: no grouping, a day with its strokes; three dots where one is to be put in."""
    if value is None:
        return "..."
    return f"{date.fromisoformat(value):%d/%m/%Y}" if isinstance(value, str) else str(value)


@lru_cache(maxsize=4096)
def figure(value: float | str | None, language: Language) -> str:
    """A figure as people read it: grouped in lakh, at most two decimals, a day as a date; a dash for none."""
    if value is None:
        return "-"
    if isinstance(value, str):
        day = date.fromisoformat(value)
        return digits(f"{day.day:02}/{day.month:02}/{day.year % 100:02}", language)
    return digits(format_decimal(value, format="#,##,##0.##", locale="en_IN"), language)


def _figures(renderer: Renderer, value: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Figures with their labels, and in brackets how much they come to since the year began, where there is room for all of that."""
    alone = [{name: part for name, part in each.items() if name != "all"} for each in value]
    whole = _told(renderer, value, FIGURES_WIDTH, language)
    return _told(renderer, alone, FIGURES_WIDTH, language) if whole.endswith(ELLIPSIS[language]) else whole


def _sums(renderer: Renderer, value: Mapping[str, Any], language: Language) -> str:
    """Likewise, as many as there is room for."""
    return _told(renderer, value["figures"], value.get("room", SUMS_WIDTH), language)


def _told(renderer: Renderer, figures: Iterable[Mapping[str, Any]], room: int, language: Language) -> str:
    """Figures that there is no room for are left out, because half a number is another one."""
    shown = []
    for each in figures:
        text = f"{_in(each['label'], language)} {_amount(each, 'value', language)}"
        if each.get("all") is not None:
            text += " " + renderer.text(language, "figures.all").format(n=_amount(each, "all", language))
        shown.append(text)
    return _whole(shown, ", ", room, language)


def _amounts(_: Renderer, value: Iterable[Mapping[str, Any]], language: Language) -> str:
    """Bare figures, or bare labels, side by side."""
    shown = (_amount(each, "value", language) if "value" in each else _in(each["label"], language) for each in value)
    return _whole(list(shown), "/", AMOUNTS_WIDTH, language)


def _amount(each: Mapping[str, Any], name: str, language: Language) -> str:
    return figure(each[name], language) + ("%" if each.get("percent") and each[name] is not None else "")


def _whole(shown: list[str], between: str, room: int, language: Language) -> str:
    """As many of these texts as there is room for, from the first one on, with an ellipsis where some are left out."""
    text = between.join(shown)
    fitting = len(shown)
    while len(precomposed(text)) > room and fitting > 0:
        fitting -= 1
        text = between.join(shown[:fitting]) + ELLIPSIS[language]
    return text


def _moment(_: Renderer, value: str, language: Language) -> str:
    at = datetime.fromisoformat(value).astimezone(DHAKA)
    return digits(f"{at:%d/%m/%y %H:%M}", language)


_FILL: Mapping[Slot, Callable[[Renderer, Any, Language], str]] = {
    Slot.REG_NO: _digits,
    Slot.DATE: _date,
    Slot.DAYS: _digits,
    Slot.COUNT: _count,
    Slot.COLOUR: _colour,
    Slot.YEAR: _year,
    Slot.NAME: lambda _, value, language: cut(_in(value, language), NAME_WIDTH, language),
    Slot.SHORT_NAME: lambda _, value, language: cut(_in(value, language), SHORT_NAME_WIDTH, language),
    Slot.PLACE: lambda _, value, language: cut(_in(value, language), PLACE_WIDTH, language),
    Slot.TYPED: lambda _, value, language: cut(value, PLACE_WIDTH, language),
    Slot.LINE: lambda _, value, language: cut(value, LINE_WIDTH, language),
    Slot.SHORT_CODE: _digits,
    Slot.PERSON: lambda _, value, language: cut(value, PERSON_WIDTH, language),
    Slot.PHONE: lambda _, value, language: digits(local(value), language),
    Slot.CODE: _digits,
    Slot.URL: lambda _, value, __: str(value),
    Slot.ROLE: lambda renderer, value, language: renderer.text(language, f"role.{value}"),
    Slot.EXAMPLE: lambda renderer, value, language: renderer.text(language, f"example.{value}"),
    Slot.EVENT: lambda renderer, value, language: renderer.text(language, f"event.{value}"),
    Slot.MARK: lambda renderer, value, language: renderer.text(language, f"mark.{value}"),
    Slot.SUBJECT: lambda renderer, value, language: renderer.text(language, f"subject.{value}"),
    Slot.FORM: lambda _, value, __: str(value),
    Slot.FORMS: lambda _, value, language: cut(", ".join(value), FORMS_WIDTH, language),
    Slot.CODES: lambda _, value, language: cut(", ".join(value), CODES_WIDTH, language),
    Slot.TITLE: lambda _, value, language: cut(_in(value, language), TITLE_WIDTH, language),
    Slot.PERIOD: _period,
    Slot.LABEL: lambda _, value, language: cut(_in(value, language), LABEL_WIDTH, language),
    Slot.FIGURE: lambda _, value, language: figure(value, language),
    Slot.FIGURES: _figures,
    Slot.RULE: lambda _, value, language: cut(_in(value, language), RULE_WIDTH, language),
    Slot.COMMAND: _command,
    Slot.SUMS: _sums,
    Slot.AMOUNTS: _amounts,
    Slot.MOMENT: _moment,
    Slot.TEXT: lambda _, value, language: cut(value, TEXT_WIDTH, language),
    Slot.MESSAGE: lambda _, value, language: cut(value, MESSAGE_WIDTH, language),
}


def cut(text: str, width: int, language: Language) -> str:
    """``text`` in at most ``width`` characters on the wire, with an ellipsis where something was left out."""
    if len(text) <= width:
        return text
    text = precomposed(" ".join(text[:_LONGEST_NAME].split()))
    if len(text) <= width:
        return text
    ellipsis = ELLIPSIS[language]
    return head(text, width - len(ellipsis)).rstrip() + ellipsis


_LONGEST_NAME = 400
"""Characters looked at: far more than any text shows, however they are composed."""


def _in(value: Any, language: Language) -> str:
    """A value given in both languages, in this one; a name kept in one language only serves for both."""
    if isinstance(value, str):
        return value
    return value.get(language) or value.get(Language.BN) or value.get(Language.EN) or ""


def gaps_in(text: str) -> set[str]:
    """The names of the gaps in a catalogue text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}
