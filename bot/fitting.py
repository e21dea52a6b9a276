"""Whether a text fits its segments: measured with the widest value in each of its gaps and on the day with the most digits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot.domain.messages import Language
from bot.domain.replies import SMS, Choice, Reply
from bot.domain.segments import Encoding, measure, room
from bot.domain.wording import (
    AMOUNTS_WIDTH,
    ANSWER_WIDTH,
    AUDIENCE_WIDTH,
    BROADCAST_WIDTH,
    CODES_WIDTH,
    COMMAND_WIDTH,
    FIGURES_WIDTH,
    FORMS_WIDTH,
    LABEL_WIDTH,
    LETTER_WIDTH,
    LINE_WIDTH,
    MESSAGE_WIDTH,
    NAME_WIDTH,
    PEOPLE_WIDTH,
    PERSON_WIDTH,
    PLACE_WIDTH,
    RULE_WIDTH,
    SUMS_WIDTH,
    TEXT_WIDTH,
    TITLE_WIDTH,
    URL_WIDTH,
    WHERE_WIDTH,
    Slot,
    Wording,
)
from bot.i18n import NOTHING_OWN

if TYPE_CHECKING:
    from bot.i18n import Renderer

_DAY = date(2026, 6, 30)
_FAR = timedelta(days=1234)
_PHASE_DAYS = {
    "running": _DAY - _FAR,
    "last_day": _DAY,
    "expired": _DAY + _FAR,
    # Of the stages of an election those with the most digits.
    "prepare": _DAY - _FAR,
    "ready": _DAY - timedelta(days=68),
    "notice": _DAY - timedelta(days=58),
    "schedule": _DAY - timedelta(days=28),
    "urgent": _DAY - timedelta(days=7),
}
# Letters of one unit each; no space, so that nothing is saved by trimming.
_WIDE_BN, _WIDE_EN = "ক", "M"
_LONGEST = {Slot.SUBJECT: "subject.", Slot.EXAMPLE: "example."}
"""Slots that a text of the catalogue fills, the longest of those with a prefix."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One text in one language: what it costs in its worst case, and what is wrong with it, if anything.

    Attributes:
        key: of the catalogue.
        language: of the text.
        units: its length, in the units of its encoding.
        segments: what it needs.
        allowed: what it may need.
        wrong: a few words, where something is wrong.
        encoding: what it goes out in.
        excess: so many units more than fit.
    """

    key: str
    language: Language
    units: int
    segments: int
    allowed: int
    wrong: str | None = None
    encoding: Encoding = Encoding.GSM7
    excess: int = 0


def left(renderer: Renderer, reply: Reply, language: Language, today: date, segments: int) -> int:
    """How many units longer a message by SMS could be in so many segments; negative where it is too long."""
    size = measure(renderer.render(reply, language, today, SMS))
    return room(size.encoding, segments) - size.units


def fits(renderer: Renderer, wording: Wording, key: str, language: Language, text: str | None = None) -> Finding:
    """What one of a wording's texts costs in its worst case.

    Args:
        renderer: with both catalogues.
        wording: the text.
        key: which of its entries.
        language: of the catalogue.
        text: in place of the catalogue's; its gaps are known to be the wording's.
    """
    day = _PHASE_DAYS[key.removeprefix(f"{wording.key}.")] if wording.phases() else _PHASE_DAYS["running"]
    own = NOTHING_OWN if text is None else {key: text}
    size = measure(renderer.render(worst(renderer, wording, language), language, day, own=own))
    if wording.chat or size.segments <= wording.segments:
        return Finding(key, language, size.units, size.segments, wording.segments, None, size.encoding)
    wrong = f"needs {size.segments} segments ({size.units} units)"
    # Where letters that stay together leave parts unfilled, one less is the least that may help.
    excess = max(size.units - room(size.encoding, wording.segments), 1)
    return Finding(key, language, size.units, size.segments, wording.segments, wrong, size.encoding, excess)


def worst(renderer: Renderer, wording: Wording, language: Language) -> Reply:
    """The text with the widest value in each gap and the most choices."""

    def of(key: str | None, times: int) -> tuple[Reply, ...]:
        return () if key is None else (worst(renderer, renderer.wordings[key], language),) * times

    return Reply(
        wording.key,
        {name: _widest(renderer, slot, language) for name, slot in wording.slots.items()},
        turns_on=_DAY if wording.phases() else None,
        lines=of(wording.row, wording.rows),
        choices=tuple(Choice(label, "") for label in of(wording.option, wording.options) + of(wording.more, 1)),
    )


def _widest(renderer: Renderer, slot: Slot, language: Language) -> Any:
    if (prefix := _LONGEST.get(slot)) is not None:
        texts = {key: text for key, text in renderer.texts[language].items() if key.startswith(prefix)}
        return max(texts, key=lambda key: len(texts[key])).removeprefix(prefix)
    letter = _WIDE_BN if language is Language.BN else _WIDE_EN
    return {
        Slot.REG_NO: "88888/2019",
        Slot.DATE: date(2026, 12, 28),
        Slot.DAYS: 8888,
        Slot.COUNT: 888888,
        Slot.COLOUR: "yellow",
        Slot.YEAR: "2024-25",
        Slot.NAME: letter * (NAME_WIDTH + 9),
        Slot.SHORT_NAME: letter * (NAME_WIDTH + 9),
        Slot.SENDER: letter * (PLACE_WIDTH + 9),
        Slot.PLACE: letter * (PLACE_WIDTH + 9),
        # What the sender typed may be in Bangla whatever language he is answered in.
        Slot.TYPED: _WIDE_BN * (PLACE_WIDTH + 9),
        Slot.LINE: _WIDE_BN * (LINE_WIDTH + 9),
        Slot.SHORT_CODE: "1612345",
        Slot.PERSON: _WIDE_BN * (PERSON_WIDTH + 9),
        Slot.PHONE: "+8801700099900",
        Slot.CODE: "888888",
        Slot.URL: "x" * URL_WIDTH,
        Slot.ROLE: "additional_registrar",
        Slot.EVENT: "interim",
        Slot.MARK: "yellow",
        Slot.FORM: "MMMMMMMMMM",
        Slot.FORMS: ["M" * (FORMS_WIDTH + 9)],
        Slot.CODES: ["M" * (CODES_WIDTH + 9)],
        Slot.TITLE: letter * (TITLE_WIDTH + 9),
        Slot.PERIOD: "2023-24/Q2",
        Slot.LABEL: letter * (LABEL_WIDTH + 9),
        Slot.FIGURE: 8_888_888_888.88,
        Slot.COMMAND: {"word": "return", "form": "M" * (COMMAND_WIDTH + 9)},
        Slot.RULE: letter * (RULE_WIDTH + 9),
        Slot.FIGURES: [{"label": letter * (FIGURES_WIDTH - 2), "value": 8}],
        Slot.SUMS: {"figures": [{"label": letter * (SUMS_WIDTH - 2), "value": 8}]},
        Slot.AMOUNTS: [{"label": letter * AMOUNTS_WIDTH}],
        Slot.MOMENT: "2026-12-28T23:59:00+06:00",
        Slot.TEXT: _WIDE_BN * TEXT_WIDTH,
        Slot.MESSAGE: _WIDE_BN * MESSAGE_WIDTH,
        Slot.BROADCAST: _WIDE_BN * BROADCAST_WIDTH,
        Slot.LETTER: _WIDE_BN * LETTER_WIDTH,
        Slot.AUDIENCE: {"group": "one", "name": _WIDE_BN * (AUDIENCE_WIDTH + 9)},
        Slot.PEOPLE: [{"name": _WIDE_BN * (PERSON_WIDTH + 9), "bn": letter * (PLACE_WIDTH + 9)}] * (PEOPLE_WIDTH // 20),
        Slot.WHERE: _WIDE_BN * WHERE_WIDTH,
        Slot.TIME: "23:59",
        Slot.WEEKDAY: "2026-06-25",  # a Thursday
        Slot.ANSWER: _WIDE_BN * ANSWER_WIDTH,
        Slot.MONEY: "888888.88",
    }[slot]
