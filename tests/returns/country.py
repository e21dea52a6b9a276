"""The returns of a whole country for a co-operative year: what is true, and the messages in which its officers say it.

Every upazila of the list files SOC and AUD for twelve months, as people do: in Bangla, English and Latin letters, by order and by
label, with the closing or without, a month late, in two messages, or wrong first and then right. A seed makes the same country each time.
What is true is kept here, apart from the messages and from everything the program keeps.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert

from bot.clock import DHAKA
from bot.domain.offices import Level, Office
from bot.domain.text import bangla_digits
from bot.store import offices, store
from bot.store.query import Query, values_of
from bot.store.schema import appointments, people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.query import Tx

FIRST_YEAR = 2025
MONTHS = tuple(date(FIRST_YEAR + (month > 12), (month - 1) % 12 + 1, 1) for month in range(7, 19))
"""From July to June."""

_BANGLA_MONTHS = {
    7: "জুলাই", 8: "আগস্ট", 9: "সেপ্টেম্বর", 10: "অক্টোবর", 11: "নভেম্বর", 12: "ডিসেম্বর",
    1: "জানুয়ারি", 2: "ফেব্রুয়ারি", 3: "মার্চ", 4: "এপ্রিল", 5: "মে", 6: "জুন",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filed:
    """A return that is filed, as it is in truth."""

    office: Office
    form: str
    month: date
    figures: dict[str, int]
    on_time: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A text from an officer."""

    id: str
    at: datetime
    sender: str
    text: str


@dataclass(slots=True)
class Year:
    """What is true, and who says it how."""

    offices: Sequence[Office]
    filed: list[Filed] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    mistakes: int = 0

    def in_order(self) -> list[Message]:
        """The messages as they come."""
        return sorted(self.messages, key=lambda each: (each.at, each.id))


_PERSON: Query[int] = Query(insert(people).values(values_of("name", "msisdn")).returning(people.c.id))
_POST: Query[int] = Query(insert(appointments).values(values_of("person_id", "role", "office_id", "started_on")))


def officer(office: Office) -> str:
    """The invented number of an upazila's officer."""
    return f"+88017006{office.id:05d}"


def appoint(url: str, country: Sequence[Office]) -> None:
    """Give every upazila an officer."""

    def work(tx: Tx) -> None:
        for office in country:
            person = tx.one(_PERSON, name=f"কর্মকর্তা {office.code}", msisdn=officer(office))
            tx.run(_POST, person_id=person, role="uco", office_id=office.id, started_on=date(2020, 1, 1))

    store.do(url, work)


def upazilas(url: str, under: str = "") -> list[Office]:
    """The upazilas of the list whose codes begin so: of the country, a division, a district."""
    found = store.do(url, lambda tx: offices.all_offices(tx, Level.UPAZILA), read_only=True)
    return [office for office in found if office.code.startswith(under)]


def year_of(country: Sequence[Office], seed: int) -> Year:
    """A year of returns."""
    chance = random.Random(seed)
    year = Year(country)
    for office in country:
        _societies(year, office, chance)
        _audits(year, office, chance)
    return year


def _societies(year: Year, office: Office, chance: random.Random) -> None:
    opening = chance.randrange(80, 2400)
    for month in MONTHS:
        if month != MONTHS[0] and chance.random() < 0.01:
            continue  # never filed: what is carried goes on from the month before
        new, cancelled = chance.randrange(12), chance.randrange(7)
        closing = opening + new - cancelled
        figures = {"opening": opening, "new": new, "cancelled": cancelled, "closing": closing}
        texts = _society_texts(month, figures, chance, first=month == MONTHS[0])
        if chance.random() < 0.03:
            year.mistakes += 1
            wrong = closing + chance.choice((-10, -1, 1, 9))
            _say(year, office, "SOC", month, [f"RET SOC {_short(month)} {opening} {new} {cancelled} {wrong}"], chance)
        _file(year, office, "SOC", month, figures, texts, chance)
        opening = closing


def _audits(year: Year, office: Office, chance: random.Random) -> None:
    for month in MONTHS:
        if chance.random() < 0.02:
            continue
        target = chance.randrange(60)
        done = chance.randrange(target + 1)
        figures = {"target": target, "done": done}
        if target and chance.random() < 0.02:
            year.mistakes += 1
            _say(
                year,
                office,
                "AUD",
                month,
                [f"RET AUD {_short(month)} {target} {done} {_percent(done, target) + 1}"],
                chance,
            )
        _file(year, office, "AUD", month, figures, _audit_texts(month, target, done, chance), chance)


