"""How the gap of each slot is written in a language: digits, dates, amounts in lakh, names cut to their room, figures with their labels."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from babel.numbers import format_decimal

from bot.clock import DHAKA
from bot.domain.messages import Language
from bot.domain.periods import Every, Period
from bot.domain.segments import head
from bot.domain.text import bangla_digits, precomposed
from bot.domain.wording import (
    AMOUNTS_WIDTH,
    ANSWER_WIDTH,
    AUDIENCE_WIDTH,
    BROADCAST_WIDTH,
    CODES_WIDTH,
    COMMAND_WIDTH,
    FIGURES_WIDTH,
    FORMS_WIDTH,
    LABEL_WIDTH,
    LETTER_WIDTH,
    LINE_WIDTH,
    MESSAGE_WIDTH,
    NAME_WIDTH,
    PEOPLE_WIDTH,
    PERSON_WIDTH,
    PLACE_WIDTH,
    RULE_WIDTH,
    SHORT_NAME_WIDTH,
    SUMS_WIDTH,
    TEXT_WIDTH,
    TITLE_WIDTH,
    WHERE_WIDTH,
    Slot,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ELLIPSIS = {Language.BN: "…", Language.EN: "..."}
"""The one-character ellipsis is not in the GSM alphabet: in an English text it would cost half of every segment."""


class Texts(Protocol):
    """Where words come from, such as a colour's."""

    def text(self, language: Language, key: str) -> str:
        """The bare text of a key."""
        ...


def digits(value: object, language: Language) -> str:
    """Digits as the language writes them; the rest of the text as it is."""
    return bangla_digits(str(value)) if language is Language.BN else str(value)


def _digits(_: Texts, value: object, language: Language) -> str:
    return digits(value, language)


def local(msisdn: str | None) -> str:
    """A number as it is dialled in the country, 01…; foreign ones with their country code; a dash for none."""
    return "-" if not msisdn else f"0{msisdn[4:]}" if msisdn.startswith("+880") else msisdn


def _date(_: Texts, value: date | str, language: Language) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    # By hand: strftime takes twice as long, and every status has a date.
    return digits(f"{day.day:02}/{day.month:02}/{day.year % 100:02}", language)


def _count(_: Texts, value: int, language: Language) -> str:
    return digits(format_decimal(value, locale="en_IN"), language)


def _money(_: Texts, value: str, language: Language) -> str:
    # To the poisha: what is asked for is confirmed.
    return digits(format_decimal(Decimal(value), format="#,##,##0.00", locale="en_IN"), language)


def _sender(texts: Texts, value: Mapping[str, Any] | str, language: Language) -> str:
    """The nation's office has a name of its own."""
    if not isinstance(value, str) and value.get("national"):
        return texts.text(language, "sender.nation")
    place = cut(_in(value, language), PLACE_WIDTH, language)
    return texts.text(language, "sender.office").replace("{place}", place)


def _colour(texts: Texts, value: str, language: Language) -> str:
    return texts.text(language, f"colour.{value}")


def _year(texts: Texts, value: str | None, language: Language) -> str:
    # '2024-25' is written '24-25': the century is never in doubt.
    return texts.text(language, "year.none") if value is None else digits(value[2:], language)


def _period(texts: Texts, value: str, language: Language) -> str:
    """A period as it is written in a message, by the months that it has: ডিসে/২৩, অক্টো-ডিসে/২৩; a year as its two years."""
    period = Period.parse(value)
    if period.every is Every.YEAR:
        return digits(value[2:], language)
    months = dict.fromkeys(each.month for each in (period.starts_on, period.ends_on))
    names = "-".join(texts.text(language, f"month.short.{month}") for month in months)
    return digits(f"{names}/{period.ends_on.year % 100:02}", language)


def command(texts: Texts, value: Mapping[str, Any], language: Language) -> str:
    """A command about a return, as its reader may send it back: ``RET SOC 12/23 1391 5 2 1394``, ``সংশোধন R৪৮২১ নতুন ৬``."""
    words = [
        texts.text(language, f"word.{value['word']}"),
        *(str(value[name]) for name in ("form", "ref") if name in value),
    ]
    if "period" in value:
        period = Period.parse(value["period"])
        monthly = period.every is Every.MONTH
        words.append(f"{period.starts_on:%m/%y}" if monthly else _period(texts, value["period"], language))
    for each in value.get("values", ()):
        label, typed = each if isinstance(each, (list, tuple)) else (None, each)
        words += [] if label is None else [_in(label, language)]
        words.append(_typed(typed))
    return digits(" ".join(words), language)


def _command(texts: Texts, value: Mapping[str, Any], language: Language) -> str:
    """A command for which there is room: what does not fit is left out whole, because half a number, sent back, is another one."""
    text, figures = command(texts, value, language), list(value.get("values", ()))
    while len(precomposed(text)) > COMMAND_WIDTH and figures:
        figures.pop()
        text = f"{command(texts, {**value, 'values': figures}, language)} {ELLIPSIS[language]}"
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


