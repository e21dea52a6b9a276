"""The demonstration's returns: what its six upazila offices filed in the co-operative year so far, some late, one not at all yet.

They are filed through the same unit of work as any other return, as of the messages that would have brought them, so that every figure
leads back to a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot import filing
from bot.clock import DHAKA
from bot.domain.access import Role
from bot.domain.messages import MO
from bot.domain.periods import Every, Period
from bot.domain.returns import Author, Filer
from bot.owed import owed
from bot.store import inbox, offices, versions
from bot.store.inbox import Fate
from bot.store.people import officers

if TYPE_CHECKING:
    from bot.domain.offices import Office
    from bot.return_rules import ReturnRules
    from bot.store.people import Officer
    from bot.store.query import Tx

_CHANNEL = "simulator"
"""By which they came: a demonstration has no other."""

FILED_AT = time(11, 20)
LATE_DAYS, EARLY_DAYS = 4, 2
"""Days after the last day that a late return came; days before it that the others did."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """How an office's figures go: where its societies begin, and what each month brings."""

    opening: int
    new: tuple[int, ...]
    cancelled: tuple[int, ...]
    target: int


_SAMPLES = (
    _Sample(1390, (5, 3, 7, 2, 4), (2, 0, 1, 3, 1), 40),
    _Sample(412, (1, 0, 2, 3, 1), (0, 0, 1, 0, 2), 22),
    _Sample(655, (4, 4, 0, 1, 6), (1, 2, 0, 0, 1), 31),
    _Sample(288, (0, 1, 1, 0, 2), (0, 0, 0, 1, 0), 14),
    _Sample(731, (6, 2, 3, 5, 1), (3, 1, 0, 2, 0), 36),
    _Sample(520, (2, 2, 4, 1, 3), (1, 0, 0, 0, 2), 27),
)


def load_returns(tx: Tx, rules: ReturnRules, today: date) -> int:
    """File the demonstration's returns; how many. What is filed already stays as it is."""
    months = _ended_months(today)
    serving = [officer for officer in officers(tx) if officer.role is Role.UPAZILA_OFFICER and officer.msisdn]
    filed = 0
    for at, month in enumerate(months):  # as time goes, so that ids and times are in one order
        newest = at == len(months) - 1
        for number, (officer, sample) in enumerate(zip(serving, _SAMPLES, strict=False)):
            office = offices.by_code(tx, officer.office_code)
            if office is None or (newest and number == len(_SAMPLES) - 1):
                continue  # somebody has always not filed yet
            late = newest and number == 1
            filed += _file(tx, rules, officer, office, month, _figures(sample, at, month), late=late, today=today)
    return filed


def _ended_months(today: date) -> list[Period]:
    """The months of the co-operative year that have ended, and the one before it."""
    last = Period.of(Every.MONTH, today).previous()
    months = [last]
    while months[0].starts_on > last.year_starts_on:
        months.insert(0, months[0].previous())
    return months


def _figures(sample: _Sample, at: int, month: Period) -> dict[str, dict[str, int]]:
    turn = at % len(sample.new)
    opening = {"opening": sample.opening} if at == 0 else {}
    done = sample.target * (5 + (at + sample.target) % 5) // 10
    return {
        "SOC": {**opening, "new": sample.new[turn], "cancelled": sample.cancelled[turn]},
        "AUD": {"target": sample.target, "done": done},
        "AGM": {"due": sample.target // 2, "held": done // 2 + month.number % 2},
    }


def _file(
    tx: Tx,
    rules: ReturnRules,
    officer: Officer,
    office: Office,
    month: Period,
    figures: dict[str, dict[str, int]],
    *,
    late: bool,
    today: date,
) -> int:
    filer, filed = Filer(office.id, office.lineage, office_id=office.id), 0
    for code, values in figures.items():
        form = rules.forms.of(code, month)
        if form is None or officer.msisdn is None:
            continue
        due = owed(rules, form, month, filer)
        day = min(due.due_on + timedelta(days=LATE_DAYS if late else -EARLY_DAYS), today)
        at = datetime.combine(day, FILED_AT, DHAKA)
        text = f"RET {code} {month.starts_on:%m/%y} {' '.join(f'{name} {value}' for name, value in values.items())}"
        told = MO(_CHANNEL, f"demo-{office.code}-{code}-{month.name}", officer.msisdn, "16123", text)
        inbox_id = inbox.add(tx, told, officer.msisdn, at, Fate("replied", "return"))
        appointment = versions.author(tx, filer, officer.msisdn)
        if inbox_id is None or appointment is None:
            continue
        given = filing.give(tx, rules.forms, due, Author(appointment, officer.msisdn, inbox_id, at), values)
        filed += given.fate is filing.Fate.FILED
    return filed
