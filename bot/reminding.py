"""Reminders as units of work: whom a day brings which reminder, each at most once, and what takes one back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.posting import Post
    from bot.sections import ReminderSettings
    from bot.store.query import Tx


def cancel(tx: Tx, term_id: int, now: datetime) -> int:
    """Take back what is still queued about a term; a digest goes on without it. Returns how many messages were cancelled."""
    del tx, term_id, now
    return 0


def renew(tx: Tx, post: Post, settings: ReminderSettings, term_id: int, now: datetime, today: date) -> None:
    """Remind again of a term whose reminders were taken back, because what ended it was undone."""
    del tx, post, settings, term_id, now, today
