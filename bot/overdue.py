"""Who has not filed, counted: for each form the returns of a period that an office's area lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.forms import FiledBy
from bot.domain.periods import Period
from bot.domain.returns import Filer
from bot.owed import Own, ended, open_of, owns
from bot.rollups import DEPTH
from bot.store import missing, owing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from bot.command import Sender
    from bot.domain.forms import Form
    from bot.domain.offices import Office
    from bot.owed import Open
    from bot.return_rules import ReturnRules
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Tally:
    """How many returns of a period are filed in an area.

    Attributes:
        form: the version that holds for the period.
        period: what they are about.
        due_on: the last day to file in time.
        office: whose area it is.
        expected: how many returns there should be.
        filed: how many there are.
    """

    form: Form
    period: Period
    due_on: date
    office: Office
    expected: int
    filed: int

    @property
    def lacking(self) -> int:
        """How many there are not."""
        return max(self.expected - self.filed, 0)


def asked_for(rules: ReturnRules, args: Mapping[str, str], today: date) -> list[tuple[Form, Period]]:
    """The forms and periods that are meant: those that are named; else every form, and the periods that ended last.

    Args:
        rules: the forms.
        args: ``form``, ``period``, or neither.
        today: the day.
    """
    newest = rules.forms.newest(args["form"]) if "form" in args else None
    wanted: Iterable[Form] = rules.forms if "form" not in args else () if newest is None else (newest,)
    found = []
    for each in wanted:
        named = Period.named(args["period"], each.every) if "period" in args else None
        for period in (named,) if "period" in args else ended(each, today):
            form = None if period is None else rules.forms.of(each.code, period)
            if period is not None and form is not None:
                found.append((form, period))
    return found


def files_below(form: Form, office: Office) -> bool:
    """Whether somebody under an office files a form: an office below it, or a society."""
    own = DEPTH[office.level]
    return form.filed_by is FiledBy.SOCIETY or any(DEPTH[level] > own for level in form.filed_by.levels)


def tallies(tx: Tx, rules: ReturnRules, office: Office, wanted: Sequence[tuple[Form, Period]]) -> list[Tally]:
    """How many returns are filed under an office."""
    expected: dict[FiledBy, int] = {}
    found = []
    for form, period in wanted:
        if form.filed_by not in expected:
            expected[form.filed_by] = owing.expected(tx, form, [office]).get(office.id, 0)
        filed = missing.filed(tx, form, period, [office.id]).get(office.id, 0)
        found.append(Tally(form, period, rules.due_on(form, period), office, expected[form.filed_by], filed))
    return found


def open_at(tx: Tx, rules: ReturnRules, office: Office, today: date) -> list[Open]:
    """What an office has not filed itself, what is due first on top."""
    own = Own(Filer(office.id, office.lineage, office_id=office.id), {"bn": office.name_bn, "en": office.name_en})
    forms = [form for form in rules.forms if office.level in form.filed_by.levels]
    found = [each for form in forms for each in open_of(tx, rules, form, own, today)]
    return sorted(found, key=lambda each: (each.due_on, each.form.code))


def next_due(
    tx: Tx, rules: ReturnRules, sender: Sender, today: date, code: str | None = None
) -> tuple[Form, Period, date] | None:
    """What a sender has to file next, of a form or of any, of the periods that have not ended."""
    found = []
    for newest in rules.forms:
        if code in {None, newest.code} and owns(tx, sender, newest):
            for every in newest.every:
                period = Period.of(every, today)
                form = rules.forms.of(newest.code, period)
                if form is not None:
                    found.append((form, period, rules.due_on(form, period)))
    return min(found, default=None, key=lambda each: (each[2], each[0].code))
