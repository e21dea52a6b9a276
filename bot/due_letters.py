"""What somebody is told of the returns that he owes, by a reminder or a nudge, and whom that reaches.

A letter carries the returns that it names. When it leaves it says what is true that day: those that were filed meanwhile are left out,
and where all of them were, it does not go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from bot.domain.access import head_of
from bot.domain.periods import Every, Period
from bot.domain.replies import Choice, Reply, dump, load
from bot.domain.wording import Slot, Wording
from bot.store import missing, recipients

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.domain.offices import Office
    from bot.store.claims import Claimed
    from bot.store.query import Tx

ROWS = 2
"""Further lines of a letter: the others are counted."""

BUTTONS = 6
"""Returns that a chat offers to file at once."""

MOST_NUDGED = 500
"""Offices or societies that somebody may remind at once: every upazila of the country."""

AT_ONCE = 500
"""Societies whose bearers are looked up at once."""

_WHICH = {"forms": Slot.FORMS, "p": Slot.PERIOD}
_ROWS: Mapping[str, Any] = {"row": "due.letter_office_row", "rows": ROWS}

TEXTS = (
    Wording("due.letter_office", 4, {"place": Slot.PLACE, **_WHICH}, turns=True, **_ROWS),
    Wording("due.letter_society", 4, {"r": Slot.REG_NO, **_WHICH}, turns=True, **_ROWS),
    Wording("due.letter_office_row", 2, {"place": Slot.PLACE, **_WHICH}, turns=True),
    Wording("due.letter_society_row", 2, {"r": Slot.REG_NO, **_WHICH}, turns=True),
    Wording("due.letter_rest", 1, {"n": Slot.COUNT}),
    Wording("due.file", chat=True, slots={"form": Slot.FORM, "p": Slot.PERIOD}),
)


@dataclass(frozen=True, slots=True)
class Owing:
    """An open return, as a letter names it.

    Attributes:
        form: its form's code.
        period: by name.
        every: how long that is.
        due_on: the last day to file it in time.
        office_id, society_id: who files, one of the two.
        number: a society's registration number.
        name: an office's name, by language.
    """

    form: str
    period: str
    every: str
    due_on: date
    office_id: int | None
    society_id: int | None
    number: str | None
    name: Mapping[str, str]

    @classmethod
    def of(cls, form: str, period: Period, due_on: date, who: missing.Lacking) -> Owing:
        """Of who lacks it."""
        office_id = who.area.id if who.society_id is None else None
        return cls(form, period.name, period.every.value, due_on, office_id, who.society_id, who.number, who.name)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Owing:
        """As a message keeps it."""
        return cls(**{**plain, "due_on": date.fromisoformat(plain["due_on"])})

    def plain(self) -> dict[str, Any]:
        """As a message keeps it: values that JSON can hold."""
        return {
            "form": self.form,
            "period": self.period,
            "every": self.every,
            "due_on": self.due_on.isoformat(),
            "office_id": self.office_id,
            "society_id": self.society_id,
            "number": self.number,
            "name": dict(self.name),
        }

    @property
    def whose(self) -> tuple[int, int]:
        """Who files, offices first."""
        return self.office_id or 0, self.society_id or 0

    def filing(self) -> dict[str, Any]:
        """What its filer chooses to file it."""
        who = {"office_id": self.office_id} if self.society_id is None else {"society_id": self.society_id}
        return {"form": self.form, "period": self.period, **who}


def reply(owings: Iterable[Owing]) -> Reply:
    """The text of a letter: what is due first on top, the forms of one filer and period together."""
    ordered = sorted(owings, key=lambda each: (each.due_on, each.period, each.whose, each.form))
    groups = [list(group) for _, group in groupby(ordered, key=lambda each: (each.due_on, each.period, each.whose))]
    head = _line(groups[0], "")
    lines = [_line(group, "_row") for group in groups[1 : 1 + ROWS]]
    left_out = sum(map(len, groups[1 + ROWS :]))
    if left_out:
        lines.append(Reply("due.letter_rest", {"n": left_out}))
    return replace(head, params={**head.params, "of": [each.plain() for each in ordered]}, lines=tuple(lines))


def _line(group: Sequence[Owing], row: str) -> Reply:
    first = group[0]
    params = {"forms": [each.form for each in group], "p": first.period}
    if first.society_id is None:
        return Reply(f"due.letter_office{row}", {"place": dict(first.name), **params}, turns_on=first.due_on)
    return Reply(f"due.letter_society{row}", {"r": first.number, **params}, turns_on=first.due_on)


def buttons(owings: Iterable[Owing]) -> tuple[Choice, ...]:
    """What a chat offers below a letter."""
    return tuple(
        Choice(Reply("due.file", {"form": each.form, "p": each.period}), "return", each.filing(), (each.form,))
        for each in list(owings)[:BUTTONS]
    )


def review(tx: Tx, message: Claimed) -> str | None:
    """What a letter that is about to leave says now; None where everything that it names was filed."""
    said = load(message.content)
    named = [Owing.read(each) for each in said.params.get("of", ())]
    left = [each for each in named if not _is_filed(tx, each)]
    if len(left) == len(named):
        return message.content
    if not left:
        return None
    return dump(replace(reply(left), choices=buttons(left) if said.choices else ()))


def _is_filed(tx: Tx, owing: Owing) -> bool:
    period = Period.named(owing.period, (Every(owing.every),))
    assert period is not None  # noqa: S101 - we wrote it
    return missing.is_filed(tx, owing.form, period, office_id=owing.office_id, society_id=owing.society_id)


def reached(tx: Tx, lacking: Sequence[missing.Lacking], today: date) -> list[tuple[missing.Lacking, tuple[str, ...]]]:
    """Those who have not filed, each with the numbers that a letter goes to: none where nobody there has one.

    Of an office that is its head, else whoever else serves there; of a society its president and its secretary.
    """
    numbers = _of_offices(tx, {each.area.code: each.area for each in lacking if each.society_id is None}, today)
    society_ids = [each.society_id for each in lacking if each.society_id is not None]
    bearers: dict[int, tuple[str, ...]] = {}
    for at in range(0, len(society_ids), AT_ONCE):
        found = recipients.bearers(tx, society_ids[at : at + AT_ONCE])
        bearers |= {society_id: _numbers(person.msisdn for person in own) for society_id, own in found.items()}
    return [
        (each, numbers.get(each.area.lineage, ()) if each.society_id is None else bearers.get(each.society_id, ()))
        for each in lacking
    ]


def _of_offices(tx: Tx, offices: Mapping[str, Office], today: date) -> dict[str, tuple[str, ...]]:
    if not offices:
        return {}
    heads: dict[str, list[str | None]] = {}
    others: dict[str, list[str | None]] = {}
    for each in recipients.heads(tx, offices, today):
        serving = heads if each.role is head_of(each.level) else others
        serving.setdefault(each.lineage, []).append(each.person.msisdn)
    lineages = [office.lineage for office in offices.values()]
    return {each: _numbers(heads.get(each, ())) or _numbers(others.get(each, ())) for each in lineages}


def _numbers(found: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(number for number in found if number))
