"""A committee's term: days left, colour, and which milestone of a term a day is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

YELLOW_FROM_DAYS = 90
"""With this many days left or fewer a committee is yellow. The client's papers are silent on exactly 90: yellow."""


class Colour(StrEnum):
    """The three colours of the client's site."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class TermPhase(StrEnum):
    """Which of the three texts about a term is true on a day."""

    RUNNING = "running"
    LAST_DAY = "last_day"
    EXPIRED = "expired"


class Stage(StrEnum):
    """What the law asks of a committee on a day: which text of a reminder is true when it leaves.

    The steps of an election (``bot.domain.law``): its notice by 60 days before the end, its schedule by 30.
    """

    PREPARE = "prepare"
    READY = "ready"
    NOTICE = "notice"
    SCHEDULE = "schedule"
    URGENT = "urgent"
    LAST_DAY = "last_day"
    EXPIRED = "expired"


_STAGES = ((0, Stage.LAST_DAY), (7, Stage.URGENT), (30, Stage.SCHEDULE), (60, Stage.NOTICE), (75, Stage.READY))
"""With so many days left or fewer."""


def days_left(expires_on: date, today: date) -> int:
    """Days until the term ends; 0 on its last day, negative after it."""
    return (expires_on - today).days


def colour(expires_on: date, today: date) -> Colour:
    """Green, yellow or red on ``today``."""
    left = days_left(expires_on, today)
    if left < 0:
        return Colour.RED
    return Colour.YELLOW if left <= YELLOW_FROM_DAYS else Colour.GREEN


def phase(expires_on: date, today: date) -> TermPhase:
    """Whether the term is running, on its last day, or over."""
    left = days_left(expires_on, today)
    if left < 0:
        return TermPhase.EXPIRED
    return TermPhase.LAST_DAY if left == 0 else TermPhase.RUNNING


def stage(expires_on: date, today: date) -> Stage:
    """What the law asks for on ``today``."""
    left = days_left(expires_on, today)
    if left < 0:
        return Stage.EXPIRED
    return next((each for days, each in _STAGES if left <= days), Stage.PREPARE)
