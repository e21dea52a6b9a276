"""What stands in the file of a return form: the tables and keys, each by itself. What must hold between them is in ``bot.form_checks``."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from bot.domain.expressions import Formula
from bot.domain.forms import FiledBy, Kind, Unit  # noqa: TC001 - pydantic reads the annotations
from bot.domain.periods import Every
from bot.domain.segments import costly
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_LABEL: Final = 24
MOST_TITLE: Final = 40
MOST_MESSAGE: Final = 60
MOST_INDICATORS: Final = 40
_LAST_DAY: Final = 31
_MOST_VERSION: Final = 9999

_CODE = re.compile("[A-Z][A-Z0-9]{1,9}")
_NAME = re.compile("[a-z][a-z0-9_]{0,29}")
_LARGEST = Decimal(10**15)


def _code(value: str) -> str:
    if _CODE.fullmatch(value) is None:
        raise ValueError("is 2 to 10 capital letters and digits, and begins with a letter, such as SOC")
    return value


def _name(value: str) -> str:
    if _NAME.fullmatch(value) is None:
        raise ValueError("is at most 30 small letters, digits and _, and begins with a letter, such as files_created")
    return value


def _word(value: str) -> str:
    plain = normalise(value)
    if not any(unicodedata.category(char).startswith("L") for char in plain) or any(map(str.isdigit, plain)):
        raise ValueError("is a word that people type: it has letters and no digits")
    if "|" in plain or "=" in plain:
        raise ValueError("is one word or phrase: write several as a list of their own texts")
    return value


def _text(longest: int, *, latin: bool = False) -> Callable[[str], str]:
    """A check of what people read: one line of it, short enough; the English so that an SMS stays cheap."""

    def check(value: str) -> str:
        if not value.strip() or value != value.strip():
            raise ValueError("is a text, without spaces around it")
        if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in value):
            raise ValueError("is one line, without control characters")
        if len(value) > longest:
            raise ValueError(f"has {len(value)} characters and may have {longest}")
        if latin and (char := costly(value)) is not None:
            raise ValueError(f"has the character {char}, which makes every SMS with it cost double")
        return value

    return check


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is a number, without quotes")  # noqa: TRY004 - pydantic takes ValueError
    number = Decimal(value)
    if not number.is_finite() or abs(number) > _LARGEST:
        raise ValueError(f"is a number between -{_LARGEST} and {_LARGEST}")
    return number


def _day(value: Any) -> date:
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("is a day such as 2024-07-01")


def _formula(value: Any) -> Formula:
    if not isinstance(value, str):
        raise ValueError('is a formula in quotes, such as "opening + new"')  # noqa: TRY004 - pydantic takes ValueError
    formula = Formula(value)
    if formula.is_check:
        raise ValueError("is a formula without a comparison, such as opening + new")
    if not formula.names:
        raise ValueError("names no indicator")
    return formula


def _comparison(value: Any) -> Formula:
    if not isinstance(value, str):
        raise ValueError('is a comparison in quotes, such as "done <= target"')  # noqa: TRY004 - pydantic takes ValueError
    formula = Formula(value)
    if not formula.is_check:
        raise ValueError("is a comparison of two sides, such as done <= target")
    if not formula.names:
        raise ValueError("names no indicator")
    return formula


Code = Annotated[StrictStr, AfterValidator(_code)]
Name = Annotated[StrictStr, AfterValidator(_name)]
Word = Annotated[StrictStr, AfterValidator(_word)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Day = Annotated[date, BeforeValidator(_day)]
Arithmetic = Annotated[Formula, BeforeValidator(_formula)]
Comparison = Annotated[Formula, BeforeValidator(_comparison)]
DueDay = Annotated[StrictInt, Field(ge=1, le=_LAST_DAY)]


class Table(BaseModel):
    """A table of a form's file."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class LabelTable(Table):
    """``label``: what people read beside a figure."""

    bn: Annotated[StrictStr, AfterValidator(_text(MOST_LABEL))]
    en: Annotated[StrictStr, AfterValidator(_text(MOST_LABEL, latin=True))]


class TitleTable(Table):
    """``[title]``: what the form is called."""

    bn: Annotated[StrictStr, AfterValidator(_text(MOST_TITLE))]
    en: Annotated[StrictStr, AfterValidator(_text(MOST_TITLE, latin=True))]


class MessageTable(Table):
    """``message`` of a rule: what is wrong where it does not hold."""

    bn: Annotated[StrictStr, AfterValidator(_text(MOST_MESSAGE))]
    en: Annotated[StrictStr, AfterValidator(_text(MOST_MESSAGE, latin=True))]


class DueTable(Table):
    """``[due]``: the day of the month that follows a period on which the return is due."""

    month: DueDay | None = None
    quarter: DueDay | None = None
    year: DueDay | None = None

    def day(self, every: Every) -> int:
        """The day for periods of one length; the department's own where the file names none."""
        given: int | None = getattr(self, every.value)
        return given or {Every.MONTH: 5, Every.QUARTER: 10, Every.YEAR: 30}[every]


class IndicatorTable(Table):
    """``[[indicators]]``: one line of the form."""

    name: Name
    kind: Kind
    label: LabelTable
    words: list[Word] = []
    unit: Unit | None = None
    least: Number | None = None
    most: Number | None = None
    carried: Name | None = None
    yearly: StrictBool | None = None
    expression: Arithmetic | None = None
    numerator: Arithmetic | None = None
    denominator: Arithmetic | None = None
    cap: Number | None = None
    optional: StrictBool | None = None
    headline: StrictBool = False


class RuleTable(Table):
    """``[[rules]]``: what must hold between the figures of one return."""

    check: Comparison
    message: MessageTable


class FormTable(Table):
    """A form's whole file."""

    code: Code
    version: Annotated[StrictInt, Field(ge=1, le=_MOST_VERSION)] = 1
    since: Day | None = None
    filed_by: FiledBy
    every: Annotated[list[Every], Field(min_length=1)]
    words: list[Word] = []
    title: TitleTable
    due: DueTable = DueTable()
    indicators: Annotated[list[IndicatorTable], Field(min_length=1, max_length=MOST_INDICATORS)]
    rules: list[RuleTable] = []