def _figures(texts: Texts, value: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Figures with their labels, and in brackets how much they come to since the year began, where there is room for all of that."""
    alone = [{name: part for name, part in each.items() if name != "all"} for each in value]
    whole = _told(texts, value, FIGURES_WIDTH, language)
    return _told(texts, alone, FIGURES_WIDTH, language) if whole.endswith(ELLIPSIS[language]) else whole


def _sums(texts: Texts, value: Mapping[str, Any], language: Language) -> str:
    """Likewise, as many as there is room for."""
    return _told(texts, value["figures"], value.get("room", SUMS_WIDTH), language)


def _told(texts: Texts, figures: Iterable[Mapping[str, Any]], room: int, language: Language) -> str:
    """Figures that there is no room for are left out, because half a number is another one."""
    shown = []
    for each in figures:
        text = f"{_in(each['label'], language)} {_amount(each, 'value', language)}"
        if each.get("all") is not None:
            text += " " + texts.text(language, "figures.all").format(n=_amount(each, "all", language))
        shown.append(text)
    return _whole(shown, ", ", room, language)


def _amounts(_: Texts, value: Iterable[Mapping[str, Any]], language: Language) -> str:
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


def _moment(_: Texts, value: str, language: Language) -> str:
    at = datetime.fromisoformat(value).astimezone(DHAKA)
    return digits(f"{at:%d/%m/%y %H:%M}", language)


def _time(texts: Texts, value: str, language: Language) -> str:
    """Of twelve hours, with the part of the day, as people say it: সকাল ১০:৩০টা, 10:30 am; of a whole hour without the minutes."""
    hour, minute = map(int, value.split(":"))
    part = next(name for name, until in _PARTS_OF_THE_DAY if hour < until)
    clock = str(hour % 12 or 12) + (f":{minute:02}" if minute else "")
    return digits(texts.text(language, f"daytime.{part}").format(clock=clock), language)


_PARTS_OF_THE_DAY = (("night", 4), ("morning", 12), ("noon", 15), ("afternoon", 18), ("evening", 20), ("late", 24))


def _weekday(texts: Texts, value: date | str, language: Language) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return texts.text(language, f"weekday.{day.weekday()}")


def _audience(texts: Texts, value: Mapping[str, Any], language: Language) -> str:
    """Whom a message to many goes to, as it would be said: what narrows the societies, the post, the return that is missing."""
    who = value["name"] if value.get("name") else texts.text(language, f"audience.{value['group']}")
    which = [texts.text(language, f"audience.level.{value['level']}")] if "level" in value else []
    which += [_in(value["category_name"], language)] if "category_name" in value else []
    which += [texts.text(language, f"colour.{value['colour']}")] if "colour" in value else []
    if which:
        who = texts.text(language, "audience.of").format(who=who, which=" ".join(which))
    if "form" in value:
        period = _period(texts, value["period"], language)
        who = texts.text(language, "audience.lacking").format(who=who, form=value["form"], p=period)
    if "failed_of" in value:
        who = texts.text(language, "audience.failed").format(who=who)
    return cut(who, AUDIENCE_WIDTH, language)


def _people(_: Texts, value: Sequence[Mapping[str, str]], language: Language) -> str:
    shown = [
        f"{cut(one['name'], PERSON_WIDTH, language)} ({cut(_in(one, language), PLACE_WIDTH, language)})"
        for one in value
    ]
    return _whole(shown, ", ", PEOPLE_WIDTH, language)


FILL: Mapping[Slot, Callable[[Texts, Any, Language], str]] = {
    Slot.REG_NO: _digits,
    Slot.DATE: _date,
    Slot.DAYS: _digits,
    Slot.COUNT: _count,
    Slot.COLOUR: _colour,
    Slot.YEAR: _year,
    Slot.NAME: lambda _, value, language: cut(_in(value, language), NAME_WIDTH, language),
    Slot.SHORT_NAME: lambda _, value, language: cut(_in(value, language), SHORT_NAME_WIDTH, language),
    Slot.SENDER: _sender,
    Slot.PLACE: lambda _, value, language: cut(_in(value, language), PLACE_WIDTH, language),
    Slot.TYPED: lambda _, value, language: cut(value, PLACE_WIDTH, language),
    Slot.LINE: lambda _, value, language: cut(value, LINE_WIDTH, language),
    Slot.SHORT_CODE: _digits,
    Slot.PERSON: lambda _, value, language: cut(value, PERSON_WIDTH, language),
    Slot.PHONE: lambda _, value, language: digits(local(value), language),
    Slot.CODE: _digits,
    Slot.URL: lambda _, value, __: str(value),
    Slot.ROLE: lambda texts, value, language: texts.text(language, f"role.{value}"),
    Slot.EXAMPLE: lambda texts, value, language: texts.text(language, f"example.{value}"),
    Slot.EVENT: lambda texts, value, language: texts.text(language, f"event.{value}"),
    Slot.MARK: lambda texts, value, language: texts.text(language, f"mark.{value}"),
    Slot.SUBJECT: lambda texts, value, language: texts.text(language, f"subject.{value}"),
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
    Slot.BROADCAST: lambda _, value, language: cut(value, BROADCAST_WIDTH, language),
    Slot.LETTER: lambda _, value, language: cut(value, LETTER_WIDTH, language),
    Slot.AUDIENCE: _audience,
    Slot.PEOPLE: _people,
    Slot.WHERE: lambda _, value, language: cut(value, WHERE_WIDTH, language),
    Slot.TIME: _time,
    Slot.WEEKDAY: _weekday,
    Slot.ANSWER: lambda _, value, language: cut(value, ANSWER_WIDTH, language),
    Slot.MONEY: _money,
}
"""Slot → how it is written."""


def cut(text: str, width: int, language: Language) -> str:
    """``text`` in at most ``width`` characters on the wire, with an ellipsis where something was left out."""
    if len(text) <= width:
        return text
    text = precomposed(" ".join(text[:_LONGEST_NAME].split()))
    if len(text) <= width:
        return text
    ellipsis = ELLIPSIS[language]
    return head(text, width - len(ellipsis)).rstrip() + ellipsis


_LONGEST_NAME = 450
"""Characters looked at: far more than any text shows, however they are composed."""


def _in(value: Any, language: Language) -> str:
    """A value given in both languages, in this one; a name kept in one language only serves for both."""
    if isinstance(value, str):
        return value
    return value.get(language) or value.get(Language.BN) or value.get(Language.EN) or ""
