"""The tables of ``barta.toml`` that say what the law asks, when people are reminded, and when jobs run.

Values of the law are defaults only: the Act and its rules change, and a society's own by-laws may differ by level and category.
"""

from __future__ import annotations

from datetime import date, time, tzinfo
from decimal import Decimal
from typing import Annotated, Literal

from croniter import CroniterBadDateError, croniter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from bot.clock import DHAKA
from bot.domain.law import TermLaw
from bot.domain.milestones import ReminderKind
from bot.domain.quiet import NEVER, QuietHours
from bot.domain.registry import SocietyLevel  # noqa: TC001 - pydantic reads the annotation

FIELDS = ("minute", "hour", "day", "month", "weekday")

FARTHEST_DAYS = 730
"""No reminder is meant so long before its day."""


class Section(BaseModel):
    """A table of ``barta.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _plan(value: str) -> str:
    if not croniter.is_valid(value) or len(value.split()) != len(FIELDS):
        message = "must be a cron expression of five fields, such as '5 8 * * *'"
        raise ValueError(message)
    try:
        croniter(value).get_next()
    except CroniterBadDateError:
        message = "is a cron expression whose time never comes"
        raise ValueError(message) from None
    return value


def _month_day(value: str) -> str:
    try:
        date.fromisoformat(f"2025-{value}")
    except ValueError:
        message = "must be a month and a day such as 03-31"
        raise ValueError(message) from None
    return value


Plan = Annotated[str, AfterValidator(_plan)]
"""A cron expression in the time of Asia/Dhaka."""

MonthDay = Annotated[str, AfterValidator(_month_day)]
"""A day of every year, MM-DD; not 29 February."""

Years = Annotated[int, Field(ge=1, le=20)]
Days = Annotated[int, Field(ge=1, le=FARTHEST_DAYS)]


class TermSettings(Section):
    """``[[law.terms]]``: how long committees of some societies serve, where that differs."""

    level: SocietyLevel | None = Field(None, description="Only societies of this level: primary, central, national.")
    category: str | None = Field(None, description="Only societies of this category, as in the registry.")
    first_years: Years | None = Field(None, description="The first committee after registration, in years.")
    elected_years: Years | None = Field(None, description="An elected committee, in years.")
    interim_days: Days | None = Field(None, description="An interim committee, in days.")


class LawSettings(Section):
    """``[law]``: what the Act and its rules set."""

    first_years: Years = Field(2, description="How long the first committee after registration serves, in years.")
    elected_years: Years = Field(3, description="How long an elected committee serves, in years.")
    interim_days: Days = Field(120, description="How long an interim committee serves, in days.")
    agm_within_days: Days = Field(60, description="The general meeting is held within so many days of the audit.")
    audit_by: MonthDay = Field("03-31", description="The audit of a co-operative year is done by this day, MM-DD.")
    dividend_within_days: Days = Field(60, description="The dividend is paid within so many days of the meeting.")
    terms: tuple[TermSettings, ...] = Field(
        (), description="Exceptions by level and category; of several that fit, the last one counts."
    )

    def term_law(self, level: SocietyLevel, category: str | None) -> TermLaw:
        """How long the committees of a society serve."""
        values = {name: getattr(self, name) for name in ("first_years", "elected_years", "interim_days")}
        for each in self.terms:
            if each.level in {None, level} and each.category in {None, category}:
                values |= {name: value for name in values if (value := getattr(each, name)) is not None}
        return TermLaw(**values)


class ReminderSettings(Section):
    """``[reminders]``: on which days before a last day people are reminded, and how many in a day."""

    milestones: tuple[int, ...] = Field(
        (90, 75, 60, 30, 7, 0, -1),
        description="Days before the last day of a committee's term; -1 is the day after it, 'expired'.",
        min_length=1,
    )
    agm_milestones: tuple[int, ...] = Field((30, 7), description="Days before the last day for the general meeting.")
    audit_milestones: tuple[int, ...] = Field((60, 15), description="Days before the last day for the audit.")
    dividend_milestones: tuple[int, ...] = Field((30,), description="Days before the last day for the dividend.")
    societies_per_office: Annotated[int, Field(ge=1)] = Field(
        40, description="Most societies of one office that are reminded in a day; the others follow on the next days."
    )
    statutory: tuple[ReminderKind, ...] = Field(
        (ReminderKind.TERM, ReminderKind.AGM, ReminderKind.AUDIT),
        description="Reminders that are sent in spite of STOP: term, agm, audit, dividend.",
    )
    unanswered_days: Days = Field(
        14, description="A yellow society is unanswered when nobody of it has written so many days after a reminder."
    )
    undo_days: Days = Field(7, description="How long a recorded event may be undone by the office that recorded it.")

    @field_validator("milestones", "agm_milestones", "audit_milestones", "dividend_milestones")
    @classmethod
    def _days(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(not -1 <= each <= FARTHEST_DAYS for each in value):
            message = f"each is -1 (the day after) to {FARTHEST_DAYS}"
            raise ValueError(message)
        return value


class QuietSettings(Section):
    """``[quiet]``: the hours in which only answers, one-time codes and urgent messages leave."""

    enabled: Literal[True, False] = Field(True, description="Whether there are quiet hours.")
    begin: time = Field(time(21, 0), description="When they begin, in Dhaka.")
    end: time = Field(time(8, 0), description="When they end, in Dhaka.")

    @field_validator("begin", "end")
    @classmethod
    def _wall(cls, value: time) -> time:
        if value.tzinfo is not None:
            message = "is a time in Dhaka, without a zone of its own"
            raise ValueError(message)
        return value

    def hours(self, zone: tzinfo = DHAKA) -> QuietHours:
        """The quiet hours, which may be none."""
        return QuietHours(self.begin, self.end, zone) if self.enabled else NEVER


class ReturnSettings(Section):
    """``[returns]``: an office's own forms, when people are reminded of returns, and how long one may be undone."""

    folder: str | None = Field(
        None, description="A folder with the office's own forms, beside those that come with the program."
    )
    undo_minutes: Annotated[int, Field(ge=0)] = Field(
        15, description="How long the filer may undo a return, unless it was used above; 0 for not at all."
    )
    due_before_days: tuple[Annotated[int, Field(ge=0, le=60)], ...] = Field(
        (3, 0), description="Days before the due day on which who has not filed is reminded; 0 is the day itself."
    )
    due_after_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(
        (1, 7, 15), description="Days after the due day on which who has still not filed is reminded."
    )
    holidays: tuple[date, ...] = Field(
        (), description="Days besides Friday and Saturday on which offices are closed: what is due then is due later."
    )
    guided_hours: Annotated[float, Field(gt=0)] = Field(
        24, description="How long a return that is filed question by question waits for the next answer, in hours."
    )


