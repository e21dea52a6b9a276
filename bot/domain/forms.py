"""What a return form is: its indicators, what it computes and checks, who files it, for which periods and until when.

Forms are data: ``bot.form`` reads them from files. A form that changes gets a new version that holds from a day on; what was filed
before is read by the version of its own period.

=============  =====================================================================================================
``flow``       what happened in the period; adds up from the first day of the co-operative year
``stock``      what there is at the end of the period, or, where it is carried from another indicator, at its beginning
``target``     what is to be reached: in the period, or in the co-operative year, typed once and carried until it is changed
``computed``   follows from others by a formula; may be typed, and must then agree
``ratio``      a numerator by a denominator in percent, worked out from sums and never averaged; may have a cap
``date``       a day; offices are counted that have one
=============  =====================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from bot.domain.offices import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from bot.domain.expressions import Formula
    from bot.domain.periods import DueRule, Every, Period


class Kind(StrEnum):
    """What kind of figure an indicator is."""

    FLOW = "flow"
    STOCK = "stock"
    TARGET = "target"
    COMPUTED = "computed"
    RATIO = "ratio"
    DATE = "date"


class Unit(StrEnum):
    """What is counted. Percentages that are typed cannot be added up: they are listed, not summed."""

    NUMBER = "number"
    TAKA = "taka"
    PERCENT = "percent"


class FiledBy(StrEnum):
    """Who files a form."""

    UPAZILA = "upazila"  # upazila and metropolitan thana offices
    DISTRICT = "district"
    DIVISION = "division"
    NATION = "nation"
    SOCIETY = "society"

    @property
    def levels(self) -> frozenset[Level]:
        """The offices that file it; none where societies do."""
        if self is FiledBy.SOCIETY:
            return frozenset()
        return frozenset({Level.UPAZILA, Level.THANA}) if self is FiledBy.UPAZILA else frozenset({Level(self.value)})


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a form.

    Attributes:
        name: its name in JSON, formulas and commands.
        kind: what kind of figure it is.
        label: what people read, by language; short enough for a message.
        words: how people type it besides its name and labels.
        unit: what is counted.
        least, most: bounds of what may be typed or computed; None for none.
        carried: of a stock at the beginning of a period: the indicator whose value at the end of the one before it is.
        yearly: of a target: it is the year's.
        formula: of a computed one; of a ratio, what is divided.
        by: of a ratio, what it is divided by.
        cap: of a ratio: the most it is shown as.
        optional: it may be left out, and is then nothing (0).
        headline: it is shown where there is little room.
    """

    name: str
    kind: Kind
    label: Mapping[str, str] = field(hash=False)
    words: tuple[str, ...] = ()
    unit: Unit = Unit.NUMBER
    least: Decimal | None = None
    most: Decimal | None = None
    carried: str | None = None
    yearly: bool = False
    formula: Formula | None = None
    by: Formula | None = None
    cap: Decimal | None = None
    optional: bool = False
    headline: bool = False

    @property
    def is_asked(self) -> bool:
        """Whether it is typed rather than worked out."""
        return self.kind not in {Kind.COMPUTED, Kind.RATIO}

    @property
    def is_summed(self) -> bool:
        """Whether offices' figures of it are added up; what is computed follows from the sums, percentages and nothing else are listed."""
        return self.is_asked and self.unit is not Unit.PERCENT

    @property
    def is_percentage(self) -> bool:
        """Whether it is shown with a percent sign."""
        return self.kind is Kind.RATIO or self.unit is Unit.PERCENT

    @property
    def is_carried(self) -> bool:
        """Whether it need not be typed once it is known: it follows from an earlier return."""
        return self.carried is not None or (self.kind is Kind.TARGET and self.yearly)


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold between the figures of one return.

    Attributes:
        check: a comparison.
        message: what is wrong where it does not hold, by language.
    """

    check: Formula
    message: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Form:
    """One version of a form.

    Attributes:
        code: what it is called in commands, e.g. ``SOC``.
        version: from 1; the higher one holds where both do.
        since: the first day of the first period it holds for; None from ever.
        title: by language.
        words: how people call it besides its code.
        filed_by: who files it.
        every: the lengths of its periods.
        due: when it is due, by length.
        indicators: in the order in which they are typed and shown.
        rules: what must hold.
    """

    code: str
    version: int
    since: date | None
    title: Mapping[str, str] = field(hash=False)
    words: tuple[str, ...]
    filed_by: FiledBy
    every: tuple[Every, ...]
    due: Mapping[Every, DueRule] = field(hash=False)
    indicators: tuple[Indicator, ...]
    rules: tuple[Rule, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Indicator]:
        """Its indicators by name."""
        return {indicator.name: indicator for indicator in self.indicators}

    @cached_property
    def asked(self) -> tuple[Indicator, ...]:
        """Those that are typed."""
        return tuple(each for each in self.indicators if each.is_asked)

    @cached_property
    def summed(self) -> tuple[Indicator, ...]:
        """Those that are typed, and whose figures are added up."""
        return tuple(each for each in self.asked if each.is_summed)

    @cached_property
    def standing(self) -> frozenset[str]:
        """The names of those of them whose figures stand from period to period, rather than happen anew in each."""
        stocks = {each.name for each in self.summed if each.kind is Kind.STOCK}
        return frozenset(stocks | {each.name for each in self.summed if each.kind is Kind.TARGET and each.yearly})

    @cached_property
    def apart(self) -> tuple[Indicator, ...]:
        """Those that are not simply added up and shown: ratios, percentages and days."""
        return tuple(
            each for each in self.indicators if each.kind in {Kind.RATIO, Kind.DATE} or each.unit is Unit.PERCENT
        )

    @cached_property
    def computed(self) -> tuple[tuple[str, Formula], ...]:
        """The names of those that are computed with their formulas, each after those that it needs."""
        waiting = {each.name: each.formula for each in self.indicators if each.kind is Kind.COMPUTED and each.formula}
        ordered: list[tuple[str, Formula]] = []
        while ready := [name for name, formula in waiting.items() if not waiting.keys() & formula.names]:
            ordered += [(name, waiting.pop(name)) for name in ready]
        return tuple(ordered)

    @cached_property
    def meaning(self) -> str:
        """What its figures mean, as text: all but its titles, labels, words and bounds, which may be put better at any time."""
        lines = [
            f"{each.name} {each.kind} {each.unit} {each.carried or '-'} {each.yearly:d} {each.formula and each.formula.text}"
            f" / {each.by and each.by.text} <= {each.cap}"
            for each in self.indicators
        ]
        return "\n".join((f"{self.filed_by} {' '.join(self.every)}", *lines))

    @cached_property
    def headlines(self) -> tuple[Indicator, ...]:
        """What is shown where there is little room; the first four where the form names none."""
        return tuple(each for each in self.indicators if each.headline) or self.indicators[:4]


class Forms:
    """Every version of every form.

    Args:
        versions: in any order.
    """

    def __init__(self, versions: Iterable[Form] = ()) -> None:
        self._versions: dict[str, list[Form]] = {}
        for form in sorted(versions, key=lambda each: (each.code, -each.version)):
            self._versions.setdefault(form.code, []).append(form)

    def __iter__(self) -> Iterator[Form]:
        """The newest version of each, by code."""
        return iter(versions[0] for versions in self._versions.values())

    def __contains__(self, code: str) -> bool:
        return code in self._versions

    @property
    def versions(self) -> Iterator[Form]:
        """All of them."""
        return (form for versions in self._versions.values() for form in versions)

    def newest(self, code: str) -> Form | None:
        """The newest version of a form."""
        return next(iter(self._versions.get(code, ())), None)

    def of(self, code: str, period: Period) -> Form | None:
        """The version of a form that holds for a period; None where the form has no such periods."""
        holding = (
            each for each in self._versions.get(code, ()) if each.since is None or each.since <= period.starts_on
        )
        found = next(holding, None)
        return found if found is not None and period.every in found.every else None

    def exact(self, code: str, version: int) -> Form | None:
        """One very version."""
        return next((each for each in self._versions.get(code, ()) if each.version == version), None)
