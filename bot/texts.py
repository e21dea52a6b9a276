"""The texts of an area: which text is said in place of the catalogue's, where an office has written one of its own.

A text of an office holds for its own area and all below it; of several, that of the office nearest to the reader counts: upazila, then
district, division, nation, and the catalogue last. What is stored was measured with the widest value in each gap before it was accepted,
and is looked at again when it is used: a text that the program cannot fill in any more gives way to the catalogue's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain import gaps
from bot.domain.committee import Stage, TermPhase
from bot.domain.gaps import Flaw
from bot.domain.messages import Language
from bot.domain.occasions import audit_day
from bot.domain.period import cooperative_year
from bot.domain.replies import Reply
from bot.domain.segments import costly, room
from bot.fitting import fits
from bot.i18n import NOTHING_OWN
from bot.reminder_texts import AUDIT, EDITABLE
from bot.store import audit, terms
from bot.store import texts as store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from bot.domain.offices import Office
    from bot.i18n import Renderer
    from bot.store.query import Tx

GAPS = ("r", "d", "n", "y")
"""The gaps that an officer may write: registration number, last day, days, co-operative year."""

_ALLOWED: Mapping[str, tuple[str, ...]] = {
    key: tuple(gap for gap in GAPS if gap in wording.gaps()) for key, wording in EDITABLE.items()
}
_SUBJECT_OF = "reminder."

_DAYS: Mapping[str, int] = {
    Stage.PREPARE: 90,
    Stage.READY: 75,
    Stage.NOTICE: 60,
    Stage.SCHEDULE: 30,
    Stage.URGENT: 7,
    TermPhase.RUNNING: 30,
    TermPhase.LAST_DAY: 0,
    TermPhase.EXPIRED: -1,
}
"""So many days before the last day a sample of a text is as it is most often sent."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The text that an area gets.

    Attributes:
        text: with its gaps by their plain names.
        source: the office that wrote it; None where it is the catalogue's.
    """

    text: str
    source: Office | None


@dataclass(frozen=True, slots=True)
class Example:
    """A society to show a text with.

    Attributes:
        registration_no: ``123/2019``.
        expires_on: the last day of its committee's term, where one is on record.
    """

    registration_no: str
    expires_on: date | None = None


def own(tx: Tx, reply: Reply, language: Language) -> Mapping[str, str]:
    """The texts that the area of a reply has of its own, by key."""
    if reply.area is None:
        return NOTHING_OWN
    found = store.in_force(tx, reply.area, language)
    # Of one key the last counts, which is the nearest office's.
    return {key: text for key, text in found if _is_usable(key, text)} if found else NOTHING_OWN


def subject(key: str) -> str:
    """What a text is about, as the catalogue names it: ``term.notice``."""
    return key.removeprefix(_SUBJECT_OF)


def allowed(key: str) -> tuple[str, ...]:
    """The gaps that a text may have."""
    return _ALLOWED[key]


def judged(renderer: Renderer, key: str, language: Language, typed: str) -> str | Flaw:
    """A text as it may be stored, or why it cannot be."""
    text = gaps.read(typed, _names(renderer), allowed(key))
    if isinstance(text, Flaw):
        return text
    wording = EDITABLE[key]
    found = fits(renderer, wording, key, language, text)
    if not found.excess:
        return text
    most = room(found.encoding, wording.segments)
    return Flaw(gaps.Kind.TOO_LONG, excess=found.excess, most=most, letter=halves(text, language))


def halves(text: str, language: Language) -> str | None:
    """The character because of which an English text has the room of a Bangla one, if there is one."""
    return costly(text) if language is Language.EN else None


def shown(renderer: Renderer, text: str, language: Language) -> str:
    """A stored text with its gaps as a reader of ``language`` writes them."""
    return gaps.shown(text, {gap: _spellings(renderer, gap, language)[0] for gap in GAPS})


def in_force(tx: Tx, renderer: Renderer, lineage: str, key: str, language: Language) -> InForce:
    """The text that the area of an office gets, and whose it is."""
    nearest = None
    for each in store.over(tx, lineage):
        if (each.key, each.language) == (key, language) and _is_usable(key, each.text):
            nearest = each
    if nearest is None:
        return InForce(renderer.text(language, key), None)
    return InForce(nearest.text, nearest.office)


def example(tx: Tx, lineage: str, key: str, today: date) -> Example:
    """A society of an area to show a text with: the one that is next to get it, else any; an invented one where the area has none."""
    at = store.example(tx, lineage)
    if at is None:
        return Example("123/2019")
    found = (
        terms.ending(tx, at, None, since=today + _before(key), most=1)
        or terms.ending(tx, at, None, most=1)
        or terms.unformed(tx, at, most=1)
    )
    return Example(found[0].registration_no, found[0].expires_on)


def sample(
    renderer: Renderer, society: Example, key: str, language: Language, text: str, today: date, *, audit_by: str
) -> str:
    """A text as a society gets it, on the day on which it is most often sent; ``audit_by`` is the law's last day for an audit."""
    wording, before, year = EDITABLE[key], _before(key), cooperative_year(today)
    if wording is AUDIT:
        last_day = audit_day(year, audit_by)
    else:
        last_day = society.expires_on if wording.staged and society.expires_on else today + before
    reply = Reply(wording.key, {"r": society.registration_no, "y": year}, turns_on=last_day)
    return renderer.render(reply, language, last_day - before, own={key: text})


def change(
    tx: Tx,
    office: Office,
    key: str,
    language: Language,
    text: str | None,
    *,
    at: datetime,
    by: str,
    inbox_id: int | None,
) -> None:
    """Write a text of an office, or take it back with None; either way it is in the audit log."""
    before = store.of_office(tx, office.id, key, language)
    if text is None:
        store.remove(tx, office.id, key, language)
    else:
        store.put(tx, office.id, key, language, text, at=at, by=by)
    about = {"key": key, "language": language.value}
    audit.record(
        tx,
        at=at,
        actor=by,
        inbox_id=inbox_id,
        action="texts.drop" if text is None else "texts.change",
        office_id=office.id,
        before={**about, "text": before},
        after={**about, "text": text},
    )


def _before(key: str) -> timedelta:
    return timedelta(days=_DAYS[key.removeprefix(f"{EDITABLE[key].key}.")])


def _is_usable(key: str, text: str) -> bool:
    return key in _ALLOWED and gaps.is_sound(text, _ALLOWED[key])


def _names(renderer: Renderer) -> dict[str, str]:
    """Every way to name a gap, in either language, or as it is stored."""
    spelt = {spelling: gap for gap in GAPS for language in Language for spelling in _spellings(renderer, gap, language)}
    return {gaps.folded(spelling): gap for spelling, gap in spelt.items()} | {gap: gap for gap in GAPS}


def _spellings(renderer: Renderer, gap: str, language: Language) -> list[str]:
    return [spelling.strip() for spelling in renderer.text(language, f"gap.{gap}").split("|")]