class DeliverySettings(Section):
    """``[delivery]``: which provider takes short messages, and what happens while one does not."""

    order: tuple[str, ...] = Field(
        (), description="Channels for short messages in order of preference; without it all of them, as configured."
    )
    break_after: Annotated[int, Field(ge=1)] = Field(
        3, description="After so many troubles in a row what waits for a provider goes to the next one."
    )
    break_seconds: Annotated[float, Field(gt=0)] = Field(
        60, description="How often one message then finds out whether the provider works again, in seconds."
    )
    chat_minutes: Annotated[float, Field(gt=0)] = Field(
        10, description="After so long in trouble what waits for Telegram goes by SMS, but for answers; in minutes."
    )


class JobSettings(Section):
    """``[jobs]``: when each job runs, as cron expressions in the time of Asia/Dhaka."""

    enabled: Literal[True, False] = Field(True, description="Whether this gateway runs jobs by itself.")
    reminders: Plan = Field("5 8 * * *", description="Reminders before a term ends, general meeting, audit, dividend.")
    digests: Plan = Field("15 8 * * *", description="The daily digest of each officer.")
    weekly: Plan = Field("30 9 * * 0", description="Red and unanswered yellow societies to the district.")
    monthly: Plan = Field("45 9 1 * *", description="The same to the division.")
    phones: Plan = Field("0 10 * * 1", description="Missing and failing phones to the officer.")
    returns: Plan = Field("20 8 * * *", description="Reminders of returns that are due, or overdue, and not filed.")
    cleanup: Plan = Field("30 3 * * *", description="Forgetting what is no longer needed.")
    most_days_off: Days = Field(
        60,
        description="After more days without a run nothing is sent until 'barta resume': the clock may be wrong.",
    )


class BroadcastSettings(Section):
    """``[broadcasts]``: one message to many."""

    most_segments: Annotated[int, Field(ge=1, le=5)] = Field(
        4, description="Most segments of a message to many; a longer one is asked to be shortened."
    )
    approve_above: Annotated[Decimal, Field(ge=0)] = Field(
        Decimal(1000), description="Above this price in taka a second officer approves a broadcast."
    )
    per_day: Annotated[int, Field(ge=1)] = Field(
        20, description="Most broadcasts that one number can send within 24 hours."
    )
    worth_hours: Annotated[float, Field(gt=0)] = Field(
        24, description="How long after the end that was expected a message is still worth sending, in hours."
    )
    answer_hours: Annotated[float, Field(gt=0)] = Field(
        72, description="How long answers to a message are counted, in hours; to a meeting's notice until the meeting."
    )
    report_minutes: Annotated[float, Field(ge=0)] = Field(
        10, description="How long after the last message left its sender hears how it went, in minutes."
    )
    statutory: tuple[Literal["message", "meeting", "urgent"], ...] = Field(
        (), description="Which of them go to numbers in STOP, too: message, meeting, urgent."
    )
