"""What is told to the offices above: red societies, yellow ones that do not answer, and societies that no message reaches.

Heads of districts hear it weekly by upazila, heads of divisions and of the nation monthly by the offices under them; whoever looks after
societies himself hears weekly whose telephones are missing or fail. What is counted is counted beside the writer, once for the whole
country; a person who heads several offices gets one message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.access import head_of
from bot.domain.messages import MessageClass
from bot.domain.offices import Level, topmost
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.posting import Letter
from bot.store import escalation, offices, recipients, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from bot.domain.offices import Office
    from bot.domain.quiet import QuietHours
    from bot.store.escalation import Unreached
    from bot.store.query import Tx
    from bot.store.recipients import Recipient

WORST = 3
"""Offices that a message names: those with the most red societies, then with the most unanswered ones."""

NAMED = 3
"""Societies that a message names."""

WORTH = timedelta(days=6)
"""A message is worth sending so long: after a week there is a newer one."""

WORTH_MONTHLY = timedelta(days=25)

_COUNTS = {"red": Slot.COUNT, "n": Slot.COUNT}

TEXTS = (
    Wording("escalation.weekly", 3, _COUNTS, row="escalation.part", rows=WORST),
    Wording("escalation.monthly", 3, _COUNTS, row="escalation.part", rows=WORST),
    Wording("escalation.vacant", 3, {**_COUNTS, "v": Slot.DAYS}, row="escalation.part", rows=WORST),
    Wording("escalation.part", 1, {"place": Slot.PLACE, **_COUNTS}),
    Wording("escalation.list", chat=True),
    Wording("escalation.phones", 3, {"n": Slot.COUNT}, row="escalation.number", rows=NAMED),
    Wording("escalation.number", 1, {"r": Slot.REG_NO}),
    Wording("escalation.phone_list", chat=True),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many societies are red, and how many yellow ones have not answered."""

    red: int = 0
    unanswered: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.red + other.red, self.unanswered + other.unanswered)

    def __bool__(self) -> bool:
        return self.red > 0 or self.unanswered > 0


