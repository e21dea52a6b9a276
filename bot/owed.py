"""Which returns somebody owes: his forms, his offices and societies, the periods that are open, and the day each is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.access import may_reach
from bot.domain.forms import FiledBy
from bot.domain.periods import Every, Period
from bot.domain.returns import Author, Filer
from bot.domain.text import bangla_digits
from bot.filing import Owed
from bot.store import offices, returns, standings, versions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.command import Context, Sender
    from bot.domain.forms import Form
    from bot.domain.returns import Return
    from bot.return_rules import ReturnRules
    from bot.store.query import Tx

MOST_GAPS = 12
"""How many periods back a gap is still asked for."""


@dataclass(frozen=True, slots=True)
class Own:
    """An office or a society for which somebody files.

    Attributes:
        filer: which.
        name: by language.
        number: of a society, its registration number.
    """

    filer: Filer
    name: Mapping[str, str]
    number: str | None = None

    @property
    def shown(self) -> dict[str, str]:
        """What tells it from others of the same sender: a society by its number, too."""
        if self.number is None:
            return dict(self.name)
        return {"bn": f"{bangla_digits(self.number)} {self.name['bn']}", "en": f"{self.number} {self.name['en']}"}


@dataclass(frozen=True, slots=True)
class Open:
    """A return that is not filed.

    Attributes:
        form: the version that holds for the period.
        period: what it is about.
        own: whose it is.
        due_on: the last day to file it in time.
        one: what is written down of it already, if anything is.
    """

    form: Form
    period: Period
    own: Own
    due_on: date
    one: Return | None

    def days_over(self, today: date) -> int:
        """Days since it was due; negative while there is time."""
        return (today - self.due_on).days


def owns(tx: Tx, sender: Sender, form: Form, command: str = "return") -> list[Own]:
    """The offices or societies for which a sender files a form: his own, of the level that files it."""
    if form.filed_by is FiledBy.SOCIETY:
        return [_society(tx, each) for each in sender.society_ids]
    found = {}
    for post in sender.posts:
        if not post.role.is_officer or not may_reach(command, [post], lineage=post.lineage):
            continue
        office = offices.by_code(tx, post.lineage.rstrip("/").rsplit("/", 1)[-1])
        if office is not None and office.level in form.filed_by.levels:
            name = {"bn": office.name_bn, "en": office.name_en}
            found[office.id] = Own(Filer(office.id, office.lineage, office_id=office.id), name)
    return list(found.values())


def _society(tx: Tx, society_id: int) -> Own:
    (standing,) = standings.by_ids(tx, [society_id])
    area = offices.by_code(tx, standing.lineage.rstrip("/").rsplit("/", 1)[-1])
    assert area is not None  # noqa: S101 - a foreign key holds it
    name = {"bn": standing.name_bn, "en": standing.name_en or standing.name_bn}
    return Own(Filer(area.id, area.lineage, society_id=society_id), name, standing.registration_no)


def author(context: Context, filer: Filer) -> Author | None:
    """The sender as who gives the filer's figures; None where he serves there no more."""
    appointment = versions.author(context.tx, filer, context.sender.msisdn)
    if appointment is None:
        return None
    return Author(appointment, context.sender.msisdn, context.inbox_id, context.now)


def owed(rules: ReturnRules, form: Form, period: Period, filer: Filer) -> Owed:
    """A return that figures can be given for."""
    return Owed(form, period, filer, rules.due_on(form, period))


def ended(form: Form, today: date) -> list[Period]:
    """The last period of each length that has ended."""
    return [Period.of(every, today).previous() for every in sorted(form.every, key=list(Every).index)]


def open_ones(tx: Tx, rules: ReturnRules, sender: Sender, today: date) -> list[Open]:
    """What the sender's own offices and societies have not filed, what is due first on top.

    Of each form that is the last period that has ended, and the gaps since the first one that was ever filed.
    """
    found = []
    for newest in rules.forms:
        for own in owns(tx, sender, newest):
            found += open_of(tx, rules, newest, own, today)
    return sorted(found, key=lambda each: (each.due_on, each.form.code))


def open_of(tx: Tx, rules: ReturnRules, form: Form, own: Own, today: date) -> list[Open]:
    """What one office or society has not filed of a form."""
    return [each for last in ended(form, today) for each in _gaps(tx, rules, form.code, own, last)]


def _gaps(tx: Tx, rules: ReturnRules, code: str, own: Own, last: Period) -> list[Open]:
    first = returns.first_filed(tx, code, last.every, own.filer) or last
    found, period = [], last
    for _ in range(MOST_GAPS):
        form = rules.forms.of(code, period)
        if period < first or form is None:
            break
        one = returns.find(tx, code, period, own.filer)
        if one is None or not one.is_filed:
            found.append(Open(form, period, own, rules.due_on(form, period), one))
        period = period.previous()
    return found
