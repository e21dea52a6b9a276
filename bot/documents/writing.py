"""How a document writes names, numbers and days in its reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_decimal

from bot.domain.bangla_calendar import bangla_day
from bot.domain.errors import SettingsError
from bot.domain.messages import Language
from bot.domain.text import precomposed
from bot.fills import digits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from bot.domain.offices import Office

_HOME = "+880"


class Writing:
    """Texts ``document.*`` of one language, and what fills them.

    Args:
        language: the reader's.
        texts: key → text, as the catalogues have them.
    """

    def __init__(self, language: Language, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def text(self, key: str, **gaps: object) -> str:
        """The text ``document.<key>``, numbers in the digits of the language.

        Raises:
            SettingsError: the catalogue does not have it.
        """
        try:
            text = self._texts[f"document.{key}"]
        except KeyError:
            message = f"the catalogue {self.language}/barta.po has no text for 'document.{key}'"
            raise SettingsError(message) from None
        filled = {name: self.number(gap) if isinstance(gap, int) else gap for name, gap in gaps.items()}
        return precomposed(text.format_map(filled) if filled else text)

    def known(self, key: str) -> str | None:
        """The text ``document.<key>``, or None where the catalogue does not have it."""
        return self.text(key) if f"document.{key}" in self._texts else None

    def name(self, bangla: str, english: str | None) -> str:
        """A name in this language, or in the one there is."""
        return tidy(bangla if self.language is Language.BN else english or bangla)

    def number(self, value: int) -> str:
        """A number, grouped in lakh."""
        return digits(format_decimal(value, locale="en_IN"), self.language)

    def decimal(self, value: Decimal) -> str:
        """A percentage: two decimals."""
        return digits(format_decimal(value, format="#,##,##0.00", locale="en_IN"), self.language)

    def figures(self, text: str) -> str:
        """A registration number, a co-operative year, a phone: its digits in those of the language."""
        return digits(text, self.language)

    def phone(self, msisdn: str | None) -> str:
        """A phone as it is written at home, 01…; foreign ones with their country code."""
        if msisdn is None:
            return ""
        home = f"0{msisdn.removeprefix(_HOME)}" if msisdn.startswith(_HOME) else msisdn
        return self.figures(home)

    def day(self, day: date) -> str:
        """``২২/১১/২০২৬``."""
        return digits(f"{day.day:02}/{day.month:02}/{day.year}", self.language)

    def common_day(self, day: date) -> str:
        """``২২ নভেম্বর ২০২৬``."""
        return f"{digits(day.day, self.language)} {self.month(day)}"

    def bangla_day(self, day: date) -> str:
        """``৭ অগ্রহায়ণ ১৪৩৩``."""
        bangla = bangla_day(day)
        month = self.text(f"bangla_month.{bangla.month}")
        return f"{digits(bangla.day, self.language)} {month} {digits(bangla.year, self.language)}"

    def both_days(self, day: date) -> str:
        """``২২ নভেম্বর ২০২৬ / ৭ অগ্রহায়ণ ১৪৩৩``."""
        return f"{self.common_day(day)} / {self.bangla_day(day)}"

    def month(self, day: date) -> str:
        """``নভেম্বর ২০২৬``."""
        return f"{self.text(f'month.{day.month}')} {digits(day.year, self.language)}"

    def bangla_months(self, first: date, last: date) -> str:
        """The Bangla months that days of the common calendar touch, with their year or years: ``কার্তিক–অগ্রহায়ণ ১৪৩৩``."""
        begins, ends = bangla_day(first), bangla_day(last)
        names = [self.text(f"bangla_month.{each.month}") for each in (begins, ends)]
        years = [self.figures(str(each.year)) for each in (begins, ends)]
        if years[0] == years[1]:
            return f"{names[0]}–{names[1]} {years[1]}"
        return f"{names[0]} {years[0]}–{names[1]} {years[1]}"

    def office(self, office: Office) -> str:
        """An office as its letterhead has it."""
        return self.text(f"office.{office.level}", name=self.name(office.name_bn, office.name_en))


def tidy(text: str) -> str:
    """A text of the registry as it is printed: one form of each letter, one space between words, nothing that has no shape."""
    return precomposed(" ".join("".join(letter for letter in text if letter.isprintable() or letter in _KEPT).split()))


_KEPT = " \t\n\r\u00a0\u200c\u200d"
"""Spaces, and the joiners that Bangla needs for its shapes."""