def _percent(done: int, target: int) -> int:
    return done * 100 // target


def _file(
    year: Year, office: Office, form: str, month: date, figures: dict[str, int], texts: list[str], chance: random.Random
) -> None:
    on_time = _say(year, office, form, month, texts, chance)
    year.filed.append(Filed(office, form, month, figures, on_time))


def _say(year: Year, office: Office, form: str, month: date, texts: list[str], chance: random.Random) -> bool:
    """Send texts of a return on a day; whether that is in time."""
    begins, due = following(month), due_on(month)
    late = chance.random() < 0.06
    day = (
        due + timedelta(days=chance.randrange(1, 45))
        if late
        else begins + timedelta(days=chance.randrange((due - begins).days + 1))
    )
    for text in texts:
        at = datetime.combine(day, time(9 + chance.randrange(8), chance.randrange(60)), DHAKA).astimezone(UTC)
        year.messages.append(Message(f"{form}-{office.code}-{len(year.messages)}", at, officer(office), text))
    return not late


def following(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def due_on(month: date) -> date:
    """The fifth of the next month, or the next day that is no Friday or Saturday."""
    day = following(month).replace(day=5)
    while day.strftime("%a") in {"Fri", "Sat"}:
        day += timedelta(days=1)
    return day


def _short(month: date) -> str:
    return f"{month.month}/{month:%y}"


def _bangla(text: str) -> str:
    return bangla_digits(text)


def _society_texts(month: date, figures: dict[str, int], chance: random.Random, *, first: bool) -> list[str]:
    opening, new, cancelled, closing = figures.values()
    short, bangla_month = _short(month), f"{_BANGLA_MONTHS[month.month]} {_bangla(str(month.year))}"
    if first:
        return chance.choice(
            [
                [f"RET SOC {short} {opening} {new} {cancelled}"],
                [f"RET SOC {short} {opening:,} {new} {cancelled} {closing:,}"],
                [_bangla(f"রিটার্ন SOC {short} প্রারম্ভিক {opening} নতুন {new} বাতিল {cancelled}")],
                [f"ret soc {month:%b %y} opening={opening} new={new} cancel={cancelled}"],
                [f"ret soc {short} opening {opening}", f"ret soc {short} notun {new} batil {cancelled}"],
            ]
        )
    return chance.choice(
        [
            [f"RET SOC {short} {new} {cancelled}"],
            [_bangla(f"রিটার্ন SOC {month:%m/%y} {new} {cancelled}")],
            [_bangla(f"রিটার্ন {short} নতুন {new} বাতিল {cancelled}")],
            [
                f"রিটার্ন SOC {bangla_month} বাতিল {_bangla(str(cancelled))} নতুন {_bangla(str(new))} সমাপনী {_bangla(f'{closing:,}')}"
            ],
            [f"ret soc {month:%b %y} new={new} cancel={cancelled}".lower()],
            [f"Ret Soc {month:%Y-%m} new {new}, cancelled {cancelled}, closing {closing}"],
            [f"RET SOC {short} {opening} {new} {cancelled} {closing}"],
            [f"RET SOC {short} {new} {cancelled} {closing}"],
            [f"ret soc {month:%m/%Y} notun {new} batil {cancelled}"],
            *([[f"ret soc {short} new {new}", f"ret soc {short} cancel {cancelled}"]] if chance.random() < 0.5 else []),
        ]
    )


def _audit_texts(month: date, target: int, done: int, chance: random.Random) -> list[str]:
    short = _short(month)
    return chance.choice(
        [
            [f"RET AUD {short} {target} {done}"],
            [_bangla(f"রিটার্ন AUD {short} {target} {done}")],
            [_bangla(f"রিটার্ন AUD {short} লক্ষ্যমাত্রা {target} সম্পন্ন {done}")],
            [f"ret aud {month:%b %Y} target={target} done={done}"],
            [f"ret aud {month:%m/%y} done {done} target {target}"],
            [f"ret aud {short} lokkhomatra {target} somponno {done}"],
            *([[f"RET AUD {short} target {target}", f"RET AUD {short} done {done}"]] if chance.random() < 0.5 else []),
        ]
    )
