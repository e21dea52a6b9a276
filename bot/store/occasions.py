"""What a window of days brings: which terms reach a milestone, which societies a last day for a meeting, an audit or a dividend.

Finding is a range of an index on a date for each milestone, so that it costs what is due and not what is on record. What is found is
looked at again in the unit of work that reminds of it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, Text, and_, bindparam, func, or_, select, text

from bot.domain.milestones import ReminderKind
from bot.domain.occasions import Occasion, Window, audit_day
from bot.domain.period import cooperative_year
from bot.store.intents import term_occasion
from bot.store.query import Query
from bot.store.schema import CORRECTED, agms, audits, committee_terms, dividends, offices, societies
from bot.store.several import among

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Table

    from bot.domain.milestones import Milestone
    from bot.store.query import Tx

_DAY = timedelta(days=1)
_SINCE, _UNTIL = bindparam("since", type_=Date), bindparam("until", type_=Date)
_later = committee_terms.alias("later")
_is_current = (
    ~select(_later.c.id)
    .where(_later.c.society_id == committee_terms.c.society_id, _later.c.formed_on > committee_terms.c.formed_on)
    .correlate(committee_terms)
    .exists()
)


def _term(
    society_id: int,
    registration_no: str,
    office_id: int,
    lineage: str,
    officer: str | None,
    term_id: int,
    ends: date,
    known_on: date | None,
    recorded_on: date | None,
) -> Occasion:
    name = term_occasion(term_id, ends)
    of_society = (ReminderKind.TERM, society_id, registration_no, office_id, lineage, officer)
    return Occasion(*of_society, name, ends, known_on, recorded_on, term_id)


_TERMS_ENDING: Query[int] = Query(
    select(committee_terms.c.id)
    .where(committee_terms.c.expires_on >= _SINCE, committee_terms.c.expires_on <= _UNTIL, _is_current)
    .order_by(committee_terms.c.expires_on, committee_terms.c.society_id)
)
_society = (
    societies.c.id,
    societies.c.registration_no,
    societies.c.office_id,
    offices.c.lineage,
    societies.c.officer_msisdn,
)
_TERMS = Query(
    select(
        *(*_society, committee_terms.c.id, committee_terms.c.expires_on),
        *(committee_terms.c.known_on, committee_terms.c.recorded_on),
    )
    .select_from(
        committee_terms.join(societies, societies.c.id == committee_terms.c.society_id).join(
            offices, offices.c.id == societies.c.office_id
        )
    )
    .where(among(committee_terms.c.id, "ids"), _is_current),
    _term,
)
_TERMS_CORRECTED: Query[int] = Query(
    select(committee_terms.c.id)
    .where(
        committee_terms.c.recorded_on >= _SINCE, committee_terms.c.recorded_on <= _UNTIL, text(CORRECTED), _is_current
    )
    .order_by(committee_terms.c.expires_on, committee_terms.c.society_id)
)
_CURRENT: Query[int] = Query(
    select(committee_terms.c.id).where(committee_terms.c.society_id == bindparam("society_id"), _is_current)
)
_FIRST_RECORDED: Query[date | None] = Query(select(func.min(committee_terms.c.recorded_on)))


def _after(cause: Table, done: Table) -> tuple[Query[int], Query[Any]]:
    """Of what follows from an entry within some days: which societies have one in a range of days, and the latest of each.

    Where what follows has been done since, there is nothing to remind of.
    """
    since_then = (
        select(done.c.society_id)
        .where(
            done.c.society_id == cause.c.society_id,
            # Of an entry without a day the year says enough.
            or_(done.c.held_on >= cause.c.held_on, and_(done.c.held_on.is_(None), done.c.year >= cause.c.year)),
        )
        .correlate(cause)
        .exists()
    )
    newer = cause.alias("newer")
    latest = (
        ~select(newer.c.society_id)
        .where(newer.c.society_id == cause.c.society_id, newer.c.held_on > cause.c.held_on)
        .correlate(cause)
        .exists()
    )
    found: Query[int] = Query(
        select(cause.c.society_id).where(cause.c.held_on >= _SINCE, cause.c.held_on <= _UNTIL, ~since_then, latest)
    )
    loaded: Query[Any] = Query(
        select(*_society, cause.c.year, cause.c.held_on)
        .select_from(
            cause.join(societies, societies.c.id == cause.c.society_id).join(
                offices, offices.c.id == societies.c.office_id
            )
        )
        .where(among(cause.c.society_id, "ids"), cause.c.held_on.is_not(None), latest, ~since_then),
        lambda *row: row,
    )
    return found, loaded


_AGMS_DUE, _AGMS = _after(audits, agms)
_DIVIDENDS_DUE, _DIVIDENDS = _after(agms, dividends)
_unaudited = (
    ~select(audits.c.society_id)
    .where(audits.c.society_id == societies.c.id, audits.c.year == bindparam("year", type_=Text))
    .correlate(societies)
    .exists()
)
_AUDITS_DUE: Query[int] = Query(select(societies.c.id).where(_unaudited))
_AUDITS: Query[Any] = Query(
    select(*_society)
    .select_from(societies.join(offices, offices.c.id == societies.c.office_id))
    .where(among(societies.c.id, "ids"), _unaudited),
    lambda *row: row,
)


def terms_due(tx: Tx, steps: Sequence[Milestone], window: Window) -> list[int]:
    """The current terms that reach a milestone in the window, or whose end was corrected in it; those that still run come first."""
    found: list[int] = []
    spans = _spans((step.days for step in steps), window)
    today, yesterday = window.today, window.today - _DAY
    for since, until in (
        *((max(since, today), until) for since, until in spans if until >= today),
        *((since, min(until, yesterday)) for since, until in spans if since < today),
    ):
        found += tx.all(_TERMS_ENDING, since=since, until=until)
    found += tx.all(_TERMS_CORRECTED, since=window.since, until=window.today)
    return list(dict.fromkeys(found))


def _spans(ahead: Iterable[int], window: Window) -> list[tuple[date, date]]:
    """The window so many days on, for each: in order, and what overlaps or touches as one, so that no row is read twice."""
    spans: list[tuple[date, date]] = []
    for days in sorted(ahead):
        since, until = window.since + timedelta(days=days), window.today + timedelta(days=days)
        if spans and since <= spans[-1][1] + _DAY:
            spans[-1] = (spans[-1][0], until)
        else:
            spans.append((since, until))
    return spans


def terms(tx: Tx, ids: Sequence[int]) -> list[Occasion]:
    """Of these terms those that are current, as occasions."""
    return tx.all(_TERMS, ids=list(ids))


def current_term(tx: Tx, society_id: int) -> int | None:
    """The id of a society's current term."""
    return tx.first(_CURRENT, society_id=society_id)


