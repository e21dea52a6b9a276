"""The check of the texts: ``python -m bot.catalogues`` (part of ``make check`` and of ``barta doctor``).

Every declared text must be in both catalogues with the same gaps, every catalogue text must be declared, and each text must fit its
segments when every gap is filled with its widest value. Failing lines say by how much.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot.domain.messages import Language
from bot.domain.replies import Choice, Reply
from bot.domain.segments import measure
from bot.domain.wording import LINE_WIDTH, NAME_WIDTH, PERSON_WIDTH, PHASES, PLACE_WIDTH, URL_WIDTH, Slot, Wording
from bot.i18n import Renderer, gaps_in

if TYPE_CHECKING:
    from collections.abc import Iterator

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
# Words that messages are filled with, and the texts of pages and printed documents: none is ever a message by itself.
_NOT_MESSAGES = ("colour.", "year.", "page.", "role.", "mark.", "menu.", "document.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One text in one language: what it costs in its worst case, and what is wrong with it, if anything."""

    key: str
    language: Language
    units: int
    segments: int
    allowed: int
    wrong: str | None = None


def check(renderer: Renderer) -> list[Finding]:
    """Every finding, good and bad."""
    return [*_declared(renderer), *_undeclared(renderer)]


def _declared(renderer: Renderer) -> Iterator[Finding]:
    for wording in renderer.wordings.values():
        for language in Language:
            yield from _one(renderer, wording, language)


def _one(renderer: Renderer, wording: Wording, language: Language) -> Iterator[Finding]:
    missing = [key for key in wording.entries() if key not in renderer.texts[language]]
    if missing:
        for key in missing:
            yield Finding(key, language, 0, 0, wording.segments, "is missing")
        return
    for key in wording.entries():
        strange = gaps_in(renderer.texts[language][key]) - set(wording.gaps())
        if strange:
            yield Finding(key, language, 0, 0, wording.segments, f"has unknown gaps {sorted(strange)}")
            return
    for phase in wording.phases() or PHASES[:1]:
        text = renderer.render(worst(renderer, wording, language), language, _PHASE_DAYS[phase])
        size = measure(text)
        fits = wording.chat or size.segments <= wording.segments
        over = None if fits else f"needs {size.segments} segments ({size.units} units)"
        key = f"{wording.key}.{phase}" if wording.phases() else wording.key
        yield Finding(key, language, size.units, size.segments, wording.segments, over)


def worst(renderer: Renderer, wording: Wording, language: Language) -> Reply:
    """The text with the widest value in each gap and the most choices."""

    def of(key: str | None, times: int) -> tuple[Reply, ...]:
        return () if key is None else (worst(renderer, renderer.wordings[key], language),) * times

    return Reply(
        wording.key,
        {name: _widest(slot, language) for name, slot in wording.slots.items()},
        turns_on=_DAY if wording.phases() else None,
        lines=of(wording.row, wording.rows),
        choices=tuple(Choice(label, "") for label in of(wording.option, wording.options) + of(wording.more, 1)),
    )


def _widest(slot: Slot, language: Language) -> Any:
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
        Slot.MARK: "yellow",
    }[slot]


def _undeclared(renderer: Renderer) -> Iterator[Finding]:
    known = {key for wording in renderer.wordings.values() for key in wording.entries()}
    for language in Language:
        for key in renderer.texts[language]:
            if key not in known and not key.startswith(_NOT_MESSAGES):
                yield Finding(key, language, 0, 0, 0, "is in the catalogue but nothing says it")
        for key in set(renderer.texts[Language.BN]) ^ set(renderer.texts[Language.EN]):
            if key not in renderer.texts[language] and not any(
                key in each.entries() for each in renderer.wordings.values()
            ):
                yield Finding(key, language, 0, 0, 0, "is missing")


def main() -> int:
    """Print what is wrong, or how many texts fit; exit code 1 when something is wrong."""
    from bot.handlers import COMMANDS, WORDINGS  # noqa: PLC0415 - this module is below the handlers but for its main

    texts = [*WORDINGS, *(wording for command in COMMANDS for wording in command.texts)]
    findings = check(Renderer(texts))
    wrong = [finding for finding in findings if finding.wrong]
    for finding in wrong:
        sys.stderr.write(f"{finding.language}/barta.po: {finding.key} {finding.wrong}, allowed {finding.allowed}\n")
    if not wrong:
        widest = max(findings, key=lambda finding: finding.units)
        sys.stdout.write(
            f"{len(findings)} texts fit their segments; the widest is {widest.key} ({widest.units} units)\n"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
