"""The tables, stated once for SQLite and PostgreSQL.

Instants are aware and in UTC (``*_at``), days are plain dates (``*_on``), money is a whole number of 1/10,000 taka behind a
``Decimal``. What must be unique is unique here, by a key, so that no memory of the program is needed to keep it so.
"""

from bot.store.tables.base import metadata
from bot.store.tables.broadcasting import broadcasts, recipients
from bot.store.tables.finding import (
    search_near,
    search_places,
    search_postings,
    search_societies,
    search_waiting,
    search_words,
)
from bot.store.tables.parts import parts
from bot.store.tables.registry import (
    CORRECTED,
    agms,
    appointments,
    audits,
    committee_terms,
    dividends,
    offices,
    people,
    societies,
)
from bot.store.tables.reminding import events, intents, job_runs, jobs, texts
from bot.store.tables.returning import corrections, figure_versions, form_versions, returns, totals
from bot.store.tables.traffic import HELD, READY, SECRET, dialogues, inbox, outbox, receipts, subscribers
from bot.store.tables.trust import audit_log, links, marks, tickets

__all__ = [
    "CORRECTED",
    "HELD",
    "READY",
    "SECRET",
    "agms",
    "appointments",
    "audit_log",
    "audits",
    "broadcasts",
    "committee_terms",
    "corrections",
    "dialogues",
    "dividends",
    "events",
    "figure_versions",
    "form_versions",
    "inbox",
    "intents",
    "job_runs",
    "jobs",
    "links",
    "marks",
    "metadata",
    "offices",
    "outbox",
    "parts",
    "people",
    "receipts",
    "recipients",
    "returns",
    "search_near",
    "search_places",
    "search_postings",
    "search_societies",
    "search_waiting",
    "search_words",
    "societies",
    "subscribers",
    "texts",
    "tickets",
    "totals",
]