def first_recorded(tx: Tx) -> date | None:
    """The day on which the first term was recorded."""
    return tx.first(_FIRST_RECORDED)


def _range(tx: Tx, query: Query[int], within: int, steps: Sequence[Milestone], window: Window) -> list[int]:
    # The entry's day + within - step.days falls into the window.
    spans = _spans((step.days - within for step in steps), window)
    found = (society for since, until in spans for society in tx.all(query, since=since, until=until))
    return list(dict.fromkeys(found))


def agms_due(tx: Tx, within: int, steps: Sequence[Milestone], window: Window) -> list[int]:
    """Societies whose last day for the general meeting has a milestone in the window."""
    return _range(tx, _AGMS_DUE, within, steps, window)


def dividends_due(tx: Tx, within: int, steps: Sequence[Milestone], window: Window) -> list[int]:
    """Societies whose last day for the dividend has a milestone in the window."""
    return _range(tx, _DIVIDENDS_DUE, within, steps, window)


def audits_due(tx: Tx, by: str, steps: Sequence[Milestone], window: Window) -> list[int]:
    """Societies without an audit in this co-operative year, where its last day has a milestone in the window."""
    year = cooperative_year(window.today)
    last = audit_day(year, by)
    if not any(window.since <= step.on(last) <= window.today for step in steps):
        return []
    return tx.all(_AUDITS_DUE, year=year)


def agms_ahead(tx: Tx, within: int, ids: Sequence[int]) -> list[Occasion]:
    """The general meetings that societies owe."""
    return _following(tx, ReminderKind.AGM, _AGMS, within, ids)


def dividends_ahead(tx: Tx, within: int, ids: Sequence[int]) -> list[Occasion]:
    """The dividends that societies owe."""
    return _following(tx, ReminderKind.DIVIDEND, _DIVIDENDS, within, ids)


def audits_ahead(tx: Tx, by: str, ids: Sequence[int], today: date) -> list[Occasion]:
    """The audits that societies owe in this co-operative year."""
    year = cooperative_year(today)
    last = audit_day(year, by)
    rows = tx.all(_AUDITS, ids=list(ids), year=year)
    return [_occasion(ReminderKind.AUDIT, row, year, last) for row in rows]


def _following(tx: Tx, kind: ReminderKind, query: Query[Any], within: int, ids: Sequence[int]) -> list[Occasion]:
    rows = tx.all(query, ids=list(ids))
    return [_occasion(kind, row, row[5], row[6] + timedelta(days=within)) for row in rows]


def _occasion(kind: ReminderKind, row: tuple[Any, ...], year: str, last_day: date) -> Occasion:
    society_id, registration_no, office_id, lineage, officer = row[:5]
    return Occasion(kind, society_id, registration_no, office_id, lineage, officer, year, last_day, year=year)