@dataclass(frozen=True, slots=True)
class Area:
    """What a person looks after.

    Attributes:
        person_id: ours.
        msisdn: his number.
        offices: those that he heads, without those below another one of them.
    """

    person_id: int
    msisdn: str
    offices: tuple[Office, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What one person is told.

    Attributes:
        area: his.
        tally: of the whole area.
        parts: the offices right under his with anything to tell, the worst first.
        vacant: how many of the offices right under his have nobody who could be told.
    """

    area: Area
    tally: Tally
    parts: tuple[tuple[Office, Tally], ...]
    vacant: int

    def reply(self, key: str) -> Reply:
        """As a text."""
        counts = {"red": self.tally.red, "n": self.tally.unanswered, "v": self.vacant}
        rows = tuple(
            Reply("escalation.part", {"place": _names(office), "red": tally.red, "n": tally.unanswered})
            for office, tally in self.parts[:WORST]
        )
        return Reply(key, counts, lines=rows)


def areas(tx: Tx, levels: Iterable[Level], today: date) -> list[Area]:
    """Who heads the offices of some levels, and can be told."""
    headed: dict[Recipient, list[Office]] = {}
    for office, person in _heads(tx, levels, today):
        headed.setdefault(person, []).append(office)
    return [Area(person.person_id, str(person.msisdn), _topmost(own)) for person, own in sorted(headed.items())]


def _heads(tx: Tx, levels: Iterable[Level], today: date) -> list[tuple[Office, Recipient]]:
    at = {office.lineage: office for level in levels for office in offices.all_offices(tx, level)}
    serving = recipients.heads(tx, [office.code for office in at.values()], today)
    return [
        (at[each.lineage], each.person)
        for each in serving
        if each.role is head_of(each.level) and each.person.msisdn is not None
    ]


def _topmost(own: Sequence[Office]) -> tuple[Office, ...]:
    top = topmost(office.lineage for office in own)
    return tuple(office for office in own if office.lineage in top)


def tallies(tx: Tx, now: datetime, today: date, unanswered_days: int) -> dict[str, Tally]:
    """The tally of every office that looks after societies with anything to tell, by its code; a long read."""
    red = terms.ending_counts_by_office(tx, offices.nation(tx).lineage, today)
    unanswered = escalation.unanswered(tx, today, now - timedelta(days=unanswered_days))
    counted = {code: Tally(counts.red, unanswered.get(code, 0)) for code, counts in red.items()}
    return {code: tally for code, tally in counted.items() if tally}


def reports(tx: Tx, counted: Mapping[str, Tally], level: Level, today: date) -> list[Report]:
    """What each head of the offices of a level is to be told; nobody hears that there is nothing."""
    everywhere = offices.all_offices(tx)
    headed = {office.lineage for office, _ in _heads(tx, Level, today)}
    found = (_report(area, everywhere, counted, headed) for area in areas(tx, [level], today))
    return [report for report in found if report.tally]


def _report(area: Area, everywhere: Iterable[Office], counted: Mapping[str, Tally], headed: set[str]) -> Report:
    parts: dict[str, Tally] = {}
    named: dict[str, Office] = {}
    for own in area.offices:
        for office in filter(own.covers, everywhere):
            named[office.lineage] = office
            part = _part(own.lineage, office.lineage)
            parts[part] = parts.get(part, Tally()) + counted.get(office.code, Tally())
    worst = sorted(
        (part for part in parts if parts[part]), key=lambda part: (-parts[part].red, -parts[part].unanswered, part)
    )
    vacant = len(parts.keys() - headed - {own.lineage for own in area.offices})
    return Report(area, sum(parts.values(), Tally()), tuple((named[part], parts[part]) for part in worst), vacant)


def _part(own: str, lineage: str) -> str:
    """The office right under one's own that a lineage belongs to; one's own for what it looks after itself."""
    rest = lineage.removeprefix(own)
    return own + rest[: rest.find("/") + 1]


def weekly(report: Report, week: date, quiet: QuietHours, now: datetime) -> Letter:
    """To the head of a district, once in the week that begins on a day."""
    return Letter.in_hours(
        f"weekly:{report.area.person_id}:{week}",
        report.area.msisdn,
        report.reply("escalation.weekly"),
        MessageClass.NOTICE,
        worth=WORTH,
        quiet=quiet,
        now=now,
        buttons=(Choice(Reply("escalation.list"), "calendar"),),
    )


def monthly(report: Report, month: date, quiet: QuietHours, now: datetime) -> Letter:
    """To the head of a division or of the nation, once in the month that begins on a day."""
    return Letter.in_hours(
        f"monthly:{report.area.person_id}:{month}",
        report.area.msisdn,
        report.reply("escalation.vacant" if report.vacant else "escalation.monthly"),
        MessageClass.NOTICE,
        worth=WORTH_MONTHLY,
        quiet=quiet,
        now=now,
    )


def unreached(tx: Tx, area: Area, today: date) -> tuple[int, list[Unreached]]:
    """How many societies of an area need a message which would not reach them, and those that are named; a long read."""
    found = [escalation.unreached(tx, office.lineage, today, NAMED) for office in area.offices]
    return sum(total for total, _ in found), [one for _, named in found for one in named][:NAMED]


def phones(area: Area, total: int, named: Sequence[Unreached], week: date, quiet: QuietHours, now: datetime) -> Letter:
    """To who looks after societies himself, once in the week that begins on a day."""
    rows = tuple(Reply("escalation.number", {"r": each.registration_no}) for each in named)
    return Letter.in_hours(
        f"phones:{area.person_id}:{week}",
        area.msisdn,
        Reply("escalation.phones", {"n": total}, lines=rows),
        MessageClass.NOTICE,
        worth=WORTH,
        quiet=quiet,
        now=now,
        buttons=(Choice(Reply("escalation.phone_list"), "phones"),),
    )


def _names(office: Office) -> dict[str, str]:
    return {"bn": office.name_bn, "en": office.name_en}
