"""One job per file; ``bot.scheduler.job`` says what a job is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.scheduler.jobs.cleanup import JOB as CLEANUP
from bot.scheduler.jobs.digests import DIGESTS
from bot.scheduler.jobs.monthly import MONTHLY
from bot.scheduler.jobs.phones import PHONES
from bot.scheduler.jobs.reminders import REMINDERS
from bot.scheduler.jobs.returns import RETURNS
from bot.scheduler.jobs.weekly import WEEKLY

if TYPE_CHECKING:
    from bot.scheduler.job import Job

JOBS: tuple[Job, ...] = (REMINDERS, DIGESTS, WEEKLY, MONTHLY, PHONES, RETURNS, CLEANUP)
"""Every job, in the order in which those that are due at once run: what a digest tells of is made before it."""
