"""What a text is, before any language: its key, its slots, and how many segments it may cost.

Each handler declares the texts it says. A check (``python -m bot.catalogues``) renders every one of them in every language with
the widest value of each slot and fails when it needs more segments than declared, so that a text cannot grow over its budget
unnoticed. The widths are those of the registry: serial of 5 digits, names and places cut with an ellipsis.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.committee import Stage, TermPhase

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_WIDTH = 24
"""Characters of a society's name that a text shows."""

SHORT_NAME_WIDTH = 14
"""Characters of a society's name in a list with much beside it."""

PLACE_WIDTH = 17
"""Characters of an office's or a typed place's name that a text shows."""

PERSON_WIDTH = 20
"""Characters of a person's name that a text shows."""

URL_WIDTH = 70
"""Characters of an address; longer ones are not cut, so that the settings that make them are checked instead."""

LINE_WIDTH = 32
"""Characters of the sender's own line that a text shows."""

FORMS_WIDTH = 24
"""Characters of a list of forms' codes that a text shows."""

CODES_WIDTH = 48
"""Likewise, where the list is what the text is about."""

TITLE_WIDTH = 28
"""Characters of a form's title that a text shows."""

LABEL_WIDTH = 24
"""Characters of an indicator's label that a text shows."""

RULE_WIDTH = 60
"""Characters of what a form says where one of its rules does not hold."""

COMMAND_WIDTH = 90
"""Characters of a command that a text shows ready to be sent back; of a longer one figures at its end are left out whole."""

SUMS_WIDTH = 70
"""Characters of an area's figures that a text shows, unless there is room for more: figures are left out whole, never cut."""

AMOUNTS_WIDTH = 24
"""Likewise, of bare figures side by side in a list."""

FIGURES_WIDTH = 180
"""Characters of a list of figures that a text shows: figures are left out whole, never cut."""

MESSAGE_WIDTH = 150
"""Most characters of a message that an officer writes himself; a longer one is refused, not cut."""

BROADCAST_WIDTH = 240
"""Most characters of a message to many, its gaps filled; a longer one is refused, not cut."""

LETTER_WIDTH = 400
"""Characters of a message to many as it leaves, with what stands around the words: where a chat shows it whole."""

AUDIENCE_WIDTH = 44
"""Characters of what an audience is called."""

PEOPLE_WIDTH = 60
"""Characters of a list of people with their places: those for whom there is no room are left out whole."""

WHERE_WIDTH = 40
"""Most characters of where a meeting is held; a longer one is refused, not cut."""

ANSWER_WIDTH = 80
"""Characters of somebody's answer to a message to many that a list shows."""

TEXT_WIDTH = 170
"""Most characters of a text for an area as it is written, its gaps included: in GSM letters one segment has 160."""


