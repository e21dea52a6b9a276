"""Returns that somebody has filed, written as the message path writes them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bot import filing, owed
from bot.config import Config
from bot.domain.forms import Kind
from bot.domain.messages import MO
from bot.domain.periods import Period
from bot.domain.returns import Author, Filer
from bot.return_rules import ReturnRules
from bot.store import inbox, offices, people, standings, versions
from bot.store.inbox import Fate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from bot.store.query import Tx

RULES = ReturnRules.of(Config())
_NUMBERS = count(1)


def by_office(tx: Tx, code: str, form: str, period: str, at: datetime, **values: int | date) -> None:
    """An office files a form: these figures, or some."""
    office = offices.by_code(tx, code)
    assert office is not None
    staff = [
        holder for found, holder in people.staff(tx, office.lineage) if holder is not None and found.id == office.id
    ]
    number = next(holder.msisdn for holder in staff if holder.msisdn)
    assert number is not None
    _file(tx, Filer(office.id, office.lineage, office_id=office.id), number, form, period, at, values)


def by_society(tx: Tx, society_id: int, form: str, period: str, at: datetime) -> None:
    """A society files a form."""
    (standing,) = standings.by_ids(tx, [society_id])
    area = offices.by_code(tx, standing.lineage.rstrip("/").rpartition("/")[2])
    assert area is not None
    number = next(holder.msisdn for holder in people.bearers(tx, society_id).values() if holder.msisdn)
    assert number is not None
    _file(tx, Filer(area.id, area.lineage, society_id=society_id), number, form, period, at, {})


def _file(
    tx: Tx, filer: Filer, number: str, code: str, name: str, at: datetime, values: Mapping[str, int | date]
) -> None:
    newest = RULES.forms.newest(code)
    assert newest is not None
    period = Period.named(name, newest.every)
    assert period is not None
    form = RULES.forms.of(code, period)
    assert form is not None
    due = owed.owed(RULES, form, period, filer)
    known = filing.carried(tx, due)
    some: Mapping[str, int | date] = {
        each.name: at.date() if each.kind is Kind.DATE else 2 for each in form.asked if each.name not in known.values
    }
    told = MO("simulator", f"filed-{next(_NUMBERS)}", number, "16123", f"RET {code} {name}")
    inbox_id = inbox.add(tx, told, number, at, Fate("replied", "return"))
    appointment = versions.author(tx, filer, number)
    assert inbox_id is not None
    assert appointment is not None
    given = filing.give(tx, RULES.forms, due, Author(appointment, number, inbox_id, at), values or some)
    assert given.fate is filing.Fate.FILED, given