class Slot(StrEnum):
    """What fills a gap in a text; decides how it is written in each language and how wide it can get."""

    REG_NO = "reg_no"  # '123/2019' → ১২৩/২০১৯
    DATE = "date"  # → ৩০/০৬/২৬
    DAYS = "days"  # up to 4 digits
    COUNT = "count"  # up to 6 digits, lakh grouping
    COLOUR = "colour"  # the colour word
    YEAR = "year"  # co-operative year '2024-25' → ২৪-২৫
    NAME = "name"  # a society's name, in the reader's language where there is one
    SHORT_NAME = "short_name"  # likewise, where there is little room
    SENDER = "sender"  # the office that sends a message to many, in full: its place, and whether it is the nation's
    PLACE = "place"  # an office's name, likewise
    TYPED = "typed"  # a short piece of what the sender typed
    LINE = "line"  # the sender's own line, corrected
    SHORT_CODE = "short_code"
    PERSON = "person"  # a person's name
    PHONE = "phone"  # +880… → ০১৭…
    CODE = "code"  # a one-time code
    URL = "url"
    ROLE = "role"  # a post, in the reader's language
    EXAMPLE = "example"  # how a command is written, in the reader's language
    EVENT = "event"  # what happened to a society, likewise
    MARK = "mark"  # a colour's sign, where there are signs: a chat
    SUBJECT = "subject"  # what a reminder is about, in the reader's language
    TEXT = "text"  # a text for an area, as it was written or as it goes out
    FORM = "form"  # a form's code
    FORMS = "forms"  # the codes of several: SOC, AUD
    CODES = "codes"  # likewise, where there is room for all of them
    TITLE = "title"  # a form's title, in the reader's language
    PERIOD = "period"  # '2023-12' → ডিসে/২৩, '2023-24/Q2' → অক্টো-ডিসে/২৩, '2023-24' → ২৩-২৪
    LABEL = "label"  # what an indicator is called, in the reader's language
    FIGURE = "figure"  # one figure: a number, a percentage, a day; a dash for none
    FIGURES = "figures"  # figures with their labels: [{"label": {…}, "value": 5, "all": 25}, …] → নতুন ৫ (মোট ২৫), …
    RULE = "rule"  # what a form says where one of its rules does not hold, in the reader's language
    COMMAND = "command"  # a command ready to be sent back: {"word": "return", "form", "period", "values": [5, 2] or [[label, 5], …]}
    SUMS = "sums"  # likewise, as many as there is room for: {"figures": [{…, "percent": True}], "room": 90}
    AMOUNTS = "amounts"  # bare figures, or bare labels, side by side: [{"value": 5}, …] → ৫/২/১,৩৯৪
    MOMENT = "moment"  # a day with its time, in Dhaka
    MESSAGE = "message"  # what an officer writes to a society
    BROADCAST = "broadcast"  # what an officer writes to many
    LETTER = "letter"  # likewise as it leaves, where there is room
    AUDIENCE = "audience"  # whom it goes to: {"group": "president", "colour": "red"} → লাল সমিতির সভাপতি
    PEOPLE = "people"  # people with their places: [{"name", "bn", "en"}, …] → রহিমা বেগম (ডিমলা), …
    WHERE = "where"  # where a meeting is held
    TIME = "time"  # '10:30' → সকাল ১০:৩০
    WEEKDAY = "weekday"  # of a day
    ANSWER = "answer"  # what somebody answered, in his own words
    MONEY = "money"  # an amount of taka as text: '12.50' → ১২.৫০


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that the gateway may say.

    Attributes:
        key: its key in the catalogues.
        segments: most segments it may cost on SMS, in its worst case, in any language.
        slots: gap → what fills it.
        turns: whether the text depends on the day it goes out: the catalogues then hold ``key.running``, ``key.last_day``
            and ``key.expired``, with the further gaps ``d`` (the day), ``n`` (days) and ``colour``.
        staged: likewise, with a text for each ``bot.domain.committee.Stage`` of the way to an election.
        own: an area may have a text of its own in its place.
        option: the key of the text of one choice, where the text offers choices.
        options: most choices it offers.
        row: the key of the text of one further line, where the text has lines.
        rows: most further lines on SMS.
        more: the key of one more choice behind the others.
        chat: it is only ever said in a chat, where nothing is counted in segments.
    """

    key: str
    segments: int = 1
    slots: Mapping[str, Slot] = field(default_factory=dict)
    turns: bool = False
    staged: bool = False
    own: bool = False
    option: str | None = None
    options: int = 0
    row: str | None = None
    rows: int = 0
    more: str | None = None
    chat: bool = False

    def entries(self) -> tuple[str, ...]:
        """The catalogue keys that this text needs."""
        return tuple(f"{self.key}.{phase}" for phase in self.phases()) or (self.key,)

    def phases(self) -> tuple[str, ...]:
        """The parts of the keys that tell which of the texts is true on a day; none where there is one text for every day."""
        return STAGES if self.staged else PHASES if self.turns else ()

    def gaps(self) -> dict[str, Slot]:
        """Every gap, the turning ones included."""
        return {**self.slots, **TURNING} if self.phases() else dict(self.slots)


PHASES = tuple(TermPhase)
STAGES = tuple(Stage)
TURNING: Mapping[str, Slot] = {"d": Slot.DATE, "n": Slot.DAYS, "colour": Slot.COLOUR, "mark": Slot.MARK}
